"""A journal loses nothing but a torn last line, and believes nothing that was altered."""

import resource
import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from solon.contract import Ask, Episode, Fault, Feedback, Finding, InfrastructureError, Invalid, Program, Scored
from solon.journal import Bodies, Chosen, Damaged, Fact, Found, Judged, Log, Proposed, Sealed, State, Suggestion, fold

FACTS = [
    Proposed(0, 0, Ask(2, 3), (Suggestion("a" * 64), Suggestion("b" * 64, (0,), "mutate", {"cut": 3, "order": "up"}))),
    Judged(0, 0, Scored((Episode({"efficiency": 1.25}, {"return": (1.0, 2.0)}, 1, Fault("raised", "ü")),))),
    Judged(1, 0, Invalid(Fault("time", "it ran for 60 s", "shorten it", step=4))),
    Found(Finding("slips", "note", "one slip"), 0),
    Chosen(0, "the budget is spent"),
]


def write(path: Path) -> bytes:
    log = Log(path)
    for fact in FACTS:
        log.append(fact)
    return path.read_bytes()


def test_facts_come_back_as_they_were_written(tmp_path: Path) -> None:
    write(tmp_path / "journal.jsonl")
    log = Log(tmp_path / "journal.jsonl")
    assert log.facts == FACTS
    assert log.dropped == ""


def test_equal_facts_give_equal_bytes(tmp_path: Path) -> None:
    write(tmp_path / "a")
    write(tmp_path / "b")
    assert Log(tmp_path / "a").digest() == Log(tmp_path / "b").digest()


def test_a_journal_cut_anywhere_keeps_every_whole_line(tmp_path: Path) -> None:
    """Truncation at every byte: the facts before the cut survive, the torn line is reported, writing goes on."""
    whole = write(tmp_path / "journal.jsonl")
    path = tmp_path / "cut.jsonl"
    for cut in range(len(whole)):
        path.write_bytes(whole[:cut])
        complete = whole[:cut].count(b"\n")
        log = Log(path)
        assert log.facts == FACTS[:complete]
        assert bool(log.dropped) == (not whole[:cut].endswith(b"\n") and cut > 0)
        for fact in FACTS[complete:]:
            log.append(fact)
        assert path.read_bytes() == whole


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(position=st.integers(0, 10**6), flip=st.integers(1, 255))
def test_an_altered_byte_is_never_believed(tmp_path: Path, position: int, flip: int) -> None:
    """Any single altered byte is either reported as damage or costs the last line; no other fact changes."""
    whole = bytearray(write(tmp_path / "journal.jsonl"))
    (tmp_path / "journal.jsonl").unlink()
    whole[position % len(whole)] ^= flip
    path = tmp_path / "altered.jsonl"
    path.write_bytes(whole)
    try:
        facts = Log(path).facts
    except Damaged:
        return
    assert facts in (FACTS[:-1], FACTS)


def test_a_full_disk_leaves_no_half_line(tmp_path: Path) -> None:
    """A limit on the file's size makes the kernel take ten bytes of the line, as a full disk would."""
    path = tmp_path / "journal.jsonl"
    before = write(path)
    log = Log(path)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 10, hard))
    try:
        with pytest.raises(InfrastructureError, match="free some space"):
            log.append(FACTS[0])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)
    assert len(log.facts) == len(FACTS)
    assert path.read_bytes() == before


def test_reading_a_journal_touches_nothing(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    assert Log(path).facts == []
    assert not path.exists()
    torn = write(path)[:-9]
    path.write_bytes(torn)
    assert "torn" in Log(path).dropped
    assert path.read_bytes() == torn


def test_a_journal_that_another_process_has_changed_is_not_written_to(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    one, other = Log(path), Log(path)
    one.append(FACTS[0])
    with pytest.raises(InfrastructureError, match="somebody else"):
        other.append(FACTS[0])
    assert Log(path).facts == FACTS[:1]


def test_two_lines_made_one_by_an_altered_byte_are_damage(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    lines = write(path).splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-2]) + lines[-2][:-1] + b"x" + lines[-1])
    with pytest.raises(Damaged, match="line 4"):
        Log(path)


def state() -> State:
    program = Program(files=(("policy.py", "7"),))
    return State(lambda _digest: program, lambda _episode: 1.0, lambda *_: Feedback("none", ""), lambda _digest: ())


@pytest.mark.parametrize("lost", [0, 1, 4])
def test_a_journal_that_has_lost_a_line_on_which_others_rest_is_refused(lost: int) -> None:
    facts = [
        *FACTS[:3],
        Judged(0, 1, FACTS[1].outcome),
        Proposed(1, 2, Ask(1, 1), (Suggestion("c" * 64),)),
        Chosen(2, ""),
    ]
    assert fold(facts, state()).chosen == Chosen(2, "")
    with pytest.raises(Damaged, match="contradicts itself"):
        fold(facts[:lost] + facts[lost + 1 :], state())


@pytest.mark.parametrize(
    "late",
    [Proposed(1, 2, Ask(1, 1), ()), Judged(0, 1, Scored(())), Chosen(0, ""), Chosen(9, ""), Judged(-1, 0, Scored(()))],
)
def test_nothing_follows_the_end_of_the_search(late: Fact) -> None:
    with pytest.raises(Damaged, match="contradicts itself"):
        fold([*FACTS, late], state())


def test_nothing_is_sealed_before_the_end_of_the_search() -> None:
    with pytest.raises(Damaged, match="before the search has ended"):
        fold([*FACTS[:2], Sealed("winner", "a" * 64, Scored(()))], state())


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(InfrastructureError, match="cannot open the journal"):
        Log(tmp_path / "absent" / "journal.jsonl")


def test_bodies_are_found_by_content_and_checked(tmp_path: Path) -> None:
    bodies = Bodies(tmp_path / "bodies")
    program = Program(files=(("policy.py", "def policy(env, agent_id):\n    return 7\n"),))
    digest = bodies.put_program(program)
    assert digest == program.digest
    assert bodies.program(digest) == program
    assert bodies.put_program(program) == digest
    (tmp_path / "bodies" / digest).write_bytes(b"{}")
    with pytest.raises(InfrastructureError, match="altered"):
        bodies.get(digest)
    with pytest.raises(InfrastructureError, match="missing"):
        bodies.get("0" * 64)
