import io
from pathlib import Path

import pytest

from propose.samples import Plain, program
from solon.contract import Ask, Candidate, Fault, Feedback, Proposal
from solon.language import python
from solon.propose import Paste, ReplyError, parse_reply, render_prompt

GOOD = "def policy(env, agent_id):\n    return 3\n"
OTHER = "def policy(env, agent_id):\n    return 4\n"


def fenced(source: str, mark: str = "```", language: str = "python") -> str:
    return f"{mark}{language}\n{source}{mark}\n"


@pytest.mark.parametrize(
    "reply",
    [
        GOOD,
        fenced(GOOD),
        fenced(GOOD, language="py"),
        fenced(GOOD, language="Python"),
        fenced(GOOD, language=""),
        fenced(GOOD, mark="~~~"),
        fenced(GOOD, mark="````"),
        f"Here you are:\n\n{fenced(GOOD)}\nGood luck!",
        f"First\n{fenced(OTHER)}\nbetter\n{fenced(GOOD)}",
        f"{fenced(GOOD)}\nRun it with\n{fenced('pip install it' + chr(10), language='bash')}",
        f"{fenced(GOOD)}\nAn example of a call:\n{fenced('action = policy(env, 0)' + chr(10))}",
        "1. In a list:\n\n" + "".join(f"   {line}\n" for line in fenced(GOOD).splitlines()),
        fenced(GOOD).replace("\n", "\r\n"),
        f"\ufeff{GOOD}",
        f"```python title=policy.py\n{GOOD}```",
        f"{fenced(GOOD)}```\n",
    ],
)
def test_the_last_block_that_holds_the_entry_point_is_taken(reply: str) -> None:
    assert parse_reply(reply) == program(GOOD)


def test_line_separators_inside_strings_survive() -> None:
    source = "SIGN = 'a\u2028b\x0c'\ndef policy(env, agent_id):\n    return 3\n"
    assert parse_reply(fenced(source)) == program(source)


def test_a_block_may_hold_fences_shorter_than_its_own() -> None:
    source = 'NOTE = """\n```\n"""\ndef policy(env, agent_id):\n    return 3\n'
    assert parse_reply(fenced(source, mark="````")) == program(source)


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        ("", "empty"),
        ("I would rather not.", "no python code block"),
        (fenced("x = '\\d'\n"), "does not define 'policy'"),
        ("```python\ndef policy(env, agent_id):\n    return", "cut off"),
        (fenced("def policy(env agent):\n    return 3\n"), "not valid Python \\(line 1"),
        (fenced("def plan(env):\n    return 3\n"), "does not define 'policy'"),
        (fenced("x = '\0'\n"), "null bytes|not valid Python"),
        (fenced("x = " + "(" * 5000 + "\n"), "nesting|not valid Python"),
        (f"{fenced(GOOD)}Better:\n```python\n{OTHER}", "cut off"),
        ("x = 1\n", "does not define 'policy'"),
        ("y" * 1_000_001, "at most 1000000"),
    ],
)
def test_an_unusable_reply_is_explained_in_one_sentence(reply: str, message: str) -> None:
    with pytest.raises(ReplyError, match=message) as caught:
        parse_reply(reply)
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(".")


def test_the_entry_point_may_be_a_class_or_an_assignment() -> None:
    for source in ("class Agent:\n    pass\n", "Agent = max\n", "Agent: object = max\n"):
        assert parse_reply(source, python("agent.py:Agent", "agent")).files == (("agent.py", source),)


def history() -> list[Candidate]:
    return [
        Candidate(0, Proposal(program(GOOD)), 0, (123.25,), feedback=Feedback("sparse", "Collected 8 apples.")),
        Candidate(1, Proposal(program(OTHER)), 0, fault=Fault("time", "It took too long.", "Cache the distances.")),
        Candidate(2, Proposal(program(OTHER)), 0, (1.0,), feedback=Feedback("sparse", "Collected 2 apples.")),
    ]


def test_the_prompt_holds_brief_parents_feedback_and_format_but_no_score() -> None:
    prompt = render_prompt(Plain(), history(), parents=(0,))
    assert Plain().brief().strip() in prompt
    assert fenced(GOOD).strip() in prompt
    assert OTHER not in prompt, "only parents are shown in full"
    for remark in (
        "Collected 8 apples.",
        "Candidate 1: Invalid (time): It took too long. Cache",
        "Collected 2 apples.",
    ):
        assert remark in prompt
    assert "defines `policy`" in prompt
    assert "123.25" not in prompt


def test_the_first_prompt_has_no_empty_sections() -> None:
    prompt = render_prompt(Plain(), ())
    assert [line for line in prompt.splitlines() if line.startswith("#")] == ["# Task", "# Your answer"]


def test_only_recent_feedback_is_shown() -> None:
    many = [
        Candidate(n, Proposal(program(GOOD)), 0, (1.0,), feedback=Feedback("sparse", f"remark {n}.")) for n in range(50)
    ]
    prompt = render_prompt(Plain(), many)
    assert "remark 49." in prompt
    assert "remark 41." not in prompt


def test_a_parent_that_holds_fences_is_shown_in_a_longer_one() -> None:
    source = 'NOTE = "```"\ndef policy(env, agent_id):\n    return 3\n'
    prompt = render_prompt(Plain(), [Candidate(0, Proposal(program(source)), 0)], parents=(0,))
    assert f"````python\n{source}````" in prompt


def paste(text: str, count: int = 1, prompt_file: Path | None = None) -> tuple[list[Proposal], str]:
    screen = io.StringIO()
    proposer = Paste(screen, io.StringIO(text), prompt_file)
    return list(proposer.propose(Plain(), history(), Ask(count, 1, parents=(0,)), 0)), screen.getvalue()


def test_a_pasted_reply_becomes_a_proposal_of_the_parents() -> None:
    proposals, screen = paste(fenced(GOOD))
    assert proposals == [Proposal(program(GOOD), (0,), "paste")]
    begin, end = "write the program yourself. -----\n\n", "\n----- The prompt ends."
    assert screen.partition(begin)[2].partition(end)[0] == render_prompt(Plain(), history(), (0,))


def test_several_replies_are_separated_by_an_end_line() -> None:
    proposals, screen = paste(f"{fenced(GOOD)}END\n{OTHER}END\n", count=3)
    assert [proposal.program for proposal in proposals] == [program(GOOD), program(OTHER)]
    assert "Paste reply 2 of 3" in screen


def test_an_unusable_reply_is_asked_for_again() -> None:
    proposals, screen = paste(f"```python\ndef policy(\nEND\n{fenced(GOOD)}END\n")
    assert proposals[0].program == program(GOOD)
    assert "The reply was cut off inside its code block" in screen


def test_after_three_unusable_replies_it_gives_up_in_one_sentence() -> None:
    with pytest.raises(ReplyError, match=r"^None of 3 replies .* no python code block"):
        paste("no thank you\nEND\n" * 3 + GOOD)


def test_a_long_prompt_may_go_to_a_file(tmp_path: Path) -> None:
    proposals, screen = paste(GOOD, prompt_file=tmp_path / "prompt.md")
    assert len(proposals) == 1
    assert (tmp_path / "prompt.md").read_text(encoding="utf-8") == render_prompt(Plain(), history(), (0,))
    assert "# Task" not in screen
    assert "prompt.md" in screen


def test_at_least_one_attempt_is_needed() -> None:
    with pytest.raises(ValueError, match="at least 1 attempt"):
        Paste(io.StringIO(), io.StringIO(), attempts=0)
