"""numba behind one door: a friendly error when it is missing, and a cache that notices every change of the sources.

Machine code is kept in ``$NUMBA_CACHE_DIR``, else in the user's cache folder under ``solon``. Each state of this
package's sources has a folder of its own there: numba's cache looks at the file of the function that is called and not
at those of the functions it calls, so that an edit of the rules would leave stale code in their callers.
"""

import hashlib
import importlib
import importlib.util
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TypeVar, cast

from solon.contract import InfrastructureError

Function = TypeVar("Function", bound=Callable[..., object])


def numba(part: str = "") -> ModuleType:
    """Import numba or a part of it. Raises InfrastructureError that names the remedy when it is missing."""
    try:
        module = importlib.import_module("numba")
    except ModuleNotFoundError as error:
        if error.name != "numba":
            raise
        raise InfrastructureError(
            "the compiled kernels need the package numba; install it with: pip install 'solon[fast]'"
        ) from None
    return importlib.import_module(f"numba.{part}") if part else module


def installed() -> bool:
    """Say whether the compiled kernels can be used here."""
    return importlib.util.find_spec("numba") is not None


@cache
def cache_folder() -> Path:
    """Return where machine code of these sources is kept."""
    digest = hashlib.sha256()
    for file in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(file.read_bytes())
    given = os.environ.get("NUMBA_CACHE_DIR")
    own = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "solon"
    return (Path(given) if given else own) / f"compiled-{digest.hexdigest()[:16]}"


def compiled(function: Function) -> Function:
    """Return a function that is translated to machine code at its first call, or read from the cache."""
    return _translated(function, "never")


def inlined(function: Function) -> Function:
    """Return a function that becomes part of each compiled caller, so that large arguments are not copied."""
    return _translated(function, "always")


def _translated(function: Function, inline: str) -> Function:
    config = vars(numba("core.config"))
    before = config["CACHE_DIR"]
    config["CACHE_DIR"] = str(cache_folder())  # read while decorating only
    try:
        return cast("Function", numba().njit(function, cache=True, inline=inline, error_model="numpy"))
    finally:
        config["CACHE_DIR"] = before
