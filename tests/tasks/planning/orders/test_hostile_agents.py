"""Agents that answer nonsense end their case with a typed error; panels agree with the verdict."""

import json

import pytest

from solon.contract import Seed
from solon.playback import Exhibit
from solon.tasks.planning.orders.agents import reader
from solon.tasks.planning.orders.cases import Case, draw
from solon.tasks.planning.orders.exhibits import exhibits
from solon.tasks.planning.orders.oracle import MOST_CALLS, Verdict
from solon.tasks.planning.orders.task import OrderTask, play
from tasks.planning.orders.inside import InsideJail


class Liar:
    """A worker that was taken over and replies what it likes, over and over."""

    note = ""

    def __init__(self, reply: bytes) -> None:
        self.reply = reply
        self.asked = 0

    def ask(self, payload: bytes, size: int | None = None) -> bytes:
        del payload, size
        self.asked += 1
        return self.reply


REPLIES = {
    "nothing": b"",
    "no mark": b"\xff\xfe",
    "no JSON": b"c[",
    "deep": b"c" + b"[" * 100_000,
    "half of a character": b'c[["\\ud800", null]]',
    "no number": b'c[["wait", NaN]]',
    "a fraction": b'c[["wait", 1.5]]',
    "no calls": b"c[]",
    "an object": b'c{"tool": "wait"}',
    "a huge hour": b'c[["x", ' + b"9" * 4000 + b"]]",
    "a long name": b"c" + json.dumps([["x" * 1_000_000, None]]).encode(),
    "waiting": b'c[["wait", null]]',
    "many": b"c" + json.dumps([["wait", None]] * 100_000).encode(),
    "starting over": b'c[["restart", null]]',
}


@pytest.mark.parametrize("extended", [False, True])
@pytest.mark.parametrize("name", REPLIES)
def test_nonsense_is_an_error_of_a_kind_and_short(name: str, *, extended: bool) -> None:
    case, worker = draw(4, "hostile", extended=extended), Liar(REPLIES[name])
    verdict, _, calls = play(worker, case)
    assert verdict.error in ("act error", "timeout")
    assert len(verdict.reason) < 300
    assert worker.asked <= MOST_CALLS + 1
    assert len(calls) <= MOST_CALLS + 1
    assert all(len(step) < 400 for it in exhibits(case, verdict, calls) for step in it.steps)


def panels(case: Case, verdict: Verdict, calls: list[tuple[str, int | None]]) -> dict[str, Exhibit]:
    return {it.title: it for it in exhibits(case, verdict, calls)}


@pytest.mark.parametrize("extended", [False, True])
@pytest.mark.parametrize("cause", ["", "order error", "action lost", "act error"])
def test_constraints_are_kept_where_the_verdict_is_a_success(cause: str, *, extended: bool) -> None:
    jail = InsideJail()
    for number in range(8):
        case = draw(4, f"panels/{number}", extended=extended)
        judged = OrderTask(cases=1, extended=extended)
        with jail.open(reader(cause, 0.5), "solon.tasks.planning.orders.guest", b"", b"0" * 16) as worker:
            verdict, _, calls = play(worker, case)
        found = panels(case, verdict, calls)
        assert len(found["Constraints"].rows) == len(case.pairs) + len(case.windows)
        if not verdict.error:
            assert found["Constraints"].trouble == found["Calls"].trouble == ()
        else:
            assert found["Calls"].steps[-1].startswith(verdict.error)
        if verdict.error == "order error":
            assert "broken" in {row[1] for row in found["Constraints"].rows}
    shown = judged.record(reader(cause, 0.5), Seed(1), jail).exhibits
    assert [it.title for it in shown] == ["The paragraph", "Calls", "Constraints"]
