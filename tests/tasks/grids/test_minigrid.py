"""Three levels of MiniGrid, open loop: the package's own rewards, an exact planner, typed slips."""

import pickle
import random
from collections.abc import Iterator

import pytest

pytest.importorskip("minigrid", reason="needs the extra minigrid")

import gymnasium  # after the check that it is there

import solon
from solon.contract import InfrastructureError, Program, Seed
from solon.sandbox import LocalJail
from solon.tasks import load
from solon.tasks.grids.minigrid import MiniGridTask, world_of
from solon.tasks.grids.minigrid_levels import COUNTED, best_expected, door_key, unlock, unlock_pickup
from solon.tasks.grids.minigrid_planner import ACTIONS, UNLOCK, distances
from solon.tasks.grids.minigrid_rows import rows

LEVELS = ("minigrid-unlock", "minigrid-doorkey", "minigrid-unlock-pickup")


def program(body: str) -> Program:
    return Program((("policy.py", f"def policy(grid, direction):\n{body}"),))


def level(name: str, **options: object) -> MiniGridTask:
    task = load(name, **options)
    assert isinstance(task, MiniGridTask)
    return task


@pytest.fixture(scope="module")
def jail() -> Iterator[LocalJail]:
    with LocalJail("auto") as found:
        yield found


@pytest.mark.parametrize(
    ("name", "options", "mean"),
    [
        ("minigrid-unlock", {}, 0.9698),
        ("minigrid-doorkey", {"size": 5}, 0.9648),
        ("minigrid-doorkey", {"size": 6}, 0.9692),
        ("minigrid-doorkey", {}, 0.9764),
        ("minigrid-unlock-pickup", {}, 0.9477),
    ],
)
def test_shortest_lists_earn_on_the_first_hundred_seeds_what_was_measured_elsewhere(
    name: str, options: dict[str, int], mean: float
) -> None:
    task = level(name, **options)
    rewards = [task.reward_of(len(task.best(Seed(number)))) for number in range(100)]
    assert round(sum(rewards) / 100, 4) == mean
    if name == "minigrid-unlock":
        assert rewards[:5] == [0.953125, 0.96875, 0.975, 0.9625, 0.975]


@pytest.mark.parametrize("name", LEVELS)
def test_the_shortest_list_earns_what_the_package_gives_for_it(name: str, jail: LocalJail) -> None:
    task = level(name)
    for number in range(6):
        best = task.best(Seed(number))
        episode = task.evaluate(program(f"    return {best!r}\n"), Seed(number), jail)
        assert episode.metrics == {"reward": task.reward_of(len(best)), "solved": 1, "steps": len(best), "wasted": 0}


@pytest.mark.parametrize("name", LEVELS)
def test_the_best_filling_of_the_sketch_writes_lists_as_short_as_can_be(name: str, jail: LocalJail) -> None:
    task = level(name)
    for number in range(100, 112):
        episode = task.evaluate(task.references()["shortest"], Seed(number), jail)
        assert episode.metrics["steps"] == len(task.best(Seed(number)))


@pytest.mark.parametrize("name", LEVELS)
def test_a_list_too_short_by_one_solves_nothing(name: str, jail: LocalJail) -> None:
    task = level(name)
    episode = task.evaluate(program(f"    return {task.best(Seed(3))[:-1]!r}\n"), Seed(3), jail)
    assert (episode.metrics["reward"], episode.metrics["solved"], episode.slips) == (0.0, 0.0, 0)


@pytest.mark.parametrize("name", LEVELS)
def test_the_planners_rules_are_those_of_the_package(name: str) -> None:
    """Random walks in the package: wherever they lead, the planner's rules lead too."""
    task, dice = level(name), random.Random(name)
    for number in range(3):
        inner = gymnasium.make(task.level.environment, disable_env_checker=True).unwrapped
        inner.reset(seed=number)
        world, state = world_of(inner)
        left = distances(world, [state])
        for _ in range(task.level.limit - 1):
            offered = dict(world.after(state))
            action = dice.choice(ACTIONS)
            opened = state.opened and inner.grid.grid[world.ahead(state.cell, state.heading)] is not None
            if action == UNLOCK and (opened or world.ahead(state.cell, state.heading) == world.box):
                continue  # shuts the door or breaks the box, which the planner leaves out
            _, reward, ended, _, _ = inner.step(ACTIONS.index(action))
            new = offered.get(action, state)
            assert (new is None) == bool(ended) == (reward > 0)
            if new is None:
                break
            assert left[new] >= left[state] - 1
            state = new
            column, row = inner.agent_pos
            assert (state.cell, state.heading) == (row * inner.width + column, inner.agent_dir)
            assert (state.key < 0) == (inner.carrying is not None)


def test_the_best_that_can_be_expected_is_counted_out() -> None:
    for drawn in (unlock(), door_key(5), door_key(6), door_key(8), unlock_pickup()):
        assert best_expected(drawn) == pytest.approx(COUNTED[drawn.environment], abs=5e-7)


@pytest.mark.parametrize(
    ("body", "kind", "said"),
    [
        ("    return ['MOVE', 'JUMP']\n", "output", "'JUMP' at place 1"),
        ("    return ['MOVE', 3]\n", "output", "what is no text at place 1"),
        ("    return ['MOVE', '\\ud800']\n", "output", "at place 1"),
        ("    return 'MOVE'\n", "output", "returned no list"),
        ("    return None\n", "output", "returned no list"),
        ("    return grid[99]\n", "raised", "the function raised"),
    ],
)
def test_what_is_no_list_of_actions_is_a_slip(jail: LocalJail, body: str, kind: str, said: str) -> None:
    episode = level("minigrid-unlock").evaluate(program(body), Seed(0), jail)
    assert (episode.slips, episode.metrics["reward"]) == (1, 0.0)
    assert episode.first_slip is not None
    assert episode.first_slip.kind == kind
    assert said in episode.first_slip.message


def test_a_list_without_end_stops_at_the_limit(jail: LocalJail) -> None:
    episode = level("minigrid-unlock").evaluate(program("    return ['PICKUP'] * 5000\n"), Seed(0), jail)
    assert episode.metrics == {"reward": 0.0, "solved": 0.0, "steps": 288, "wasted": 1.0}


def test_the_brief_shows_an_instance_and_names_every_action() -> None:
    for name in LEVELS:
        brief = level(name).brief()
        assert all(action in brief for action in ACTIONS)
        assert "'agent'" in brief
        assert max(map(len, brief.splitlines())) <= 120


def test_a_recording_shows_the_key_taken_and_the_door_opened(jail: LocalJail) -> None:
    task = level("minigrid-unlock-pickup")
    recording = task.record(task.references()["shortest"], Seed(0), jail)
    episode = task.evaluate(task.references()["shortest"], Seed(0), jail)
    assert len(recording.frames) == episode.metrics["steps"] + 1
    assert sum(sum(frame.rewards) for frame in recording.frames) == episode.metrics["reward"]
    captions = [frame.caption for frame in recording.frames]
    assert "key" in recording.frames[captions.index("PICKUP")].removed
    assert "open door" in recording.frames[captions.index("UNLOCK")].added
    assert "key" in recording.frames[captions.index("DROP")].added
    idle = task.record(program("    return ['UNLOCK']\n"), Seed(0), jail)
    assert next(moment.text for moment in idle.moments if moment.trouble) == "UNLOCK changes nothing"


def test_held_out_instances_follow_from_the_key() -> None:
    task = level("minigrid-doorkey")
    assert task.best(Seed(1, b"k" * 16, "sealed")) == task.best(Seed(1, b"k" * 16, "search"))
    assert len({tuple(task.best(Seed(1, bytes([key]) * 16))) for key in range(1, 9)}) > 4


def test_a_task_survives_pickling_and_names_its_package_and_size() -> None:
    task = pickle.loads(pickle.dumps(level("minigrid-doorkey", size=6)))
    assert task.name == "minigrid-doorkey"
    assert task.version.startswith("1[minigrid=3.")
    assert task.version.endswith(",size=6]")
    with pytest.raises(ValueError, match="5, 6, 8, 16"):
        load("minigrid-doorkey", size=7)


def test_without_the_extra_the_task_is_listed_and_the_remedy_named(
    jail: LocalJail, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    task = level("minigrid-unlock")
    monkeypatch.setitem(sys.modules, "minigrid", None)
    assert task.figures()
    with pytest.raises(InfrastructureError, match=r"solon\[minigrid\]"):
        task.evaluate(program("    return []\n"), Seed(0), jail)


def test_rows_tell_published_from_measured(jail: LocalJail) -> None:
    table = list(rows(jail, [Seed(0), Seed(1)], {"minigrid-unlock": {"mine": program("    return []\n")}}))
    assert {row.level for row in table} == set(LEVELS)
    by_agent = {(row.level, row.agent): row for row in table}
    assert by_agent["minigrid-unlock", "mine"].reward == 0.0
    for name in LEVELS:
        assert by_agent[name, "shortest"].reward == by_agent[name, "shortest possible"].reward


@pytest.mark.slow
@pytest.mark.parametrize("name", LEVELS)
def test_a_program_is_found_offline_that_solves_held_out_instances(name: str, tmp_path) -> None:
    card, _ = solon.run(name, strategy_options={"rounds": 5}, seed=2, sealed_seeds=40, out=tmp_path / "r", workers=2)
    assert card.arms["winner"].metrics["solved"].mean >= 0.95
    assert not [finding for finding in card.findings if finding.severity == "alarm"]
