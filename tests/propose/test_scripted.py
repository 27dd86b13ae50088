import ast
import io
from pathlib import Path

import pytest

from propose.samples import Holed, Plain, grow, program
from solon.contract import Ask, Candidate, Program
from solon.propose import (
    Noisy,
    Offline,
    Paste,
    Polish,
    Scripted,
    check_proposer,
    make_proposer,
    proposer_names,
    read_program,
)

PROGRAMS = [program(f"def policy(env, agent_id):\n    return {n}\n") for n in range(40)]


def test_scripted_programs_come_in_order_and_then_nothing() -> None:
    proposer = Scripted(PROGRAMS[:5])
    history: list[Candidate] = []
    sizes: list[int] = []
    for group in range(4):
        proposals = proposer.propose(Plain(), history, Ask(2, 1), group)
        sizes.append(len(proposals))
        history += [Candidate(len(history) + place, proposal, group) for place, proposal in enumerate(proposals)]
    assert sizes == [2, 2, 1, 0]
    assert [candidate.proposal.program for candidate in history] == PROGRAMS[:5]


def test_known_programs_keep_the_rules_of_proposers() -> None:
    check_proposer(lambda: Scripted(PROGRAMS), Plain())
    check_proposer(lambda: Noisy(PROGRAMS, 0.5), Plain())
    check_proposer(lambda: Noisy(Offline(), 0.5), Holed())


def test_the_check_rejects_empty_programs_and_unborn_parents() -> None:
    with pytest.raises(AssertionError, match="no text in its entry file"):
        check_proposer(lambda: Scripted([program("  \n")] * 20), Plain())
    with pytest.raises(AssertionError, match="no text in its entry file"):
        check_proposer(lambda: Scripted([Program((("other.py", "x = 1"),))] * 20), Plain())


def test_noise_breaks_the_stated_share_in_every_way() -> None:
    history = grow_quietly(Noisy(PROGRAMS * 10, 0.3), groups=20)
    broken = [candidate for candidate in history if candidate.proposal.operator.startswith("broken")]
    assert 0.22 < len(broken) / len(history) < 0.38
    assert {candidate.proposal.operator for candidate in broken} == {
        f"broken: {way}" for way in ("syntax", "entry", "raises", "type", "slow")
    }
    for candidate in broken:
        if candidate.proposal.operator == "broken: syntax":
            with pytest.raises(SyntaxError):
                ast.parse(candidate.proposal.program.source)
        else:
            names = [
                n.name for n in ast.walk(ast.parse(candidate.proposal.program.source)) if isinstance(n, ast.FunctionDef)
            ]
            assert ("policy" in names) == (candidate.proposal.operator != "broken: entry")


def grow_quietly(proposer: Noisy, groups: int) -> list[Candidate]:
    history: list[Candidate] = []
    for group in range(groups):
        proposals = proposer.propose(Plain(), history, Ask(20, 1), group)
        history += [Candidate(len(history) + place, proposal, group) for place, proposal in enumerate(proposals)]
    return history


def test_without_noise_the_source_passes_unchanged_and_with_full_noise_nothing_does() -> None:
    quiet = grow(Noisy(Offline(), 0.0), Holed(), [8] * 3)
    assert [c.proposal for c in quiet] == [c.proposal for c in grow(Offline(), Holed(), [8] * 3)]
    loud = Noisy(PROGRAMS, 1.0).propose(Plain(), (), Ask(40, 1), 1)
    assert all(proposal.program != original for proposal, original in zip(loud, PROGRAMS, strict=True))


@pytest.mark.parametrize("rate", [-0.1, 1.1, float("nan")])
def test_a_rate_that_is_no_probability_is_refused(rate: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        Noisy(PROGRAMS, rate)


def test_proposers_are_made_from_the_texts_of_the_command_line(tmp_path: Path) -> None:
    first, second = tmp_path / "first.py", tmp_path / "second.py"
    first.write_bytes(b"LIMIT = 5.5\r\ndef policy(env, agent_id): return 3\r\n")
    second.write_text("def policy(env, agent_id): return 4\n")
    assert proposer_names() == ("noisy", "offline", "paste", "polish", "scripted")
    assert isinstance(make_proposer("offline"), Offline)
    assert isinstance(make_proposer(f"polish:{first}"), Polish)
    assert isinstance(make_proposer("paste", screen=io.StringIO(), keyboard=io.StringIO()), Paste)
    scripted = make_proposer(f"scripted:{first},{second}")
    sources = [proposal.program.source for proposal in scripted.propose(Plain(), (), Ask(9, 1), 0)]
    assert sources == [first.read_bytes().decode(), second.read_text()]


def test_paste_takes_a_file_for_the_prompt(tmp_path: Path) -> None:
    proposer = make_proposer(
        f"paste:{tmp_path / 'p.md'}", screen=io.StringIO(), keyboard=io.StringIO(PROGRAMS[0].source)
    )
    assert proposer.propose(Plain(), (), Ask(1, 1), 0)[0].program == PROGRAMS[0]
    assert (tmp_path / "p.md").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ofline", r"local:URL#NAME\); did you mean 'offline'\?"),
        ("polsh:a.py", "did you mean 'polish:FILE'"),
        ("qqqq", "choose from offline, paste or paste:PROMPT_FILE, polish:FILE, scripted:FILE"),
        ("openai:some-model", "a model is written openai:NAME"),
        ("polish", "write polish:FILE"),
        ("scripted:", "write scripted:FILE"),
        ("offline:3", "write offline"),
        ("polish:/nowhere/a.py", "there is no file"),
    ],
)
def test_unknown_texts_name_the_nearest_valid_one(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make_proposer(text)


def test_a_byte_order_mark_is_no_part_of_a_program(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"\xef\xbb\xbfx = 2.5\n")
    assert read_program(tmp_path / "a.py").source == "x = 2.5\n"


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"\xff\xfe")
    with pytest.raises(ValueError, match="not UTF-8"):
        make_proposer(f"scripted:{tmp_path / 'a.py'}")
