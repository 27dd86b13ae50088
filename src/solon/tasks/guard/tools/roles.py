"""What a name of an argument or of a field says about its values: who or what is meant, words, a time, a choice.

The lexicon is ours and generic; a name that it does not know counts as an identifier, which is the strictest role.
"""

import re
from functools import lru_cache
from typing import Final, Literal

Role = Literal["identifier", "words", "time", "search", "quantity"]


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_IDENTIFIER: Final = _set(
    "account attachment bcc cc channel company contact destination email file filename folder from group guest host "
    "hotel iban id identifier invitee key mail member object owner participant password path payee person phone "
    "receiver recipient resource restaurant sender shared target to token uri url user username wallet website with"
)
_WORDS: Final = _set(
    "body city comment content country currency description headline info information label location memo message note "
    "place purpose reason review reviews street subject summary tag text title topic"
)
_TIME: Final = _set("date day deadline due end hour start time timestamp when")
_SEARCH: Final = _set("count filter keyword limit n page query search sort")
_QUANTITY: Final = _set("amount balance budget cost fee number price quantity rate rating size sum total value")
_DOCUMENT: Final = _set("file filename folder path resource uri url website")
_SUFFIXES: Final = ("ations", "ation", "ings", "ing", "ies", "ed", "es", "s", "e", "y")


@lru_cache(maxsize=4096)
def role(name: str) -> Role:
    """Return the role of the values of an argument or a field by its name."""
    known = _parts(name)
    if known & _IDENTIFIER:
        return "identifier"
    if known & _TIME:
        return "time"
    if known & _SEARCH:
        return "search"
    if known & _QUANTITY:
        return "quantity"
    return "words" if known & _WORDS else "identifier"


@lru_cache(maxsize=4096)
def document(name: str) -> bool:
    """Return whether an identifier names a document and not a party."""
    return bool(_parts(name) & _DOCUMENT)


def _parts(name: str) -> frozenset[str]:
    split = re.split(r"[^a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower())
    return frozenset(part for part in split if part) | frozenset(part.removesuffix("s") for part in split if part)


@lru_cache(maxsize=16384)
def stem(word: str) -> str:
    """Return a word without its ending, so that "reserve", "reserved" and "reservation" are one; crude, English."""
    low = word.lower()
    for suffix in _SUFFIXES:
        if low.endswith(suffix) and len(low) - len(suffix) >= 3:
            return low[: -len(suffix)]
    return low


def stems(text: str) -> frozenset[str]:
    """Return the stems of a text's words."""
    return frozenset(stem(word) for word in re.findall(r"[A-Za-z]+", text))


def verb(tool: str) -> str:
    """Return the stem of what a tool does: the first word of its name."""
    found = re.search(r"[A-Za-z][a-z]*", tool)
    return stem(found.group()) if found else tool
