"""Problems by source and number: words, true model, its proved and, where it can be had, unique optimum."""

import random
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import msgspec

from solon.contract import InfrastructureError, Value
from solon.tasks.planning.models import diet, networks, paragraphs, picking, scenarios, staffing
from solon.tasks.planning.models.algebra import compare, plus, times
from solon.tasks.planning.models.algebra import number as constant
from solon.tasks.planning.models.source import Source
from solon.tasks.planning.models.words import Fact
from solon.verify.formal.expression import Expression, Member, Reference
from solon.verify.formal.model import Decision, Formal, Objective, Rule, Solved, Sort, Values
from solon.verify.formal.solve import solve
from solon.verify.limited import Limits

SOURCES: Final[dict[str, Source]] = {
    source.name: source
    for source in (
        paragraphs.SOURCE,
        scenarios.SOURCE,
        networks.SUPPLY,
        staffing.WORKFORCE,
        networks.FACILITY,
        staffing.ALLOCATION,
        picking.WAREHOUSE,
        picking.BLOCKS,
        picking.SALESMAN,
        diet.SOURCE,
    )
}
LIMITS: Final = Limits(30.0)
_AUXILIARY: Final = ("use_", "extra", "move", "place", "finish")
_TRIES: Final = 60
_ROUND: Final = 2 * len(scenarios.SHAPES)  # scenarios of each shape, told with and without a table
_DRIFT: Final = 1e-6  # relative: within it two objectives are equal


class Case(Value, frozen=True):
    """A problem in words with what is true of it; ``unique`` if no other plan is as good."""

    source: str
    number: int
    words: str
    facts: tuple[Fact, ...]
    truth: Formal
    solution: Values
    optimum: float
    unique: bool
    tabled: bool = False
    price: float | None = None  # of what a "why not" asks for: by how much the best plan without it is better

    @property
    def named(self) -> tuple[Decision, ...]:
        """The decisions that the words ask for; the others serve to write the model down."""
        return named(self.truth)


def named(problem: Formal) -> tuple[Decision, ...]:
    """Return the decisions that are asked for, without indicators and the like."""
    return tuple(it for it in problem.decisions if not it.name.startswith(_AUXILIARY))


def sizes(problem: Formal) -> dict[str, tuple[str, ...]]:
    """Return the members of a problem's sorts."""
    return {sort.name: sort.members for sort in problem.sorts}


def keys(decision: Decision, sorts: Sequence[Sort]) -> list[tuple[str, ...]]:
    """Return all indices of a decision, in order."""
    members = {sort.name: sort.members for sort in sorts}
    found: list[tuple[str, ...]] = [()]
    for sort in decision.sorts:
        found = [(*key, member) for key in found for member in members[sort]]
    return found


def places(problem: Formal) -> list[Reference]:
    """Return a reference to each single number that the words ask for."""
    return [
        Reference(decision.name, tuple(Member(member) for member in key))
        for decision in named(problem)
        for key in keys(decision, problem.sorts)
    ]


@lru_cache(maxsize=512)
def generate(source: str, number: int) -> Case:
    """Return a problem of a source; equal numbers give equal problems.

    Drawn again until its optimum is proved and unique; what is not unique after many draws is kept and says so.
    Raises UnknownSource, MissingSolver, and InfrastructureError if nothing that can be solved was drawn.
    """
    if source not in SOURCES:
        raise UnknownSource(f"no source {source!r}; choose one of {', '.join(SOURCES)}")
    kept: Case | None = None
    for attempt in range(_TRIES):
        dice = random.Random(f"{source}/{number}/{attempt}")  # noqa: S311 - reproducible on purpose
        case = _attempt(source, number, dice)
        if case is not None and case.unique:
            return case
        kept = kept or case
    if kept is None:
        raise InfrastructureError(f"no problem {number} of {source!r} has a solution; choose another number")
    return kept


class UnknownSource(ValueError):
    """Raised for a source that does not exist."""


def _attempt(source: str, number: int, dice: random.Random) -> Case | None:
    maker = SOURCES[source]
    tabled = bool(maker.captions)
    if source == "scenarios":
        shape = scenarios.SHAPES[number % len(scenarios.SHAPES)]
        facts = _prefix(scenarios.draw(dice, 0, shape), number)
        tabled = number % _ROUND >= len(scenarios.SHAPES)
    else:
        facts = list(maker.draw(dice, 0))
    words = maker.word(facts, dice, table=tabled)
    truth = maker.read(words)
    solved = solve(truth, limits=LIMITS)
    if not isinstance(solved, Solved) or not solved.proved or solved.objective is None:
        return None
    if not any(any(solved.values[it.name].values()) for it in named(truth)):
        return None  # to do nothing is no plan to find
    price = _price(truth, solved.objective)
    if price is not None and price < _DRIFT:
        return None  # nobody asks why not, if it is done anyway
    unique = is_unique(truth, solved.objective, dice)
    return Case(source, number, words, tuple(facts), truth, solved.values, solved.objective, unique, tabled, price)


def _price(truth: Formal, optimum: float) -> float | None:
    """Return how much worse a problem is for the rule that a "why not" adds, if it has one."""
    rules = tuple(rule for rule in truth.rules if rule.name != "why")
    if len(rules) == len(truth.rules) or truth.objective is None:
        return None
    free = solve(msgspec.structs.replace(truth, rules=rules), limits=LIMITS)
    if not isinstance(free, Solved) or free.objective is None:
        return None
    return optimum - free.objective if truth.objective.sense == "minimise" else free.objective - optimum


def _prefix(facts: list[Fact], number: int) -> list[Fact]:
    """Return a scenario cut to its level: from one constraint to all, going round with the number."""
    aim = max(place for place, fact in enumerate(facts) if fact.kind.startswith("aim_"))
    most, turn = len(facts) - aim - 1, number // _ROUND
    return facts[: aim + 1 + (1 + (turn - 1) % most if turn else most)]


def is_unique(problem: Formal, optimum: float, dice: random.Random) -> bool:
    """Return whether all optimal plans agree in what the words ask for.

    Among the optimal plans, a sum with random weights is made as small and as large as possible. If both ends meet,
    plans that differ would have to agree in that sum, which happens with probability zero.
    """
    if problem.objective is None:
        return False
    drift = _DRIFT * max(1.0, abs(optimum))
    worst = optimum + drift if problem.objective.sense == "minimise" else optimum - drift
    as_good = compare(problem.objective.body, "<=" if problem.objective.sense == "minimise" else ">=", worst)
    held = (*problem.rules, Rule("as_good", as_good))
    weight: Expression = plus(*(times(constant(1 + dice.random()), place) for place in places(problem)))
    ends: list[float] = []
    for sense in ("minimise", "maximise"):
        other = Formal(
            problem.title, problem.sorts, problem.tables, problem.decisions, held, Objective("weight", sense, weight)
        )
        found = solve(other, limits=LIMITS)
        if not isinstance(found, Solved) or found.objective is None:
            return False
        ends.append(found.objective)
    return abs(ends[1] - ends[0]) <= 1e-3
