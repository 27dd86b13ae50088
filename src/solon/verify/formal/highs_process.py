# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeStubs=false, reportAttributeAccessIssue=false, reportUnknownParameterType=false
# HiGHS has no types; this file is the only one of the package that sees it
"""HiGHS in a process of its own: one thread, fixed seed, whole numbers fixed and the rest solved again at the end."""

from typing import Final

import highspy
import msgspec
import numpy as np

from solon.contract import Value
from solon.verify.formal.exchange import Answer, reply
from solon.verify.formal.linearise import Rows

_TIGHT: Final = 1e-9


class Request(Value, frozen=True):
    """Rows, and when to give up."""

    rows: Rows
    seconds: float


def answer(payload: bytes) -> bytes:
    """Answer one request."""
    request = msgspec.msgpack.decode(payload, type=Request)
    return reply(_solve(request.rows, request.seconds))


def _solve(rows: Rows, seconds: float) -> Answer:
    solver = _solver(rows, seconds)
    solver.run()
    status = solver.getModelStatus()
    known = highspy.HighsModelStatus
    if status in {known.kUnbounded, known.kUnboundedOrInfeasible}:
        return _without_goal(rows, seconds)
    if status == known.kInfeasible:
        return Answer("infeasible")
    information = solver.getInfo()
    found = information.primal_solution_status == 2  # a feasible one
    if status == known.kModelEmpty:
        return Answer("solved", (), bound=rows.goal.constant, proved=True)
    values = np.array(solver.getSolution().col_value) if found else np.zeros(0)
    bound = information.mip_dual_bound if any(rows.integer) else information.objective_function_value
    if status == known.kOptimal:
        return Answer("solved", _polished(solver, rows, values), bound=float(bound), proved=True)
    if status == known.kTimeLimit:
        kept = tuple(map(float, values[: rows.original]))
        return Answer("time", kept, bound=float(bound), message="HiGHS ran out of time")
    return Answer("time", message=f"HiGHS gave up ({solver.modelStatusToString(status)})")


def _without_goal(rows: Rows, seconds: float) -> Answer:
    """Tell an unbounded problem from an infeasible one."""
    bare = msgspec.structs.replace(
        rows, goal=msgspec.structs.replace(rows.goal, columns=(), coefficients=()), squares=()
    )
    found = _solve(bare, seconds)
    return Answer("unbounded") if found.status == "solved" else found


def _solver(rows: Rows, seconds: float) -> "highspy.Highs":
    solver = highspy.Highs()
    for option, value in (
        ("output_flag", False),
        ("threads", 1),
        ("random_seed", 0),
        ("time_limit", seconds),
        ("mip_rel_gap", _TIGHT),
        ("mip_abs_gap", _TIGHT),
        ("mip_feasibility_tolerance", _TIGHT),
        ("primal_feasibility_tolerance", _TIGHT),
        ("dual_feasibility_tolerance", _TIGHT),
    ):
        solver.setOptionValue(option, value)
    solver.passModel(_model(rows))
    return solver


def _model(rows: Rows) -> "highspy.HighsModel":
    infinite = highspy.kHighsInf
    model = highspy.HighsModel()
    linear = model.lp_
    count = len(rows.lows)
    linear.num_col_, linear.num_row_ = count, len(rows.rows)
    costs = np.zeros(count)
    costs[list(rows.goal.columns)] = rows.goal.coefficients
    linear.col_cost_ = costs
    linear.offset_ = rows.goal.constant
    linear.sense_ = highspy.ObjSense.kMaximize if rows.maximise else highspy.ObjSense.kMinimize
    linear.col_lower_ = np.array([-infinite if low is None else low for low in rows.lows])
    linear.col_upper_ = np.array([infinite if high is None else high for high in rows.highs])
    linear.row_upper_ = np.array([-row.constant for row in rows.rows])
    linear.row_lower_ = np.array(
        [-row.constant if equal else -infinite for row, equal in zip(rows.rows, rows.equal, strict=True)]
    )
    kinds = highspy.HighsVarType
    linear.integrality_ = [kinds.kInteger if integer else kinds.kContinuous for integer in rows.integer]
    matrix = linear.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kRowwise
    matrix.num_col_, matrix.num_row_ = count, len(rows.rows)
    matrix.start_ = np.cumsum([0, *(len(row.columns) for row in rows.rows)])
    matrix.index_ = np.array([column for row in rows.rows for column in row.columns], dtype=np.int32)
    matrix.value_ = np.array([factor for row in rows.rows for factor in row.coefficients])
    if rows.squares:
        _square(model, rows, count)
    return model


def _square(model: "highspy.HighsModel", rows: Rows, count: int) -> None:
    """Write the lower triangle of the Hessian by columns; the objective has one half of it."""
    cells = sorted((min(one, two), max(one, two), factor) for one, two, factor in rows.squares)
    hessian = model.hessian_
    hessian.dim_ = count
    hessian.format_ = highspy.HessianFormat.kTriangular
    hessian.start_ = np.cumsum([0, *np.bincount([column for column, _, _ in cells], minlength=count)])
    hessian.index_ = np.array([row for _, row, _ in cells], dtype=np.int32)
    hessian.value_ = np.array([factor * (2 if column == row else 1) for column, row, factor in cells])


def _polished(solver: "highspy.Highs", rows: Rows, values: "np.ndarray") -> tuple[float, ...]:
    """Return a solution whose whole numbers are whole, which big constants may have blurred."""
    integer = np.flatnonzero(rows.integer)
    if len(integer) == 0:
        return tuple(map(float, values[: rows.original]))
    values[integer] = np.round(values[integer])
    if len(integer) < len(values):
        solver.changeColsIntegrality(len(integer), integer.astype(np.int32), np.zeros(len(integer), dtype=np.uint8))
        solver.changeColsBounds(len(integer), integer.astype(np.int32), values[integer], values[integer])
        solver.run()
        if solver.getModelStatus() == highspy.HighsModelStatus.kOptimal:
            again = np.array(solver.getSolution().col_value)
            again[integer] = values[integer]
            values = again
    return tuple(map(float, values[: rows.original]))
