"""Verdicts over all requests of a tool: proved, refuted by a request that the evaluator confirms, or unknown.

Three engines answer in turn: automata, cvc5, Z3. What one of them finds counts only after the evaluator has seen it,
and what none decides is unknown, which is never taken for proved.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Final, Literal, get_args

import msgspec

from solon.contract import Proved, Refuted, Unknown
from solon.verify.limited import Limits, installed
from solon.verify.requests import automata, smt
from solon.verify.requests.automata import Undecided
from solon.verify.requests.evaluate import evaluate
from solon.verify.requests.expression import Expression, Path
from solon.verify.requests.formula import NEVER, Formula, Sort, Valuation, both, either, no
from solon.verify.requests.meaning import LEGAL, OTHER, PRINTABLE, Question, Scope, Unsupported, always
from solon.verify.requests.request import MISSING, Json, Request, look, shown, sources
from solon.verify.requests.schema import (
    LARGEST,
    Anything,
    Items,
    Malformed,
    Number,
    Record,
    Shape,
    Text,
    Truth,
    canonical,
    canonical_facts,
)
from solon.verify.requests.syntax import write
from solon.verify.strings.automaton import TooLarge

Engine = Literal["automata", "cvc5", "z3"]
ENGINES: Final[tuple[Engine, ...]] = get_args(Engine)


class Counterexample(Refuted, frozen=True, tag="counterexample"):
    """A refutation with the request that shows it."""

    request: Request


Answer = Proved | Counterexample | Unknown
Confirm = Callable[[Request], bool]


def never(condition: Expression, scope: Scope, engines: Sequence[Engine] = ENGINES) -> Answer:
    """Prove that a condition is true of no request, or give one."""
    return _asked(scope, (condition,), lambda question: question.true(condition), _true(condition, scope), engines)


def satisfiable(condition: Expression, scope: Scope, engines: Sequence[Engine] = ENGINES) -> Request | Unknown | None:
    """Return a request of which a condition is true, None if it is proved that there is none, or unknown."""
    found = never(condition, scope, engines)
    return found.request if isinstance(found, Counterexample) else None if isinstance(found, Proved) else found


def implies(given: Expression, then: Expression, scope: Scope, engines: Sequence[Engine] = ENGINES) -> Answer:
    """Prove that whenever one condition is true the other is true, or give a request where it is not."""

    def confirm(request: Request) -> bool:
        return _true(given, scope)(request) and not _true(then, scope)(request)

    def formula(question: Question) -> Formula:
        return both(question.true(given), no(question.true(then)))

    return _asked(scope, (given, then), formula, confirm, engines)


def equivalent(one: Expression, other: Expression, scope: Scope, engines: Sequence[Engine] = ENGINES) -> Answer:
    """Prove that two conditions are true of the same requests, or give a request that tells them apart."""

    def confirm(request: Request) -> bool:
        return _true(one, scope)(request) != _true(other, scope)(request)

    def formula(question: Question) -> Formula:
        left, right = question.true(one), question.true(other)
        return either(both(left, no(right)), both(right, no(left)))

    return _asked(scope, (one, other), formula, confirm, engines)


def _true(condition: Expression, scope: Scope) -> Confirm:
    return lambda request: evaluate(condition, request, scope.lists) is True


def _asked(
    scope: Scope,
    conditions: Iterable[Expression],
    formula: Callable[[Question], Formula],
    confirm: Confirm,
    engines: Sequence[Engine],
) -> Answer:
    question = Question(scope, conditions)
    try:
        asked = formula(question)
    except Unsupported as error:
        return Unknown(str(error))
    return refute(question, asked, confirm, engines)


def refute(question: Question, formula: Formula, confirm: Confirm, engines: Sequence[Engine] = ENGINES) -> Answer:
    """Prove that a formula of a question holds for no request, or give a confirmed one for which it does.

    Engines are asked in order until one decides. Raises InfrastructureError if a solver crashes.
    """
    if formula == NEVER:
        return Proved("it is false by its form")
    reasons: list[str] = []
    for engine in engines:
        if engine != "automata" and not installed(engine):
            reasons.append(f"{engine} is not installed")
            continue
        found = _by(engine, question, both(formula, question.axioms()))
        if isinstance(found, Unknown):
            reasons.append(found.reason)
        elif found is None:
            if question.complete:
                return Proved(engine)
            return Unknown(f"{engine} found no request with short lists; longer ones might do")
        else:
            request = _confirmed(engine, question, formula, found, confirm)
            if request is not None:
                return Counterexample(witness=shown(request), request=request)
            reasons.append(f"the evaluator does not confirm what {engine} found")
    return Unknown("; ".join(dict.fromkeys(reasons)) or "no engine was asked")


def _by(engine: Engine, question: Question, formula: Formula, limits: Limits = smt.USUAL) -> Valuation | Unknown | None:
    sorts: dict[str, Sort] = {name: variable.sort for name, variable in question.variables.items()}
    if engine == "automata":
        try:
            return automata.solve(formula, sorts)
        except (Undecided, TooLarge) as error:
            return Unknown(str(error) or "the automata are too large")
    answer = smt.solve(formula, sorts, engine, limits)
    match answer.result:
        case "sat":
            return answer.found
        case "unsat":
            return None
        case _:
            return Unknown(answer.reason)


def _confirmed(
    engine: Engine, question: Question, formula: Formula, found: Valuation, confirm: Confirm
) -> Request | None:
    """Return a request that the evaluator confirms, one that reads well if there is one."""
    if engine != "automata" and not all(text.isascii() and text.isprintable() for text in found.texts.values()):
        nicer = _by(engine, question, both(formula, question.axioms(PRINTABLE)))
        found = nicer if isinstance(nicer, Valuation) else found
    request = decoded(question, found)
    try:
        clean = msgspec.structs.replace(
            request,
            arguments=canonical(question.scope.tool, request.arguments),
            context=canonical_facts(question.scope.context, request.context),
            state=canonical_facts(question.scope.state, request.state),
        )
    except Malformed:
        return None
    return clean if confirm(clean) else None


# Valuations and requests


def decoded(question: Question, values: Valuation) -> Request:
    """Return the request that a valuation describes; what it leaves open is left out, or as small as it can be."""
    builder = _Decoder(question, values)
    scope = question.scope
    roots = {root: builder.record(Path(root, ()), scope.record(root)) for root in ("arg", "ctx", "st", "out")}
    provenance: dict[str, tuple[str, ...]] = {}
    for name, variable in question.variables.items():
        if variable.kind == "source":
            labels = provenance.setdefault(".".join(str(key) for key in variable.path.keys), ())
            if values.flags.get(name, False):
                label = "other" if variable.source == OTHER else variable.source
                provenance[".".join(str(key) for key in variable.path.keys)] = (*labels, label)
    return Request(scope.tool.name, roots["arg"], roots["ctx"], roots["st"], provenance, roots["out"])


class _Decoder:
    def __init__(self, question: Question, values: Valuation) -> None:
        self._question = question
        self._values = values
        self._touched = {
            Path(variable.path.root, variable.path.keys[:depth])
            for variable in question.variables.values()
            for depth in range(1, len(variable.path.keys) + 1)
        }

    def record(self, path: Path, shape: Record) -> dict[str, Json]:
        found: dict[str, Json] = {}
        for name, field in shape.fields.items():
            at = Path(path.root, (*path.keys, name))
            flag = "?" + write(at)
            there = self._values.flags.get(flag, False) if flag in self._question.variables else at in self._touched
            if always(field) or there:
                touched = at in self._touched or not field.defaulted
                found[name] = self._value(at, field.shape) if touched else field.default
        return found

    def _value(self, path: Path, shape: Shape) -> Json:
        name = write(path)
        match shape:
            case Text(choices=choices):
                return self._values.texts.get(name, choices[0] if choices else "")
            case Number():
                return self._number(name, shape)
            case Truth():
                return self._values.flags.get(name, False)
            case Items(item=item, least=least):
                number = self._values.numbers.get("|" + name)
                length = least if number is None else int(Fraction(number))
                return [self._value(Path(path.root, (*path.keys, at)), item) for at in range(length)]
            case Record():
                return dict(self.record(path, shape))
            case Anything():
                return ""

    def _number(self, name: str, shape: Number) -> int | float:
        if name not in self._values.numbers:
            near = max(0, shape.least) if shape.least is not None else 0
            return min(near, shape.most) if shape.most is not None else near
        value = Fraction(self._values.numbers[name])
        if value.denominator == 1 and abs(value) <= LARGEST:
            return value.numerator
        try:
            return float(value)
        except OverflowError:  # no request has such a number, and none is confirmed
            return math.inf


def encoded(question: Question, request: Request) -> Valuation:
    """Return the values of a question's variables in a request."""
    flags: dict[str, bool] = {}
    texts: dict[str, str] = {}
    numbers: dict[str, str] = {}
    known = {variable.source for variable in question.variables.values() if variable.kind == "source"} - {OTHER}
    for name, variable in question.variables.items():
        value = look(request, variable.path)
        match variable.kind:
            case "present":
                flags[name] = value is not MISSING
            case "length":
                numbers[name] = str(len(value)) if isinstance(value, list) else "0"
            case "source":
                labels = sources(request, variable.path) or ()
                other = any(label not in known for label in labels)
                flags[name] = other if variable.source == OTHER else variable.source in labels
            case "value":
                if isinstance(value, bool):
                    flags[name] = value
                elif isinstance(value, str):
                    texts[name] = value
                elif isinstance(value, int | float):
                    numbers[name] = str(Fraction(value))
    return Valuation(flags, texts, numbers)


__all__ = ["LEGAL", "Answer", "Counterexample", "decoded", "encoded", "equivalent", "implies", "never", "satisfiable"]
