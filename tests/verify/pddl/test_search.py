"""Our own planners: plans are valid, uniform-cost ones are the cheapest, and both prove that there is none."""

import random
from collections import deque

import pytest

from solon.verify.pddl.ground import TooLarge, ground
from solon.verify.pddl.outcome import GaveUp, Planned, ProvenUnsolvable, Rejected
from solon.verify.pddl.read import read_domain, read_problem
from solon.verify.pddl.search import search
from solon.verify.pddl.simulate import refusal, validate
from solon.verify.pddl.syntax import Atom, Domain, Problem
from solon.verify.pddl.world import World
from verify.pddl.worlds import WORLDS


def cheapest(domain: Domain, problem: Problem) -> float | None:
    """Return the cost of a cheapest plan by trying all steps in all states, without grounding; None if none exists."""
    world = World(domain, problem)
    steps = [
        Atom(action.name, tuple(binding.values()))
        for action in domain.actions
        for binding in world.bindings(action.parameters)
    ]
    assert all(refusal(world, step) is None for step in steps)
    costs = {world.start: 0.0}
    queue = deque([world.start])
    while queue:
        state = queue.popleft()
        for step in steps:
            action = world.actions[step.name]
            binding = world.binding(action, step)
            price = world.cost(action, binding)
            if isinstance(price, Atom) or not world.holds(action.precondition, state, binding):
                continue
            added, removed = world.changes(action, state, binding)
            following = (state - removed) | added
            total = costs[state] + price
            if total < costs.get(following, float("inf")):
                costs[following] = total
                queue.append(following)
    return min((cost for state, cost in costs.items() if world.holds(problem.goal, state, {})), default=None)


@pytest.mark.parametrize("name", WORLDS)
def test_plans_are_valid_and_uniform_ones_the_cheapest(name: str) -> None:
    text, generate = WORLDS[name]
    domain = read_domain(text)
    solved = 0
    for seed in range(4 if name in {"blocks", "lamps", "roads"} else 1):
        dice = random.Random(f"{name}/{seed}")
        small = {"blocks": {"count": 3}, "roads": {"places": 3, "parcels": 1}, "store": {"crates": 1}}.get(name, {})
        problem = read_problem(generate(dice, **small))
        best = cheapest(domain, problem)
        uniform, greedy = search(domain, problem, "uniform"), search(domain, problem)
        if best is None:
            assert isinstance(uniform, ProvenUnsolvable)
            assert isinstance(greedy, ProvenUnsolvable)
            continue
        assert isinstance(uniform, Planned)
        assert isinstance(greedy, Planned)
        for found in (uniform, greedy):
            verdict = validate(domain, problem, found.plan)
            assert verdict.valid
            assert verdict.cost == found.cost
        assert uniform.proved
        assert not greedy.proved
        assert uniform.cost == best <= greedy.cost
        solved += 1
    assert solved


def test_the_empty_plan_is_a_plan() -> None:
    domain = read_domain(WORLDS["blocks"][0])
    problem = read_problem("(define (problem p) (:domain blocks) (:objects a) (:init (free)) (:goal (free)))")
    for mode in ("greedy", "uniform"):
        found = search(domain, problem, mode)
        assert isinstance(found, Planned)
        assert (found.plan, found.cost) == ((), 0.0)


def test_a_budget_gives_up_and_an_error_is_told() -> None:
    domain = read_domain(WORLDS["blocks"][0])
    problem = read_problem(WORLDS["blocks"][1](random.Random(3), 6))
    given_up = search(domain, problem, "uniform", budget=5)
    assert isinstance(given_up, GaveUp)
    assert given_up.reason == "steps"
    wrong = search(domain, read_problem("(define (problem p) (:domain blocks) (:init (fre)) (:goal (free)))"))
    assert isinstance(wrong, Rejected)
    assert "did you mean 'free'?" in wrong.message


def test_equal_arguments_give_equal_plans() -> None:
    domain = read_domain(WORLDS["roads"][0])
    problem = read_problem(WORLDS["roads"][1](random.Random(5)))
    assert search(domain, problem) == search(domain, problem)


def test_parameters_without_end_are_given_up() -> None:
    parameters = " ".join(f"?p{index}" for index in range(20))
    domain = read_domain(f"""(define (domain d) (:predicates (never ?x) (p) (q))
      (:action a :parameters ({parameters}) :precondition (never ?p19) :effect (p)))""")
    objects = " ".join(f"o{index}" for index in range(9))
    problem = read_problem(f"(define (problem x) (:domain d) (:objects {objects}) (:init) (:goal (p)))")
    with pytest.raises(TooLarge, match="bindings of parameters"):
        ground(domain, problem, most=1_000)


def test_conditions_with_too_many_alternatives_are_given_up() -> None:
    atoms = [f"(p{index})" for index in range(30)]
    pairs = " ".join(f"(or {first} {second})" for first, second in zip(atoms[::2], atoms[1::2], strict=True))
    text = f"(define (domain d) (:predicates {' '.join(atoms)}) (:action a :effect (and {' '.join(atoms)})))"
    problem = read_problem(f"(define (problem x) (:domain d) (:init) (:goal (and {pairs})))")
    found = search(read_domain(text), problem)
    assert isinstance(found, GaveUp)
    assert found.reason == "memory"
