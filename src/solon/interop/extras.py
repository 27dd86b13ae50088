"""Importing what an extra brings, with one sentence when it is missing."""

import importlib
from typing import Any

from solon.contract import InfrastructureError


def require(module: str, extra: str) -> Any:  # packages that need not be installed have no types here
    """Import a module of an optional package. Raises InfrastructureError that names the remedy."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        top = module.partition(".")[0]
        if error.name is None or error.name.partition(".")[0] != top:
            raise
        raise InfrastructureError(
            f"this needs the package {top}; install it with: pip install 'solon[{extra}]'"
        ) from None
