"""The common dialect: nothing is left to note, and it means the same."""

import random

import pytest

from solon.verify.pddl.check import check
from solon.verify.pddl.normalise import normalise
from solon.verify.pddl.outcome import Planned, ProvenUnsolvable
from solon.verify.pddl.read import read_domain, read_problem
from solon.verify.pddl.search import search
from solon.verify.pddl.simulate import validate
from solon.verify.pddl.syntax import Typed, print_domain, print_problem
from verify.pddl.oracle import Oracle
from verify.pddl.worlds import WORLDS


@pytest.mark.parametrize("name", WORLDS)
def test_nothing_is_left_to_note(name: str) -> None:
    domain, generate = WORLDS[name]
    for seed in range(5):
        normal = normalise(read_domain(domain), read_problem(generate(random.Random(seed))))
        issues = [i for i in check(normal.domain, normal.problem) if i.kind != "GoalAlreadyTrue"]
        assert issues == []
        again = normalise(normal.domain, normal.problem)
        assert (again.domain, again.problem) == (normal.domain, normal.problem)
        assert "either" not in print_domain(normal.domain)
        assert read_domain(print_domain(normal.domain)) == normal.domain


@pytest.mark.parametrize("name", WORLDS)
def test_it_has_the_same_plans_at_the_same_cost(name: str) -> None:
    text, generate = WORLDS[name]
    domain = read_domain(text)
    for seed in range(8):
        source = generate(random.Random(f"{name}{seed}"))
        problem = read_problem(source)
        normal = normalise(domain, problem)
        ours, theirs = search(domain, problem, "uniform"), search(normal.domain, normal.problem, "uniform")
        assert type(ours) is type(theirs)
        if not isinstance(theirs, Planned) or not isinstance(ours, Planned):
            assert isinstance(ours, ProvenUnsolvable)
            continue
        assert ours.cost == theirs.cost
        back = normal.restore(theirs.plan)
        assert validate(domain, problem, back).valid
        assert Oracle(text, source).accepts([(step.name, *step.arguments) for step in back]) == ours.cost


def test_what_it_rewrites_can_be_seen() -> None:
    workshop = normalise(*(f(t) for f, t in zip((read_domain, read_problem), _texts("workshop"), strict=True)))
    assert workshop.domain.constants == (Typed("wrench", ("tool",)),)
    assert workshop.actions == {"open-action": "open"}
    assert workshop.domain.requirements == (":strips", ":typing", ":negative-preconditions")
    store = normalise(*(f(t) for f, t in zip((read_domain, read_problem), _texts("store"), strict=True)))
    assert store.domain.predicates[0].parameters[0].types == ("surface",)
    assert "(is-crate-or-shelf c0)" in print_problem(store.problem)
    assert "(is-crate-or-shelf ?x)" in print_domain(store.domain)
    rooms = normalise(*(f(t) for f, t in zip((read_domain, read_problem), _texts("rooms"), strict=True)))
    assert [entry.name for entry in rooms.domain.types] == ["thing", "room", "robot", "gripper"]
    roads = normalise(*(f(t) for f, t in zip((read_domain, read_problem), _texts("roads"), strict=True)))
    order = [entry.name for entry in roads.domain.types]
    assert order.index("thing") < order.index("vehicle") < order.index("van")


def _texts(name: str) -> tuple[str, str]:
    domain, generate = WORLDS[name]
    return domain, generate(random.Random(1))


def test_either_in_quantifiers_and_effects_keeps_its_meaning() -> None:
    domain = read_domain("""(define (domain e) (:types a b c) (:predicates (on ?x) (go))
      (:action all :precondition (forall (?x - (either a b)) (on ?x)) :effect (go))
      (:action some :precondition (exists (?x - (either a b)) (not (on ?x)))
        :effect (forall (?y - (either b c)) (on ?y))))""")
    for start, length in (("(on a1)", 2), ("(on c1)", None), ("(on a1) (on b1)", 1)):
        problem = read_problem(f"""(define (problem q) (:domain e) (:objects a1 - a b1 - b c1 - c) (:init {start})
          (:goal (go)))""")
        normal = normalise(domain, problem)
        for found in (search(domain, problem, "uniform"), search(normal.domain, normal.problem, "uniform")):
            assert (len(found.plan) if isinstance(found, Planned) else None) == length
