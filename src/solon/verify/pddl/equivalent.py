"""Whether two problems of one domain are the same but for the names of objects and the order of facts.

Objects are coloured by their types, their facts and their parts in the goal, and the colouring is refined until it is
stable (Weisfeiler and Leman 1968); what it leaves open is decided by trying. A renaming is accepted only if it turns
one problem into the other, so that no colouring can make different problems equal.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from solon.contract import Value
from solon.verify.pddl.needs import named_objects, walk_effects
from solon.verify.pddl.syntax import (
    And,
    Atom,
    Change,
    Domain,
    Equal,
    Formula,
    Imply,
    Not,
    Or,
    Problem,
    Quantified,
    Typed,
    conjuncts,
    number,
    parts,
    print_formula,
)
from solon.verify.pddl.world import World, bind, substitute

_BUDGET: Final = 2_000  # colourings


class Identical(Value, frozen=True, tag="identical"):
    """The same objects, initial state, goal and metric."""


class Isomorphic(Value, frozen=True, tag="isomorphic"):
    """The same but for names: each object of the first, and what it is called in the second."""

    renaming: dict[str, str]


class Different(Value, frozen=True, tag="different"):
    """No renaming makes them equal; the first difference in words: what the second has instead of the first."""

    difference: str


class Undecided(Value, frozen=True, tag="undecided"):
    """Too symmetrical to decide within the budget."""

    message: str


Equivalence = Identical | Isomorphic | Different | Undecided


def compare(domain: Domain, first: Problem, second: Problem, *, kept: Collection[str] = ()) -> Equivalence:
    """Compare two error-free problems of a domain; objects that actions name, and those of ``kept``, keep their names.

    Parts of the goal that hold at first and that no action can change do not count, nor does the order of facts.
    Goals with quantifiers are compared as written, up to the order of parts and the names of variables.
    """
    left, right = _shape(domain, first, kept), _shape(domain, second, kept)
    if left == right:
        return Identical()
    named = _facts(left, right) if left.objects == right.objects else ""
    counted = _counts(left, right)
    if counted:
        return Different(named or counted)
    return _Matching(left, right).solve(named)


def fingerprint(domain: Domain, problem: Problem) -> str:
    """Return 32 hexadecimal digits that are equal for problems that are equal but for names; others rarely share it."""
    shape = _shape(domain, problem)
    colours = _stable(shape, {name: repr(kinds) for name, kinds in shape.objects.items()})
    labels = sorted(label for label, _ in _rows(shape))
    return _digest((sorted(colours.values()), labels, shape.metric))


@dataclass(frozen=True)
class _Shape:
    """A problem as sets."""

    objects: dict[str, tuple[str, ...]]  # to its own name if it is fixed, and its types
    init: frozenset[Atom]
    values: frozenset[tuple[Atom, float]]
    goal: frozenset[Formula]
    metric: str

    def renamed(self, renaming: Mapping[str, str]) -> "_Shape":
        """Return the shape with new names for objects."""
        return _Shape(
            {renaming[name]: kinds for name, kinds in self.objects.items()},
            frozenset(bind(atom, renaming) for atom in self.init),
            frozenset((bind(atom, renaming), value) for atom, value in self.values),
            frozenset(_canonical(substitute(part, renaming)) for part in self.goal),
            self.metric,
        )


def _shape(domain: Domain, problem: Problem, kept: Collection[str] = ()) -> _Shape:
    world = World(domain, problem)
    fixed = {entry.name for entry in domain.constants} | named_objects(domain) | set(kept)
    objects: dict[str, tuple[str, ...]] = {}
    for name, types in world.objects.items():
        kinds = {kind for own in types for kind in world.hierarchy.above(own)}
        objects[name] = (name if name in fixed else "", *sorted(kinds))
    effects = (effect for action in domain.actions for effect in walk_effects(action.effects))
    changed = {effect.atom.name for effect in effects if isinstance(effect, Change)}
    goal = [
        p for p in conjuncts(problem.goal) if not (isinstance(p, Atom) and p.name not in changed and p in world.start)
    ]
    return _Shape(
        objects,
        world.start,
        frozenset(pair for pair in problem.values if pair[0].name != "total-cost"),
        frozenset(map(_canonical, goal)),
        problem.metric,
    )


def _canonical(formula: Formula, depth: int = 0) -> Formula:
    """Return a formula with sorted parts and numbered variables."""
    match formula:
        case Atom():
            return formula
        case Equal(left=left, right=right):
            return Equal(*sorted((left, right)))
        case Not(body=body):
            return Not(_canonical(body, depth))
        case And(parts=inner) | Or(parts=inner):
            ordered = {_canonical(part, depth): None for part in inner}
            return type(formula)(tuple(sorted(ordered, key=print_formula)))
        case Imply(condition=condition, conclusion=conclusion):
            return Imply(_canonical(condition, depth), _canonical(conclusion, depth))
        case Quantified(kind=kind, variables=variables, body=body):
            # a point stands in no name that can be read, so that no variable inside catches a new name
            names = {entry.name: f"?v.{depth + index}" for index, entry in enumerate(variables)}
            declared = tuple(Typed(names[entry.name], tuple(sorted(entry.types))) for entry in variables)
            return Quantified(kind, declared, _canonical(substitute(body, names), depth + len(variables)))


# What is different, in words


def _facts(left: _Shape, right: _Shape) -> str:
    """Return the first fact in which problems with the same objects differ."""
    for what, ours, theirs in (
        ("the initial state", left.init, right.init),
        ("the goal", left.goal, right.goal),
    ):
        lacking, extra = (sorted(map(print_formula, a - b)) for a, b in ((ours, theirs), (theirs, ours)))
        if lacking and extra:
            return f"{what} has {extra[0]} instead of {lacking[0]}"
        if lacking:
            return f"{what} lacks {lacking[0]}"
        if extra:
            return f"{what} has {extra[0]} too much"
    for atom, value in sorted(right.values - left.values, key=str):
        return f"{atom} has the value {number(value)} instead of another"
    return "a value is missing" if left.values != right.values else ""


def _counts(left: _Shape, right: _Shape) -> str:
    """Return the first number in which problems differ."""
    if left.metric != right.metric:
        return f"the metric is {right.metric} instead of {left.metric}"
    for (what, ours), (_, theirs) in zip(_numbers(left), _numbers(right), strict=True):
        for name in sorted(ours | theirs):
            if ours[name] != theirs[name]:
                return f"there are {theirs[name]} {what} {name} instead of {ours[name]}"
    return ""


def _numbers(shape: _Shape) -> tuple[tuple[str, Counter[str]], ...]:
    return (
        ("objects of type", Counter(kind for kinds in shape.objects.values() for kind in kinds if kind)),
        ("facts of the initial state with", Counter(atom.name for atom in shape.init)),
        ("goals with", Counter(map(_label, shape.goal))),
        ("values of", Counter(f"{atom.name} = {number(value)}" for atom, value in shape.values)),
    )


def _label(part: Formula) -> str:
    """Return what a part of a goal is like without its objects."""
    return print_formula(_canonical(_anonymous(part)))


def _anonymous(part: Formula) -> Formula:
    return substitute(part, {term: "_" for term in _terms(part) if not term.startswith("?")})


def _terms(part: Formula) -> Iterator[str]:
    if isinstance(part, Atom):
        yield from part.arguments
    elif isinstance(part, Equal):
        yield from (part.left, part.right)
    for inner in parts(part):
        yield from _terms(inner)


# Colours

Colours = dict[str, str]


def _rows(shape: _Shape) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield all that is said of objects, as a label and the objects in order."""
    for atom in shape.init:
        yield f"init {atom.name}", atom.arguments
    for atom, value in shape.values:
        yield f"value {atom.name} {number(value)}", atom.arguments
    for part in shape.goal:
        if isinstance(part, Atom):
            yield f"goal {part.name}", part.arguments
        else:  # objects that stand in it in any order
            label = _label(part)
            yield f"goal {label}", ()
            for term, count in Counter(term for term in _terms(part) if not term.startswith("?")).items():
                yield f"in {count} {label}", (term,)


def _digest(value: object) -> str:
    return hashlib.blake2b(repr(value).encode(), digest_size=16).hexdigest()


def _stable(shape: _Shape, colours: Colours) -> Colours:
    """Return the coarsest stable refinement; equal for equal problems whatever their names."""
    places: dict[str, list[tuple[str, int, tuple[str, ...]]]] = {name: [] for name in colours}
    for label, arguments in _rows(shape):
        for index, name in enumerate(arguments):
            places[name].append((label, index, arguments))
    known = 0
    while True:
        # as many rounds in both problems: equal colours there mean equal numbers of colours here
        count = len(set(colours.values()))
        colours = {
            name: _digest(
                (
                    colours[name],
                    sorted((label, index, [colours[other] for other in row]) for label, index, row in places[name]),
                )
            )
            for name in colours
        }
        if count == known:
            return colours
        known = count


class _Matching:
    """The search for a renaming: colour, fix one object of the smallest open class, colour again."""

    def __init__(self, left: _Shape, right: _Shape) -> None:
        self._left, self._right, self._left_over = left, right, _BUDGET

    def solve(self, named: str) -> Equivalence:
        """Return the verdict; ``named`` is a difference in words that is better than ours."""
        seeds = [{name: repr(kinds) for name, kinds in shape.objects.items()} for shape in (self._left, self._right)]
        ours, theirs = _stable(self._left, seeds[0]), _stable(self._right, seeds[1])
        odd = self._odd(ours, theirs)
        if odd:
            return Different(named or odd)
        renaming = self._search(ours, theirs)
        if renaming is not None:
            return Isomorphic(renaming)
        if self._left_over <= 0:
            return Undecided(f"not decided within {_BUDGET} colourings; give objects the names of the words")
        return Different(named or "every object has a counterpart, but no renaming fits them all at once")

    def _odd(self, ours: Colours, theirs: Colours) -> str:
        excess = Counter(theirs.values())
        excess.subtract(Counter(ours.values()))
        for name, colour in theirs.items():
            if excess[colour] > 0:
                return f"'{name}' has no counterpart: {self._told(name)}"
        return ""

    def _told(self, name: str) -> str:
        """Return what the second problem says of an object."""
        said = sorted(str(atom) for atom in self._right.init if name in atom.arguments)
        asked = sorted(print_formula(part) for part in self._right.goal if name in _terms(part))
        return f"at first {' '.join(said[:6]) or 'nothing'}, in the goal {' '.join(asked[:6]) or 'nothing'}"

    def _search(self, ours: Colours, theirs: Colours) -> dict[str, str] | None:
        self._left_over -= 1
        if self._left_over <= 0 or sorted(ours.values()) != sorted(theirs.values()):
            return None
        classes = _classes(ours.items())
        others = _classes(theirs.items())
        open_classes = [colour for colour, members in classes.items() if len(members) > 1]
        if not open_classes:
            renaming = {members[0]: others[colour][0] for colour, members in classes.items()}
            return renaming if self._left.renamed(renaming) == self._right else None
        colour = min(open_classes, key=lambda entry: (len(classes[entry]), entry))
        first = classes[colour][0]
        fixed = _stable(self._left, {**ours, first: "chosen"})
        # its own name first, so that objects keep their names where they can
        for candidate in sorted(others[colour], key=lambda name: (name != first, name)):
            found = self._search(fixed, _stable(self._right, {**theirs, candidate: "chosen"}))
            if found is not None:
                return found
        return None


def _classes(coloured: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, colour in sorted(coloured):
        found.setdefault(colour, []).append(name)
    return found
