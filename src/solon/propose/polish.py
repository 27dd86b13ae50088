"""Polishing: search over the constants of an existing Python program, leaving every other byte as it is.

What counts as tunable: whole and floating-point literals that are assigned (alone or inside a tuple, list or
dictionary), compared by order, added, subtracted, multiplied, divided, passed to ``min``, ``max`` or ``abs``, or the
default of a parameter. What does not: anything inside a subscript, ``range`` or another call, a format string, an
annotation or a decorator; operands of ``%``, ``//``, ``**``, bit and equality operators, which test codes and not
thresholds; repetition counts as in ``[0] * 5``; the whole numbers 0 and 1, which mostly mean no, yes, first and last;
0.0, which has no scale; and a whole number assigned to a name that the program never compares by order or calculates
with, or that it returns, compares for equality, uses in a subscript or passes to ``range``: such a name stands for an
action or a length.
"""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from solon.contract import Ask, History, Program, Proposal, Task, Value
from solon.language import parse_python
from solon.sketch import Hole, HoleValue, Sketch

_SMALLEST, _LARGEST = 1e-12, 1e12
_ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div)
_ORDER = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_LENGTHS = ("range", "slice", "len")
_SCALING = ("min", "max", "abs")
_TRANSPARENT = (ast.UnaryOp, ast.Tuple, ast.List, ast.Dict, ast.IfExp, ast.BoolOp)
_SEQUENCES = (ast.List, ast.Tuple, ast.ListComp, ast.JoinedStr, ast.Dict)


class Literal(Value, frozen=True):
    """A tunable constant and the bytes that it occupies in its file."""

    file: str
    start: int
    end: int
    hole: Hole


class Polish:
    """Search over the constants of one program with the offline optimiser, starting from the program itself."""

    def __init__(self, program: Program) -> None:
        self._sketch = sketch_of(program)

    def propose(self, task: Task, history: History, ask: Ask, entropy: int) -> Sequence[Proposal]:
        """Return variations of the program; the very first is the program unchanged."""
        from solon.propose.optimiser import fill

        del task
        return fill(self._sketch, history, ask, entropy)


def sketch_of(program: Program) -> Sketch:
    """Return the sketch whose holes are the tunable constants of a program's Python files.

    Raises ValueError if a file does not parse or no constant is tunable.
    """
    trees = {file: _tree(file, text) for file, text in program.files if file.endswith(".py")}
    uses = _Uses(
        frozenset[str]().union(*(_codes(tree) for tree in trees.values())),
        frozenset[str]().union(*(_quantities(tree) for tree in trees.values())),
    )
    texts = dict(program.files)
    literals = tuple(literal for file, tree in trees.items() for literal in _literals(file, texts[file], tree, uses))
    if not literals:
        raise ValueError(
            "The program has no constants to polish; compare or calculate with numbers that are thresholds or weights."
        )

    def render(values: Mapping[str, HoleValue]) -> Program:
        files = tuple((file, _substituted(file, text, literals, values)) for file, text in program.files)
        return msgspec.structs.replace(program, files=files)

    return Sketch(tuple(literal.hole for literal in literals), render)


def _substituted(file: str, text: str, literals: Sequence[Literal], values: Mapping[str, HoleValue]) -> str:
    """Return a file's text with its literals replaced; a default keeps its original spelling."""
    raw = text.encode()
    pieces: list[bytes] = []
    position = 0
    for literal in literals:
        hole = literal.hole
        value = values[hole.name]
        if literal.file != file or value == hole.default:
            continue
        number = int(value) if hole.integer else float(f"{float(value):.6g}")
        pieces += [raw[position : literal.start], repr(number).encode()]
        position = literal.end
    return b"".join([*pieces, raw[position:]]).decode()


class _Uses(Value, frozen=True):
    """What a program does with its names."""

    codes: frozenset[str]
    quantities: frozenset[str]

    def allow(self, targets: Sequence[ast.expr], *, alone: bool) -> bool:
        """Tell whether a whole number assigned to the targets, alone or inside a collection, is a quantity."""
        names = frozenset[str]().union(*(_names(target) for target in targets))
        return not names & self.codes and (not alone or bool(names & self.quantities))


def _tree(file: str, text: str) -> ast.Module:
    try:
        return parse_python(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ValueError(f"{file} cannot be polished because it is not valid Python: {error}.") from None


def _literals(file: str, text: str, tree: ast.Module, uses: _Uses) -> Iterator[Literal]:
    """Yield the tunable constants of a file in the order of their positions."""
    raw = text.encode()
    starts = [0, *(match.end() for match in re.finditer(rb"\r\n|\r|\n", raw))]
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    found: list[Literal] = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, int | float):
            continue
        if not _scalable(node.value) or not _tunable(node, node.value, parents, uses):
            continue
        start = starts[node.lineno - 1] + node.col_offset
        end = starts[(node.end_lineno or 1) - 1] + (node.end_col_offset or 0)
        if _stands_alone(raw, start, end, node.value):
            divisor = _is_divisor(node, parents)
            name = f"{file}:{node.lineno}:{node.col_offset + 1}"
            found.append(Literal(file, start, end, _hole(name, node.value, divisor=divisor)))
    yield from sorted(found, key=lambda literal: literal.start)


def _scalable(value: float) -> bool:
    if isinstance(value, bool):
        return False
    if isinstance(value, int):
        return 2 <= value <= _LARGEST
    return _SMALLEST <= value <= _LARGEST


def _stands_alone(raw: bytes, start: int, end: int, value: float) -> bool:
    """Tell whether the bytes spell the value and no keyword is glued to them, as in ``3or 4``."""
    before, after = raw[max(start - 1, 0) : start], raw[end : end + 1]
    glued = before.isalnum() or after.isalnum() or after in (b"_", b".")
    try:
        return not glued and ast.literal_eval(raw[start:end].decode()) == value
    except (SyntaxError, ValueError):
        return False


def _hole(name: str, value: float, *, divisor: bool) -> Hole:
    """Return a hole from a third to three times the value; a whole number reaches at least two either way."""
    if isinstance(value, int):
        low = max(min(value // 3, value - 2), 1 if divisor else 0)
        return Hole(name, value, low, max(3 * value, value + 2), integer=True)
    return Hole(name, value, value / 3, 3 * value)


def _tunable(node: ast.AST, value: float, parents: Mapping[ast.AST, ast.AST], uses: _Uses) -> bool:
    """Climb from a constant to the construct that uses it, and tell whether that makes it a threshold or weight."""
    if any(_forbidding(child, parents) for child in _ancestry(node, parents)):
        return False
    child, parent = node, parents[node]
    while isinstance(parent, _TRANSPARENT):
        child, parent = parent, parents[parent]
    match parent:
        case ast.BinOp(left, op, right):
            other = right if child is left else left
            return isinstance(op, _ARITHMETIC) and not isinstance(other, _SEQUENCES) and not _is_text(other)
        case ast.Compare(_, operators, _):
            return all(isinstance(operator, _ORDER) for operator in operators)
        case ast.Assign() | ast.AnnAssign():
            targets = parent.targets if isinstance(parent, ast.Assign) else [parent.target]
            alone = not isinstance(child, _SEQUENCES)
            return isinstance(value, float) or uses.allow(targets, alone=alone)
        case ast.Call(function, _, _):
            return isinstance(function, ast.Name) and function.id in _SCALING
        case _:
            arithmetic = isinstance(parent, ast.AugAssign) and isinstance(parent.op, _ARITHMETIC)
            return arithmetic or isinstance(parent, ast.NamedExpr | ast.arguments)


def _ancestry(node: ast.AST, parents: Mapping[ast.AST, ast.AST]) -> Iterator[ast.AST]:
    """Yield a node and its ancestors inside the same statement."""
    while not isinstance(node, ast.stmt):
        yield node
        node = parents[node]


def _forbidding(node: ast.AST, parents: Mapping[ast.AST, ast.AST]) -> bool:
    """Tell whether a node's place makes all below it indices, lengths, formats, annotations or decorators."""
    parent = parents[node]
    match parent:
        case ast.Subscript(slice=inside) | ast.AnnAssign(annotation=inside):
            return node is inside
        case ast.BinOp(op=op):
            return not isinstance(op, _ARITHMETIC)
        case ast.Dict(keys=keys):
            return any(node is key for key in keys)
        case ast.Call(func=ast.Name(name) as function):
            return node is not function and name in _LENGTHS
        case ast.FunctionDef(args=arguments) | ast.AsyncFunctionDef(args=arguments):
            return node is not arguments
        case _:
            return isinstance(parent, ast.ClassDef | ast.JoinedStr | ast.FormattedValue | ast.arg | ast.pattern)


def _is_divisor(node: ast.AST, parents: Mapping[ast.AST, ast.AST]) -> bool:
    child, parent = node, parents[node]
    while isinstance(parent, ast.UnaryOp | ast.IfExp):
        child, parent = parent, parents[parent]
    match parent:
        case ast.BinOp(_, ast.Div(), right):
            return child is right
        case ast.AugAssign(_, ast.Div(), _):
            return True
        case _:
            return False


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)


def _names(target: ast.AST) -> frozenset[str]:
    return frozenset(node.id for node in ast.walk(target) if isinstance(node, ast.Name))


def _quantities(tree: ast.AST) -> frozenset[str]:
    """Return the names that are compared by order or calculated with."""
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.BinOp(left, op, right) if isinstance(op, _ARITHMETIC):
                operands = [left, right]
            case ast.Compare(left, operators, others) if all(isinstance(operator, _ORDER) for operator in operators):
                operands = [left, *others]
            case ast.Call(ast.Name(name), arguments, _) if name in _SCALING:
                operands = arguments
            case ast.AugAssign(_, _, value):
                operands = [value]
            case _:
                continue
        found |= {operand.id for operand in operands if isinstance(operand, ast.Name)}
    return frozenset(found)


def _codes(tree: ast.AST) -> frozenset[str]:
    """Return the names that are returned as they are, compared for equality, used as an index or given to range."""
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Return(ast.Name(name)):
                found.add(name)
            case ast.Return(ast.IfExp(_, body, other)):
                found |= {part.id for part in (body, other) if isinstance(part, ast.Name)}
            case ast.Subscript(_, index):
                found |= _names(index)
            case ast.Call(ast.Name("range"), arguments, _):
                found |= {name for argument in arguments for name in _names(argument)}
            case ast.Compare(left, operators, others):
                if not all(isinstance(operator, _ORDER) for operator in operators):
                    found |= {part.id for part in (left, *others) if isinstance(part, ast.Name)}
            case _:
                pass
    return frozenset(found)
