"""Soak the jail: many short episodes in one jail, honest and hostile, and what they leave behind.

    python benchmarks/soak.py            # 10,000 episodes, about two minutes
    python benchmarks/soak.py 300        # fewer

Prints, at a tenth of the way and at the end, the resident memory of the runner, its zygote and the template, and how
many processes and descriptors there are. All must be flat: the last column is the growth. The exit status is 1 where
something grew, or a verdict was wrong.
"""

import os
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Final, NamedTuple

from solon.contract import Program, ProgramFault
from solon.sandbox import Limits, LocalJail, pin_to_core, survey
from solon.sandbox.call import GUEST, call

EPISODES: Final = 10_000
SAFE: Final = {"A": "full", "B": "no-namespaces"}
LIMITS: Final = Limits(cpu_seconds=0.05, memory_mib=64, wall_seconds=20)
# what one round of episodes consists of, with the verdict that each must get
ROUND: Final = (
    *(("honest", "def main(x):\n return x + 1", "answered"),) * 14,
    ("raises", "def main(x):\n return x / 0", "raised"),
    ("wrong syntax", "def main(x:", "syntax"),
    ("no entry", "def other(x):\n return x", "entry"),
    ("short loop", "def main(x):\n return sum(range(10_000))", "answered"),
    ("exits", "import os\ndef main(x):\n os._exit(3)", "crash"),
    ("crashes", "import os\ndef main(x):\n os.abort()", "crash"),
    ("forges", "import os\ndef main(x):\n os.write(4, b'ESKIMO' * 1000)", "protocol"),
    ("eats memory", "def main(x):\n return len(bytes(1 << 30))", "memory"),
    ("floods", "def main(x):\n print('x' * 100_000)\n return x", "answered"),
    ("odd result", "def main(x):\n return {1}", "output"),
)
ENDLESS: Final = ("never ends", "def main(x):\n while True:\n  pass", "time")
ENDLESS_EVERY: Final = 100  # each costs its whole limit of processor time


class Snapshot(NamedTuple):
    """What exists at one moment."""

    runner_kib: int
    zygote_kib: int
    template_kib: int
    processes: int
    descriptors: int
    zygote_descriptors: int


MOST_GROWTH: Final = Snapshot(1024, 1024, 64, 0, 0, 0)  # an interpreter's own caches settle within this


def resident_kib(pid: int) -> int:
    """Return a process's resident memory, shared pages included."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
        if line.startswith("Rss:"):
            return int(line.split()[1])
    raise ValueError(f"the kernel does not tell the memory of process {pid}")


def children(pid: int) -> list[int]:
    """Return the living and the uncollected children of all threads of a process."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text(encoding="ascii").split()]


def descriptors(pid: int) -> int:
    """Return how many descriptors a process holds."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def snapshot() -> Snapshot:
    """Look at this process, its one zygote and all that is below."""
    [zygote] = children(os.getpid())
    below = children(zygote)
    return Snapshot(
        runner_kib=resident_kib(os.getpid()),
        zygote_kib=resident_kib(zygote),
        template_kib=resident_kib(below[0]),
        processes=1 + len(below),
        descriptors=descriptors(os.getpid()),
        zygote_descriptors=descriptors(zygote),
    )


def play(jail: LocalJail, source: str) -> str:
    """Run one episode and return its verdict."""
    program = Program(files=(("program.py", source),), entry="program.py:main")
    try:
        with jail.open(program, GUEST, b"", b"") as worker:
            call(worker, 1)
    except ProgramFault as raised:
        return raised.fault.kind
    return "answered"


def soak(level: str, episodes: int) -> tuple[list[Snapshot], Counter[str]]:
    """Play the episodes and return what there was at a tenth and at the end, and the verdicts that were wrong."""
    marks = {episodes // 10, episodes}
    shots: list[Snapshot] = []
    wrong: Counter[str] = Counter()
    with LocalJail(level, LIMITS) as jail:
        for number in range(1, episodes + 1):
            name, source, expected = ROUND[number % len(ROUND)] if number % ENDLESS_EVERY else ENDLESS
            verdict = play(jail, source)
            if verdict != expected:
                wrong[f"{name}: {verdict}"] += 1
            if number in marks:
                shots.append(snapshot())
    return shots, wrong


def main() -> None:
    """Soak at the best safe level; the exit status tells whether everything was flat and every verdict right."""
    episodes = int(sys.argv[1]) if len(sys.argv) > 1 else EPISODES
    level = next(SAFE[row.level] for row in survey() if row.level in SAFE and row.available)
    pin_to_core(-1)
    began, used = time.monotonic(), time.process_time()
    (early, late), wrong = soak(level, episodes)
    wall, used = time.monotonic() - began, time.process_time() - used
    print(f"{level}: {episodes} episodes in {wall:.0f} s, {1e3 * used / episodes:.2f} ms of the runner's time each")
    print(f"{'':<20}{'after ' + str(episodes // 10):>12}{'after ' + str(episodes):>14}{'growth':>10}")
    flat = True
    for name, before, after, most in zip(Snapshot._fields, early, late, MOST_GROWTH, strict=True):
        print(f"{name:<20}{before:>12}{after:>14}{after - before:>+10}")
        flat &= after - before <= most
    left = children(os.getpid())
    print(
        f"wrong verdicts: {dict(wrong) or 'none'}; processes left: {left or 'none'}; {'flat' if flat else 'NOT FLAT'}"
    )
    sys.exit(bool(wrong or left or not flat))


if __name__ == "__main__":
    main()
