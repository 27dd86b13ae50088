# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeStubs=false, reportAttributeAccessIssue=false, reportUnknownParameterType=false
# pyright: reportPrivateImportUsage=false, reportOperatorIssue=false, reportCallIssue=false, reportReturnType=false
# SCIP has no types; this file is the only one of the package that sees it
"""SCIP in a process of its own: one thread, fixed seeds, relative gap of one in a million."""

from typing import Final

import msgspec
import pyscipopt

from solon.contract import Value
from solon.verify.formal.exchange import Answer, reply
from solon.verify.formal.linearise import Definition, Form, Rows

_GAP: Final = 1e-6
_FEASIBLE: Final = 1e-9
_NOTHING: Final = 1e-6  # a divisor that is zero within tolerances
_REFUSED: Final = Answer(
    "refused",
    message="the best plan divides by almost nothing, which a solver cannot tell from zero",
    remedy="bound what divides away from zero",
)


class Request(Value, frozen=True):
    """Rows, and when to give up."""

    rows: Rows
    seconds: float


def answer(payload: bytes) -> bytes:
    """Answer one request."""
    request = msgspec.msgpack.decode(payload, type=Request)
    return reply(_solve(request.rows, request.seconds))


def _solve(rows: Rows, seconds: float) -> Answer:
    model = pyscipopt.Model()
    model.hideOutput()
    for name, value in (
        ("limits/time", seconds),
        ("limits/gap", _GAP),
        ("numerics/feastol", _FEASIBLE),
        ("randomization/randomseedshift", 0),
        ("randomization/permutationseed", 0),
        ("parallel/maxnthreads", 1),
    ):
        model.setParam(name, value)
    variables = [
        model.addVar(f"x{number}", "I" if integer else "C", lb=low, ub=high)
        for number, (low, high, integer) in enumerate(zip(rows.lows, rows.highs, rows.integer, strict=True))
    ]
    for row, equal in zip(rows.rows, rows.equal, strict=True):
        total = _total(row, variables)
        model.addCons(total == 0 if equal else total <= 0)
    for definition in rows.definitions:
        model.addCons(variables[definition.column] == _function(definition, variables))
    model.setObjective(_total(rows.goal, variables), "maximize" if rows.maximise else "minimize")
    model.optimize()
    status = model.getStatus()
    if status == "infeasible":
        return Answer("infeasible")
    if status in {"unbounded", "inforunbd"}:
        return _without_goal(rows, seconds)
    if status not in {"optimal", "gaplimit", "timelimit"}:
        return Answer("time", message=f"SCIP gave up ({status})")
    values: tuple[float, ...] = ()
    if model.getNSols() > 0:
        best = model.getBestSol()
        values = tuple(float(model.getSolVal(best, variable)) for variable in variables[: rows.original])
        if any(_divides_by_nothing(model, definition, variables) for definition in rows.definitions):
            return _REFUSED
    bound = float(model.getDualbound())
    if status == "timelimit":
        return Answer("time", values, bound=bound, message="SCIP ran out of time")
    return Answer("solved", values, bound=bound, proved=True)


def _divides_by_nothing(
    model: "pyscipopt.Model", definition: Definition, variables: "list[pyscipopt.Variable]"
) -> bool:
    if definition.kind != "quotient":
        return False
    return 0 < abs(float(model.getSolVal(model.getBestSol(), _total(definition.terms[1], variables)))) <= _NOTHING


def _without_goal(rows: Rows, seconds: float) -> Answer:
    """Tell an unbounded problem from an infeasible one."""
    if not rows.goal.columns:
        return Answer("time", message="SCIP gave up (unbounded without an objective)")
    bare = msgspec.structs.replace(rows, goal=msgspec.structs.replace(rows.goal, columns=(), coefficients=()))
    found = _solve(bare, seconds)
    return Answer("unbounded") if found.status == "solved" else found


def _total(form: Form, variables: "list[pyscipopt.Variable]") -> "pyscipopt.Expr":
    return (
        pyscipopt.quicksum(
            factor * variables[column] for column, factor in zip(form.columns, form.coefficients, strict=True)
        )
        + form.constant
    )


def _function(definition: Definition, variables: "list[pyscipopt.Variable]") -> "pyscipopt.Expr":
    terms = [_total(form, variables) for form in definition.terms]
    match definition.kind:
        case "product":
            return terms[0] * terms[1]
        case "quotient":
            return terms[0] / terms[1]
        case "sqrt":
            return pyscipopt.sqrt(terms[0])
        case "exp":
            return pyscipopt.exp(terms[0])
        case "log":
            return pyscipopt.log(terms[0])
        case "power":
            exponent = definition.exponent
            return terms[0] ** (int(exponent) if exponent == int(exponent) else exponent)
