"""Expressions over metrics: a small language in which every sentence has a finite value and a known range.

Numbers, metric names, ``+ - * /``, ``**`` with a constant exponent, ``min``, ``max``, ``abs``, ``log`` and brackets; a
constraint compares two of them with ``>=`` or ``<=``. A text is parsed by Python's own parser and read from the tree:
nothing is executed. What could fail for some values (a divisor that may be 0, the logarithm of what may not be
positive) is refused when the expression is declared, by interval arithmetic (Moore 1966) over the metrics' ranges.
"""

import ast
import difflib
import math
import operator
from collections.abc import Callable, Iterable, Mapping
from functools import cache

from solon.contract import Value

LONGEST = 400  # characters of a text, which keeps the parser far from its limits
LARGEST_EXPONENT = 10.0
LARGEST_VALUE = 1e24  # far below the penalty for a violated constraint, ``solon.search.VIOLATION``

_CALLS = {"min": "two or more values", "max": "two or more values", "abs": "one value", "log": "one value"}
_Measured = Callable[[str], float]
_OPERATIONS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: lambda one, other: one / other,
    ast.Pow: math.pow,
}
_FUNCTIONS: dict[str, Callable[[list[float]], float]] = {
    "min": min,
    "max": max,
    "abs": lambda values: abs(values[0]),
    "log": lambda values: math.log(values[0]),
}


class Range(Value, frozen=True):
    """Where a quantity lies: ``low`` to ``high`` in every episode, ``least`` to ``most`` in expectation."""

    low: float
    high: float
    least: float
    most: float

    @classmethod
    def sure(cls, low: float, high: float) -> "Range":
        """Return the range of a quantity of which nothing else is known."""
        return cls(low, high, low, high)


class Expression(Value, frozen=True):
    """A checked expression; ``text`` is its canonical form."""

    text: str

    @property
    def names(self) -> frozenset[str]:
        """The metrics that it reads."""
        return frozenset(_names(_tree(self.text)))

    def value(self, metrics: Mapping[str, float]) -> float:
        """Return the value in an episode with these metrics."""
        return _value(_tree(self.text), metrics.__getitem__)

    def range(self, ranges: Mapping[str, Range]) -> Range:
        """Return where the value lies if the metrics lie in these ranges. Raises ValueError if it can be undefined.

        The bounds of the expectation follow from those of the metrics where the expression is linear, a minimum, a
        maximum or a logarithm of them, by linearity and Jensen's inequality; elsewhere they are those of every episode.
        """
        found = _range(_tree(self.text), ranges)
        if max(-found.low, found.high) > LARGEST_VALUE:
            raise ValueError(f"{self.text!r} can pass {LARGEST_VALUE:g}; divide it by a number or use smaller powers")
        return found


class Demand(Value, frozen=True):
    """A constraint: it holds where ``margin`` is at least 0."""

    text: str
    margin: Expression


def parse(text: str, known: Iterable[str]) -> Expression:
    """Read an expression over the metrics ``known``. Raises ValueError in one sentence for anything else."""
    node = _parsed(text)
    if isinstance(node, ast.Compare | ast.BoolOp | ast.Tuple):
        raise ValueError(f"{text!r} is no value; write such as efficiency * equality")  # noqa: TRY004 - a wrong text
    return _checked(node, tuple(known))


def parse_list(text: str, known: Iterable[str]) -> tuple[Expression, ...]:
    """Read expressions joined by commas. Raises ValueError."""
    names, node = tuple(known), _parsed(text)
    return tuple(_checked(part, names) for part in (node.elts if isinstance(node, ast.Tuple) else [node]))


def parse_demands(text: str, known: Iterable[str]) -> tuple[Demand, ...]:
    """Read constraints joined by commas or ``and``, each a comparison by >= or <=. Raises ValueError."""
    names = tuple(known)
    found: dict[str, Demand] = {}
    for part in _parts(_parsed(text)):
        if not isinstance(part, ast.Compare):
            raise ValueError(f"{ast.unparse(part)!r} is no constraint; write such as peace >= 9.9")  # noqa: TRY004
        sides = [part.left, *part.comparators]
        for left, sign, right in zip(sides, part.ops, sides[1:], strict=False):
            first, second = _checked(left, names, constant=True), _checked(right, names, constant=True)
            match sign:
                case ast.GtE():
                    demand = _demand(f"{first.text} >= {second.text}", left, right)
                case ast.LtE():
                    demand = _demand(f"{first.text} <= {second.text}", right, left)
                case _:
                    raise ValueError(f"{ast.unparse(part)!r} compares by neither >= nor <=; write one of the two")
            found[demand.text] = demand
    return tuple(found.values())


def _demand(text: str, more: ast.expr, less: ast.expr) -> Demand:
    margin = ast.unparse(ast.BinOp(more, ast.Sub(), less))
    if not set(_names(_tree(margin))):
        raise ValueError(f"{text!r} names no metric, so no program can change it; name one")
    return Demand(text, Expression(margin))


def _parts(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.Tuple):
        return [part for element in node.elts for part in _parts(element)]
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And):
        return [part for element in node.values for part in _parts(element)]
    return [node]


def _parsed(text: str) -> ast.expr:
    if len(text) > LONGEST:
        raise ValueError(f"an expression may have {LONGEST} characters, not {len(text)}; shorten it")
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, RecursionError, MemoryError, ValueError):
        raise ValueError(
            f"{text!r} cannot be read; write numbers, metrics, + - * / **, min, max, abs, log and brackets"
        ) from None


@cache
def _tree(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _checked(node: ast.expr, known: tuple[str, ...], *, constant: bool = False) -> Expression:
    _check(node, known)
    found = Expression(ast.unparse(node))
    if not constant and not found.names:
        raise ValueError(f"{found.text!r} names no metric, so all programs are equal; {_choice(known)}")
    return found


def _check(node: ast.expr, known: tuple[str, ...]) -> None:
    """Raise ValueError unless the tree is a sentence of the language."""
    match node:
        case ast.Constant():
            if _constant(node) is None:
                raise ValueError(f"{ast.unparse(node)[:40]!r} is no number below 1e100; write one")
        case ast.Name(name) if name in known:
            pass
        case ast.Name(name):
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]!r}? " if near else ""
            raise ValueError(f"no metric is called {name!r}; {hint}{_choice(known)}")
        case ast.UnaryOp(ast.USub() | ast.UAdd(), operand):
            _check(operand, known)
        case ast.BinOp(base, ast.Pow(), exponent):
            _check(base, known)
            _check_exponent(exponent)
        case ast.BinOp(left, ast.Add() | ast.Sub() | ast.Mult() | ast.Div(), right):
            _check(left, known)
            _check(right, known)
        case ast.Call(ast.Name(name), arguments, []) if name in _CALLS:
            _check_arguments(name, arguments, known)
        case _:
            raise ValueError(
                f"{ast.unparse(node)!r} is not in this language; use numbers, metrics, + - * / **, min, max, abs, log"
            )


def _check_exponent(node: ast.expr) -> None:
    power = _constant(node)
    if power is None or abs(power) > LARGEST_EXPONENT:
        raise ValueError(f"the exponent {ast.unparse(node)!r} must be a number of at most {LARGEST_EXPONENT:g}")


def _check_arguments(name: str, arguments: list[ast.expr], known: tuple[str, ...]) -> None:
    for argument in arguments:
        _check(argument, known)
    if not arguments or (len(arguments) == 1) != (_CALLS[name] == "one value"):
        raise ValueError(f"{name} takes {_CALLS[name]}, got {len(arguments)}")


def _choice(known: tuple[str, ...]) -> str:
    return f"choose one of {', '.join(known)}"


def _constant(node: ast.expr) -> float | None:
    """Return the number that a node spells, with its sign."""
    match node:
        case ast.Constant(value) if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value) if abs(value) < 1e100 else None
        case ast.UnaryOp(ast.USub(), operand) if (size := _constant(operand)) is not None:
            return -size
        case _:
            return None


def _names(node: ast.expr) -> list[str]:
    called = {id(it.func) for it in ast.walk(node) if isinstance(it, ast.Call)}
    return [it.id for it in ast.walk(node) if isinstance(it, ast.Name) and id(it) not in called]


def _value(node: ast.expr, metric: _Measured) -> float:
    match node:
        case ast.Constant(value):
            return float(value)  # pyright: ignore[reportArgumentType]  # checked to be a number
        case ast.Name(name):
            return metric(name)
        case ast.UnaryOp(sign, operand):
            inner = _value(operand, metric)
            return -inner if isinstance(sign, ast.USub) else inner
        case ast.BinOp(left, sign, right):
            return _OPERATIONS[type(sign)](_value(left, metric), _value(right, metric))
        case ast.Call(ast.Name(name), arguments):
            return _FUNCTIONS[name]([_value(argument, metric) for argument in arguments])
        case _:
            raise AssertionError(ast.dump(node))


def _range(node: ast.expr, ranges: Mapping[str, Range]) -> Range:
    found = _range_of(node, ranges)
    if not (math.isfinite(found.low) and math.isfinite(found.high)):
        raise ValueError(f"{ast.unparse(node)!r} has no finite range; use bounded metrics and smaller powers")
    return found


def _range_of(node: ast.expr, ranges: Mapping[str, Range]) -> Range:
    match node:
        case ast.Constant(value):
            number = float(value)  # pyright: ignore[reportArgumentType]  # checked to be a number
            return Range.sure(number, number)
        case ast.Name(name):
            return ranges[name]
        case ast.UnaryOp(sign, operand):
            it = _range(operand, ranges)
            return Range(-it.high, -it.low, -it.most, -it.least) if isinstance(sign, ast.USub) else it
        case ast.BinOp(base, ast.Pow(), exponent):
            power = _constant(exponent)
            assert power is not None
            return _power(node, _range(base, ranges), power)
        case ast.BinOp(left, sign, right):
            return _arithmetic(node, _range(left, ranges), sign, _range(right, ranges))
        case ast.Call(ast.Name(name), arguments):
            return _call(node, name, [_range(argument, ranges) for argument in arguments])
        case _:
            raise AssertionError(ast.dump(node))


def _arithmetic(node: ast.expr, one: Range, sign: ast.operator, other: Range) -> Range:
    match sign:
        case ast.Add():
            return Range(one.low + other.low, one.high + other.high, one.least + other.least, one.most + other.most)
        case ast.Sub():
            return Range(one.low - other.high, one.high - other.low, one.least - other.most, one.most - other.least)
        case ast.Mult():
            return _product(one, other)
        case _:
            if other.low <= 0 <= other.high:
                raise ValueError(
                    f"in {ast.unparse(node)!r} the divisor lies in [{other.low:g}, {other.high:g}] and can be 0; "
                    f"add to it or take max with a positive number"
                )
            if other.low == other.high:
                ends = sorted((one.low / other.low, one.high / other.low))
                means = sorted((one.least / other.low, one.most / other.low))
                return Range(ends[0], ends[1], means[0], means[1])
            corners = [end / by for end in (one.low, one.high) for by in (other.low, other.high)]
            return Range.sure(min(corners), max(corners))


def _product(one: Range, other: Range) -> Range:
    for factor, it in ((one, other), (other, one)):
        if factor.low == factor.high:
            ends = sorted((factor.low * it.low, factor.low * it.high))
            means = sorted((factor.low * it.least, factor.low * it.most))
            return Range(ends[0], ends[1], means[0], means[1])
    corners = [end * by for end in (one.low, one.high) for by in (other.low, other.high)]
    return Range.sure(min(corners), max(corners))


def _power(node: ast.expr, base: Range, power: float) -> Range:
    if base.low < 0 and not power.is_integer():
        raise ValueError(f"in {ast.unparse(node)!r} the base can be {base.low:g}, of which there is no such power")
    if base.low <= 0 <= base.high and power < 0:
        raise ValueError(f"in {ast.unparse(node)!r} the base can be 0, of which there is no negative power")
    ends = [_raised(base.low, power), _raised(base.high, power)]
    if base.low < 0 < base.high and power > 0 and power % 2 == 0:
        ends.append(0.0)
    return Range.sure(*_widened(min(ends), max(ends)))


def _raised(base: float, power: float) -> float:
    try:
        return math.pow(base, power)
    except OverflowError:
        return math.inf if base > 0 or power % 2 == 0 else -math.inf


def _call(node: ast.expr, name: str, values: list[Range]) -> Range:
    first = values[0]
    if name == "min":
        low = min(it.low for it in values)
        return Range(low, min(it.high for it in values), low, min(it.most for it in values))
    if name == "max":
        high = max(it.high for it in values)
        return Range(max(it.low for it in values), high, max(it.least for it in values), high)
    if name == "abs":
        least = 0.0 if first.low < 0 < first.high else min(abs(first.low), abs(first.high))
        return Range.sure(least, max(abs(first.low), abs(first.high)))
    if first.low <= 0:
        raise ValueError(
            f"in {ast.unparse(node)!r} the logarithm is taken of a value that can be {first.low:g}; "
            f"add to it or take max with a positive number"
        )
    low, high = _widened(math.log(first.low), math.log(first.high))
    return Range(low, high, low, min(high, _widened(0.0, math.log(first.most))[1]))


def _widened(low: float, high: float) -> tuple[float, float]:
    """Step outwards by more than a library function may err; an end at 0 is exact."""
    for _ in range(4):
        low = math.nextafter(low, -math.inf) if low else low
        high = math.nextafter(high, math.inf) if high else high
    return low, high
