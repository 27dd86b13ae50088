"""Requests are identified by their content; only a reply that ended by itself may become a candidate."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.fakes import answer, ask
from solon.model import Message, Rejected, Request, screen


def test_every_field_of_a_request_is_part_of_its_key() -> None:
    request = ask()
    others = [
        msgspec.structs.replace(request, model="other"),
        msgspec.structs.replace(request, messages=request.messages[:1]),
        msgspec.structs.replace(request, messages=(Message("user", "Rules."), request.messages[1])),
        msgspec.structs.replace(request, max_tokens=1),
        msgspec.structs.replace(request, temperature=0.0),
        msgspec.structs.replace(request, temperature=1.0),
        msgspec.structs.replace(request, effort="low"),
        msgspec.structs.replace(request, sample=1),
    ]
    assert len({request.key, *(other.key for other in others)}) == len(others) + 1
    assert set(Request.__struct_fields__) == {"model", "messages", "max_tokens", "temperature", "effort", "sample"}


def test_the_key_is_the_same_in_every_process_and_version() -> None:
    assert ask().key == "74c256af9c860d358160dde775b4864f2ebc5e3df036106d3da01671e24db7d3"


@given(st.text())
def test_the_bound_of_the_input_holds_for_any_tokeniser_whose_tokens_cover_a_byte(text: str) -> None:
    assert ask(text).input_bound >= len(text.encode()) + len("Rules.")


@pytest.mark.parametrize("reason", ["stop", "STOP", "end_turn", "eos_token"])
def test_a_reply_that_ended_by_itself_is_accepted(reason: str) -> None:
    assert screen(answer("x", reason)) == answer("x", reason)


@pytest.mark.parametrize(
    ("text", "reason", "words", "hopeless"),
    [
        ("x", "length", "cut off", False),
        ("x", "content_filter", "content filter", True),
        ("", "tool_calls", "tool", False),
        ("x", "function_call", "tool", False),
        ("x", "", "finish reason: none", False),
        ("x", "insufficient_system_resource", "insufficient_system_resource", False),
        (" \n", "stop", "empty", False),
    ],
)
def test_any_other_reply_is_rejected_with_a_reason(text: str, reason: str, words: str, hopeless: bool) -> None:
    rejected = screen(answer(text, reason))
    assert isinstance(rejected, Rejected)
    assert words in rejected.reason
    assert rejected.hopeless == hopeless
