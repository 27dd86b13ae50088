"""What three providers send: replies, usage, errors; and what their servers read in a call.

Every reply used 20 tokens of input, 8 of them from a cache (Anthropic: 5 more written to it), and 3 of output, 1 of
them for thinking.
"""

import json
from types import SimpleNamespace
from typing import Any

INPUT, READ, WRITTEN, OUTPUT, THOUGHT = 20, 8, 5, 3, 1


def of(path: str) -> Any:
    if path.endswith("/chat/completions"):
        return OpenAI
    return Anthropic if path.endswith("/messages") else Google


def used(fault: str) -> dict[str, int] | None:
    """The usage in the words of the ledger's test."""
    return None if fault in ("no usage", "odd usage") else {"prompt_tokens": INPUT, "completion_tokens": OUTPUT}


class OpenAI:
    key = "Authorization"
    unsupported = {
        "json": "This response_format type is unavailable now",
        "tool": "this model does not support tools",
    }

    @staticmethod
    def form(body: dict) -> str | None:
        return "tool" if "tools" in body else "json" if "response_format" in body else None

    @staticmethod
    def prompt(body: dict) -> str:
        return body["messages"][1]["content"]

    @staticmethod
    def error(status: int, message: str, code: str) -> bytes:
        return json.dumps({"error": {"message": message, "code": code, "type": "error"}}).encode()

    @classmethod
    def reply(cls, body: dict, fault: str, text: str) -> tuple[dict, dict[str, int] | None]:
        message: dict = {"role": "assistant", "content": text}
        ends = {"length": "length", "filter": "content_filter", "no finish": None}
        reason = ends.get(fault, "stop")
        tool = "run" if fault == "tool call" else "answer" if cls.form(body) == "tool" else ""
        if fault == "refusal":
            message["refusal"] = "I will not."
        elif fault == "empty":
            message["content"] = ""
        elif tool:
            call = {"id": "1", "type": "function", "function": {"name": tool, "arguments": text}}
            message, reason = (
                {"role": "assistant", "content": None, "tool_calls": [call]},
                ends.get(fault, "tool_calls"),
            )
        reply: dict = {
            "id": "call-1",
            "object": "chat.completion",
            "created": 0,
            "model": f"{body['model']}-2026",
            "choices": [{"index": 0, "message": message, "finish_reason": reason}],
        }
        if fault != "no usage":
            reply["usage"] = {
                "prompt_tokens": -1 if fault == "odd usage" else INPUT,
                "completion_tokens": OUTPUT,
                "total_tokens": INPUT + OUTPUT,
                "prompt_tokens_details": {"cached_tokens": READ},
                "completion_tokens_details": {"reasoning_tokens": THOUGHT},
            }
        return reply, used(fault)


class Anthropic:
    key = "x-api-key"
    unsupported = {
        "json": "output_config.format: Extra inputs are not permitted",
        "tool": "tools: this model has no tool use",
    }

    @staticmethod
    def form(body: dict) -> str | None:
        return "tool" if "tools" in body else "json" if "format" in body.get("output_config", {}) else None

    @staticmethod
    def prompt(body: dict) -> str:
        return body["messages"][0]["content"]

    @staticmethod
    def error(status: int, message: str, code: str) -> bytes:
        return json.dumps({"type": "error", "error": {"type": code, "message": message}, "request_id": "r"}).encode()

    @classmethod
    def reply(cls, body: dict, fault: str, text: str) -> tuple[dict, dict[str, int] | None]:
        blocks: list[dict] = [
            {"type": "thinking", "thinking": "Hm.", "signature": "c2ln"},
            {"type": "text", "text": text},
        ]
        ends = {"length": "max_tokens", "filter": "refusal", "refusal": "refusal", "no finish": None}
        reason = ends.get(fault, "end_turn")
        tool = "run" if fault == "tool call" else "answer" if cls.form(body) == "tool" else ""
        if fault == "empty":
            blocks = []
        elif tool:
            blocks[1:] = [{"type": "tool_use", "id": "toolu_1", "name": tool, "input": value(text)}]
            reason = ends.get(fault, "tool_use")
        reply: dict = {
            "id": "call-1",
            "type": "message",
            "role": "assistant",
            "model": f"{body['model']}-2026",
            "content": blocks,
            "stop_reason": reason,
            "stop_sequence": None,
        }
        if fault != "no usage":
            reply["usage"] = {
                "input_tokens": -1 if fault == "odd usage" else INPUT - READ - WRITTEN,
                "cache_read_input_tokens": READ,
                "cache_creation_input_tokens": WRITTEN,
                "output_tokens": OUTPUT,
                "output_tokens_details": {"thinking_tokens": THOUGHT},
            }
        return reply, used(fault)


class Google:
    key = "x-goog-api-key"
    unsupported = {
        "json": "Invalid JSON payload received. Unknown name \"responseJsonSchema\" at 'generation_config'",
        "tool": "Function calling is not enabled for this model",
    }

    @staticmethod
    def form(body: dict) -> str | None:
        settings = body["generationConfig"]
        return "tool" if "tools" in body else "json" if "responseJsonSchema" in settings else None

    @staticmethod
    def prompt(body: dict) -> str:
        return body["contents"][0]["parts"][0]["text"]

    @staticmethod
    def error(status: int, message: str, code: str, delay: str = "") -> bytes:
        details: list[dict] = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": code}]
        if delay:
            details.append({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay})
        return json.dumps(
            [{"error": {"code": status, "message": message, "status": code, "details": details}}]
        ).encode()

    @classmethod
    def reply(cls, body: dict, fault: str, text: str) -> tuple[dict, dict[str, int] | None]:
        parts: list[dict] = [{"text": "Hm.", "thought": True}, {"text": text}]
        reason = {"length": "MAX_TOKENS", "filter": "SAFETY", "no finish": None}.get(fault, "STOP")
        tool = "run" if fault == "tool call" else "answer" if cls.form(body) == "tool" else ""
        if fault == "empty":
            parts = []
        elif tool:
            parts[1:] = [{"functionCall": {"name": tool, "args": value(text)}}]
        candidate = {"content": {"role": "model", "parts": parts}, "index": 0}
        reply: dict = {
            "candidates": [candidate | ({"finishReason": reason} if reason else {})],
            "modelVersion": "gemini-2026",
            "responseId": "call-1",
        }
        if fault == "refusal":
            reply = {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}
        if fault != "no usage":
            reply["usageMetadata"] = {
                "promptTokenCount": -1 if fault == "odd usage" else INPUT,
                "candidatesTokenCount": OUTPUT - THOUGHT,
                "thoughtsTokenCount": THOUGHT,
                "cachedContentTokenCount": READ,
                "totalTokenCount": INPUT + OUTPUT,
            }
        return reply, used(fault)


def value(text: str) -> object:
    """A tool's argument, which these two providers send decoded."""
    try:
        return json.loads(text)
    except ValueError:
        return {"text": text}


PROVIDERS = {
    "local": SimpleNamespace(protocol=OpenAI, variable="LOCAL_API_KEY", header="authorization", model="gpt-4.1-mini"),
    "anthropic": SimpleNamespace(
        protocol=Anthropic, variable="ANTHROPIC_API_KEY", header="x-api-key", model="claude-haiku-4-5"
    ),
    "google": SimpleNamespace(
        protocol=Google, variable="GEMINI_API_KEY", header="x-goog-api-key", model="gemini-2.5-flash"
    ),
}
