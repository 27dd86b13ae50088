"""Nagini as an optional back end, for policies over whole numbers, truth values and equality of texts.

It lives in an environment of its own, because it pins old versions; the variable SOLON_NAGINI names the Python there.
It knows almost nothing of texts and wants permissions for lists, so both are refused by name.
"""

import ast
import os
import re
import tempfile
from pathlib import Path as Folder
from typing import Final

from solon.contract import InfrastructureError, Proved, Refuted, Unknown, Verdict
from solon.tasks.guard.verified.emission import Conditions, Named, NotEmitted, Programs, Tongue, function_of
from solon.tasks.guard.verified.problems import Problem
from solon.verify.limited import Finished, Limits, run
from solon.verify.requests.expression import Path
from solon.verify.requests.meaning import always
from solon.verify.requests.rewrite import replaced
from solon.verify.requests.schema import Number
from solon.verify.requests.syntax import read

VARIABLE: Final = "SOLON_NAGINI"
_HEAD: Final = "from typing import Optional\n\nfrom nagini_contracts.contracts import *\n\n\n"
_TYPES: Final = {"int": "int", "text": "str", "truth": "bool"}


class _Nagini(Tongue):
    prover = "Nagini"
    both, either, negated = " and ", " or ", "not "
    truths = ("False", "True")

    def there(self, value: Named) -> str:
        return f"({value.name} is not None)"

    def inside(self, value: Named) -> str:
        return value.name

    def text(self, value: str) -> str:
        return repr(value)

    def number(self, value: float, *, real: bool) -> str:
        if real:
            raise NotEmitted("Nagini is given no number that may not be whole")
        return f"({value})" if value < 0 else str(int(value))

    def length(self, value: str) -> str:
        raise NotEmitted(f"Nagini is given no len({value})")


def emit(problem: Problem, source: str) -> str:
    """Return the file in which each sentence, completeness and the invariant are postconditions. Raises NotEmitted."""
    tongue = _Nagini()
    fields = problem.parameters.fields
    names = {name: Named.of(name, field, optional=not always(field), prefix="a_") for name, field in fields.items()}
    for named in names.values():
        if named.sort not in _TYPES:
            raise NotEmitted(f"Nagini is given no parameter like {named.name.removeprefix('a_')}, a {named.sort}")
    conditions = Conditions(tongue, {path: names[name] for name, path in problem.places.items()})
    sentences = {name: conditions.write(sentence) for name, sentence in problem.conditions.items()}
    function, constants = function_of(source)
    if {each.arg for each in function.args.args} != set(names):
        raise NotEmitted(f"the parameters must be {', '.join(names)}")
    declared = ", ".join(f"{each.name}: {_type(each)}" for each in names.values())
    lines = [f"def policy({declared}) -> bool:"]
    for name, field in fields.items():
        if isinstance(field.shape, Number):
            given = f"{names[name].name} is None or " if names[name].optional else ""
            ends = ((field.shape.least, ">="), (field.shape.most, "<="))
            bounds = [
                f"{names[name].name} {sign} {tongue.number(end, real=False)}" for end, sign in ends if end is not None
            ]
            lines += [f"    Requires({given}{bound})" for bound in bounds]
    lines += [f"    Ensures(Implies(Result(), {text}))  # {name}" for name, text in sentences.items()]
    lines.append(f"    Ensures(Implies({tongue.join(list(sentences.values()), every=True)}, Result()))  # blocked")
    if problem.updates:
        invariant = read(problem.invariant)
        after = replaced(invariant, {Path("st", (name,)): read(value) for name, value in problem.updates.items()})
        kept = f"Implies(Result() and {conditions.write(invariant)}, {conditions.write(after)})"
        lines.append(f"    Ensures({kept})  # invariant")
    lines += _block(Programs(tongue, names, constants), function.body, 1)
    return _HEAD + "\n".join([*lines, "    return False", ""])


def _type(named: Named) -> str:
    plain = _TYPES[named.sort]
    return f"Optional[{plain}]" if named.optional else plain


def _block(program: Programs, body: list[ast.stmt], depth: int) -> list[str]:
    pad = "    " * depth
    lines: list[str] = []
    for statement in body:
        match statement:
            case ast.Return(value=ast.expr() as value):
                lines.append(f"{pad}return {program.truth(value)}")
            case ast.If(test=test, body=inner, orelse=orelse):
                lines += [f"{pad}if {program.truth(test)}:", *_block(program, inner, depth + 1)]
                lines += [f"{pad}else:", *_block(program, orelse, depth + 1)] if orelse else []
            case ast.Pass() | ast.Expr(value=ast.Constant()):
                lines.append(f"{pad}pass")
            case _:
                first = ast.unparse(statement).splitlines()[0]
                raise NotEmitted(f"Nagini is given no {first!r} (line {statement.lineno})")
    return lines


# Running it


def environment() -> str:
    """Return the Python of Nagini's environment; "" if the variable names none that is there."""
    found = os.environ.get(VARIABLE, "")
    return found if found and Folder(found).exists() and (Folder(found).parent / "nagini").exists() else ""


def verify(text: str, seconds: float = 180.0) -> Verdict:
    """Return what Nagini says of a file. Raises InfrastructureError without Nagini."""
    python = environment()
    if not python:
        raise InfrastructureError(
            f"Nagini is not installed; set {VARIABLE} to the Python of an environment that has it, or leave it out"
        )
    binaries = Folder(python).parent
    with tempfile.TemporaryDirectory() as name:
        (Folder(name) / "policy.py").write_text(text, encoding="utf-8")
        path = f"PATH={binaries}{os.pathsep}{os.environ.get('PATH', '')}"
        command = ["/usr/bin/env", path, str(binaries / "nagini"), "policy.py"]
        reply = run(command, Folder(name), Limits(seconds=seconds, megabytes=32768))
    if not isinstance(reply, Finished):
        return Unknown(f"Nagini: {reply.message}")
    return judged(reply.reply.decode(errors="replace"), text)


def judged(said: str, text: str) -> Verdict:
    """Return the verdict in what Nagini wrote on a file; anything but a clean end proves nothing."""
    if re.search(r"^Verification successful$", said, re.MULTILINE) and "Verification failed" not in said:
        return Proved("Nagini")
    failed = [line for line in said.splitlines() if "might not hold" in line]
    if "Verification failed" not in said or not failed or not all("Postcondition" in line for line in failed):
        return Unknown(f"Nagini: {(failed or said.strip().splitlines() or ['no verdict'])[0][:200]}")
    lines = text.splitlines()
    places = [int(at) for line in failed for at in re.findall(r"policy\.py@(\d+)", line)]
    marks = [lines[at - 1].partition("  # ")[2] for at in places if 0 < at <= len(lines)]
    return Refuted(f"Nagini: {', '.join(dict.fromkeys(filter(None, marks))) or 'a postcondition'} might not hold")


def prove(problem: Problem, source: str, seconds: float = 180.0) -> Verdict:
    """Return Nagini's verdict on a policy; Unknown names the construct that it is not given."""
    try:
        return verify(emit(problem, source), seconds)
    except NotEmitted as error:
        return Unknown(f"Nagini was not asked: {error}")
