"""Measure the jail: start of a zygote, start of a worker, one question and answer, end of a worker.

A question includes what the guest does with it; level none shows how long that takes without a jail. Figures are
medians of wall time on one core, with the least next to them:

    python benchmarks/jail.py            # every level of this machine
    python benchmarks/jail.py full       # one level
"""

import statistics
import sys
import time

from solon.contract import Program
from solon.sandbox import Limits, LocalJail, pin_to_core, survey
from solon.sandbox.call import GUEST

WORKERS = 100
QUESTIONS = 5000
PROGRAM = Program(files=(("program.py", "def main(text):\n return 1"),), entry="program.py:main")
LEVELS = {"A": "full", "B": "no-namespaces", "D": "process", "none": "none"}


def show(what: str, seconds: list[float], scale: float, unit: str) -> None:
    print(f"  {what:<28}{scale * statistics.median(seconds):9.2f} {unit}   least {scale * min(seconds):.2f}")


def measure(level: str) -> None:
    print(level)
    with LocalJail(level, Limits(cpu_seconds=60)) as jail:
        began = time.perf_counter()
        jail.warm(GUEST, b"")
        show("zygote", [time.perf_counter() - began], 1e3, "ms")
        ready: list[float] = []
        ended: list[float] = []
        for _ in range(WORKERS):
            began = time.perf_counter()
            with jail.open(PROGRAM, GUEST, b"", b""):
                ready.append(time.perf_counter() - began)
                began = time.perf_counter()
            ended.append(time.perf_counter() - began)
        show("worker, fork to ready", ready, 1e3, "ms")
        show("worker, end", ended, 1e3, "ms")
        for length in (1, 600, 30_000):
            payload = b'["' + b"x" * length + b'"]'
            with jail.open(PROGRAM, GUEST, b"", b"") as worker:
                trips: list[float] = []
                for _ in range(QUESTIONS):
                    began = time.perf_counter()
                    worker.ask(payload, 1)
                    trips.append(time.perf_counter() - began)
            show(f"question of {length} bytes", trips, 1e6, "us")


if __name__ == "__main__":
    pin_to_core(-1)
    known = [LEVELS[level] for level, available, _ in survey() if available]
    for name in sys.argv[1:] or known:
        measure(name)
