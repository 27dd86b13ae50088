"""Questions to solvers in processes of their own: formulas go over as bytes, and what comes back is typed."""

from collections.abc import Mapping, Sequence
from typing import Final, Literal

import msgspec

from solon.contract import InfrastructureError, Value
from solon.verify import limited
from solon.verify.limited import Finished, Limits
from solon.verify.requests.formula import Formula, Sort, Valuation

Solver = Literal["cvc5", "z3"]
SOLVERS: Final[tuple[Solver, ...]] = ("cvc5", "z3")
USUAL: Final = Limits(seconds=20.0)


class Asked(Value, frozen=True):
    """Formulas; with valuations, what is wanted is their truth under each, otherwise values that make all true."""

    formulas: tuple[Formula, ...]
    sorts: dict[str, Sort]
    valuations: tuple[Valuation, ...] | None = None


class Answer(Value, frozen=True):
    """What a solver says: values, that there are none, its truth under each valuation, or why it says nothing."""

    result: Literal["sat", "unsat", "unknown", "values"]
    found: Valuation = Valuation()
    truths: tuple[tuple[bool, ...], ...] = ()  # by formula, then by valuation
    reason: str = ""


def solve(formula: Formula, sorts: Mapping[str, Sort], solver: Solver, limits: Limits = USUAL) -> Answer:
    """Return values that make a formula true, or that there are none. Raises MissingSolver, InfrastructureError."""
    return _asked(Asked((formula,), dict(sorts)), solver, limits)


def truths(
    formulas: Sequence[Formula],
    sorts: Mapping[str, Sort],
    valuations: Sequence[Valuation],
    solver: Solver,
    limits: Limits = USUAL,
) -> tuple[tuple[bool, ...], ...]:
    """Return each formula's truth under each valuation, as the solver computes it. Raises InfrastructureError."""
    answer = _asked(Asked(tuple(formulas), dict(sorts), tuple(valuations)), solver, limits)
    if answer.result != "values":
        raise InfrastructureError(f"{solver} did not evaluate a formula: {answer.reason}")
    return answer.truths


def _asked(asked: Asked, solver: Solver, limits: Limits) -> Answer:
    limited.require(solver)
    reply = limited.call(f"solon.verify.requests.with_{solver}", msgspec.json.encode(asked), limits)
    if isinstance(reply, Finished):
        return msgspec.json.decode(reply.reply, type=Answer)
    if reply.reason == "crash":
        raise InfrastructureError(f"{solver} failed: {reply.message}")
    return Answer("unknown", reason=f"{solver}: {reply.message}")
