"""Texts about what a program raised or returned, fit for UTF-8 although its own ``__str__`` may do anything."""

import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Final

SUMMARY_CHARACTERS: Final = 400
TRACE_CHARACTERS: Final = 4000
VALUE_CHARACTERS: Final = 80
_PACKAGE: Final = str(Path(__file__).parents[1])
_SANDBOX: Final = str(Path(__file__).parent)


def summary(error: BaseException) -> str:
    """Return an error's type and its own words, shortened in the middle."""
    return _guarded(lambda: shorten(f"{type(error).__name__}: {error}".removesuffix(": "), SUMMARY_CHARACTERS))


def trace(error: BaseException) -> str:
    """Return an error's traceback, shortened in the middle, without the frames of ours that led to the program.

    Frames of ours that the program called are kept, but for those of its loader.
    """
    return _guarded(lambda: shorten(_traceback(error), TRACE_CHARACTERS))


def show(value: object) -> str:
    """Return a value as code, shortened, with its type."""
    return _guarded(lambda: f"{repr(value)[:VALUE_CHARACTERS]} of type {type(value).__name__}")


def shorten(text: str, characters: int) -> str:
    """Return a text with its middle left out when it is too long."""
    if len(text) <= characters:
        return text
    half = (characters - 5) // 2
    return f"{text[:half]}\n...\n{text[-half:]}"


def _traceback(error: BaseException) -> str:
    # lines are looked up after our frames have gone: in the jail no file of ours can be read
    described = traceback.TracebackException(type(error), error, error.__traceback__, lookup_lines=False, compact=True)
    frames = described.stack
    while frames and frames[0].filename.startswith(_PACKAGE):
        del frames[0]
    waiting = [described]
    while waiting:
        each = waiting.pop()
        each.stack[:] = [frame for frame in each.stack if not frame.filename.startswith(_SANDBOX)]
        linked = (each.__cause__, each.__context__, *(each.exceptions or ()))
        waiting += [other for other in linked if other is not None]
    return "".join(described.format())


def _guarded(describe: Callable[[], str]) -> str:
    try:
        return describe().encode("utf-8", "replace").decode()
    except BaseException:  # noqa: BLE001 - it runs the program's __str__, __repr__ and the like
        return "something that cannot be shown"
