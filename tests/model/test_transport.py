"""Requests are identified by their content; only a reply that ended by itself may become a candidate."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.fakes import answer, ask
from solon.model import UNSUPPORTED, Form, Message, Rejected, Request, screen

JSON, TOOL = Form("json", "answer", "{}"), Form("tool", "answer", "{}")


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
        msgspec.structs.replace(request, thinking=0),
        msgspec.structs.replace(request, thinking=-1),
        msgspec.structs.replace(request, form=JSON),
        msgspec.structs.replace(request, form=TOOL),
        msgspec.structs.replace(request, form=Form("tool", "other", "{}")),
        msgspec.structs.replace(request, form=Form("tool", "answer", '{"type": "object"}')),
    ]
    assert len({request.key, *(other.key for other in others)}) == len(others) + 1
    changed = {name for it in others for name in it.__struct_fields__ if getattr(it, name) != getattr(request, name)}
    assert changed == set(Request.__struct_fields__), "a new field needs a line above"


def test_the_key_is_the_same_in_every_process_and_version() -> None:
    assert ask().key == "74c256af9c860d358160dde775b4864f2ebc5e3df036106d3da01671e24db7d3"


def test_the_bound_of_the_input_counts_a_schema() -> None:
    assert ask(form=TOOL).input_bound > ask().input_bound + len("{}")


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
        ("x", "MAX_TOKENS", "cut off", False),
        ("x", "model_context_window_exceeded", "cut off", False),
        ("x", "SAFETY", "content filter", True),
        ("x", "RECITATION", "content filter", True),
        ("x", "pause_turn", "pause_turn", False),
        ("x", "MALFORMED_FUNCTION_CALL", "tool", False),
        ("", UNSUPPORTED, "does not offer", True),
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


@pytest.mark.parametrize("reason", ["stop", "tool_calls", "tool_use", "STOP"])
def test_a_call_of_the_tool_that_was_asked_for_is_accepted(reason: str) -> None:
    reply = answer("{}", reason, tool="answer")
    assert screen(reply, TOOL) == reply
    for other in (None, JSON, Form("tool", "another", "{}")):
        rejected = screen(reply, other)
        assert isinstance(rejected, Rejected)
        assert "tool" in rejected.reason


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (answer("{}", "stop"), "no single call of the tool 'answer'"),
        (answer("{}", "tool_calls", tool="answer, answer"), "no single call of the tool"),
        (answer("{}", "pause_turn", tool="answer"), "no single call of the tool"),
        (answer('{"files": [', "max_tokens", tool="answer"), "cut off"),
        (answer("", "tool_use", tool="answer"), "empty; send the JSON object"),
    ],
)
def test_a_tools_argument_that_is_torn_or_missing_is_rejected(reply, words: str) -> None:
    rejected = screen(reply, TOOL)
    assert isinstance(rejected, Rejected)
    assert words in rejected.reason
