"""Property tests from a contract: Hypothesis draws requests, runs the policy and shrinks what breaks a sentence.

The file that is run has the policy, the contract and a strategy for each parameter: values at the edges of the
sentences, texts that they name, texts that match their patterns, and anything of the type. As with CrossHair, what is
found counts only after the evaluator has seen it, and that nothing is found says nothing.
"""

import importlib.util
import re
import sys
import tempfile
from pathlib import Path as Folder
from typing import Final

from solon.contract import InfrastructureError, Refuted, Unknown
from solon.tasks.guard.verified import crosshair
from solon.tasks.guard.verified.frontend import NotCompiled
from solon.tasks.guard.verified.obligations import compiled
from solon.tasks.guard.verified.problems import Problem
from solon.tasks.guard.verified.sampling import edges_of
from solon.verify.limited import Finished, Limits, run
from solon.verify.requests.expression import Matches, walk
from solon.verify.requests.schema import Field, Items, Number, Shape, Text, Truth

EXAMPLES: Final = 1000
_TEST: Final = """

from hypothesis import given, settings
from hypothesis import strategies as st


@settings(max_examples={examples}, derandomize=True, database=None, deadline=None)
@given({strategies})
def test(**values):
    global last
    last = values
    assert contract(**values)


try:
    test()
except AssertionError:
    print("FOUND contract(" + ", ".join(f"{{name}}={{value!r}}" for name, value in last.items()) + ")")
"""


def installed() -> bool:
    """Return whether Hypothesis is there."""
    return importlib.util.find_spec("hypothesis") is not None


def emit(problem: Problem, source: str, examples: int = EXAMPLES) -> str:
    """Return a file that tests a policy against its contract and prints the smallest request that breaks it."""
    drawn = ", ".join(f"{name}={_optional(field, name, problem)}" for name, field in problem.parameters.fields.items())
    return crosshair.emit(problem, source) + _TEST.format(examples=examples, strategies=drawn)


def refute(problem: Problem, source: str, examples: int = EXAMPLES) -> Refuted | Unknown:
    """Look for a request that is allowed and breaks a sentence. Raises InfrastructureError without Hypothesis."""
    if not installed():
        raise InfrastructureError("Hypothesis is not installed; run: pip install 'solon[verify]'")
    try:
        compiled(problem, source)  # nothing else is run outside the jail
    except NotCompiled as error:
        return Unknown(f"the front end does not take the policy: {error}")
    with tempfile.TemporaryDirectory() as name:
        (Folder(name) / "emitted.py").write_text(emit(problem, source, examples), encoding="utf-8")
        reply = run([sys.executable, "emitted.py"], Folder(name), Limits(seconds=120, megabytes=4096))
    if not isinstance(reply, Finished):
        return Unknown(f"Hypothesis: {reply.message}")
    found = re.search(r"^FOUND (contract\(.*\))$", reply.reply.decode(errors="replace"), re.MULTILINE)
    told = crosshair.confirmed(problem, source, found[1]) if found else ""
    if told:
        return Refuted(f"Hypothesis: {told}")
    if reply.status:
        return Unknown(f"Hypothesis ended with an error: {reply.said.strip().splitlines()[-1:]}")
    return Unknown(f"Hypothesis found nothing in {examples} requests that the evaluator confirms")


def _optional(field: Field, name: str, problem: Problem) -> str:
    plain = _strategy(field.shape, name, problem)
    return plain if field.required or field.defaulted else f"st.none() | {plain}"


def _strategy(shape: Shape, name: str, problem: Problem) -> str:
    parts = list(walk(problem.due))
    match shape:
        case Truth():
            return "st.booleans()"
        case Items(item=item):
            return f"st.lists({_strategy(item, name, problem)}, max_size=10)"
        case Number(whole=whole, least=least, most=most):
            low, high = (least, most) if least is not None and most is not None else (-(2**31), 2**31)
            kept = [it for it in edges_of(problem).get(name, []) if low <= it <= high] or [low]
            return f"st.sampled_from({kept}) | st.{'integers' if whole else 'floats'}({low}, {high})"
        case Text(choices=choices) if choices:
            return f"st.sampled_from({choices!r})"
        case Text():
            patterns = [it.pattern for it in parts if isinstance(it, Matches) and it.kind == "fullmatch"]
            drawn = [f"st.from_regex({it!r}, fullmatch=True)" for it in dict.fromkeys(patterns)]
            near = [f"{it}.map(lambda text: text + 'x')" for it in drawn]
            return " | ".join([f"st.sampled_from({problem.values.get(name, ('',))!r})", *drawn, *near, "st.text()"])
        case _:
            return "st.none()"
