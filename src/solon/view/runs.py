"""The runs in a folder: found by looking, never by a name that somebody else gives, and never through a link."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final, Literal

import msgspec

from solon.contract import InfrastructureError, Value
from solon.engine import Bundle, Card, Estimate, read_card

Status = Literal["running", "finished", "failed", "interrupted", "damaged"]

_DEPTH: Final = 4
_MOST: Final = 5_000
"""How deep runs may lie, and how many are shown."""

_INNER: Final = frozenset(("bodies", "policy", "calls", "recordings"))
"""Folders of a run, which hold no runs."""


class Row(Value, frozen=True):
    """A run as the list shows it; figures are the winner's on the sealed seeds."""

    name: str  # relative path, which is how the run is asked for
    task: str
    proposer: str
    strategy: str
    status: Status
    objective: str = ""
    less: bool = False  # is better
    mean: float | None = None
    low: float | None = None
    high: float | None = None
    share: float | None = None  # of the proved bound
    better: bool | None = None  # than the control arm
    findings: dict[str, int] = {}  # by severity
    candidates: int | None = None
    seconds: float = 0.0
    begun: float = 0.0  # Unix time
    trouble: str = ""


class Runs:
    """The runs below one folder, as they are now; what did not change is not read again."""

    def __init__(self, folder: Path) -> None:
        self.folder: Path = folder.resolve()
        self._rows: dict[str, tuple[object, Row]] = {}

    def find(self, name: str) -> Path | None:
        """Return the folder of the run of that name, None if the folder holds none such."""
        return dict(self._found()).get(name)

    def rows(self) -> list[Row]:
        """Return a row for each run, the newest first."""
        held = _locked_files()
        rows: list[Row] = []
        for name, path in self._found():
            mark = (_mark(path), running(path, held))
            known = self._rows.get(name)
            if known is None or known[0] != mark:
                known = (mark, _row(name, path, running=mark[1]))
                self._rows[name] = known
            rows.append(known[1])
        return sorted(rows, key=lambda row: (-row.begun, row.name))

    def _found(self) -> Iterator[tuple[str, Path]]:
        if (self.folder / "run.json").is_file():  # the folder is a run itself
            yield self.folder.name, self.folder
            return
        found = 0
        waiting: list[tuple[str, int]] = [("", 0)]
        while waiting:
            inside, depth = waiting.pop()
            for name in sorted(_folders(self.folder / inside), reverse=True):
                below = f"{inside}/{name}" if inside else name
                path = self.folder / below
                if (path / "run.json").is_file():
                    if not _strays(path, ("run.json", "card.json", "journal.jsonl", "timing.json", "lock")):
                        yield below, path
                        found += 1
                        if found == _MOST:
                            return
                elif depth < _DEPTH:
                    waiting.append((below, depth + 1))


def _folders(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return [
                it.name
                for it in entries
                if it.name not in _INNER and not it.name.startswith(".") and it.is_dir(follow_symlinks=False)
            ]
    except OSError:
        return []


def _strays(folder: Path, names: tuple[str, ...]) -> bool:
    return any((folder / name).is_symlink() for name in names)


def has_links(folder: Path) -> bool:
    """Tell whether a run's folder holds a link anywhere; Solon makes none, and one could lead to any file."""
    for parent, folders, files in os.walk(folder, followlinks=False):
        if any(os.path.islink(os.path.join(parent, name)) for name in (*folders, *files)):  # noqa: PTH114, PTH118  # many bodies
            return True
    return False


def running(folder: Path, held: frozenset[tuple[int, int, int]] | None = None) -> bool:
    """Tell whether a process works in a run's folder, without taking its lock even for a moment."""
    try:
        it = (folder / "lock").stat()
    except OSError:
        return False
    return (os.major(it.st_dev), os.minor(it.st_dev), it.st_ino) in (_locked_files() if held is None else held)


def _locked_files() -> frozenset[tuple[int, int, int]]:
    """Return device and inode of every file that is locked on this machine, as far as it tells (proc(5), locks)."""
    found: set[tuple[int, int, int]] = set()
    with suppress(OSError, ValueError, IndexError):
        for line in Path("/proc/locks").read_text().splitlines():
            major, minor, inode = line.split()[-3].split(":")
            found.add((int(major, 16), int(minor, 16), int(inode)))
    return frozenset(found)


def _mark(folder: Path) -> tuple[tuple[int, int], ...]:
    """Return what changes whenever a row may change."""
    marks: list[tuple[int, int]] = []
    for name in ("run.json", "card.json", "timing.json"):
        try:
            it = (folder / name).stat()
            marks.append((it.st_mtime_ns, it.st_size))
        except OSError:
            marks.append((0, 0))
    return tuple(marks)


def _row(name: str, folder: Path, *, running: bool) -> Row:
    bundle = Bundle(folder)
    begun = 0.0
    try:
        begun = (folder / "run.json").stat().st_mtime
        configuration = bundle.configuration()
    except (InfrastructureError, OSError) as error:
        return Row(name, "", "", "", "damaged", begun=begun, trouble=str(error))
    timing = bundle.timing()
    start = Row(
        name=name,
        task=configuration.task,
        proposer=configuration.proposer,
        strategy=configuration.strategy,
        status="running" if running else "interrupted",
        seconds=timing.search_seconds + timing.sealed_seconds,
        begun=begun,
    )
    if not (folder / "card.json").exists():
        return start
    try:
        return _finished(start, read_card(folder))
    except (InfrastructureError, ValueError, msgspec.MsgspecError) as error:
        return msgspec.structs.replace(start, status="damaged", trouble=str(error))


def _finished(start: Row, card: Card) -> Row:
    winner = card.arms.get("winner")
    figure: Estimate | None = winner.metrics.get(card.objective) if winner is not None else None
    counts: dict[str, int] = {}
    for it in card.findings:
        counts[it.severity] = counts.get(it.severity, 0) + 1
    control = next((it for it in card.comparisons if it.arm.startswith("control:")), None)
    return msgspec.structs.replace(
        start,
        status="finished" if figure is not None else "failed",
        objective=card.objective,
        less=card.objective in card.minimised,
        mean=figure and figure.mean,
        low=figure and figure.low,
        high=figure and figure.high,
        share=card.share_of_bound.get(card.objective),
        better=control.improved if control is not None and figure is not None else None,
        findings=counts,
        candidates=card.cost.candidates,
        trouble=card.fault or ("" if card.winner is not None else card.reason),
    )
