"""Guarded Python functions."""

import pytest

from solon.interop.guard_gate import Gate
from solon.interop.tool_wrapper import Blocked, guarded_tool
from solon.tasks.guard.files import read

POLICY = (
    "policy t\ntool send(to: text, copies?: integer = 1)\nrule ok: allow send\n"
    '    when ends(arg.to, "@example.org") and arg.copies <= 3\n'
)


def send(to: str, copies: int = 1) -> list[str]:
    """Send something."""
    if copies == 3:
        raise RuntimeError("jam")
    return [to] * copies


def test_a_guarded_function_runs_on_what_the_policy_allows() -> None:
    guarded = guarded_tool(send, Gate(read(POLICY)))
    assert guarded("a@example.org") == ["a@example.org"]
    assert guarded("a@example.org", copies=2) == ["a@example.org"] * 2
    assert guarded.__name__ == "send"


@pytest.mark.parametrize("arguments", [("a@evil.test",), ("a@example.org", 4), ("a@example.org", True), (3,)])
def test_everything_else_raises_with_the_reason(arguments: tuple) -> None:
    with pytest.raises(Blocked, match=r"Decided by|must be"):
        guarded_tool(send, Gate(read(POLICY)))(*arguments)


def test_a_failure_of_the_tool_is_its_own() -> None:
    with pytest.raises(RuntimeError, match="jam"):
        guarded_tool(send, Gate(read(POLICY)))("a@example.org", 3)


def test_a_tool_that_the_policy_does_not_know_never_runs() -> None:
    with pytest.raises(Blocked):
        guarded_tool(send, Gate(read(POLICY)), name="other")("a@example.org")
