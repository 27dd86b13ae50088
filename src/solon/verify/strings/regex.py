r"""Regular expressions of the regular subset: their trees, their text and globs; all anchored at both ends.

Classes are ASCII (``\d``, ``\w``, ``\s``), ``.`` is any character, line breaks too, and case counts. What is not
regular, or would mean something else elsewhere, is a typed error and never a guess.
"""

from typing import Final, Literal

from solon.contract import Value
from solon.verify.strings.charset import ANY, CharSet, chars

DEEPEST: Final = 100  # levels of parentheses
MOST_REPEATS: Final = 10_000

Complaint = Literal["look-around", "back-reference", "lazy", "possessive", "anchor", "flag", "group", "size", "syntax"]


class RegexError(ValueError):
    """Raised for a text that is no regular expression of the subset; ``kind`` says what stands in the way."""

    def __init__(self, kind: Complaint, message: str, position: int) -> None:
        super().__init__(f"{message} (character {position + 1})")
        self.kind: Complaint = kind
        self.position = position


class Chars(Value, frozen=True, tag="chars"):
    """One character of a set; the empty set matches nothing."""

    charset: CharSet


class Concat(Value, frozen=True, tag="concat"):
    """Parts one after another; no parts match the empty text."""

    parts: tuple["Regex", ...]


class Union(Value, frozen=True, tag="union"):
    """Any one of the options; no options match nothing."""

    options: tuple["Regex", ...]


class Repeat(Value, frozen=True, tag="repeat"):
    """The body ``low`` to ``high`` times; None is without end."""

    body: "Regex"
    low: int
    high: int | None


Regex = Chars | Concat | Union | Repeat

EMPTY: Final = Concat(())
NOTHING: Final = Union(())
ANY_CHAR: Final = Chars(ANY)
ANY_TEXT: Final = Repeat(ANY_CHAR, 0, None)


def literal(text: str) -> Regex:
    """Return the expression of exactly one text."""
    return concat(*(Chars(chars(letter)) for letter in text))


def concat(*parts: Regex) -> Regex:
    """Return the parts one after another, flattened."""
    flat: list[Regex] = []
    for part in parts:
        if part == NOTHING:
            return NOTHING
        flat += part.parts if isinstance(part, Concat) else (part,)
    return flat[0] if len(flat) == 1 else Concat(tuple(flat))


def union(*options: Regex) -> Regex:
    """Return any one of the options, flattened and without doubles."""
    flat: dict[Regex, None] = {}
    for option in options:
        flat |= dict.fromkeys(option.options if isinstance(option, Union) else (option,))
    return next(iter(flat)) if len(flat) == 1 else Union(tuple(flat))


def repeat(body: Regex, low: int, high: int | None) -> Regex:
    """Return a body so many times; None is without end."""
    if (low, high) == (1, 1):
        return body
    if high == 0 or body == EMPTY:
        return EMPTY
    return Repeat(body, low, high)


def glob(text: str) -> Regex:
    """Return the expression of a pattern in which ``*`` is any text and ``?`` any one character."""
    found: list[Regex] = []
    for letter in text:
        if letter == "*":
            if not found or found[-1] is not ANY_TEXT:
                found.append(ANY_TEXT)
        else:
            found.append(ANY_CHAR if letter == "?" else Chars(chars(letter)))
    return concat(*found)


def parse(text: str) -> Regex:
    """Return what a text means when it must match whole. Raises RegexError.

    ``^`` at the start and ``$`` at the end of an alternative of the top level are allowed and change nothing.
    """
    from solon.verify.strings.reading import read

    return union(*(body for _, body, _ in read(text)))


def search(text: str) -> Regex:
    """Return the texts in which a pattern is found somewhere, as a JSON Schema's ``pattern`` means it.

    Each alternative of the top level is ``.*(it).*``, less the side on which it is anchored. Raises RegexError.
    """
    from solon.verify.strings.reading import read

    return union(
        *(
            concat(*(() if start else (ANY_TEXT,)), body, *(() if end else (ANY_TEXT,)))
            for start, body, end in read(text)
        )
    )


def size(regex: Regex) -> int:
    """Return the number of characters, operators and repetitions of a tree."""
    count, waiting = 0, [regex]
    while waiting:
        part = waiting.pop()
        count += 1
        if isinstance(part, Concat):
            waiting += part.parts
        elif isinstance(part, Union):
            waiting += part.options
        elif isinstance(part, Repeat):
            waiting.append(part.body)
    return count
