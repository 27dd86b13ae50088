"""The jail: runs programs where they can touch nothing but the bytes they were sent. Knows no task.

Levels, best first: A full, B no-namespaces, C wasm, D process, none. Guests live in the worker: a module with
``prepare(setup)`` and ``begin(prepared, program, episode, note)``; ``solon.sandbox.call`` is the general one.
"""

from solon.sandbox.levels import WARNINGS, Isolation, Level, addresses_are_fixed, pin_to_core, survey
from solon.sandbox.limits import Limits
from solon.sandbox.local import LocalJail

__all__ = ["WARNINGS", "Isolation", "Level", "Limits", "LocalJail", "addresses_are_fixed", "pin_to_core", "survey"]
