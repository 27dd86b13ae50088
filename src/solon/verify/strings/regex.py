r"""Regular expressions of the regular subset: their trees, their text and globs; all anchored at both ends.

Classes are ASCII (``\d``, ``\w``, ``\s``), ``.`` is any character, line breaks too, and case counts. What is not
regular, or would mean something else elsewhere, is a typed error and never a guess.
"""

from typing import Final, Literal, NoReturn

from solon.contract import Value
from solon.verify.strings import charset
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

_DIGIT: Final = charset.of([(48, 57)])
_WORD: Final = charset.of([(48, 57), (65, 90), (95, 95), (97, 122)])
_SPACE: Final = chars(" \t\n\r\f\v")
_CLASSES: Final = {
    "d": _DIGIT,
    "w": _WORD,
    "s": _SPACE,
    "D": charset.complement(_DIGIT),
    "W": charset.complement(_WORD),
    "S": charset.complement(_SPACE),
}
_CONTROLS: Final = {"n": "\n", "r": "\r", "t": "\t", "f": "\f", "v": "\v", "a": "\a"}
_LONGEST_BOUNDS: Final = 40
_HEX: Final = {"x": 2, "u": 4, "U": 8}
_GROUPS: Final[dict[str, tuple[Complaint, str]]] = {
    "=": ("look-around", "a look-ahead is not regular here; write the condition as a second pattern"),
    "!": ("look-around", "a look-ahead is not regular here; write the condition as a second pattern"),
    "<": ("look-around", "a look-behind is not regular here; write the condition as a second pattern"),
    "P": ("group", "a named group is not allowed; use plain parentheses"),
    ">": ("possessive", "an atomic group is not allowed; use plain parentheses"),
    "(": ("back-reference", "a conditional group is not regular; write both cases as alternatives"),
}

Alternative = tuple[bool, Regex, bool]  # anchored at the start, body, anchored at the end


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
    return union(*(body for _, body, _ in _Reader(text).top()))


def search(text: str) -> Regex:
    """Return the texts in which a pattern is found somewhere, as a JSON Schema's ``pattern`` means it.

    Each alternative of the top level is ``.*(it).*``, less the side on which it is anchored. Raises RegexError.
    """
    return union(
        *(
            concat(*(() if start else (ANY_TEXT,)), body, *(() if end else (ANY_TEXT,)))
            for start, body, end in _Reader(text).top()
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


class _Reader:
    def __init__(self, text: str) -> None:
        self.text, self.at, self.depth = text, 0, 0

    def top(self) -> list[Alternative]:
        found: list[Alternative] = []
        while True:
            start = self._skip("^")
            body = self._sequence()
            end = self._skip("$")
            found.append((start, body, end))
            if self.at == len(self.text):
                return found
            if not self._skip("|"):
                if self._peek() == ")":
                    self._fail("syntax", "this parenthesis closes nothing; remove it or escape it")
                self._fail("anchor", "nothing may follow $; escape it or put it at the end")

    def _alternatives(self) -> Regex:
        options = [self._sequence()]
        while self._skip("|"):
            options.append(self._sequence())
        return union(*options)

    def _sequence(self) -> Regex:
        parts: list[Regex] = []
        while self._peek() not in ("", "|", ")"):
            if self._peek() == "$":
                if self.depth == 0:
                    break
                self._fail("anchor", "$ may stand at the end of the whole only; escape it to mean the character")
            parts.append(self._repeated(self._atom()))
        return concat(*parts)

    def _repeated(self, body: Regex) -> Regex:
        bounds = self._bounds()
        if bounds is None:
            return body
        if self._peek() == "?":
            self._fail("lazy", "a lazy repetition means nothing for a whole match; remove the ?")
        if self._peek() == "+":
            self._fail("possessive", "a possessive repetition is not allowed; remove the second +")
        if self._peek() == "*" or self._counted():
            self._fail("syntax", "two repetitions follow each other; use parentheses")
        return repeat(body, *bounds)

    def _bounds(self) -> tuple[int, int | None] | None:
        mark = self._peek()
        if mark in ("*", "+", "?"):
            self.at += 1
            return {"*": (0, None), "+": (1, None), "?": (0, 1)}[mark]
        counted = self._counted()
        if counted is None:
            return None
        low_text, comma, high_text = counted
        low = int(low_text or "0")
        high = low if not comma else int(high_text) if high_text else None
        if max(low, high or 0) > MOST_REPEATS:
            self._fail("size", f"more than {MOST_REPEATS} repetitions are not allowed")
        if high is not None and high < low:
            self._fail("syntax", "the bounds of this repetition are the wrong way round")
        self.at = self.text.index("}", self.at) + 1
        return low, high

    def _counted(self) -> tuple[str, str, str] | None:
        """Return the parts of a {m,n} that starts here, if one does; other braces are plain characters."""
        if self._peek() != "{":
            return None
        inside, closed, _ = self.text[self.at + 1 :].partition("}")
        low, comma, high = inside.partition(",")
        if not closed or not (low or high) or not all(_digits(part) for part in (low, high)):
            return None
        if len(inside) > _LONGEST_BOUNDS:
            self._fail("size", f"more than {MOST_REPEATS} repetitions are not allowed")
        return low, comma, high

    def _atom(self) -> Regex:
        letter = self._take()
        if letter == "(":
            return self._group()
        if letter == "[":
            return Chars(self._bracket())
        if letter == ".":
            return ANY_CHAR
        if letter == "\\":
            found = self._escape(inside=False)
            return Chars(chars(found) if isinstance(found, str) else found)
        if letter in "*+?":
            self.at -= 1
            self._fail("syntax", f"{letter} repeats nothing; escape it to mean the character")
        if letter == "^":
            self.at -= 1
            self._fail("anchor", "^ may stand at the start of the whole only; escape it to mean the character")
        return Chars(chars(letter))

    def _group(self) -> Regex:
        self.depth += 1
        if self.depth > DEEPEST:
            self._fail("size", f"more than {DEEPEST} nested parentheses are not allowed")
        if self._skip("?"):
            mark = self._take()
            if mark == "<" and self._peek() not in ("=", "!"):
                self._fail("group", "a named group is not allowed; use plain parentheses")
            if mark != ":":
                usual: tuple[Complaint, str] = ("flag", "flags are not allowed; write out both cases of a letter")
                self._fail(*_GROUPS.get(mark, usual))
        body = self._alternatives() if self._peek() != ")" else EMPTY
        if not self._skip(")"):
            self._fail("syntax", "a parenthesis is not closed")
        self.depth -= 1
        return body

    def _bracket(self) -> CharSet:
        negated = self._skip("^")
        ranges: list[tuple[int, int]] = []
        first = True
        while first or self._peek() != "]":
            if self._peek() == "":
                self._fail("syntax", "a class is not closed with ]")
            low = self._member()
            first = False
            follows = self.text[self.at + 1 : self.at + 2]
            if self._peek() == "-" and follows not in ("", "]"):
                self.at += 1
                high = self._member()
                if not isinstance(low, str) or not isinstance(high, str) or high < low:
                    self._fail("syntax", "the ends of this range of characters are no range")
                ranges.append((ord(low), ord(high)))
            else:
                ranges += chars(low) if isinstance(low, str) else low
        self.at += 1
        found = charset.of(ranges)
        return charset.complement(found) if negated else found

    def _member(self) -> str | CharSet:
        letter = self._take()
        if letter == "[" and self._peek() in (":", ".", "="):
            self._fail("syntax", "a class of POSIX is not allowed; write out its characters")
        return self._escape(inside=True) if letter == "\\" else letter

    def _escape(self, *, inside: bool) -> str | CharSet:
        letter = self._take()
        if letter in _CLASSES:
            return _CLASSES[letter]
        if letter in _CONTROLS:
            return _CONTROLS[letter]
        if letter in _HEX:
            digits = self.text[self.at : self.at + _HEX[letter]]
            if len(digits) < _HEX[letter] or any(digit not in "0123456789abcdefABCDEF" for digit in digits):
                self._fail("syntax", f"\\{letter} takes {_HEX[letter]} hexadecimal digits")
            self.at += len(digits)
            if int(digits, 16) > charset.LAST:
                self._fail("syntax", "there is no such character")
            return chr(int(digits, 16))
        if letter in "123456789" and not inside:
            self._fail("back-reference", "a back-reference is not regular; write out the alternatives")
        if letter in "bBAZzG":
            self._fail("anchor", f"\\{letter} is not allowed; the whole text is always matched")
        if letter.isalnum():
            self._fail("syntax", f"\\{letter} has no meaning here")
        return letter

    def _peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def _take(self) -> str:
        if self.at == len(self.text):
            self._fail("syntax", "the expression ends too early")
        self.at += 1
        return self.text[self.at - 1]

    def _skip(self, letter: str) -> bool:
        found = self._peek() == letter
        self.at += found
        return found

    def _fail(self, kind: Complaint, message: str) -> NoReturn:
        raise RegexError(kind, message, max(0, min(self.at, len(self.text) - 1)))


def _digits(text: str) -> bool:
    return all(letter in "0123456789" for letter in text)
