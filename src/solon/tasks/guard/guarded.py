"""A generator that cannot break its contract: proposals are checked, and a proved fallback stands behind them.

The loop joins those of Progent (one sample), VeriGuard (feedback) and SEVerA (a proved fallback).
"""

from collections.abc import Callable, Mapping
from typing import Literal

import msgspec

from solon.contract import Proved, Unknown, Value
from solon.tasks.guard.policy import Call, Decision
from solon.verify.requests.evaluate import evaluate
from solon.verify.requests.expression import (
    TRUE,
    Among,
    Arithmetic,
    Compare,
    Constant,
    Expression,
    Length,
    Logic,
    Path,
    Scaled,
    conjunction,
)
from solon.verify.requests.formula import both, no
from solon.verify.requests.meaning import Question, Scope, Unsupported
from solon.verify.requests.prove import Answer, implies, refute
from solon.verify.requests.request import Json, Request
from solon.verify.requests.schema import (
    LARGEST,
    Items,
    Malformed,
    Number,
    Record,
    Shape,
    Text,
    Tool,
    Truth,
    canonical,
)
from solon.verify.requests.syntax import write


class Contract(Value, frozen=True):
    """What a generator is given and must give: conditions on the input (``arg``) and on input and output (``out``)."""

    inputs: Record
    outputs: Record
    before: Expression = TRUE
    after: Expression = TRUE
    name: str = "generator"
    lists: dict[str, tuple[str, ...]] = {}

    @property
    def scope(self) -> Scope:
        """What its conditions may speak of."""
        return Scope(Tool(self.name, self.inputs), output=self.outputs, lists=self.lists)


class Broken(ValueError):
    """Raised when the input breaks the contract, or when a fallback does, which a proof would have ruled out."""


class Tally(Value, frozen=True):
    """What became of the calls of one guarded generator."""

    calls: int = 0
    samples: int = 0
    accepted: int = 0
    fallbacks: int = 0

    @property
    def fallback_rate(self) -> float:
        """Share of calls that the fallback answered."""
        return self.fallbacks / self.calls if self.calls else 0.0

    @property
    def acceptance_rate(self) -> float:
        """Share of samples that kept the contract."""
        return self.accepted / self.samples if self.samples else 0.0


Generator = Callable[[dict[str, Json], str], object]
"""Proposes an output for an input and a sentence of feedback on its last proposal; whatever it returns is checked."""
Fallback = Callable[[dict[str, Json]], dict[str, Json]]


class Guarded:
    """A generator with its contract, ``budget`` samples a call, and the fallback; keeps count of both."""

    def __init__(self, generator: Generator, contract: Contract, budget: int, fallback: Fallback) -> None:
        if budget < 0:
            raise ValueError(f"budget must be at least 0, got {budget}")
        self._generator = generator
        self._contract = contract
        self._budget = budget
        self._fallback = fallback
        self.tally = Tally()

    def __call__(self, given: Mapping[str, Json]) -> dict[str, Json]:
        """Return an output that keeps the contract. Raises Broken for an input that does not fulfil it."""
        contract = self._contract
        try:
            clean = canonical(contract.scope.tool, given)
        except Malformed as error:
            raise Broken(f"the input is malformed: {error}") from None
        if evaluate(contract.before, Request(contract.name, clean), contract.lists) is not True:
            raise Broken(f"the input does not fulfil {write(contract.before)}")
        said = ""
        for tried in range(1, self._budget + 1):
            try:
                proposed = self._generator(dict(clean), said)
            except Exception as error:  # noqa: BLE001 - a generator may fail in any way; it has a fallback
                proposed, said = None, f"it raised {type(error).__name__}"
            found, said = judged(contract, clean, proposed)
            if found is not None:
                self._count(samples=tried, accepted=1)
                return found
        found, said = judged(contract, clean, self._fallback(dict(clean)))
        if found is None:
            raise Broken(f"the fallback breaks the contract: {said}; prove it with fallback_holds")
        self._count(samples=self._budget, accepted=0)
        return found

    def _count(self, samples: int, accepted: int) -> None:
        old = self.tally
        self.tally = Tally(old.calls + 1, old.samples + samples, old.accepted + accepted, old.fallbacks + 1 - accepted)


def judged(contract: Contract, given: dict[str, Json], proposed: object) -> tuple[dict[str, Json] | None, str]:
    """Return an output in canonical form if it keeps the contract, otherwise what is wrong with it.

    What is wrong is told by the conjunct that fails, never by values of the facts behind it.
    """
    if not isinstance(proposed, dict):
        return None, "the output is no object; return the declared fields"
    try:
        # through bytes, so that nothing of the generator's own types reaches the evaluator
        plain = msgspec.json.decode(msgspec.json.encode(proposed))
        output = canonical(Tool("output", contract.outputs), plain)
    except (Malformed, msgspec.MsgspecError, TypeError, ValueError, OverflowError, RecursionError) as error:
        return None, f"the output is malformed: {error}"
    request = Request(contract.name, given, output=output)
    if evaluate(contract.after, request, contract.lists) is True:
        return output, ""
    parts = contract.after.terms if isinstance(contract.after, Logic) and contract.after.operator == "and" else ()
    failing = next((part for part in parts if evaluate(part, request, contract.lists) is not True), contract.after)
    return None, f"the output does not fulfil {write(failing)}"


def fallback_holds(contract: Contract, fallback: Mapping[str, Expression]) -> Answer:
    """Prove that a fallback given by one expression for each output field keeps the contract (obligation PO2).

    Each expression speaks of the input only; the output is set equal to it.
    """
    missing = [name for name, field in contract.outputs.fields.items() if field.required and name not in fallback]
    if missing:
        return Unknown(f"the fallback sets no {missing[0]}")
    form = formed(fallback, contract.outputs, contract.scope)
    whole = form if isinstance(form, Unknown) else implies(contract.before, form, contract.scope)
    if not isinstance(whole, Proved):
        return whole
    equal = conjunction(*(Compare("==", Path("out", (name,)), value) for name, value in fallback.items()))
    question = Question(contract.scope, [contract.before, contract.after, equal])
    try:
        formula = both(question.true(contract.before), question.true(equal), no(question.true(contract.after)))
    except Unsupported as error:
        return Unknown(str(error))

    def confirm(request: Request) -> bool:
        return (
            all(
                evaluate(condition, request, contract.lists) is wanted
                for condition, wanted in ((contract.before, True), (equal, True))
            )
            and evaluate(contract.after, request, contract.lists) is not True
        )

    return refute(question, formula, confirm)


def formed(values: Mapping[str, Expression], record: Record, scope: Scope) -> Expression | Unknown:
    """Return the condition under which terms are values of a record's fields: there, of the type and in the range.

    Unknown where that cannot be said, as of a list or of a number that may not be whole.
    """
    parts: list[Expression] = []
    for name, value in values.items():
        field = record.fields.get(name)
        part = None if field is None else _of(value, field.shape, scope)
        if part is None:
            return Unknown(f"it cannot be told whether {write(value)} is what {name} takes")
        parts.append(part)
    return conjunction(*parts)


def _of(value: Expression, shape: Shape, scope: Scope) -> Expression | None:
    match shape:
        case Number(whole=whole, least=least, most=most):
            if whole and not _whole(value, scope):
                return None
            low = max(-LARGEST, least) if whole and least is not None else -LARGEST if whole else least
            high = min(LARGEST, most) if whole and most is not None else LARGEST if whole else most
            ends = [Compare(">=", value, Constant(low))] if low is not None else []
            ends += [Compare("<=", value, Constant(high))] if high is not None else []
            return conjunction(Compare("<=", value, value), *ends)  # of texts it is never true
        case Text(choices=choices):
            if not _is(value, Text, str, scope):
                return None
            return Among(value, choices) if choices else Compare("==", value, value)
        case Truth():
            return Compare("==", value, value) if _is(value, Truth, bool, scope) else None
        case _:
            return None


def _is(value: Expression, shape: type[Shape], kind: type[object], scope: Scope) -> bool:
    if isinstance(value, Constant):
        return isinstance(value.value, kind)
    return isinstance(value, Path) and isinstance(_shape_at(value, scope), shape)


def _shape_at(path: Path, scope: Scope) -> Shape | None:
    shape: Shape | None = scope.record(path.root) if path.root != "var" else None
    for key in path.keys:
        field = shape.fields.get(key) if isinstance(shape, Record) and isinstance(key, str) else None
        element = shape.item if isinstance(shape, Items) and isinstance(key, int) else None
        shape = field.shape if field is not None else element
    return shape


def _whole(value: Expression, scope: Scope) -> bool:
    """Return whether a term is always a whole number, by its form."""
    match value:
        case Constant(value=number):
            return isinstance(number, int) and not isinstance(number, bool)
        case Length():
            return True
        case Arithmetic(left=left, right=right):
            return _whole(left, scope) and _whole(right, scope)
        case Scaled(factor=factor, term=term):
            return isinstance(factor, int) and _whole(term, scope)
        case Path():
            shape = _shape_at(value, scope)
            return isinstance(shape, Number) and shape.whole
        case _:
            return False


# Enforcement


class Enforced(Value, frozen=True):
    """What follows from a decision: the call to run, and what enters the transcript."""

    run: Call | None  # exactly this object may be executed
    result: Literal["tool", "message", "error", "none"]  # what the agent sees: the tool's result, a text, nothing
    text: str = ""
    over: bool = False  # the run ends
    again: bool = False  # the agent is asked for another action
    confirm: Call | None = None  # runs if a person says yes
    instead: Call | None = None  # to be decided on like any other call, and run if it is allowed


def enforce(decision: Decision, task: str = "", *, last: bool = False) -> Enforced:  # noqa: PLR0911 - one case a variant
    """Return what a decision comes to under its fallback; ``last`` says that there are no more tries.

    ``message`` tells rule and reason as a result, with the user's task; ``ask`` waits for a person; ``terminate`` ends
    the run; ``drop`` leaves nothing in the transcript; ``halt`` leaves an error; ``replan`` asks for another action,
    and is a ``halt`` the last time; ``substitute`` names another call, to be decided on like any other.
    """
    if decision.kind == "allow":
        return Enforced(decision.call, "tool")
    told = " ".join(part for part in (decision.reason, decision.fallback.text, decision.remedy) if part)
    if decision.kind == "terminate":
        return Enforced(None, "error", told, over=True)
    if decision.kind == "confirm":
        return Enforced(None, "none", told, confirm=decision.call)
    match decision.fallback.mode:
        case "drop":
            return Enforced(None, "none")
        case "halt":
            return Enforced(None, "error", told)
        case "replan" if not last:
            return Enforced(None, "message", told, again=True)
        case "replan":
            return Enforced(None, "error", told)
        case "substitute":
            return Enforced(None, "none", told, instead=decision.fallback.call)
        case _:
            back = f" Go on with the task: {task}" if task else ""
            return Enforced(None, "message", told + back)
