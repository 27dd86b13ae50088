"""Problems evolve only through gates of meaning, and what is kept can be exported as trajectories."""

import json
from collections.abc import Sequence

import pytest
from msgspec import structs

from solon.tasks.planning.classical import evolve as subject
from solon.tasks.planning.classical.evolve import OPERATORS, Evolution, evolve, trajectories
from solon.tasks.planning.classical.mechanisms import compose
from solon.tasks.planning.classical.scene import World, trivial
from solon.tasks.planning.classical.worlds import WORLDS
from solon.verify.pddl.check import check, errors
from solon.verify.pddl.equivalent import Different, compare
from solon.verify.pddl.outcome import PlannerResult, ProvenUnsolvable
from solon.verify.pddl.search import search
from solon.verify.pddl.simulate import validate
from solon.verify.pddl.syntax import Domain, Problem

KEYS = compose(["carrying", "doors", "lamps"])


def solve(domain: Domain, problem: Problem) -> PlannerResult:
    return search(domain, problem, budget=500)


def evolved(world: World, direction: subject.Direction, count: int = 5, entropy: int = 1) -> Evolution:
    problems = [world.problem(world.instance(number)) for number in (1, 2, 3)]
    return evolve(world.domain, problems, solve, direction=direction, count=count, entropy=entropy)


@pytest.mark.parametrize("direction", ["easier", "harder", "any"])
@pytest.mark.parametrize("world", [KEYS, WORLDS["blocksworld"], WORLDS["balls"]], ids=lambda it: it.name)
def test_what_is_kept_is_sound_solved_new_and_as_hard_as_wanted(world: World, direction: subject.Direction) -> None:
    result = evolved(world, direction)
    children = [it for it in result.kept if it.parent is not None]
    assert children
    for it in result.kept:
        assert not errors(check(world.domain, it.problem))
        assert not trivial(it.problem)
        assert validate(world.domain, it.problem, it.plan).valid
        assert len(it.plan) >= 1
    for it in children:
        before = len(result.kept[it.parent].plan)
        assert direction == "any" or (len(it.plan) > before) == (direction == "harder")
        assert direction == "any" or len(it.plan) != before
    for place, one in enumerate(result.kept):
        for other in result.kept[place + 1 :]:
            assert isinstance(compare(world.domain, one.problem, other.problem), Different)


def test_all_nine_operators_are_tried_and_equal_arguments_give_equal_results() -> None:
    assert len(OPERATORS["any"]) == 9
    results = [evolved(KEYS, "any", count=10, entropy=entropy) for entropy in range(4)]
    tried = {it.operator for result in results for it in (*result.kept, *result.rejected)}
    assert tried == {"given", *OPERATORS["any"]}
    assert results[1] == evolved(KEYS, "any", count=10, entropy=1)
    assert results[1] != results[2]


def test_a_problem_with_other_names_is_no_new_one() -> None:
    """Exchanging two names of one type changes nothing up to names, and the gate says so every time."""
    results = [evolved(WORLDS["balls"], "any", entropy=entropy) for entropy in range(6)]
    rejected = [it for result in results for it in result.rejected]
    assert "relabel" in {it.operator for it in rejected}
    assert {it.reason for it in rejected if it.operator == "relabel"} <= {"known", "nothing to change"}
    assert "relabel" not in [it.operator for result in results for it in result.kept]


def test_a_block_with_two_on_top_and_one_on_nothing_are_turned_away() -> None:
    reasons: Sequence[tuple[str, str]] = [
        (it.operator, it.reason)
        for entropy in range(4)
        for it in evolved(WORLDS["blocksworld"], "any", entropy=entropy).rejected
    ]
    assert ("add object", "inconsistent") in reasons
    assert ("drop object", "inconsistent") in reasons


def test_given_problems_that_are_trivial_or_unsolvable_never_become_parents() -> None:
    world = WORLDS["blocksworld"]
    problem = world.problem(world.instance(1))
    empty = structs.replace(problem, goal=type(problem.goal)(()))
    result = evolve(world.domain, [empty, problem], lambda *_: ProvenUnsolvable(), direction="any", count=3, entropy=0)
    assert result.kept == ()
    assert [it.reason for it in result.rejected] == ["trivial", "unsolved"]


def test_trajectories_are_json_lines_of_observation_action_and_progress() -> None:
    result = evolved(KEYS, "any")
    lines = list(trajectories(KEYS, result))
    assert len(lines) == len(result.kept)
    for line, it in zip(lines, result.kept, strict=True):
        record = json.loads(line)
        assert record["operator"] == it.operator
        assert [step["action"] for step in record["steps"]] == [str(step) for step in it.plan]
        assert all("the robot is at" in step["observation"] for step in record["steps"])
        shares = [step["progress"] for step in record["steps"]]
        assert shares == sorted(shares)
        assert shares[-1] < 1 == record["progress"]
