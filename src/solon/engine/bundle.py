"""A run is a folder of evidence: what was asked, what happened, who won, and how to check it."""

import json
import os
import platform
from importlib import metadata
from pathlib import Path

import msgspec

from solon.contract import InfrastructureError, Program, Value
from solon.journal import Bodies, Log
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


class Configuration(Value, frozen=True):
    """Everything that determines a run but its secret root; written to run.json before the first proposal."""

    task: str
    version: str
    options: dict[str, str | int | float | bool]
    strategy: str
    strategy_options: dict[str, str | int | float | bool]
    proposer: str
    feedback: str
    sealed_seeds: int
    budget: Budget
    isolation: str
    limits: Limits
    commitment: str
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

    @classmethod
    def create(cls, folder: Path, configuration: Configuration, root: int) -> "Bundle":
        """Start a new run in an empty or absent folder."""
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise ValueError(
                f"{folder} exists and is not empty; choose another --out, or resume it: solon resume {folder}"
            )
        bundle = cls(folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InfrastructureError(f"cannot create {folder} ({error.strerror}); choose another --out") from None
        secret = folder / "secret.json"
        bundle.write("secret.json", msgspec.json.encode({"root": f"{root:032x}"}))
        secret.chmod(0o600)
        bundle.write_json("run.json", configuration)
        return bundle

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
            raise InfrastructureError(
                f"cannot write {path} ({error.strerror}); free some space, then: solon resume {self.folder}"
            ) from None
        return path


def default_folder(task: str, proposer: str) -> Path:
    """Return the first unused runs/TASK-PROPOSER-N."""
    stem = f"{Path(task.partition(':')[0]).stem}-{proposer.partition(':')[0]}"
    number = 1
    while (folder := Path("runs") / f"{stem}-{number}").exists():
        number += 1
    return folder
