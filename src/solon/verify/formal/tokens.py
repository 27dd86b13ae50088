"""Split the text of a formal problem into items of tokens; lines that are indented deeper continue an item."""

import json
import re
from typing import Final, Literal

from solon.contract import Value

SECTIONS: Final = {
    "sets": "sets",
    "parameters": "parameters",
    "variables": "variables",
    "constraints": "constraints",
    "sorts": "sets",
    "tables": "parameters",
    "decisions": "variables",
    "rules": "constraints",
}
SENSES: Final = {
    "maximise": "maximise",
    "minimise": "minimise",
    "maximize": "maximise",
    "minimize": "minimise",
}
WORDS: Final = frozenset(
    [
        "and",
        "or",
        "not",
        "implies",
        "iff",
        "sum",
        "count",
        "min",
        "max",
        "forall",
        "exists",
        "each",
        "different",
        "exactly",
        "if",
        "then",
        "else",
        "in",
        "where",
        "of",
        "true",
        "false",
        "abs",
        "floor",
        "ceil",
        "sqrt",
        "exp",
        "log",
    ]
)
"""Words of expressions; a name that equals one is written in single quotes."""

_QUOTED: Final = WORDS | SECTIONS.keys() | SENSES.keys() | {"problem"}
_SAID: Final = 200  # characters of an error, which quotes what was written
_LONGEST: Final = 200_000
_OPENING, _CLOSING = "([", ")]"
_COMPARISONS: Final = {"==": "=", "≤": "<=", "≥": ">=", "≠": "!=", "<>": "!=", "=<": "<=", "=>": ">="}
_TOKEN: Final = re.compile(
    r"""(?P<blank>[ \t\r]+|\#.*)
    |(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?%?|\.\d+%?)
    |(?P<name>[^\W\d]\w*)
    |(?P<quoted>'(?:[^'\\]|\\.)*')
    |(?P<string>"(?:[^"\\]|\\.)*")
    |(?P<symbol><=|>=|!=|==|<>|=<|=>|[-+*/^()\[\],:;<>=≤≥≠])""",
    re.VERBOSE,
)


class TextError(ValueError):
    """Raised for a text that is no formal problem; one sentence with the line, the column and what was expected."""

    def __init__(self, message: str, line: int, column: int) -> None:
        message = message if len(message) <= _SAID else f"{message[:_SAID]}..."
        super().__init__(f"line {line}, column {column}: {message}")
        self.message, self.line, self.column = message, line, column


class Token(Value, frozen=True):
    """A word; ``text`` of a name or a string is without its quotes."""

    kind: Literal["number", "name", "string", "symbol", "end"]
    text: str
    line: int
    column: int
    quoted: bool = False

    @property
    def shown(self) -> str:
        """The word as an error quotes it."""
        return "the end" if self.kind == "end" else repr(self.text)


class Item(Value, frozen=True):
    """What one entry of a section is written with; it closes with a token of kind *end*."""

    section: str  # "problem", a section or a sense
    tokens: tuple[Token, ...]


def items(text: str) -> list[Item]:
    """Return the entries of a text in order. Raises TextError."""
    if len(text) > _LONGEST:
        raise TextError(f"expected at most {_LONGEST} characters, found {len(text)}", 1, 1)
    return _Splitter().split(text)


def identifier(text: str) -> bool:
    """Return whether a name may be written without quotes."""
    return re.fullmatch(r"[^\W\d]\w*", text) is not None and text.lower() not in _QUOTED


class _Splitter:
    """Collects tokens; owns the entry that is open."""

    def __init__(self) -> None:
        self._found: list[Item] = []
        self._section = ""
        self._open: list[Token] = []
        self._indent, self._depth = 0, 0

    def split(self, text: str) -> list[Item]:
        for number, line in enumerate(text.expandtabs(4).split("\n"), 1):
            tokens = _tokens(line, number)
            if tokens:
                self._take(tokens)
        self._close()
        return self._found

    def _take(self, tokens: list[Token]) -> None:
        first = tokens[0]
        indent = first.column - 1
        if self._depth and not self._heading(tokens):
            self._extend(tokens)
        elif self._heading(tokens):
            self._close()
            self._section = SECTIONS.get(first.text.lower(), "constraints")
        elif first.text.lower() in SENSES and _sense(tokens):
            self._start(SENSES[first.text.lower()], tokens, indent)
        elif first.text == "problem" and len(tokens) > 1 and tokens[1].kind == "string":
            self._start("problem", tokens, indent)
        elif self._open and (indent > self._indent or self._unfinished()):
            self._extend(tokens)
        elif not self._section:
            raise TextError(
                f"expected a section such as 'sets' or 'variables', found {first.shown}", first.line, first.column
            )
        else:
            section = self._section
            self._start(section, tokens, indent)
            self._section = section

    def _heading(self, tokens: list[Token]) -> bool:
        said = [token.text.lower() for token in tokens if not token.quoted]
        said = said[:-1] if said[-1:] == [":"] else said
        return len(said) >= len(tokens) - 1 and (said == ["subject", "to"] or (len(said) == 1 and said[0] in SECTIONS))

    def _unfinished(self) -> bool:
        """An objective's expression may stand below its name."""
        if self._open[0].text.lower() not in SENSES or self._open[0].quoted:
            return False
        rest = [token for token in self._open[1:] if token.text != ":" or token.kind != "symbol"]
        return len(rest) <= 1 or (len(rest) == 2 and rest[1].kind == "string")

    def _start(self, section: str, tokens: list[Token], indent: int) -> None:
        self._close()
        self._section, self._indent = section, indent
        self._extend(tokens)

    def _extend(self, tokens: list[Token]) -> None:
        for token in tokens:
            if token.kind == "symbol":
                self._depth += (token.text in _OPENING) - (token.text in _CLOSING)
        self._depth = max(0, self._depth)
        self._open += tokens

    def _close(self) -> None:
        if self._open:
            last = self._open[-1]
            end = Token("end", "", last.line, last.column + len(last.text))
            self._found.append(Item(self._section, (*self._open, end)))
        self._open, self._depth = [], 0


def _sense(tokens: list[Token]) -> bool:
    """Tell an objective from an entry whose name happens to be the same word."""
    return tokens[0].kind == "name" and not tokens[0].quoted and (len(tokens) == 1 or tokens[1].text not in {"=", "["})


def _tokens(line: str, number: int) -> list[Token]:
    found: list[Token] = []
    at = 0
    while at < len(line):
        match = _TOKEN.match(line, at)
        if match is None:
            what = "a closing quote" if line[at] in "'\"" else "a name, a number or an operator"
            raise TextError(f"expected {what}, found {line[at]!r}", number, at + 1)
        kind, text = str(match.lastgroup), match.group()
        column, at = at + 1, match.end()
        if kind == "number" and at < len(line) and (line[at].isalpha() or line[at] == "_"):
            raise TextError(
                f"expected a number or a name, found {text + line[at]!r}; quote a name as '7am'", number, column
            )
        match kind:
            case "blank":
                continue
            case "quoted" | "string":
                token = Token("string" if kind == "string" else "name", _unquoted(text, number, column), number, column)
                found.append(Token(token.kind, token.text, number, column, quoted=True))
            case "number" | "name":
                found.append(Token(kind, text, number, column))
            case _:
                found.append(Token("symbol", _COMPARISONS.get(text, text), number, column))
    return found


def _unquoted(text: str, line: int, column: int) -> str:
    inner = text[1:-1]
    if text[0] == "'":
        inner = inner.replace("\\'", "'").replace('"', '\\"')
    try:
        return str(json.loads(f'"{inner}"', strict=False))
    except ValueError:
        raise TextError('expected an escape such as \\n, \\\\ or \\" in the quotes', line, column) from None
