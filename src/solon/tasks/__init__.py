"""The registry of tasks: names to factories, imported only when a task is loaded."""

import difflib
import hashlib
import importlib
import importlib.util
import inspect
import sys
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType

from solon.contract import InfrastructureError, Task
from solon.tasks.options import check_values, signature_of

_TASKS = {
    "cleanup": "solon.tasks.games.task:CleanupTask",
    "cleanup-paper": "solon.tasks.games.task:CleanupPaperTask",
    "gathering": "solon.tasks.games.task:GatheringTask",
    "gathering-paper": "solon.tasks.games.task:GatheringPaperTask",
    "commons": "solon.tasks.games.task:CommonsTask",
    "commons-paper": "solon.tasks.games.task:CommonsPaperTask",
    "harvest": "solon.tasks.games.harvest_task:HarvestTask",
    "mining": "solon.tasks.games.mining_task:MiningTask",
    "grasp": "solon.tasks.grids.grasp:GraspTask",
    "grasp-all": "solon.tasks.grids.grasp:GraspAllTask",
    "minigrid-unlock": "solon.tasks.grids.minigrid:UnlockTask",
    "minigrid-doorkey": "solon.tasks.grids.minigrid:DoorKeyTask",
    "minigrid-unlock-pickup": "solon.tasks.grids.minigrid:UnlockPickupTask",
    "matrix-prisoners": "solon.tasks.matrix.task:PrisonersTask",
    "matrix-chicken": "solon.tasks.matrix.task:ChickenTask",
    "matrix-stag": "solon.tasks.matrix.task:StagTask",
    "gameable-sycophancy": "solon.tasks.gameable.task:SycophancyTask",
    "gameable-flattery": "solon.tasks.gameable.task:FlatteryTask",
    "gameable-rubric": "solon.tasks.gameable.task:RubricTask",
    "gameable-forbidden-rubric": "solon.tasks.gameable.task:ForbiddenRubricTask",
    "gameable-tests": "solon.tasks.gameable.task:RepairTask",
    "gameable-reward": "solon.tasks.gameable.task:RewardTask",
    "planning-trip": "solon.tasks.planning.trips.task:TripTask",
    "planning-order": "solon.tasks.planning.orders.task:OrderTask",
    "guard-tools": "solon.tasks.guard.tools.task:guard_tools",
    "guard-document": "solon.tasks.guard.documents.task:DocumentTask",
    "guard-journey": "solon.tasks.guard.journeys.task:JourneyTask",
    "guard-verified": "solon.tasks.guard.verified.task:VerifiedTask",
    "guard-generator": "solon.tasks.guard.generators.task:GeneratorTask",
    "guard-access": "solon.tasks.guard.access.task:AccessTask",
    "guard-summary": "solon.tasks.guard.access.summary_task:SummaryTask",
    "planning-barman": "solon.tasks.planning.classical.task:BarmanTask",
    "planning-blocksworld": "solon.tasks.planning.classical.task:BlocksworldTask",
    "planning-floortile": "solon.tasks.planning.classical.task:FloortileTask",
    "planning-grippers": "solon.tasks.planning.classical.task:GrippersTask",
    "planning-storage": "solon.tasks.planning.classical.task:StorageTask",
    "planning-termes": "solon.tasks.planning.classical.task:TermesTask",
    "planning-tyreworld": "solon.tasks.planning.classical.task:TyreworldTask",
    "planning-cooking": "solon.tasks.planning.classical.task:CookingTask",
    "planning-tower": "solon.tasks.planning.classical.task:TowerTask",
    "planning-balls": "solon.tasks.planning.classical.task:BallsTask",
    "planning-mystery": "solon.tasks.planning.classical.task:MysteryTask",
    "planning-movie": "solon.tasks.planning.classical.task:MovieTask",
    "planning-domain": "solon.tasks.planning.classical.domain_task:DomainTask",
    "planning-model": "solon.tasks.planning.models.task:ModelTask",
    "planning-conflict": "solon.tasks.planning.models.conflict_task:ConflictTask",
}

_CANARIES = {
    "canary-cleanup": "solon.tasks.games.task:BarrenCleanupTask",
    "canary-secret": "solon.tasks.gameable.secret:SecretTask",
}
"""Tasks that nobody can solve, one for each domain: a pass exposes a defect of our own judge."""


_FOREIGN, _GYM = "foreign:", "gym:"


class UnknownName(ValueError):
    """Raised for a task or an option that does not exist; the message names the nearest that does."""


class NoTask(ValueError):
    """Raised when what a name means is no task, or cannot be loaded."""


def task_names() -> tuple[str, ...]:
    """Return the names of the tasks that come with Solon."""
    return tuple(_TASKS)


def canary_names() -> tuple[str, ...]:
    """Return the names of the tasks that nobody can solve; ``load`` knows them too."""
    return tuple(_CANARIES)


def canonical(name: str) -> str:
    """Return the name by which a task is registered: a family may be told apart by a slash, as in guard/tools."""
    return joined if (joined := name.replace("/", "-")) in _TASKS else name


def load(name: str, **options: object) -> Task:
    """Return a task by name with its options.

    Besides the names of ``task_names``, ``path/to/file.py:factory`` and ``package.module:factory`` load tasks of
    others: ``factory(**options)`` must return a Task. ``foreign:FILE`` and ``foreign:FILE:function`` take
    an evaluator that was written for another tool, ``gym:ID`` an environment of Gymnasium.

    Raises UnknownName for a name or an option that does not exist, ValueError for an option's value and NoTask when
    there is no task to be had from it.
    """
    if name.startswith(_FOREIGN):
        file, _, function = name.removeprefix(_FOREIGN).partition(":")
        place = {"file": file, "function": function or "evaluate"}
        return load("solon.interop.foreign:ForeignTask", **{**options, **place})
    if name.startswith(_GYM):
        return load("solon.tasks.gym.task:GymTask", **{**options, "environment": name.removeprefix(_GYM)})
    name = canonical(name)
    target = (_TASKS | _CANARIES).get(name, name)
    if ":" not in target and target.endswith(".py"):
        raise UnknownName(f"{name!r} names a file but no task in it; write {name}:NAME, with the factory's name")
    if ":" not in target:
        raise _unknown("task", name, task_names(), "or give path/to/file.py:factory")
    place, _, attribute = target.rpartition(":")
    module = _module(place)
    factory = getattr(module, attribute, None)
    if not callable(factory):
        callables = [own for own, it in vars(module).items() if callable(it) and it.__module__ == module.__name__]
        raise _unknown("factory", attribute, callables, f"in {place}")
    _check_options(name, factory, options)
    try:
        task = factory(**options)
    except (ValueError, InfrastructureError):
        raise
    except Exception as error:
        raise NoTask(f"{name!r} raised {_account(error)}; its factory must return a solon.contract.Task") from error
    if not isinstance(task, Task):
        raise NoTask(f"{name!r} made a {type(task).__name__}; its factory must return a solon.contract.Task")
    return task


def _account(error: BaseException) -> str:
    """Word an error of somebody else's file in one line, with its place."""
    frames = traceback.extract_tb(error.__traceback__)
    own = isinstance(error, SyntaxError)  # its message names file and line
    at = f" in line {frames[-1].lineno} of {Path(frames[-1].filename).name}" if frames and not own else ""
    return f"{type(error).__name__}: {error}{at}"


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
    # a name that no import statement uses, so that the file shadows nothing
    name = f"{path.stem}_{hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:8]}"
    spec = importlib.util.spec_from_file_location(name, path.resolve())
    if spec is None or spec.loader is None:
        raise UnknownName(f"{place!r} cannot be loaded as Python; give a .py file")
    module = sys.modules[name] = importlib.util.module_from_spec(spec)  # found there when the task is sent to workers
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise NoTask(f"{place!r} cannot be loaded: {_account(error)}; mend the file") from error
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _check_options(name: str, factory: Callable[..., object], options: dict[str, object]) -> None:
    signature = signature_of(name, factory)
    parameters = signature.parameters
    if not any(parameter.kind is inspect.Parameter.VAR_KEYWORD for parameter in parameters.values()):
        for option in options:
            if option not in parameters:
                raise _unknown(f"option of {name!r}", option, parameters, "")
    check_values(name, signature, options)


def _unknown(what: str, name: str, known: Iterable[str], hint: str) -> UnknownName:
    known = list(known)
    nearest = difflib.get_close_matches(name, known, n=1, cutoff=0.0)
    if not nearest:
        return UnknownName(f"no {what} is called {name!r}; there is none {hint}".rstrip())
    close = f"did you mean {nearest[0]!r}?"
    return UnknownName(f"no {what} is called {name!r}; {close} Known: {', '.join(known)} {hint}".rstrip())
