"""What the programs of a task are written in: how to ask for one and how to recognise one."""

import ast
import warnings
from collections.abc import Callable
from typing import Final, Protocol, runtime_checkable

from solon.contract import Task, Value


class Language(Value, frozen=True):
    """A language of programs; ``complaint`` reads a source text and says what is wrong with it, or None.

    A complaint is the end of a sentence that starts with "The code block", such as "is not valid PDDL (line 3: ...)".
    It never raises, whatever the text. Only form is checked here: what a program means is for the task's lint.
    """

    kind: str  # of ``Program``, for example "pddl"
    entry: str  # of ``Program``, for example "problem.pddl:problem"
    name: str  # for people, for example "PDDL"
    fences: tuple[str, ...]  # words that may open its fenced blocks; the first is the one to ask for
    complaint: Callable[[str], str | None]
    demand: str = ""  # what the text must hold, as the end of a sentence, such as "holds one (define (problem ...))"

    @property
    def file(self) -> str:
        """The file that holds the entry point."""
        return self.entry.partition(":")[0]


@runtime_checkable
class Written(Protocol):
    """A task whose programs are not Python with the entry ``policy.py:policy``."""

    language: Language


def language_of(task: Task) -> Language:
    """Return what a task's programs are written in."""
    return task.language if isinstance(task, Written) else PYTHON


def python(entry: str = "policy.py:policy", kind: str = "python-policy") -> Language:
    """Return Python with an entry point: a file and a name that it must bind at its top level."""
    name = entry.partition(":")[2]

    def complaint(source: str) -> str | None:
        return _python_complaint(source, name)

    return Language(
        kind, entry, "Python", ("python", "", "python3", "py"), complaint, f"defines `{name}` at the top level"
    )


def parse_python(source: str) -> ast.Module:
    """Parse a source text; what the compiler merely warns about is accepted in silence."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(source)


def _python_complaint(source: str, name: str) -> str | None:
    try:
        tree = parse_python(source)
    except SyntaxError as error:
        return f"is not valid Python (line {error.lineno}: {error.msg}); send the whole corrected program"
    except (ValueError, RecursionError, MemoryError):
        return "cannot be read as Python; send plain source text without null bytes and with less nesting"
    if name not in _defined(tree):
        return f"does not define {name!r} at the top level; send the whole program with that name"
    return None


def _defined(tree: ast.Module) -> set[str]:
    """Return the names that a module binds at its top level."""
    names: set[str] = set()
    for node in tree.body:
        match node:
            case ast.FunctionDef(name) | ast.ClassDef(name) | ast.AsyncFunctionDef(name):
                names.add(name)
            case ast.Assign(targets):
                names |= {target.id for target in targets if isinstance(target, ast.Name)}
            case ast.AnnAssign(ast.Name(name)):
                names.add(name)
            case _:
                pass
    return names


PYTHON: Final = python()
