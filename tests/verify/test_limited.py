"""A solver in a process of its own: it answers, or it is stopped with a reason; the caller never waits longer."""

import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from solon.verify import limited
from solon.verify.limited import Finished, Limits, MissingSolver, Stopped, call, installed, require, run

PROBE = "limited_probe"
SHORT = Limits(seconds=0.5, megabytes=512)


@pytest.fixture(autouse=True)
def _probe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent / "probes"))


def test_an_answer_comes_back_whole_whatever_the_solver_prints() -> None:
    assert call(PROBE, b"print") == Finished(b"printed")
    large = b"twice" + b"x" * 3_000_000
    assert call(PROBE, large) == Finished(large * 2)


@pytest.mark.parametrize(
    ("what", "reason"),
    [(b"hang", "time"), (b"spin", "time"), (b"eat", "memory"), (b"raise", "crash"), (b"die", "crash")],
)
def test_what_goes_wrong_is_told_apart_and_ends_in_time(what: bytes, reason: str) -> None:
    start = time.monotonic()
    stopped = call(PROBE, what, SHORT)
    assert isinstance(stopped, Stopped)
    assert stopped.reason == reason
    assert time.monotonic() - start < 10
    assert call(PROBE, b"again") == Finished(b"againagain"), "the template survives"


def test_an_interrupted_call_leaves_no_answer_behind_for_the_next_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert call(PROBE, b"warm") == Finished(b"warmwarm")
    with monkeypatch.context() as interrupted:
        interrupted.setattr(limited, "_exactly", _raising)
        with pytest.raises(KeyboardInterrupt):
            call(PROBE, b"first")
    assert call(PROBE, b"second") == Finished(b"secondsecond")


def test_a_template_that_ends_closes_its_pipes() -> None:
    call(PROBE, b"warm")
    before = _opened()
    call(PROBE, b"warm")
    limited._templates[PROBE].end()  # pyright: ignore[reportPrivateUsage]  # who ends it otherwise is the end
    assert _opened() == before - 2
    assert call(PROBE, b"again") == Finished(b"againagain")
    assert _opened() == before


def _opened() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def _raising(stream: int, size: int) -> bytes:
    del stream, size
    raise KeyboardInterrupt


def test_children_of_a_solver_end_with_it() -> None:
    reply = call(PROBE, b"orphan", SHORT)
    assert isinstance(reply, Finished)
    deadline = time.monotonic() + 10
    while _runs(int(reply.reply)):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_solver_ends_with_its_template_however_that_was_ended() -> None:
    assert call(PROBE, b"warm") == Finished(b"warmwarm")
    template = limited._templates[PROBE]._process.pid  # pyright: ignore[reportPrivateUsage]  # as if it were killed
    asked = threading.Thread(target=call, args=(PROBE, b"hang", Limits(seconds=60)))
    asked.start()
    children = Path(f"/proc/{template}/task/{template}/children")
    deadline = time.monotonic() + 10
    while not children.read_text().split():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    solver = int(children.read_text().split()[0])
    os.kill(template, signal.SIGKILL)
    asked.join(10)
    assert not asked.is_alive()
    while _runs(solver):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_threads_and_forks_share_nothing_but_the_machine() -> None:
    answers: list[object] = []
    threads = [threading.Thread(target=lambda: answers.append(call(PROBE, b"again"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [Finished(b"againagain")] * 8


def test_an_external_program_has_the_same_limits(tmp_path: Path) -> None:
    shell = "/bin/sh"
    done = run([shell, "-c", "cat; echo oh >&2; exit 3"], tmp_path, SHORT, given=b"hello")
    assert done == Finished(b"hello", 3, "oh\n")
    stopped = run([shell, "-c", "sleep 60 & sleep 60"], tmp_path, SHORT)
    assert stopped == Stopped("time", "no answer within 0.5 s")
    eater = run([sys.executable, "-c", "x = bytearray(10**9)"], tmp_path, SHORT)
    assert isinstance(eater, Finished)
    assert eater.status != 0
    assert "MemoryError" in eater.said


def test_a_missing_solver_is_one_sentence_with_the_command() -> None:
    assert not installed("no_such_solver_anywhere")
    with pytest.raises(MissingSolver, match=r"run: pip install 'solon\[verify\]'"):
        require("no_such_solver_anywhere")


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{process}/stat").read_text().split()[2]
