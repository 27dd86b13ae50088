"""Programs that meet in a game: a worker for each, merged actions, faults and slips with a name."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec
import pytest
from msgspec import structs

from solon.contract import Fault, Program, ProgramFault, Seed
from solon.crossplay import Crossplay, MeetingFault
from solon.sandbox import LocalJail
from solon.tasks import load
from tasks.games.jails import FunctionJail, FunctionWorker, GuestJail

EVEN = (0, 1) * 5


def python(source: str) -> Program:
    return Program(files=(("policy.py", source),))


STAND = python("def policy(env, agent_id):\n    return 7\n")
FORWARD = python("def policy(env, agent_id):\n    return 0\n")


class CastJail:
    """Answers with one function a program and remembers who was opened with which episode."""

    isolation = "none"

    def __init__(self, cast: dict[Program, Callable[[bytes, bytes], bytes]]) -> None:
        self._cast = cast
        self.opened: list[tuple[Program, bytes]] = []
        self.sent: list[tuple[bytes, bytes]] = []  # whom, payload
        self.running = 0

    @contextmanager
    def open(self, program: Program, guest: str, setup: bytes, episode: bytes) -> Iterator[FunctionWorker]:
        self.opened.append((program, episode))
        self.running += 1
        whom = episode[16:] or bytes(range(msgspec.json.decode(setup)["n_agents"]))

        def answer(payload: bytes) -> bytes:
            self.sent.append((whom, payload))
            return self._cast[program](whom, payload)

        try:
            yield FunctionWorker(answer)
        finally:
            self.running -= 1


def always(action: int) -> Callable[[bytes, bytes], bytes]:
    return lambda whom, payload: bytes([action] * len(whom))


@pytest.mark.parametrize("name", ["cleanup", "gathering", "commons", "gathering-paper"])
def test_self_play_through_a_meeting_is_the_evaluation(name: str) -> None:
    task = load(name, steps=80)
    assert isinstance(task, Crossplay)
    for program in (task.references()["nearest_apple"], task.references()["random"]):
        alone = task.evaluate(program, Seed(3), GuestJail())
        meeting = task.meet([program], [0] * task.seats, Seed(3), GuestJail())
        assert meeting.agents.pop("program") == (pytest.approx(alone.metrics["reward"]),)
        assert meeting == alone


def test_equal_programs_are_one_program_with_one_worker() -> None:
    task = load("gathering", steps=40)
    program, copy = (python(task.references()["nearest_apple"].source) for _ in range(2))
    jail = CastJail({program: always(0)})
    meeting = task.meet([program, copy], EVEN, Seed(0), jail)
    assert len(jail.opened) == 1
    assert meeting.agents["return"] == task.evaluate(program, Seed(0), CastJail({program: always(0)})).agents["return"]


def test_each_worker_answers_for_its_agents_and_the_actions_are_merged() -> None:
    task = load("gathering", steps=3)
    jail = CastJail({STAND: always(7), FORWARD: always(0)})
    meeting = task.meet([STAND, FORWARD], (0, 1, 1, 0, 0, 0, 1, 0, 0, 1), Seed(0), jail)
    public = Seed(0).derive("worker")
    assert jail.opened == [(STAND, public + bytes([0, 3, 4, 5, 7, 8])), (FORWARD, public + bytes([1, 2, 6, 9]))]
    both = FunctionJail(lambda payload: bytes([7, 0, 0, 7, 7, 7, 0, 7, 7, 0]))
    assert meeting.agents["return"] == task.evaluate(STAND, Seed(0), both).agents["return"]
    assert jail.sent[0][1] == jail.sent[1][1]
    assert jail.running == 0


def test_the_mean_of_a_program_is_that_of_its_seats() -> None:
    task = load("gathering", steps=100, n_agents=3)
    meeting = task.meet([STAND, FORWARD], (1, 0, 1), Seed(1), CastJail({STAND: always(7), FORWARD: always(0)}))
    first, second, third = meeting.agents["return"]
    assert meeting.agents["program"] == (second, (first + third) / 2)


def test_permuting_the_programs_permutes_their_means_and_changes_nothing_else() -> None:
    task = load("gathering", steps=150)
    one, other = (task.references()[name] for name in ("random", "exploiting"))
    with LocalJail() as jail:
        first = task.meet([one, other], EVEN, Seed(0), jail)
        second = task.meet([other, one], [1 - index for index in EVEN], Seed(0), jail)
    assert first.agents["program"] == tuple(reversed(second.agents["program"]))
    assert structs.replace(first, agents={}) == structs.replace(second, agents={})
    assert first.agents["return"] == second.agents["return"]


def test_nearest_apple_meets_exploiting_with_golden_figures() -> None:
    golden = {
        "gathering": [(249.2, 89.6), (226.6, 138.8), (255.2, 109.2)],
        "gathering-paper": [(222.8, 131.8), (229.2, 109.8), (261.4, 107.8)],
    }
    for name, expected in golden.items():
        task = load(name)
        pair = [task.references()[it] for it in ("nearest_apple", "exploiting")]
        episodes = [task.meet(pair, EVEN, Seed(number), GuestJail()) for number in range(3)]
        assert [episode.agents["program"] for episode in episodes] == expected
        assert sum(episode.slips for episode in episodes) == 0


@pytest.mark.parametrize(
    ("seating", "message"),
    [((0, 1), "names 10 seats, got 2"), ((0,) * 10, "leave out programs"), ((0, 2) * 5, "indices 0 to 1")],
)
def test_a_seating_that_does_not_fit_is_refused(seating: tuple[int, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        load("cleanup").meet([STAND, FORWARD], seating, Seed(0), GuestJail())


def test_a_program_that_cannot_be_loaded_is_named_and_voids_the_episode() -> None:
    bad = python("def policy(env, agent_id)\n    return 7\n")
    with pytest.raises(MeetingFault, match=r"program 1: .* line 1") as caught:
        load("gathering", steps=2).meet([STAND, bad], EVEN, Seed(0), GuestJail())
    assert caught.value.index == 1
    assert caught.value.fault.kind == "syntax"


def test_a_program_that_fails_later_is_named_and_every_worker_ends() -> None:
    def crash(whom: bytes, payload: bytes) -> bytes:
        if payload[0] < 2:
            return bytes([7] * len(whom))
        raise ProgramFault(Fault("crash", "it left", step=2))

    jail = CastJail({STAND: crash, FORWARD: always(0)})
    with pytest.raises(MeetingFault, match="program 1: it left") as caught:
        load("gathering", steps=9).meet([FORWARD, STAND], EVEN, Seed(0), jail)
    assert caught.value.index == 1
    assert jail.running == 0
    short = CastJail({STAND: lambda whom, payload: b"\x07", FORWARD: always(0)})
    with pytest.raises(MeetingFault, match="program 0: the worker sent 1 actions for 5 agents"):
        load("gathering", steps=9).meet([STAND, FORWARD], EVEN, Seed(0), short)


def test_a_slip_names_its_program_where_several_meet() -> None:
    raising = python("def policy(env, agent_id):\n    return 1 // (agent_id - 3)\n")
    task = load("gathering", steps=2)
    meeting = task.meet([STAND, raising], EVEN, Seed(0), GuestJail())
    assert meeting.slips > 0
    assert meeting.first_slip is not None
    assert "agent 1 (program 1)" in meeting.first_slip.message
    alone = task.evaluate(raising, Seed(0), GuestJail())
    assert alone.first_slip is not None
    assert "program" not in alone.first_slip.message


MARKING = """
import builtins, sys
OWN = []
def policy(env, agent_id):
    np.mark = builtins.mark = sys.mark = env.static["mark"] = {who}
    OWN.append(agent_id)
    distance.__func__.mark = {who}
    return 7
"""
LOOKING = """
import builtins, sys
def policy(env, agent_id):
    places = (np, builtins, sys, distance.__func__)
    if any(hasattr(place, "mark") for place in places) or "mark" in env.static or "OWN" in globals():
        raise ValueError("somebody was here")
    return 7
"""


def test_no_program_sees_what_another_one_wrote() -> None:
    task = load("gathering", steps=20)
    with LocalJail() as jail:
        meeting = task.meet([python(MARKING.format(who=1)), python(LOOKING)], EVEN, Seed(0), jail)
        assert meeting.slips == 0, meeting.first_slip
        both = python(LOOKING.replace("def policy", "def look") + MARKING.format(who=1).replace(
            "return 7", "return look(env, agent_id)"))  # fmt: skip
        assert task.evaluate(both, Seed(0), jail).slips == 10 * 20


def test_agents_of_one_program_share_nothing_where_they_are_decentralised() -> None:
    meddling = python(
        "def policy(env, agent_id):\n    before = getattr(np, 'mark', agent_id)\n    np.mark = agent_id\n"
        "    if before != agent_id:\n        raise ValueError('somebody was here')\n    return 7\n"
    )
    with LocalJail() as jail:
        assert load("gathering", steps=5).evaluate(meddling, Seed(0), jail).slips > 0
        task = load("gathering", steps=5, decentralised=True)
        assert task.evaluate(meddling, Seed(0), jail).slips == 0
        meeting = task.meet([meddling, STAND], EVEN, Seed(0), jail)
        assert meeting.slips == 0
        with pytest.raises(MeetingFault, match="program 1: agent 1: ") as caught:
            task.meet([STAND, python("import os\nos._exit(3)\n")], EVEN, Seed(0), jail)
        assert caught.value.fault.kind == "crash"
