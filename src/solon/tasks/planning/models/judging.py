"""From a text to a judgement: read, check, solve, interpret and compare, each stage with its own kind of failure."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final, Literal

from solon.contract import Fault, ProgramFault, Value
from solon.tasks.planning.models.cases import LIMITS, Case, generate, keys
from solon.tasks.planning.models.fidelity import Care, doubts
from solon.tasks.planning.models.telling import Comparison, Doubt, compared, in_sense, told, with_plan
from solon.verify.formal.check import check, traits
from solon.verify.formal.equivalent import Accuracy, accuracy, compare
from solon.verify.formal.model import Formal, ModelError, OutOfTime, Result, Solved, Values
from solon.verify.formal.solve import solve
from solon.verify.formal.text import TextError, read

NAMED: Final = 1e-4  # absolute, as the benchmark OptiBench compares its named values
WORTH: Final = 1e-4  # relative


class Judgement(Value, frozen=True):
    """What was found out about a model; ``optimal`` asks for the right optimum by a model that was not told apart."""

    model: Formal
    result: Result
    comparison: Comparison
    verdict: Literal["same", "not told apart", "different"]
    objective_right: bool
    constraints_right: float
    executed: bool
    solved: bool
    feasible: bool
    named: bool
    doubts: tuple[Doubt, ...] = ()

    @property
    def optimal(self) -> bool:
        """Whether optimum, plan and model are all right."""
        return self.solved and self.feasible and self.verdict != "different"

    def metrics(self) -> dict[str, float]:
        """Return the figures that the task declares."""
        return {
            "optimal": float(self.optimal),
            "executed": float(self.executed),
            "solved": float(self.solved),
            "feasible": float(self.feasible),
            "named": float(self.named),
            "model": float(self.verdict != "different"),
            "objective_right": float(self.objective_right),
            "constraints_right": self.constraints_right,
            "variables_right": 1 - len(self.comparison.variables) / self.comparison.asked,
            "doubts": float(len(self.doubts)),
            "out_of_time": float(isinstance(self.result, OutOfTime)),
        }


def readable(text: str) -> Formal:
    """Return the model of a text. Raises ProgramFault for one that cannot be read or does not make sense."""
    try:
        model = read(text)
    except TextError as error:
        raise ProgramFault(Fault("syntax", str(error), "write the model as the brief shows")) from None
    wrong = check(model)
    if wrong:
        raise ProgramFault(_fault(wrong[0]))
    return model


def stated_in(model: Formal, truth: Formal) -> Accuracy:
    """Return what of a true problem a model states. Raises ProgramFault where the model has no values."""
    try:
        return accuracy(truth, model)
    except ValueError as error:
        raise ProgramFault(Fault("output", str(error), "state the numbers of the words")) from None


def _fault(error: ModelError, strict: Sequence[str] = ()) -> Fault:
    place = f"{error.rule!r}: " if error.rule else ""
    told = f"; strict on real numbers: {', '.join(map(repr, strict))}" if strict else ""
    return Fault("output", f"{place}{error.message}{told}", error.remedy)


@lru_cache(maxsize=256)
def judge(source: str, number: int, text: str, care: Care) -> Judgement:
    """Judge a model of a problem. Raises ProgramFault, InfrastructureError."""
    case, model = generate(source, number), readable(text)
    result = solve(model, limits=LIMITS, core=True)
    if isinstance(result, ModelError):
        strict = [name for name, found in traits(model).items() if "strict" in found]
        raise ProgramFault(_fault(result, strict))
    values = result.values if isinstance(result, Solved) else None
    worth = in_sense(case.truth, model, result.objective) if isinstance(result, Solved) else None
    comparison = compared(case.truth, model)
    verdict, stated = comparison.verdict, stated_in(model, case.truth)
    if (verdict != "same" and comparison.undecided) and compare(
        case.truth, model, perturbations=0
    ).kind == "equivalent":
        verdict = "same"  # under other names
    return Judgement(
        model=model,
        result=result,
        comparison=comparison,
        verdict=verdict,
        objective_right=stated.objective or not (comparison.objective or comparison.undecided),
        constraints_right=1.0 if verdict == "same" else comparison.implied,
        executed=not isinstance(result, OutOfTime),
        solved=worth is not None and close(worth, case.optimum),
        feasible=values is not None and _obeys(case, values),
        named=values is not None and _same_names(case, values),
        doubts=tuple(doubts(case.truth, model, result, care, comparison)),
    )


def close(one: float, other: float) -> bool:
    """Return whether two optima are the same for people."""
    return abs(one - other) <= WORTH * max(1.0, abs(one), abs(other))


def _obeys(case: Case, values: Values) -> bool:
    """Return whether a plan can be completed to one that obeys the truth; the candidate has no part in it."""
    return isinstance(solve(with_plan(case.truth, values), limits=LIMITS), Solved)


def _same_names(case: Case, values: Values) -> bool:
    for decision in case.named:
        for key in keys(decision, case.truth.sorts):
            place = ",".join(key)
            given, right = values.get(decision.name, {}).get(place), case.solution[decision.name].get(place, 0.0)
            if not isinstance(given, int | float) or abs(given - float(right)) > NAMED:
                return False
    return True


def answer(case: Case, judgement: Judgement) -> str:
    """Return a model's answer in words."""
    result = judgement.result
    if isinstance(result, Solved):
        goal = judgement.model.objective
        worth = "" if result.objective is None or goal is None else f" ({goal.name} {result.objective:g})"
        return f"The best plan is {told(case.truth, result.values)}{worth}."
    return {
        "Infeasible": "No plan obeys all of its rules.",
        "Unbounded": "There is no best plan: it can always be better.",
        "OutOfTime": "The solver found no proved optimum in time.",
    }.get(type(result).__name__, "There is no answer.")
