"""Level C with the extra ``wasm`` installed; without it none of these is collected."""

import os
from collections.abc import Iterator

import pytest

from sandbox.bench import Bench, call_often, descendants, descriptors, program
from sandbox.test_limits import MEMORY_BOMB
from solon.contract import InfrastructureError, ProgramFault, Seed
from solon.sandbox import Limits, LocalJail, survey, wasm, wire
from solon.sandbox.call import GUEST, call
from solon.tasks import load

__test__ = not wasm.missing()
SAFE = {"A": "full", "B": "no-namespaces"}
BEST = next((SAFE[row.level] for row in survey() if row.level in SAFE and row.available), None)
LIMITS = Limits(cpu_seconds=0.3, memory_mib=64, wall_seconds=20)


@pytest.fixture(scope="module")
def warm() -> Iterator[Bench]:
    bench = Bench("wasm", LIMITS)
    yield bench
    bench.jail.close()


@pytest.fixture
def instance(warm: Bench) -> Iterator[Bench]:
    before, alive = descriptors(), descendants(os.getpid())
    yield warm
    assert descriptors() == before
    assert descendants(os.getpid()) == alive


def test_a_function_is_called_and_its_answer_may_be_large(instance: Bench) -> None:
    assert instance.run("def main(items): return sorted(items)", [3, 1, 2]) == [1, 2, 3]
    assert instance.run("def main(text): return text * 2", "é" * 500_000) == "é" * 1_000_000


def test_numpy_and_the_usual_library_are_there(instance: Bench) -> None:
    source = (
        "import numpy as np, heapq, statistics, dataclasses, ctypes\ndef main(): return float(np.linalg.det(np.eye(3)))"
    )
    assert instance.run(source) == 1.0


STATE = """
import random, os, numpy as np
kept = globals().setdefault("kept", [])
def main():
    kept.append(1)
    things = [object() for _ in range(40)]
    return [random.random(), float(np.random.default_rng().random()), hash("text"), len(kept), sorted(os.environ),
            [things.index(thing) for thing in set(things)]]
"""


def test_every_instance_starts_from_the_same_memory_and_none_remembers_another(instance: Bench) -> None:
    first, second = instance.run(STATE, episode=b"one"), instance.run(STATE, episode=b"one")
    assert first == second
    assert first[3] == 1
    assert "SECRET" not in str(first[4])
    assert instance.run(STATE, episode=b"two") != first


ESCAPES = """
import builtins, ctypes, io, os, socket, subprocess, threading, urllib.request
import numpy as np
def refused(attempt):
    try:
        attempt()
    except BaseException as error:
        return ""
    return "reached"
def main(parent, here):
    attempts = {
        "read a file": lambda: open("/etc/passwd").read(),
        "read a file of the project": lambda: open(here).read(),
        "read a served module as a file": lambda: open("/solon/contract.py").read(),
        "climb out of the library": lambda: open("/usr/local/lib/../../../etc/passwd").read(),
        "list a folder": lambda: os.listdir("/"),
        "write a file": lambda: open("/tmp/solon-was-here", "w"),
        "write into the library": lambda: open("/usr/local/lib/solon", "w"),
        "replace the library": lambda: os.remove("/usr/local/lib/python315.zip"),
        "read through NumPy": lambda: np.fromfile("/etc/passwd", dtype="u1"),
        "link": lambda: os.symlink("/etc", "/tmp/etc"),
        "own memory": lambda: open("/proc/self/mem", "rb"),
        "environment of the parent": lambda: open(f"/proc/{parent}/environ", "rb"),
        "descriptor 3 and on": lambda: [os.read(number, 1) for number in range(3, 16)],
        "connect": lambda: socket.create_connection(("127.0.0.1", 22), 1),
        "listen": lambda: socket.socket().bind(("127.0.0.1", 0)),
        "look a name up": lambda: socket.gethostbyname("localhost"),
        "fetch": lambda: urllib.request.urlopen("http://127.0.0.1/"),
        "fork": lambda: os.fork(),
        "start a process": lambda: subprocess.run(["true"]),
        "execute": lambda: os.execv("/bin/sh", ["sh"]),
        "start a thread": lambda: threading.Thread(target=print).start(),
        "kill": lambda: os.kill(parent, 9),
        "entropy": lambda: os.urandom(1),
        "load a library": lambda: ctypes.CDLL("libc.so.6"),
        "call a function of the interpreter": lambda: ctypes.pythonapi.Py_Exit(3),
        "a module of the judge": lambda: __import__("solon.engine.judge"),
        "a packed module of the judge": lambda: __import__("msgspec").msgpack,
    }
    return [name for name, attempt in attempts.items() if not refused(attempt) == ""]
"""


def test_nothing_outside_can_be_reached(instance: Bench) -> None:
    assert instance.run(ESCAPES, os.getpid(), __file__) == []


def test_a_flood_of_output_goes_nowhere(instance: Bench, capfd: pytest.CaptureFixture[str]) -> None:
    source = (
        "import sys\ndef main():\n for _ in range(20): print('x' * 10_000); sys.stderr.write('y' * 1000)\n return 1"
    )
    assert instance.run(source) == 1
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("source", "kind", "words"),
    [
        ("def main(: pass", "syntax", "line 1"),
        ("def other(): pass", "entry", "'main'"),
        ("def main(): return {}['x']", "raised", "KeyError"),
        ("raise ValueError('early')", "raised", "early"),
        ("def main(): return {1}", "output", "JSON"),
        ("def main():\n while True:\n  try:\n   while True: pass\n  except BaseException: pass", "time", "0.3 s"),
        ("while True: pass", "time", "0.3 s"),
        ("def main(): return 7 ** 10 ** 8 > 0", "time", "0.3 s"),
        ("def main(): return len(bytes(10**9))", "memory", "memory"),
        (MEMORY_BOMB, "time", "0.3 s"),
        ("import os\ndef main(): os._exit(3)", "crash", "exit code 3"),
        ("import sys\ndef main(): sys.exit()", "crash", "exit()"),
        ("import os\ndef main(): os.abort()", "crash", "crashed"),
        ("import sys\ndef main(n=0):\n sys.setrecursionlimit(10**8)\n main()", "crash", "crashed"),
        ("import _host\ndef main(): _host.call(b'\\xffESKIMO')", "protocol", "a frame that is none"),
        ("import _host\ndef main(): _host.call(b'')", "protocol", "a frame that is none"),
        ("import _host\ndef main(): _host.call(b'\\xd0solon.engine')", "protocol", "a frame that is none"),
        ("import _host\ndef main(): _host.call(bytes([0xC4]) + bytes(10**4))", "protocol", "a frame that is none"),
        ("import _host\ndef main(): _host.call(bytes([0xC2]))", "protocol", "out of turn"),
        ("import _host\n_host.call(bytes([0xC3]))\ndef main(): return 1", "protocol", "out of turn"),
        ("import _host\ndef main(): _host.call(bytes([0xC5]) + b'{}')", "protocol", "a fault that is none"),
        ("import _host\ndef main(): _host.call(bytes([0xC3]) + b'NaN')", "output", "JSON"),
    ],
)  # fmt: skip
def test_faults_have_the_kinds_of_the_other_levels(instance: Bench, source: str, kind: str, words: str) -> None:
    fault = instance.fault(source)
    assert fault.kind == kind
    assert words in fault.message
    assert instance.run("def main(): return 1") == 1


def test_a_traceback_shows_the_programs_lines_and_none_of_ours(instance: Bench) -> None:
    fault = instance.fault("def main():\n answer = {}\n return answer['missing']  # here")
    assert "return answer['missing']  # here" in fault.traceback
    assert "wasm" not in fault.traceback


def test_a_program_that_waits_for_ever_is_at_fault() -> None:
    with (
        LocalJail("wasm", Limits(cpu_seconds=0.3, wall_seconds=0.5)) as jail,
        jail.open(program("import time\ndef main():\n time.sleep(60)"), GUEST, b"", b"") as worker,
        pytest.raises(ProgramFault) as caught,
    ):
        call(worker)
    assert caught.value.fault.kind == "time"
    assert "waiting" in caught.value.fault.message


@pytest.mark.parametrize("size", [0, 3])
def test_a_reply_of_another_size_than_asked_is_a_protocol_fault(instance: Bench, size: int) -> None:
    with instance.jail.open(program("def main(): return 42"), GUEST, b"", b"") as worker:
        with pytest.raises(ProgramFault) as caught:
            worker.ask(b"[]", size)
        assert caught.value.fault.kind == "protocol"
        with pytest.raises(InfrastructureError, match="has ended"):
            worker.ask(b"[]", 2)


def test_the_first_note_is_kept_and_a_second_breaks_the_protocol(instance: Bench) -> None:
    source = f"import _host\ndef main():\n while True: _host.call(bytes([{wire.NOTE}]) + b'spam')"
    with instance.jail.open(program(source), GUEST, b"", b"") as worker, pytest.raises(ProgramFault) as caught:
        call(worker)
    assert caught.value.fault.kind == "protocol"
    assert worker.note == "spam"


def test_the_limit_on_time_cuts_at_the_same_instruction_in_every_run() -> None:
    source = (
        "import random\ncount = 0\ndef main():\n global count\n for _ in range(20): count += random.random()\n return 1"
    )
    cut: list[int | None] = []
    for _ in range(2):  # two jails, so two processes, and in each an instance that was made ahead of time
        with LocalJail("wasm", Limits(cpu_seconds=0.02)) as jail:
            for _ in range(2):
                with jail.open(program(source), GUEST, b"", b"x") as worker, pytest.raises(ProgramFault) as caught:
                    call_often(worker, 100_000)
                assert caught.value.fault.kind == "time"
                cut.append(caught.value.fault.step)
    assert len(set(cut)) == 1
    assert (cut[0] or 0) > 100


@pytest.mark.parametrize("game", ["gathering", "cleanup"])
def test_a_game_has_the_results_of_the_best_level(game: str) -> None:
    assert BEST is not None
    task = load(game, steps=200)
    programs = task.references()
    with LocalJail("wasm") as here, LocalJail(BEST) as there:
        for name in ("nearest_apple", "cooperating"):
            assert task.evaluate(programs[name], Seed(5), here) == task.evaluate(programs[name], Seed(5), there)


def test_workers_may_be_open_at_once_and_a_closed_jail_leaves_nothing() -> None:
    before, alive = descriptors(), descendants(os.getpid())
    with LocalJail("wasm", LIMITS) as jail:
        with (
            jail.open(program("def main(): return 1"), GUEST, b"", b"") as one,
            jail.open(program("def main(): return 2"), GUEST, b"", b"") as two,
        ):
            assert [call(one), call(two), call(one)] == [1, 2, 1]
        assert len(descendants(os.getpid()) - alive) == 2
    assert descriptors() == before
    assert descendants(os.getpid()) == alive


def test_a_host_that_dies_is_an_infrastructure_error_and_the_next_worker_gets_another() -> None:
    with LocalJail("wasm", LIMITS) as jail:
        with jail.open(program("def main(): return 1"), GUEST, b"", b"") as worker:
            assert isinstance(worker, wasm.WasmWorker)
            os.kill(worker._host.pid, 9)
            with pytest.raises(InfrastructureError, match="has died"):
                call(worker)
        with jail.open(program("def main(): return 1"), GUEST, b"", b"") as worker:
            assert call(worker) == 1


def test_a_guest_that_cannot_be_prepared_is_an_infrastructure_error() -> None:
    with LocalJail("wasm", LIMITS) as jail:
        with pytest.raises(InfrastructureError, match="takes an empty setup"):
            jail.warm(GUEST, b"something")
        with pytest.raises(InfrastructureError, match="no_such_guest"):
            jail.warm("no_such_guest", b"")
