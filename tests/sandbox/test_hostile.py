"""Programs that try to get out. Each says what it reached; nothing may be reached."""

import os
import socket

import pytest

from sandbox.bench import LIMITS, Bench, call_often, lend, program
from solon.contract import InfrastructureError, ProgramFault
from solon.sandbox import Limits, LocalJail, wire
from solon.sandbox.call import GUEST, call

ATTEMPTS = {
    "open a file": "open('/etc/passwd').read()",
    "list a folder": "os.listdir('/')",
    "write a file": "open('/tmp/solon-was-here', 'w')",
    "read the environment of the parent": "open(f'/proc/{PARENT}/environ', 'rb').read()",
    "read its own memory": "open('/proc/self/mem', 'rb')",
    "read a file through NumPy": "__import__('numpy').fromfile('/etc/passwd', dtype='u1')",
    "connect": "socket.socket().connect(('127.0.0.1', 22))",
    "make a socket pair": "socket.socketpair()",
    "execute": "os.execv('/bin/sh', ['sh', '-c', 'true'])",
    "execute through a shell": "subprocess.check_output(['true'])",
    "fork": "os.fork()",
    "start a thread": "threading.Thread(target=print).start()",
    "kill the zygote": "os.kill(ZYGOTE, 9)",
    "kill the runner": "os.kill(PARENT, 9)",
    "kill everything": "os.kill(-1, 9)",
    "raise its limits": "resource.setrlimit(resource.RLIMIT_CPU, (-1, -1))",
    "make memory executable": "failing(9, 0, 4096, 7, 0x22, -1, 0)",
    "duplicate a descriptor": "os.dup2(4, 1)",
    "ask the kernel for entropy": "os.urandom(8)",
    "trace the zygote": "failing(101, 16, ZYGOTE, 0, 0)",
    "read the zygote's memory": "failing(310, ZYGOTE, 0, 0, 0, 0, 0)",
    "drop the address layout": "failing(135, 0)",
    "set up io_uring": "failing(425, 1, 0)",
    "clone by number": "failing(56, 17, 0, 0, 0, 0)",
    "clone3 by number": "failing(435, 0, 0)",
    "clone by x32 number": "failing(0x40000038, 17, 0, 0, 0, 0)",
    "send a signal by number": "failing(234, ZYGOTE, ZYGOTE, 9)",
    "leave the namespaces": "failing(272, 0x10000000)",
}
HOSTILE = """
import ctypes, os, resource, socket, subprocess, threading

def failing(number, *arguments):
    library = ctypes.CDLL(None, use_errno=True)
    library.syscall.restype = ctypes.c_long
    if library.syscall(*[ctypes.c_long(value) for value in (number, *arguments)]) >= 0:
        return "reached"
    error = ctypes.get_errno()
    raise OSError(error, os.strerror(error))

def main():
    try:
        {attempt}
    except (OSError, RuntimeError, ValueError) as error:
        return ["refused", getattr(error, "errno", None), str(error)]
    return ["reached"]
"""


@pytest.mark.parametrize("what", ATTEMPTS)
def test_nothing_outside_can_be_reached(bench: Bench, what: str) -> None:
    [zygote] = bench.zygotes
    kept = bench.processes
    attempt = ATTEMPTS[what].replace("ZYGOTE", str(zygote)).replace("PARENT", str(os.getpid()))
    verdict = bench.run(HOSTILE.replace("{attempt}", attempt))
    assert isinstance(verdict, list)
    assert verdict[0] == "refused", verdict
    assert bench.run("def main(): return 1") == 1  # the zygote lives on
    assert bench.processes == kept


@pytest.mark.parametrize(
    "what", ["open a file", "list a folder", "read a file through NumPy", "make a socket pair",
             "make memory executable", "read the environment of the parent", "ask the kernel for entropy"]
)  # fmt: skip
def test_the_attempts_are_real_where_there_is_no_filter(benches: dict[str, Bench], what: str) -> None:
    unfiltered = lend("process", benches)
    attempt = ATTEMPTS[what].replace("PARENT", str(os.getpid()))
    assert unfiltered.run(HOSTILE.replace("{attempt}", attempt)) == ["reached"]


@pytest.mark.parametrize("bomb", ["os.fork()", "threading.Thread(target=time.sleep, args=(9,)).start()"])
def test_bombs_fizzle(bench: Bench, bomb: str) -> None:
    source = f"import os, threading, time\ndef main():\n while True:\n  try: {bomb}\n  except BaseException: pass"
    assert bench.fault(source).kind == "time"


def test_descriptors_are_the_two_pipes_and_nowhere(anywhere: Bench) -> None:
    """The runner's secrets, its other pipes and the zygote's control channel are not inherited."""
    source = (
        "import os\ndef main():\n return [n for n in range(64) if alive(n)]\ndef alive(n):\n try: os.write(n, b'')\n"
    )
    source += " except OSError: return False\n return True"
    keep = socket.socketpair()
    try:
        assert anywhere.run(source) == [0, 1, 2, 4]  # 3 is for reading
    finally:
        for end in keep:
            end.close()


def test_the_environment_holds_nothing_of_the_runner(anywhere: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "hidden")
    with LocalJail(anywhere.level, LIMITS) as fresh, fresh.open(program(ENVIRONMENT), GUEST, b"", b"") as worker:
        names = call(worker)
    assert isinstance(names, list)
    assert "PYTHONHASHSEED" in names
    assert set(names) <= {"PYTHONHASHSEED", "PYTHONUTF8", "PYTHON_JIT", "LD_LIBRARY_PATH", "LC_CTYPE"} | {
        f"{library}_NUM_THREADS" for library in ("OMP", "OPENBLAS", "MKL")
    }


ENVIRONMENT = "import os\ndef main(): return list(os.environ)"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("import os\ndef main(): os._exit(0)", "ended its own process (exit code 0)"),
        ("import os\ndef main(): os._exit(3)", "ended its own process (exit code 3)"),
        ("import sys\ndef main(): sys.exit()", "called exit()"),
        ("import ctypes\ndef main(): ctypes.string_at(0)", "SIGSEGV"),
        ("import os\ndef main(): os.abort()", "crashed its interpreter"),
    ],
)
def test_leaving_and_crashing_are_crashes(anywhere: Bench, source: str, words: str) -> None:
    fault = anywhere.fault(source)
    assert fault.kind == "crash"
    assert words in fault.message
    assert fault.remedy


def test_a_flood_of_output_goes_nowhere(anywhere: Bench, capfd: pytest.CaptureFixture[str]) -> None:
    source = (
        "import sys\ndef main():\n for _ in range(200): print('x' * 100_000); sys.stderr.write('y' * 1000)\n return 1"
    )
    assert anywhere.run(source) == 1
    assert capfd.readouterr() == ("", "")


def test_a_program_without_a_filter_leaves_no_process_either(anywhere: Bench) -> None:
    source = """
import os, time
def main():
    for _ in range(3):
        try:
            if os.fork() == 0:
                os.setsid()
                time.sleep(60)
        except OSError:
            return 1
    return 1
"""
    assert anywhere.run(source) == 1  # the fixture checks that nothing is left


def test_a_program_that_kills_the_zygote_where_it_can_is_an_infrastructure_error() -> None:
    with LocalJail("process", LIMITS) as jail:
        source = "import os, time\ndef main():\n os.kill(os.getppid(), 9)\n time.sleep(60)"
        with (
            pytest.raises(InfrastructureError, match="has died"),
            jail.open(program(source), GUEST, b"", b"") as worker,
        ):
            call(worker)
        with jail.open(program("def main(): return 1"), GUEST, b"", b"") as worker:
            assert call(worker) == 1  # a new zygote


def forged(kind: int, payload: bytes, length: int | None = None, *, tag: str = "current_tag()") -> str:
    head, tail = bytes([kind]), wire.HEADER.pack(0, 0, len(payload) if length is None else length)[5:] + payload
    return f"os.write(4, {head!r} + {tag}.to_bytes(4, 'little') + {tail!r})"


# The program shares the interpreter with the worker's loop, so it can look up the tag of the question it is asked.
PREAMBLE = """
import os, sys
def current_tag():
    frame = sys._getframe()
    while "tag" not in frame.f_locals:
        frame = frame.f_back
    return frame.f_locals["tag"]
"""
FORGERIES = {
    "a reply to another question": forged(wire.REPLY, b"[]", tag="(7)"),
    "two replies at once": f"data = []; write = os.write; os.write = lambda _, text: data.append(text); "
    f"{forged(wire.REPLY, b'[]')}; write(4, data[0] + data[0])",
    "an unknown kind": forged(0xFF, b""),
    "a frame of the zygote": forged(wire.FORKED, b""),
    "jailed again": forged(wire.JAILED, b""),
    "a refusal, to look like a broken machine": forged(wire.REFUSED, b"oh"),
    "an oversized note": forged(wire.NOTE, b"x" * (wire.NOTE_BYTES + 1)),
    "an oversized reply": forged(wire.REPLY, b"", wire.REPLY_BYTES + 1),
    "a fault of an unknown kind": forged(wire.FAULT, b'{"kind":"triumph","message":""}'),
    "a fault that is no JSON": forged(wire.FAULT, b"\xff"),
    "a pickle": forged(wire.FAULT, b"cos\nsystem\n(S'true'\ntR."),
    "an action text": "os.write(4, b'ESKIMO')",
}


@pytest.mark.parametrize("what", [*FORGERIES, "ready"])
def test_forged_frames_are_protocol_faults(bench: Bench, what: str) -> None:
    forgery = FORGERIES.get(what, forged(wire.READY, b""))
    assert bench.fault(f"{PREAMBLE}def main():\n {forgery}\n return 1").kind == "protocol"


@pytest.mark.parametrize("what", FORGERIES)
def test_frames_forged_while_loading_are_protocol_faults(bench: Bench, what: str) -> None:
    assert bench.fault(f"{PREAMBLE}{FORGERIES[what]}\ndef main(): return 1").kind == "protocol"


@pytest.mark.parametrize("size", [0, 1, 3])
def test_a_reply_of_another_size_than_asked_is_a_protocol_fault(bench: Bench, size: int) -> None:
    source = "def main(): return 42"
    with bench.jail.open(program(source), GUEST, b"", b"") as worker, pytest.raises(ProgramFault) as caught:
        worker.ask(b"[]", size)
    assert caught.value.fault.kind == "protocol"


def test_a_truncated_reply_is_a_crash_and_no_reply(bench: Bench) -> None:
    source = f"{PREAMBLE}def main():\n {forged(wire.REPLY, b'[1,2', 7)}\n os._exit(0)"
    assert bench.fault(source).kind == "crash"


def test_an_answer_given_before_its_question_was_read_is_a_protocol_fault(bench: Bench) -> None:
    """The program answers step 1 honestly and step 2 in advance, with the tags that it can know by then."""
    source = f"""
import solon.sandbox.wire as wire
{PREAMBLE}
honest = wire.write_all
def twice(descriptor, data):
    honest(descriptor, data)
    honest(descriptor, data)
def main():
    wire.write_all = twice
    return 1
"""
    with bench.jail.open(program(source), GUEST, b"", b"") as worker, pytest.raises(ProgramFault) as caught:
        call_often(worker, 3)
    assert caught.value.fault.kind == "protocol"


def test_reading_the_judges_channel_gains_nothing(bench: Bench) -> None:
    limits = Limits(cpu_seconds=0.3, wall_seconds=0.2)
    source = "import os\ndef main():\n os.read(3, 1)"
    with (
        LocalJail(bench.level, limits) as jail,
        jail.open(program(source), GUEST, b"", b"") as worker,
        pytest.raises(ProgramFault) as caught,
    ):
        call(worker)
    assert caught.value.fault.kind == "time"


def test_a_program_that_floods_notes_runs_out_of_time_and_only_the_first_is_kept(bench: Bench) -> None:
    source = f"{PREAMBLE}def main():\n while True: {forged(wire.NOTE, b'spam')}"
    with bench.jail.open(program(source), GUEST, b"", b"") as worker, pytest.raises(ProgramFault) as caught:
        call(worker)
    assert caught.value.fault.kind == "time"
    assert worker.note == "spam"
