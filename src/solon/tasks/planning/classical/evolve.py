"""Bidirectional evolution of planning problems (AgentGen's second half), with every step checked by meaning.

An operator changes a problem; a change is kept only if the problem is without errors, not trivial, new up to the names
of objects, solved by a planner, and easier or harder as was wanted, by the length of the planner's plan.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, Literal

import msgspec
from msgspec import structs

from solon.contract import Value
from solon.tasks.planning.classical.scene import World, trivial
from solon.tasks.planning.classical.walk import Walker
from solon.verify.pddl.check import check, errors
from solon.verify.pddl.equivalent import fingerprint
from solon.verify.pddl.outcome import Planned, PlannerResult
from solon.verify.pddl.simulate import states, validate
from solon.verify.pddl.syntax import And, Atom, Domain, Plan, Problem, Typed, conjuncts

Direction = Literal["easier", "harder", "any"]
Reason = Literal[
    "nothing to change", "error", "trivial", "known", "inconsistent", "unsolved", "not easier", "not harder"
]
Solve = Callable[[Domain, Problem], PlannerResult]

_WALK: Final = 12
_LOOKS: Final = 2
_FAR: Final = 30
_UNLIKE: Final = ("add object", "drop object")
"""Operators that may leave a start that is no state of the world: what they make is compared with states that are."""


class Evolved(Value, frozen=True):
    """A problem that was kept, how it came about and a plan for it."""

    problem: Problem
    operator: str
    parent: int | None  # place among the problems that were kept; None for a given one
    plan: Plan


class Rejected(Value, frozen=True):
    """A change that was not kept."""

    operator: str
    reason: Reason


class Evolution(Value, frozen=True):
    """All that was kept and rejected, in order."""

    kept: tuple[Evolved, ...]
    rejected: tuple[Rejected, ...]


def evolve(
    domain: Domain, problems: Sequence[Problem], solve: Solve, *, direction: Direction, count: int, entropy: int
) -> Evolution:
    """Return the given problems that pass the gates and up to ``count`` that were made of them; reproducible.

    ``solve`` is a planner; ten changes are tried for each problem that is wanted.
    """
    dice = random.Random(f"evolve/{entropy}")  # noqa: S311 - reproducible on purpose
    gate = _Gate(domain, solve)
    kept: list[Evolved] = []
    rejected: list[Rejected] = []
    for problem in problems:
        plan = gate.passed(problem)
        if isinstance(plan, tuple):
            kept.append(Evolved(problem, "given", None, plan))
        else:
            rejected.append(Rejected("given", plan))
    given = len(kept)
    for _ in range(10 * count if kept else 0):
        if len(kept) - given == count:
            break
        parent = dice.randrange(len(kept))
        name = dice.choice(OPERATORS[direction])
        changed = _OPERATORS[name](domain, kept[parent].problem, dice)
        if changed is None:
            plan: Plan | Reason = "nothing to change"
        elif name in _UNLIKE and not _alike(domain, kept[parent].problem, changed, dice):
            plan = "inconsistent"
        else:
            plan = gate.passed(changed, len(kept[parent].plan), direction)
        if changed is not None and isinstance(plan, tuple):
            kept.append(Evolved(structs.replace(changed, name=f"evolved-{len(kept)}"), name, parent, plan))
        else:
            assert isinstance(plan, str)
            rejected.append(Rejected(name, plan))
    return Evolution(tuple(kept), tuple(rejected))


class _Gate:
    """What a problem must pass; it remembers which problems it has seen."""

    def __init__(self, domain: Domain, solve: Solve) -> None:
        self._domain, self._solve = domain, solve
        self._seen: set[str] = set()

    def passed(self, problem: Problem, before: int = 0, direction: Direction = "any") -> Plan | Reason:
        """Return the planner's plan, or why the problem is not kept."""
        if errors(check(self._domain, problem)):
            return "error"
        mark = fingerprint(self._domain, problem)
        if trivial(problem) or mark in self._seen:
            return "known" if mark in self._seen else "trivial"
        found = self._solve(self._domain, problem)
        if not isinstance(found, Planned) or not validate(self._domain, problem, found.plan).valid:
            return "unsolved"
        length = len(found.plan)
        wrong: dict[Direction, Reason | None] = {
            "harder": None if length > before else "not harder",
            "easier": None if length < before else "not easier",
        }
        reason = wrong.get(direction)
        if reason is None:
            self._seen.add(mark)
        return reason or found.plan


def _alike(domain: Domain, parent: Problem, problem: Problem, dice: random.Random) -> bool:
    """Return whether each object has a part in the start that one of its type had in a state of the parent.

    Two blocks on one, or one on nothing, are states that no action leads to; no rule of a domain says so.
    """
    moving = {fact.name for fact in _changing(domain)}
    seen = set(_parts(parent, parent.init, moving))
    for _ in range(_LOOKS):
        for state in Walker(domain, parent).walk(_FAR, dice):
            seen.update(_parts(parent, state, moving))
    return set(_parts(problem, problem.init, moving)) <= seen


def _parts(problem: Problem, facts: Iterable[Atom], moving: set[str]) -> Iterator[tuple[object, ...]]:
    """Yield the type of each object with the places that it has in facts, how often up to twice."""
    places: dict[str, Counter[tuple[str, int]]] = {entry.name: Counter() for entry in problem.objects}
    for fact in facts:
        if fact.name in moving:
            for place, name in enumerate(fact.arguments):
                if name in places:
                    places[name][fact.name, place] += 1
    for entry in problem.objects:
        counted = frozenset((key, min(count, 2)) for key, count in places[entry.name].items())
        yield entry.types, counted


# Operators


def _reached(domain: Domain, problem: Problem, dice: random.Random) -> list[Atom]:
    """Return facts that hold after a random walk and can be changed, in one order."""
    walker = Walker(domain, problem)
    walked = walker.walk(_WALK, dice)
    changed = frozenset[Atom]().union(*(state ^ walker.start for state in walked))
    facts = sorted((fact for fact in walked[-1] if fact in changed), key=str)
    dice.shuffle(facts)
    return facts


def _goal(problem: Problem, literals: Iterable[object]) -> Problem:
    return structs.replace(problem, goal=And(tuple(literals)))  # pyright: ignore[reportArgumentType]


def _add_object(_: Domain, problem: Problem, dice: random.Random) -> Problem | None:
    """Give an object a twin, of which all is true that is true of it; where it stands in a binary relation, too."""
    if not problem.objects:
        return None
    twin = dice.choice(problem.objects)
    names = {entry.name for entry in problem.objects}
    number = next(place for place in range(2, len(names) + 3) if f"{twin.name}x{place}" not in names)
    name = f"{twin.name}x{number}"
    facts = [
        Atom(atom.name, tuple(name if term == twin.name else term for term in atom.arguments))
        for atom in problem.init
        if twin.name in atom.arguments
    ]
    goals = [
        Atom(part.name, tuple(name if term == twin.name else term for term in part.arguments))
        for part in conjuncts(problem.goal)
        if isinstance(part, Atom) and twin.name in part.arguments
    ]
    return structs.replace(
        problem,
        objects=(*problem.objects, Typed(name, twin.types)),
        init=(*problem.init, *facts),
        goal=And((*conjuncts(problem.goal), *goals)),
    )


def _drop_object(_: Domain, problem: Problem, dice: random.Random) -> Problem | None:
    if len(problem.objects) < 2:
        return None
    gone = dice.choice(problem.objects).name
    return structs.replace(
        problem,
        objects=tuple(entry for entry in problem.objects if entry.name != gone),
        init=tuple(atom for atom in problem.init if gone not in atom.arguments),
        goal=And(tuple(it for it in conjuncts(problem.goal) if gone not in str(it).replace(")", " ").split())),
    )


def _extend_goal(domain: Domain, problem: Problem, dice: random.Random) -> Problem | None:
    goals = conjuncts(problem.goal)
    fresh = [fact for fact in _reached(domain, problem, dice) if fact not in goals]
    return _goal(problem, (*goals, *fresh[: dice.randint(1, 2)])) if fresh else None


def _shrink_goal(_: Domain, problem: Problem, dice: random.Random) -> Problem | None:
    goals = list(conjuncts(problem.goal))
    if len(goals) < 2:
        return None
    goals.pop(dice.randrange(len(goals)))
    return _goal(problem, goals)


def _other_goal(domain: Domain, problem: Problem, dice: random.Random) -> Problem | None:
    fresh = _reached(domain, problem, dice)
    return _goal(problem, fresh[: max(1, len(conjuncts(problem.goal)))]) if fresh else None


def _walk_start(domain: Domain, problem: Problem, dice: random.Random) -> Problem | None:
    walked = Walker(domain, problem).walk(_WALK, dice)
    return structs.replace(problem, init=tuple(sorted(walked[-1], key=str))) if len(walked) > 1 else None


def _swap(domain: Domain, problem: Problem, dice: random.Random) -> Problem | None:
    """Start where a random walk ends and want back what was true of the things in the goal."""
    walked = Walker(domain, problem).walk(_WALK, dice)
    back = sorted((fact for fact in walked[0] if fact not in walked[-1]), key=str)
    if not back:
        return None
    wanted = back[: max(1, len(conjuncts(problem.goal)))]
    return _goal(structs.replace(problem, init=tuple(sorted(walked[-1], key=str))), wanted)


def _restrict(domain: Domain, problem: Problem, dice: random.Random) -> Problem | None:
    """Take away a static fact that relates two things, such as a connection."""
    moving = {fact.name for fact in _changing(domain)}
    static = [atom for atom in problem.init if atom.name not in moving and len(atom.arguments) == 2]
    if not static:
        return None
    gone = dice.choice(static)
    return structs.replace(problem, init=tuple(atom for atom in problem.init if atom != gone))


def _changing(domain: Domain) -> Iterator[Atom]:
    from solon.verify.pddl.needs import walk_effects
    from solon.verify.pddl.syntax import Change

    for action in domain.actions:
        for effect in walk_effects(action.effects):
            if isinstance(effect, Change):
                yield effect.atom


def _relabel(_: Domain, problem: Problem, dice: random.Random) -> Problem | None:
    """Exchange the names of two objects of one type, which changes nothing: the gate must say so."""
    pairs = [
        (one.name, other.name)
        for place, one in enumerate(problem.objects)
        for other in problem.objects[place + 1 :]
        if one.types == other.types
    ]
    if not pairs:
        return None
    one, other = dice.choice(pairs)
    names = {one: other, other: one}

    def renamed(atom: object) -> object:
        if isinstance(atom, Atom):
            return Atom(atom.name, tuple(names.get(term, term) for term in atom.arguments))
        return atom

    init = tuple(it for it in map(renamed, problem.init) if isinstance(it, Atom))
    return _goal(structs.replace(problem, init=init), map(renamed, conjuncts(problem.goal)))


_OPERATORS: Final[dict[str, Callable[[Domain, Problem, random.Random], Problem | None]]] = {
    "add object": _add_object,
    "drop object": _drop_object,
    "extend goal": _extend_goal,
    "shrink goal": _shrink_goal,
    "other goal": _other_goal,
    "walk start": _walk_start,
    "swap start and goal": _swap,
    "remove static fact": _restrict,
    "relabel": _relabel,
}
_ANY: Final = ("other goal", "walk start", "swap start and goal", "remove static fact", "relabel")
OPERATORS: Final[dict[Direction, tuple[str, ...]]] = {
    "easier": ("drop object", "shrink goal", *_ANY),
    "harder": ("add object", "extend goal", *_ANY),
    "any": tuple(_OPERATORS),
}


# Trajectories


def trajectories(world: World, evolution: Evolution) -> Iterator[bytes]:
    """Yield one JSON line a problem: how it came about, and observation, action and progress step by step."""
    for number, it in enumerate(evolution.kept):
        run = validate(world.domain, it.problem, it.plan)
        reached = states(it.problem, run)
        goals = [goal for goal in conjuncts(it.problem.goal) if isinstance(goal, Atom)]
        best = 0.0
        steps: list[dict[str, object]] = []
        for place, step in enumerate(it.plan):
            best = max(best, sum(goal in reached[place] for goal in goals) / max(1, len(goals)))
            seen = "; ".join(world.fact(fact) for fact in sorted(reached[place], key=str))
            steps.append({"observation": seen, "action": str(step), "words": world.step(step), "progress": best})
        record = {
            "domain": world.name,
            "problem": number,
            "operator": it.operator,
            "parent": it.parent,
            "goal": [world.fact(goal) for goal in goals],
            "steps": steps,
            "progress": run.progress,
        }
        yield msgspec.json.encode(record) + b"\n"
