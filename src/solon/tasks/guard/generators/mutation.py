"""What the contracts of guarded calls are worth: each is weakened, each fallback is spoilt, and the proof must notice.

A weaker contract that the proof still takes is one that the specification of the whole does not need there: the
generator is bound by more than people asked for, or the specification says too little.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache

import msgspec

from solon.contract import Proved, Value
from solon.tasks.guard.generators.composition import Composed, Step, prove, verdict
from solon.tasks.guard.generators.problems import PROBLEMS
from solon.verify.requests.expression import (
    Arithmetic,
    Compare,
    Constant,
    Expression,
    Logic,
    conjunction,
)
from solon.verify.requests.syntax import write


class Mutant(Value, frozen=True):
    """A program with one change: of a contract (it promises less) or of a fallback (it gives something else)."""

    kind: str  # "contract" or "fallback"
    step: str
    words: str
    program: Composed


class Score(Value, frozen=True):
    """How many mutants the proof rejects, by kind as (rejected, all), and in words those that it takes."""

    rejected: dict[str, tuple[int, int]]
    taken: tuple[str, ...]

    @property
    def share(self) -> float:
        """Share of all mutants that the proof rejects."""
        total = sum(every for _, every in self.rejected.values())
        return sum(some for some, _ in self.rejected.values()) / total if total else 0.0

    @property
    def words(self) -> str:
        """The score in words, to stand beside a proof."""
        told = {"contract": "weakened contracts", "fallback": "spoilt fallbacks"}
        counts = [f"{some} of {every} {told[kind]}" for kind, (some, every) in self.rejected.items()]
        return f"the proof rejects {' and '.join(counts)}"


def mutants(program: Composed) -> Iterator[Mutant]:
    """Yield the program with each conjunct of a contract left out or relaxed by one, and each fallback moved by one."""
    for at, step in enumerate(program.steps):
        parts = _parts(step.contract.after)
        for place, part in enumerate(parts):
            without = conjunction(*parts[:place], *parts[place + 1 :])
            yield _mutant(program, at, "contract", f"without {write(part)}", after=without)
            for weaker in _relaxed(part):
                changed = conjunction(*parts[:place], weaker, *parts[place + 1 :])
                yield _mutant(program, at, "contract", f"{write(weaker)} for {write(part)}", after=changed)
        for name, value in step.fallback.items():
            for change in (1, -1):
                moved = Arithmetic("+", value, Constant(change))
                fallback = {**step.fallback, name: moved}
                yield _mutant(program, at, "fallback", f"{name} = {write(moved)}", fallback=fallback)


def _parts(condition: Expression) -> tuple[Expression, ...]:
    return condition.terms if isinstance(condition, Logic) and condition.operator == "and" else (condition,)


def _relaxed(part: Expression) -> Iterator[Expression]:
    """Yield a condition with each comparison in it that it needs relaxed by one."""
    match part:
        case Compare(operator=("<" | "<=") as sign, left=left, right=right):
            yield Compare(sign, left, Arithmetic("+", right, Constant(1)))
        case Compare(operator=(">" | ">=") as sign, left=left, right=right):
            yield Compare(sign, left, Arithmetic("-", right, Constant(1)))
        case Logic(operator=("and" | "or") as operator, terms=terms):
            for at, term in enumerate(terms):
                for weaker in _relaxed(term):
                    yield Logic(operator, (*terms[:at], weaker, *terms[at + 1 :]))
        case _:
            pass


def _mutant(
    program: Composed,
    at: int,
    kind: str,
    words: str,
    *,
    after: Expression | None = None,
    fallback: Mapping[str, Expression] | None = None,
) -> Mutant:
    old = program.steps[at]
    contract = old.contract if after is None else msgspec.structs.replace(old.contract, after=after)
    step = Step(old.name, contract, old.fallback if fallback is None else dict(fallback), old.inputs)
    steps = (*program.steps[:at], step, *program.steps[at + 1 :])
    return Mutant(kind, old.name, words, msgspec.structs.replace(program, steps=steps))


@lru_cache(maxsize=16)
def mutation_score(problem: str) -> Score:
    """Measure the contracts of a problem on all of its mutants; what is unknown counts as rejected, as everywhere."""
    rejected: dict[str, tuple[int, int]] = {}
    taken: list[str] = []
    for mutant in mutants(PROBLEMS[problem].program):
        fine = isinstance(verdict(prove(mutant.program)), Proved)
        some, every = rejected.get(mutant.kind, (0, 0))
        rejected[mutant.kind] = (some + (not fine), every + 1)
        if fine:
            taken.append(f"{mutant.step}: {mutant.words}")
    return Score(rejected, tuple(taken))
