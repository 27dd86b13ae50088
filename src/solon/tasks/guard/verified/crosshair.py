"""CrossHair as an optional back end: it looks for inputs that refute a contract, and never proves one here.

The policy and its sentences go into a file of their own; what CrossHair finds counts only after our evaluator has seen
it. That it finds nothing within its time says nothing.
"""

import ast
import re
import shutil
import tempfile
from pathlib import Path as Folder
from typing import Final, cast

from solon.contract import InfrastructureError, Refuted, Unknown
from solon.tasks.guard.verified.frontend import NotCompiled
from solon.tasks.guard.verified.obligations import compiled
from solon.tasks.guard.verified.problems import Problem
from solon.tasks.guard.verified.specification import python
from solon.verify.limited import Finished, Limits, run
from solon.verify.requests.evaluate import evaluate
from solon.verify.requests.request import Json, Request, shown
from solon.verify.requests.schema import Field, Items, Malformed, Number, Shape, Text, Truth, canonical

COMMAND: Final = "crosshair"
_PRELUDE: Final = """\
import fnmatch
import re
from typing import Optional


def fullmatch(text: str, pattern: str) -> bool:
    return re.fullmatch(pattern, text, re.DOTALL) is not None


def glob(text: str, pattern: str) -> bool:
    return fullmatch(text, "".join(".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern))


def starts(text: str, part: str) -> bool:
    return text.startswith(part)


def ends(text: str, part: str) -> bool:
    return text.endswith(part)

"""


def installed() -> bool:
    """Return whether CrossHair's command is there."""
    return shutil.which(COMMAND) is not None


def emit(problem: Problem, source: str) -> str:
    """Return a file in which the contract is a function that must always return True."""
    parameters = ", ".join(f"{name}: {_annotation(field)}" for name, field in problem.parameters.fields.items())
    names = ", ".join(problem.parameters.fields)
    due = python(problem.due)
    return (
        f"{_PRELUDE}\n{source}\n\ndef contract({parameters}) -> bool:\n"
        f'    """\n    post: __return__\n    """\n'
        f"    try:\n        allowed = policy({names}) is True\n    except Exception:\n        allowed = False\n"
        f"    return not allowed or {due}\n"
    )


def refute(problem: Problem, source: str, seconds: float = 20.0, command: str = COMMAND) -> Refuted | Unknown:
    """Look for a request that is allowed and breaks a sentence. Raises InfrastructureError without CrossHair."""
    if shutil.which(command) is None:
        raise InfrastructureError("CrossHair is not installed; run: pip install crosshair-tool")
    with tempfile.TemporaryDirectory() as name:
        folder = Folder(name)
        (folder / "emitted.py").write_text(emit(problem, source), encoding="utf-8")
        arguments = [command, "check", "emitted.py", "--per_condition_timeout", f"{seconds:g}"]
        reply = run(arguments, folder, Limits(seconds=2 * seconds + 30, megabytes=8192))
    if not isinstance(reply, Finished):
        return Unknown(f"CrossHair: {reply.message}")
    said = reply.reply.decode(errors="replace")
    for found in re.findall(r"when calling (contract\(.*?\))(?: \(which .*\))?$", said, re.MULTILINE):
        told = confirmed(problem, source, found)
        if told:
            return Refuted(f"CrossHair: {told}")
    return Unknown(f"CrossHair found nothing in {seconds:g} s that the evaluator confirms")


def confirmed(problem: Problem, source: str, call: str) -> str:
    """Return which sentences a call as it is written in Python breaks although the policy allows it; "" for none."""
    request = _request(problem, call)
    if request is None:
        return ""
    try:
        condition = compiled(problem, source)
        canonical(problem.scope.tool, request.arguments)  # no call in another form reaches a policy
    except (NotCompiled, Malformed):
        return ""
    broken = [name for name, each in problem.conditions.items() if evaluate(each, request) is not True]
    if evaluate(condition, request) is not True or not broken:
        return ""
    return f"{', '.join(broken)} might not hold: {shown(request)}"


def _request(problem: Problem, text: str) -> Request | None:
    """Return the request of a call that CrossHair shows, such as ``contract(1, 'x', b=None)``."""
    try:
        call = ast.parse(text, mode="eval").body
        if not isinstance(call, ast.Call):
            return None
        names = list(problem.parameters.fields)
        values = {name: cast("Json", ast.literal_eval(value)) for name, value in zip(names, call.args, strict=False)}
        values |= {str(each.arg): cast("Json", ast.literal_eval(each.value)) for each in call.keywords}
    except (SyntaxError, ValueError):
        return None
    arguments = {name: values[name] for name in problem.scope.tool.parameters.fields if values.get(name) is not None}
    state = {name: values[name] for name in problem.scope.state.fields if values.get(name) is not None}
    return Request(problem.name, arguments, state=state)


def _annotation(field: Field) -> str:
    plain = _type(field.shape)
    return plain if field.required else f"Optional[{plain}]"


def _type(shape: Shape) -> str:
    match shape:
        case Text():
            return "str"
        case Number(whole=whole):
            return "int" if whole else "float"
        case Truth():
            return "bool"
        case Items(item=item):
            return f"list[{_type(item)}]"
        case _:
            return "object"
