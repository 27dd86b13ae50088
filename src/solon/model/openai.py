"""The openai SDK as a transport, for every endpoint that speaks its chat completions.

Keys come from the environment when a call is made and go to the endpoint only. No exception of the SDK leaves this
file: what a server says is shortened, and freed of the key, before it becomes part of a message.
"""

import json
import os
import threading
from typing import TYPE_CHECKING, cast

import msgspec

from solon.contract import InfrastructureError
from solon.model.address import Address
from solon.model.transport import CallFailed, Reply, Request

if TYPE_CHECKING:
    from openai import APIConnectionError, APIStatusError, OpenAI
    from openai.types.chat import ChatCompletionMessageParam

_SHORTEST_SECRET = 8  # shorter keys are placeholders of local servers, and stand in many a text
_PLACEHOLDER = "none"
_BUSY = (429, 503, 529)


class _Details(msgspec.Struct):
    cached_tokens: int | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: _Details | None = None


class _Message(msgspec.Struct):
    content: str | None = None
    refusal: str | None = None


class _Choice(msgspec.Struct):
    message: _Message
    finish_reason: str | None = None


class _Completion(msgspec.Struct):
    choices: list[_Choice]
    usage: _Usage | None = None
    model: str | None = None
    id: str | None = None


class OpenAITransport:
    """One OpenAI-compatible endpoint; safe to use from several threads. It never tries twice, see Patient.

    Args:
        address: endpoint, model and names of parameters.
        timeout: seconds without a byte from the server after which a call fails.
    """

    def __init__(self, address: Address, timeout: float = 300.0) -> None:
        self._address = address
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
        return Reply(
            _free(outcome.text, key),
            _free(outcome.finish_reason, key),
            outcome.input_tokens,
            outcome.output_tokens,
            outcome.cached_tokens,
            _free(outcome.model, key),
            _free(outcome.identifier, key),
        )

    def _connect(self, key: str) -> "OpenAI":
        with self._lock:
            if self._client is None or self._client.api_key != key:
                try:
                    from openai import OpenAI
                except ImportError:
                    raise InfrastructureError(
                        "models need the openai package, which is not installed; pip install 'solon[model]'"
                    ) from None
                client = OpenAI(api_key=key, base_url=self._address.url, timeout=self._timeout, max_retries=0)
                if self._address.provider != "openai":
                    client.organization = client.project = None  # the SDK takes them from the environment
                self._client = client
            return self._client

    def _send(self, client: "OpenAI", request: Request, key: str) -> Reply | CallFailed:
        import openai

        parameters: dict[str, object] = {self._address.limit: request.max_tokens}
        if request.temperature is not None:
            parameters["temperature"] = request.temperature
        if request.effort is not None:
            parameters["reasoning_effort"] = request.effort
        messages = [{"role": message.role, "content": message.content} for message in request.messages]
        place = self._address.provider
        try:
            response = client.chat.completions.with_raw_response.create(
                model=request.model,
                messages=cast("list[ChatCompletionMessageParam]", messages),
                extra_body=parameters,
            )
            return self._read(response.content, key)
        except openai.APITimeoutError:
            return CallFailed(f"{place} did not answer within {self._timeout:g} s", retry=True, billed=True)
        except openai.APIConnectionError as error:
            return _unconnected(place, error)
        except openai.APIStatusError as error:
            return self._status(error, key)
        except openai.OpenAIError as error:
            return CallFailed(f"{place} answered in a way that cannot be read ({type(error).__name__})", retry=True)

    def _read(self, content: bytes, key: str) -> Reply | CallFailed:
        try:
            # the standard reader: msgspec's refuses the lone surrogates that models do produce
            completion = msgspec.convert(json.loads(content), type=_Completion)
            choice = completion.choices[0]
        except (ValueError, RecursionError, IndexError):  # msgspec's ValidationError is a ValueError
            start = _line(content[:10_000].decode(errors="replace"), key, 60)
            return CallFailed(
                f"{self._address.provider} answered with something that is no chat completion ({start!r}); "
                f"check the URL and the server",
                retry=True,
                billed=True,
            )
        usage = completion.usage or _Usage()
        details = usage.prompt_tokens_details or _Details()
        reason = choice.finish_reason or ""
        return Reply(
            choice.message.content or "",
            "content_filter" if choice.message.refusal else reason,
            _count(usage.prompt_tokens),
            _count(usage.completion_tokens),
            _count(details.cached_tokens) or 0,
            completion.model or "",
            completion.id or "",
        )

    def _status(self, error: "APIStatusError", key: str) -> Reply | CallFailed:
        status, place = error.status_code, self._address.provider
        code = (error.code or "").lower()
        if status == 400 and code == "content_filter":
            return Reply("", "content_filter", 0, 0)
        if status in (401, 403):
            return CallFailed(f"{place} refused the key ({status}); check the environment's {self._address.variable}")
        if code == "insufficient_quota":
            return CallFailed(f"{place} says that the account has no credit left; add some, then resume the run")
        said = f"{place} answered {status}: {_line(error.message, key)}"
        return CallFailed(
            said,
            retry=status in (408, 409, *_BUSY) or status >= 500,
            busy=status in _BUSY,
            retry_after=_line(error.response.headers.get("retry-after", ""), key),
        )


def _key(address: Address) -> str:
    key = os.environ.get(address.variable, "").strip()
    if key:
        if key.isascii() and key.isprintable() and " " not in key:
            return key
        raise InfrastructureError(f"the environment's {address.variable} holds no key that can be sent; set it again")
    if address.key_needed:
        raise InfrastructureError(
            f"{address.provider} needs a key: set the environment variable {address.variable}; it is never written down"
        )
    return _PLACEHOLDER


def _unconnected(place: str, error: "APIConnectionError") -> CallFailed:
    cause = type(error.__cause__).__name__
    if cause in ("ConnectError", "ConnectTimeout", "UnsupportedProtocol", "ProxyError"):
        return CallFailed(f"{place} cannot be reached ({cause}); check the network and the URL", retry=True)
    return CallFailed(f"the connection to {place} broke off ({cause})", retry=True, billed=True)


def _count(tokens: int | None) -> int | None:
    return tokens if tokens is not None and tokens >= 0 else None


def _line(text: str, key: str, size: int = 200) -> str:
    """Return the beginning of a server's text as one harmless line; the key goes before the text is cut."""
    return "".join(c if c.isprintable() else " " for c in _free(text, key)[:size]).strip()


def _free(text: str, key: str) -> str:
    """Return a text without the key and without lone surrogates, which no file could hold."""
    if len(key) >= _SHORTEST_SECRET:
        text = text.replace(key, "[key]")
    return text.encode(errors="replace").decode()
