"""Checking a task's options against the signature of its factory, before it is called."""

import inspect
from collections.abc import Callable, Mapping

_KINDS: dict[object, tuple[tuple[type, ...], str]] = {
    bool: ((bool,), "true or false"),
    int: ((int,), "a whole number"),
    float: ((int, float), "a number"),
    str: ((str,), "a text"),
}


def signature_of(name: str, factory: Callable[..., object]) -> inspect.Signature:
    """Return what a factory takes. Raises ValueError for a callable that does not tell, as some built-in ones."""
    try:
        return inspect.signature(factory)
    except (TypeError, ValueError):
        raise ValueError(f"{name!r} is no factory of tasks; name a function or class that returns a Task") from None


def check_values(name: str, signature: inspect.Signature, options: Mapping[str, object]) -> None:
    """Raise ValueError unless the factory can be called so and each value has the kind that is declared."""
    for option, value in options.items():
        parameter = signature.parameters.get(option)
        declared = _declared(parameter.annotation) if parameter is not None else None
        if declared is None:
            continue
        kinds, words = _KINDS[declared]
        if not isinstance(value, kinds) or (isinstance(value, bool) and declared is not bool):
            default = parameter.default if parameter is not None else None
            example = f"; the default is {option}={default}" if isinstance(default, str | int | float) else ""
            raise ValueError(f"option {option} of {name!r} must be {words}, got {value!r}{example}")
    try:
        signature.bind(**options)
    except TypeError as error:
        raise ValueError(f"{name!r} cannot be called with these options: {error}; see its signature") from None


def _declared(annotation: object) -> type | None:
    """Return the simple type that an annotation names, if it names one, also as a text."""
    return next((kind for kind in (bool, int, float, str) if annotation in (kind, kind.__name__)), None)
