"""A domain compared with another by what it lets happen: in which states which steps are possible and change what."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from solon.contract import Fault, ProgramFault, Value
from solon.tasks.planning.classical.scene import World
from solon.tasks.planning.classical.walk import Walker
from solon.verify.pddl.check import check, errors, widths
from solon.verify.pddl.ground import TooLarge
from solon.verify.pddl.simulate import states, validate
from solon.verify.pddl.syntax import OBJECT, Atom, Domain, Plan, Problem, Step
from solon.verify.pddl.world import State

_FACTS: Final = 6  # taken away from each state, one at a time
_FEW: Final = 12  # steps compared without a fact
_WIDEST: Final = 300  # facts that one action may look at
_STEPS: Final = 150  # compared in each state of a walk


class Disagreement(Value, frozen=True):
    """One step that two domains see differently, in words."""

    action: str
    kind: str  # "forbids", "allows", "lacks" or "adds": what the compared domain does
    told: str


@dataclass
class Comparison:
    """What a walk found: how many steps were compared and how many were alike."""

    compared: int = 0
    alike: int = 0
    possible: set[str] = field(default_factory=set[str])
    found: list[Disagreement] = field(default_factory=list[Disagreement])

    def note(self, disagreement: Disagreement) -> None:
        """Keep the first of each action and kind."""
        if all((it.action, it.kind) != (disagreement.action, disagreement.kind) for it in self.found):
            self.found.append(disagreement)


def interface(true: Domain, own: Domain) -> None:
    """Raise ProgramFault unless a domain declares the predicates and actions of another, with as many arguments."""
    for what, wanted, given in (
        (
            "predicate",
            {it.name: it.parameters for it in true.predicates},
            {it.name: it.parameters for it in own.predicates},
        ),
        ("action", {it.name: it.parameters for it in true.actions}, {it.name: it.parameters for it in own.actions}),
    ):
        for name, parameters in wanted.items():
            if name not in given:
                raise _fault(f"the {what} '{name}' is missing", f"declare it with {len(parameters)} parameters")
            types = [entry.types for entry in parameters]
            if [entry.types for entry in given[name]] != types:
                listed = ", ".join(" or ".join(kinds) for kinds in types) or "none"
                raise _fault(f"the {what} '{name}' has other parameters", f"give it parameters of types {listed}")
        for name in given:
            if name not in wanted:
                raise _fault(f"there is no {what} '{name}' in the words", "leave it out")
    for what, known, named in (
        ("type", true.types, own.types),
        ("constant", true.constants, own.constants),
        ("function", true.functions, own.functions),
    ):
        names = {it.name for it in known} | {OBJECT, "total-cost"}
        for entry in named:
            if entry.name not in names:
                raise _fault(f"there is no {what} '{entry.name}' in the words", "leave it out")


def fitting(own: Domain, problem: Problem) -> None:
    """Raise ProgramFault if a problem of the true domain does not fit a domain."""
    wrong = errors(check(own, problem))
    if wrong:
        where = f"{wrong[0].kind} in {wrong[0].where or 'the domain'}"
        raise _fault(f"{where}: {wrong[0].message}", wrong[0].remedy)
    for action, width in widths(own, problem).items():
        if width > _WIDEST:
            message = f"action {action} looks at {width} facts on a small problem, more than {_WIDEST}"
            raise _fault(message, "use fewer variables in its conditions and effects")


def _fault(message: str, remedy: str) -> ProgramFault:
    return ProgramFault(Fault("output", message, remedy))


def along(  # two domains, a problem, and where to look
    world: World, own: Domain, problem: Problem, plan: Plan, length: int, dice: random.Random, into: Comparison
) -> None:
    """Compare the steps that both domains know in the states of a plan and of a random walk by the true one."""
    truth, walker = Walker(world.domain, problem), Walker(own, problem)
    steps = _steps(truth, walker)
    passed = states(problem, validate(world.domain, problem, plan))
    for state in dict.fromkeys((*truth.walk(length, dice), *passed)):
        possible: list[Step] = []
        for step in steps if len(steps) <= _STEPS else dice.sample(steps, _STEPS):
            _compare(world, (truth, walker), state, step, into)
            if truth.after(state, step) is not None:
                possible.append(step)
        # a condition that holds in all states of the drawn problems shows only where it is taken away
        facts = sorted(state, key=str)
        for fact in dice.sample(facts, min(_FACTS, len(facts))):
            for step in possible[:_FEW]:
                _compare(world, (truth, walker), state - {fact}, step, into)


def _steps(truth: Walker, own: Walker) -> list[Step]:
    try:
        return sorted({*truth.steps, *own.steps}, key=str)
    except TooLarge as error:
        message = f"the domain has too many steps ({error})"
        raise _fault(message, "state in each action which things belong together") from None


def _compare(world: World, both: tuple[Walker, Walker], state: State, step: Step, into: Comparison) -> bool:
    truth, own = both
    wanted, given = truth.after(state, step), own.after(state, step)
    into.compared += 1
    if given is not None:
        into.possible.add(step.name)
    into.alike += wanted == given
    if wanted != given:
        for disagreement in _told(world, both, state, step):
            into.note(disagreement)
    return wanted == given


def _told(world: World, both: tuple[Walker, Walker], state: State, step: Step) -> Iterator[Disagreement]:
    truth, own = both
    wanted, given = truth.after(state, step), own.after(state, step)
    doing = f"{step} [{world.step(step)}]"
    if wanted is not None and given is None:
        lacking = " and ".join(own.lacking(state, step))
        yield Disagreement(
            step.name, "forbids", f"the words allow {doing} here; the domain does not, for want of {lacking}"
        )
    elif wanted is None and given is not None:
        lacking = " and ".join(truth.lacking(state, step))
        yield Disagreement(
            step.name, "allows", f"the domain allows {doing} here; the words do not, for want of {lacking}"
        )
    elif wanted is not None and given is not None:
        for kind, facts, sentence in (
            ("lacks", wanted - given, "the words say that {}; in the domain it is not so"),
            ("adds", given - wanted, "in the domain, {}; by the words it is not so"),
        ):
            for fact in sorted(facts, key=str):
                yield Disagreement(step.name, kind, f"after {doing}, {sentence.format(_fact(world, fact))}")


def _fact(world: World, fact: Atom) -> str:
    return f"{world.fact(fact)} {fact}"


def exhaustive(world: World, own: Domain, problem: Problem, states: int) -> tuple[int, Comparison]:
    """Compare all steps in the states nearest to the start, at most so many; return how many there were.

    Raises ProgramFault if the domain has too many steps.
    """
    truth, walker = Walker(world.domain, problem), Walker(own, problem)
    result, seen = Comparison(), [truth.start]
    known = {truth.start}
    steps = _steps(truth, walker)
    for state in seen:
        for step in steps:
            if not _compare(world, (truth, walker), state, step, result):
                return len(seen), result
            following = truth.after(state, step)
            if following is not None and following not in known and len(seen) < states:
                known.add(following)
                seen.append(following)
    return len(seen), result
