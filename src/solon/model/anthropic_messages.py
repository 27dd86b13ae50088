"""Anthropic's Messages: prompts that are cached on request, effort, budgets for thinking, its own ends and counts.

Fields: https://platform.claude.com/docs/en/api/messages, read through version 2.12 of Anthropic's own package.
"""

import json

import msgspec

from solon.model.dialect import count, total
from solon.model.transport import Reply, Request

_VERSION, _WITH_TEMPERATURE = "2026-10-21", "2023-06-01"  # the later one refuses a temperature, even the usual one
_EFFORTS = {"minimal": "low", "low": "low", "medium": "medium", "high": "high"}


class _Details(msgspec.Struct):
    thinking_tokens: int | None = None


class _Usage(msgspec.Struct):
    input_tokens: int | None = None  # neither read from the cache nor written to it
    output_tokens: int | None = None  # thinking included
    cache_read_input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    output_tokens_details: _Details | None = None


class _Block(msgspec.Struct):
    type: str
    text: str = ""
    name: str = ""
    input: object = None


class _Message(msgspec.Struct):
    content: list[_Block]
    stop_reason: str | None = None
    usage: _Usage | None = None
    model: str | None = None
    id: str | None = None


class AnthropicMessages:
    """The dialect of Anthropic's own endpoint; whole replies, not streamed."""

    def headers(self, key: str) -> dict[str, str]:
        """Return the key."""
        return {"x-api-key": key}

    def version(self, request: Request) -> dict[str, str]:
        """Return the latest version that takes the parameters of a call."""
        return {"anthropic-version": _VERSION if request.temperature is None else _WITH_TEMPERATURE}

    def path(self, request: Request) -> str:
        """Return the one path of all models."""
        del request
        return "/messages"

    def body(self, request: Request) -> dict[str, object]:
        """Return a call whose system prompt, which all calls of a run share, ends at a breakpoint of the cache."""
        body: dict[str, object] = {
            "model": request.model,
            "max_tokens": request.max_tokens,
            "messages": [{"role": it.role, "content": it.content} for it in request.messages if it.role != "system"],
        }
        system = [{"type": "text", "text": it.content} for it in request.messages if it.role == "system"]
        if system:
            body["system"] = [*system[:-1], {**system[-1], "cache_control": {"type": "ephemeral"}}]
        if request.temperature is not None:
            body["temperature"] = request.temperature
        if request.thinking is not None:
            body["thinking"] = _thinking(request.thinking)
        output: dict[str, object] = {}
        if request.effort is not None:
            output["effort"] = _EFFORTS[request.effort]
        if form := request.form:
            schema: object = json.loads(form.schema)
            if form.rung == "json":
                output["format"] = {"type": "json_schema", "schema": schema}
            else:
                body["tools"] = [{"name": form.name, "description": "Give the answer.", "input_schema": schema}]
                # a tool cannot be forced on a model that thinks; if it calls none, the reply is rejected
                choice = {"type": "auto"} if request.thinking else {"type": "tool", "name": form.name}
                body["tool_choice"] = {**choice, "disable_parallel_tool_use": True}
        if output:
            body["output_config"] = output
        return body

    def read(self, answer: object) -> Reply:
        """Return the text, or the argument of the tool that was called; thinking is left out of both."""
        message = msgspec.convert(answer, type=_Message)
        usage = message.usage or _Usage()
        read, written = count(usage.cache_read_input_tokens), count(usage.cache_creation_input_tokens)
        calls = [block for block in message.content if block.type == "tool_use"]
        text = "".join(block.text for block in message.content if block.type == "text")
        stated = count(usage.input_tokens)
        return Reply(
            json.dumps(calls[0].input, ensure_ascii=False) if calls else text,
            message.stop_reason or "",
            None if stated is None else total(stated, read, written),
            count(usage.output_tokens),
            read or 0,
            message.model or "",
            message.id or "",
            written_tokens=written or 0,
            thinking_tokens=count((usage.output_tokens_details or _Details()).thinking_tokens) or 0,
            tool=", ".join(call.name or "?" for call in calls),
        )


def _thinking(budget: int) -> dict[str, object]:
    if budget < 0:
        return {"type": "adaptive"}
    return {"type": "enabled", "budget_tokens": budget} if budget else {"type": "disabled"}
