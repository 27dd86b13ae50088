"""A run that goes on is followed through its journal, without a look at anything else."""

from pathlib import Path

import pytest

from report.runs import Made, write_run
from solon.contract import Fault, Finding
from solon.engine import Bundle
from solon.journal import Damaged, Log, State, Tail
from solon.view.live import Follower, builtin

ROUNDS = [
    [Made("a = 1\n", 0.5), Made("def", None, fault=Fault("syntax", "no"))],
    [Made("b = 1\n", 0.7, (0,), "breed", finding=Finding("score", "alarm", "too good")), Made("c = 1\n", 0.6, (0,))],
]


@pytest.fixture
def going(tmp_path: Path) -> tuple[Path, list[bytes]]:
    """A run whose journal is still empty, and the lines that are to come."""
    bundle = write_run(tmp_path / "run", ROUNDS, winner=2)
    journal = bundle.folder / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"")
    (bundle.folder / "card.json").unlink()
    return bundle.folder, lines


def grow(folder: Path, *lines: bytes) -> None:
    with (folder / "journal.jsonl").open("ab") as file:
        file.writelines(lines)


def test_a_tail_returns_each_fact_once_and_waits_for_torn_lines(going: tuple[Path, list[bytes]]) -> None:
    folder, lines = going
    tail = Tail(folder / "journal.jsonl")
    assert tail.facts() == []
    grow(folder, lines[0], lines[1][:20])
    assert len(tail.facts()) == 1
    assert tail.facts() == []
    grow(folder, lines[1][20:], lines[2])
    assert len(tail.facts()) == 2
    grow(folder, *lines[3:])
    assert len(tail.facts()) == len(lines) - 3
    assert Tail(folder / "journal.jsonl").facts() == Log(folder / "journal.jsonl").facts
    assert Tail(folder / "absent.jsonl").facts() == []


def test_a_tail_refuses_what_was_altered_or_became_shorter(going: tuple[Path, list[bytes]]) -> None:
    folder, lines = going
    tail = Tail(folder / "journal.jsonl")
    grow(folder, lines[0], lines[1])
    tail.facts()
    (folder / "journal.jsonl").write_bytes(lines[0])
    with pytest.raises(Damaged, match="became shorter"):
        tail.facts()
    (folder / "journal.jsonl").write_bytes(lines[0] + lines[1].replace(b"0.", b"1."))
    with pytest.raises(Damaged, match="line 2 of"):
        Tail(folder / "journal.jsonl").facts()


def test_a_snapshot_grows_with_the_journal(going: tuple[Path, list[bytes]]) -> None:
    folder, lines = going
    follower = Follower(folder)
    start = follower.look()
    assert (start.candidates, start.improvements, start.running, start.done) == (0, (), False, False)
    grow(folder, *lines[:2])
    first = follower.look()
    assert (first.candidates, first.rounds, first.episodes) == (2, 1, 2)
    assert [(it.number, it.seeds) for it in first.improvements] == [(0, 2)]
    assert first.improvements[0].mean == pytest.approx(0.5)
    grow(folder, *lines[2:-3])
    later = follower.look()
    assert [it.number for it in later.improvements] == [2, 0]
    assert later.improvements[0].parents == (0,)
    assert later.improvements[0].operator == "breed"
    assert later.verdicts == {"valid": 3, "syntax": 1}
    assert later.findings == {"alarm": 1}
    assert later.finding == "too good"
    assert [round(it, 6) for it in later.series] == [0.5, 0.7]
    grow(folder, *lines[-3:])
    last = follower.look()
    assert last.over == "the strategy has nothing more to ask"
    assert last.sealed == ("winner", "control:stand_still")


def test_following_reads_no_program(going: tuple[Path, list[bytes]], monkeypatch: pytest.MonkeyPatch) -> None:
    folder, lines = going
    for body in (folder / "bodies").iterdir():
        body.unlink()
    grow(folder, *lines)
    assert Follower(folder).look().candidates == 4


def test_a_follower_counts_what_the_run_itself_counts(going: tuple[Path, list[bytes]]) -> None:
    folder, lines = going
    grow(folder, *lines)
    state = State(lambda _: None, lambda episode: episode.metrics["score"], lambda *_: None, lambda _: ())  # type: ignore[arg-type, return-value]
    for fact in Log(folder / "journal.jsonl").facts:
        state.apply(fact)
    assert Follower(folder).look().episodes == state.judged_episodes


def test_a_task_of_a_file_is_not_run_for_a_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.py").write_text("raise SystemExit('it was run')\n")
    bundle = write_run(tmp_path / "run", [[Made("a = 1\n", 0.5)]], task="mine.py:make")
    assert builtin(bundle.configuration()) is None
    (bundle.folder / "card.json").unlink()
    snapshot = Follower(bundle.folder).look()
    assert snapshot.objective == "score"
    assert snapshot.improvements[0].mean == pytest.approx(0.5)


def test_a_task_of_another_version_is_not_asked(tmp_path: Path) -> None:
    bundle: Bundle = write_run(tmp_path / "run", [[Made("a = 1\n", 0.5)]], task="cleanup")
    assert builtin(bundle.configuration()) is None
