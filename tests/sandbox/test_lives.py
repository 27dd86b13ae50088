"""Who dies with whom, and what a zygote and a worker are born with."""

import os
import select
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from sandbox.bench import LIMITS, Bench, descendants, program
from solon.contract import InfrastructureError
from solon.sandbox import Limits, LocalJail, addresses_are_fixed
from solon.sandbox.call import GUEST, call

RUNNER = """
import os, sys
from solon.contract import Program
from solon.sandbox import Limits, LocalJail, addresses_are_fixed
from solon.sandbox.call import GUEST, call

jail = LocalJail(sys.argv[1], Limits(cpu_seconds=20))
loop = Program(files=(("program.py", "def main():\\n while True: pass"),), entry="program.py:main")
with jail.open(loop, GUEST, b"", b"") as worker:
    if sys.argv[2] == "with a child that holds the channel" and os.fork() == 0:
        sys.stdin.read()
        os._exit(0)
    print(*[nursery.pid for nursery in jail._nurseries.values()], worker.pid, flush=True)
    call(worker)
"""


@pytest.mark.parametrize("how", ["alone", "with a child that holds the channel"])
def test_zygote_and_worker_die_when_the_runner_is_killed(anywhere: Bench, how: str) -> None:
    command = [sys.executable, "-W", "ignore", "-c", RUNNER, anywhere.level, how]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as runner:
        assert runner.stdout is not None
        pids = [int(pid) for pid in runner.stdout.readline().split()]
        handles = [os.pidfd_open(pid) for pid in pids]
        assert len(handles) == 2
        runner.send_signal(signal.SIGKILL)
        runner.wait()
        for handle in handles:
            assert select.select([handle], [], [], 10)[0], "it outlived its runner"
            os.close(handle)


def test_workers_die_with_their_zygote_and_the_next_worker_gets_a_new_one(bench: Bench) -> None:
    with LocalJail(bench.level, LIMITS) as jail:
        with jail.open(program("def main(): return 1"), GUEST, b"", b"") as worker:
            [nursery] = jail._nurseries.values()
            os.kill(nursery.pid, signal.SIGKILL)
            os.waitid(os.P_PID, nursery.pid, os.WEXITED | os.WNOWAIT)
            with pytest.raises(InfrastructureError, match="has died"):
                call(worker)
        with jail.open(program("def main(): return 1"), GUEST, b"", b"") as worker:
            assert call(worker) == 1


def test_a_zygote_whose_template_has_died_gives_way_to_a_new_one(bench: Bench) -> None:
    with LocalJail(bench.level, LIMITS) as jail:
        jail.warm(GUEST, b"")
        [nursery] = jail._nurseries.values()
        [template] = descendants(nursery.pid)
        os.kill(template, signal.SIGKILL)
        with pytest.raises(InfrastructureError, match="has died"):
            call_once(jail)
        assert call_once(jail) == 1


def test_a_jail_that_closes_takes_its_open_workers_along(anywhere: Bench) -> None:
    jail = LocalJail(anywhere.level, LIMITS)
    with jail.open(program("def main(): return 1"), GUEST, b"", b"") as worker:
        jail.close()
        with pytest.raises(InfrastructureError):
            call(worker)


def test_a_worker_that_has_ended_says_so(bench: Bench) -> None:
    with bench.jail.open(program("def main(): return 1"), GUEST, b"", b"") as worker:
        pass
    with pytest.raises(InfrastructureError, match="open another"):
        call(worker)


def test_an_exception_of_the_runner_ends_the_worker(bench: Bench) -> None:
    with pytest.raises(KeyError), bench.jail.open(program("def main(): return 1"), GUEST, b"", b""):
        raise KeyError


def test_a_zygote_serves_several_workers_at_once_and_from_several_threads(bench: Bench) -> None:
    answers: list[object] = []

    def play(number: int) -> None:
        with bench.jail.open(program(f"def main(): return {number}"), GUEST, b"", b"") as worker:
            answers.extend(call(worker) for _ in range(20))

    threads = [threading.Thread(target=play, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers, key=str) == [number for number in range(4) for _ in range(20)]


def test_nothing_survives_from_one_worker_to_the_next(bench: Bench) -> None:
    source = "import math\ndef main():\n old = getattr(math, 'left', 0)\n math.left = 1\n return old"
    assert [bench.run(source) for _ in range(2)] == [0, 0]


def test_workers_of_a_zygote_that_could_not_warm_up_are_an_infrastructure_error(bench: Bench) -> None:
    with LocalJail(bench.level, LIMITS) as jail:
        for guest, setup, reason in (("solon.sandbox.no_such_guest", b"", "No module"), (GUEST, b"x", "empty setup")):
            with pytest.raises(InfrastructureError, match=reason), jail.open(program(""), guest, setup, b""):
                pass


def test_a_forked_copy_of_the_runner_starts_zygotes_of_its_own(bench: Bench) -> None:
    with LocalJail(bench.level, LIMITS) as jail:
        jail.warm(GUEST, b"")
        [original] = jail._nurseries.values()
        jail._owner += 1  # what a fork of the runner amounts to
        assert call_once(jail) == 1
        [own] = jail._nurseries.values()
        assert own is not original
        os.kill(original.pid, signal.SIGKILL)
        os.waitpid(original.pid, 0)


def call_once(jail: LocalJail) -> object:
    with jail.open(program("def main(): return 1"), GUEST, b"", b"") as worker:
        return call(worker)


ORDER = """
import random, numpy
class Thing: pass
def main():
    things = {Thing() for _ in range(40)}
    order = [sorted(things, key=id).index(thing) for thing in things]
    words = list({str(number) for number in range(40)})
    return [order, words, random.random(), numpy.random.rand(), numpy.random.default_rng().random()]
"""


def test_runs_are_equal_whatever_a_zygote_did_before(bench: Bench) -> None:
    """Even the addresses of objects are."""
    source = "class Thing: pass\ndef main(): return [id(Thing()) for _ in range(5)]"
    results = [bench.run(source)]
    for number in range(5):
        with bench.jail.open(program(f"def main(): return {'x' * number!r}"), GUEST, b"", b"e" * number) as other:
            results.append(bench.run(source))
            call(other)
    assert results == results[:1] * 6


def test_runs_are_equal_from_zygote_to_zygote(bench: Bench) -> None:
    """Hash seed and generators are fixed, and the address layout where the kernel allows it."""
    first = 0 if addresses_are_fixed() else 1
    results: list[object] = []
    for _ in range(3):
        with LocalJail(bench.level, LIMITS) as jail, jail.open(program(ORDER), GUEST, b"", b"seed") as worker:
            result = call(worker)
            assert isinstance(result, list)
            results.append(result[first:])
    assert results[0] == results[1] == results[2]


def test_the_episode_seeds_the_generators(anywhere: Bench) -> None:
    first, again, other = (anywhere.run(ORDER, episode=episode) for episode in (b"a", b"a", b"b"))
    assert isinstance(first, list)
    assert isinstance(other, list)
    assert first == again
    assert all(mine != theirs for mine, theirs in zip(first[2:], other[2:], strict=True))


def test_the_worker_is_where_its_zygote_is_in_namespaces_of_its_own(bench: Bench) -> None:
    with bench.jail.open(program("def main(): return 1"), GUEST, b"", b"") as worker:
        status = Path(f"/proc/{worker.pid}/status").read_text()  # pyright: ignore[reportAttributeAccessIssue]
        assert "NoNewPrivs:\t1" in status
        assert "Seccomp:\t2" in status
        assert "CapEff:\t0000000000000000" in status
        spaces = [Path(f"/proc/{pid}/ns") for pid in (worker.pid, "self")]  # pyright: ignore[reportAttributeAccessIssue]
        if os.geteuid() != 0:
            with pytest.raises(PermissionError):  # not even its own user may look into it
                (spaces[0] / "net").stat()
            return
        names = ["net", "ipc", "uts", "mnt", "user"]
        same = [len({(space / name).stat().st_ino for space in spaces}) == 1 for name in names]
        assert same == [bench.level != "full"] * 5


def test_limits_show_in_the_kernel_too(bench: Bench) -> None:
    with (
        LocalJail(bench.level, Limits(cpu_seconds=7.5)) as jail,
        jail.open(program("def main(): return 1"), GUEST, b"", b"") as worker,
    ):
        text = Path(f"/proc/{worker.pid}/limits").read_text()  # pyright: ignore[reportAttributeAccessIssue]
    rows = {line[:26].strip(): line[26:].split()[:2] for line in text.splitlines()[1:]}
    assert rows["Max cpu time"] == ["9", "10"]
    assert rows["Max file size"] == rows["Max core file size"] == rows["Max processes"] == ["0", "0"]
