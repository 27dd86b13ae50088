"""GRASP as a task: known programs get known figures, misuse is typed, the bars hold, recordings are the episodes."""

import pickle
import statistics
import time
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solon.contract import Program, ProgramFault, Seed
from solon.engine import check_episode, writable
from solon.playback import Recordable
from solon.sandbox import LocalJail
from solon.tasks import load
from solon.tasks.grids.grasp import GraspTask
from solon.tasks.grids.grasp_planner import best
from solon.tasks.grids.grasp_sketch import COLLECT, FERRY, filled
from solon.tasks.grids.grasp_world import play

SETTINGS = ({}, {"carry_limit": 2}, {"movement": "eight"}, {"movement": "eight", "carry_limit": 2, "step_cost": 0.3})


def task(name: str = "grasp", **options) -> GraspTask:
    found = load(name, **options)
    assert isinstance(found, GraspTask)
    return found


def program(body: str, name: str = "policy") -> Program:
    head = f"def {name}(grid_text, start, movement, carry_limit, step_cost):\n"
    return Program((("policy.py", head + body),))


def loaded(policy: Program):
    names: dict = {}
    exec(policy.source, names)
    return names["policy"]


@pytest.fixture(scope="module")
def jail() -> Iterator[LocalJail]:
    with LocalJail("auto") as found:
        yield found


def test_references_get_figures_in_the_expected_order(jail: LocalJail) -> None:
    judged = task()
    found = {name: judged.evaluate(it, Seed(3), jail) for name, it in judged.references().items()}
    for episode in found.values():
        check_episode(judged, episode)
        assert episode.slips == 0
    energy = {name: episode.metrics["energy"] for name, episode in found.items()}
    assert energy["random"] < 1 < energy["greedy"] <= energy["gathering"] < energy["planner"] == energy["synthesised"]
    assert found["greedy"] == judged.evaluate(judged.references()["greedy"], Seed(3), jail)
    assert found["planner"].metrics["returned"] == 1
    assert found["planner"].metrics["invalid"] == 0
    assert next(iter(judged.references())) == "greedy"


@pytest.mark.parametrize("options", SETTINGS, ids=str)
def test_the_planners_of_the_sketch_reach_the_optimum_nearly_everywhere(options: dict) -> None:
    judged = task(**options)
    plan = loaded(judged.references()["planner"])
    greedy = loaded(judged.references()["greedy"])
    gaps, ahead = [], []
    for seed in range(2):
        for instance in judged.instances(Seed(seed)):
            mine = judged._measured([instance], [play(instance, plan(*instance.arguments()))])["energy"]
            gaps.append(best(instance).value - mine)
            ahead.append(mine - judged._measured([instance], [play(instance, greedy(*instance.arguments()))])["energy"])
    assert min(gaps) >= -1e-9
    assert statistics.mean(gaps) < 0.02
    assert statistics.mean(ahead) > 0.05


def test_the_shipped_program_meets_the_bars_on_instances_nobody_tuned_on() -> None:
    judged, policy = task(), loaded(task().references()["synthesised"])
    banked, seconds = [], []
    for seed in range(1000, 1030):
        for instance in judged.instances(Seed(seed)):
            start = time.process_time()
            actions = policy(*instance.arguments())
            seconds.append(time.process_time() - start)
            banked.append(play(instance, actions).banked)
    assert statistics.mean(banked) >= 6.8
    assert statistics.median(seconds) < 0.005


@pytest.mark.parametrize(
    ("body", "slips", "kind", "words"),
    [
        ("    return ['FLY', 'TAKE']\n", 20, "output", "no such action"),
        ("    return 'UP'\n", 20, "output", "no list"),
        ("    return None\n", 20, "output", "no list"),
        ("    return [1, 'UP']\n", 20, "output", "no such action"),
        ("    return 1 // 0\n", 20, "raised", "raised"),
        ("    return ['UPLEFT']\n", 0, "", ""),
        ("    return ['UP'] * 100000\n", 0, "", ""),
        ("    return []\n", 0, "", ""),
    ],
)
def test_what_is_no_plan_is_a_slip_and_what_is_a_bad_one_is_not(
    jail: LocalJail, body: str, slips: int, kind: str, words: str
) -> None:
    episode = task().evaluate(program(body), Seed(0), jail)
    assert (episode.slips, episode.metrics["energy"]) == (slips, 0)
    if kind:
        assert episode.first_slip is not None
        assert (episode.first_slip.kind, episode.first_slip.step) == (kind, 0)
        assert words in episode.first_slip.message
        assert "TAKE" in episode.first_slip.remedy


def test_one_instance_that_raises_costs_that_instance_alone(jail: LocalJail) -> None:
    once = "    if start[0] < 6:\n        raise ValueError(start)\n    return ['UP', 'TAKE', 'DOWN', 'DROP']\n"
    episode = task().evaluate(program(once), Seed(0), jail)
    assert 0 < episode.slips < 20
    assert episode.metrics["banked"] > 0
    assert episode.first_slip is not None
    assert "ValueError" in episode.first_slip.traceback


def test_a_file_that_calls_its_function_solve_is_taken_and_one_without_either_is_not(jail: LocalJail) -> None:
    body = "    return ['UP', 'TAKE', 'DOWN', 'DROP']\n"
    assert task().evaluate(program(body, "solve"), Seed(0), jail) == task().evaluate(program(body), Seed(0), jail)
    with pytest.raises(ProgramFault, match="defines no function 'policy'") as raised:
        task().evaluate(program(body, "plan"), Seed(0), jail)
    assert raised.value.fault.kind == "entry"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"movement": "six"}, "movement must be four or eight"),
        ({"carry_limit": 0}, "carry_limit must be 1 or more"),
        ({"step_cost": 2.0}, "step_cost must lie"),
        ({"scoring": "fair"}, "scoring must be one of published, all-actions, moves"),
        ({"distribution": "even"}, "distribution must be one of random"),
        ({"instances": 0}, "instances must lie"),
    ],
)
def test_senseless_settings_are_refused(options: dict, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        task(**options)


def test_settings_show_in_version_brief_and_figures() -> None:
    assert (task().version, task(worst=1).version, task("grasp-all").version) == ("1", "1", "1")
    changed = task(movement="eight", carry_limit=2, step_cost=0.3, scoring="published", obstacles="free")
    assert changed.version == "1[movement=eight,carry_limit=2,step_cost=0.3,obstacles=free,scoring=published]"
    text = changed.brief()
    assert all(words in text for words in ("UPLEFT", "Here: 2.", "Here: 0.3.", "fault of the published scorer"))
    assert "each move that takes place" in task().brief()
    assert [it.metrics["energy"] for it in task().figures()] == [9.0, 5.106, 1.23]
    for scoring, greedy in (("published", 1.823), ("all-actions", -0.063), ("moves", 0.974)):
        figures = {it.label: it.metrics for it in task("grasp-all", scoring=scoring).figures()}
        assert figures["greedy, answers as shipped"]["energy"] == greedy
        assert figures["greedy, answers as shipped"]["scored_moves"] == 0.974
    assert pickle.loads(pickle.dumps(changed)).version == changed.version


@settings(max_examples=25)
@given(st.data())
def test_every_filling_of_the_sketch_plans_without_a_failed_action(data: st.DataObject) -> None:
    judged = task(data.draw(st.sampled_from(["grasp", "grasp-all"])))
    options = {} if judged.name == "grasp-all" else data.draw(st.sampled_from(SETTINGS))
    judged = task(judged.name, **options)
    space = judged.sketch()
    values = {}
    for hole in space.holes:
        if hole.options:
            values[hole.name] = data.draw(st.sampled_from(hole.options))
        elif hole.integer:
            values[hole.name] = data.draw(st.integers(int(hole.low), int(hole.high)))
        else:
            values[hole.name] = data.draw(st.floats(hole.low, hole.high))
    made = space.render(values)
    assert made == writable(made)
    policy = loaded(made)
    for instance in judged.instances(Seed(data.draw(st.integers(0, 1000))))[:3]:
        played = play(instance, policy(*instance.arguments()))
        assert (played.failed, played.home) == (0, True)


def test_programs_hold_what_they_need_and_no_more() -> None:
    loop = filled("free", "moves", collect="loop").source
    assert "def joined" in loop
    assert "def gather" not in loop
    assert "ferry" not in loop
    assert "OTHER_COST = 1" in filled("free", "all-actions", collect="loop").source
    assert {"nearest", "in_turn"} == {next(iter(COLLECT)), next(iter(FERRY))}
    both = filled("any", "moves").source
    assert "def collect" in both
    assert "def ferry" in both


def test_a_recording_shows_the_instance_on_which_most_can_be_had_whatever_the_program(jail: LocalJail) -> None:
    judged = task()
    assert isinstance(judged, Recordable)
    lazy = program("    return ['UP', 'TAKE', 'DOWN', 'DROP', 'FLY']\n")
    recording = judged.record(lazy, Seed(3), jail)
    assert recording.board is not None
    assert (recording.board.rows, recording.board.columns) == (11, 11)
    energy: set[int] = set()
    for frame in recording.frames:
        energy |= set(frame.added.get("energy", ()))
        energy -= set(frame.removed.get("energy", ()))
    richest = max(judged.instances(Seed(3)), key=lambda it: best(it).value)
    assert len(recording.frames) == 6
    assert recording.frames[0].agents == ((richest.start, -1, 0),)
    assert set(recording.frames[0].added["energy"]) == richest.energy
    assert len([it for it in recording.moments if it.trouble]) == 3
    assert "no such action" in recording.frames[-1].caption
    other = judged.record(judged.references()["greedy"], Seed(3), jail)
    assert (other.board, other.frames[0]) == (recording.board, recording.frames[0])
