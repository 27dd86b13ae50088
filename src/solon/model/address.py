"""Where a model is: texts such as ``openai:NAME``, ``local:URL#NAME`` or ``anthropic:NAME?max_tokens=16000``."""

import difflib
from typing import Literal, cast, get_args
from urllib.parse import parse_qsl, urlsplit

from solon.contract import Value
from solon.model.transport import Effort

_USES = "openai:NAME, anthropic:NAME, google:NAME, openrouter:NAME or local:URL#NAME"


class Address(Value, frozen=True):
    """An OpenAI-compatible endpoint, a model there, and the parameters of every call; holds no key."""

    provider: str
    url: str
    variable: str  # name of the environment variable that holds the key
    model: str
    key_needed: bool = True
    limit: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"  # how the endpoint calls the reply's limit
    max_tokens: int = 8192
    temperature: float | None = None
    effort: Effort | None = None


_PROVIDERS = {
    "openai": ("https://api.openai.com/v1", "OPENAI_API_KEY"),
    "anthropic": ("https://api.anthropic.com/v1/", "ANTHROPIC_API_KEY"),
    "google": ("https://generativelanguage.googleapis.com/v1beta/openai/", "GEMINI_API_KEY"),
    "openrouter": ("https://openrouter.ai/api/v1", "OPENROUTER_API_KEY"),
}
LOCAL_VARIABLE = "LOCAL_API_KEY"


def is_address(text: str) -> bool:
    """Say whether a proposer's text names a model."""
    return text.partition(":")[0] in (*_PROVIDERS, "local")


def parse_address(text: str) -> Address:
    """Read an address; options follow a question mark: ``temperature``, ``max_tokens``, ``effort``.

    Raises ValueError in one sentence, which repeats no part of an address that may hold a secret.
    """
    name, _, rest = text.partition(":")
    place, _, query = rest.partition("?") if name != "local" else _split_local(rest)
    options = _options(query)
    if name == "local":
        return _local(place, options)
    if name not in _PROVIDERS:
        near = difflib.get_close_matches(name, (*_PROVIDERS, "local"), 1)
        hint = f"did you mean {near[0]!r}?" if near else f"write {_USES}"
        raise ValueError(f"There is no model provider {name[:40]!r}; {hint}.")
    if not place or "@" in place.partition("/")[0]:
        raise ValueError(f"The provider {name!r} needs the name of a model; write {name}:NAME.")
    if name == "anthropic" and options.effort is not None:
        raise ValueError("Anthropic's OpenAI-compatible endpoint ignores effort; leave that option out.")
    url, variable = _PROVIDERS[name]
    return Address(
        name,
        url,
        variable,
        place,
        limit="max_completion_tokens" if name == "openai" else "max_tokens",
        max_tokens=options.max_tokens,
        temperature=options.temperature,
        effort=options.effort,
    )


class _Options(Value, frozen=True):
    max_tokens: int = 8192
    temperature: float | None = None
    effort: Effort | None = None


def _split_local(rest: str) -> tuple[str, str, str]:
    """Split at the question mark after the model's name; one before it is part of the URL, and refused there."""
    url, mark, name = rest.partition("#")
    model, question, query = name.partition("?")
    return f"{url}{mark}{model}", question, query


def _local(place: str, options: _Options) -> Address:
    url, _, model = place.partition("#")
    try:
        parts = urlsplit(url)
        plain = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        plain, parts = False, urlsplit("")
    if parts.username or parts.password or parts.query:
        raise ValueError(f"The URL of a model may hold no user, password or query; put the key in {LOCAL_VARIABLE}.")
    if not plain or not model:
        raise ValueError("A local model is written local:URL#NAME, for example local:http://localhost:8000/v1#qwen3.")
    return Address(
        "local",
        url,
        LOCAL_VARIABLE,
        model,
        key_needed=False,
        max_tokens=options.max_tokens,
        temperature=options.temperature,
        effort=options.effort,
    )


def _options(query: str) -> _Options:
    given = dict(parse_qsl(query, keep_blank_values=True))
    if unknown := sorted(set(given) - {"max_tokens", "temperature", "effort"}):
        raise ValueError(f"A model has no option {unknown[0][:40]!r}; choose temperature, max_tokens or effort.")
    effort = given.get("effort")
    if effort is not None and effort not in get_args(Effort):
        raise ValueError(f"The effort {effort[:40]!r} is unknown; choose {', '.join(get_args(Effort))}.")
    try:
        temperature = float(given["temperature"]) if "temperature" in given else None
        max_tokens = int(given.get("max_tokens", "8192"))
    except ValueError:
        raise ValueError("The options temperature and max_tokens of a model must be numbers.") from None
    if max_tokens < 1 or (temperature is not None and not 0 <= temperature <= 2):
        raise ValueError("The option max_tokens must be at least 1, and temperature between 0 and 2.")
    return _Options(max_tokens, temperature, cast("Effort | None", effort))
