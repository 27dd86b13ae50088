"""Guarded Python functions: what an agent calls in place of a tool decides first, in the same process.

gate = Gate(policy, "Pay the rent to GB29NWBK60161331926819.")
pay = guarded_tool(pay, gate)
"""

import functools
import inspect
from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import msgspec

from solon.interop.guard_gate import Gate
from solon.tasks.guard.tools.calls import Call, Json

Inputs = ParamSpec("Inputs")
Output = TypeVar("Output")


class Blocked(Exception):
    """Raised in place of a call that the policy does not allow; the message is meant for the agent."""


def guarded_tool(
    function: Callable[Inputs, Output], gate: Gate, *, name: str | None = None
) -> Callable[Inputs, Output]:
    """Return a function that asks a gate before it runs, and then runs on exactly what the gate allowed.

    Arguments and result must be JSON-like data. A substitute that names another tool is blocked: only the function
    itself can run here. The wrapper raises Blocked.
    """
    signature = inspect.signature(function)
    tool = name or function.__name__
    plain = cast("Callable[..., Output]", function)  # the gate keeps the names of the arguments, not their types

    @functools.wraps(function)
    def wrapped(*args: Inputs.args, **kwargs: Inputs.kwargs) -> Output:
        bound = signature.bind(*args, **kwargs)
        ruling = gate.judge(Call(tool, {key: _json(value) for key, value in bound.arguments.items()}))
        if ruling.call is None or ruling.call.tool != tool:
            raise Blocked(ruling.message or f"The call of {tool} is blocked.")
        bound.arguments.clear()
        bound.arguments.update(ruling.call.arguments)
        try:
            result = plain(*bound.args, **bound.kwargs)
        except Exception as error:
            gate.report(ruling, None, error=type(error).__name__)
            raise
        gate.report(ruling, _json(result))
        return result

    return wrapped


def _json(value: object) -> Json:
    return cast("Json", msgspec.to_builtins(value))
