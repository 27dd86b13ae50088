"""The guest of foreign tasks: an evaluator written for another tool, and the program beside it, in one jailed worker.

The evaluator's file is imported in the zygote, before any program, with everything that it and the starting program
import. The program exists in memory only: a few functions of the standard library find it under its path.
"""

import ast
import builtins
import concurrent.futures
import contextlib
import importlib
import importlib.util
import inspect
import io
import math
import os
import stat
import sys
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, Future
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any, Final, ParamSpec, TypeVar, cast

import msgspec

from solon.contract import Fault, Program, ProgramFault, Value
from solon.sandbox.worker import Answer, Note

P = ParamSpec("P")
T = TypeVar("T")

RUNNERS: Final = "import runpy, pkgutil"  # evaluators run programs with these, which then import the second
ROOT: Final = "/program"
ERROR_CHARACTERS: Final = 2000
GUEST: Final = "solon.interop.foreign_guest"


class Setup(Value, frozen=True):
    """Which evaluator to prepare; the setup of the zygote."""

    file: str
    function: str
    digest: str  # of the file's content, so that an edited evaluator gets a zygote of its own
    companions: tuple[str, ...] = ()  # files whose imports programs may need too


class Verdict(Value, frozen=True):
    """What an evaluator returned, numbers only."""

    metrics: dict[str, float]
    error: str = ""


class _InPlace(Executor):
    """Takes the place of ThreadPoolExecutor, because the jail starts no threads: the call is made at once.

    Time-outs of its futures do not hold; the jail's limit of processor time does.
    """

    def __init__(self, *_: object, **__: object) -> None:
        super().__init__()

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001  # the caller asks the future for it
            future.set_exception(error)
        return future


def prepare(setup: bytes) -> Callable[..., object]:
    """Import the evaluator's file and return its function. Raises ValueError, or what the file raises."""
    order = msgspec.json.decode(setup, type=Setup)
    path = Path(order.file)
    concurrent.futures.ThreadPoolExecutor = _InPlace  # pyright: ignore[reportAttributeAccessIssue]  # a stand-in
    sys.path.insert(0, str(path.parent))
    for source in (RUNNERS, *(file.read_text(encoding="utf-8") for file in (path, *map(Path, order.companions)))):
        warm_imports(source)
    spec = importlib.util.spec_from_file_location("evaluator", path)
    if spec is None or spec.loader is None:
        raise ValueError(f"{path} cannot be loaded as Python; give a .py file")
    module = sys.modules["evaluator"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found = getattr(module, order.function, None)
    if not callable(found):
        raise ValueError(f"{path} defines no function {order.function!r}")  # noqa: TRY004  # the call is wrong
    return found


def warm_imports(source: str) -> None:
    """Import what a source imports anywhere, as far as it is there: in the jail no module can be read from disk."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        for name in names:
            with contextlib.suppress(ImportError):
                importlib.import_module(name)


def begin(prepared: object, program: Program, episode: bytes, note: Note) -> Answer:
    """Put the program where the evaluator finds it, and return what evaluates it once."""
    del note
    assert callable(prepared)
    shelf = Shelf(program.files)
    shelf.install()
    path = f"{ROOT}/{program.entry.partition(':')[0]}"
    named: dict[str, object] = {}
    if "seed" in inspect.signature(prepared).parameters:
        named["seed"] = int.from_bytes(episode[:4], "little")

    def answer(payload: bytes) -> bytes:
        return msgspec.json.encode(verdict(prepared(path, **named), payload.decode()))

    return answer


def verdict(returned: object, score: str) -> Verdict:
    """Read what an evaluator returned: a number, a dictionary, or an object with ``metrics``.

    Args:
        returned: the evaluator's result.
        score: which entry is the score; if empty, "combined_score" or else "score".

    Raises:
        ProgramFault: there is no such entry, or it is no finite number.
    """
    found: Any = getattr(returned, "metrics", returned)  # Any: another tool's object, checked below
    entries = cast("dict[Any, Any]", found if isinstance(found, dict) else {score or "score": found})
    metrics = {str(name): float(value) for name, value in entries.items() if _is_number(value)}
    names = [score] if score else ["combined_score", "score"]
    chosen = next((name for name in names if name in metrics), None)
    error = str(entries.get("error") or "")[-ERROR_CHARACTERS:]
    if chosen is None:
        known = f"; it returned {', '.join(sorted(map(str, entries)))}" if isinstance(found, dict) else ""
        raise ProgramFault(
            Fault(
                kind="output",
                message=f"The evaluator returned no finite number {' or '.join(names)}{known}. {error[-300:]}".strip(),
                remedy="Mend the program; or if the score has another name, give it: -o score=NAME.",
            )
        )
    return Verdict({**metrics, "score": metrics[chosen]}, error)


def _is_number(value: object) -> bool:
    try:
        return not isinstance(value, str | bytes) and math.isfinite(value)  # pyright: ignore[reportArgumentType]  # NumPy's numbers pass too
    except (TypeError, ValueError):
        return False


class Shelf:
    """Files in memory, which ``open``, ``os.stat``, ``os.path`` and imports by path see; there is no way to write."""

    def __init__(self, files: Iterable[tuple[str, str]]) -> None:
        self._files = {f"{ROOT}/{name}": text.encode("utf-8", "replace") for name, text in files}

    def install(self) -> None:
        """Take the places of the functions, in this process, for good."""
        real_open, real_stat = builtins.open, os.stat

        def open_here(file: Any, mode: str = "r", *rest: Any, **named: Any) -> Any:  # the signature of open
            data = self._find(file)
            if data is None:
                return real_open(file, mode, *rest, **named)
            if set(mode) & set("wax+"):
                raise PermissionError(1, "the program's files cannot be written", file)
            return io.BytesIO(data) if "b" in mode else io.StringIO(data.decode(), newline=None)

        def stat_here(path: Any, *rest: Any, **named: Any) -> os.stat_result:  # the signature of os.stat
            data = self._find(path)
            if data is None:
                return real_stat(path, *rest, **named)
            return os.stat_result((stat.S_IFREG | 0o444, 1, 1, 1, 0, 0, len(data), 0, 0, 0))

        def open_code_here(path: str) -> Any:  # the signature of io.open_code
            return open_here(path, "rb")

        builtins.open = io.open = open_here
        os.stat = stat_here
        for name in ("io", "_io"):
            vars(sys.modules[name])["open_code"] = open_code_here
        sys.path.insert(0, ROOT)
        sys.path_importer_cache.clear()
        sys.meta_path.insert(0, _Finder(self._files))
        sys.dont_write_bytecode = True

    def _find(self, path: object) -> bytes | None:
        if not isinstance(path, str | os.PathLike):
            return None
        return self._files.get(os.path.normpath(os.fspath(path)))  # pyright: ignore[reportUnknownArgumentType, reportCallIssue, reportArgumentType]  # a path of bytes is simply not found


class _Finder:
    """Finds the program's files for import statements: evaluators put the folder on the path and import by name."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self._files = files

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None, /
    ) -> ModuleSpec | None:
        del path, target
        file = f"{ROOT}/{fullname}.py"
        return importlib.util.spec_from_file_location(fullname, file) if file in self._files else None
