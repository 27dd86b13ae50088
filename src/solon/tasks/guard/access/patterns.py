"""Patterns of resources and conditions as tokens: literal characters and wildcards."""

import re
from collections.abc import Callable, Iterator
from typing import Final

from solon.verify.strings.globs import ANY, ANY_PART, ONE, ONE_PART, Pattern

Lookup = Callable[[str], str | None]

_VARIABLE: Final = re.compile(r"\$\{([^{}$]*|\$)\}")
_SMALL: Final = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_ROOT: Final = re.compile(r"AWS:(?:arn:[^:]*:iam::)?(\d+)(?::root)?", re.ASCII)


def lower(text: str) -> str:
    """Return a text with its ASCII letters in lower case; others stay, for the sign of the kelvin is no k."""
    return text.translate(_SMALL)


def variables_in(text: str) -> tuple[str, ...]:
    """Return the lower-case names of the keys that a text refers to as ``${name}``."""
    return tuple(dict.fromkeys(name for name, _ in places_of_variables(text)))


def places_of_variables(text: str) -> Iterator[tuple[str, int]]:
    """Yield the lower-case name of each key that a text refers to, and where."""
    for found in _VARIABLE.finditer(text):
        name = lower(found[1].partition(",")[0].strip())
        if name not in ("*", "?", "$", ""):
            yield name, found.start()


def tokens(text: str, *, wild: bool, lookup: Lookup | None) -> Pattern | None:
    """Return the tokens of a pattern; None where a key that it refers to is absent, so that it matches nothing.

    ``lookup`` gives the value of a key that is referred to; None leaves such references as they are.
    """
    found: list[str] = []
    at = 0
    for variable in _VARIABLE.finditer(text) if lookup is not None else ():
        found += _plain(text[at : variable.start()], wild=wild)
        at = variable.end()
        name, comma, default = variable[1].partition(",")
        if variable[1] in ("*", "?", "$"):
            found.append(variable[1])
            continue
        assert lookup is not None
        value = lookup(lower(name.strip()))
        if value is None:
            if not comma:
                return None
            value = default.strip().removeprefix("'").removesuffix("'")
        found += value
    found += _plain(text[at:], wild=wild)
    return tuple(found)


def _plain(text: str, *, wild: bool) -> list[str]:
    if not wild:
        return list(text)
    found: list[str] = []
    for letter in text:
        if letter == "*":
            if not found or found[-1] != ANY:
                found.append(ANY)
        else:
            found.append(ONE if letter == "?" else letter)
    return found


def arn(pattern: Pattern) -> Pattern:
    """Return a pattern whose wildcards before its fifth colon match no colon, if it has so many colons."""
    colons = [place for place, one in enumerate(pattern) if one == ":"]
    if len(colons) < 5:
        return pattern
    head = pattern[: colons[4]]
    narrow = {ANY: ANY_PART, ONE: ONE_PART}
    return (*(narrow.get(token, token) for token in head), *pattern[colons[4] :])


def fold(pattern: Pattern) -> Pattern:
    """Return a pattern in which ASCII letters stand for both cases."""
    return tuple(
        f"{token.lower()}{token.upper()}" if len(token) == 1 and token.isascii() and token.isalpha() else token
        for token in pattern
    )


def principal(text: str) -> Pattern:
    """Return the pattern of a principal; an account stands for everybody in it, as the vendor documents."""
    found = _ROOT.fullmatch(text)
    if found:
        return (*"AWS:arn:", ANY_PART, ":", ANY_PART, ":", ":", *found[1], ":", ANY)
    return tuple(_plain(text, wild=True))
