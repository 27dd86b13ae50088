"""Sets of characters as sorted, disjoint, non-adjacent ranges of code points."""

from bisect import bisect_right
from collections.abc import Iterable
from typing import Final

CharSet = tuple[tuple[int, int], ...]  # first and last code point of each range, both inside

LAST: Final = 0x10FFFF
ANY: Final[CharSet] = ((0, LAST),)
NONE: Final[CharSet] = ()
_PLEASANT: Final = tuple(
    map(ord, "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-_/.:@ !#$%&'()*+,;<=>?[]^`{|}~\"\\")
)


def of(ranges: Iterable[tuple[int, int]]) -> CharSet:
    """Return the union of ranges that may overlap."""
    found: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if found and low <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(high, found[-1][1]))
        else:
            found.append((low, high))
    return tuple(found)


def chars(text: str) -> CharSet:
    """Return the set of a text's characters."""
    return of((ord(letter), ord(letter)) for letter in text)


def complement(charset: CharSet) -> CharSet:
    """Return every other character."""
    found: list[tuple[int, int]] = []
    start = 0
    for low, high in charset:
        if start < low:
            found.append((start, low - 1))
        start = high + 1
    if start <= LAST:
        found.append((start, LAST))
    return tuple(found)


def contains(charset: CharSet, code: int) -> bool:
    """Return whether a code point is in a set."""
    place = bisect_right(charset, (code, LAST)) - 1
    return place >= 0 and charset[place][1] >= code


def size(charset: CharSet, symbols: int = LAST + 1) -> int:
    """Return how many of the code points below ``symbols`` are in a set."""
    return sum(max(0, min(high, symbols - 1) - low + 1) for low, high in charset)


def pick(charset: CharSet) -> str:
    """Return the member that reads best: a letter or digit, then other ASCII, then the first that is no surrogate."""
    for code in _PLEASANT:
        if contains(charset, code):
            return chr(code)
    for low, high in charset:
        for code in (low, 0xE000):  # a range that starts inside the surrogates may go on beyond them
            if low <= code <= high and not 0xD800 <= code <= 0xDFFF:
                return chr(code)
    return chr(charset[0][0])
