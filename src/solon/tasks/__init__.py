"""The registry of tasks: names to factories, imported only when a task is loaded."""

import difflib
import importlib
import importlib.util
import inspect
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType

from solon.contract import Task

_TASKS = {
    "cleanup": "solon.tasks.games.task:CleanupTask",
    "cleanup-paper": "solon.tasks.games.task:CleanupPaperTask",
    "gathering": "solon.tasks.games.task:GatheringTask",
    "gathering-paper": "solon.tasks.games.task:GatheringPaperTask",
    "commons": "solon.tasks.games.task:CommonsTask",
    "commons-paper": "solon.tasks.games.task:CommonsPaperTask",
}


class UnknownName(ValueError):
    """Raised for a task or an option that does not exist; the message names the nearest that does."""


def task_names() -> tuple[str, ...]:
    """Return the names of the tasks that come with Solon."""
    return tuple(_TASKS)


def load(name: str, **options: object) -> Task:
    """Return a task by name with its options.

    Besides the names of ``task_names``, ``path/to/file.py:factory`` and ``package.module:factory`` load tasks of
    others: ``factory(**options)`` must return a Task. Raises UnknownName for a name or an option that does not exist,
    ValueError for an option's value and TypeError when the factory returns something else.
    """
    target = _TASKS.get(name, name)
    if ":" not in target:
        raise _unknown("task", name, task_names(), "or give path/to/file.py:factory")
    place, _, attribute = target.rpartition(":")
    module = _module(place)
    factory = getattr(module, attribute, None)
    if not callable(factory):
        callables = [own for own, value in vars(module).items() if callable(value)]
        raise _unknown("factory", attribute, callables, f"in {place}")
    _check_options(name, factory, options)
    task = factory(**options)
    if not isinstance(task, Task):
        raise TypeError(f"{name!r} made a {type(task).__name__}; its factory must return a solon.contract.Task")
    return task


def _module(place: str) -> ModuleType:
    if not place.endswith(".py"):
        try:
            return importlib.import_module(place)
        except ModuleNotFoundError as error:
            if error.name and (place == error.name or place.startswith(f"{error.name}.")):
                raise UnknownName(f"no module {place!r}; give a file as path/to/file.py:factory") from error
            raise
    path = Path(place)
    if not path.is_file():
        raise UnknownName(f"no file {place!r}; check the path before the colon")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise UnknownName(f"{place!r} cannot be loaded as Python; give a .py file")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _check_options(name: str, factory: Callable[..., object], options: dict[str, object]) -> None:
    parameters = inspect.signature(factory).parameters
    if any(parameter.kind is inspect.Parameter.VAR_KEYWORD for parameter in parameters.values()):
        return
    for option in options:
        if option not in parameters:
            raise _unknown(f"option of {name!r}", option, parameters, "")


def _unknown(what: str, name: str, known: Iterable[str], hint: str) -> UnknownName:
    known = list(known)
    nearest = difflib.get_close_matches(name, known, n=1, cutoff=0.0)
    close = f"did you mean {nearest[0]!r}?" if nearest else "there is none"
    return UnknownName(f"no {what} is called {name!r}; {close} Known: {', '.join(known)} {hint}".rstrip())
