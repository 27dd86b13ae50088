"""Google's generateContent: thinking by level or budget, blocked prompts, its own ends and counts.

Fields: https://ai.google.dev/api/generate-content, read through version 3.4 of Google's own package. Prompts are cached
by the server without being asked to.
"""

import json
from urllib.parse import quote

import msgspec

from solon.model.dialect import count, total
from solon.model.transport import Reply, Request

_CAMEL = "camel"


class _Usage(msgspec.Struct, rename=_CAMEL):
    prompt_token_count: int | None = None  # what was read from the cache included
    candidates_token_count: int | None = None  # thoughts not included
    thoughts_token_count: int | None = None
    cached_content_token_count: int | None = None


class _Function(msgspec.Struct):
    name: str = ""
    args: object = None


class _Part(msgspec.Struct, rename=_CAMEL):
    text: str = ""
    thought: bool = False
    function_call: _Function | None = None


class _Content(msgspec.Struct):
    parts: list[_Part] = []


class _Candidate(msgspec.Struct, rename=_CAMEL):
    content: _Content | None = None
    finish_reason: str | None = None


class _Prompt(msgspec.Struct, rename=_CAMEL):
    block_reason: str | None = None


class _Response(msgspec.Struct, rename=_CAMEL):
    candidates: list[_Candidate] = []
    prompt_feedback: _Prompt | None = None
    usage_metadata: _Usage | None = None
    model_version: str | None = None
    response_id: str | None = None


class Gemini:
    """The dialect of Google's own endpoint for Gemini models."""

    def headers(self, key: str) -> dict[str, str]:
        """Return the key, which a URL would bring into logs."""
        return {"x-goog-api-key": key}

    def version(self, request: Request) -> dict[str, str]:
        """Return nothing: the URL names the version."""
        del request
        return {}

    def path(self, request: Request) -> str:
        """Return a model's own path."""
        name = request.model if "/" in request.model else f"models/{request.model}"
        return f"/{quote(name)}:generateContent"

    def body(self, request: Request) -> dict[str, object]:
        """Return a call; what is not asked for is not sent."""
        roles = {"user": "user", "assistant": "model"}
        body: dict[str, object] = {
            "contents": [
                {"role": roles[it.role], "parts": [{"text": it.content}]}
                for it in request.messages
                if it.role != "system"
            ]
        }
        if system := [{"text": it.content} for it in request.messages if it.role == "system"]:
            body["systemInstruction"] = {"parts": system}
        settings: dict[str, object] = {"maxOutputTokens": request.max_tokens}
        if request.temperature is not None:
            settings["temperature"] = request.temperature
        if request.effort is not None:
            settings["thinkingConfig"] = {"thinkingLevel": request.effort.upper()}
        if request.thinking is not None:
            settings["thinkingConfig"] = {"thinkingBudget": request.thinking}
        if form := request.form:
            schema: object = json.loads(form.schema)
            if form.rung == "json":
                settings |= {"responseMimeType": "application/json", "responseJsonSchema": schema}
            else:
                function = {"name": form.name, "description": "Give the answer.", "parametersJsonSchema": schema}
                body["tools"] = [{"functionDeclarations": [function]}]
                body["toolConfig"] = {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": [form.name]}}
        body["generationConfig"] = settings
        return body

    def read(self, answer: object) -> Reply:
        """Return the first candidate without its thoughts; a blocked prompt is a filtered reply."""
        response = msgspec.convert(answer, type=_Response)
        usage = response.usage_metadata or _Usage()
        blocked = response.prompt_feedback is not None and bool(response.prompt_feedback.block_reason)
        candidate = _Candidate(finish_reason="content_filter") if blocked else response.candidates[0]
        parts = candidate.content.parts if candidate.content else []
        calls = [part.function_call for part in parts if part.function_call is not None]
        text = "".join(part.text for part in parts if not part.thought)
        given = total(usage.candidates_token_count, usage.thoughts_token_count)
        return Reply(
            json.dumps(calls[0].args, ensure_ascii=False) if calls else text,
            candidate.finish_reason or "",
            count(usage.prompt_token_count),
            0 if blocked and given is None else given,
            count(usage.cached_content_token_count) or 0,
            response.model_version or "",
            response.response_id or "",
            thinking_tokens=count(usage.thoughts_token_count) or 0,
            tool=", ".join(call.name or "?" for call in calls),
        )
