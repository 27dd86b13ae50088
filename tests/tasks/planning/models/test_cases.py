"""Generated problems have one optimum, and it is what an independent method finds."""

import itertools
import random

import msgspec
import pytest

from solon.tasks.planning.models.cases import SOURCES, Case, UnknownSource, generate, is_unique
from solon.tasks.planning.models.source import Kinds
from solon.tasks.planning.models.words import Said
from solon.verify.formal.check import check
from solon.verify.formal.interpret import interpret
from solon.verify.formal.model import Formal, Solved
from solon.verify.formal.solve import solve
from solon.verify.formal.text import read, write


def kinds(case: Case) -> Kinds:
    return Kinds(tuple(Said(fact) for fact in case.facts))


@pytest.mark.parametrize("source", sorted(SOURCES))
def test_a_problem_is_proper_solved_and_has_one_optimum(source: str) -> None:
    case = generate(source, 0)
    assert not check(case.truth)
    assert case.unique
    reading = interpret(case.truth, case.solution)
    assert reading.accepted
    assert reading.objective == pytest.approx(case.optimum, abs=1e-5)
    assert read(write(case.truth)) == case.truth
    assert generate.__wrapped__(source, 0) == case


def test_salesmen_go_the_way_that_trying_all_tours_finds() -> None:
    for number in range(2):
        case = generate("salesman", number)
        towns = case.truth.sorts[0].members
        road = {**case.truth.tables[0].values}
        closed = {tuple(each.fact.things) for each in kinds(case).all("edit_close")}
        forced = {tuple(each.fact.things) for each in kinds(case).all("edit_why")}
        lengths: list[float] = []
        for order in itertools.permutations(towns[1:]):
            legs = list(itertools.pairwise((towns[0], *order, towns[0])))
            if not closed & set(legs) and forced <= set(legs):
                lengths.append(sum(road[",".join(leg)] for leg in legs))
        assert case.optimum == pytest.approx(min(lengths))


def test_blocks_score_what_trying_all_choices_finds() -> None:
    for number in range(2):
        case = generate("blocks", number)
        said = kinds(case)
        colour = {each.fact.things[0]: each.fact.word for each in said.all("colour")}
        score = case.truth.tables[0].values
        best = -1.0
        for count in range(len(score) + 1):
            for chosen in itertools.combinations(score, count):
                colours = [colour[it] for it in chosen]
                allowed = (
                    all(count <= each.fact.numbers[0] for each in said.all("most"))
                    and all(colours.count(it.fact.word) <= it.fact.numbers[0] for it in said.all("most_colour"))
                    and all(colours.count(it.fact.word) >= it.fact.numbers[0] for it in said.all("least_colour"))
                    and not any(it.fact.things[0] in chosen for it in said.all("edit_gone"))
                    and all(it.fact.things[0] in chosen for it in said.all("edit_why"))
                )
                best = max(best, sum(score[it] for it in chosen)) if allowed else best
        assert case.optimum == pytest.approx(best)


def test_jobs_end_when_trying_all_assignments_says() -> None:
    for number in range(2):
        case = generate("allocation", number)
        said, duration = kinds(case), case.truth.tables[0].values
        people, jobs = (sort.members for sort in case.truth.sorts)
        banned = {each.fact.things for kind in ("unable", "edit_unable") for each in said.all(kind)}
        forced = {each.fact.things for each in said.all("edit_why")}
        most = min((each.fact.numbers[0] for each in said.all("most_jobs")), default=len(jobs))
        ends = [
            max(sum(duration[f"{who},{job}"] for who, job in pairs if who == worker) for worker in people)
            for doers in itertools.product(people, repeat=len(jobs))
            if not banned & set(pairs := tuple(zip(doers, jobs, strict=True)))
            and forced <= set(pairs)
            and all(doers.count(worker) <= most for worker in people)
        ]
        assert case.optimum == pytest.approx(min(ends))


def test_robots_take_the_way_that_a_dynamic_programme_finds() -> None:
    for number in range(2):
        case = generate("warehouse", number)
        said, tables = kinds(case), {table.name: table.values for table in case.truth.tables}
        jobs = case.truth.sorts[0].members
        serves = {each.fact.things for each in said.all("serves")}
        closed = {each.fact.things[0] for each in said.all("edit_closed")}
        forced = {each.fact.things[1]: each.fact.things[0] for each in said.all("edit_why")}

        def fit(
            job: str,
            serves: set[tuple[str, ...]] = serves,
            closed: set[str] = closed,
            forced: dict[str, str] = forced,
        ) -> list[str]:
            able = [it for it, done in serves if done == job and it not in closed]
            return [it for it in able if forced.get(job, it) == it]

        reach = {it: tables["entry"][it] for it in fit(jobs[0])}
        for job in jobs[1:]:
            reach = {
                it: min(cost + tables["distance"][f"{last},{it}"] for last, cost in reach.items()) for it in fit(job)
            }
        assert case.optimum == pytest.approx(min(reach.values()))


@pytest.mark.parametrize("source", ["allocation", "blocks", "salesman"])
def test_doing_what_a_why_not_asks_for_is_worse(source: str) -> None:
    case = next(case for number in range(60) if kinds(case := generate(source, number)).all("edit_why"))
    rules = tuple(rule for rule in case.truth.rules if rule.name != "why")
    free = solve(msgspec.structs.replace(case.truth, rules=rules))
    assert isinstance(free, Solved)
    assert free.objective is not None
    assert case.price is not None
    assert case.price == pytest.approx(abs(case.optimum - free.objective))
    assert case.price > 0


def test_scenarios_come_in_all_shapes_with_and_without_tables_and_in_levels() -> None:
    cases = [generate("scenarios", number) for number in (0, 1, 2, 9, 10, 11)]
    shapes = {fact.kind for case in cases for fact in case.facts if fact.kind.startswith("aim_")}
    assert len(shapes) == 6
    assert {case.tabled for case in cases} == {False, True}
    whole = len([rule for rule in generate("scenarios", 0).truth.rules if rule.origin != "linking"])
    first = len([rule for rule in generate("scenarios", 12).truth.rules if rule.origin != "linking"])
    assert first == 1 < whole


def test_two_equally_good_plans_are_noticed() -> None:
    truth = generate("blocks", 0).truth
    even = msgspec.structs.replace(truth.tables[0], values=dict.fromkeys(truth.tables[0].values, 1.0))
    tied = msgspec.structs.replace(truth, tables=(even,))
    solved = solve(tied)
    assert isinstance(solved, Solved)
    assert solved.objective is not None

    assert not is_unique(tied, solved.objective, random.Random(1))


def test_an_unknown_source_is_named() -> None:
    with pytest.raises(UnknownSource, match="choose one of paragraphs"):
        generate("poems", 1)


def test_a_problem_without_an_objective_has_no_single_optimum() -> None:

    bare = Formal("nothing", objective=None)
    assert not is_unique(bare, 0.0, random.Random(1))
