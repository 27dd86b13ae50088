"""Executors: whoever runs the episodes, the journal is the same; lost workers cost time, never a result."""

import gc
import hashlib
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from solon.contract import Episode, InfrastructureError, Metric, Scored, Task, Unavailable
from solon.engine import Budget, Bundle, Configuration, PoolJudge, Run, Seeds, public_seeds
from solon.engine import executors as module
from solon.engine.executors import Assignment, is_seated_here, seated
from solon.propose import make_proposer
from solon.sandbox import Limits
from solon.search import make_strategy
from solon.tasks import load
from toys import Sorting, python

SORT = "def policy(numbers):\n    return sorted(numbers)\n"
LIMITS = Limits(cpu_seconds=10)


def journal_hash(folder: Path, judge: PoolJudge) -> str:
    """Run the offline proposer on the toy task and return the digest of the journal."""
    configuration = Configuration(
        task="sorting",
        version="1",
        options={},
        strategy="best-of-n",
        strategy_options={"n": 6, "seeds": 2},
        proposer="offline",
        feedback="dense",
        sealed_seeds=3,
        budget=Budget(),
        isolation=judge.isolation,
        limits=judge.limits,
        commitment=Seeds(5).commitment,
    )
    run = Run(
        Bundle.create(folder, configuration, 5),
        task=Sorting(),
        strategy=make_strategy("best-of-n", n=6, seeds=2),
        proposer=make_proposer("offline"),
        judge=judge,
    )
    run.finish()
    return hashlib.sha256((folder / "journal.jsonl").read_bytes()).hexdigest()


class LosingExecutor(Executor):
    """An executor whose workers die: every third episode is lost, with an exception of the executor's own."""

    class WorkerLost(Exception):
        """What dask, ray and others call by names of their own."""

    def __init__(self, threads: ThreadPoolExecutor) -> None:
        self.threads = threads
        self.submitted = 0

    def submit(self, fn, /, *args, **kwargs) -> Future:
        self.submitted += 1
        if self.submitted % 3 == 0:
            lost: Future = Future()
            lost.set_exception(self.WorkerLost("the machine went away"))
            return lost
        return self.threads.submit(fn, *args, **kwargs)


class DeadExecutor(Executor):
    def __init__(self, error: Exception) -> None:
        self.error = error

    def submit(self, fn, /, *args, **kwargs) -> Future:
        raise self.error


@pytest.mark.slow
def test_the_journal_is_the_same_for_every_executor_and_number_of_workers(tmp_path: Path) -> None:
    hashes: dict[str, str] = {}
    for workers in (1, 16):
        with PoolJudge(Sorting(), limits=LIMITS, workers=workers) as judge:
            hashes[f"local {workers}"] = journal_hash(tmp_path / f"local-{workers}", judge)
    makers: dict[str, Callable[[], Executor]] = {
        "threads": lambda: ThreadPoolExecutor(3),
        "processes": lambda: ProcessPoolExecutor(2, mp_context=get_context("spawn")),
    }
    for name, make in makers.items():
        with make() as executor, PoolJudge(Sorting(), limits=LIMITS, executor=executor) as judge:
            hashes[name] = journal_hash(tmp_path / name, judge)
    with ThreadPoolExecutor(2) as threads:
        losing = LosingExecutor(threads)
        with PoolJudge(Sorting(), limits=LIMITS, executor=losing, workers=3) as judge:
            hashes["losing"] = journal_hash(tmp_path / "losing", judge)
        assert losing.submitted > 20
    assert len(set(hashes.values())) == 1, hashes


def test_threads_that_lose_episodes_write_the_journal_of_one_process(tmp_path: Path) -> None:
    with (
        ThreadPoolExecutor(2) as threads,
        PoolJudge(Sorting(), limits=LIMITS, executor=LosingExecutor(threads), workers=2) as judge,
    ):
        losing = journal_hash(tmp_path / "losing", judge)
    with PoolJudge(Sorting(), limits=LIMITS, workers=1) as judge:
        assert journal_hash(tmp_path / "local", judge) == losing


def test_each_thread_has_a_jail_of_its_own_and_keeps_it() -> None:
    assignment = Assignment(Sorting(), "full", LIMITS)
    meet = threading.Barrier(2, timeout=30)

    def enter() -> tuple[int, int]:
        with seated(assignment) as (_, first):
            meet.wait()
        with seated(assignment) as (_, again):
            return id(first), id(again)

    with ThreadPoolExecutor(2) as threads:
        pairs = [future.result() for future in [threads.submit(enter) for _ in range(2)]]
    assert all(first == again for first, again in pairs)
    assert pairs[0][0] != pairs[1][0]
    module.vacate(assignment)


def test_closing_the_judge_ends_the_zygotes_in_this_process_and_leaves_the_executor_usable() -> None:
    with ThreadPoolExecutor(2) as threads:
        for _ in range(2):
            with PoolJudge(Sorting(), limits=LIMITS, executor=threads) as judge:
                outcome = next(judge.judge([(python(SORT), public_seeds(4))]))
                assert isinstance(outcome, Scored)
                assert judge.workers == 2
                seats = list(module._SEATS._seats.values())
                assert any(seat.jail._nurseries for seat in seats)
            assert not any(seat.jail._nurseries for seat in seats)
        assert threads.submit(len, "abc").result() == 3
    gc.collect()  # a forgotten zygote or socket would warn, and a warning is an error


def test_seats_of_ended_threads_are_given_up() -> None:
    assignment = Assignment(Sorting(), "full", LIMITS)

    def enter() -> None:
        with seated(assignment):
            pass

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert is_seated_here(assignment)
    module.vacate(Assignment(Sorting(), "none", LIMITS))
    assert not is_seated_here(assignment)


def test_a_thread_keeps_few_seats_and_closes_the_oldest() -> None:
    jails = []
    assignments = [Assignment(Sorting(), "full", Limits(cpu_seconds=10 + number)) for number in range(4)]
    for assignment in assignments:
        with seated(assignment) as (task, jail):
            task.evaluate(python(SORT), public_seeds(1)[0], jail)
            jails.append(jail)
    assert [bool(jail._nurseries) for jail in jails] == [False, False, True, True]
    for assignment in assignments:
        module.vacate(assignment)


def test_without_isolation_threads_take_turns_because_they_share_the_global_generators() -> None:
    inside, most = 0, 0
    assignment = Assignment(Sorting(), "none", LIMITS)

    def enter() -> None:
        nonlocal inside, most
        with seated(assignment):
            inside += 1
            most = max(most, inside)
            time.monotonic_ns()
            inside -= 1

    with ThreadPoolExecutor(4) as threads:
        for future in [threads.submit(enter) for _ in range(200)]:
            future.result()
    assert most == 1
    module.vacate(assignment)


def test_an_executor_that_has_lost_its_workers_for_good_stops_the_judge_in_one_sentence() -> None:
    executor = DeadExecutor(BrokenExecutor("all nodes are gone"))
    with PoolJudge(Sorting(), limits=LIMITS, executor=executor) as judge:
        outcome = next(judge.judge([(python(SORT), public_seeds(2))]))
    assert outcome == Unavailable("the executor has lost its workers (all nodes are gone); start a new one")


def test_an_executor_that_takes_nothing_is_given_up_after_three_attempts() -> None:
    executor = DeadExecutor(RuntimeError("cannot schedule new futures after shutdown"))
    with PoolJudge(Sorting(), limits=LIMITS, executor=executor) as judge:
        outcome = next(judge.judge([(python(SORT), public_seeds(2))]))
    assert isinstance(outcome, Unavailable)
    assert "after shutdown" in outcome.reason


def test_a_task_from_a_file_reaches_processes_that_cannot_import_it(tmp_path: Path) -> None:
    file = tmp_path / "random.py"  # a name that must shadow nothing
    file.write_text(
        "from dataclasses import dataclass\n"
        "from solon.contract import Episode, Metric, Task\n"
        "@dataclass\n"
        "class Setting:\n"
        "    value: 'float' = 2.5\n"
        "class Constant(Task):\n"
        "    name, version = 'constant', '1'\n"
        "    metrics = (Metric('value', role='objective'),)\n"
        "    def __init__(self):\n"
        "        self.setting = Setting()\n"
        "    def brief(self):\n"
        "        return 'anything'\n"
        "    def evaluate(self, program, seed, jail):\n"
        "        return Episode({'value': self.setting.value})\n"
    )
    task = load(f"{file}:Constant")
    with PoolJudge(task, limits=LIMITS, workers=1) as judge:
        outcome = next(judge.judge([(python(SORT), public_seeds(1))]))
    assert outcome == Scored((Episode({"value": 2.5}),))


def test_a_task_of_the_script_that_was_started_reaches_every_worker(tmp_path: Path) -> None:
    file = tmp_path / "script.py"
    file.write_text(
        "from solon.contract import Episode, Metric, Program, Task\n"
        "from solon.engine.executors import Assignment\n"
        "from solon.sandbox import Limits\n"
        "import pickle, sys\n"
        "class Constant(Task):\n"
        "    name, version = 'constant', '1'\n"
        "    metrics = (Metric('value', role='objective'),)\n"
        "    def brief(self):\n"
        "        return 'anything'\n"
        "    def evaluate(self, program, seed, jail):\n"
        "        return Episode({'value': 2.5})\n"
        "if __name__ == '__main__':\n"
        "    sys.stdout.buffer.write(pickle.dumps(Assignment(Constant(), 'none', Limits())))\n"
    )
    sent = subprocess.run([sys.executable, str(file)], capture_output=True, check=True).stdout
    task, _, _ = pickle.loads(sent).unpack()
    assert task.evaluate(None, None, None) == Episode({"value": 2.5})


def test_a_task_that_cannot_travel_is_refused_with_the_remedy() -> None:
    class Local(Sorting):
        metrics = (Metric("sorted_share", role="objective"),)

    with pytest.raises(ValueError, match="top of a module"):
        PoolJudge(Local(), limits=LIMITS)


def test_a_worker_with_other_packages_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    assignment = Assignment(Sorting(), "none", LIMITS)
    monkeypatch.setattr(module, "package_versions", lambda: {"solon": "9.9"})
    with pytest.raises(InfrastructureError, match=r"solon .* / 9\.9"):
        assignment.unpack()


def test_equal_contents_share_a_seat() -> None:
    one, other = (Assignment(Sorting(), "none", LIMITS) for _ in range(2))
    assert one.key == other.key
    assert one.key != Assignment(Sorting(), "none", Limits(cpu_seconds=11)).key


def test_a_task_is_a_task_again_after_the_journey() -> None:
    task, isolation, limits = Assignment(Sorting(), "none", LIMITS).unpack()
    assert isinstance(task, Task)
    assert (task.name, isolation, limits) == ("sorting", "none", LIMITS)
