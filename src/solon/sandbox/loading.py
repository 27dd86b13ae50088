"""Turns a program's files into its entry function; used by guests, inside the worker."""

import builtins
import difflib
import linecache
import sys
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import PurePosixPath
from types import CodeType, MappingProxyType, ModuleType
from typing import Final

from solon.contract import Fault, Program, ProgramFault
from solon.sandbox.texts import show, summary, trace

MODULE: Final = "program"  # its files are modules below this name, so none can pose as a module of the library
_NO_NAMES: Final = MappingProxyType[str, object]({})

Entry = Callable[..., object]


def load(program: Program, names: Mapping[str, object] = _NO_NAMES, *, signature: str = "...") -> Entry:
    """Execute a program's files in memory, with extra names if given, and return the function it names.

    Its files see the names and import one another, before any module of the library; each is executed once. The
    signature is for advice only. Raises ProgramFault of kind syntax, entry or raised, and MemoryError.
    """
    file, _, entry = program.entry.partition(":")
    sources = dict(program.files)
    if file not in sources:
        message = f"The program has no file {file!r}, which its entry point {program.entry!r} names."
        remedy = f"Name one of {', '.join(sources)} before the colon." if sources else f"Add the file {file}."
        raise ProgramFault(Fault(kind="entry", message=message, remedy=remedy))
    codes = {path: _compile(path, text) for path, text in sources.items() if path == file or path.endswith(".py")}
    try:
        module = _Files(codes, names).run(file, MODULE)
    except (ProgramFault, MemoryError):
        raise
    except BaseException as error:  # noqa: BLE001 - SystemExit and the like are the program's doing too
        raise ProgramFault(
            Fault(
                kind="raised",
                message=f"Loading {file} raised {summary(error)}.",
                remedy="Correct the code outside of functions; it runs once, before the first call.",
                traceback=trace(error),
            )
        ) from None
    # a key of another type could run code of the program in each comparison
    defined = {name: value for name, value in module.__dict__.items() if type(name) is str}
    found = defined.get(entry)
    if callable(found):
        return found
    header = f"def {entry}({signature}): ..."
    if entry in defined:
        message, remedy = f"{entry!r} in {file} is not a function but {show(found)}.", f"Define it as: {header}"
    else:
        own = [name for name, value in defined.items() if callable(value) and names.get(name) is not value]
        close = difflib.get_close_matches(entry, own, n=1)
        message = f"The file {file} defines no function {entry!r}."
        remedy = f"Rename {close[0]!r} to {entry!r}." if close else f"Define: {header}"
    raise ProgramFault(Fault(kind="entry", message=message, remedy=remedy))


@contextmanager
def forgotten(program: Program) -> Generator[None]:
    """Put modules and source lines back at the end of a block that loads a program, where a process outlives it."""
    modules = {name: module for name, module in sys.modules.items() if _is_ours(name)}
    lines = {path: linecache.cache[path] for path, _ in program.files if path in linecache.cache}
    try:
        yield
    finally:
        for name in [name for name in sys.modules if _is_ours(name)]:
            del sys.modules[name]
        sys.modules.update(modules)
        for path, _ in program.files:
            linecache.cache.pop(path, None)
        linecache.cache.update(lines)


def _is_ours(name: str) -> bool:
    return name.partition(".")[0] == MODULE


def _compile(path: str, source: str) -> CodeType:
    # without a modification time the entry is kept, so that tracebacks show lines that no file holds
    linecache.cache[path] = (len(source), None, source.splitlines(keepends=True), path)
    try:
        return compile(source, path, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError) as error:
        line = error.lineno if isinstance(error, SyntaxError) else None
        words = error.msg if isinstance(error, SyntaxError) else summary(error)
        message = f"The file {path} is not valid Python{f' in line {line}' if line else ''}: {words}."
        remedy = f"Correct line {line} of {path}." if line else f"Correct {path}."
        raise ProgramFault(Fault(kind="syntax", message=message, remedy=remedy, traceback=trace(error))) from None


class _Files:
    """A program's files as modules, which each other's import statements find before anything else of that name.

    The way through ``__import__`` in their own builtins leaves everybody else's imports alone, the worker's included.
    """

    def __init__(self, codes: Mapping[str, CodeType], names: Mapping[str, object]) -> None:
        self._codes = codes
        self._names = names
        self._paths = {PurePosixPath(path).stem: path for path in codes}
        self._modules: dict[str, ModuleType] = {}  # by path
        self._builtins = vars(builtins) | {"__import__": self._import}

    def run(self, path: str, name: str) -> ModuleType:
        module = self._modules[path] = ModuleType(name)
        sys.modules[name] = module  # dataclasses look their module up
        module.__dict__.update(self._names, __builtins__=self._builtins, __file__=path)
        try:
            exec(self._codes[path], module.__dict__)  # noqa: S102 - this is what a jail is for
        except BaseException:
            del self._modules[path]  # as in Python, another import tries again
            raise
        return module

    def _import(
        self,
        name: str,
        globals: Mapping[str, object] | None = None,  # noqa: A002 - the names that an import statement passes
        locals: Mapping[str, object] | None = None,  # noqa: A002 - as above
        fromlist: tuple[str, ...] = (),
        level: int = 0,
    ) -> ModuleType:
        path = self._paths.get(name)
        if path is None:
            return builtins.__import__(name, globals, locals, fromlist, level)
        return self._modules.get(path) or self.run(path, f"{MODULE}.{name}")
