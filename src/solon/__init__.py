"""Solon: LLM policy synthesis you can believe.

The verbs of the command line are here as functions: ``evaluate``, ``evaluate_all``, ``run`` and ``resume``.
They load on first use, so that importing the package costs nothing.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from solon.api import Evaluation, evaluate, evaluate_all, record, resume, run
    from solon.tasks import load

__version__ = "0.1.0"

__all__ = ["Evaluation", "__version__", "evaluate", "evaluate_all", "load", "record", "resume", "run"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'solon' has no attribute {name!r}; it offers {', '.join(__all__)}")
    import importlib

    return getattr(importlib.import_module("solon.api"), name)


def __dir__() -> list[str]:
    return __all__
