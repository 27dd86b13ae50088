"""A normal form of grounded problems, and equality of problems up to the names and the order of their variables.

Sums are compared with zero after scaling, whole-numbered ones are tightened to their step, rules on one variable become
its bounds, and rules that bounds or tighter rules imply are left out. Two problems are matched by colour refinement
with backtracking (the method of graph isomorphism tools).
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Final

from solon.contract import Value
from solon.verify.formal.range import Bounds, Ranges
from solon.verify.formal.terms import (
    ONE,
    ZERO,
    Always,
    Apply,
    Atom,
    Both,
    Either,
    Extreme,
    Ground,
    Linear,
    Not,
    Pick,
    Product,
    Quotient,
    Same,
    Test,
    Truth,
    Variable,
    scaled,
    whole_atom,
)

_TRIES: Final = 2_000  # branches of the search before it gives up


class Part(Value, frozen=True):
    """One condition that a rule is made of."""

    rule: str
    truth: Truth


class Normal(Value, frozen=True):
    """A problem in normal form, with its goal to be minimised.

    ``bounded`` are the rules that became bounds, each with its column.
    """

    domains: tuple[str, ...]
    bounds: tuple[Bounds, ...]
    parts: tuple[Part, ...]
    goal: Linear
    optimises: bool
    bounded: tuple[tuple[str, int], ...]
    labels: tuple[tuple[str, str, str], ...]  # of the columns: decision, index, member
    conditions: tuple[Part, ...]  # every condition as stated, before any was left out


def normal(ground: Ground) -> Normal:
    """Return the normal form of a problem."""
    ranges = Ranges(ground)
    stated = [part for rule in ground.rules for part in _flat(rule.name, rule.truth)]
    stated = [Part(part.rule, _scaled(part.truth, ground)) for part in stated]
    stated += [Part("", Test("=", _one(group))) for group in ground.groups if len(group) > 1]
    bounded: list[tuple[str, int]] = []
    rest: list[Part] = []
    for part in stated:
        number = _bound(part.truth, ranges, ground)
        if number is None:
            rest.append(part)
        else:
            bounded.append((part.rule, number))
    goal = scaled(ground.goal, -ONE) if ground.sense == "maximise" else ground.goal
    return Normal(
        tuple(column.domain for column in ground.columns),
        tuple(ranges.columns),
        tuple(_needed(rest, ranges)),
        goal,
        bool(ground.sense),
        tuple(bounded),
        tuple((column.name, column.key, column.member) for column in ground.columns),
        tuple(stated),
    )


def _one(group: Sequence[int]) -> Linear:
    return Linear(-ONE, tuple((ONE, Variable(number)) for number in group))


def _flat(rule: str, truth: Truth) -> Iterator[Part]:
    if isinstance(truth, Both):
        for term in truth.terms:
            yield from _flat(rule, term)
    elif truth != Always(holds=True):
        yield Part(rule, truth)


def _scaled(truth: Truth, ground: Ground) -> Truth:
    """Return a comparison whose largest coefficient is one, whole-numbered ones tightened to their step."""
    if not isinstance(truth, Test):
        return truth
    part, operator = truth.sum, truth.operator
    if all(whole_atom(atom, ground.columns) for _, atom in part.terms) and operator in {"<", "<="}:
        scale = math.lcm(*(coefficient.denominator for coefficient, _ in part.terms))
        step = Fraction(math.gcd(*(int(coefficient * scale) for coefficient, _ in part.terms)), scale)
        room = -part.constant / step
        room = Fraction(math.ceil(room) - 1 if operator == "<" else math.floor(room))
        part, operator = Linear(-room * step, part.terms), "<="
    largest = max(abs(coefficient) for coefficient, _ in part.terms)
    part = scaled(part, 1 / largest)
    if operator in {"=", "!="} and _signs(part) < _signs(scaled(part, -ONE)):
        part = scaled(part, -ONE)
    return Test(operator, part)


def _signs(part: Linear) -> tuple[Fraction, list[Fraction]]:
    """Return what tells a sum from its negative whatever its atoms are."""
    return part.constant, sorted(coefficient for coefficient, _ in part.terms)


def _bound(truth: Truth, ranges: Ranges, ground: Ground) -> int | None:
    """Tighten a variable's bounds if a truth says no more than that; return the variable."""
    if isinstance(truth, Variable):
        ranges.columns[truth.number] = (ONE, ranges.columns[truth.number][1])
        return truth.number
    if isinstance(truth, Not) and isinstance(truth.term, Variable):
        ranges.columns[truth.term.number] = (ranges.columns[truth.term.number][0], ZERO)
        return truth.term.number
    if not isinstance(truth, Test) or truth.operator not in {"<=", "="} or len(truth.sum.terms) != 1:
        return None
    coefficient, atom = truth.sum.terms[0]
    limit = -truth.sum.constant / coefficient
    if not isinstance(atom, Variable):
        return None
    if truth.operator == "=" and ground.columns[atom.number].domain != "real" and limit.denominator != 1:
        return None
    low, high = ranges.columns[atom.number]
    if (coefficient > 0 or truth.operator == "=") and (high is None or limit < high):
        high = limit
    if (coefficient < 0 or truth.operator == "=") and (low is None or limit > low):
        low = limit
    ranges.columns[atom.number] = (low, high)
    return atom.number


def _needed(parts: Sequence[Part], ranges: Ranges) -> Iterator[Part]:
    """Yield the parts that neither bounds nor other parts imply."""
    tightest: dict[frozenset[tuple[Fraction, Atom]], Fraction] = {}
    for part in parts:
        if isinstance(part.truth, Test) and part.truth.operator == "<=":
            key = frozenset(part.truth.sum.terms)
            tightest[key] = max(tightest.get(key, part.truth.sum.constant), part.truth.sum.constant)
    seen: set[str] = set()
    identity = list(range(len(ranges.columns)))
    for part in parts:
        truth = part.truth
        if isinstance(truth, Test) and truth.operator == "<=":
            high = ranges.of(truth.sum)[1]
            if (high is not None and high <= 0) or truth.sum.constant < tightest[frozenset(truth.sum.terms)]:
                continue
        key = written(truth, identity)
        if key not in seen:
            seen.add(key)
            yield part


def written(term: Truth | Atom | Linear, colours: Mapping[int, int] | Sequence[int]) -> str:  # noqa: C901, PLR0911  # one case for each kind
    """Return a text of a term that depends on the order of nothing, with colours for variables."""
    match term:
        case Always(holds=holds):
            return str(holds)
        case Variable(number=number):
            return f"x{colours[number]}"
        case Linear(constant=constant, terms=terms):
            found = sorted(f"{coefficient}*{written(atom, colours)}" for coefficient, atom in terms)
            return f"({constant}+{'+'.join(found)})"
        case Test(operator=operator, sum=part):
            return f"[{operator}{written(part, colours)}]"
        case Not(term=inner):
            return f"!{written(inner, colours)}"
        case Both(terms=terms) | Either(terms=terms):
            return f"{type(term).__name__}({','.join(sorted(written(one, colours) for one in terms))})"
        case Same(left=left, right=right):
            return f"Same({','.join(sorted((written(left, colours), written(right, colours))))})"
        case Product(left=left, right=right):
            return f"Product({','.join(sorted((written(left, colours), written(right, colours))))})"
        case Quotient(left=left, right=right):
            return f"Quotient({written(left, colours)},{written(right, colours)})"
        case Apply(name=name, term=inner, exponent=exponent):
            return f"{name}{exponent}({written(inner, colours)})"
        case Extreme(kind=kind, terms=terms):
            return f"{kind}({','.join(sorted(written(one, colours) for one in terms))})"
        case Pick(condition=condition, then=then, otherwise=otherwise):
            return f"Pick({','.join(written(one, colours) for one in (condition, then, otherwise))})"


def variables(term: Truth | Atom | Linear) -> frozenset[int]:  # noqa: PLR0911  # one case for each kind
    """Return the variables that a term depends on."""
    match term:
        case Always():
            return frozenset()
        case Variable(number=number):
            return frozenset({number})
        case Linear(terms=terms):
            return frozenset(number for _, atom in terms for number in variables(atom))
        case Test(sum=inner) | Not(term=inner) | Apply(term=inner):
            return variables(inner)
        case Both(terms=terms) | Either(terms=terms) | Extreme(terms=terms):
            return frozenset(number for one in terms for number in variables(one))
        case Same(left=left, right=right) | Product(left=left, right=right) | Quotient(left=left, right=right):
            return variables(left) | variables(right)
        case Pick(condition=condition, then=then, otherwise=otherwise):
            return variables(condition) | variables(then) | variables(otherwise)


def matching(one: Normal, two: Normal) -> dict[int, int] | None:
    """Return which column of one problem is which of another if they are the same but for names, else None."""
    same = len(one.domains) == len(two.domains) and len(one.parts) == len(two.parts)
    if not same or one.optimises != two.optimises:
        return None
    return _Matcher(one, two).search(colours(one), colours(two))


def colours(problem: Normal) -> list[str]:
    """Return what is known of each column by itself."""
    return [f"{domain} {low} {high}" for domain, (low, high) in zip(problem.domains, problem.bounds, strict=True)]


class _Matcher:
    def __init__(self, one: Normal, two: Normal) -> None:
        self._both = (one, two)
        self._terms = tuple(
            [(part.truth, variables(part.truth)) for part in problem.parts] + [(problem.goal, variables(problem.goal))]
            for problem in self._both
        )
        self._tries = 0

    def search(self, one: Sequence[str], two: Sequence[str]) -> dict[int, int] | None:
        self._tries += 1
        refined = self._refined(one, two)
        if refined is None or self._tries > _TRIES:
            return None
        first, second = refined
        classes: dict[int, list[int]] = {}
        for number, colour in enumerate(first):
            classes.setdefault(colour, []).append(number)
        open_classes = [members for members in classes.values() if len(members) > 1]
        if not open_classes:
            place = {colour: number for number, colour in enumerate(second)}
            found = {number: place[colour] for number, colour in enumerate(first)}
            return found if self._holds(found) else None
        members = min(open_classes, key=len)
        colour = first[members[0]]
        marked = [f"{number}" for number in first]
        marked[members[0]] = "marked"
        for candidate in [number for number, other in enumerate(second) if other == colour]:
            other_marked = [f"{number}" for number in second]
            other_marked[candidate] = "marked"
            found = self.search(marked, other_marked)
            if found is not None:
                return found
        return None

    def _refined(self, one: Sequence[str], two: Sequence[str]) -> tuple[list[int], list[int]] | None:
        """Split colours by the terms that a column is in until nothing changes; None if the problems differ."""
        texts = [list(one), list(two)]
        count = 0
        while True:
            every = {text: place for place, text in enumerate(sorted({*texts[0], *texts[1]}))}
            numbered = [[every[text] for text in side] for side in texts]
            if sorted(numbered[0]) != sorted(numbered[1]):
                return None
            if len(every) == count:
                return numbered[0], numbered[1]
            count = len(every)
            texts = [self._round(side, numbered[side]) for side in (0, 1)]

    def _round(self, side: int, numbered: list[int]) -> list[str]:
        seen: list[list[str]] = [[] for _ in numbered]
        for term, used in self._terms[side]:
            for number in used:
                own = numbered[number]
                numbered[number] = -1
                seen[number].append(written(term, numbered))
                numbered[number] = own
        return [f"{colour} {sorted(found)}" for colour, found in zip(numbered, seen, strict=True)]

    def _holds(self, found: dict[int, int]) -> bool:
        one, two = self._both
        identity = list(range(len(two.domains)))
        left = sorted(written(part.truth, found) for part in one.parts)
        right = sorted(written(part.truth, identity) for part in two.parts)
        return left == right and written(one.goal, found) == written(two.goal, identity)
