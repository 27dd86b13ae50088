"""``solon diff``: metric by metric with paired intervals, then the sources; ``verify`` adds up the bill."""

import json
from pathlib import Path

import pytest

from cli.test_claims import COSTLY, Call, write
from cli.test_models import answer
from model.server import Server
from solon import evidence
from solon.contract import Program
from solon.tasks import load

RUN = ("run", "t.py:Made", "--seeds", "2", "--seed", "1", "--workers", "1", "--quiet")


@pytest.fixture
def made(call: Call) -> Call:
    """A task where less is better and programs are numbers; a file and the runs of a better and an equal one."""
    write("t.py", COSTLY)
    for name, text in {"p.py": "7\n", "q.py": "# [red]nine[/red]\n9", "syntax.py": "def (\n"}.items():
        write(name, text)
    return call


def test_a_run_a_file_and_a_reference_are_compared_in_words_and_figures(made: Call) -> None:
    assert made(*RUN, "--proposer", "scripted:p.py", "--out", "r")[0] == 0
    code, out, _ = made("diff", "r", "q.py", "--seeds", "4", "--workers", "1")
    lines = out.splitlines()
    assert code == 0
    assert lines[0].startswith("t.py:Made 1, 4 public seeds, isolation ")
    (row,) = [line.split() for line in lines if "less is better" in line]
    assert row == ["cost", "(less", "is", "better)", "7.50", "±", "0.92", "9.50", "±", "0.92", "+2.00", "±", "0.00"]
    assert "q.py is worse than r in cost." in out
    assert "The sources differ, lines removed: 1, added: 2." in out
    assert out.endswith("--- r\n+++ q.py\n@@ -1 +1,2 @@\n-7\n+# [red]nine[/red]\n+9\n")
    assert "dear is worse than r in cost." in made("diff", "r", "dear", "--workers", "1")[1]
    assert "r is better than q.py in cost." in made("diff", "q.py", "r", "--workers", "1")[1]


def test_equal_programs_and_single_seeds_show_nothing(made: Call) -> None:
    code, out, _ = made("diff", "p.py", "p.py", "--task", "t.py:Made", "--seeds", "2", "--workers", "1")
    assert code == 0
    assert "p.py is not shown to be better or worse than p.py in cost." in out
    assert out.endswith("The sources are the same.\n")
    code, out, _ = made("diff", "p.py", "q.py", "--task", "t.py:Made", "--seeds", "1", "--workers", "1")
    assert "+2 (one seed)" in out
    assert "not shown to be better or worse" in out


def test_an_invalid_program_leaves_no_table_but_its_fault_and_the_sources(made: Call) -> None:
    arguments = ("--task", "gathering", "-o", "steps=10", "--seeds", "1", "--workers", "1")
    code, out, _ = made("diff", "nearest_apple", "syntax.py", *arguments)
    assert code == 1
    assert out.startswith("syntax.py: invalid, syntax: ")
    assert "public seeds" not in out
    assert "+def (" in out
    code, out, _ = made("diff", "p.py", "syntax.py", "--task", "t.py:Made", "--workers", "1")
    assert code == 3
    assert "syntax.py: the judge was unavailable: task 'made' raised while judging" in out


def test_every_file_of_a_program_is_compared_and_named() -> None:
    known = {
        "a": Program((("policy.py", "one\nsame\n"), ("old.py", "gone\n"))),
        "b": Program((("policy.py", "two\nsame\n"), ("new.py", "here\n"))),
    }
    lines = evidence._source_difference(list(known.values()), list(known)).splitlines()
    assert [line for line in lines if line[0] in "+-"] == [
        *("--- a policy.py", "+++ b policy.py", "-one", "+two"),
        *("--- a old.py", "+++ b old.py", "-gone"),
        *("--- a new.py", "+++ b new.py", "+here"),
    ]


def test_the_difference_of_the_objective_comes_first() -> None:
    it = evidence.compare("nearest_apple", "exploiting", task="gathering", options={"steps": 10}, seeds=2, workers=1)
    assert next(iter(it.differences)) == it.objective == "efficiency"
    assert it.differences.keys() == {metric.name for metric in load("gathering").metrics}


@pytest.mark.slow
def test_a_bill_is_added_up_anew_from_the_recorded_calls_and_the_lost_ones(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer that was cut off may have been billed: a later sitting, a replay and a check still count it."""
    monkeypatch.setenv("LOCAL_API_KEY", "sk-loopback")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    short = ("-o", "steps=20", "-o", "n_agents=2", "--workers", "1", "--seeds", "2", "--seed", "7", "--quiet")
    with Server(["half", "ok"], answer) as server:
        address = f"local:{server.url}#tester"
        arguments = ("run", "gathering", "--proposer", address, "--rounds", "2", "--partner-seeds", "0", *short)
        code, _, err = call(*arguments, "--out", "r")
        assert code == 0, err
        assert (server.whole, server.cut) == (2, 1)
    card = json.loads(Path("r/card.json").read_text())
    bill = card["cost"]["bill"]
    assert bill["calls"] == 2
    assert bill["input_tokens"] > 2 * 20, "the lost attempt counts at its upper bound"
    for command in ("verify", "replay"):
        code, out, _ = call(command, "r", "--workers", "1")
        assert code == 0, out
    bill["input_tokens"] -= 1
    Path("r/card.json").write_text(json.dumps(card))
    code, out, _ = call("verify", "r", "--workers", "1")
    assert code == 1
    assert "cost.bill.input_tokens: the card says" in out
    (lost,) = Path("r/calls/lost").iterdir()
    lost.write_text(lost.read_text().replace("tester", "cheaper"))
    code, _, err = call("verify", "r", "--workers", "1")
    assert code == 3
    assert "was altered" in err
