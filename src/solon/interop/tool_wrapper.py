"""Guarded Python functions: what an agent calls in place of a tool decides first, in the same process.

gate = Gate(policy, "Pay the rent to GB29NWBK60161331926819.")
pay = guarded_tool(pay, gate)
"""

import functools
import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import ParamSpec, TypeVar, cast

import msgspec

from solon.interop.guard_gate import Gate, Ruling
from solon.tasks.guard.tools.calls import Call, Json

Inputs = ParamSpec("Inputs")
Output = TypeVar("Output")


class Blocked(Exception):
    """Raised in place of a call that the policy does not allow; the message is meant for the agent."""


def guarded_tool(
    function: Callable[Inputs, Output], gate: Gate, *, name: str | None = None
) -> Callable[Inputs, Output]:
    """Return a function that asks a gate before it runs, and then runs on exactly what the gate allowed.

    Arguments and result must be JSON-like data; coroutine functions are awaited. A substitute that names another tool
    is blocked: only the function itself can run here. The wrapper raises Blocked.
    """
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise TypeError(f"{function.__name__} yields its result bit by bit; return it whole")
    call = _Guarded(inspect.signature(function), gate, name or function.__name__)
    plain = cast("Callable[..., Output]", function)  # the gate keeps the names of the arguments, not their types

    if inspect.iscoroutinefunction(function):

        async def later(*args: object, **kwargs: object) -> object:
            ruling, bound = call.allowed(args, kwargs)
            try:
                result = await cast("Awaitable[object]", plain(*bound.args, **bound.kwargs))
            except Exception as error:
                gate.report(ruling, None, error=type(error).__name__)
                raise
            return call.noted(ruling, result)

        return cast("Callable[Inputs, Output]", call.dressed(function, later))

    def now(*args: object, **kwargs: object) -> object:
        ruling, bound = call.allowed(args, kwargs)
        try:
            result = plain(*bound.args, **bound.kwargs)
        except Exception as error:
            gate.report(ruling, None, error=type(error).__name__)
            raise
        return call.noted(ruling, result)

    return cast("Callable[Inputs, Output]", call.dressed(function, now))


class _Guarded:
    """What stands before and after one function."""

    def __init__(self, signature: inspect.Signature, gate: Gate, tool: str) -> None:
        self._signature, self._gate, self._tool = signature, gate, tool

    def allowed(self, args: Sequence[object], kwargs: Mapping[str, object]) -> tuple[Ruling, inspect.BoundArguments]:
        """Return the arguments that the gate allows. Raises Blocked."""
        bound = self._signature.bind(*args, **kwargs)
        ruling = self._gate.judge(Call(self._tool, {key: _json(value) for key, value in bound.arguments.items()}))
        if ruling.call is None or ruling.call.tool != self._tool:
            self._gate.report(ruling, None, error="not run")
            raise Blocked(ruling.message or f"The call of {self._tool} is blocked.")
        unknown = sorted(set(ruling.call.arguments) - set(self._signature.parameters))
        if unknown:
            self._gate.report(ruling, None, error="not run")
            raise Blocked(f"The policy sets {unknown[0]}, which {self._tool} does not take, so the call is blocked.")
        bound.arguments.clear()
        bound.arguments.update(ruling.call.arguments)
        return ruling, bound

    def noted(self, ruling: Ruling, result: object) -> object:
        """Return a result that the gate took note of. Raises Blocked if it could not, TypeError for what is no data."""
        try:
            data = _json(result)
        except (TypeError, RecursionError):
            self._gate.report(ruling, None)
            raise TypeError(f"{self._tool} returned what is no JSON-like data; return texts, numbers, lists") from None
        told = self._gate.report(ruling, data)
        if told:
            raise Blocked(told)
        return result

    def dressed(self, function: Callable[..., object], guarded: Callable[..., object]) -> Callable[..., object]:
        """Return a wrapper that looks like the function and does not lead to it."""
        functools.update_wrapper(guarded, function)
        del guarded.__wrapped__  # pyright: ignore[reportFunctionMemberAccess]  # set by update_wrapper
        guarded.__signature__ = self._signature  # pyright: ignore[reportFunctionMemberAccess]  # read by inspect
        return guarded


def _json(value: object) -> Json:
    return cast("Json", msgspec.to_builtins(value))
