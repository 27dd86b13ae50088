"""What games can be played for: metrics, expressions over metrics, constraints, further metrics."""

import pickle

import pytest

from solon.contract import Program, Seed
from solon.engine.judge import check_episode
from solon.tasks import load
from solon.tasks.games.metrics import nash
from solon.tasks.games.objective import goal
from tasks.games.jails import FunctionJail

ANY = Program(files=(("policy.py", "def policy(env, agent_id):\n    return 7\n"),))


def forward(payload: bytes) -> bytes:
    return bytes(10)


def shoot(payload: bytes) -> bytes:
    return b"\x06" * 10


def roles(task) -> dict[str, str]:
    return {metric.name: metric.role for metric in task.metrics if metric.role != "context"}


def bound(task) -> float | None:
    name = next(metric.name for metric in task.metrics if metric.role == "objective")
    limits = [it.metrics[name] for it in task.figures() if it.kind == "bound" and name in it.metrics]
    return min(limits) if limits else None


@pytest.mark.parametrize("game", ["cleanup", "gathering", "commons"])
@pytest.mark.parametrize("moves", [forward, shoot])
def test_an_episode_has_the_derived_metrics_within_their_declared_ranges(game: str, moves) -> None:
    task = load(
        game,
        n_agents=10,
        steps=40,
        objective="min(efficiency, 3) * equality + 0.01*maximin",
        constraint="peace >= 9.9 and 0.2 <= equality",
        measure="nash, log(1 + peace) - welfare ** 2",
    )
    assert roles(task) == {
        "min(efficiency, 3) * equality + 0.01 * maximin": "objective",
        "peace >= 9.9": "constraint",
        "0.2 <= equality": "constraint",
    }
    episode = task.evaluate(ANY, Seed(1), FunctionJail(moves))
    check_episode(task, episode)
    metrics = episode.metrics
    assert metrics["nash"] == nash(episode.agents["return"])
    assert metrics["peace >= 9.9"] == metrics["peace"] - 9.9
    aim = min(metrics["efficiency"], 3) * metrics["equality"] + 0.01 * metrics["maximin"]
    assert metrics["min(efficiency, 3) * equality + 0.01 * maximin"] == pytest.approx(aim)
    assert pickle.loads(pickle.dumps(task)).metrics == task.metrics
    assert list(task.suspicions(episode)) == []


def test_what_is_asked_for_shows_in_the_version_and_leaves_the_published_setting_as_it_is() -> None:
    task = load("cleanup", objective="nash", constraint="peace >= 9.9")
    assert task.version == "1[objective=nash,constraint=peace >= 9.9]"
    assert {figure.kind for figure in task.figures()} == {"bound", "published"}
    assert "Maximise nash: geometric mean" in " ".join(task.brief().split())
    assert "peace >= 9.9: margin of this constraint" in " ".join(task.brief().split())


def test_a_metric_is_the_same_objective_however_it_is_spaced() -> None:
    assert load("cleanup", objective=" maximin ").metrics == load("cleanup", objective="maximin").metrics


def test_bounds_follow_where_they_are_sound_and_nowhere_else() -> None:
    efficiency, maximin = bound(load("cleanup")), bound(load("cleanup", objective="maximin"))
    assert efficiency is not None
    assert maximin is not None
    both = bound(load("cleanup", objective="min(efficiency, 3) + 0.01 * maximin"))
    assert both == pytest.approx(3 + 0.01 * maximin)
    assert bound(load("cleanup", objective="2 * efficiency - peace")) == pytest.approx(2 * efficiency)
    # An expectation bounds neither the square of what may be negative, nor its product with something else.
    assert bound(load("cleanup", objective="efficiency * equality_bounded")) is None
    assert bound(load("cleanup", objective="efficiency ** 2")) is None
    assert bound(load("cleanup", objective="peace + equality")) is None


def test_in_gathering_the_number_of_takings_bounds_every_episode_so_products_too() -> None:
    takings = load("gathering").most_apples()
    assert bound(load("gathering", objective="efficiency * equality")) == pytest.approx(takings / 1000)
    assert bound(load("gathering", objective="efficiency ** 2")) == pytest.approx((takings / 1000) ** 2)
    assert bound(load("gathering", objective="nash")) <= takings / 10


@pytest.mark.parametrize("game", ["cleanup", "gathering", "commons"])
def test_the_nash_product_is_bounded_by_the_apples_that_can_be_taken_at_all(game: str) -> None:
    task = load(game, objective="nash", steps=200)
    found, mean = bound(task), task.efficiency_bound() * 200 / task.n_agents
    assert found is not None
    assert found >= mean - 1e-9
    assert (found > mean) == (game == "cleanup"), "where cleaning costs, what was taken may exceed what is left of it"


def test_nobody_gains_where_nothing_grows() -> None:
    assert bound(load("canary-cleanup", objective="nash")) == 0.0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"objective": "equalty * efficiency"}, "the objective: .*did you mean 'equality'"),
        ({"objective": "efficiency / peace"}, "can be 0"),
        ({"constraint": "peace >= 10.5"}, "can never hold"),
        ({"constraint": "peace > 9"}, "neither >= nor <="),
        ({"constraint": "piece >= 9"}, "did you mean 'peace'"),
        ({"measure": "gini"}, "choose one of efficiency"),
        ({"measure": "peace >= 9"}, "not in this language"),
    ],
)
def test_texts_that_cannot_be_meant_are_refused_when_the_task_is_made(options: dict[str, str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        load("cleanup", **options)


def test_without_wishes_there_is_nothing_derived() -> None:
    task = load("cleanup")
    assert goal(10, 1000, task.rules(), "efficiency").derived == ()
    assert roles(task) == {"efficiency": "objective"}
    assert roles(load("cleanup", objective="peace", measure="peace")) == {"peace": "objective"}
