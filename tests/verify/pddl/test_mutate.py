"""Planted mistakes: each kind can be planted, differs, and comes again with the same numbers."""

import random

import pytest

from solon.verify.pddl.mutate import (
    DOMAIN_KINDS,
    PLAN_KINDS,
    PROBLEM_KINDS,
    TEXT_KINDS,
    mutate_domain,
    mutate_plan,
    mutate_problem,
    mutate_text,
)
from solon.verify.pddl.outcome import Planned
from solon.verify.pddl.read import ParseError, peel, read_domain, read_problem
from solon.verify.pddl.search import search
from solon.verify.pddl.syntax import print_problem
from verify.pddl.worlds import WORLDS

DOMAIN = read_domain(WORLDS["roads"][0])
SOURCE = WORLDS["roads"][1](random.Random("roads1"))
PROBLEM = read_problem(SOURCE)


@pytest.mark.parametrize("kind", PROBLEM_KINDS)
def test_every_kind_for_problems(kind: str) -> None:
    first, again, other = (mutate_problem(DOMAIN, PROBLEM, kind, number) for number in (1, 1, 2))
    assert first is not None
    assert first == again
    assert first.thing != PROBLEM
    assert (first.kind, bool(first.touched)) == (kind, True)
    assert {m.touched for m in (mutate_problem(DOMAIN, PROBLEM, kind, n) for n in range(20)) if m} >= {first.touched}
    assert other is not None


@pytest.mark.parametrize("kind", DOMAIN_KINDS)
def test_every_kind_for_domains(kind: str) -> None:
    first, again = (mutate_domain(DOMAIN, kind, 1) for _ in range(2))
    assert first is not None
    assert first == again
    assert first.thing != DOMAIN
    assert len({m.touched for m in (mutate_domain(DOMAIN, kind, n) for n in range(20)) if m}) > 1


@pytest.mark.parametrize("kind", PLAN_KINDS)
def test_every_kind_for_plans(kind: str) -> None:
    found = search(DOMAIN, PROBLEM)
    assert isinstance(found, Planned)
    first, again = (mutate_plan(DOMAIN, PROBLEM, found.plan, kind, 1) for _ in range(2))
    assert first is not None
    assert first == again
    assert first.thing != found.plan
    assert first.touched.startswith("step ")
    lengths = {"dropped step": -1, "duplicated step": 1, "extra tail": 1}
    if kind != "truncated":
        assert len(first.thing) - len(found.plan) == lengths.get(kind, 0)
    if kind != "extra tail":
        assert mutate_plan(DOMAIN, PROBLEM, (), kind, 1) is None


@pytest.mark.parametrize("kind", TEXT_KINDS)
def test_every_kind_for_texts(kind: str) -> None:
    text = print_problem(PROBLEM)
    for number in range(5):
        mutant = mutate_text(text, kind, number)
        assert mutant is not None
        if kind == "prose around":
            assert read_problem(peel(mutant.thing)) == PROBLEM
        else:
            with pytest.raises(ParseError):
                read_problem(mutant.thing)
