"""The planner against all plans on tiny grids, and the bound against the planner."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solon.tasks.grids.grasp_generator import ALL_RULES, Rules, draw_many, kinds
from solon.tasks.grids.grasp_planner import beam, best, ceiling, exhaustive
from solon.tasks.grids.grasp_world import SCORINGS, Instance, Scoring, play, score


@st.composite
def tiny(draw: st.DrawFn, limits: tuple[int, ...], most: int = 4) -> Instance:
    rows, columns = draw(st.sampled_from([(1, 5), (2, 3), (3, 2), (3, 3), (2, 4)]))
    cells = list(range(rows * columns))
    start = draw(st.sampled_from(cells))
    others = [cell for cell in cells if cell != start]
    energy = draw(st.sets(st.sampled_from(others), max_size=most))
    obstacles = draw(st.sets(st.sampled_from(others), max_size=2)) - energy
    return Instance(
        start,
        frozenset(energy),
        frozenset(obstacles),
        rows,
        columns,
        draw(st.sampled_from(["four", "eight"])),
        draw(st.sampled_from(limits)),
        draw(st.sampled_from([0.0, 0.3])),
    )


@settings(max_examples=60)
@given(tiny((100,)), st.sampled_from(SCORINGS), st.integers(3, 9))
def test_without_a_limit_the_best_loop_is_the_best_of_all_plans(
    instance: Instance, scoring: Scoring, actions: int
) -> None:
    plan = best(instance, scoring, actions=actions)
    assert plan.value == pytest.approx(exhaustive(instance, scoring, actions=actions))
    assert plan.proved


@settings(max_examples=60)
@given(tiny((1, 2), most=3), st.sampled_from(SCORINGS), st.integers(4, 10))
def test_with_a_limit_dropping_elsewhere_was_never_seen_to_help(
    instance: Instance, scoring: Scoring, actions: int
) -> None:
    assert best(instance, scoring, actions=actions).value == pytest.approx(
        exhaustive(instance, scoring, actions=actions)
    )


@settings(max_examples=60)
@given(tiny((1, 2, 100)), st.sampled_from(SCORINGS), st.integers(3, 9))
def test_no_plan_is_worth_more_than_the_bound(instance: Instance, scoring: Scoring, actions: int) -> None:
    bound = ceiling(instance.movement, instance.carry_limit, instance.step_cost, scoring, actions)
    constant = instance.step_cost * (4 if instance.movement == "four" else 8) if scoring == "published" else 0
    assert exhaustive(instance, scoring, actions=actions) - constant <= bound + 1e-9


@pytest.mark.parametrize("rules", ALL_RULES, ids=str)
def test_plans_can_be_carried_out_and_are_worth_what_they_say(rules: Rules) -> None:
    for instance in draw_many(6, kinds(), [rules], random.Random(3)):
        exact, wide = best(instance), beam(instance, width=40)
        narrow = best(instance, width=10)
        for plan in (exact, wide, narrow):
            played = play(instance, plan.actions)
            assert (played.failed, played.home, played.used) == (0, True, len(plan.actions))
            assert score(instance, played, "moves") == pytest.approx(plan.value)
            assert plan.value <= exact.value + 1e-9
        assert exact.proved
        assert exact.value <= ceiling(*rules, "moves")


def test_the_bounds_of_the_settings() -> None:
    found = {tuple(rules): round(ceiling(*rules, "moves"), 6) for rules in ALL_RULES}
    assert found == {
        ("four", 100, 0.0): 9,
        ("four", 100, 0.3): 6,
        ("four", 2, 0.0): 5,
        ("four", 2, 0.3): 2.6,
        ("eight", 100, 0.0): 9,
        ("eight", 100, 0.3): 6,
        ("eight", 2, 0.0): 6,
        ("eight", 2, 0.3): 3.3,
    }


def test_the_bound_is_reached_where_energy_is_everywhere() -> None:
    everywhere = frozenset(range(121)) - {60}
    for rules in ALL_RULES:
        if rules.step_cost == 0:
            instance = Instance(60, everywhere, **rules._asdict())
            assert best(instance).value == ceiling(*rules, "moves")


def test_a_trap_has_an_empty_plan() -> None:
    walled = Instance(4, frozenset({0}), frozenset({1, 3, 5, 7}), 3, 3)
    assert best(walled).actions == ()
    assert beam(walled).value == 0
