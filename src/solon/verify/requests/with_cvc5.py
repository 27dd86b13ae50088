# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportAttributeAccessIssue=false
"""Formulas in cvc5; this file alone touches its untyped interface."""

from fractions import Fraction
from typing import Any as Untyped

import cvc5
import msgspec
from cvc5 import Kind

from solon.verify.requests.formula import All, Any, Flag, Formula, Inside, Linear, No, Same, Valuation
from solon.verify.requests.smt import Answer, Asked
from solon.verify.strings.regex import Chars, Concat, Regex, Repeat, Union

_HIGHEST = 0x2FFFF


def answer(payload: bytes) -> bytes:
    """Answer one question; see ``solon.verify.limited.call``."""
    asked = msgspec.json.decode(payload, type=Asked)
    return msgspec.json.encode(_Builder(asked).answered())


class _Builder:
    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._terms = cvc5.TermManager()
        self._solver = cvc5.Solver(self._terms)
        self._solver.setLogic("ALL")
        self._solver.setOption("strings-exp", "true")
        self._solver.setOption("produce-models", "true")
        made = {
            "flag": self._terms.getBooleanSort(),
            "text": self._terms.getStringSort(),
            "integer": self._terms.getIntegerSort(),
            "real": self._terms.getRealSort(),
        }
        self._variables = {
            name: self._terms.mkConst(made[sort], f"v{at}") for at, (name, sort) in enumerate(asked.sorts.items())
        }
        self._regexes: dict[Regex, Untyped] = {}

    def answered(self) -> Answer:
        formulas = [self._formula(formula) for formula in self._asked.formulas]
        valuations = self._asked.valuations
        if valuations is not None:
            truths = (tuple(self._truth(formula, values) for values in valuations) for formula in formulas)
            return Answer("values", truths=tuple(truths))
        for formula in formulas:
            self._solver.assertFormula(formula)
        result = self._solver.checkSat()
        if result.isUnsat():
            return Answer("unsat")
        if not result.isSat():
            return Answer("unknown", reason=f"cvc5 gave up ({result.getUnknownExplanation()})")
        return Answer("sat", found=self._model())

    def _model(self) -> Valuation:
        flags: dict[str, bool] = {}
        texts: dict[str, str] = {}
        numbers: dict[str, str] = {}
        for name, sort in self._asked.sorts.items():
            value = self._solver.getValue(self._variables[name])
            if sort == "flag":
                flags[name] = bool(value.getBooleanValue())
            elif sort == "text":
                texts[name] = str(value.getStringValue())
            else:
                numbers[name] = str(Fraction(value.getRealValue()) if sort == "real" else value.getIntegerValue())
        return Valuation(flags, texts, numbers)

    def _truth(self, formula: Untyped, values: Valuation) -> bool:
        names, constants = list[Untyped](), list[Untyped]()
        for name, sort in self._asked.sorts.items():
            names.append(self._variables[name])
            constants.append(self._constant(name, sort, values))
        found = self._solver.simplify(formula.substitute(names, constants) if names else formula)
        return bool(found.getBooleanValue())

    def _constant(self, name: str, sort: str, values: Valuation) -> Untyped:
        if sort == "flag":
            return self._terms.mkBoolean(values.flags.get(name, False))
        if sort == "text":
            return self._text(values.texts.get(name, ""))
        number = values.number(name)
        return self._terms.mkInteger(str(int(number))) if sort == "integer" else self._real(number)

    def _real(self, number: Fraction) -> Untyped:
        return self._terms.mkReal(f"{number.numerator}/{number.denominator}")

    def _text(self, text: str) -> Untyped:
        return self._terms.mkString("".join(f"\\u{{{ord(letter):x}}}" for letter in text), True)  # noqa: FBT003 - it takes no keywords

    def _formula(self, formula: Formula) -> Untyped:  # noqa: PLR0911 - one case a variant
        match formula:
            case All(parts=parts) | Any(parts=parts):
                every = isinstance(formula, All)
                if len(parts) < 2:
                    return self._formula(parts[0]) if parts else self._terms.mkBoolean(every)
                return self._terms.mkTerm(Kind.AND if every else Kind.OR, *map(self._formula, parts))
            case No(part=part):
                return self._formula(part).notTerm()
            case Flag(name=name):
                return self._variables[name]
            case Inside(text=text, regex=regex):
                return self._terms.mkTerm(Kind.STRING_IN_REGEXP, self._variables[text], self._regex(regex))
            case Same(left=left, right=right):
                return self._terms.mkTerm(Kind.EQUAL, self._variables[left], self._variables[right])
            case Linear():
                return self._linear(formula)

    def _linear(self, line: Linear) -> Untyped:
        parts: list[Untyped] = []
        for factor, name in line.terms:
            variable = self._variables[name.removeprefix("#")]
            if name.startswith("#"):
                variable = self._terms.mkTerm(Kind.STRING_LENGTH, variable)
            if variable.getSort().isInteger():
                variable = self._terms.mkTerm(Kind.TO_REAL, variable)
            parts.append(self._terms.mkTerm(Kind.MULT, self._terms.mkReal(factor), variable))
        total = self._terms.mkTerm(Kind.ADD, *parts) if len(parts) > 1 else parts[0]
        kind = {"<": Kind.LT, "<=": Kind.LEQ, "==": Kind.EQUAL}[line.sign]
        return self._terms.mkTerm(kind, total, self._terms.mkReal(line.bound))

    def _regex(self, regex: Regex) -> Untyped:
        if regex not in self._regexes:
            self._regexes[regex] = self._built(regex)
        return self._regexes[regex]

    def _built(self, regex: Regex) -> Untyped:
        make = self._terms.mkTerm
        match regex:
            case Chars(charset=charset):
                if charset == ((0, 0x10FFFF),):
                    return make(Kind.REGEXP_ALLCHAR)
                parts = [
                    make(Kind.REGEXP_RANGE, self._text(chr(low)), self._text(chr(min(high, _HIGHEST))))
                    for low, high in charset
                    if low <= _HIGHEST
                ]
                return self._joined(Kind.REGEXP_UNION, parts, make(Kind.REGEXP_NONE))
            case Concat(parts=inner):
                empty = make(Kind.STRING_TO_REGEXP, self._text(""))
                return self._joined(Kind.REGEXP_CONCAT, [self._regex(part) for part in inner], empty)
            case Union(options=options):
                return self._joined(Kind.REGEXP_UNION, [self._regex(part) for part in options], make(Kind.REGEXP_NONE))
            case Repeat(body=body, low=low, high=high):
                one = self._regex(body)
                if high is not None:
                    return make(self._terms.mkOp(Kind.REGEXP_LOOP, low, high), one)
                star = make(Kind.REGEXP_STAR, one)
                return (
                    star
                    if low == 0
                    else make(Kind.REGEXP_CONCAT, make(self._terms.mkOp(Kind.REGEXP_LOOP, low, low), one), star)
                )

    def _joined(self, kind: Untyped, parts: list[Untyped], empty: Untyped) -> Untyped:
        return self._terms.mkTerm(kind, *parts) if len(parts) > 1 else parts[0] if parts else empty
