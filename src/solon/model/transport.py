"""One call to a language model: what is asked, what comes back, and the one method between them."""

import hashlib
from typing import Literal, Protocol, cast

import msgspec

from solon.contract import InfrastructureError, Value

_OVERHEAD = 16  # tokens that a chat template may add to a message
_TOOL_OVERHEAD = 1024  # tokens that a provider may add to explain a form to its model
_COMPLETE = frozenset({"stop", "end_turn", "stop_sequence", "eos", "eos_token"})
_CUT = frozenset({"length", "max_tokens", "model_context_window_exceeded"})
_WITHHELD = frozenset(
    {"content_filter", "refusal", "safety", "recitation", "blocklist", "prohibited_content", "spii", "model_armor"}
)
_CALLED = frozenset({"tool_calls", "function_call", "tool_use"})
_MISCALLED = frozenset({"malformed_function_call", "unexpected_tool_call", "too_many_tool_calls"})
_LATER: dict[str, object] = {"thinking": None, "form": None, "tool": "", "written_tokens": 0, "thinking_tokens": 0}
UNSUPPORTED = "unsupported form"
"""Finish reason of a reply that says, unbilled, that the endpoint does not offer the form that was asked for."""
_HOPELESS = _WITHHELD | {UNSUPPORTED}

Effort = Literal["minimal", "low", "medium", "high"]
Rung = Literal["json", "tool"]
Turns = Literal["pseudocode", "extend", "curriculum", "steps"]  # what leads up to the prompt for a first program


class Message(Value, frozen=True):
    """One turn of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


class Form(Value, frozen=True):
    """What a reply must look like: an object of a JSON schema, as the text of the reply or as a tool's argument."""

    rung: Rung
    name: str  # of the schema, and of the tool
    schema: str  # JSON text; every object names all its properties as required and allows no other


class Request(Value, frozen=True):
    """Everything that determines a call; ``sample`` tells independent draws of the same prompt apart."""

    model: str
    messages: tuple[Message, ...]
    max_tokens: int = 8192
    temperature: float | None = None  # None leaves it to the server; some models accept no other value
    effort: Effort | None = None
    sample: int = 0
    thinking: int | None = None  # tokens for reasoning; 0: none; -1: as many as the model likes; None: the usual
    form: Form | None = None  # None: plain text

    @property
    def key(self) -> str:
        """SHA-256 of the canonical encoding, 64 hexadecimal digits."""
        return hashlib.sha256(msgspec.json.encode(("solon call 1", plain(self)))).hexdigest()

    @property
    def input_bound(self) -> int:
        """Upper bound of the input's tokens, without a tokeniser: a token covers at least one byte of UTF-8."""
        form = len(self.form.schema.encode()) + _TOOL_OVERHEAD if self.form else 0
        return form + sum(len(message.content.encode()) + _OVERHEAD for message in self.messages)


class Reply(Value, frozen=True):
    """What a model answered; token counts are None where the server stated none."""

    text: str
    finish_reason: str
    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_tokens: int = 0  # part of the input that was read from the server's cache
    model: str = ""  # as the server reports it
    identifier: str = ""
    written_tokens: int = 0  # part of the input that was written to the server's cache
    thinking_tokens: int = 0  # part of the output that was reasoning
    tool: str = ""  # name of the one tool that was called; the text is then its argument


class Rejected(Value, frozen=True):
    """A reply that must never become a candidate, whatever its text holds."""

    reason: str
    reply: Reply
    hopeless: bool = False  # asking for a correction makes no sense


class Transport(Protocol):
    """Carries one call; safe to use from several threads. Raises CallFailed."""

    def complete(self, request: Request) -> Reply:
        """Return the reply to one request."""
        ...


class CallFailed(InfrastructureError):
    """Raised when a call gave no reply; says whether trying again may help, and never holds a key.

    Args:
        message: one sentence of cause and remedy.
        retry: the same call may succeed later.
        busy: the server has too much to do (429, 503), so that fewer calls should be in flight.
        retry_after: the server's Retry-After header as it came, if any.
        billed: the server may have answered, and charged for it, although nothing usable arrived.
    """

    def __init__(
        self,
        message: str,
        *,
        retry: bool = False,
        busy: bool = False,
        retry_after: str | None = None,
        billed: bool = False,
    ) -> None:
        super().__init__(message)
        self.retry: bool = retry
        self.busy: bool = busy
        self.retry_after: str | None = retry_after
        self.billed: bool = billed


def screen(reply: Reply, form: Form | None = None) -> Reply | Rejected:
    """Return a reply that ended by itself, in the form that was asked for; else say why it may not be used.

    Whether the text of a structured reply follows the schema is left to its reader.
    """
    reason = reply.finish_reason.lower()
    complaint = _complaint(reply, reason, form)
    return Rejected(complaint, reply, hopeless=reason in _HOPELESS) if complaint else reply


def _complaint(reply: Reply, reason: str, form: Form | None) -> str:
    """Return why a reply is unusable, in one sentence with what to send instead, or nothing."""
    wanted = form.name if form is not None and form.rung == "tool" else ""
    complaint = ""
    if reason == UNSUPPORTED:
        complaint = "The endpoint does not offer the form that was asked for."
    elif reason in _CUT:
        complaint = "The reply was cut off at the token limit; send a shorter but complete program."
    elif reason in _WITHHELD:
        complaint = "The reply was withheld by the provider's content filter."
    elif wanted and (reply.tool != wanted or reason not in _COMPLETE | _CALLED):
        complaint = f"The reply is no single call of the tool {wanted!r}; answer by calling it once."
    elif not wanted and (reply.tool or reason in _CALLED | _MISCALLED):
        complaint = "The reply called a tool, but none is offered; send the program as text."
    elif reason not in _COMPLETE | _CALLED:
        stated = repr(reply.finish_reason[:40]) if reason else "none"
        complaint = f"The reply did not end by itself (finish reason: {stated}); send the whole program."
    elif not reply.text.strip():
        missing = "the JSON object" if form is not None else "the program in a fenced python block"
        complaint = f"The reply is empty; send {missing}."
    return complaint


def plain(value: Value) -> object:
    """Return a record as it is digested: without later fields that say nothing, so that old digests stay."""
    return _plain(msgspec.to_builtins(value))


def _plain(value: object) -> object:
    if not isinstance(value, dict):
        return value
    fields = cast("dict[str, object]", value)
    return {name: _plain(part) for name, part in fields.items() if name not in _LATER or part != _LATER[name]}
