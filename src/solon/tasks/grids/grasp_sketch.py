"""The GRASP sketch: readable programs that gather greedily, in a window, on a loop, by a beam, or in planned trips."""

import ast
import re
import textwrap
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Final, Literal

from solon.contract import Program
from solon.sketch import Hole, HoleValue, Sketch

Load = Literal["free", "limited", "any"]
"""Which carry limits a program must cope with: none, a small one, or both."""

_FOLDER: Final = "sketches/grasp"
_HEAD_ENDS: Final = "# ----\n"
_MARK: Final = re.compile(r"  # only load=([a-z ]+)$")
_LINE_LENGTH: Final = 120

COLLECT: Final[dict[str, tuple[tuple[str, ...], str]]] = {
    "nearest": (("gather", "nearest"), "Takes the nearest unit while the way back still fits."),
    "window": (("gather", "window"), "Gathers where most energy lies for the distance."),
    "loop": (("loop",), "Walks the best loop, found by joining two halves."),
    "beam": (("beam",), "Keeps the most promising beginnings and carries out the best whole plan."),
}
FERRY: Final[dict[str, tuple[tuple[str, ...], str]]] = {
    "in_turn": (("gather", "in_turn"), "With a carry limit, takes the nearest unit and goes home when it is full."),
    "beam_trips": (("beam", "beam_trips"), "With a carry limit, searches with a beam."),
    "trips": (("trips",), "With a carry limit, makes the trips that are worth most together."),
}
"""Options with the files that they are made of and a sentence for the docstring; the first is the default."""

_NUMBERS: Final = {
    "free": (Hole("window", 3, 2, 6, integer=True), Hole("away", 0.5, 0.0, 2.0)),
    "loop": (Hole("half", 5, 1, 8, integer=True), Hole("width", 8, 1, 60, integer=True)),
    "limited": (Hole("candidates", 6, 2, 14, integer=True),),
    "both": (
        Hole("crowd", 0.0, 0.0, 1.5),
        Hole("homeward", 0.0, -0.5, 1.0),
        Hole("beam", 8, 1, 24, integer=True),
        Hole("nearby", 0.2, 0.0, 1.0),
        Hole("banked", 0.1, -0.5, 1.0),
    ),
}


def sketch(load: Load, scoring: str) -> Sketch:
    """Return the space of GRASP programs for these carry limits; what they count costs by is the scoring's rule."""
    holes: list[Hole] = []
    if load != "limited":
        holes += [Hole("collect", "nearest", options=tuple(COLLECT)), *_NUMBERS["free"], *_NUMBERS["loop"]]
    if load != "free":
        holes += [Hole("ferry", "in_turn", options=tuple(FERRY)), *_NUMBERS["limited"]]
    holes += _NUMBERS["both"]

    def render(values: Mapping[str, HoleValue]) -> Program:
        return write(values, load, scoring)

    return Sketch(tuple(holes), render)


def filled(load: Load, scoring: str, **chosen: HoleValue) -> Program:
    """Return the sketch's program with the default in every hole that is not named."""
    space = sketch(load, scoring)
    return space.render({hole.name: chosen.get(hole.name, hole.default) for hole in space.holes})


def write(values: Mapping[str, HoleValue], load: Load, scoring: str) -> Program:
    """Put the program for hole values together: the chosen parts, and of each what the program needs."""
    files, sentences = ["frame"], list[str]()
    for name, options in (("collect", COLLECT), ("ferry", FERRY)):
        if name in values:
            parts, sentence = options[str(values[name])]
            files += [part for part in parts if part not in files]
            sentences.append(sentence)
    constants = {name.upper(): _spelt(value) for name, value in values.items()}
    constants["MOVE_COST"] = "0" if scoring == "published" else "1"
    constants["OTHER_COST"] = "1" if scoring == "all-actions" else "0"
    source = "\n\n".join(_part(file, load) for file in files)
    for name, value in constants.items():
        source = re.sub(rf"^{name} = \S+(?=  #)", f"{name} = {value}", source, flags=re.MULTILINE)
    story = textwrap.fill(" ".join(sentences), _LINE_LENGTH)
    return Program(files=(("policy.py", f'"""GRASP.\n\n{story}\n"""\n\n{_needed(source)}'),))


def _spelt(value: HoleValue) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)


@cache
def _part(file: str, load: Load) -> str:
    text = resources.files("solon.tasks.grids").joinpath(_FOLDER, f"{file}.py").read_text("utf-8")
    lines: list[str] = []
    for line in text.partition(_HEAD_ENDS)[2].splitlines():
        mark = _MARK.search(line)
        if mark is None:
            lines.append(line)
        elif load in mark[1].split():
            lines.append(line[: mark.start()])
    return "\n".join(lines)


def _needed(source: str) -> str:
    """Return imports, constants and functions that ``policy`` needs, in this order."""
    tree = ast.parse(source)
    lines = source.splitlines()
    texts = {
        name: (node, "\n".join(lines[node.lineno - 1 : node.end_lineno])) for node in tree.body for name in _named(node)
    }
    needed, waiting = set[str](), ["policy"]
    while waiting:
        name = waiting.pop()
        if name in texts and name not in needed:
            needed.add(name)
            waiting += [node.id for node in ast.walk(texts[name][0]) if isinstance(node, ast.Name)]
    kept = [texts[name] for name in texts if name in needed]
    blocks = ["\n".join(text for node, text in kept if isinstance(node, kind)) for kind in (ast.Import, ast.Assign)]
    functions = [text for node, text in kept if isinstance(node, ast.FunctionDef)]
    return "\n\n\n".join(["\n\n".join(block for block in blocks if block), *functions]) + "\n"


def _named(node: ast.stmt) -> Iterable[str]:
    match node:
        case ast.Import(names):
            return [names[0].name]
        case ast.Assign([ast.Name(name)]) | ast.FunctionDef(name):
            return [name]
        case _:
            return []
