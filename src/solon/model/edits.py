"""Changes to a program as search/replace blocks, and files that a reply names."""

import re
from collections.abc import Iterator

from solon.contract import Value

_SEARCH = re.compile(r"^\s*<{5,9} ?SEARCH\s*$")
_MIDDLE = re.compile(r"^\s*={5,9}\s*$")
_REPLACE = re.compile(r"^\s*>{5,9} ?REPLACE\s*$")
_FILE = re.compile(r"^[\s#*>`-]*file(?:name)?[\s:*`]+(?P<name>[\w./-]+\.\w+)[\s`*:]*$", re.IGNORECASE)
_FENCE = re.compile(r"^[ \t]*(?P<mark>`{3,}|~{3,})")

Files = tuple[tuple[str, str], ...]


class EditError(ValueError):
    """Raised when edits cannot be read or applied; the message is one sentence that can be sent back."""


class Edit(Value, frozen=True):
    """Lines to find in a file, once, and lines to put there."""

    file: str
    search: tuple[str, ...]
    replace: tuple[str, ...]


def read_edits(text: str, default_file: str) -> tuple[Edit, ...]:
    """Return the search/replace blocks of a reply, of the file named before each; raise EditError for a torn one."""
    edits: list[Edit] = []
    file = default_file
    search: list[str] | None = None
    replace: list[str] | None = None
    for line in text.replace("\r\n", "\n").split("\n"):
        named = _FILE.match(line)
        if search is None and named:
            file = named["name"]
        elif _SEARCH.match(line):
            if search is not None:
                raise EditError("An edit begins inside another; end each with a line >>>>>>> REPLACE.")
            search, replace = [], None
        elif search is not None and replace is None and _MIDDLE.match(line):
            replace = []
        elif search is not None and replace is not None and _REPLACE.match(line):
            edits.append(Edit(file, tuple(search), tuple(replace)))
            search = replace = None
        elif replace is not None:
            replace.append(line)
        elif search is not None:
            search.append(line)
    if search is not None:
        raise EditError("The last edit was cut off; end each with a line >>>>>>> REPLACE.")
    return tuple(edits)


def apply_edits(files: Files, edits: tuple[Edit, ...]) -> Files:
    """Return the files after the edits, in order; raise EditError unless each search fits exactly one place."""
    texts = {name: text.split("\n") for name, text in files}
    for number, edit in enumerate(edits, 1):
        lines = texts.get(edit.file)
        if lines is None:
            if edit.search:
                raise EditError(f"Edit {number} is of {edit.file!r}, but the program has no such file.")
            texts[edit.file] = [*edit.replace, ""]
            continue
        if not "".join(edit.search).strip():
            raise EditError(f"Edit {number} searches for nothing; repeat the lines that it replaces.")
        start = _place(lines, edit, number)
        texts[edit.file] = [*lines[:start], *edit.replace, *lines[start + len(edit.search) :]]
    return tuple((name, "\n".join(lines)) for name, lines in texts.items())


def _place(lines: list[str], edit: Edit, number: int) -> int:
    """Return where the search fits: exactly, or but for space at the ends of lines."""
    exact = list(_places(lines, list(edit.search)))
    found = exact or list(_places([line.rstrip() for line in lines], [line.rstrip() for line in edit.search]))
    if len(found) == 1:
        return found[0]
    first = next(line.strip() for line in edit.search if line.strip())[:60]
    if not found:
        raise EditError(f"Edit {number} searches for lines that {edit.file} does not hold (first: {first!r}).")
    raise EditError(f"Edit {number} fits {len(found)} places of {edit.file} (first line: {first!r}); search for more.")


def _places(lines: list[str], search: list[str]) -> Iterator[int]:
    size = len(search)
    return (start for start in range(len(lines) - size + 1) if lines[start : start + size] == search)


def named_parts(text: str) -> list[tuple[str, str]]:
    """Return (file name, text up to the next name) for each line outside fences such as ``FILE: helpers.py``."""
    parts: list[tuple[str, list[str]]] = []
    mark = ""
    for line in text.replace("\r\n", "\n").split("\n"):
        fence = _FENCE.match(line)
        named = _FILE.match(line) if not mark else None
        if named:
            parts.append((named["name"], []))
            continue
        if fence and not mark:
            mark = fence["mark"]
        elif fence and line.strip() == mark[0] * len(line.strip()) and len(line.strip()) >= len(mark):
            mark = ""
        if parts:
            parts[-1][1].append(line)
    return [(name, "\n".join(lines)) for name, lines in parts]
