"""The worker's side of a game: loads one program and answers each step's payload with one byte an agent.

    reply byte 0..8   the action          255   the policy raised          254   it returned no action of this game

A slip of one agent never stops the others; the first is described in a note. Running out of memory is no slip: it ends
the episode.
"""

import builtins
import difflib
import importlib
import linecache
import operator
import random
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from types import ModuleType

import msgspec
import numpy as np

from solon.contract import Fault, Program, ProgramFault
from solon.tasks.games.geometry import CLEAN, STAND, Geometry
from solon.tasks.games.helpers import Helpers
from solon.tasks.games.maps import Map, load_map
from solon.tasks.games.paper_names import PaperNames, published_names
from solon.tasks.games.view import STEP_BYTES, Setup, Snapshot, snapshot_class

RAISED = 255
NO_ACTION = 254
NOTE_CHARACTERS = 4000

_MODULE = "policy_program"  # under a name of our own, no file of a program can pose as a module of the library

Policy = Callable[[Snapshot, int], object]

# what programs like to import; loaded before the jail closes, since no file can be opened in it
_PRELOADED = (
    *("array", "bisect", "collections.abc", "copy", "dataclasses", "enum", "fractions", "functools", "heapq"),
    *("itertools", "math", "operator", "random", "re", "statistics", "string", "time", "typing"),
    *("numpy.linalg", "numpy.random"),
)


class Prepared:
    """What all workers of one setup share: the map's tables, built before any program is loaded."""

    def __init__(self, setup: Setup, game_map: Map) -> None:
        self.setup = setup
        self.map = game_map
        self.geometry = Geometry(
            game_map,
            beam_length=setup.beam_length,
            beam_width=setup.beam_width,
            walls_stop_beams=setup.walls_stop_beams,
        )
        self.helpers = Helpers(self.geometry)
        self.paper = PaperNames(self.geometry, self.helpers)


def prepare(setup: bytes) -> Prepared:
    """Build the tables of a setup (JSON of ``Setup``). Raises msgspec.ValidationError or ValueError for a wrong one."""
    for name in _PRELOADED:
        importlib.import_module(name)
    _warm_up()
    parsed = msgspec.json.decode(setup, type=Setup)
    return Prepared(parsed, load_map(parsed.game, parsed.map))


def _warm_up() -> None:
    """Describe some mistakes once: the standard library loads parts of its traceback code at first need."""
    for mistake in ("(1 +", "[1][1 + 1]", "undefined", "import undefined_module"):
        try:
            load(Program(files=(("warm_up.py", mistake),), entry="warm_up.py:policy"), {})
        except ProgramFault:
            del linecache.cache["warm_up.py"]


def begin(
    prepared: Prepared, program: Program, episode: bytes, note: Callable[[str], None]
) -> Callable[[bytes], bytes]:
    """Load a program and return the function that answers payloads.

    Seeds ``random`` and ``np.random`` from the 16 public bytes ``episode``. Raises ProgramFault when the program
    does not compile, fails while it is loaded or lacks its entry point.
    """
    random.seed(episode)
    np.random.seed(np.frombuffer(episode, "<u4"))  # noqa: NPY002  # programs call the module's own functions
    setup = prepared.setup
    environment = snapshot_class(setup, prepared.map)
    names = published_names(setup.game, environment, prepared.paper) | prepared.helpers.names()
    policy = load(program, names)
    highest = CLEAN if setup.game == "cleanup" else STAND
    return _Answerer(policy, environment, highest, note).answer


def load(program: Program, names: Mapping[str, object]) -> Policy:
    """Run a program's files in memory with the given names and return its entry point. Raises ProgramFault."""
    file, _, entry = program.entry.partition(":")
    sources = dict(program.files)
    if file not in sources:
        remedy = f"name one of {', '.join(sources) or 'no files at all'} before the colon"
        raise ProgramFault(Fault("entry", f"the entry point {program.entry!r} names a file that is not there", remedy))
    loader = _Loader(sources, names)
    module = loader.run(file, _MODULE)
    found = module.__dict__.get(entry)
    if callable(found):
        return found
    if entry in module.__dict__:
        message = f"{entry!r} in {file} is not a function but {_show(found)}"
        raise ProgramFault(Fault("entry", message, f"define it as: def {entry}(env, agent_id): ..."))
    own = [
        name for name, value in module.__dict__.items() if type(name) is str and callable(value) and name not in names
    ]
    close = difflib.get_close_matches(entry, own, n=1)
    remedy = f"rename {close[0]!r} to {entry!r}" if close else f"define: def {entry}(env, agent_id): ..."
    raise ProgramFault(Fault("entry", f"{file} defines no function {entry!r}", remedy))


class _Loader:
    """Runs source files that exist only in memory; files of one program may import each other by name."""

    def __init__(self, sources: Mapping[str, str], names: Mapping[str, object]) -> None:
        self._sources = sources
        self._names = names
        self._files = {PurePosixPath(file).stem: file for file in sources if file.endswith(".py")}
        self._modules: dict[str, ModuleType] = {}  # by file
        self._builtins = vars(builtins) | {"__import__": self._import}

    def run(self, file: str, name: str) -> ModuleType:
        source = self._sources[file]
        # without a modification time the entry is kept, so tracebacks show lines that no file holds
        linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
        try:
            code = compile(source, file, "exec", dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise ProgramFault(_syntax_fault(file, error)) from None
        module = self._modules[file] = ModuleType(name)
        sys.modules[name] = module  # dataclasses look their module up
        module.__dict__.update(self._names, __builtins__=self._builtins, __file__=file)
        try:
            exec(code, module.__dict__)  # noqa: S102  # running programs is this module's purpose; the jail is around it
        except (ProgramFault, MemoryError):
            raise
        except BaseException as error:  # noqa: BLE001  # SystemExit and the like are the program's doing too
            message = f"loading {file} raised {_summary(error)}"
            remedy = "correct the code outside of functions; it runs once, before the first step"
            raise ProgramFault(Fault("raised", message, remedy, traceback=_trace(error))) from None
        return module

    def _import(
        self,
        name: str,
        globals: Mapping[str, object] | None = None,  # noqa: A002  # the names that the import statement passes
        locals: Mapping[str, object] | None = None,  # noqa: A002  # as above
        fromlist: tuple[str, ...] = (),
        level: int = 0,
    ) -> ModuleType:
        file = self._files.get(name)
        if file is None:
            return builtins.__import__(name, globals, locals, fromlist, level)
        return self._modules.get(file) or self.run(file, f"{_MODULE}.{name}")


class _Answerer:
    """Asks a policy for every agent's action, one payload after the other."""

    def __init__(self, policy: Policy, environment: type[Snapshot], highest: int, note: Callable[[str], None]) -> None:
        self._policy = policy
        self._environment = environment
        self._highest = highest
        self._note: Callable[[str], None] | None = note

    def answer(self, payload: bytes) -> bytes:
        env = self._environment(payload)
        policy, highest = self._policy, self._highest
        reply = bytearray()
        for agent in range(env.n_agents):
            try:
                action = policy(env, agent)
            except MemoryError:
                raise  # the whole worker is short of memory, so no later decision could be trusted
            except BaseException as error:  # noqa: BLE001  # whatever a policy raises is a slip, SystemExit included
                if self._note is not None:
                    self._tell(payload, agent, f"raised {_summary(error)}", _trace(error))
                reply.append(RAISED)
                continue
            number = action if type(action) is int else exact_integer(action)
            if number is not None and 0 <= number <= highest:
                reply.append(number)
            else:
                reply.append(NO_ACTION)
                if self._note is not None:
                    self._tell(payload, agent, f"returned {_show(action)}, which is no integer from 0 to {highest}")
        return bytes(reply)

    def _tell(self, payload: bytes, agent: int, what: str, trace: str = "") -> None:
        note, self._note = self._note, None
        if note is not None:
            step = int.from_bytes(payload[:STEP_BYTES], "little")
            note(f"step {step}, agent {agent}: the policy {what}\n{trace}".strip())


def exact_integer(value: object) -> int | None:
    """Return a plain int for anything that counts as an integer, NumPy's and enumerations included, else None.

    The result is an exact int, so it carries no method of a hostile subclass.
    """
    try:
        return operator.index(value)  # pyright: ignore[reportArgumentType]  # that is the question
    except BaseException:  # noqa: BLE001  # __index__ is the program's code and may raise anything
        return None


def _syntax_fault(file: str, error: BaseException) -> Fault:
    line = getattr(error, "lineno", None)
    where = f"line {line} of {file}" if line else file
    text = _guarded(lambda: error.msg if isinstance(error, SyntaxError) else f"{type(error).__name__}: {error}")
    return Fault("syntax", f"{where} is not valid Python: {text}", f"correct {where}", traceback=_trace(error))


def _summary(error: BaseException) -> str:
    return _guarded(lambda: f"{type(error).__name__}: {error}"[:NOTE_CHARACTERS])


def _trace(error: BaseException) -> str:
    """Return the traceback without our own first frame, shortened in the middle."""
    frames = error.__traceback__.tb_next if error.__traceback__ else None
    text = _guarded(lambda: "".join(traceback.format_exception(type(error), error, frames)))
    half = NOTE_CHARACTERS // 2
    return text if len(text) <= 2 * half else f"{text[:half]}\n...\n{text[-half:]}"


def _show(value: object) -> str:
    return _guarded(lambda: f"{repr(value)[:80]} of type {type(value).__name__}")


def _guarded(describe: Callable[[], str]) -> str:
    """Return a description that may run the program's own ``__repr__`` or ``__str__``, fit for UTF-8."""
    try:
        return describe().encode("utf-8", "replace").decode()
    except BaseException:  # noqa: BLE001  # as in exact_integer
        return "something that cannot be shown"
