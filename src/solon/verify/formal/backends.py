"""The back ends: which can take a problem, and how each is asked."""

from typing import Final, Literal

import msgspec
import numpy as np

from solon.contract import InfrastructureError, Value
from solon.verify import limited
from solon.verify.formal.exchange import Answer, Question, ask, replied
from solon.verify.formal.kinds import Faulty
from solon.verify.formal.linearise import Rows, linearise
from solon.verify.formal.terms import Ground, label

Name = Literal["smt", "milp", "nonlinear"]
_MARGIN: Final = 0.9  # of the limit, so that a solver that gives up can still say what it has
_WIDE: Final = 400  # columns of a quadratic form whose eigenvalues are computed
_BOX: Final = 1e6  # bounds that are tried where variables have none
_INFINITE: Final = 1e20  # what HiGHS and SCIP take for no bound
_SAME: Final = 1e-5
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
    rows = linearise(ground, nonlinear=True)
    answer = _rows("scip_process", rows, limits)
    if answer.status == "solved" and rows.definitions and rows.goal.columns:
        _bounded(ground, rows, answer, limits)
    return answer


def _bounded(ground: Ground, rows: Rows, answer: Answer, limits: limited.Limits) -> None:
    """Check an optimum where variables lack bounds: SCIP may call solved what has no end. Raises Faulty."""
    sides = zip(rows.lows[: rows.original], rows.highs[: rows.original], strict=True)
    free = [number for number, (low, high) in enumerate(sides) if low is None or high is None]
    if not free:
        return
    lows, highs = list(rows.lows), list(rows.highs)
    for number in free:
        low, high = lows[number], highs[number]
        lows[number] = min(-_BOX, (high or 0.0) - _BOX) if low is None else low
        highs[number] = max(_BOX, (low or 0.0) + _BOX) if high is None else high
    boxed = _rows("scip_process", msgspec.structs.replace(rows, lows=tuple(lows), highs=tuple(highs)), limits)
    inside = all(abs(value) < 0.9 * _BOX for value in (boxed.values[number] for number in free if boxed.values))
    if boxed.status != "solved" or not inside or not _alike(boxed.bound, answer.bound):
        raise Faulty(
            ground.goal_name,
            f"{ground.goal_name!r} is nonlinear, and no best value is found while {label(ground.columns[free[0]])!r} "
            "has no bounds",
            "give the variables the bounds that they have in truth",
        )


def _alike(one: float | None, other: float | None) -> bool:
    return one is not None and other is not None and abs(one - other) <= _SAME * max(1.0, abs(one), abs(other))


def _rows(module: str, rows: Rows, limits: limited.Limits) -> Answer:
    stated = (*rows.lows[: rows.original], *rows.highs[: rows.original], *(row.constant for row in rows.rows))
    if any(bound is not None and abs(bound) >= _INFINITE for bound in stated):
        raise Faulty("", "a number is so large that solvers take it for infinite", "use larger units or leave it out")
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
    """Return whether a quadratic objective is known to curve the right way."""
    sign = -1.0 if rows.maximise else 1.0
    diagonal: dict[int, float] = {}
    beside: dict[int, float] = {}
    for one, two, factor in rows.squares:
        if one == two:
            diagonal[one] = diagonal.get(one, 0.0) + sign * factor
        else:
            for column in (one, two):
                diagonal.setdefault(column, 0.0)
                beside[column] = beside.get(column, 0.0) + abs(factor) / 2
    if min(diagonal.values()) < 0:
        return False
    if all(diagonal[column] >= weight for column, weight in beside.items()):  # diagonally dominant
        return True
    if len(diagonal) > _WIDE:
        return False
    place = {column: number for number, column in enumerate(sorted(diagonal))}
    matrix = np.zeros((len(place), len(place)))
    for one, two, factor in rows.squares:
        matrix[place[one], place[two]] += sign * factor / 2
        matrix[place[two], place[one]] += sign * factor / 2
    eigenvalues = np.linalg.eigvalsh(matrix)
    return bool(eigenvalues.min() >= -1e-9 * max(1.0, float(np.abs(matrix).max())))
