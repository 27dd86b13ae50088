# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportAttributeAccessIssue=false
"""Formulas in Z3; this file alone touches its untyped interface."""

import re
from fractions import Fraction
from typing import Any as Untyped

import msgspec
import z3

from solon.verify.requests.formula import All, Any, Flag, Formula, Inside, Linear, No, Same, Valuation
from solon.verify.requests.smt import Answer, Asked
from solon.verify.strings.regex import Chars, Concat, Regex, Repeat, Union

_HIGHEST = 0x2FFFF
_ESCAPE = re.compile(r"\\u\{([0-9a-fA-F]+)\}")


def answer(payload: bytes) -> bytes:
    """Answer one question; see ``solon.verify.limited.call``."""
    asked = msgspec.json.decode(payload, type=Asked)
    return msgspec.json.encode(_Builder(asked).answered())


class _Builder:
    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        made = {"flag": z3.Bool, "text": z3.String, "integer": z3.Int, "real": z3.Real}
        self._variables = {name: made[sort](f"v{at}") for at, (name, sort) in enumerate(asked.sorts.items())}
        self._regexes: dict[Regex, Untyped] = {}

    def answered(self) -> Answer:
        formulas = [self._formula(formula) for formula in self._asked.formulas]
        valuations = self._asked.valuations
        if valuations is not None:
            truths = (tuple(self._truth(formula, values) for values in valuations) for formula in formulas)
            return Answer("values", truths=tuple(truths))
        solver = z3.Solver()
        solver.add(*formulas)
        result = solver.check()
        if result == z3.unsat:
            return Answer("unsat")
        if result != z3.sat:
            return Answer("unknown", reason=f"Z3 gave up ({solver.reason_unknown()})")
        return Answer("sat", found=self._model(solver.model()))

    def _model(self, model: Untyped) -> Valuation:
        flags: dict[str, bool] = {}
        texts: dict[str, str] = {}
        numbers: dict[str, str] = {}
        for name, sort in self._asked.sorts.items():
            value = model.eval(self._variables[name], model_completion=True)
            if sort == "flag":
                flags[name] = z3.is_true(value)
            elif sort == "text":
                texts[name] = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), value.as_string())
            else:
                numbers[name] = str(Fraction(str(value)))
        return Valuation(flags, texts, numbers)

    def _truth(self, formula: Untyped, values: Valuation) -> bool:
        pairs = [
            (self._variables[name], self._constant(name, sort, values)) for name, sort in self._asked.sorts.items()
        ]
        found = z3.simplify(z3.substitute(formula, *pairs) if pairs else formula)
        if z3.is_true(found) or z3.is_false(found):
            return z3.is_true(found)
        solver = z3.Solver()
        solver.add(found)
        return solver.check() == z3.sat

    def _constant(self, name: str, sort: str, values: Valuation) -> Untyped:
        if sort == "flag":
            return z3.BoolVal(values.flags.get(name, False))
        if sort == "text":
            return _text(values.texts.get(name, ""))
        number = values.number(name)
        return z3.IntVal(int(number)) if sort == "integer" else z3.RealVal(str(number))

    def _formula(self, formula: Formula) -> Untyped:  # noqa: PLR0911 - one case a variant
        match formula:
            case All(parts=parts):
                return z3.And(*map(self._formula, parts))
            case Any(parts=parts):
                return z3.Or(*map(self._formula, parts))
            case No(part=part):
                return z3.Not(self._formula(part))
            case Flag(name=name):
                return self._variables[name]
            case Inside(text=text, regex=regex):
                return z3.InRe(self._variables[text], self._regex(regex))
            case Same(left=left, right=right):
                return self._variables[left] == self._variables[right]
            case Linear():
                return self._linear(formula)

    def _linear(self, line: Linear) -> Untyped:
        total: Untyped = 0
        for factor, name in line.terms:
            variable = self._variables[name.removeprefix("#")]
            total = total + z3.RealVal(factor) * _real(z3.Length(variable) if name.startswith("#") else variable)
        bound = z3.RealVal(line.bound)
        return {"<": total < bound, "<=": total <= bound, "==": total == bound}[line.sign]

    def _regex(self, regex: Regex) -> Untyped:
        if regex not in self._regexes:
            self._regexes[regex] = self._built(regex)
        return self._regexes[regex]

    def _built(self, regex: Regex) -> Untyped:
        nothing = z3.Empty(z3.ReSort(z3.StringSort()))
        match regex:
            case Chars(charset=charset):
                if charset == ((0, 0x10FFFF),):
                    return z3.AllChar(z3.ReSort(z3.StringSort()))
                parts = [
                    z3.Range(_text(chr(low)), _text(chr(min(high, _HIGHEST))))
                    for low, high in charset
                    if low <= _HIGHEST
                ]
                return z3.Union(*parts) if len(parts) > 1 else parts[0] if parts else nothing
            case Concat(parts=inner):
                parts = [self._regex(part) for part in inner]
                return z3.Concat(*parts) if len(parts) > 1 else parts[0] if parts else z3.Re("")
            case Union(options=options):
                parts = [self._regex(part) for part in options]
                return z3.Union(*parts) if len(parts) > 1 else parts[0] if parts else nothing
            case Repeat(body=body, low=low, high=high):
                one = self._regex(body)
                if high is not None:
                    return z3.Loop(one, low, high) if high else z3.Re("")
                return z3.Star(one) if low == 0 else z3.Concat(z3.Loop(one, low, low), z3.Star(one))


def _real(term: Untyped) -> Untyped:
    return z3.ToReal(term) if z3.is_int(term) else term


def _text(text: str) -> Untyped:
    return z3.StringVal("".join(f"\\u{{{ord(letter):x}}}" for letter in text))
