"""Levels of MiniGrid as environments of Gymnasium, step by step: found by their ids, shown whole or from the agent."""

from collections.abc import Iterator

import pytest

pytest.importorskip("minigrid", reason="needs the extra minigrid")

import solon
from solon.contract import InfrastructureError, Seed
from solon.sandbox import LocalJail
from solon.tasks import load
from solon.tasks.gym.task import GymTask

PRICES = {"turn": 1, "explore": 0, "key": 0, "unlock": 0, "drop": 0, "clear": 40}


def level(name: str, **options: object) -> GymTask:
    task = load(f"gym:{name}", **options)
    assert isinstance(task, GymTask)
    return task


@pytest.fixture(scope="module")
def jail() -> Iterator[LocalJail]:
    with LocalJail("auto") as found:
        yield found


def test_a_level_is_found_by_its_id_alone_and_by_that_of_its_package() -> None:
    plain, qualified = level("MiniGrid-Unlock-v0"), level("minigrid:MiniGrid-Unlock-v0")
    assert plain.version == qualified.version
    assert ",minigrid=3." in plain.version
    assert "'mission' a text" in plain.brief()
    assert "(7, 7, 3)" in plain.brief()
    with pytest.raises(ValueError, match="did you mean 'MiniGrid-Unlock-v0'"):
        level("MiniGrid-Unlok-v0")


def test_a_level_can_be_shown_whole() -> None:
    assert "(11, 6, 3)" in level("MiniGrid-Unlock-v0", view="full").brief()
    assert "view='full'" in level("MiniGrid-Unlock-v0", view="full").version
    with pytest.raises(ValueError, match="must be agent or full"):
        level("MiniGrid-Unlock-v0", view="half")


def test_without_the_package_its_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "minigrid", None)
    with pytest.raises(InfrastructureError, match=r"solon\[minigrid\]"):
        load("gym:MiniGrid-Unlock-v0")


@pytest.mark.parametrize("view", ["agent", "full"])
@pytest.mark.parametrize(
    "name", ["Unlock-v0", "DoorKey-8x8-v0", "UnlockPickup-v0", "KeyCorridorS3R3-v0", "LavaGapS7-v0", "FourRooms-v0"]
)
def test_the_map_and_its_prices_solve_levels_of_many_kinds(name: str, view: str, jail: LocalJail) -> None:
    task = level(f"MiniGrid-{name}", view=view)
    planner = task.sketch().render(PRICES)
    for number in range(3):
        episode = task.evaluate(planner, Seed(number), jail)
        assert (episode.metrics["terminated"], episode.slips) == (1.0, 0)
        assert episode.metrics["return"] > 0


def test_seeing_the_whole_level_costs_no_steps(jail: LocalJail) -> None:
    lengths = {}
    for view in ("agent", "full"):
        task = level("MiniGrid-DoorKey-8x8-v0", view=view)
        planner = task.sketch().render(PRICES)
        lengths[view] = sum(task.evaluate(planner, Seed(number), jail).metrics["length"] for number in range(6))
    assert lengths["full"] <= lengths["agent"]


def test_a_recording_shows_the_level_as_a_board(jail: LocalJail) -> None:
    task = level("MiniGrid-Unlock-v0")
    recording = task.record(task.sketch().render(PRICES), Seed(0), jail)
    assert recording.board is not None
    assert (recording.board.rows, recording.board.columns) == (6, 11)
    assert {"key", "locked door"} == set(recording.frames[0].added)
    assert recording.frames[0].caption == "open the door"
    assert any("key" in frame.removed for frame in recording.frames)
    assert "open door" in recording.frames[-1].added
    assert recording.moments[-1].text.startswith(f"ended after {len(recording.frames) - 1} steps")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["Unlock-v0", "DoorKey-8x8-v0"])
def test_a_program_is_found_offline_that_solves_held_out_episodes(name: str, tmp_path) -> None:
    card, _ = solon.run(
        f"gym:MiniGrid-{name}", strategy_options={"rounds": 3}, seed=1, sealed_seeds=40, out=tmp_path / "r", workers=2
    )
    assert card.arms["winner"].metrics["terminated"].mean >= 0.95
