"""Parenthesised texts as trees of words that know their line and column; errors that say where and what to do."""

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

_TOKEN: Final = re.compile(r"[()]|[^\s();]+")
_DEFINE: Final = re.compile(r"\(\s{0,99}define\b", re.IGNORECASE)
_NAME: Final = re.compile(r"[a-z][a-z0-9_-]*")
_DEEPEST: Final = 100
_SAID: Final = 400  # characters of a message, which quotes what was written


class ParseError(ValueError):
    """Raised for a text that is no PDDL; knows the line and column, counted from 1, and what to write instead."""

    def __init__(self, place: "Place", message: str, remedy: str) -> None:
        message = clipped(message, _SAID)
        super().__init__(f"line {place.line}, column {place.column}: {message}; {remedy}")
        self.line, self.column, self.message, self.remedy = place.line, place.column, message, remedy


def clipped(text: str, most: int) -> str:
    """Return a text of at most so many characters, the middle left out of a longer one."""
    return text if len(text) <= most else f"{text[: most // 2 - 2]}...{text[2 - most // 2 :]}"


class Place(NamedTuple):
    """Where something stands in a text, counted from 1."""

    line: int = 1
    column: int = 1


class Word(NamedTuple):
    """A word in lower case."""

    text: str
    place: Place


class Group(NamedTuple):
    """What stands between two parentheses."""

    items: "tuple[Node, ...]"
    place: Place  # of the opening parenthesis

    @property
    def head(self) -> str:
        """The word that it starts with, or nothing."""
        first = self.items[0] if self.items else None
        return first.text if isinstance(first, Word) else ""


Node = Word | Group


def words(text: str) -> list[Word]:
    """Return the words and parentheses of a text; a semicolon starts a comment to the end of its line."""
    found: list[Word] = []
    for line, content in enumerate(text.split("\n"), 1):
        code = content.partition(";")[0]
        found += [Word(m.group().lower(), Place(line, m.start() + 1)) for m in _TOKEN.finditer(code)]
    return found


def groups(text: str) -> list[Group]:
    """Return the outermost groups of a text. Raises ParseError for words outside, or parentheses that do not match."""
    done: list[Group] = []
    open_groups: list[tuple[Place, list[Node]]] = []
    for word in words(text):
        if word.text == "(":
            open_groups.append((word.place, []))
            if len(open_groups) > _DEEPEST:
                raise ParseError(word.place, f"more than {_DEEPEST} nested parentheses", "write it flatter")
        elif word.text == ")":
            if not open_groups:
                raise ParseError(word.place, "')' closes nothing", "remove it or add the '(' that it closes")
            place, items = open_groups.pop()
            group = Group(tuple(items), place)
            if open_groups:
                open_groups[-1][1].append(group)
            else:
                done.append(group)
        elif open_groups:
            open_groups[-1][1].append(word)
        else:
            raise ParseError(word.place, f"'{word.text}' stands outside of all parentheses", "remove it")
    if open_groups:
        place, items = open_groups[-1]
        what = f"'({items[0].text}'" if items and isinstance(items[0], Word) else "'('"
        raise ParseError(place, f"{what} is never closed", "add the missing ')'")
    return done


def peel(text: str) -> str:
    """Return the PDDL in an answer: its fenced blocks, or from the first ``(define`` to where its groups end.

    Blank lines take the place of what is peeled, so that line numbers stay those of the whole answer.
    """
    fenced = [(start, end) for start, end in _fences(text) if "(" in text[start:end]]
    if not fenced:
        for match in _DEFINE.finditer(text):
            if not fenced or match.start() >= fenced[-1][1]:
                fenced.append((match.start(), _end(text, match.start())))
    if not fenced:
        return text
    kept, last = "", 0
    for start, end in fenced:
        kept += "\n" * text.count("\n", last, start) + text[start:end]
        last = end
    return kept


def _fences(text: str) -> Iterator[tuple[int, int]]:
    """Yield where the contents of fenced blocks start and end; the last one may never be closed and is left out."""
    opened, place = -1, 0
    for line in text.splitlines(keepends=True):
        following = place + len(line)
        bare = line.strip(" \t\r\n")
        if opened < 0 and bare.startswith("```"):
            opened = following
        elif opened >= 0 and bare == "```":
            yield opened, place
            opened = -1
        place = following


def _end(text: str, start: int) -> int:
    """Return where the group that starts there ends, or the end of the text."""
    depth, comment = 0, False
    for position in range(start, len(text)):
        letter = text[position]
        if comment or letter == ";":
            comment = letter != "\n"
        elif letter in "()":
            depth += 1 if letter == "(" else -1
            if depth == 0:
                return position + 1
    return len(text)


def name(node: Node, what: str) -> str:
    """Return the name that a node is. Raises ParseError if it is none."""
    if isinstance(node, Group):
        raise ParseError(node.place, f"'(' where {what} should stand", "write one name")
    if not _NAME.fullmatch(node.text):
        remedy = "a name starts with a letter and has letters, digits, '-' and '_'"
        raise ParseError(node.place, f"'{node.text}' is no name for {what}", remedy)
    return node.text


def variable(node: Node) -> str:
    """Return the variable that a node is. Raises ParseError if it is none."""
    if isinstance(node, Group) or not node.text.startswith("?") or not _NAME.fullmatch(node.text[1:]):
        shown = "(" if isinstance(node, Group) else node.text
        raise ParseError(node.place, f"'{shown}' is no variable", "a variable is '?' followed by a name, such as ?x")
    return node.text


def group(node: Node, what: str) -> Group:
    """Return the group that a node is. Raises ParseError if it is a word."""
    if isinstance(node, Word):
        raise ParseError(node.place, f"'{node.text}' where {what} should stand", "put it into parentheses")
    return node


def exactly(node: Group, count: int, example: str) -> Sequence[Node]:
    """Return what follows the head of a group. Raises ParseError unless it is so many items."""
    if len(node.items) != count + 1:
        raise ParseError(node.place, f"'({node.head}' takes {count} parts, not {len(node.items) - 1}", f"as {example}")
    return node.items[1:]
