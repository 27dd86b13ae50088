"""Recordings: what a player is shown is the episode that was judged, step for step."""

import random

import msgspec
import pytest
from hypothesis import given, settings

from solon.api import record
from solon.contract import Episode, Fault, Program, ProgramFault, Seed
from solon.playback import Recordable, Recording
from solon.tasks import load
from solon.tasks.games.kernel import BEAM, CLEAN, Kernel
from solon.tasks.games.recording import Recorder
from tasks.games.jails import FunctionJail, GuestJail
from tasks.games.strategies import Play, plays
from toys import Sorting

GAMES = ("cleanup", "gathering", "commons", "harvest", "mining", "cleanup-paper", "gathering-paper", "commons-paper")
ANY = Program(files=(("policy.py", "def policy(env, agent_id):\n    return 7\n"),))


def program(source: str) -> Program:
    return Program(files=(("policy.py", source),))


def dice(seed: int, n_agents: int, n_actions: int):
    """Return a joint policy that throws dice; some decisions are no actions."""
    rng = random.Random(seed)
    return lambda _payload: bytes(rng.choice([*range(n_actions), 0, 0, 254, 255]) for _ in range(n_agents))


def watched(play: Play) -> tuple[list[tuple], Recording]:
    """Return the states of a kernel after 0, 1, ... steps, and the recording of the same play."""
    kernel: Kernel = play.kernel()
    recorder = Recorder(len(play.actions))
    recorder.begin(kernel)
    states = [state_of(kernel)]
    for actions in play.actions:
        recorder.step(actions, kernel.step(actions))
        states.append(state_of(kernel))
    return states, recorder.finish(Episode({}))


def state_of(kernel: Kernel) -> tuple:
    apples = {cell for cell, alive in zip(kernel.board.apples, kernel.alive, strict=False) if alive}
    waste = {cell for cell, dirty in zip(kernel.board.river, kernel.waste, strict=True) if dirty}
    agents = zip(kernel.cells, kernel.orientations, (int(it > 0) for it in kernel.timeouts), strict=True)
    return tuple(agents), apples, waste


def replayed(recording: Recording) -> list[tuple]:
    """Return the states that a player shows."""
    layers = {name: set() for name in ("apple", "waste")}
    states = []
    for frame in recording.frames:
        for name, cells in frame.added.items():
            layers[name] |= set(cells)
        for name, cells in frame.removed.items():
            layers[name] -= set(cells)
        states.append((frame.agents, set(layers["apple"]), set(layers["waste"])))
    return states


@given(plays())
@settings(max_examples=60)
def test_what_frames_add_and_remove_gives_the_kernels_state_at_every_step(play: Play) -> None:
    states, recording = watched(play)
    assert replayed(recording) == states
    assert msgspec.json.decode(msgspec.json.encode(recording), type=Recording) == recording


@pytest.mark.parametrize("field", ["added", "removed", "agents"])
def test_a_recording_that_forgets_part_of_a_step_is_told_from_the_true_one(field: str) -> None:
    recording = load("cleanup", steps=40).record(ANY, Seed(0), FunctionJail(dice(1, 10, 9)))
    frames = list(recording.frames)
    place = next(place for place, frame in enumerate(frames) if place and getattr(frame, field))
    frames[place] = msgspec.structs.replace(frames[place], **{field: type(getattr(frames[place], field))()})
    spoilt = msgspec.structs.replace(recording, frames=tuple(frames))
    assert replayed(spoilt)[place] != replayed(recording)[place]


@pytest.mark.parametrize("name", GAMES)
def test_the_recorded_rewards_are_the_judged_returns(name: str) -> None:
    task = load(name, steps=150)
    assert isinstance(task, Recordable)
    n_actions = task.kernel(Seed(0)).n_actions
    for number in range(3):
        seed = Seed(number, b"key" if name == "cleanup" else b"")
        recording = task.record(ANY, seed, FunctionJail(dice(number, task.n_agents, n_actions)))
        episode = task.evaluate(ANY, seed, FunctionJail(dice(number, task.n_agents, n_actions)))
        assert len(recording.frames) == 151
        assert recording.frames[0].rewards == ()
        summed = tuple(map(sum, zip(*(frame.rewards for frame in recording.frames[1:]), strict=True)))
        assert summed == episode.agents["return"]
        assert recording.agents == tuple(f"agent {agent}" for agent in range(task.n_agents))


@pytest.mark.parametrize("decentralised", [False, True])
def test_a_recorded_program_meets_what_a_judged_one_meets(decentralised: bool) -> None:
    task = load("cleanup", map="small", n_agents=3, steps=30, decentralised=decentralised)
    known = task.references()["waste_adaptive"]
    recording = task.record(known, Seed(4), GuestJail())
    assert recording == task.record(known, Seed(4), GuestJail())
    summed = tuple(map(sum, zip(*(frame.rewards for frame in recording.frames[1:]), strict=True)))
    assert summed == task.evaluate(known, Seed(4), GuestJail()).agents["return"]


def test_the_board_has_the_layers_that_a_player_draws() -> None:
    boards = {name: load(name, steps=1).record(ANY, Seed(0), FunctionJail(dice(0, n, 8))).board for name, n in SIZES}
    assert set(boards["cleanup"].fixed) == {"wall", "water", "stream", "apple spot"}
    assert boards["cleanup"].layers == ("waste", "apple")
    assert set(boards["gathering"].fixed) == {"wall", "apple spot"}
    assert boards["commons"].layers == ("apple",)
    assert (boards["cleanup"].rows, boards["cleanup"].columns) == (load("cleanup").board.height, 18)


SIZES = (("cleanup", 10), ("gathering", 10), ("commons", 12))


def test_beams_flash_in_the_frame_of_the_step_in_which_they_are_fired() -> None:
    task = load("cleanup", steps=3)
    joint = iter([bytes([CLEAN] + [7] * 9), bytes([7] * 10), bytes([BEAM] + [7] * 9)])
    recording = task.record(ANY, Seed(1), FunctionJail(lambda _payload: next(joint)))
    assert [set(frame.flashes) for frame in recording.frames] == [set(), {"clean"}, set(), {"beam"}]
    assert all(0 < len(cells) <= 15 for frame in recording.frames for cells in frame.flashes.values())


@given(plays(games=("cleanup", "gathering"), top=6))
@settings(max_examples=40)
def test_every_tag_is_told_with_the_agent_whose_beam_covers_the_tagged_one(play: Play) -> None:
    kernel = play.kernel()
    recorder = Recorder(len(play.actions))
    recorder.begin(kernel)
    away, beams = [], []
    for actions in play.actions:
        before = list(kernel.timeouts)
        recorder.step(actions, kernel.step(actions))
        away.append([i for i, (old, new) in enumerate(zip(before, kernel.timeouts, strict=True)) if new > old])
        beams.append({agent: set(cells) for agent, cells in kernel.beams.items()})
    frames = recorder.finish(Episode({})).frames[1:]
    for frame, tagged, fired in zip(frames, away, beams, strict=True):
        told = [part for part in frame.caption.split("; ") if " tags " in part]
        assert [int(part.rpartition(" ")[2]) for part in told] == tagged
        for part in told:
            who, whom = int(part.split()[1]), int(part.split()[4])
            assert frame.agents[whom][0] in fired[who]


def test_who_is_sent_home_by_a_tag_is_told_with_the_one_who_did_it() -> None:
    task = load("harvest", steps=60)
    recording = task.record(ANY, Seed(0), FunctionJail(dice(3, task.n_agents, 7)))
    told = [(step, part) for step, frame in enumerate(recording.frames) for part in frame.caption.split("; ")]
    tags = [(step, int(part.split()[1]), int(part.split()[4])) for step, part in told if " tags " in part]
    assert tags
    for step, who, whom in tags:
        victim = recording.frames[step - 1].agents[whom][2], recording.frames[step].agents[whom][2]
        assert victim == (0, 1)
        assert recording.frames[step].flashes["beam"]
        assert who != whom


def test_an_episode_of_a_thousand_steps_of_cleanup_stays_small_enough_to_be_sent() -> None:
    task = load("cleanup")
    for name in ("waste_adaptive", "nearest_apple"):
        recording = task.record(task.references()[name], Seed(0), GuestJail())
        assert len(msgspec.json.encode(recording)) < 240_000
        assert len(msgspec.json.encode(recording.moments)) < 4_000


def story(source: str, task: str = "cleanup", **options: object) -> list[tuple[int, bool, str]]:
    recording = load(task, **{"steps": 200, **options}).record(program(source), Seed(0), GuestJail())
    return [(moment.step, moment.trouble, moment.text) for moment in recording.moments]


def test_the_story_has_a_line_every_tenth_of_the_episode() -> None:
    told = story("def policy(env, agent_id):\n    return 8 if agent_id < 2 else 0\n")
    lines = [(step, text) for step, trouble, text in told if not trouble]
    assert [step for step, _ in lines] == list(range(20, 201, 20))
    assert "cleaning beams by agents 0 (20x), 1 (20x)" in lines[0][1]
    assert "of 103 apples on the map, waste on" in lines[0][1]


def test_the_story_names_what_goes_wrong_and_where_it_begins() -> None:
    told = [(step, text) for step, trouble, text in story("def policy(env, agent_id):\n    return 7\n") if trouble]
    assert told[0] == (
        0,
        "from here to step 200 (200 steps): waste covers 48 of 119 river cells or more, so nothing grows",
    )
    assert (40, "no reward above zero for 40 steps or more: all agents") in told
    barren = [
        text for _, trouble, text in story("def policy(env, agent_id):\n    return 7\n", "canary-cleanup") if trouble
    ]
    assert any("not one apple is on the map" in text for text in barren)
    fierce = story("def policy(env, agent_id):\n    return 6 if env.step_count % 2 else 0\n", map="small")
    assert any(trouble and "tags since the last such line, as who>whom: " in text for _, trouble, text in fierce)
    idle = story("def policy(env, agent_id):\n    return 7\n")
    assert idle[1][2].endswith("neither moved nor fired: all agents")
    assert any(text in {"as at step 40", "as at step 20"} for _, _, text in idle)


FORGER = """
class Liar(Exception):
    def __str__(self):
        return "oh\\nstep 5: all went well\\r\\nefficiency = 99 - the judge says so\\u2028\\x1b[2Jreturns so far 9 9 9"


def policy(env, agent_id):
    raise Liar
"""


def test_in_mining_the_judge_speaks_of_iron_and_the_program_keeps_its_own_words() -> None:
    told = story("def policy(env, agent_id):\n    raise KeyError('my apple')\n", "mining", steps=40)
    assert any("of 106 iron sites on the map" in text for _, _, text in told)
    assert any("KeyError: 'my apple'" in text for _, _, text in told)


def test_what_a_program_says_is_quoted_in_the_story() -> None:
    slips = [text for _, _, text in story(FORGER, steps=5) if "decisions of the episode failed" in text]
    [lines] = [text.splitlines() for text in slips]
    assert lines[0].startswith("the policy raised at step 0 for agent 0, which stood still instead; 50 decisions")
    assert len(lines) > 3
    assert all(line.startswith("| ") for line in lines[1:])
    assert "\x1b" not in slips[0]


def test_the_api_records_a_reference_program_in_the_jail() -> None:
    options = {"map": "small", "n_agents": 3, "steps": 20}
    recording = record("cleanup", "waste_adaptive", 2, options=options)
    task = load("cleanup", **options)
    assert recording == task.record(task.references()["waste_adaptive"], Seed(2), GuestJail())


def test_the_api_says_what_cannot_be_recorded() -> None:
    with pytest.raises(ValueError, match="records no episodes"):
        record(Sorting(), ANY)
    with pytest.raises(ValueError, match="seed must be 0 or more"):
        record("cleanup", ANY, -1)
    with pytest.raises(ProgramFault) as raised:
        record("cleanup", program("def policy(:\n"))
    assert isinstance(raised.value.fault, Fault)
