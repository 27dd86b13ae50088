"""Where a model is: texts such as ``openai:NAME``, ``local:URL#NAME`` or ``anthropic:NAME?thinking=4096``."""

import difflib
from collections.abc import Callable
from typing import Any, cast, get_args
from urllib.parse import parse_qsl, urlsplit

import msgspec

from solon.contract import Value
from solon.model.transport import Effort, Rung, Turns

_LONGEST_WHOLE = 21_333  # tokens of a reply; Anthropic asks that longer ones be streamed, which is not done here
_LEAST_THINKING = 1024  # tokens, Anthropic's least budget
_NAMES = ("temperature", "max_tokens", "effort", "thinking", "structured", "turns")
_USES = "openai:NAME, anthropic:NAME, google:NAME, openrouter:NAME or local:URL#NAME"


class Options(Value, frozen=True):
    """The parameters of every call of a run, as written after a question mark."""

    max_tokens: int = 8192
    temperature: float | None = None
    effort: Effort | None = None
    thinking: int | None = None  # tokens for reasoning; -1 leaves their number to the model
    structured: Rung | None = None  # the form of a reply that is tried first; None: plain text
    turns: Turns | None = None  # what leads up to a first program; None: nothing


class Address(Options, frozen=True, kw_only=True):
    """An endpoint, a model there, and the parameters of every call; holds no key."""

    provider: str
    url: str
    variables: tuple[str, ...]  # names of the environment variables that may hold the key, the first set one counts
    model: str
    key_needed: bool = True

    @property
    def variable(self) -> str:
        """The usual name of the environment variable that holds the key."""
        return self.variables[0]


_PROVIDERS = {
    "openai": ("https://api.openai.com/v1", ("OPENAI_API_KEY",)),
    "anthropic": ("https://api.anthropic.com/v1", ("ANTHROPIC_API_KEY",)),
    "google": ("https://generativelanguage.googleapis.com/v1beta", ("GEMINI_API_KEY", "GOOGLE_API_KEY")),
    "openrouter": ("https://openrouter.ai/api/v1", ("OPENROUTER_API_KEY",)),
}
LOCAL_VARIABLE = "LOCAL_API_KEY"


def model_providers() -> tuple[str, ...]:
    """Return the names before the colon of an address."""
    return (*_PROVIDERS, "local")


def key_variables() -> tuple[str, ...]:
    """Return the names of the environment variables in which keys are looked for."""
    return (*(name for _, names in _PROVIDERS.values() for name in names), LOCAL_VARIABLE)


def is_address(text: str) -> bool:
    """Say whether a proposer's text names a model."""
    return text.partition(":")[0] in model_providers()


def parse_address(text: str) -> Address:
    """Read an address; options follow a question mark.

    ``max_tokens``, ``temperature``, ``effort`` (minimal, low, medium, high), ``thinking`` (tokens for reasoning, or
    auto), ``structured`` (json, tool or text) and ``turns`` (pseudocode, extend, curriculum or steps), joined by ``&``.

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
    if complaint := _COMPLAINTS.get(name, _no_thinking)(options):
        raise ValueError(complaint)
    url, variables = _PROVIDERS[name]
    return Address(provider=name, url=url, variables=variables, model=place, **_fields(options))


def _fields(options: Options) -> dict[str, Any]:  # a record's fields have types of their own
    return msgspec.structs.asdict(options)


def _no_thinking(options: Options) -> str:
    if options.thinking is not None:
        return "The option thinking is for anthropic and google; elsewhere write effort."
    return ""


def _anthropic(options: Options) -> str:
    """Return what Anthropic would refuse in every call."""
    thinking = options.thinking or 0
    if options.max_tokens > _LONGEST_WHOLE:
        return f"Anthropic answers at most {_LONGEST_WHOLE} tokens in one piece; give a smaller max_tokens."
    if thinking > 0 and not _LEAST_THINKING <= thinking < options.max_tokens:
        return f"Anthropic's thinking takes at least {_LEAST_THINKING} tokens and fewer than max_tokens."
    if options.temperature is not None and (thinking or options.temperature > 1):
        return "Anthropic takes a temperature of at most 1, and none beside thinking; leave one of them out."
    return ""


def _google(options: Options) -> str:
    if options.thinking is not None and options.effort is not None:
        return "Google takes either effort or thinking; leave one of them out."
    return ""


_COMPLAINTS: dict[str, Callable[[Options], str]] = {"anthropic": _anthropic, "google": _google}


def _split_local(rest: str) -> tuple[str, str, str]:
    """Split at the question mark after the model's name; one before it is part of the URL, and refused there."""
    url, mark, name = rest.partition("#")
    model, question, query = name.partition("?")
    return f"{url}{mark}{model}", question, query


def _local(place: str, options: Options) -> Address:
    url, _, model = place.partition("#")
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound, parts = False, urlsplit("")
    if parts.username or parts.password or parts.query:
        raise ValueError(f"The URL of a model may hold no user, password or query; put the key in {LOCAL_VARIABLE}.")
    if not sound or not model:
        raise ValueError("A local model is written local:URL#NAME, for example local:http://localhost:8000/v1#qwen3.")
    if complaint := _no_thinking(options):
        raise ValueError(complaint)
    return Address(
        provider="local", url=url, variables=(LOCAL_VARIABLE,), model=model, key_needed=False, **_fields(options)
    )


def _options(query: str) -> Options:
    given = dict(parse_qsl(query, keep_blank_values=True))
    if unknown := sorted(set(given) - set(_NAMES)):
        choices = f"{', '.join(_NAMES[:-1])} or {_NAMES[-1]}"
        raise ValueError(f"A model has no option {unknown[0][:40]!r}; choose {choices}.")
    effort = given.get("effort")
    if effort is not None and effort not in get_args(Effort):
        raise ValueError(f"The effort {effort[:40]!r} is unknown; choose {', '.join(get_args(Effort))}.")
    structured = given.get("structured", "text")
    if structured not in ("text", *get_args(Rung)):
        raise ValueError(f"The structured form {structured[:40]!r} is unknown; choose json, tool or text.")
    turns = given.get("turns")
    if turns is not None and turns not in get_args(Turns):
        raise ValueError(f"The turns {turns[:40]!r} are unknown; choose {', '.join(get_args(Turns))}.")
    try:
        temperature = float(given["temperature"]) if "temperature" in given else None
        max_tokens = int(given.get("max_tokens", "8192"))
        thinking = _thinking(given.get("thinking"))
    except ValueError:
        raise ValueError("The options temperature, max_tokens and thinking of a model must be numbers.") from None
    if max_tokens < 1 or (temperature is not None and not 0 <= temperature <= 2):
        raise ValueError("The option max_tokens must be at least 1, and temperature between 0 and 2.")
    rung = None if structured == "text" else structured
    return Options(
        max_tokens,
        temperature,
        cast("Effort | None", effort),
        thinking,
        cast("Rung | None", rung),
        cast("Turns | None", turns),
    )


def _thinking(text: str | None) -> int | None:
    if text is None or text == "auto":
        return None if text is None else -1
    if not (text.isascii() and text.isdigit()):
        raise ValueError(text)
    return int(text)
