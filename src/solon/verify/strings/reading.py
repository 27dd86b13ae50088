"""Reading the text of a regular expression."""

from typing import Final, NoReturn

from solon.verify.strings import charset
from solon.verify.strings.charset import CharSet
from solon.verify.strings.regex import (
    ANY_CHAR,
    DEEPEST,
    EMPTY,
    MOST_REPEATS,
    Chars,
    Complaint,
    Regex,
    RegexError,
    concat,
    repeat,
    union,
)

_DIGIT: Final = charset.of([(48, 57)])
_WORD: Final = charset.of([(48, 57), (65, 90), (95, 95), (97, 122)])
_SPACE: Final = charset.chars(" \t\n\r\f\v")
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


def read(text: str) -> list[Alternative]:
    """Return the alternatives of the top level. Raises RegexError."""
    return _Reader(text).top()


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
            return Chars(charset.chars(found) if isinstance(found, str) else found)
        if letter in "*+?":
            self.at -= 1
            self._fail("syntax", f"{letter} repeats nothing; escape it to mean the character")
        if letter == "^":
            self.at -= 1
            self._fail("anchor", "^ may stand at the start of the whole only; escape it to mean the character")
        return Chars(charset.chars(letter))

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
                ranges += charset.chars(low) if isinstance(low, str) else low
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
