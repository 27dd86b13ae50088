"""A run is a folder of evidence: what was asked, what happened, who won, and how to check it."""

import fcntl
import json
import math
import os
import platform
import shlex
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from importlib import metadata
from pathlib import Path

import msgspec

from solon.contract import InfrastructureError, Program, Value
from solon.journal import Bodies, Log
from solon.journal.remedies import remedy
from solon.sandbox import Limits

_RUNNER = '''"""Play this policy once more: python run.py (needs the package solon)."""

from pathlib import Path

import solon

if __name__ == "__main__":
    print(solon.evaluate({task!r}, Path(__file__).with_name({file!r}), seeds=5, options={options!r}))
'''


class Budget(Value, frozen=True):
    """What a run may spend on its search, sealed seeds apart; None is unlimited."""

    episodes: int | None = None
    seconds: float | None = None
    usd: float | None = None
    tokens: int | None = None

    def __post_init__(self) -> None:
        """Refuse limits that no search could keep."""
        for name in ("episodes", "seconds", "usd", "tokens"):
            value = getattr(self, name)
            if value is not None and not (math.isfinite(value) and value > 0):
                raise ValueError(
                    f"the budget's {name} must be a positive number, got {value}; leave it out for no limit"
                )


class Timing(msgspec.Struct):
    """Seconds spent so far, over all sittings; the only clock readings of a run."""

    search_seconds: float = 0.0
    sealed_seconds: float = 0.0


class Configuration(Value, frozen=True):
    """Everything that determines a run but its secret root; written to run.json before the first proposal."""

    task: str
    version: str
    options: dict[str, str | int | float | bool]
    strategy: str
    strategy_options: dict[str, str | int | float | bool | tuple[str | int | float | bool, ...]]
    proposer: str
    feedback: str
    sealed_seeds: int
    budget: Budget
    isolation: str
    limits: Limits
    commitment: str
    partner_seeds: int = 0  # sealed seeds on which the winner meets partners it was not made with
    sources: dict[str, str] = {}  # files of the task and the proposer: path as given, digest of the body
    schema: int = 1
    packages: dict[str, str] = {}


def package_versions() -> dict[str, str]:
    """Return the versions on which a result may depend."""
    names = ("solon", "numpy", "msgspec", "cmaes")
    return {"python": platform.python_version(), **{name: metadata.version(name) for name in names}}


class Bundle:
    """The folder of one run; every write is whole or absent."""

    def __init__(self, folder: Path) -> None:
        self.folder: Path = folder
        self.bodies: Bodies = Bodies(folder / "bodies")

    @property
    def way_on(self) -> str:
        """The command that goes on with this run, as a shell takes it."""
        return f"solon resume {shlex.quote(str(self.folder))}"

    @classmethod
    def create(
        cls, folder: Path, configuration: Configuration, root: int, *, sources: Sequence[bytes] = ()
    ) -> "Bundle":
        """Start a new run in an absent folder, or one that is empty but for what an interrupted start has left.

        Raises ValueError for any other folder, InfrastructureError if it cannot be written.
        """
        bundle = cls(folder)
        taken = ValueError(f"{folder} exists and is not empty; choose another --out, or resume it: {bundle.way_on}")
        if folder.exists() and (not folder.is_dir() or any(it.name not in _LEFTOVERS for it in folder.iterdir())):
            raise taken
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _uncreatable(folder, error) from None
        with bundle.locked():
            if (folder / "run.json").exists():  # another process was quicker
                raise taken
            for content in sources:
                bundle.bodies.put(content)
            bundle.write("secret.json", msgspec.json.encode({"root": f"{root:032x}"}))
            (folder / "secret.json").chmod(0o600)
            bundle.write_json("run.json", configuration)
        return bundle

    @contextmanager
    def locked(self) -> Generator[None]:
        """Hold the run's folder against other processes; a killed one holds nothing.

        Raises InfrastructureError when it is held already.
        """
        try:
            descriptor = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise InfrastructureError(f"cannot write into {self.folder} ({error.strerror}); {remedy(error)}") from None
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise InfrastructureError(
                    f"another solon is working in {self.folder}; wait for it, or stop it first"
                ) from None
            yield
        finally:
            os.close(descriptor)

    @classmethod
    def open(cls, folder: Path) -> "Bundle":
        """Open an existing run."""
        if not (folder / "run.json").is_file():
            raise ValueError(f"{folder} holds no run (run.json is missing); give the folder that `solon run` printed")
        return cls(folder)

    def configuration(self) -> Configuration:
        """Read run.json strictly."""
        try:
            return msgspec.json.decode((self.folder / "run.json").read_bytes(), type=Configuration)
        except (msgspec.DecodeError, OSError) as error:
            raise InfrastructureError(
                f"{self.folder / 'run.json'} cannot be read ({error}); restore it from a copy, or start a new run"
            ) from None

    def timing(self) -> Timing:
        """Return the clock readings so far; lost ones cost a budget its memory, never a result."""
        try:
            return msgspec.json.decode((self.folder / "timing.json").read_bytes(), type=Timing)
        except (OSError, msgspec.DecodeError):
            return Timing()

    def root(self) -> int:
        """Return the root secret: from secret.json while the run is going, from card.json afterwards."""
        for name in ("card.json", "secret.json"):
            try:
                return int(json.loads((self.folder / name).read_bytes())["root"], 16)
            except (OSError, ValueError, KeyError, TypeError):
                continue
        raise InfrastructureError(
            f"{self.folder} has neither a readable secret.json nor card.json, so its seeds are unknown; start a new run"
        )

    def log(self) -> Log:
        """Open the journal."""
        return Log(self.folder / "journal.jsonl")

    def publish(self, card: Value) -> None:
        """Write card.json, which holds the root, and remove the secret file."""
        self.write_json("card.json", card)
        self.forget_secret()

    def forget_secret(self) -> None:
        """Remove the secret file of a finished run; where nothing can be removed, it tells no more than the card."""
        with suppress(OSError):
            (self.folder / "secret.json").unlink(missing_ok=True)

    def write_policy(self, program: Program, configuration: Configuration) -> Path:
        """Write the winner as plain source with a runner, and return its file."""
        for name, text in program.files:
            self.write(f"policy/{name}", text.encode())
        file = program.entry.partition(":")[0]
        runner = _RUNNER.format(task=configuration.task, file=file, options=configuration.options)
        self.write("policy/run.py", runner.encode())
        return self.folder / "policy" / file

    def write_json(self, name: str, value: Value) -> None:
        """Write a record as indented JSON."""
        self.write(name, msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n")

    def write(self, name: str, content: bytes) -> Path:
        """Write a file of the bundle; a crash leaves the old one or the new one."""
        path = self.folder / name
        part = path.with_name(path.name + ".part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        except OSError as error:
            begun = (self.folder / "run.json").exists()
            then = f"then: {self.way_on}" if begun else "then start the run again"
            raise InfrastructureError(f"cannot write {path} ({error.strerror}); {remedy(error)}, {then}") from None
        return path


_LEFTOVERS = frozenset(("lock", "secret.json", "secret.json.part", "run.json.part", "bodies"))
"""What a start that was interrupted before it wrote run.json may leave behind."""


def default_folder(task: str, proposer: str) -> Path:
    """Make the first unused runs/TASK-PROPOSER-N, which no other process gets too, and return it."""
    kind, _, rest = task.partition(":")
    own = {"gym": f"gym-{Path(rest).name.rpartition(':')[2]}", "foreign": Path(rest.partition(":")[0]).stem}
    stem = f"{own.get(kind, Path(kind).stem)}-{proposer.partition(':')[0]}"
    number = 1
    while True:
        folder = Path("runs") / f"{stem}-{number}"
        try:
            folder.mkdir(parents=True)
        except FileExistsError as error:
            if not folder.parent.is_dir():
                raise _uncreatable(folder, error) from None
            number += 1
        except OSError as error:
            raise _uncreatable(folder, error) from None
        else:
            return folder


def _uncreatable(folder: Path, error: OSError) -> InfrastructureError:
    return InfrastructureError(f"cannot create {folder} ({error.strerror}); {remedy(error)} with --out")
