"""One call to a language model: what is asked, what comes back, and the one method between them."""

import hashlib
from typing import Literal, Protocol

import msgspec

from solon.contract import InfrastructureError, Value

_OVERHEAD = 16  # tokens that a chat template may add to a message
_COMPLETE = frozenset({"stop", "end_turn", "stop_sequence", "eos", "eos_token"})

Effort = Literal["minimal", "low", "medium", "high"]


class Message(Value, frozen=True):
    """One turn of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


class Request(Value, frozen=True):
    """Everything that determines a call; ``sample`` tells independent draws of the same prompt apart."""

    model: str
    messages: tuple[Message, ...]
    max_tokens: int = 8192
    temperature: float | None = None  # None leaves it to the server; some models accept no other value
    effort: Effort | None = None
    sample: int = 0

    @property
    def key(self) -> str:
        """SHA-256 of the canonical encoding, 64 hexadecimal digits."""
        return hashlib.sha256(msgspec.json.encode(("solon call 1", self))).hexdigest()

    @property
    def input_bound(self) -> int:
        """Upper bound of the input's tokens, without a tokeniser: a token covers at least one byte of UTF-8."""
        return sum(len(message.content.encode()) + _OVERHEAD for message in self.messages)


class Reply(Value, frozen=True):
    """What a model answered; token counts are None where the server stated none."""

    text: str
    finish_reason: str
    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_tokens: int = 0  # part of the input that was read from the server's cache
    model: str = ""  # as the server reports it
    identifier: str = ""


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


def screen(reply: Reply) -> Reply | Rejected:
    """Return the reply if the model came to its end by itself, else why it may not be used."""
    reason = reply.finish_reason.lower()
    if reason == "length":
        return Rejected("The reply was cut off at the token limit; send a shorter but complete program.", reply)
    if reason in ("content_filter", "refusal", "safety"):
        return Rejected("The reply was withheld by the provider's content filter.", reply, hopeless=True)
    if reason in ("tool_calls", "function_call", "tool_use"):
        return Rejected("The reply called a tool, but none is offered; send the program as text.", reply)
    if reason not in _COMPLETE:
        stated = repr(reply.finish_reason[:40]) if reason else "none"
        return Rejected(f"The reply did not end by itself (finish reason: {stated}); send the whole program.", reply)
    if not reply.text.strip():
        return Rejected("The reply is empty; send the program in a fenced python block.", reply)
    return reply
