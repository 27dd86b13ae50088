"""What conditions say of texts, as regular expressions and automata: one object for the evaluator and for proofs."""

import unicodedata
from functools import lru_cache
from ipaddress import IPv4Network
from typing import Final, Literal

from solon.verify.strings.automaton import Automaton, TooLarge
from solon.verify.strings.regex import (
    ANY_CHAR,
    ANY_TEXT,
    Regex,
    RegexError,
    concat,
    glob,
    literal,
    parse,
    repeat,
    union,
)

Form = Literal["fullmatch", "glob", "starts", "ends"]


_DAY: Final = parse("[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")
DATED: Final = concat(_DAY, union(concat(), concat(parse("[T ]"), ANY_TEXT)))
"""Texts that begin with a day: the day alone, or followed by T or a blank and anything, such as a time."""

_OCTET: Final = "[0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5]"
ADDRESSES: Final = parse(rf"({_OCTET})(\.({_OCTET})){{3}}")
"""IPv4 addresses in decimal, without leading zeros."""


def composed(text: str) -> str:
    """Return a text of a policy in Unicode's composed form, which the texts of requests have."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def regex_of(kind: Form, pattern: str) -> Regex:
    """Return the texts of a form. Raises RegexError."""
    pattern = composed(pattern)
    match kind:
        case "fullmatch":
            return parse(pattern)
        case "glob":
            return glob(pattern)
        case "starts":
            return concat(literal(pattern), ANY_TEXT)
        case "ends":
            return concat(ANY_TEXT, literal(pattern))


@lru_cache(maxsize=4096)
def automaton_of(kind: Form, pattern: str) -> Automaton | None:
    """Return the automaton of a form; None if it is no regular expression, or too large: then nothing is known."""
    try:
        return automaton(regex_of(kind, pattern))
    except (RegexError, TooLarge):
        return None


@lru_cache(maxsize=4096)
def automaton(regex: Regex) -> Automaton:
    """Return the minimal automaton of an expression. Raises TooLarge."""
    return Automaton.of(regex)


# Days


def day_of(text: str) -> str | None:
    """Return the day that a text begins with, as ``YYYY-MM-DD``; None if it does not."""
    return text[:10] if automaton(DATED).accepts(text) else None


@lru_cache(maxsize=1024)
def days_before(day: str, *, inclusive: bool) -> Regex:
    """Return texts that begin with a day, among all such texts, that comes before another (or is it)."""
    options = [
        concat(
            literal(day[:at]),
            parse(f"[0-{chr(ord(letter) - 1)}]"),
            repeat(ANY_CHAR, 10 - at - 1, 10 - at - 1),
            ANY_TEXT,
        )
        for at, letter in enumerate(day)
        if letter not in "0-"
    ]
    if inclusive:
        options.append(concat(literal(day), ANY_TEXT))
    return union(*options)


# Networks


@lru_cache(maxsize=1024)
def network(block: str) -> Regex:
    """Return the addresses of an IPv4 block such as ``10.0.0.0/8``. Raises ValueError."""
    found = IPv4Network(block)
    octets = found.network_address.packed
    parts: list[str] = []
    for place, octet in enumerate(octets):
        fixed = min(8, max(0, found.prefixlen - 8 * place))
        span = range(octet, octet + (1 << (8 - fixed)))
        parts.append(f"({'|'.join(map(str, span)) if fixed else _OCTET})")
    return parse(r"\.".join(parts))


def in_network(block: str, text: str) -> bool | None:
    """Return whether a text is an address of a block; None if it is no address, or the block is no block."""
    if not automaton(ADDRESSES).accepts(text):
        return None
    try:
        return automaton(network(block)).accepts(text)
    except ValueError:
        return None
