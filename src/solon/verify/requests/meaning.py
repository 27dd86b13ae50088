"""Conditions on requests as two-valued formulas: when they are true, when false, and when a rule may fire.

The translation follows ``evaluate`` case by case. Lists are unrolled to a length that is enough to show whatever can
be shown (one element a quantifier, and as many as lengths and places speak of); where none is known to be enough the
question is not ``complete``, and that no request was found proves nothing.
"""

import math
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Final, Literal

from solon.contract import Value
from solon.verify.requests.evaluate import Lists, mentioned
from solon.verify.requests.expression import (
    Among,
    Arithmetic,
    Compare,
    Constant,
    Day,
    Expression,
    Length,
    Listed,
    Logic,
    Matches,
    Network,
    Origin,
    Path,
    Present,
    Quantified,
    Scaled,
    needed,
    walk,
)
from solon.verify.requests.formula import (
    NEVER,
    YES,
    Flag,
    Formula,
    Inside,
    Same,
    Sort,
    both,
    either,
    equal,
    implied,
    linear,
    no,
)
from solon.verify.requests.schema import LARGEST, Anything, Field, Items, Number, Record, Shape, Text, Tool, Truth
from solon.verify.requests.syntax import write
from solon.verify.requests.text import (
    ADDRESSES,
    DATED,
    automaton_of,
    composed,
    day_of,
    days_before,
    network,
    regex_of,
)
from solon.verify.strings.regex import NOTHING, Chars, Regex, Repeat, literal, union

_LARGE: Final = 1000  # a length that is compared with more has no bound that helps
LONGEST_LIST: Final = 12
"""Elements to which a list is unrolled at most."""
_MOST_ELEMENTS: Final = 50_000  # to which all lists of a question are unrolled together

OTHER: Final = "\0other"  # any source that the question does not name
PRINTABLE: Final = Repeat(Chars(((0x20, 0x7E),)), 0, None)
"""Texts of printable ASCII: what a witness should be made of, if it can."""
LEGAL: Final = Repeat(Chars(((0x09, 0x0A), (0x0D, 0x0D), (0x20, 0x7E), (0xA0, 0xD7FF), (0xE000, 0x2FFFF))), 0, None)
"""Texts that a call in canonical form may hold."""


class Scope(Value, frozen=True):
    """What a condition may speak of: one tool with its arguments, the facts, the state, the output and the lists."""

    tool: Tool
    context: Record = Record()
    state: Record = Record()
    output: Record = Record()
    lists: dict[str, tuple[str, ...]] = {}

    def record(self, root: str) -> Record:
        """Return the record that paths of a root start from."""
        return {"arg": self.tool.parameters, "ctx": self.context, "st": self.state, "out": self.output}[root]


class Variable(Value, frozen=True):
    """What a variable of a formula stands for: a value, a presence, a length of a list, or a source of a value."""

    sort: Sort
    kind: Literal["value", "present", "length", "source"]
    path: Path
    source: str = ""


class Unsupported(Exception):
    """Raised for a condition that has no such formula; one sentence."""


class _Place(Value, frozen=True):
    """Where a path leads: a shape, and when there is a value; None where there never is one."""

    path: Path
    shape: Shape | None
    there: Formula


_Kind = Literal["text", "number", "flag", "day"]
_Form = tuple[dict[str, Fraction], Fraction]  # coefficients and constant


class Question:
    """Translates conditions that are asked together; collects their variables and what is known of them."""

    def __init__(self, scope: Scope, conditions: Iterable[Expression], shortest: int = 0) -> None:
        """Take the conditions that will be asked about; lists are unrolled to ``shortest`` elements at least."""
        self.scope = scope
        self._shortest = shortest
        self.variables: dict[str, Variable] = {}
        self.complete = True
        self._unrolled = 0
        self._labels: dict[str, None] = {}
        every = list(conditions)
        for condition in every:
            for part in walk(condition):
                if isinstance(part, Origin):
                    self._labels |= dict.fromkeys(part.sources)
        self._bounds = _bounds(every)

    # The three translations

    def true(self, condition: Expression) -> Formula:
        """Return when a condition is true."""
        return self._value(condition, {}, positive=True)

    def false(self, condition: Expression) -> Formula:
        """Return when a condition is false."""
        return self._value(condition, {}, positive=False)

    def holds(self, condition: Expression) -> Formula:
        """Return when an allowing rule with this condition fires."""
        there = [self._place(Path("arg", (name,)), {}).there for name in sorted(needed(condition))]
        return both(*there, self.true(condition))

    def may_hold(self, condition: Expression) -> Formula:
        """Return when a forbidding rule with this condition fires."""
        return self._possible(condition, {}, positive=True)

    def _value(self, part: Expression, places: Mapping[str, Path], *, positive: bool) -> Formula:
        match part:
            case Logic(operator="not", terms=terms):
                return self._value(terms[0], places, positive=not positive)
            case Logic(operator=operator, terms=terms):
                inner = [self._value(term, places, positive=positive) for term in terms]
                return both(*inner) if (operator == "and") == positive else either(*inner)
            case Quantified(kind=kind):
                at = self._list(part.path, places)
                every = (kind == "all") == positive
                inner = [
                    (there, self._value(part.body, {**places, part.variable: path}, positive=positive))
                    for there, path in self._elements(at)
                ]
                return both(at.there, _unrolled(inner, every=every))
            case _:
                yes, not_ = self._atom(part, places)
                return yes if positive else not_

    def _possible(self, part: Expression, places: Mapping[str, Path], *, positive: bool) -> Formula:
        match part:
            case Logic(operator="not", terms=terms):
                return self._possible(terms[0], places, positive=not positive)
            case Logic(operator=operator, terms=terms):
                inner = [self._possible(term, places, positive=positive) for term in terms]
                return both(*inner) if (operator == "and") == positive else either(*inner)
            case Quantified(kind=kind):
                at = self._list(part.path, places)
                inner = [
                    (there, self._possible(part.body, {**places, part.variable: path}, positive=positive))
                    for there, path in self._elements(at)
                ]
                found = _unrolled(inner, every=(kind == "all") == positive)
                if at.shape is None:  # no list, but perhaps there
                    return self._place(part.path, places).there if at.path.root == "arg" else YES
                return both(at.there, found) if at.path.root == "arg" else implied(at.there, found)
            case Present():
                return self._value(part, places, positive=positive)
            case _:
                there = [self._place(path, places) for path in mentioned(part)]
                yes, not_ = self._atom(part, places)
                inner = [place.there for place in there if place.path.root == "arg"]
                return both(*inner, no(not_ if positive else yes))

    # Atoms: when true, when false

    def _atom(self, part: Expression, places: Mapping[str, Path]) -> tuple[Formula, Formula]:  # noqa: C901, PLR0911 - one case a variant
        match part:
            case Constant(value=bool(value)):
                return (YES, NEVER) if value else (NEVER, YES)
            case Path():
                return self._compared("==", part, Constant(value=True), places)
            case Present(path=path):
                there = self._place(path, places).there
                return there, no(there)
            case Origin():
                return self._origin(part, places)
            case Compare(operator=sign, left=left, right=right):
                return self._compared(sign, left, right, places)
            case Among(term=term, values=values):
                found = [self._compared("==", term, Constant(value), places) for value in values]
                return either(*(yes for yes, _ in found)), both(*(not_ for _, not_ in found))
            case Listed(term=term, name=name):
                return self._listed(term, name, places)
            case Matches(kind=kind, term=term, pattern=pattern):
                if automaton_of(kind, pattern) is None:
                    return NEVER, NEVER
                return self._inside(term, regex_of(kind, pattern), None, places)
            case Network(term=term, block=block):
                try:
                    return self._inside(term, network(block), ADDRESSES, places)
                except ValueError:
                    return NEVER, NEVER
            case _:
                return NEVER, NEVER

    def _listed(self, term: Path, name: str, places: Mapping[str, Path]) -> tuple[Formula, Formula]:
        known = self.scope.lists.get(name)
        if known is None:
            return NEVER, NEVER
        return self._inside(term, union(*map(literal, map(composed, known))) if known else NOTHING, None, places)

    def _inside(
        self, path: Path, regex: Regex, within: Regex | None, places: Mapping[str, Path]
    ) -> tuple[Formula, Formula]:
        """Return when a text is of a language and when not; outside of ``within`` neither is known."""
        place = self._typed(path, places)
        if not isinstance(place.shape, Text):
            return NEVER, NEVER
        name = self._variable("text", "value", place.path)
        legal = [Inside(name, within)] if within is not None else []
        found = Inside(name, regex)
        return both(place.there, *legal, found), both(place.there, *legal, no(found))

    def _origin(self, part: Origin, places: Mapping[str, Path]) -> tuple[Formula, Formula]:
        place = self._place(part.path, places)
        if place.path.root != "arg" or place.shape is None:
            return NEVER, NEVER
        flags = {label: Flag(self._variable("flag", "source", place.path, label)) for label in (*self._labels, OTHER)}
        inside = either(*(flags[label] for label in part.sources))
        outside = either(*(flag for label, flag in flags.items() if label not in part.sources))
        if part.kind == "has":
            return both(place.there, inside), both(place.there, no(inside), outside)
        return both(place.there, no(outside), inside), both(place.there, outside)

    def _compared(
        self, sign: str, left: Expression, right: Expression, places: Mapping[str, Path]
    ) -> tuple[Formula, Formula]:
        kinds = self._kind(left, places), self._kind(right, places)
        if None in kinds or kinds[0] != kinds[1] or (kinds[0] in {"text", "flag"} and sign not in {"==", "!="}):
            return NEVER, NEVER
        there = both(*(self._there(side, places) for side in (left, right)))
        match kinds[0]:
            case "number":
                found = self._ordered(sign, left, right, places)
            case "flag":
                found = equal(self._flag(left, places), self._flag(right, places))
            case "day":
                found, legal = self._days(sign, left, right, places)
                return both(there, legal, found), both(there, legal, no(found))
            case _:
                found = self._same(left, right, places)
        if sign == "!=":
            found = no(found)
        return both(there, found), both(there, no(found))

    def _kind(self, term: Expression, places: Mapping[str, Path]) -> _Kind | None:  # noqa: PLR0911 - one case a variant
        match term:
            case Constant(value=value):
                if isinstance(value, float) and not math.isfinite(value):
                    return None
                return "flag" if isinstance(value, bool) else "text" if isinstance(value, str) else "number"
            case Path():
                kinds: dict[type[Shape], _Kind] = {Text: "text", Number: "number", Truth: "flag"}
                shape = self._typed(term, places).shape
                return None if shape is None else kinds.get(type(shape))
            case Length(of=path):
                return "number" if isinstance(self._typed(path, places).shape, Text | Items) else None
            case Day(of=of):
                return "day" if self._kind(of, places) == "text" else None
            case Arithmetic(left=left, right=right):
                return "number" if {self._kind(left, places), self._kind(right, places)} == {"number"} else None
            case Scaled(factor=factor, term=inner):
                sides = {self._kind(Constant(factor), places), self._kind(inner, places)}
                return "number" if sides == {"number"} else None
            case _:
                return None

    def _there(self, term: Expression, places: Mapping[str, Path]) -> Formula:
        return both(*(self._place(path, places).there for path in mentioned(term)))

    def _flag(self, term: Expression, places: Mapping[str, Path]) -> Formula:
        if isinstance(term, Path):
            return Flag(self._variable("flag", "value", self._place(term, places).path))
        return YES if isinstance(term, Constant) and term.value is True else NEVER

    def _same(self, left: Expression, right: Expression, places: Mapping[str, Path]) -> Formula:
        sides = [
            self._variable("text", "value", self._place(side, places).path) if isinstance(side, Path) else None
            for side in (left, right)
        ]
        match left, right:
            case Constant(value=one), Constant(value=other):
                return YES if composed(str(one)) == composed(str(other)) else NEVER
            case (Constant(value=value), _) | (_, Constant(value=value)):
                return Inside(sides[0] or sides[1] or "", literal(composed(str(value))))
            case _:
                one, other = sorted(str(side) for side in sides)
                return YES if one == other else Same(one, other)

    def _days(
        self, sign: str, left: Expression, right: Expression, places: Mapping[str, Path]
    ) -> tuple[Formula, Formula]:
        one, other = (side.of if isinstance(side, Day) else side for side in (left, right))
        if isinstance(one, Constant) and isinstance(other, Path):
            flipped = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}.get(sign, sign)
            return self._days(flipped, right, left, places)
        if not isinstance(one, Path) or not isinstance(other, Constant):
            raise Unsupported("two days of the request are compared; compare each with a fixed day")
        due = day_of(str(other.value))
        if due is None:
            return NEVER, NEVER
        name = self._variable("text", "value", self._place(one, places).path)
        before, until = (Inside(name, days_before(due, inclusive=inclusive)) for inclusive in (False, True))
        at = both(until, no(before))
        found = {"<": before, "<=": until, ">": no(until), ">=": no(before), "==": at, "!=": no(at)}[sign]
        return found, Inside(name, DATED)

    def _ordered(self, sign: str, left: Expression, right: Expression, places: Mapping[str, Path]) -> Formula:
        (one, start), (other, end) = self._linear(left, places), self._linear(right, places)
        terms = {name: one.get(name, Fraction(0)) - other.get(name, Fraction(0)) for name in {**one, **other}}
        bound = end - start
        match sign:
            case "<" | "<=":
                return linear(terms, sign, bound)
            case ">" | ">=":
                flipped = {name: -value for name, value in terms.items()}
                return linear(flipped, "<" if sign == ">" else "<=", -bound)
            case _:
                return linear(terms, "==", bound)

    def _linear(self, term: Expression, places: Mapping[str, Path]) -> _Form:
        match term:
            case Constant(value=value):
                return {}, Fraction(value)
            case Path():
                place = self._place(term, places)
                whole = isinstance(place.shape, Number) and place.shape.whole
                return {self._variable("integer" if whole else "real", "value", place.path): Fraction(1)}, Fraction(0)
            case Length(of=path):
                place = self._place(path, places)
                if isinstance(place.shape, Items):
                    return {self._variable("integer", "length", place.path): Fraction(1)}, Fraction(0)
                return {f"#{self._variable('text', 'value', place.path)}": Fraction(1)}, Fraction(0)
            case Arithmetic(operator=operator, left=left, right=right):
                (one, start), (other, end) = self._linear(left, places), self._linear(right, places)
                sign = 1 if operator == "+" else -1
                names = {**one, **other}
                total = {name: one.get(name, Fraction(0)) + sign * other.get(name, Fraction(0)) for name in names}
                return total, start + sign * end
            case Scaled(factor=factor, term=inner):
                form, start = self._linear(inner, places)
                return {name: Fraction(factor) * value for name, value in form.items()}, Fraction(factor) * start
            case _:
                raise Unsupported("a number is computed in a way that no solver is told; use + and -")

    # Places and variables

    def _place(self, path: Path, places: Mapping[str, Path]) -> _Place:
        if path.root == "var":
            base = places.get(str(path.keys[0]))
            if base is None:
                return _Place(path, None, NEVER)
            path = Path(base.root, (*base.keys, *path.keys[1:]))
        shape: Shape = self.scope.record(path.root)
        there: list[Formula] = []
        for depth, key in enumerate(path.keys):
            at = Path(path.root, path.keys[: depth + 1])
            match shape:
                case Record(fields=fields) if isinstance(key, str) and key in fields:
                    field = fields[key]
                    if not always(field):
                        there.append(Flag(self._variable("flag", "present", at)))
                    shape = field.shape
                case Items(item=item) if isinstance(key, int):
                    there.append(self._reaches(Path(path.root, path.keys[:depth]), key))
                    if isinstance(item, Anything):  # which may be null
                        there.append(Flag(self._variable("flag", "present", at)))
                    shape = item
                case Anything() | Record(open=True):
                    raise Unsupported(f"{write(at)} has no declared type; declare it in the tool's schema")
                case _:
                    return _Place(path, None, NEVER)
        return _Place(path, shape, both(*there))

    def _reaches(self, path: Path, index: int) -> Formula:
        """Return whether a list has an element with this number."""
        name = self._variable("integer", "length", path)
        return linear({name: Fraction(-1)}, "<=", Fraction(-(index + 1)))

    def _list(self, path: Path, places: Mapping[str, Path]) -> _Place:
        place = self._typed(path, places)
        if place.shape is not None and not isinstance(place.shape, Items):
            return _Place(place.path, None, NEVER)
        return place

    def _elements(self, place: _Place) -> list[tuple[Formula, Path]]:
        if not isinstance(place.shape, Items):
            return []
        longest = self._longest(place.path, place.shape)
        self._unrolled += longest
        if self._unrolled > _MOST_ELEMENTS:
            raise Unsupported("quantifiers inside each other unroll to too many cases; write several rules")
        return [
            (self._reaches(place.path, index), Path(place.path.root, (*place.path.keys, index)))
            for index in range(longest)
        ]

    def _longest(self, path: Path, shape: Items) -> int:
        """Return how far a list is unrolled; notes whether that is known to be enough."""
        wanted = self._bounds.get(_general(path))
        enough = LONGEST_LIST + 1 if wanted is None else max(wanted, shape.least, self._shortest)
        if shape.most is not None:
            enough = min(enough, shape.most)
        if enough > LONGEST_LIST:
            self.complete = False
        return min(enough, LONGEST_LIST)

    def _typed(self, path: Path, places: Mapping[str, Path]) -> _Place:
        """Return where a path leads, if its value has a type. Raises Unsupported."""
        place = self._place(path, places)
        if isinstance(place.shape, Anything):
            raise Unsupported(f"{write(place.path)} has no declared type; declare it in the tool's schema")
        return place

    def _variable(
        self, sort: Sort, kind: Literal["value", "present", "length", "source"], path: Path, source: str = ""
    ) -> str:
        mark = {"value": "", "present": "?", "length": "|", "source": f"@{source} "}[kind]
        name = mark + write(path)
        self.variables[name] = Variable(sort, kind, path, source)
        return name

    # What is known of the variables

    def axioms(self, alphabet: Regex = LEGAL) -> Formula:
        """Return what holds of every request: ranges, choices, lengths, and the characters that texts are made of."""
        found: list[Formula] = []
        for name, variable in list(self.variables.items()):
            shape = self._place(variable.path, {}).shape
            match shape:
                case Text(choices=choices) if variable.kind == "value":
                    found.append(Inside(name, union(*map(literal, choices)) if choices else alphabet))
                case Number(whole=whole) if variable.kind == "value":
                    least = max(-LARGEST, shape.least) if whole and shape.least is not None else shape.least
                    most = min(LARGEST, shape.most) if whole and shape.most is not None else shape.most
                    found += (
                        _between(name, least, most)
                        if not whole
                        else _between(name, -LARGEST if least is None else least, LARGEST if most is None else most)
                    )
                case Items() if variable.kind == "length":
                    found += _between(name, shape.least, self._longest(variable.path, shape))
                case _:
                    pass
        return both(*found)


def always(field: Field) -> bool:
    """Return whether a request in canonical form has a value for a field, whatever the agent left out."""
    return (field.defaulted and field.default is not None) or (field.required and not field.nullable)


def _between(name: str, least: float | None, most: float | None) -> list[Formula]:
    found: list[Formula] = []
    if least is not None:
        found.append(linear({name: Fraction(-1)}, "<=", -Fraction(least)))
    if most is not None:
        found.append(linear({name: Fraction(1)}, "<=", Fraction(most)))
    return found


def _unrolled(inner: list[tuple[Formula, Formula]], *, every: bool) -> Formula:
    if every:
        return both(*(implied(there, body) for there, body in inner))
    return either(*(both(there, body) for there, body in inner))


# How long lists must be to show what can be shown


def _general(path: Path) -> tuple[str, ...]:
    return (path.root, *("[]" if isinstance(key, int) else key for key in path.keys))


def _bounds(conditions: list[Expression]) -> dict[tuple[str, ...], int]:
    """Return for each list that a question speaks of how many elements are enough; a list left out has no bound.

    A request with longer lists that has a property can be cut down to one witness for each quantifier (under an outer
    one: for each element that it is unrolled to), and as many elements as a length or a place speaks of. Where two
    lists are each quantified under the other, or lengths are added up, no such bound is known.
    """
    uses: dict[tuple[str, ...], list[tuple[tuple[str, ...], ...]]] = {}
    extra: dict[tuple[str, ...], int] = {}
    endless: set[tuple[str, ...]] = set()
    for condition in conditions:
        _survey(condition, {}, (), uses, extra, endless)
    found: dict[tuple[str, ...], int] = {}

    def bound(name: tuple[str, ...], around: tuple[tuple[str, ...], ...]) -> int | None:
        if name in endless or name in around:
            return None
        total = extra.get(name, 0)
        for outer in uses.get(name, []):
            product = 1
            for each in outer:
                size = bound(each, (*around, name))
                if size is None:
                    return None
                product *= max(1, size)
            total += product
        return total

    for name in {**uses, **extra}:
        size = bound(name, ())
        if size is not None:
            found[name] = size
    return found


def _compared_with(part: Compare | Among) -> list[float] | None:
    """Return the constants that a length is compared with; None if it is computed with, or compared with no number."""
    sides: tuple[Expression, ...] = (part.left, part.right) if isinstance(part, Compare) else (part.term,)
    if not all(isinstance(side, Length | Constant) for side in sides):
        return None
    found = [side.value for side in sides if isinstance(side, Constant)]
    found += part.values if isinstance(part, Among) else ()
    return [value for value in found if isinstance(value, int | float)]


def _survey(  # noqa: C901 - one case a variant
    part: Expression,
    places: dict[str, tuple[str, ...]],
    around: tuple[tuple[str, ...], ...],
    uses: dict[tuple[str, ...], list[tuple[tuple[str, ...], ...]]],
    extra: dict[tuple[str, ...], int],
    endless: set[tuple[str, ...]],
) -> None:
    """Note the quantifiers, lengths and places of a condition."""

    def resolved(path: Path) -> tuple[str, ...]:
        if path.root != "var":
            return _general(path)
        base = places.get(str(path.keys[0]), ("var",))
        return (*base, *_general(path)[2:])

    match part:
        case Quantified(variable=variable, path=path, body=body):
            _survey(path, places, around, uses, extra, endless)
            name = resolved(path)
            uses.setdefault(name, []).append(around)
            inner = {**places, variable: (*name, "[]")}
            _survey(body, inner, (*around, name), uses, extra, endless)
            return
        case Compare() | Among():
            lengths = [resolved(inner.of) for inner in walk(part) if isinstance(inner, Length)]
            values = _compared_with(part)
            if lengths and (len(lengths) > 1 or values is None or max(values, default=0) > _LARGE):
                endless.update(lengths)
            elif lengths:
                size = max((int(value) + 2 for value in values or () if value >= 0), default=1)
                extra[lengths[0]] = max(extra.get(lengths[0], 0), size)
        case Path(keys=keys):
            for depth, key in enumerate(keys):
                if isinstance(key, int):
                    name = resolved(Path(part.root, keys[:depth]))
                    extra[name] = max(extra.get(name, 0), key + 1)
        case _:
            pass
    from solon.verify.requests.expression import children

    for child in children(part):
        _survey(child, places, around, uses, extra, endless)


__all__ = ["LEGAL", "PRINTABLE", "Lists", "Question", "Scope", "Unsupported", "Variable", "always"]
