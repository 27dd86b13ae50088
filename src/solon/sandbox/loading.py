"""Turns a program's files into its entry function; used by guests, inside the worker."""

import linecache
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import PurePosixPath
from types import CodeType, ModuleType

from solon.contract import Fault, Program, ProgramFault


def load(program: Program, namespace: Mapping[str, object] | None = None) -> Callable[..., object]:
    """Execute the file of the entry point, with extra names if given, and return the function it defines.

    The other files are modules that it can import by name. Raises ProgramFault of kind syntax or entry, and whatever
    the program raises.
    """
    file, _, name = program.entry.partition(":")
    sources = dict(program.files)
    if file not in sources:
        raise ProgramFault(
            Fault(kind="entry", message=f"The program has no file {file!r}.", remedy=f"Define {name} in {file}.")
        )
    codes = {path: _compile(path, source) for path, source in program.files}
    _serve_modules({path: code for path, code in codes.items() if path != file})
    module = ModuleType(PurePosixPath(file).stem)
    module.__dict__.update(namespace or {})
    sys.modules[module.__name__] = module  # dataclasses look their module up
    exec(codes[file], module.__dict__)  # noqa: S102 - this is what a jail is for
    entry = module.__dict__.get(name)
    if not callable(entry):
        raise ProgramFault(
            Fault(
                kind="entry",
                message=f"The file {file} defines no function {name!r}.",
                remedy=f"Define a function called {name} at the top level of {file}.",
            )
        )
    return entry


def _compile(path: str, source: str) -> CodeType:
    # in-memory lines: the jail has no files, and a traceback without its lines helps nobody
    linecache.cache[path] = (len(source), None, source.splitlines(keepends=True), path)
    try:
        return compile(source, path, "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:  # ValueError: null characters
        where = f" in line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
        detail = error.msg if isinstance(error, SyntaxError) else str(error)
        raise ProgramFault(
            Fault(
                kind="syntax",
                message=f"The file {path} is not valid Python{where}: {detail}.",
                remedy="Correct the syntax.",
                traceback="".join(traceback.format_exception_only(error)),
            )
        ) from error


def _serve_modules(codes: Mapping[str, CodeType]) -> None:
    """Make the program's other files importable, each executed at its first import."""
    if codes:
        sys.meta_path.insert(0, _Finder({PurePosixPath(path).stem: code for path, code in codes.items()}))


class _Finder(MetaPathFinder, Loader):
    def __init__(self, codes: Mapping[str, CodeType]) -> None:
        self._codes = codes

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None, /
    ) -> ModuleSpec | None:
        del path, target
        return ModuleSpec(fullname, self) if fullname in self._codes else None

    def exec_module(self, module: ModuleType) -> None:
        exec(self._codes[module.__name__], module.__dict__)  # noqa: S102 - this is what a jail is for
