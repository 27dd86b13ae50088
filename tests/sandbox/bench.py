"""A jail with the one-liners that its tests need."""

from pathlib import Path

import pytest

from solon.contract import Fault, Program, ProgramFault, Worker
from solon.sandbox import Limits, LocalJail
from solon.sandbox.call import GUEST, call

LIMITS = Limits(cpu_seconds=0.3, memory_mib=128, wall_seconds=5)


def program(source: str) -> Program:
    return Program(files=(("program.py", source),), entry="program.py:main")


def descendants(pid: int) -> set[int]:
    """Return the processes below one, dead but uncollected ones included."""
    children: dict[int, set[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text(errors="replace").rpartition(")")[2].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
            children.setdefault(parent, set()).add(int(entry.name))
    found, new = set[int](), {pid}
    while new := {child for each in new for child in children.get(each, ())}:
        found |= new
    return found


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


class Bench:
    def __init__(self, level: str, limits: Limits = LIMITS) -> None:
        self.level = level
        self.jail = LocalJail(level, limits)
        self.jail.warm(GUEST, b"")
        self.idle = self.processes  # zygote and template

    def run(self, source: str, *arguments: object, episode: bytes = b"") -> object:
        with self.jail.open(program(source), GUEST, b"", episode) as worker:
            return call(worker, *arguments)

    def fault(self, source: str, *arguments: object) -> Fault:
        with pytest.raises(ProgramFault) as caught:
            self.run(source, *arguments)
        return caught.value.fault

    @property
    def zygotes(self) -> set[int]:
        return {nursery.pid for nursery in self.jail._nurseries.values()}

    @property
    def processes(self) -> set[int]:
        """Return the zygotes and all that is below them."""
        return self.zygotes.union(*(descendants(pid) for pid in self.zygotes))


def lend(level: str, benches: dict[str, Bench]) -> Bench:
    """Return the warm bench of a level, kept for the whole session."""
    if level not in benches:
        benches[level] = Bench(level)
    return benches[level]


def call_often(worker: Worker, times: int) -> None:
    for _ in range(times):
        call(worker)
