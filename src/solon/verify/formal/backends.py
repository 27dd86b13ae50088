"""The back ends: which can take a problem, and how each is asked."""

from typing import Final, Literal

import msgspec
import numpy as np

from solon.contract import InfrastructureError, Value
from solon.verify import limited
from solon.verify.formal.exchange import Answer, Question, ask, replied
from solon.verify.formal.kinds import Faulty
from solon.verify.formal.linearise import Rows, linearise
from solon.verify.formal.terms import Ground

Name = Literal["smt", "milp", "nonlinear"]
_MARGIN: Final = 0.9  # of the limit, so that a solver that gives up can still say what it has
_PACKAGE: Final = "solon.verify.formal"


class _Rows(Value, frozen=True):
    rows: Rows
    seconds: float


def asked(name: Name, ground: Ground, limits: limited.Limits, *, core: bool = False) -> Answer:
    """Return a back end's answer. Raises Faulty for what it cannot take, InfrastructureError if it crashes."""
    return {"smt": _smt, "milp": _milp, "nonlinear": _nonlinear}[name](ground, limits, core=core)


def _smt(ground: Ground, limits: limited.Limits, *, core: bool) -> Answer:
    limited.require("z3")
    return _call("z3_process", ask(Question(ground, limits.seconds * _MARGIN, core)), limits)


def _milp(ground: Ground, limits: limited.Limits, *, core: bool) -> Answer:
    del core  # HiGHS gives none; ``cores`` finds one by leaving rules out
    limited.require("highspy")
    rows = linearise(ground)
    if rows.squares and not _convex(rows):
        raise Faulty(
            ground.goal_name,
            f"{ground.goal_name!r} is quadratic and not convex, which HiGHS cannot take",
            "use the nonlinear solver",
        )
    return _rows("highs_process", rows, limits)


def _nonlinear(ground: Ground, limits: limited.Limits, *, core: bool) -> Answer:
    del core
    limited.require("pyscipopt")
    return _rows("scip_process", linearise(ground, nonlinear=True), limits)


def _rows(module: str, rows: Rows, limits: limited.Limits) -> Answer:
    if rows.impossible:
        return Answer("infeasible")
    if not rows.lows:
        return Answer("solved", (), bound=rows.goal.constant, proved=True)
    return _call(module, msgspec.msgpack.encode(_Rows(rows, limits.seconds * _MARGIN)), limits)


def _call(module: str, payload: bytes, limits: limited.Limits) -> Answer:
    match limited.call(f"{_PACKAGE}.{module}", payload, limits):
        case limited.Finished(reply=content):
            answer = replied(content)
        case limited.Stopped(reason="time", message=message):
            answer = Answer("time", message=message)
        case limited.Stopped(reason=reason, message=message):
            raise InfrastructureError(
                f"the solver's process stopped ({reason}: {message}); raise its limits or try again"
            )
    if answer.status == "refused":
        raise Faulty(answer.rule, answer.message, answer.remedy)
    return answer


def _convex(rows: Rows) -> bool:
    """Return whether a quadratic objective curves the right way."""
    used = sorted({column for one, two, _ in rows.squares for column in (one, two)})
    place = {column: number for number, column in enumerate(used)}
    matrix = np.zeros((len(used), len(used)))
    for one, two, factor in rows.squares:
        matrix[place[one], place[two]] += factor / 2
        matrix[place[two], place[one]] += factor / 2
    eigenvalues = np.linalg.eigvalsh(-matrix if rows.maximise else matrix)
    return bool(eigenvalues.min() >= -1e-9 * max(1.0, float(np.abs(matrix).max())))
