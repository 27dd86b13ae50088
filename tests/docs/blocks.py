"""Code blocks of the documentation, and how the tests carry them out.

A page is carried out from top to bottom in one empty folder, as a reader would do it:

- ``python`` with a title is a file that the reader saves, and so is ``text`` with one; ``python`` without a title is a
  script, and it must end well.
- ``sh`` holds commands. Searches get small budgets and games few steps, by the rules below; everything else is run
  as it stands. ``# exit code N`` at the end of a line says that the command is to fail so.
- ``text`` right after commands shows what they print: the first words of every line must be there.
- ``<!-- not run: why -->`` before commands: they are only parsed.
- ``<!-- illustration: why -->`` before a text: it is not compared.
"""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(
    r"(?:^<!-- (?P<mark>not run|illustration): (?P<why>[^>]+) -->\n)?"
    r'^```(?P<kind>\w+)(?: title="(?P<title>[^"]+)")?\n(?P<body>.*?)^```$',
    re.DOTALL | re.MULTILINE,
)
_EXIT = re.compile(r"# exit code (\d+)$")
_COMMENT = re.compile(r"(^|\s+)# .*$")
_GAMES = r"(cleanup|gathering)\b(?!-)"
_SMALLER = (
    (re.compile(r"--budget-seconds \d+"), "--budget-episodes 12"),
    (re.compile(r"--budget-episodes \d+"), "--budget-episodes 12"),
    (re.compile(r"--rounds \d+"), "--rounds 1"),
    (re.compile(r" --(seeds|workers) \d+"), ""),
    (re.compile(rf"^(solon (?:run|eval|match|play|plan|diff .*--task) {_GAMES}.*)$"), r"\1 -o steps=60"),
    (re.compile(r"^(solon run .*)$"), r"\1 --seeds 2 --partner-seeds 1"),
    (re.compile(r"^(solon (?:eval|match|diff) .*)$"), r"\1 --seeds 2"),
    (re.compile(r"^(solon (?:run|eval|match|verify|replay|diff) .*)$"), r"\1 --workers 1"),
)


@dataclass(frozen=True)
class Block:
    """One code block; ``mark`` says what is not done with it, and ``why``."""

    kind: str
    body: str
    title: str = ""
    mark: str = ""
    why: str = ""


@dataclass(frozen=True)
class Command:
    """One line of commands, as it is shown and as it is carried out."""

    shown: tuple[str, ...]
    words: tuple[str, ...]
    code: int = 0


def blocks(page: Path) -> list[Block]:
    """Return a page's code blocks in order."""
    found = _BLOCK.finditer(page.read_text(encoding="utf-8"))
    return [Block(**{name: part or "" for name, part in each.groupdict().items()}) for each in found]


def commands(block: Block) -> list[Command]:
    """Return the commands of a block, made small."""
    return [_command(line) for line in block.body.splitlines() if _COMMENT.sub("", line)]


def _command(line: str) -> Command:
    code = _EXIT.search(line)
    small = shown = _COMMENT.sub("", line)
    for pattern, replacement in _SMALLER:
        small = pattern.sub(replacement, small)
    return Command(tuple(shlex.split(shown)), tuple(shlex.split(small)), int(code[1]) if code else 0)


def beginnings(text: str) -> list[str]:
    """Return the words with which the lines of a shown output begin, up to the first figure."""
    starts = [re.split(r"\s{2,}|[-+−]?\d|[─…]", line.strip())[0].strip() for line in text.splitlines()]
    return [start for start in starts if start and not start.startswith("published")]
