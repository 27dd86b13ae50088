import json

import pytest

from solon.cli.hacking import hack
from solon.contract import Finding, InfrastructureError
from solon.hostile import available_levels, left_out, load_corpus, run_corpus
from solon.sandbox import survey
from solon.sandbox.levels import Level

PICKED = ("teleport", "exit_at_once", "read_judge_secret")


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Play three attacks, and none at level C, which takes seconds to start; test_corpus_at_c.py plays there."""
    bare = [row if row.level != "C" else Level("C", available=False, reason="wasm: not here") for row in survey()]
    monkeypatch.setattr("solon.hostile.runner.survey", lambda: bare)
    picked = tuple(attack for attack in load_corpus() if attack.name in PICKED)
    monkeypatch.setattr("solon.hostile.runner.load_corpus", lambda: picked)


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the impossible tasks out: they are judged in the test of the table."""
    monkeypatch.setattr("solon.cli.hacking._sing", list)


@pytest.mark.usefixtures("silent")
def test_json_lists_every_attack_at_every_level(capsys: pytest.CaptureFixture[str]) -> None:
    letters = available_levels()
    assert hack("cleanup", levels=None, as_json=True, workers=1) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {(row["attack"], row["level"]) for row in rows} == {(name, each) for name in PICKED for each in letters}
    keys = ("attack", "class", "tries", "level", "expected", "verdict", "fault", "stopped", "detail", "milliseconds")
    assert all(tuple(row) == keys and row["stopped"] for row in rows)
    [crash] = [row for row in rows if row["attack"] == "exit_at_once" and row["level"] == letters[0]]
    assert (crash["class"], crash["expected"], crash["verdict"], crash["fault"]) == (
        *("exit", "invalid:crash", "invalid"),
        "crash",
    )


def test_the_table_ends_with_the_count_and_names_each_level_that_is_left_out(
    capsys: pytest.CaptureFixture[str],
) -> None:
    [letter, *_] = available_levels()
    assert hack("", levels=[letter], as_json=False, workers=1) == 0
    text = capsys.readouterr().out
    lines = text.strip().splitlines()
    assert lines[-2] == f"3 of 3 stopped at level {letter}"
    assert lines[-1] == "2 tasks that nobody can solve: nobody did"
    assert any("teleport" in line and "apple" in line and "scored" in line for line in lines)
    assert all(sentence in text for sentence in left_out([letter]))
    assert "Level C was left out: it is not available here (wasm: not here)." in text
    assert "Level none was left out: it has no walls" in text
    assert f"Level {letter} was left out" not in text


@pytest.mark.usefixtures("silent")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_an_attack_that_gets_through_shows_and_sets_the_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert hack("cleanup", levels=["none"], as_json=False, workers=1) == 1
    text = capsys.readouterr().out
    assert "read_judge_secret at level none: " in text
    assert "not run" in text
    [line] = [line for line in text.splitlines() if "stopped at level none" in line]
    assert line == (
        "1 of 3 stopped at level none; 1 were not run, as they would harm a machine without the walls of A, B or C"
    )


def test_the_number_of_workers_changes_no_verdict() -> None:
    one, two = (run_corpus("gathering", workers=workers) for workers in (1, 2))
    assert [(r.attack, r.level, r.verdict, r.stopped) for r in one] == [
        (r.attack, r.level, r.verdict, r.stopped) for r in two
    ]


def test_a_canary_that_sings_sets_the_exit_code(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    alarm = Finding("canary", "alarm", "canary-secret: somebody guessed it")
    monkeypatch.setattr("solon.cli.hacking.check_canary", lambda task, programs, judge: [alarm])
    assert hack("cleanup", levels=available_levels()[:1], as_json=False, workers=1) == 1
    assert "somebody did" in capsys.readouterr().out


def test_wrong_calls_are_named() -> None:
    with pytest.raises(ValueError, match="no task is called 'chess'"):
        run_corpus("chess")
    with pytest.raises(ValueError, match="no level is called 'Z'"):
        run_corpus("cleanup", ["Z"])
    with pytest.raises(ValueError, match="workers must be 0"):
        hack("cleanup", levels=None, as_json=True, workers=-1)


def test_a_level_that_is_not_there_is_the_machines_fault() -> None:
    with pytest.raises(InfrastructureError, match=r"level C is not available \(wasm: not here\); see solon doctor"):
        available_levels(["C"])


@pytest.mark.usefixtures("silent")
def test_an_attack_that_was_not_run_is_not_called_stopped(capsys: pytest.CaptureFixture[str]) -> None:
    assert hack("cleanup", levels=["D"], as_json=True, workers=1) == 1
    [row] = [row for row in json.loads(capsys.readouterr().out) if row["attack"] == "exit_at_once"]
    assert (row["verdict"], row["stopped"]) == ("refused", False)
    assert "not run" in row["detail"]


@pytest.mark.parametrize("there", [True, False])
def test_without_a_wish_every_level_with_walls_is_played(monkeypatch: pytest.MonkeyPatch, there: bool) -> None:
    rows = [Level(letter, available=letter != "C" or there, reason="x: y") for letter in ("A", "B", "C", "D", "none")]
    monkeypatch.setattr("solon.hostile.runner.survey", lambda: rows)
    assert available_levels() == (("A", "B", "C") if there else ("A", "B"))
    assert any("Level C" in sentence for sentence in left_out(available_levels())) is not there
