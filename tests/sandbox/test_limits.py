"""What a worker may use: processor time, memory, patience."""

import os
import signal
import time

import pytest

from sandbox.bench import LIMITS, Bench, call_often, program
from solon.contract import InfrastructureError, ProgramFault
from solon.sandbox import Limits, LocalJail, session, verdicts
from solon.sandbox.call import GUEST, call

SWALLOWING_LOOP = """
def main():
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
"""
MEMORY_BOMB = """
def main():
    kept = []
    while True:
        try:
            kept.append(bytearray(10_000_000))
        except MemoryError:
            pass
"""
SLEEP = """
import threading
def main():
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()
"""


def test_an_endless_loop_that_swallows_everything_runs_out_of_time(anywhere: Bench) -> None:
    started = time.process_time()
    fault = anywhere.fault(SWALLOWING_LOOP)
    assert fault.kind == "time"
    assert "0.3 s of processor time" in fault.message
    assert "cpu_seconds" in fault.remedy
    assert time.process_time() - started < 0.2  # the runner sleeps meanwhile


def test_an_interrupt_of_the_runner_ends_the_worker(anywhere: Bench) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        with pytest.raises(KeyboardInterrupt):
            anywhere.run(SWALLOWING_LOOP)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_one_long_call_into_c_runs_out_of_time(bench: Bench) -> None:
    assert bench.fault("def main():\n return 7 ** 10 ** 8 > 0").kind == "time"


def test_an_endless_loop_at_import_runs_out_of_time(bench: Bench) -> None:
    assert bench.fault("while True: pass").kind == "time"


def test_many_short_steps_add_up_to_the_limit(bench: Bench) -> None:
    source = "import time\ndef main():\n start = time.process_time()\n while time.process_time() < start + 0.02: pass"
    with bench.jail.open(program(source), GUEST, b"", b"") as worker, pytest.raises(ProgramFault) as caught:
        call_often(worker, 40)
    assert caught.value.fault.kind == "time"
    assert 10 <= (caught.value.fault.step or 0) <= 17


def test_a_memory_bomb_runs_out_of_memory(anywhere: Bench) -> None:
    assert anywhere.fault("def main():\n return len(bytes(10**9))").kind == "memory"


def test_a_memory_bomb_that_swallows_memory_errors_runs_out_of_time(bench: Bench) -> None:
    assert bench.fault(MEMORY_BOMB).kind == "time"


def test_memory_within_the_limit_is_there(bench: Bench) -> None:
    assert bench.run("def main():\n return len(bytes(100 * 2**20))") == 100 * 2**20


def test_a_program_that_waits_for_ever_is_at_fault(bench: Bench) -> None:
    with (
        LocalJail(bench.level, Limits(cpu_seconds=0.3, wall_seconds=0.2)) as jail,
        jail.open(program(SLEEP), GUEST, b"", b"") as worker,
        pytest.raises(ProgramFault) as caught,
    ):
        call(worker)
    assert caught.value.fault.kind == "time"
    assert "waiting" in caught.value.fault.message


def test_a_starved_worker_is_the_machines_fault(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The judgement alone: a worker that stood in the queue all the time cannot be made on an idle machine."""
    with bench.jail.open(program("def main(): pass"), GUEST, b"", b"") as worker:
        assert isinstance(worker, session.JailedWorker)
        monkeypatch.setattr(session, "_sleeps", lambda _: True)
        assert isinstance(worker._late(), ProgramFault)  # it sleeps, and never had to queue
        monkeypatch.setattr(session, "_queued_seconds", lambda _: 4.0)
        assert isinstance(worker._late(), InfrastructureError)
        monkeypatch.setattr(session, "_queued_seconds", lambda _: 0.0)
        monkeypatch.setattr(session, "_sleeps", lambda _: False)  # stopped by a quota, say
        assert isinstance(worker._late(), InfrastructureError)


def test_a_kill_from_outside_is_the_machines_fault_and_not_the_programs(bench: Bench) -> None:
    with bench.jail.open(program("def main(): return 1"), GUEST, b"", b"") as worker:
        assert isinstance(worker, session.JailedWorker)
        os.kill(worker.pid, signal.SIGKILL)
        with pytest.raises(InfrastructureError, match="from outside"):
            call(worker)


def test_a_kill_of_a_worker_that_held_much_memory_is_a_memory_fault() -> None:
    from solon.sandbox.zygote import Reaped

    reaped = Reaped(status=9, killed=False, peak_bytes=127 << 20, cpu_seconds=0.1)
    error = verdicts.death(reaped, "full", LIMITS, 3)
    assert isinstance(error, ProgramFault)
    assert error.fault.kind == "memory"


@pytest.mark.parametrize(
    "wrong", [{"cpu_seconds": 0}, {"cpu_seconds": float("nan")}, {"memory_mib": 0}, {"wall_seconds": -1}]
)
def test_limits_that_nothing_can_keep_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="give"):
        Limits(**wrong)  # pyright: ignore[reportArgumentType] - wrong on purpose


def test_patience_is_ten_times_the_processor_time_and_half_a_minute() -> None:
    assert Limits(cpu_seconds=2).wall == 50
