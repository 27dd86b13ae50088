"""Episodes of the repeated games: rules, luck, slips, meetings, and what the offline proposer can make of them."""

import ast
import hashlib
import itertools
import random
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solon.contract import Episode, Fault, InfrastructureError, Program, ProgramFault, Seed
from solon.crossplay import Crossplay, MeetingFault
from solon.playback import Recordable
from solon.sandbox import LocalJail
from solon.sandbox.worker import seed_generators
from solon.sketch import HoleValue, Sketched
from solon.tasks import load
from solon.tasks.matrix import guest
from solon.tasks.matrix.brief import EXAMPLE
from solon.tasks.matrix.published import ENTRANTS
from solon.tasks.matrix.task import SEATS, MatrixTask
from solon.watch import Deciding, Watchful

NAMES = ("matrix-prisoners", "matrix-chicken", "matrix-stag")


def python(source: str) -> Program:
    return Program(files=(("policy.py", source),))


TIT_FOR_TAT = python(EXAMPLE)
DEFECT = python("def policy(history, memory):\n    return D\n")


class Worker:
    def __init__(self, answer: Callable[[bytes], bytes], notes: list[str]) -> None:
        self._answer = answer
        self._notes = notes

    @property
    def note(self) -> str:
        return self._notes[0] if self._notes else ""

    def ask(self, payload: bytes, size: int | None = None) -> bytes:
        return self._answer(payload)


class GuestJail:
    """Runs the real guest in this process, and remembers who was opened and what was sent."""

    isolation = "none"

    def __init__(self) -> None:
        self.opened: list[Program] = []
        self.sent: list[bytes] = []

    @contextmanager
    def open(self, program: Program, guest_name: str, setup: bytes, episode: bytes) -> Iterator[Worker]:
        assert guest_name == guest.__name__
        self.opened.append(program)
        seed_generators(episode)
        notes: list[str] = []
        answer = guest.begin(guest.prepare(setup), program, episode, notes.append)

        def note_and_answer(payload: bytes) -> bytes:
            self.sent.append(payload)
            return answer(payload)

        yield Worker(note_and_answer, notes)


def make(name: str = "matrix-prisoners", **options: object) -> MatrixTask:
    task = load(name, **options)
    assert isinstance(task, MatrixTask)
    return task


@pytest.mark.parametrize("name", NAMES)
def test_a_task_declares_what_it_offers(name: str) -> None:
    task = make(name)
    assert (task.name, task.version) == (name, "2")
    assert [metric.name for metric in task.metrics if metric.role == "objective"] == ["score"]
    assert isinstance(task, Crossplay)
    assert isinstance(task, Deciding)
    assert isinstance(task, Watchful)
    assert isinstance(task, Sketched)
    assert next(iter(task.references())) == "tit_for_tat"
    assert task.decisions == 200 * 20
    assert make(name, noise=0.1, rounds=50).version == "2[rounds=50,noise=0.1]"


@pytest.mark.parametrize(
    ("options", "words"), [({"rounds": 0}, "1..5000"), ({"noise": 0.6}, "0..0.5"), ({"field": "mine"}, "classics")]
)
def test_an_options_value_that_cannot_be_is_refused(options: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        make(**options)


RULES = {  # the classics as sentences over what was played; own and other moves so far, a uniform number
    "cooperator": lambda own, other, luck: 0,
    "defector": lambda own, other, luck: 1,
    "alternator": lambda own, other, luck: 1 - own[-1] if own else 0,
    "cycler_ccd": lambda own, other, luck: int(len(own) % 3 == 2),
    "random": lambda own, other, luck: int(luck >= 0.5),
    "tit_for_tat": lambda own, other, luck: other[-1] if other else 0,
    "suspicious_tit_for_tat": lambda own, other, luck: other[-1] if other else 1,
    "generous_tit_for_tat": lambda own, other, luck: int(bool(other) and other[-1] == 1 and luck >= 1 / 3),
    "joss": lambda own, other, luck: int(bool(other) and (other[-1] == 1 or luck >= 0.9)),
    "win_stay_lose_shift": lambda own, other, luck: (own[-1] + other[-1]) % 2 if own else 0,
    "firm_but_fair": lambda own, other, luck: int(
        bool(own) and ((own[-1], other[-1]) == (0, 1) or ((own[-1], other[-1]) == (1, 1) and luck >= 2 / 3))
    ),
    "bully": lambda own, other, luck: 1 - other[-1] if other else 1,
    "tit_for_two_tats": lambda own, other, luck: int(other[-2:] == [1, 1]),
    "two_tits_for_tat": lambda own, other, luck: int(1 in other[-2:]),
    "hard_tit_for_tat": lambda own, other, luck: int(1 in other[-3:]),
    "go_by_majority_5": lambda own, other, luck: int(other[-5:].count(1) > other[-5:].count(0)),
    "grudger": lambda own, other, luck: int(1 in other),
    "forgetful_grudger": lambda own, other, luck: grudge(other),
    "prober": lambda own, other, luck: prober(other),
    "handshake": lambda own, other, luck: len(own) if len(own) < 2 else int(other[:2] != [0, 1]),
}


def grudge(other: list[int]) -> int:
    left = 0
    for move in other:
        left = left - 1 if left > 1 else 10 * move
    return int(left > 0)


def prober(other: list[int]) -> int:
    if len(other) < 3:
        return int(len(other) == 0)
    return 1 if other[1:3] == [0, 0] else other[-1]


SOURCES = (
    EXAMPLE,
    "def policy(history, memory):\n    return (len(history) // 3) % 2\n",
    """def policy(history, memory):
    memory["d"] = memory.get("d", 0) + (history[-1][1] if history else 0)
    return int(memory["d"] % 3 == 1)
""",
)
PLAYERS = (
    lambda pairs: pairs[-1][1] if pairs else 0,
    lambda pairs: (len(pairs) // 3) % 2,
    lambda pairs: int(sum(theirs for _, theirs in pairs) % 3 == 1),
)


def slow_episode(task: MatrixTask, own: Callable[[list[tuple[int, int]]], int], seed: Seed) -> tuple[float, ...]:
    """Play one match after the other by the sentences above; return the mean payoffs in the order of the field."""
    order = list(range(len(task.opponents)))
    random.Random(seed.derive("order")).shuffle(order)
    chances = {
        purpose: np.random.Generator(np.random.Philox(key=int.from_bytes(seed.derive(purpose), "little")))
        for purpose in ("opponents", "noise")
    }
    luck = chances["opponents"].random((task.rounds, len(order)))
    turned = chances["noise"].random((task.rounds, len(order), 2)) < task.noise
    means = dict.fromkeys(task.opponents, 0.0)
    for place, number in enumerate(order):
        name = task.opponents[number]
        pairs: list[tuple[int, int]] = []
        for round_ in range(task.rounds):
            mine = own(pairs)
            theirs = RULES[name]([b for _, b in pairs], [a for a, _ in pairs], luck[round_, place])
            if turned[round_, place, 0]:
                mine = 1 - mine
            if turned[round_, place, 1]:
                theirs = 1 - theirs
            pairs.append((mine, theirs))
            means[name] += task.game.payoffs[mine][theirs] / task.rounds
    return tuple(means.values())


@settings(deadline=None, derandomize=True, max_examples=30)
@given(
    name=st.sampled_from(NAMES),
    rounds=st.integers(1, 40),
    noise=st.sampled_from([0.0, 0.0, 0.1, 0.5]),
    which=st.integers(0, len(SOURCES) - 1),
    number=st.integers(0, 10**6),
)
def test_an_episode_is_what_the_rules_say_match_by_match(
    name: str, rounds: int, noise: float, which: int, number: int
) -> None:
    task = make(name, rounds=rounds, noise=noise)
    seed = Seed(number, b"k" * 16)
    episode = task.evaluate(python(SOURCES[which]), seed, GuestJail())
    assert episode.agents["return"] == pytest.approx(slow_episode(task, PLAYERS[which], seed))
    assert episode.metrics["score"] == pytest.approx(sum(episode.agents["return"]) / 20)
    assert list(task.suspicions(episode)) == []
    for metric in task.metrics:
        assert metric.low - 1e-9 <= episode.metrics[metric.name] <= metric.high + 1e-9


def test_the_slow_rules_notice_an_opponent_that_is_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    task, seed = make(rounds=20), Seed(1)
    monkeypatch.setitem(RULES, "grudger", lambda own, other, luck: int(1 in other[-2:]))
    episode = task.evaluate(python(SOURCES[1]), seed, GuestJail())
    assert episode.agents["return"] != pytest.approx(slow_episode(task, PLAYERS[1], seed))


GOLDEN = {
    "matrix-prisoners": "82de09df058c17c8e6bab0e852aa35f1e4e49a08f60d3e37920d570b8bef3aa5",
    "matrix-chicken": "ae4db900a0fa0b4d48dbe9a34bc384b9de58c867642ba1e0aa9bbaac2ad9c95c",
    "matrix-stag": "67297cf10d49c45519eadcbb72b736a1b10da2f0bc5f9e395e7e8d3616a9cb25",
}


@pytest.mark.parametrize("name", NAMES)
def test_episodes_are_the_same_for_ever(name: str) -> None:
    task = make(name, noise=0.05)
    digest = hashlib.sha256()
    for program, number in itertools.product((TIT_FOR_TAT, task.references()["coin"]), (0, 1)):
        episode = task.evaluate(program, Seed(number), GuestJail())
        digest.update(repr([round(value, 9) for value in episode.agents["return"]]).encode())
    assert digest.hexdigest() == GOLDEN[name]


def test_walls_change_nothing() -> None:
    task = make(rounds=30, noise=0.1)
    for program in (TIT_FOR_TAT, task.references()["coin"]):
        with LocalJail() as jail:
            assert task.evaluate(program, Seed(3), jail) == task.evaluate(program, Seed(3), GuestJail())


def test_luck_is_common_to_all_programs_and_secret_with_a_key() -> None:
    task = make("matrix-stag", rounds=60)
    place = task.opponents.index("random")
    still = python("def policy(history, memory):\n    return C\n")
    episodes = {key: task.evaluate(still, Seed(1, key), GuestJail()) for key in (b"", b"k" * 16)}
    again = task.evaluate(python("def policy(history, memory):\n    return 0 * len(history)\n"), Seed(1), GuestJail())
    assert again == episodes[b""]
    assert episodes[b""].agents["return"][place] != episodes[b"k" * 16].agents["return"][place]


def test_the_worker_is_not_told_who_is_who() -> None:
    task = make(rounds=40)
    orders = set()
    for number in range(4):
        jail = GuestJail()
        task.evaluate(DEFECT, Seed(number, b"k" * 16), jail)
        assert {len(payload) for payload in jail.sent} == {2 + 2 * 20}
        assert jail.sent[0] == bytes([0, 0]) + b"\xff" * 40
        orders.add(jail.sent[1])
    assert len(orders) > 1


@pytest.mark.parametrize(
    ("source", "kind", "words"),
    [
        ("def policy(history, memory):\n    return [C, D, C][len(history)]\n", "raised", "raised in round 3"),
        ("def policy(history, memory):\n    return 'C' if len(history) == 3 else C\n", "output", "no move in round 3"),
        ("def policy(history, memory):\n    return 2 if len(history) == 3 else True\n", "output", "no move in round 3"),
    ],
)
def test_a_slip_cooperates_counts_and_keeps_the_first_note(source: str, kind: str, words: str) -> None:
    task = make(rounds=4)
    episode = task.evaluate(python(source), Seed(0), GuestJail())
    assert episode.slips >= 20
    assert isinstance(episode.first_slip, Fault)
    assert episode.first_slip.kind == kind
    assert words in episode.first_slip.message
    assert "round 3: the strategy" in episode.first_slip.traceback


def test_a_reply_of_the_wrong_length_is_the_programs_fault() -> None:
    class Short(GuestJail):
        @contextmanager
        def open(self, program: Program, guest_name: str, setup: bytes, episode: bytes) -> Iterator[Worker]:
            yield Worker(lambda payload: b"\0", [])

    with pytest.raises(ProgramFault, match="1 moves for 20 matches"):
        make().evaluate(TIT_FOR_TAT, Seed(0), Short())


@pytest.mark.parametrize("name", NAMES)
def test_the_example_of_the_brief_plays_without_a_slip_and_the_brief_is_complete(name: str) -> None:
    task = make(name, noise=0.02)
    text = task.brief()
    assert EXAMPLE in text
    assert max(map(len, text.splitlines())) <= 110
    for opponent in task.opponents:
        assert opponent.replace("_", " ") in " ".join(text.split())
    assert "turned into the other one with probability 0.02" in " ".join(text.split())
    assert task.evaluate(TIT_FOR_TAT, Seed(0), GuestJail()).slips == 0


@pytest.mark.parametrize("name", NAMES)
def test_references_play_below_the_bound_without_a_slip(name: str) -> None:
    task = make(name)
    bound = task.figures()[0].metrics
    for program in task.references().values():
        episode = task.evaluate(program, Seed(2), GuestJail())
        assert episode.slips == 0
        assert episode.metrics["score"] < bound["score"]
        assert episode.metrics["worst"] <= bound["worst"] + 1e-9


@pytest.mark.parametrize(
    ("name", "low", "high"), [("prisoners", 3.3, 3.32), ("chicken", 3.3, 3.32), ("stag", 4.49, 4.5)]
)
def test_bounds_are_these(name: str, low: float, high: float) -> None:
    assert low < make(f"matrix-{name}").figures()[0].metrics["score"] < high


def test_what_no_match_can_pay_is_an_alarm() -> None:
    task = make(rounds=5)
    episode = task.evaluate(TIT_FOR_TAT, Seed(0), GuestJail())
    returns = (5.5, *episode.agents["return"][1:])
    forged = Episode(episode.metrics, {"return": returns})
    assert [finding.kind for finding in task.suspicions(forged)] == ["conservation", "impossible"]


def test_a_recording_tells_every_match_and_quotes_the_program() -> None:
    task = make(rounds=30)
    recording = task.record(TIT_FOR_TAT, Seed(4), GuestJail())
    assert isinstance(task, Recordable)
    assert len(recording.frames) == 31
    assert recording.agents == task.opponents
    returns = task.evaluate(TIT_FOR_TAT, Seed(4), GuestJail()).agents["return"]
    for place, moment in enumerate(recording.moments):
        assert f"against {task.opponents[place]}: {returns[place]:.2f} per round" in moment.text
        assert sum(frame.rewards[place] for frame in recording.frames[1:]) == pytest.approx(30 * returns[place])
    broken = task.record(python("def policy(history, memory):\n    raise ValueError('boo')\n"), Seed(4), GuestJail())
    assert broken.moments[0].trouble
    assert "\n| " in broken.moments[0].text


@pytest.mark.parametrize("noise", [0.0, 0.1])
def test_in_a_meeting_every_seat_plays_every_other_one(noise: float) -> None:
    task = make(rounds=25, noise=noise)
    jail = GuestJail()
    episode = task.meet((TIT_FOR_TAT, DEFECT), (0, 0, 0, 1, 0, 1, 0, 1), Seed(5), jail)
    assert jail.opened == [(TIT_FOR_TAT, DEFECT)[index] for index in (0, 0, 0, 1, 0, 1, 0, 1)]
    assert {len(payload) for payload in jail.sent} == {2 + 2 * 7}
    assert len(episode.agents["return"]) == SEATS
    assert sum(episode.agents["return"]) == pytest.approx(8 * episode.metrics["score"])
    good, bad = episode.agents["program"]
    assert 5 * good + 3 * bad == pytest.approx(8 * episode.metrics["score"])
    assert list(task.suspicions(episode)) == []
    if not noise:
        # Tit for tat loses the first round to each defector, among its own it always cooperates.
        assert good == pytest.approx((4 * 3 + 3 * 24 / 25) / 7)
        assert bad == pytest.approx((2 * 1 + 5 * 29 / 25) / 7)


def test_a_program_cannot_know_its_equals_by_what_they_share() -> None:
    knowing = python(
        "SEEN = {}\n\n\ndef policy(history, memory):\n    key = len(history)\n"
        "    SEEN[key] = SEEN.get(key, 0) + 1\n    return C if SEEN[key] > 7 else D\n"
    )
    with LocalJail("auto") as walls:
        episode = make(rounds=10).meet((knowing, TIT_FOR_TAT), (0, 0, 0, 0, 1, 1, 1, 1), Seed(2), walls)
    assert episode.metrics["mutual"] == pytest.approx(6 / 28)  # tit for tat with its own kind, and nobody else


def test_equal_programs_count_as_one_and_self_play_is_a_meeting() -> None:
    task, jail = make(rounds=10), GuestJail()
    copy = python(EXAMPLE)
    both = task.meet((TIT_FOR_TAT, copy), (0, 1) * 4, Seed(0), jail)
    assert jail.opened == [TIT_FOR_TAT] * 8
    assert (
        both.agents["return"]
        == task.meet((TIT_FOR_TAT,), (0,) * 8, Seed(0), GuestJail()).agents["return"]
        == (3.0,) * 8
    )


def test_a_fault_in_a_meeting_names_its_program() -> None:
    broken = python("def strategy(history, memory):\n    return C\n")
    with pytest.raises(MeetingFault) as caught:
        make(rounds=3).meet((TIT_FOR_TAT, broken), (0, 1) * 4, Seed(0), GuestJail())
    assert caught.value.index == 1
    with pytest.raises(ValueError, match="names 8 seats"):
        make().meet((TIT_FOR_TAT,), (0,) * 3, Seed(0), GuestJail())


SPACE = make().sketch()
DEFAULTS: dict[str, HoleValue] = {hole.name: hole.default for hole in SPACE.holes}


def fillings() -> Iterator[dict[str, HoleValue]]:
    dice = random.Random(1)
    for kind in ("table", "automaton", "learner"):
        for edge in (0, 1):
            yield {h.name: (h.high if edge else h.low) if not h.options else h.options[-edge] for h in SPACE.holes} | {
                "kind": kind
            }
        for _ in range(4):
            drawn: dict[str, HoleValue] = {}
            for hole in SPACE.holes:
                number = dice.uniform(hole.low, hole.high)
                drawn[hole.name] = (
                    dice.choice(hole.options) if hole.options else round(number) if hole.integer else number
                )
            yield drawn | {"kind": kind}


@pytest.mark.parametrize("values", list(fillings()), ids=lambda values: values["kind"])
def test_every_filling_of_the_sketch_plays_without_a_slip_and_reads_well(values: dict[str, HoleValue]) -> None:
    program = SPACE.render(
        {name: int(v) if isinstance(v, float) and v.is_integer() else v for name, v in values.items()}
    )
    assert ast.get_docstring(ast.parse(program.source))
    assert max(map(len, program.source.splitlines())) <= 120
    assert make(rounds=25, noise=0.1).evaluate(program, Seed(0), GuestJail()).slips == 0


def test_the_default_filling_is_tit_for_tat_and_a_learner_beats_it() -> None:
    for name in NAMES:
        task = make(name)
        plain, learner = (SPACE.render(DEFAULTS | {"kind": kind}) for kind in ("table", "learner"))
        scores = [task.evaluate(program, Seed(9, b"s" * 16), GuestJail()) for program in (plain, TIT_FOR_TAT, learner)]
        assert scores[0] == scores[1]
        assert scores[2].metrics["score"] > scores[1].metrics["score"] + 0.1


class FakePlayer:
    """As much of the library's player as is used: it repeats what the other did last."""

    def __init__(self) -> None:
        self.seen: list[object] = []

    def set_seed(self, seed: int) -> None:
        self.seed = seed

    def set_match_attributes(self, **attributes: object) -> None:
        self.attributes = attributes

    def update_history(self, play: object, coplay: object) -> None:
        self.seen.append(coplay)

    def strategy(self, opponent: "FakePlayer") -> object:
        assert len(opponent.seen) == len(self.seen)
        return self.seen[-1] if self.seen else "C"


def test_strategies_of_the_library_play_as_opponents(monkeypatch: pytest.MonkeyPatch) -> None:
    library = ModuleType("axelrod")
    library.__dict__.update(
        Action=SimpleNamespace(C="C", D="D"),
        Game=lambda **payoffs: payoffs,
        MockPlayer=FakePlayer,
        axelrod_first_strategies=[FakePlayer] * len(ENTRANTS),
    )
    monkeypatch.setitem(sys.modules, "axelrod", library)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object())
    task = make(field="axelrod", rounds=10)
    assert task.version == "2[rounds=10,field=axelrod]"
    assert task.evaluate(TIT_FOR_TAT, Seed(0), GuestJail()).agents["return"] == (3.0,) * 15
    assert task.evaluate(DEFECT, Seed(0), GuestJail()).agents["return"] == pytest.approx((1.4,) * 15)
    assert task.figures()[0].metrics["score"] == 5


def test_without_the_library_its_field_is_refused_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(InfrastructureError, match=r"pip install 'solon\[matrix\]'"):
        make(field="axelrod")
