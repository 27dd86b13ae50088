"""One endpoint as a transport: the openai package carries every provider's protocol.

Keys come from the environment when a call is made and go to the endpoint only. No exception of the package leaves this
file: what a server says is shortened, and freed of the key, before it becomes part of a message.
"""

import importlib.util
import json
import os
import re
import threading
from typing import TYPE_CHECKING

import msgspec

from solon.contract import InfrastructureError
from solon.model.address import Address
from solon.model.anthropic_messages import AnthropicMessages
from solon.model.chat_completions import ChatCompletions
from solon.model.dialect import Dialect, Refusal, read_refusal
from solon.model.gemini import Gemini
from solon.model.transport import UNSUPPORTED, CallFailed, Reply, Request

if TYPE_CHECKING:
    from openai import APIConnectionError, APIStatusError, OpenAI

_SHORTEST_SECRET = 8  # shorter keys are placeholders of local servers, and stand in many a text
_PLACEHOLDER = "none"
_BUSY = (429, 503, 529)
_FORM_WORDS = {
    "json": r"\b(json|schema|structured|format|output_config|response_?(format|json_?schema|mime_?type))\b",
    "tool": r"\b(tools?|tool_(choice|use)|functions?|calling|input_schema|function_?declarations)\b",
}
"""Words by which endpoints name a form that they do not offer."""
_NO_FORM = (400, 404, 415, 422, 501)
_NO_CREDIT = frozenset({"insufficient_quota", "billing_error"})


class Endpoint:
    """One provider's endpoint; safe to use from several threads. It never tries twice, see Patient.

    Args:
        address: endpoint, model and provider, which decides the protocol.
        timeout: seconds without a byte from the server after which a call fails.
    """

    def __init__(self, address: Address, timeout: float = 600.0) -> None:
        self._address = address
        self._dialect = _dialect(address.provider)
        self._timeout = timeout
        self._lock = threading.Lock()
        self._client: OpenAI | None = None

    def complete(self, request: Request) -> Reply:
        """Return the reply of the server; raise CallFailed, or InfrastructureError without SDK or key."""
        key = _key(self._address)
        client = self._connect(key)
        outcome = self._send(client, request, key)
        if isinstance(outcome, CallFailed):
            raise outcome  # outside the handler: the SDK's exception, which holds the request, must not hang on to it
        texts = {
            name: _free(getattr(outcome, name), key)
            for name in ("text", "finish_reason", "model", "identifier", "tool")
        }
        return msgspec.structs.replace(outcome, **texts)

    def _connect(self, key: str) -> "OpenAI":
        with self._lock:
            if self._client is None or self._client.api_key != key:
                try:
                    from openai import OpenAI
                except ImportError:
                    raise _no_package() from None
                client = OpenAI(
                    api_key=key,
                    base_url=self._address.url,
                    timeout=self._timeout,
                    max_retries=0,
                    default_headers=self._dialect.headers(key),  # not those of a call, which the SDK writes to its log
                )
                if self._address.provider != "openai":
                    client.organization = client.project = None  # the SDK takes them from the environment
                self._client = client
            return self._client

    def _send(self, client: "OpenAI", request: Request, key: str) -> Reply | CallFailed:
        import openai

        place = self._address.provider
        try:
            response = client.post(
                self._dialect.path(request),
                cast_to=openai.HttpxBinaryResponseContent,
                body=self._dialect.body(request),
                options={
                    "follow_redirects": False,  # another host must not see the headers
                    "headers": {**dict.fromkeys(self._left_out(key), openai.Omit()), **self._dialect.version(request)},
                },
            )
            return self._read(response.content, key)
        except openai.APITimeoutError:
            return CallFailed(f"{place} did not answer within {self._timeout:g} s", retry=True, billed=True)
        except openai.APIConnectionError as error:
            return _unconnected(place, error)
        except openai.APIStatusError as error:
            return self._status(error, request, key)
        except openai.OpenAIError as error:
            return CallFailed(f"{place} answered in a way that cannot be read ({type(error).__name__})", retry=True)

    def _left_out(self, key: str) -> list[str]:
        """Return the headers of the SDK that are not for this endpoint: its own form of the key, and a user's."""
        own = self._dialect.headers(key)
        names = _headers_of_openai() if self._address.provider != "openai" else []
        return [*(["Authorization"] if own else []), *(name for name in names if name not in own)]

    def _read(self, content: bytes, key: str) -> Reply | CallFailed:
        try:
            # the standard reader: msgspec's refuses the lone surrogates that models do produce
            return self._dialect.read(json.loads(content))
        except (ValueError, RecursionError, IndexError):  # msgspec's ValidationError is a ValueError
            start = _line(content[:10_000].decode(errors="replace"), key, 60)
            return CallFailed(
                f"{self._address.provider} answered with something that is no reply of a model ({start!r}); "
                f"check the URL and the server",
                retry=True,
                billed=True,
            )

    def _status(self, error: "APIStatusError", request: Request, key: str) -> Reply | CallFailed:
        status, place = error.status_code, self._address.provider
        refusal = read_refusal(error.response.content)
        if status == 400 and "content_filter" in refusal.codes:
            return Reply("", "content_filter", 0, 0)
        if status in (401, 403) or "api_key_invalid" in refusal.codes:
            names = " or ".join(self._address.variables)
            return CallFailed(f"{place} refused the key ({status}); check the environment's {names}")
        if status == 402 or refusal.codes & _NO_CREDIT:
            return CallFailed(f"{place} says that the account has no credit left; add some, then resume the run")
        if status == 429 and refusal.daily:
            return CallFailed(f"{place} says that the quota of this day is used up; resume the run tomorrow")
        if _unsupported(status, refusal, request):
            return Reply("", UNSUPPORTED, 0, 0)
        return CallFailed(
            f"{place} answered {status}: {_line(refusal.message, key)}",
            retry=status in (408, 409, *_BUSY) or status >= 500,
            busy=status in _BUSY,
            retry_after=_line(error.response.headers.get("retry-after", "") or refusal.retry_after, key),
        )


def check_at_hand(address: Address) -> None:
    """Raise InfrastructureError, which names the remedy, without the key or the package that a call needs."""
    _key(address)
    if importlib.util.find_spec("openai") is None:
        raise _no_package()


def _no_package() -> InfrastructureError:
    return InfrastructureError("models need the openai package, which is not installed; pip install 'solon[model]'")


def _dialect(provider: str) -> Dialect:
    match provider:
        case "anthropic":
            return AnthropicMessages()
        case "google":
            return Gemini()
        case _:
            return ChatCompletions("max_completion_tokens" if provider == "openai" else "max_tokens")


def _unsupported(status: int, refusal: Refusal, request: Request) -> bool:
    """Say whether an endpoint refused the form of the reply, not the call."""
    if request.form is None or status not in _NO_FORM or "context_length_exceeded" in refusal.codes:
        return False
    said = " ".join((refusal.message, *refusal.codes)).lower()
    return re.search(_FORM_WORDS[request.form.rung], said) is not None


def _headers_of_openai() -> list[str]:
    """Return the names of the headers that a user sets for OpenAI alone, in the variable that the SDK reads."""
    lines = os.environ.get("OPENAI_CUSTOM_HEADERS", "").split("\n")
    return [line.partition(":")[0].strip() for line in lines if ":" in line]


def _key(address: Address) -> str:
    found = next((name for name in address.variables if os.environ.get(name, "").strip()), None)
    if found is not None:
        key = os.environ[found].strip()
        if key.isascii() and key.isprintable() and " " not in key:
            return key
        raise InfrastructureError(f"the environment's {found} holds no key that can be sent; set it again")
    if address.key_needed:
        names = " or ".join(address.variables)
        raise InfrastructureError(
            f"{address.provider} needs a key: set the environment variable {names}; it is never written down"
        )
    return _PLACEHOLDER


def _unconnected(place: str, error: "APIConnectionError") -> CallFailed:
    cause = type(error.__cause__).__name__
    if cause in ("ConnectError", "ConnectTimeout", "UnsupportedProtocol", "ProxyError"):
        return CallFailed(f"{place} cannot be reached ({cause}); check the network and the URL", retry=True)
    return CallFailed(f"the connection to {place} broke off ({cause})", retry=True, billed=True)


def _line(text: str, key: str, size: int = 200) -> str:
    """Return the beginning of a server's text as one harmless line; the key goes before the text is cut."""
    return "".join(c if c.isprintable() else " " for c in _free(text, key)[:size]).strip()


def _free(text: str, key: str) -> str:
    """Return a text without the key and without lone surrogates, which no file could hold."""
    if len(key) >= _SHORTEST_SECRET:
        text = text.replace(key, "[key]")
    return text.encode(errors="replace").decode()
