"""Dafny as an optional back end: a file with the policy as a method and a postcondition for each sentence.

The syntax is what Dafny 2.3 and Dafny 4 have in common. A failed postcondition is what Dafny could not prove; it comes
without a request, and so is weaker than a counterexample of ours.
"""

import ast
import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path as Folder
from typing import Final

from solon.contract import InfrastructureError, Proved, Refuted, Unknown, Verdict
from solon.tasks.guard.guarded import Contract
from solon.tasks.guard.verified.emission import Body, Conditions, Named, NotEmitted, Programs, Tongue, function_of
from solon.tasks.guard.verified.problems import Problem
from solon.verify.limited import Finished, Limits, run
from solon.verify.requests.expression import TRUE, Expression, Path
from solon.verify.requests.meaning import always
from solon.verify.requests.rewrite import replaced
from solon.verify.requests.schema import Number, Record
from solon.verify.requests.syntax import read
from solon.verify.requests.text import regex_of
from solon.verify.strings.regex import Chars, Concat, Regex, RegexError, Repeat, Union

COMMAND: Final = "dafny"
_OPTION: Final = "datatype Option<T> = None | Some(value: T)\n\n"
_LONGEST: Final = 64  # characters of a pattern of one length
_TYPES: Final = {"int": "int", "real": "real", "text": "string", "truth": "bool"}


class _Dafny(Tongue):
    prover = "Dafny"

    def __init__(self) -> None:
        self._bound = 0

    def there(self, value: Named) -> str:
        return f"{value.name}.Some?"

    def inside(self, value: Named) -> str:
        return f"{value.name}.value"

    def text(self, value: str) -> str:
        if not (value.isascii() and (value.isprintable() or not value)):
            raise NotEmitted(f"the text {value!r} is not of printable ASCII, whose characters all versions read alike")
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'

    def number(self, value: float, *, real: bool) -> str:
        exact = Fraction(value)
        if not real:
            return f"({exact.numerator})" if exact < 0 else str(exact.numerator)
        sign = "-" if exact < 0 else ""
        return f"({sign}{abs(exact.numerator)}.0 / {exact.denominator}.0)"

    def length(self, value: str) -> str:
        return f"|{value}|"

    def form(self, kind: str, value: str, pattern: str) -> str:
        size = f"|{self.text(pattern)}|"
        match kind:
            case "starts":
                return f"({size} <= |{value}| && {value}[..{size}] == {self.text(pattern)})"
            case "ends":
                return f"({size} <= |{value}| && {value}[|{value}| - {size}..] == {self.text(pattern)})"
            case "fullmatch":
                return self._fixed(value, pattern)
            case _:
                return super().form(kind, value, pattern)

    def _fixed(self, value: str, pattern: str) -> str:
        try:
            words = _words(regex_of("fullmatch", pattern))
        except RegexError as error:
            raise NotEmitted(f"the pattern {pattern!r}: {error}") from None
        if words is None:
            raise NotEmitted(f"the pattern {pattern!r} has texts of more than one length, which Dafny is not given")
        letters = [self._letter(f"{value}[{at}]", charset) for at, charset in enumerate(words)]
        return self.join([f"|{value}| == {len(words)}", *letters], every=True)

    def _letter(self, value: str, charset: Chars) -> str:
        parts: list[str] = []
        for low, high in charset.charset:
            if not (low > 0x20 and high < 0x7F):
                raise NotEmitted("a class of characters beyond printable ASCII, which Dafny is not given")
            first, last = (f"'{chr(end)}'" if chr(end) not in "\\'" else f"'\\{chr(end)}'" for end in (low, high))
            parts.append(f"{value} == {first}" if low == high else f"({first} <= {value} <= {last})")
        return self.join(parts, every=False)

    def quantified(self, *, every: bool, value: str, body: Body) -> str:
        self._bound += 1
        index = f"k{self._bound}"
        word, then = ("forall", "==>") if every else ("exists", "&&")
        return f"({word} {index}: int :: 0 <= {index} < |{value}| {then} {body.at(f'{value}[{index}]')})"


def _words(regex: Regex) -> list[Chars] | None:
    """Return the classes of a pattern whose texts all have one length; None if there is no such."""
    match regex:
        case Chars():
            return [regex]
        case Concat(parts=parts):
            inner = [_words(part) for part in parts]
            found = [letter for word in inner if word is not None for letter in word]
            return None if None in inner or len(found) > _LONGEST else found
        case Repeat(body=body, low=low, high=high) if low == high and low <= _LONGEST:
            word = _words(body)
            return None if word is None or len(word) * low > _LONGEST else word * low
        case Union(options=options) if len(options) == 1:
            return _words(options[0])
        case _:
            return None


def emit(problem: Problem, source: str) -> str:
    """Return the file in which each sentence, completeness and the invariant are postconditions. Raises NotEmitted."""
    tongue = _Dafny()
    names = _parameters(problem.parameters)
    places = {path: names[name] for name, path in problem.places.items()}
    conditions = Conditions(tongue, places)
    sentences = {name: conditions.write(sentence) for name, sentence in problem.conditions.items()}
    function, constants = function_of(source)
    if {each.arg for each in function.args.args} != set(names):
        raise NotEmitted(f"the parameters must be {', '.join(names)}")
    lines = [f"method policy({_declared(names.values())}) returns (allowed: bool)"]
    lines += _required(problem.parameters, names)
    lines += [f"  ensures allowed ==> {text}  // {name}" for name, text in sentences.items()]
    lines.append(f"  ensures {tongue.join(list(sentences.values()), every=True)} ==> allowed  // blocked")
    if problem.updates:
        invariant = read(problem.invariant)
        after = replaced(invariant, {Path("st", (name,)): read(value) for name, value in problem.updates.items()})
        kept = f"(allowed && {conditions.write(invariant)}) ==> {conditions.write(after)}"
        lines.append(f"  ensures {kept}  // invariant")
    body = _Statements(tongue, names, constants).block(function.body, 1)
    return _OPTION + "\n".join([*lines, "{", *body, "  return false;", "}", ""])


def emit_guarded(contract: Contract, fallback: Mapping[str, Expression], budget: int, result: str = "{p}") -> str:
    """Return a guarded call: proposals are anything at all, what keeps the contract is returned, else the fallback.

    ``result`` says what is returned for a proposal ``{p}``; anything but the proposal itself is for tests of Dafny.
    Raises NotEmitted.
    """
    tongue = _Dafny()
    given, made = _parameters(contract.inputs), _parameters(contract.outputs, "r_")
    if set(made) != set(fallback) or any(each.optional or each.sort == "list" for each in made.values()):
        raise NotEmitted("each output must be there, and have a fallback")
    inputs = {Path("arg", (name,)): named for name, named in given.items()}
    proposals = {Path("out", (name,)): Named(f"p_{name}", named.sort) for name, named in made.items()}
    outputs = {Path("out", (name,)): named for name, named in made.items()}
    lines = [f"method guarded({_declared(given.values())}) returns ({_declared(made.values())})"]
    lines += _required(contract.inputs, given)
    if contract.before != TRUE:
        lines.append(f"  requires {Conditions(tongue, inputs).write(contract.before)}")
    lines.append(f"  ensures {Conditions(tongue, {**inputs, **outputs}).write(contract.after)}  // contract")
    lines += [f"  ensures {bound}  // range" for bound in _ranges(contract.outputs, made)]
    kept = [Conditions(tongue, {**inputs, **proposals}).write(contract.after)]
    kept += _ranges(contract.outputs, {name: Named(f"p_{name}", each.sort) for name, each in made.items()})
    writer = Conditions(tongue, inputs)
    lines += ["{", "  var tries := 0;", f"  while tries < {budget}", "  {"]
    lines += [f"    var p_{name}: {_TYPES[named.sort]} := *;" for name, named in made.items()]
    returned = ", ".join(result.replace("{p}", f"p_{name}") for name in made)
    lines += [f"    if {tongue.join(kept, every=True)} {{", f"      return {returned};", "    }"]
    lines += ["    tries := tries + 1;", "  }"]
    ends = ", ".join(writer.term(fallback[name], real=named.sort == "real") for name, named in made.items())
    return _OPTION + "\n".join([*lines, f"  return {ends};", "}", ""])


def _parameters(record: Record, prefix: str = "a_") -> dict[str, Named]:
    """Return the fields under names that no keyword and no variable of ours has."""
    fields = record.fields.items()
    return {name: Named.of(name, field, optional=not always(field), prefix=prefix) for name, field in fields}


def _declared(names: Iterable[Named]) -> str:
    return ", ".join(f"{each.name}: {_type(each)}" for each in names)


def _type(named: Named) -> str:
    plain = f"seq<{_type(named.item)}>" if named.item is not None else _TYPES[named.sort]
    return f"Option<{plain}>" if named.optional else plain


def _required(record: Record, names: Mapping[str, Named]) -> list[str]:
    return [f"  requires {bound}" for bound in _ranges(record, names)]


def _ranges(record: Record, names: Mapping[str, Named]) -> list[str]:
    """Return what a record's declaration says of its numbers."""
    tongue = _Dafny()
    found: list[str] = []
    for name, field in record.fields.items():
        if not isinstance(field.shape, Number):
            continue
        named, real = names[name], not field.shape.whole
        value = tongue.inside(named) if named.optional else named.name
        given = f"{tongue.there(named)} ==> " if named.optional else ""
        for end, sign in ((field.shape.least, ">="), (field.shape.most, "<=")):
            if end is not None:
                found.append(f"({given}{value} {sign} {tongue.number(end, real=real)})")
    return found


class _Statements:
    """Writes statements of a policy function."""

    def __init__(self, tongue: _Dafny, names: Mapping[str, Named], constants: Mapping[str, ast.expr]) -> None:
        self._tongue, self._names, self._constants = tongue, names, constants
        self._loops = 0

    def block(self, body: list[ast.stmt], depth: int) -> list[str]:
        return [line for statement in body for line in self._statement(statement, depth)]

    def _statement(self, statement: ast.stmt, depth: int) -> list[str]:
        pad = "  " * depth
        program = Programs(self._tongue, self._names, self._constants)
        match statement:
            case ast.Return(value=ast.expr() as value):
                return [f"{pad}return {program.truth(value)};"]
            case ast.If(test=test, body=body, orelse=orelse):
                lines = [f"{pad}if {program.truth(test)} {{", *self.block(body, depth + 1)]
                rest = [f"{pad}}} else {{", *self.block(orelse, depth + 1)] if orelse else []
                return [*lines, *rest, f"{pad}}}"]
            case ast.For(target=ast.Name(id=name), iter=iterable, body=body, orelse=[]):
                return self._loop(name, program.listed(iterable), body, depth)
            case ast.Pass() | ast.Expr(value=ast.Constant()):
                return []
            case _:
                raise NotEmitted(
                    f"Dafny is given no {ast.unparse(statement).splitlines()[0]!r} (line {statement.lineno})"
                )

    def _loop(self, name: str, listed: Named, body: list[ast.stmt], depth: int) -> list[str]:
        """Write a loop that only leaves the function; that it did not is its invariant."""
        if listed.item is None or name in self._names:
            raise NotEmitted(f"Dafny is given no loop by the name {name}")
        self._loops += 1
        index, pad = f"i{self._loops}", "  " * depth
        value = self._tongue.inside(listed) if listed.optional else listed.name

        def at(place: str) -> dict[str, Named]:
            assert listed.item is not None
            return {**self._names, name: Named(f"{value}[{place}]", listed.item.sort)}

        tests: list[str] = []
        lines: list[str] = []
        for statement in body:
            match statement:
                case ast.If(test=test, body=[ast.Return(value=ast.Constant(value=bool(result)))], orelse=[]):
                    tests.append(Programs(self._tongue, at("j"), self._constants).truth(test))
                    inside = Programs(self._tongue, at(index), self._constants).truth(test)
                    lines.append(f"{pad}  if {inside} {{ return {self._tongue.truths[result]}; }}")
                case _:
                    raise NotEmitted(f"line {statement.lineno}: a loop may only hold: if CONDITION: return a constant")
        left = self._tongue.no(self._tongue.join(tests, every=False))
        return [
            f"{pad}var {index} := 0;",
            f"{pad}while {index} < |{value}|",
            f"{pad}  invariant 0 <= {index} <= |{value}|",
            f"{pad}  invariant forall j: int :: 0 <= j < {index} ==> {left}",
            f"{pad}{{",
            *lines,
            f"{pad}  {index} := {index} + 1;",
            f"{pad}}}",
        ]


# Running it


def installed(command: str = COMMAND) -> bool:
    """Return whether Dafny's command is there."""
    return shutil.which(command) is not None


def verify(text: str, seconds: float = 60.0, command: str = COMMAND) -> Verdict:
    """Return what Dafny says of a file. Raises InfrastructureError without Dafny."""
    if not installed(command):
        raise InfrastructureError("Dafny is not installed; put its command dafny on the PATH, or leave it out")
    with tempfile.TemporaryDirectory() as name:
        folder = Folder(name)
        (folder / "policy.dfy").write_text(text, encoding="utf-8")
        options = ["/nologo", "/compile:0", f"/timeLimit:{max(1, int(seconds))}", "policy.dfy"]
        reply = run([command, *options], folder, Limits(seconds=seconds + 30, megabytes=16384))
    if not isinstance(reply, Finished):
        return Unknown(f"Dafny: {reply.message}")
    return judged(reply.reply.decode(errors="replace"), text)


def judged(said: str, text: str) -> Verdict:
    """Return the verdict in what Dafny wrote on a file; anything but a clean end proves nothing."""
    end = re.search(r"verifier finished with (\d+) verified, (\d+) errors?(.*)", said)
    if end is None:
        first = next((line for line in said.splitlines() if "rror" in line and "Prover" not in line), "no verdict")
        return Unknown(f"Dafny did not finish: {first.strip()[:200]}")
    errors = [line for line in said.splitlines() if re.search(r"\): Error", line)]
    if int(end[1]) > 0 and end[2] == "0" and not errors and not end[3].strip():
        return Proved("Dafny")
    lines = text.splitlines()
    related = [int(at) for at in re.findall(r"\((\d+),\d+\): Related location", said)]
    marks = [lines[at - 1].partition("  // ")[2] for at in related if 0 < at <= len(lines)]
    if errors and all("postcondition" in line for line in errors):
        named = ", ".join(dict.fromkeys(filter(None, marks))) or "a postcondition"
        return Refuted(f"Dafny: {named} might not hold")
    return Unknown(f"Dafny: {errors[0].strip()[:200] if errors else end[0]}")


def prove(problem: Problem, source: str, seconds: float = 60.0, command: str = COMMAND) -> Verdict:
    """Return Dafny's verdict on a policy; Unknown names the construct that it is not given."""
    try:
        return verify(emit(problem, source), seconds, command)
    except NotEmitted as error:
        return Unknown(f"Dafny was not asked: {error}")


__all__ = ["COMMAND", "emit", "emit_guarded", "installed", "judged", "prove", "verify"]
