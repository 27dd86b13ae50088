"""Cut a program from a file of components: the chosen variants, all that they use, and nothing else."""

import ast
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import NamedTuple

_FOLDER = "solon.tasks.games.sketches"
_MARK = re.compile(r"  # only (\w+)=(\w+)$")


class _Part(NamedTuple):
    """One import, constant or function of the component file; variants share their name."""

    name: str
    option: str  # "" without variants
    text: str
    kind: str


def cut(file: str, entry: str, chosen: Mapping[str, str], constants: Mapping[str, str]) -> str:
    """Return the source of ``entry`` and of everything that it needs, in the order of the component file.

    ``chosen`` gives the option of each choice: a function ``name__option`` is kept if its option is among them, a
    line marked ``# only choice=option`` if it is chosen there. ``constants`` gives the values of constants as source.
    """
    parts: dict[str, _Part] = {}
    for part in _components(file):
        if part.option in {"", *chosen.values()}:
            filled = _fill(part, constants[part.name]) if part.name in constants else _keep_chosen(part.text, chosen)
            parts[part.name] = part._replace(text=filled)
    needed, waiting = set[str](), [entry]
    while waiting:
        name = waiting.pop()
        if name in parts and name not in needed:
            needed.add(name)
            waiting.extend(node.id for node in ast.walk(ast.parse(parts[name].text)) if isinstance(node, ast.Name))
    kept = [parts[name] for name in parts if name in needed]
    blocks = ["\n".join(part.text for part in kept if part.kind == kind) for kind in ("import", "constant")]
    head = "\n\n".join(block for block in blocks if block)
    return "\n\n\n".join([head, *(part.text for part in kept if part.kind == "function")]).lstrip() + "\n"


def _fill(part: _Part, value: str) -> str:
    """Give a constant its value; its comment goes above a value of several lines."""
    comment = part.text.partition("  # ")[2]
    if "\n" in value:
        return f"# {comment}\n{part.name} = {value}"
    return f"{part.name} = {value}  # {comment}"


def _keep_chosen(text: str, chosen: Mapping[str, str]) -> str:
    """Leave out the lines marked for other options, and the marks."""
    lines: list[str] = []
    for line in text.splitlines():
        mark = _MARK.search(line)
        if mark is None:
            lines.append(line)
        elif chosen[mark[1]] == mark[2]:
            lines.append(line[: mark.start()])
    return "\n".join(lines)


@cache
def _components(file: str) -> tuple[_Part, ...]:
    source = resources.files(_FOLDER).joinpath(file).read_text("utf-8")
    lines = source.splitlines()
    found: list[_Part] = []
    for node in ast.parse(source).body:
        text = "\n".join(lines[node.lineno - 1 : node.end_lineno])
        if isinstance(node, ast.FunctionDef):
            name, _, option = node.name.partition("__")
            found.append(_Part(name, option, text.replace(node.name, name, 1), "function"))
        elif isinstance(node, ast.Import):
            found.append(_Part(node.names[0].name, "", text, "import"))
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found.append(_Part(node.targets[0].id, "", text, "constant"))
    return tuple(found)
