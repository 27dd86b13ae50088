"""The form that a few values have in common: a list of them, or a beginning or an end that enough of them share."""

from collections.abc import Sequence
from typing import Final

from solon.verify.requests.expression import FALSE, Among, Compare, Constant, Expression, Matches, Path, conjunction
from solon.verify.requests.request import Json

SUPPORT: Final = 3  # groups of traces and different values that a pattern needs
_BEGINS: Final = "/:"  # a shared beginning must end at one of these


def form(path: Path, values: Sequence[Json], groups: int) -> Expression:
    """Say of the value at a place that it is like the values seen; without any, nothing is."""
    texts = sorted({value for value in values if isinstance(value, str)})
    numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    if texts:
        pattern = _shared(path, texts) if groups >= SUPPORT and len(texts) >= SUPPORT else None
        return pattern or Among(path, tuple(texts))
    if numbers:
        return conjunction(Compare(">=", path, Constant(min(numbers))), Compare("<=", path, Constant(max(numbers))))
    return FALSE


def _shared(path: Path, texts: Sequence[str]) -> Expression | None:
    end = _beginning([text[::-1] for text in texts])[::-1]
    at = end.find("@")  # a shared end must begin there, or "evil-bank.com" would share one with "bank.com"
    if at >= 0:
        return Matches("ends", path, end[at:])
    begin = _beginning(texts)
    cut = max(begin.rfind(letter) for letter in _BEGINS)
    return Matches("starts", path, begin[: cut + 1]) if cut > 0 else None


def _beginning(texts: Sequence[str]) -> str:
    """Return the longest text with which all begin."""
    first, last = min(texts), max(texts)
    length = next((at for at, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), len(first))
    return first[:length]
