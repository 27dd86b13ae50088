"""The Z3 side of bounded unrolling; runs in a process of its own."""
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportAttributeAccessIssue=false
# Z3 has no types; what leaves this file is typed.

from typing import Any

import msgspec
import z3

from solon.verify.pddl.unroll import Answer, Unrolled


def answer(payload: bytes) -> bytes:
    """Return the shortest plan of a grounded problem, or why there is none within the horizon."""
    problem = msgspec.msgpack.decode(payload, type=Unrolled)
    solver = z3.SolverFor("QF_FD")  # several times faster than the default on pure truth values
    layer = [z3.Bool(f"f{fact}@0") for fact in range(problem.facts)]
    start = frozenset(problem.start)
    solver.add([variable if fact in start else z3.Not(variable) for fact, variable in enumerate(layer)])
    chosen: list[list[Any]] = []
    core: tuple[int, ...] = ()
    for time in range(problem.longest + 1):
        if time >= problem.shortest:
            wanted = _goal(problem, layer, time, solver)
            if solver.check(*wanted.values()) == z3.sat:
                return msgspec.msgpack.encode(Answer(_steps(solver.model(), chosen)))
            core = _core(solver, wanted) if len(problem.goals) == 1 else ()
        if time < problem.longest:
            layer, operators = _following(problem, layer, time, solver)
            chosen.append(operators)
    return msgspec.msgpack.encode(Answer(None, core))


def _goal(problem: Unrolled, layer: list[Any], time: int, solver: Any) -> dict[int, Any]:
    """Return literals to assume; their keys are facts, or minus one minus facts that shall not hold."""
    if len(problem.goals) == 1:
        holding, missing = problem.goals[0]
        return {**{n: layer[n] for n in holding}, **{-n - 1: z3.Not(layer[n]) for n in missing}}
    reached = z3.Bool(f"goal@{time}")
    ways = [z3.And([*(layer[n] for n in h), *(z3.Not(layer[n]) for n in m)]) for h, m in problem.goals]
    solver.add(z3.Implies(reached, z3.Or(ways)))
    return {0: reached}


def _following(problem: Unrolled, layer: list[Any], time: int, solver: Any) -> tuple[list[Any], list[Any]]:
    """Add one time step; return the facts after it and the operators in it."""
    operators = [z3.Bool(f"o{index}@{time}") for index in range(len(problem.operators))]
    made: list[list[Any]] = [[] for _ in layer]
    unmade: list[list[Any]] = [[] for _ in layer]
    for variable, (holding, missing, effects) in zip(operators, problem.operators, strict=True):
        solver.add([z3.Implies(variable, layer[n]) for n in holding])
        solver.add([z3.Implies(variable, z3.Not(layer[n])) for n in missing])
        for when, unless, added, removed in effects:
            condition = [layer[n] for n in when] + [z3.Not(layer[n]) for n in unless]
            happens = z3.And([variable, *condition]) if condition else variable
            for n in added:
                made[n].append(happens)
            for n in removed:
                unmade[n].append(happens)
    if len(operators) > 1:
        solver.add(z3.AtMost(*operators, 1))
    after = [z3.Bool(f"f{fact}@{time + 1}") for fact in range(problem.facts)]
    for before, variable, ways, ends in zip(layer, after, made, unmade, strict=True):
        solver.add(variable == z3.Or([*ways, z3.And([before, *(z3.Not(end) for end in ends)])]))
    return after, operators


def _core(solver: Any, wanted: dict[int, Any]) -> tuple[int, ...]:
    """Return the assumed literals of which the solver says that they cannot hold together."""
    found = {str(literal) for literal in solver.unsat_core()}
    return tuple(key for key, literal in wanted.items() if str(literal) in found)


def _steps(model: Any, chosen: list[list[Any]]) -> tuple[int, ...]:
    return tuple(index for layer in chosen for index, variable in enumerate(layer) if z3.is_true(model.eval(variable)))
