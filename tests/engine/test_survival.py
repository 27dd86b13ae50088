"""Kills, signals and concurrent runs: nothing survives its driver, and no run is damaged or lost."""

import contextlib
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import solon
from counting import start
from solon.contract import Episode, InfrastructureError, Jail, Program, Scored, Seed, Unavailable
from solon.engine import Bundle, PoolJudge, default_folder, public_seeds
from solon.engine.judge import play
from solon.engine.pool import Pool
from solon.sandbox import Limits
from toys import DirectJudge, Sorting, python

SORT = python("def policy(numbers):\n    return sorted(numbers)\n")
LIMITS = Limits(cpu_seconds=10)


def until(condition: Callable[[], bool], seconds: float = 30) -> bool:
    """Wait for something that other processes do."""
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def descendants(parent: int) -> set[int]:
    """Return the process and its living descendants, of whatever session."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if fields[0] != "Z":
                parents[int(folder.name)] = int(fields[1])
    found = {parent}
    while more := {child for child, of in parents.items() if of in found} - found:
        found |= more
    return found


def alive(pids: set[int]) -> set[int]:
    found: set[int] = set()
    for pid in pids:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if state not in "ZX":
            found.add(pid)
    return found


@pytest.fixture
def driver(tmp_path: Path):
    """A run under way in a process of its own, with judging processes and zygotes."""
    arguments = [
        "run",
        "cleanup",
        "--seeds",
        "2",
        "--seed",
        "4",
        "--budget-seconds",
        "600",
        "--workers",
        "2",
        "-o",
        "steps=60",
    ]
    process = subprocess.Popen(
        [sys.executable, "-m", "solon.cli", *arguments, "--out", "r"],
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        start_new_session=True,
    )
    assert until((tmp_path / "r/timing.json").exists, 60)  # written after the first group
    assert process.stderr is not None
    with process, process.stderr:
        yield process
        process.kill()


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_no_process_survives_its_driver(driver: subprocess.Popen[str], tmp_path: Path, number: signal.Signals) -> None:
    before = descendants(driver.pid)
    assert len(before) >= 5  # driver, judging processes, zygotes
    os.kill(driver.pid, number)
    assert until(lambda: not alive(before), 10), [Path(f"/proc/{pid}/cmdline").read_text() for pid in alive(before)]
    code = driver.wait(10)
    assert driver.stderr is not None
    error = driver.stderr.read()
    if number == signal.SIGKILL:
        assert code == -number
    else:
        assert code == 130
        assert "solon resume r" in error
        assert "Traceback" not in error
    timing = Bundle.open(tmp_path / "r").timing()
    assert timing.search_seconds > 0


def test_an_interrupt_while_the_processes_start_is_quiet(tmp_path: Path) -> None:
    """Ctrl-C reaches the whole process group, as a terminal sends it."""
    arguments = ["run", "cleanup", "--seeds", "2", "--budget-seconds", "600", "--workers", "3", "--out", "r"]
    with subprocess.Popen(
        [sys.executable, "-m", "solon.cli", *arguments],
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        start_new_session=True,
    ) as process:

        def starting() -> bool:
            commands: list[bytes] = []
            for pid in descendants(process.pid):
                with contextlib.suppress(OSError):
                    commands.append(Path(f"/proc/{pid}/cmdline").read_bytes())
            return sum(b"spawn_main" in command for command in commands) >= 2

        assert until(starting, 60)
        os.killpg(process.pid, signal.SIGINT)
        _, error = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in error
    assert "solon resume r" in error


def test_a_killed_judging_process_costs_no_result() -> None:
    seeds = public_seeds(3)
    with PoolJudge(Sorting(), limits=LIMITS, workers=2) as judge:
        outcomes = judge.judge([(SORT, seeds)] * 12)
        found = [next(outcomes)]
        assert judge._pool is not None
        victim = judge._pool.processes[0]
        os.kill(victim.pid or 0, signal.SIGKILL)
        assert until(lambda: judge._pool is None or not victim.is_alive())
        found += outcomes
    assert len(found) == 12
    assert all(isinstance(outcome, Scored) for outcome in found)
    assert all(outcome == found[0] for outcome in found)


def test_closing_a_judge_leaves_the_callers_own_processes_alone() -> None:
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    own = context.Process(target=stop.wait, name="SpawnProcess-1")
    own.start()
    try:
        with PoolJudge(Sorting(), limits=LIMITS, workers=1) as judge:
            assert isinstance(next(judge.judge([(SORT, public_seeds(1))])), Scored)
            assert judge._pool is not None
            mine = judge._pool.processes
            assert mine
            assert own not in mine
        assert not any(process.is_alive() for process in mine)
        assert own.is_alive()
    finally:
        stop.set()
        own.join(10)
        own.close()


@pytest.mark.parametrize("attempt", range(3))
def test_closing_in_the_middle_of_much_work_is_quiet(attempt: int, capfd: pytest.CaptureFixture[str]) -> None:
    """As an interrupt does it: cancelled episodes are in the queue while the processes are ended."""
    with PoolJudge(Sorting(), limits=LIMITS, workers=2) as judge:
        outcomes = judge.judge([(SORT, public_seeds(2))] * 40)
        next(outcomes)
        outcomes.close()
    assert "Traceback" not in capfd.readouterr().err


def test_an_executor_with_cancelled_work_does_not_choke_when_it_is_closed() -> None:
    with PoolJudge(Sorting(), limits=LIMITS, workers=1) as judge:
        pool = Pool(judge._assignment, 1)
        futures = [pool.submit(time.sleep, 60) for _ in range(20)]
        for future in futures[10:]:
            future.cancel()
        pool.close()
        assert all(future.done() for future in futures)


def script(tmp_path: Path, body: str) -> subprocess.CompletedProcess[str]:
    file = tmp_path / "script.py"
    file.write_text("import solon\nfrom solon.contract import Program\n" + body)
    return subprocess.run([sys.executable, str(file)], capture_output=True, text=True, timeout=100, check=False)


def test_a_script_without_a_guard_is_told_what_to_write(tmp_path: Path) -> None:
    program = "Program((('policy.py', 'def policy(env, agent_id): return 7'),))"
    ended = script(tmp_path, f"print(solon.evaluate('cleanup', {program}, seeds=1, workers=1).reason)\n")
    assert ended.stdout.count("no judging process could start") == 1
    assert "if __name__ == '__main__':" in ended.stdout
    assert "memory" not in ended.stdout


def test_options_belong_to_a_name() -> None:
    with pytest.raises(ValueError, match="constructor"):
        solon.evaluate(Sorting(), SORT, options={"steps": 3})


class Wrong(Sorting):
    """Returns a figure that it has not declared."""

    calls = 0

    def evaluate(self, program: Program, seed: Seed, jail: Jail) -> Episode:
        self.calls += 1
        return Episode({"sorted_share": 7.0})


def test_a_wrong_figure_of_a_task_is_not_asked_for_again() -> None:
    task = Wrong()
    with solon.sandbox.LocalJail(isolation="none") as jail:
        played = play(task, SORT, public_seeds(1)[0], jail)
    assert isinstance(played, Unavailable)
    assert "outside" in played.reason
    assert task.calls == 1


def test_two_processes_never_work_in_one_folder(tmp_path: Path) -> None:
    run = start(tmp_path / "run")
    with Bundle.open(tmp_path / "run").locked(), pytest.raises(InfrastructureError, match="another solon is working"):
        run.finish()
    assert run.finish().winner == 5


def test_a_killed_process_holds_no_folder(tmp_path: Path) -> None:
    start(tmp_path / "run")
    holder = (
        "import sys\nfrom pathlib import Path\nfrom solon.engine import Bundle\n"
        "with Bundle.open(Path(sys.argv[1])).locked():\n    print('held', flush=True)\n    sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holder, str(tmp_path / "run")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(InfrastructureError, match="another solon"):
            start(tmp_path / "run").finish()
        process.kill()
        process.wait(10)
    assert start(tmp_path / "run").finish().winner == 5


def test_default_folders_are_never_shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names = [default_folder("examples/hello_task.py:Adding", "polish:p.py").name for _ in range(3)]
    assert names == ["hello_task-polish-1", "hello_task-polish-2", "hello_task-polish-3"]
    tasks = ("gym:CartPole-v1", "gym:ALE/Pong-v5", "foreign:evaluators/circle.py:score", "cleanup")
    names = [default_folder(task, "offline").name for task in tasks]
    assert names == ["gym-CartPole-v1-offline-1", "gym-Pong-v5-offline-1", "circle-offline-1", "cleanup-offline-1"]
    monkeypatch.chdir(tmp_path / "runs")
    (tmp_path / "runs" / "runs").touch()
    with pytest.raises(InfrastructureError, match="cannot create"):
        default_folder("cleanup", "offline")


class Crashed(BaseException):
    """Stands for the moment at which the process was killed."""


@pytest.mark.parametrize("survived", range(4))
def test_a_start_that_was_killed_can_be_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, survived: int
) -> None:
    start(tmp_path / "model")
    configuration = Bundle.open(tmp_path / "model").configuration()
    replace, count = Path.replace, 0

    def crash(self: Path, target: Path) -> Path:
        nonlocal count
        count += 1
        if count > survived:
            raise Crashed
        return replace(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", crash)
        try:
            Bundle.create(tmp_path / "run", configuration, 5, sources=[b"source"])
        except Crashed:
            assert survived < 3
    if survived < 3:
        Bundle.create(tmp_path / "run", configuration, 5, sources=[b"source"])
    assert start(tmp_path / "run").finish().winner == 5


def test_time_is_written_down_after_every_group(tmp_path: Path) -> None:
    seen: list[float] = []
    run = start(tmp_path / "run", observer=lambda state, fact: seen.append(run.bundle.timing().search_seconds))
    run.finish()
    assert seen[0] == 0
    assert seen[4] > 0  # the first fact of the second group


@pytest.mark.parametrize("damage", ["missing", "foreign", "shorter"])
def test_a_finished_run_needs_its_own_journal(tmp_path: Path, damage: str) -> None:
    start(tmp_path / "run").finish()
    journal = tmp_path / "run/journal.jsonl"
    if damage == "missing":
        journal.unlink()
    elif damage == "shorter":
        journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:-2]))
    else:
        other = DirectJudge(lambda program, seed: Episode({"value": 1.0}))
        start(tmp_path / "other", judge=other).finish()
        journal.write_bytes((tmp_path / "other/journal.jsonl").read_bytes())
    before = (tmp_path / "run/card.json").read_bytes()
    judge = DirectJudge(lambda program, seed: Unavailable("must not be asked"))
    with pytest.raises(InfrastructureError, match="not that of the card"):
        start(tmp_path / "run", judge=judge).finish()
    with pytest.raises(InfrastructureError, match="not that of the card"):
        solon.resume(tmp_path / "run")
    assert (tmp_path / "run/card.json").read_bytes() == before
