"""Models are told apart from the words exactly where they differ, and a plan shows each difference."""

import itertools
from collections.abc import Sequence

import msgspec
import pytest

from solon.tasks.planning.models.algebra import compare, each, number, of, plus, times
from solon.tasks.planning.models.cases import SOURCES, generate, keys, named
from solon.tasks.planning.models.judging import judge
from solon.tasks.planning.models.telling import compared, with_plan
from solon.verify.formal.interpret import interpret
from solon.verify.formal.model import Decision, Formal, Rule, Solved, Values
from solon.verify.formal.mutate import mutate
from solon.verify.formal.solve import solve
from solon.verify.formal.text import read, write


@pytest.mark.parametrize("source", sorted(SOURCES))
def test_a_model_is_the_same_as_itself(source: str) -> None:
    truth = generate(source, 0).truth
    assert compared(truth, truth).verdict == "same"


def test_scaling_order_and_redundant_rules_change_nothing() -> None:
    truth = generate("blocks", 0).truth
    scaled = [
        msgspec.structs.replace(
            rule, body=compare(times(number(3), body.left), body.operator, times(number(3), body.right))
        )
        for rule in truth.rules
        for body in [rule.body]
    ]
    spare = Rule("spare", compare(of("picked", "block_a"), "<=", 1))
    other = msgspec.structs.replace(truth, rules=(*reversed(scaled), spare))
    assert compared(truth, other).verdict == "same"


def rewritten(source: str, number: int, *changes: tuple[str, str]) -> Formal:
    """Return the true model of a problem with its text changed."""
    text = write(generate(source, number).truth)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return read(text)


@pytest.mark.parametrize(
    ("source", "problem", "changes"),
    [
        ("diet", 3, [('"how many helpings are eaten" integer >= 0', "integer >= 0 <= 13")]),
        (
            "scenarios",
            2,
            [
                ("integer >= 0 <= 20", "integer >= 0"),
                ("constraints", "constraints\n  room: forall(k in kind) amount[k] <= 20"),
            ],
        ),
        ("blocks", 0, [("binary", "integer >= 0 <= 1")]),
        ("diet", 3, [("minimise", "maximise"), ("  sum(f in food) price[f]", "  sum(f in food) -1 * price[f]")]),
    ],
    ids=["a bound that a rule implies", "a bound as a rule", "yes and no as 0 and 1", "the opposite maximised"],
)
def test_what_is_said_in_another_way_is_the_same(source: str, problem: int, changes: Sequence[tuple[str, str]]) -> None:
    case, other = generate(source, problem), rewritten(source, problem, *changes)
    assert compared(case.truth, other).verdict == "same"
    judged = judge(source, problem, write(other), "careful")
    assert (judged.optimal, judged.solved, judged.named, judged.doubts) == (True, True, True, ())


def test_a_bound_that_matters_is_told_with_a_plan() -> None:
    narrow = rewritten("diet", 3, ('"how many helpings are eaten" integer >= 0', "integer >= 0 <= 5"))
    (doubt,) = compared(generate("diet", 3).truth, narrow).all
    assert (doubt.kind, doubt.name) == ("variable", "eaten")
    assert " = " in doubt.plan
    judged = judge("diet", 3, write(narrow), "careful")
    assert judged.verdict == "different"


def test_a_wrong_sense_is_no_wrong_worth() -> None:
    turned = rewritten("diet", 3, ("minimise", "maximise"))
    assert [it.kind for it in compared(generate("diet", 3).truth, turned).all] == ["sense"]
    assert not judge("diet", 3, write(turned), "careful").solved
    assert judge("diet", 3, write(turned), "answer").doubts == ()


def plans(problem: Formal) -> list[Values]:
    """Return all plans of a problem of yes and no."""
    places = [(it.name, ",".join(key)) for it in problem.decisions for key in keys(it, problem.sorts)]
    found: list[Values] = []
    for bits in itertools.product((0.0, 1.0), repeat=len(places)):
        values: Values = {it.name: {} for it in problem.decisions}
        for (name, key), bit in zip(places, bits, strict=True):
            values[name][key] = bit
        found.append(values)
    return found


def same_by_trying(one: Formal, other: Formal) -> bool:
    """Return whether two problems of yes and no allow the same plans at the same worth, by trying them all."""
    for values in plans(one):
        ours, theirs = interpret(one, values), interpret(other, values)
        if ours.accepted != theirs.accepted:
            return False
        if ours.accepted and abs((ours.objective or 0) - (theirs.objective or 0)) > 1e-6:
            return False
    return one.objective is not None and other.objective is not None and one.objective.sense == other.objective.sense


def test_verdicts_on_mutated_choices_are_those_of_trying_all_plans() -> None:
    choices = [case for it in range(10) if (case := generate("paragraphs", it)).truth.title == "A choice"]
    assert choices
    seen: set[bool] = set()
    for case in choices:
        for seed in range(8):
            mutation = mutate(case.truth, seed)
            assert mutation is not None
            kinds = (
                "dropped rule",
                "reversed operator",
                "wrong coefficient",
                "wrong sense",
                "wrong variable",
                "strictness",
            )
            if mutation.kind not in kinds:
                continue
            same = same_by_trying(case.truth, mutation.problem)
            found = compared(case.truth, mutation.problem)
            assert found.verdict == ("same" if same else "different"), (mutation.sentence, found)
            seen.add(same)
    assert seen == {True, False}


@pytest.mark.parametrize("source", ["paragraphs", "scenarios", "facility", "supply"])
def test_every_disagreement_is_shown_by_a_plan_that_one_side_alone_allows(source: str) -> None:
    case = generate(source, 1)
    for seed in range(3):
        mutation = mutate(case.truth, seed, ("dropped rule", "reversed operator", "wrong coefficient"))
        assert mutation is not None
        found = compared(case.truth, mutation.problem)
        for doubt in found.all:
            assert doubt.sentence or doubt.name
            assert not doubt.sentence or doubt.sentence in [
                *(rule.meaning for rule in case.truth.rules),
                *(it.meaning for it in case.truth.decisions),
                case.truth.objective.meaning if case.truth.objective else "",
            ]


def test_a_missing_variable_and_a_wrong_domain_are_named() -> None:
    truth = generate("blocks", 0).truth
    loose = msgspec.structs.replace(truth, decisions=(Decision("picked", ("block",), "real", 0, 1),))
    found = compared(truth, loose)
    assert "any amount" in found.variables[0].text
    nameless = Formal("t", truth.sorts, truth.tables, (Decision("x", (), "real", 0, 1),))
    assert "no variable is called 'picked'" in compared(truth, nameless).all[0].text


def test_indicators_of_another_model_may_have_other_names() -> None:
    cases = (generate("paragraphs", number) for number in range(30))
    case = next(case for case in cases if any(it.name.startswith("use_") for it in case.truth.decisions))
    truth = case.truth

    def again(name: str) -> str:
        return f"any_{name.removeprefix('use_')}" if name.startswith("use_") else name

    content = msgspec.json.encode(truth)
    for it in truth.decisions:
        content = content.replace(f'"name":"{it.name}"'.encode(), f'"name":"{again(it.name)}"'.encode())
    other = msgspec.json.decode(content, type=Formal)
    assert other != truth
    assert not compared(truth, other).all


def test_fixing_a_plan_asks_whether_it_can_be_completed() -> None:
    case = generate("warehouse", 0)
    fixed = solve(with_plan(case.truth, case.solution))
    assert isinstance(fixed, Solved)
    assert fixed.objective == pytest.approx(case.optimum)
    assert {it.name for it in named(case.truth)} == {"used"}


def test_a_bound_on_the_sum_of_each_pair_is_read_in_each_place() -> None:
    truth = generate("workforce", 0).truth
    rule = Rule("everywhere", each("p:person, s:shift", compare(plus(of("works", ":p", ":s")), "<=", 0)))
    found = compared(truth, msgspec.structs.replace(truth, rules=(*truth.rules, rule)))
    assert [doubt.name for doubt in found.forbidden] == ["everywhere"]


@pytest.mark.parametrize(("most", "verdict"), [(13, "not told apart"), (12, "different"), (14, "different")])
def test_a_rule_on_a_total_of_the_models_own_is_judged_by_what_it_comes_to(most: int, verdict: str) -> None:
    helpings = "sum(f in food) eaten[f] <= 13"
    other = rewritten("diet", 3, ("variables\n", "variables\n  total integer >= 0\n"), (helpings, f"total <= {most}"))
    total = read(f"{write(other)}  tot: total = sum(f in food) eaten[f]\n")
    assert judge("diet", 3, write(total), "careful").verdict == verdict
