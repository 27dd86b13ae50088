"""OpenAI's chat completions, which most other servers speak too."""

import json

import msgspec

from solon.model.dialect import count
from solon.model.transport import Reply, Request


class _Details(msgspec.Struct):
    cached_tokens: int | None = None


class _Reasoning(msgspec.Struct):
    reasoning_tokens: int | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: _Details | None = None
    completion_tokens_details: _Reasoning | None = None


class _Function(msgspec.Struct):
    name: str = ""
    arguments: str | None = None


class _Call(msgspec.Struct):
    function: _Function | None = None


class _Message(msgspec.Struct):
    content: str | None = None
    refusal: str | None = None
    tool_calls: list[_Call] | None = None


class _Choice(msgspec.Struct):
    message: _Message
    finish_reason: str | None = None


class _Completion(msgspec.Struct):
    choices: list[_Choice]
    usage: _Usage | None = None
    model: str | None = None
    id: str | None = None


class ChatCompletions:
    """The dialect of every OpenAI-compatible endpoint; ``limit`` is its name for the most tokens of a reply."""

    def __init__(self, limit: str = "max_tokens") -> None:
        self._limit = limit

    def headers(self, key: str) -> dict[str, str]:
        """Return nothing: the key is a bearer token."""
        del key
        return {}

    def version(self, request: Request) -> dict[str, str]:
        """Return nothing: the URL names the version."""
        del request
        return {}

    def path(self, request: Request) -> str:
        """Return the one path of all models."""
        del request
        return "/chat/completions"

    def body(self, request: Request) -> dict[str, object]:
        """Return a call; what is not asked for is not sent."""
        body: dict[str, object] = {
            "model": request.model,
            "messages": [{"role": message.role, "content": message.content} for message in request.messages],
            self._limit: request.max_tokens,
        }
        if request.temperature is not None:
            body["temperature"] = request.temperature
        if request.effort is not None:
            body["reasoning_effort"] = request.effort
        if form := request.form:
            schema: object = json.loads(form.schema)
            if form.rung == "json":
                stated = {"name": form.name, "strict": True, "schema": schema}
                body["response_format"] = {"type": "json_schema", "json_schema": stated}
            else:
                function = {"name": form.name, "description": "Give the answer.", "parameters": schema}
                body["tools"] = [{"type": "function", "function": function}]
                body["tool_choice"] = {"type": "function", "function": {"name": form.name}}
        return body

    def read(self, answer: object) -> Reply:
        """Return the first choice; several calls of tools become one of no known name."""
        completion = msgspec.convert(answer, type=_Completion)
        choice = completion.choices[0]
        usage = completion.usage or _Usage()
        calls = [call.function or _Function() for call in choice.message.tool_calls or ()]
        return Reply(
            (calls[0].arguments if calls else choice.message.content) or "",
            "content_filter" if choice.message.refusal else choice.finish_reason or "",
            count(usage.prompt_tokens),
            count(usage.completion_tokens),
            count((usage.prompt_tokens_details or _Details()).cached_tokens) or 0,
            completion.model or "",
            completion.id or "",
            thinking_tokens=count((usage.completion_tokens_details or _Reasoning()).reasoning_tokens) or 0,
            tool=", ".join(call.name or "?" for call in calls),
        )
