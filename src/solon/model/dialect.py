"""How a protocol says a call and its reply; what is common to the protocols of all providers."""

import json
from typing import Protocol

import msgspec

from solon.model.transport import Reply, Request


class Dialect(Protocol):
    """One provider's protocol over HTTP, without keys, connections or patience."""

    def headers(self, key: str) -> dict[str, str]:
        """Return the headers that carry the key; none for a bearer token."""
        ...

    def version(self, request: Request) -> dict[str, str]:
        """Return the header that names the version of the protocol in which a call is written, if there are several."""
        ...

    def path(self, request: Request) -> str:
        """Return the path of a call below the endpoint's URL."""
        ...

    def body(self, request: Request) -> dict[str, object]:
        """Return the JSON object of a call."""
        ...

    def read(self, answer: object) -> Reply:
        """Return the reply in a decoded answer; raise ValueError or IndexError if it holds none."""
        ...


class Refusal(msgspec.Struct):
    """What an error says, whoever wrote it; ``codes`` are its machine-readable words, in lower case."""

    message: str
    codes: frozenset[str] = frozenset()
    retry_after: str = ""
    daily: bool = False  # the quota of a day is used up


class _Violation(msgspec.Struct):
    quota: str = msgspec.field(default="", name="quotaId")


class _Detail(msgspec.Struct):
    reason: str = ""
    retry_delay: str = msgspec.field(default="", name="retryDelay")
    violations: list[_Violation] = []


class _Error(msgspec.Struct):
    message: str | None = None
    code: str | int | None = None
    type: str | None = None
    status: str | None = None
    param: str | None = None
    details: list[_Detail] = []


class _Errors(msgspec.Struct):
    error: _Error | str


def read_refusal(content: bytes) -> Refusal:
    """Return what an error's body says: an object with an ``error`` (a list of one, from Google), else its text."""
    text = content[:10_000].decode(errors="replace")
    try:
        answer: object = json.loads(text)
        error = msgspec.convert(answer[0] if isinstance(answer, list) else answer, type=_Errors).error
    except (ValueError, RecursionError, IndexError):
        return Refusal(text)
    if isinstance(error, str):
        return Refusal(error)
    words = (error.code, error.type, error.status, error.param, *(detail.reason for detail in error.details))
    return Refusal(
        error.message or text,
        frozenset(str(word).lower() for word in words if word),
        next((detail.retry_delay.removesuffix("s") for detail in error.details if detail.retry_delay), ""),
        any("PerDay" in violation.quota for detail in error.details for violation in detail.violations),
    )


def count(tokens: int | None) -> int | None:
    """Return a stated number of tokens, None for an impossible one."""
    return tokens if tokens is not None and tokens >= 0 else None


def total(*parts: int | None) -> int | None:
    """Return the sum of the parts that are stated; None if one of them is impossible, or none is stated."""
    stated = [part for part in parts if part is not None]
    return sum(stated) if stated and all(part >= 0 for part in stated) else None
