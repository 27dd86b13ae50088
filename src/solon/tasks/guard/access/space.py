"""The space of requests, cut into cells in which a set of policies cannot tell requests apart.

Action, resource, principal and each condition key are independent variables. Each is cut into classes of values, a
class is mapped to the statements whose lines on that variable hold, and classes with equal statements are joined.
What statements a request meets is the intersection over the variables, so counts multiply.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from itertools import combinations
from typing import Final, NamedTuple

from solon.contract import Value
from solon.tasks.guard.access import evaluate, patterns, values
from solon.tasks.guard.access.model import Elements, Operator, Policy, Request, Statement, Test
from solon.tasks.guard.access.references import Case, cases
from solon.verify.strings.automaton import Automaton, TooLarge
from solon.verify.strings.globs import ANY, Pattern, automaton, classes

MOST_CELLS: Final = 200_000
_MOST_FREE: Final = 6  # patterns of one variable that may match anything
_NEVER: Final = ""  # a token that is no character: nothing passes it
_MOST_APART: Final = 64  # kinds of requests that each get a product of their own
_MOST_STEPS: Final = 3_000_000  # pairs of cells that are looked at, some seconds


class Unsupported(Exception):
    """Raised for policies whose space is not cut exactly; one sentence with the reason."""


class Line(NamedTuple):
    """What one statement asks of one variable."""

    statement: int  # its bit
    holds: int  # bits of the patterns of which any will do
    negated: bool
    absent: bool  # what it is where the variable is absent
    quantifier: str = ""


class Cell(NamedTuple):
    """Values of a variable that meet the same statements; ``given`` is empty where it is absent."""

    mask: int
    total: int
    given: tuple[str, ...]


class Region(NamedTuple):
    """Requests that meet the same statements."""

    mask: int
    total: int
    request: Request


class Space(Value, frozen=True):
    """The regions of all requests that some statement matches; bit ``i`` is statement ``i`` of all policies.

    A policy of the requests that occur stands last, and regions that it does not allow are left out.
    """

    regions: tuple[Region, ...]
    first: tuple[int, ...]  # bit of each policy's first statement
    assumed: tuple[str, ...]  # keys that have only the values of ``references``, because a pattern refers to them
    bound: int | None


def cut(policies: Sequence[Policy], *, within: Policy | None = None, bound: int | None = 100) -> Space:
    """Return the regions that policies tell apart, of requests that occur. Raises Unsupported and TooLarge.

    With a bound, requests are counted: texts of at most so many of 256 symbols, numbers in millionths up to a million
    million, dates in milliseconds, all addresses; keys are absent or have one value, though regions are found with
    several values where operators ask for them. Actions count in lower case.
    """
    everything = [*policies, *([within] if within else [])]
    first = [sum(len(policy.statements) for policy in everything[:number]) for number in range(len(everything))]
    found: dict[int, Region] = {}
    known = cases(everything)
    tested = {test.key for policy in everything for statement in policy.statements for test in statement.condition}
    for number, case in enumerate(known):
        named = {key: (value,) for key, value in case.items() if value is not None and key not in tested}
        # counted is only the first case, in which the keys have names of their own
        for it in _regions(policies, within, case, bound):
            found.setdefault(it.mask, Region(it.mask, 0 if number else it.total, _with(it.request, named)))
    return Space(tuple(found.values()), tuple(first), tuple(known[0]), bound)


def unrelated(policies: Sequence[Policy], *, within: Policy | None = None) -> tuple[Region, ...]:
    """Return the regions where a pattern that refers to a key may match anything at all, whatever the key is.

    These are more than there are, so that what holds in all of them holds for every value of every key; their requests
    show nothing. Raises Unsupported and TooLarge.
    """
    return tuple(_regions(policies, within, None, None))


def decider(policy: Policy, first: int, *, leaving_out: int = 0) -> Callable[[int], bool]:
    """Return the decision by the statements that a request meets; ``first`` is the bit of the policy's first."""
    bits = [(statement.effect, 1 << (first + place)) for place, statement in enumerate(policy.statements)]
    allow = sum(bit for effect, bit in bits if effect == "Allow") & ~leaving_out
    deny = sum(bit for effect, bit in bits if effect == "Deny") & ~leaving_out
    return lambda mask: bool(mask & allow) and not mask & deny


def _regions(
    policies: Sequence[Policy], within: Policy | None, case: Case | None, bound: int | None
) -> Sequence[Region]:
    everything = [*policies, *([within] if within else [])]
    statements = [statement for policy in everything for statement in policy.statements]
    variables = [policy.variables for policy in everything for _ in policy.statements]
    regions = [Region((1 << len(statements)) - 1, 1, Request(""))]
    for name, cells in _variables(statements, variables, case, bound, apart=within is not None):
        regions = _combined(regions, name, cells)
    if within is None:
        return regions
    occurs = decider(within, len(statements) - len(within.statements))
    return [region for region in regions if occurs(region.mask)]


def resources(policies: Sequence[Policy], wanted: Callable[[int], bool]) -> Automaton:
    """Return the automaton of the resources with which some request is wanted, told by the statements that it meets.

    Raises Unsupported and TooLarge.
    """
    statements = [statement for policy in policies for statement in policy.statements]
    variables = [policy.variables for policy in policies for _ in policy.statements]
    every = (1 << len(statements)) - 1
    regions = [Region(every, 1, Request(""))]
    case = cases(policies)[0]
    for name, cells in _variables(statements, variables, case, None):
        if name != "Resource":
            regions = _combined(regions, name, cells)
    masks = {region.mask for region in regions}
    numbered, lines = _Patterns(), list[Line]()
    for number, (statement, replaced) in enumerate(zip(statements, variables, strict=True)):
        element = statement.resource
        if element is None:
            raise Unsupported("a statement names no resource; there is nothing to summarise")
        seen = case.get if replaced else None
        holds = numbered.bits(
            (ANY,) if value == "*" else patterns.tokens(value, wild=True, lookup=seen) for value in element.values
        )
        lines.append(Line(1 << number, holds, element.negated, absent=False))
    good: dict[int, bool] = {}

    def accepts(signature: int) -> bool:
        mask = _mask(lines, every, signature)
        if mask not in good:
            good[mask] = any(wanted(mask & other) for other in masks)
        return good[mask]

    return automaton(list(numbered.numbers), accepts)


def _with(request: Request, context: dict[str, tuple[str, ...]]) -> Request:
    return Request(request.action, request.resource, request.principal, {**request.context, **context})


_Cells = Callable[[int], list[Cell]]
"""The cells of a variable for requests that meet at most some statements, as bits; -1 is all of them."""


def _variables(
    statements: Sequence[Statement],
    variables: Sequence[bool],
    given: Case | None,
    bound: int | None,
    *,
    apart: bool = False,
) -> Iterable[tuple[str, _Cells]]:
    """Yield the cells of each variable; without a case what refers to a key may match anything.

    ``apart`` cuts resources for each kind of action by itself, so that types of other actions are not multiplied.
    """
    case: Case = {} if given is None else given
    seen_as = _anything if given is None else case.get
    lookups = [seen_as if replaced else None for replaced in variables]
    every = (1 << len(statements)) - 1
    elements = [(statement.action, _reader(None)) for statement in statements]
    # capitals, for a condition key, which is lower-case, may be called action too
    yield "Action", _always(_element_cells(elements, every, bound))
    principals = [(statement.principal, patterns.principal) for statement in statements]
    yield "Principal", _always(_element_cells(principals, every, bound))
    named = [(statement.resource, _reader(seen)) for statement, seen in zip(statements, lookups, strict=True)]

    @cache
    def places(some: int) -> list[Cell]:
        return _element_cells(named, some, bound)

    yield "Resource", lambda mask: places(mask & every if apart else every)
    keys: dict[str, list[tuple[int, Test]]] = {}
    for number, statement in enumerate(statements):
        for test in statement.condition:
            keys.setdefault(test.key, []).append((number, test))
    for key, tests in keys.items():
        if key in case:
            yield key, _always([_known_cell(tests, lookups, every, case[key])])
        else:
            yield key, _always(_key_cells(key, tests, lookups, every, bound))


def _always(cells: list[Cell]) -> _Cells:
    return lambda _: cells


def _anything(key: str) -> str | None:
    """Stand for the values of keys where they are not told."""
    raise AssertionError(key)


def _open(value: str, lookup: patterns.Lookup | None, *marks: object) -> Pattern | None:
    """Return a pattern that matches nothing by itself, for one that may match anything; None for any other."""
    asked: list[str] = []
    if lookup is _anything:
        patterns.tokens(value, wild=False, lookup=asked.append)  # which looks nothing up where nothing is referred to
    if not asked:
        return None
    return (_NEVER, *map(str, marks), *value)


def _reader(lookup: patterns.Lookup | None) -> Callable[[str], Pattern | None]:
    return lambda value: _open(value, lookup) or patterns.tokens(value, wild=True, lookup=lookup)


def _combined(regions: Sequence[Region], name: str, cells: _Cells) -> list[Region]:
    found: dict[int, Region] = {}
    offered = [cells(region.mask if len(regions) <= _MOST_APART else -1) for region in regions]
    if sum(map(len, offered)) > _MOST_STEPS:
        raise TooLarge(f"the policies ask too much of {name} besides the rest; split them")
    for region, own in zip(regions, offered, strict=True):
        for cell in own:
            mask = region.mask & cell.mask
            if not mask:
                continue
            count = region.total * cell.total
            known = found.get(mask)
            if known is None:
                found[mask] = Region(mask, count, _extended(region.request, name, cell.given))
            else:
                found[mask] = Region(mask, known.total + count, known.request)
        if len(found) > MOST_CELLS:
            raise TooLarge(f"the policies tell more than {MOST_CELLS} kinds of requests apart; split them")
    return list(found.values())


def _extended(request: Request, name: str, given: tuple[str, ...]) -> Request:
    if name == "Action":
        return Request(given[0], request.resource, request.principal, request.context)
    if name == "Resource":
        return Request(request.action, given[0] if given else None, request.principal, request.context)
    if name == "Principal":
        return Request(request.action, request.resource, given[0] if given else None, request.context)
    return _with(request, {name: given}) if given else request


# Variables of text


class _Patterns:
    """Patterns by number, each once."""

    def __init__(self) -> None:
        self.numbers: dict[Pattern, int] = {}

    def bits(self, found: Iterable[Pattern | None]) -> int:
        bits = 0
        for pattern in found:
            if pattern is not None:
                bits |= 1 << self.numbers.setdefault(pattern, len(self.numbers))
        return bits

    def choices(self) -> list[int]:
        """Return the sets of patterns that may match besides those that do. Raises TooLarge."""
        free = [1 << number for pattern, number in self.numbers.items() if pattern and pattern[0] == _NEVER]
        if len(free) > _MOST_FREE:
            raise TooLarge(f"more than {_MOST_FREE} patterns refer to keys; use fewer")
        return [sum(some) for count in range(len(free) + 1) for some in combinations(free, count)]


def _element_cells(
    elements: Sequence[tuple[Elements | None, Callable[[str], Pattern | None]]], every: int, bound: int | None
) -> list[Cell]:
    """Return the cells of action, resource or principal; an absent element matches only where there is none."""
    numbered, lines, present = _Patterns(), list[Line](), 0
    absent = 0
    for number, (element, tokens) in enumerate(elements):
        if not every >> number & 1:
            continue
        if element is None:
            absent |= 1 << number
            continue
        present |= 1 << number
        holds = numbered.bits((ANY,) if value == "*" else tokens(value) for value in element.values)
        lines.append(Line(1 << number, holds, element.negated, ("*" in element.values) != element.negated))
    cells: list[Cell] = []
    if absent:
        mask = absent | sum(line.statement for line in lines if line.absent)
        cells.append(Cell(mask, 1, ()))
    if present:
        cells += [cell for cell in _text_cells(numbered, lines, every, bound) if cell.mask & present]
        cells = [Cell(cell.mask & ~absent, cell.total, cell.given) if cell.given else cell for cell in cells]
    return cells


def _mask(lines: Sequence[Line], every: int, signature: int) -> int:
    mask = every
    for line in lines:
        if bool(signature & line.holds) == line.negated:
            mask &= ~line.statement
    return mask


def _text_cells(numbered: _Patterns, lines: Sequence[Line], every: int, bound: int | None) -> list[Cell]:
    return [
        Cell(one.signature, one.total, (one.witness,))
        for more in numbered.choices()
        for one in classes(
            list(numbered.numbers), bound=bound, merge=lambda it, more=more: _mask(lines, every, it | more)
        )
    ]


# Condition keys


def _known_cell(
    tests: Sequence[tuple[int, Test]], lookups: Sequence[patterns.Lookup | None], every: int, value: str | None
) -> Cell:
    """Return the one cell of a key whose value is known, or None where it is absent."""
    given = () if value is None else (value,)
    mask = every
    for number, test in tests:
        if not evaluate.holds(test, given, lookups[number]):
            mask &= ~(1 << number)
    return Cell(mask, 1, given)


def _key_cells(
    key: str,
    tests: Sequence[tuple[int, Test]],
    lookups: Sequence[patterns.Lookup | None],
    every: int,
    bound: int | None,
) -> list[Cell]:
    families = {test.operator.family for _, test in tests} - {"null"}
    values_of, lines = _lines(key, tests, lookups, families)
    absent = every
    for line in lines:
        absent &= every if line.absent else ~line.statement
    several = any(line.quantifier for line in lines)
    found = values_of(lines, every, bound, several)
    if several:
        found = _several(found, lines, every)
    return [Cell(absent, 1, ()), *found]


_Values = Callable[[Sequence[Line], int, int | None, bool], list[Cell]]


def _lines(
    key: str, tests: Sequence[tuple[int, Test]], lookups: Sequence[patterns.Lookup | None], families: set[str]
) -> tuple[_Values, list[Line]]:
    if families <= {"string", "arn"}:
        numbered = _Patterns()

        def bits(number: int, test: Test) -> int:
            return numbered.bits(_text_pattern(test.operator, value, lookups[number]) for value in test.values)

        cells: _Values = lambda lines, every, bound, several: _texts(numbered, lines, every, bound, several)  # noqa: E731
    elif families <= {"bool", "string"}:
        domain = ("true", "false")
        for number, test in tests:
            if any(_open(value, lookups[number]) for value in test.values):
                raise Unsupported(f"the key {key} is compared as bool and with another key; use one kind of operator")
        weights = ((domain[0], 1), (domain[1], 1))

        def bits(number: int, test: Test) -> int:
            seen = lookups[number]
            return sum(
                1 << place
                for place, text in enumerate(domain)
                if any(evaluate.one(test.operator, value, text, seen) for value in test.values)
            )

        cells = lambda lines, every, _bound, several: _listed(weights, lines, every, several)  # noqa: E731
    elif len(families) == 1:
        intervals = _Intervals(next(iter(families)), [test for _, test in tests])

        def bits(number: int, test: Test) -> int:  # noqa: ARG001  # as for texts
            return intervals.bits(test)

        cells = lambda lines, every, _bound, several: _listed(intervals.weights, lines, every, several)  # noqa: E731
    else:
        raise Unsupported(f"the key {key} is compared as {' and as '.join(sorted(families))}; use one kind of operator")
    return cells, [_line(number, test, bits) for number, test in tests]


def _line(number: int, test: Test, bits: Callable[[int, Test], int]) -> Line:
    operator = test.operator
    absent = evaluate.holds(test, (), None)
    if operator.family == "null":
        # nothing matches no pattern, so that the negated line holds wherever the key is present
        return Line(1 << number, 0, "false" in map(str.lower, test.values), absent)
    return Line(1 << number, bits(number, test), operator.negated, absent, operator.quantifier)


def _text_pattern(operator: Operator, value: str, lookup: patterns.Lookup | None) -> Pattern | None:
    free = _open(value, lookup, operator.family, operator.mode, operator.ignore_case)
    if free is not None:
        return free
    pattern = patterns.tokens(value, wild=operator.mode == "like", lookup=lookup)
    if pattern is None or operator.family == "arn":
        return pattern and patterns.arn(pattern)
    return patterns.fold(pattern) if operator.ignore_case else pattern


def _truths(lines: Sequence[Line], signature: int) -> int:
    """Return a bit for each line that holds for one value."""
    return sum(1 << place for place, line in enumerate(lines) if bool(signature & line.holds) != line.negated)


def _of_truths(lines: Sequence[Line], every: int, any_of: int, all_of: int) -> int:
    """Return the statements that values meet of which some or all fulfil the lines."""
    mask = every
    for place, line in enumerate(lines):
        needs_all = line.quantifier == "ForAllValues" or (not line.quantifier and line.negated)
        if not (all_of if needs_all else any_of) >> place & 1:
            mask &= ~line.statement
    return mask


def _texts(numbered: _Patterns, lines: Sequence[Line], every: int, bound: int | None, several: bool) -> list[Cell]:  # noqa: FBT001  # values
    if not several:
        return _text_cells(numbered, lines, every, bound)
    return [
        Cell(one.signature, one.total, (one.witness,))
        for more in numbered.choices()
        for one in classes(list(numbered.numbers), bound=bound, merge=lambda it, more=more: _truths(lines, it | more))
    ]


def _listed(weights: Sequence[tuple[str, int]], lines: Sequence[Line], every: int, several: bool) -> list[Cell]:  # noqa: FBT001  # values
    return [
        Cell(_truths(lines, 1 << place) if several else _mask(lines, every, 1 << place), count, (text,))
        for place, (text, count) in enumerate(weights)
    ]


def _several(cells: Sequence[Cell], lines: Sequence[Line], every: int) -> list[Cell]:
    """Return the cells of sets of values; only single values are counted."""
    found: dict[tuple[int, int], Cell] = {}
    for cell in cells:
        pair = (cell.mask, cell.mask)
        known = found.get(pair, Cell(0, 0, cell.given))
        found[pair] = Cell(0, known.total + cell.total, known.given)
    waiting = list(found)
    singles = list(waiting)
    while waiting:
        if len(found) * len(singles) > _MOST_STEPS:
            raise TooLarge("a key with several values has too many combinations; simplify its patterns")
        some, both = waiting.pop()
        for one, _ in singles:
            pair = (some | one, both & one)
            if pair not in found:
                given = (*found[some, both].given, *found[one, one].given)
                found[pair] = Cell(0, 0, given)
                waiting.append(pair)
    return [Cell(_of_truths(lines, every, *pair), cell.total, cell.given) for pair, cell in found.items()]


class _Intervals:
    """Numbers, dates or addresses, cut where some comparison changes."""

    def __init__(self, family: str, tests: Sequence[Test]) -> None:
        self.family = family
        low, high = {"numeric": values.NUMBERS, "date": values.DATES, "ip": values.ADDRESSES}[family]
        cuts = {low}
        if family == "ip":
            cuts.add(values.V6)
        for test in tests:
            for value in test.values if test.operator.family == family else ():
                start, end = self._range(test.operator, value)
                cuts |= {start, end + 1}
        self.starts = sorted(cut for cut in cuts if low <= cut <= high)
        self.weights = [
            (self._text(start), (self.starts[place + 1] if place + 1 < len(self.starts) else high + 1) - start)
            for place, start in enumerate(self.starts)
        ]

    def _range(self, operator: Operator, value: str) -> tuple[int, int]:
        if self.family == "ip":
            return values.network(value) or (0, -1)
        at = (values.number if self.family == "numeric" else values.date)(value)
        low, high = values.NUMBERS if self.family == "numeric" else values.DATES
        assert at is not None
        return {
            "less": (low, at - 1),
            "less-equals": (low, at),
            "greater": (at + 1, high),
            "greater-equals": (at, high),
        }.get(operator.mode, (at, at))

    def _text(self, at: int) -> str:
        return {"ip": values.address_text, "numeric": values.number_text, "date": values.date_text}[self.family](at)

    def bits(self, test: Test) -> int:
        """Return the intervals in which some value of a line holds."""
        ranges = [self._range(test.operator, value) for value in test.values]
        return sum(
            1 << place for place, at in enumerate(self.starts) if any(start <= at <= end for start, end in ranges)
        )
