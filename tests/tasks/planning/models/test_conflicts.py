"""Diets: their optimum is that of trying all days, and where nothing can meet them the planted conflict is the core."""

import itertools

import msgspec
import pytest

from solon.contract import Feedback, Jail, Program, ProgramFault, Proved, Refuted, Seed
from solon.engine.feedback import describer
from solon.playback import Excerpt, Recordable
from solon.standin import Authored
from solon.tasks import load
from solon.tasks.planning.models import conflicts
from solon.tasks.planning.models.algebra import compare, of
from solon.tasks.planning.models.author import program
from solon.tasks.planning.models.cases import generate
from solon.tasks.planning.models.conflict_task import METRICS, ConflictTask
from solon.verify.formal.cores import minimal_core
from solon.verify.formal.model import Formal, Rule
from solon.verify.formal.mutate import mutations

SEED = Seed(0)
JAIL: Jail = None  # type: ignore[assignment]  # nothing is executed


def solved(task: ConflictTask, model: Formal) -> float:
    return task.evaluate(program(model), SEED, JAIL).metrics["solved"]


@pytest.mark.parametrize("number", range(6))
def test_a_diet_costs_what_trying_all_days_finds(number: int) -> None:
    case = generate("diet", number)
    foods, nutrients = (sort.members for sort in case.truth.sorts)
    price, holds = (table.values for table in case.truth.tables)
    said = [(it.kind, it.things, it.numbers[-1] if it.numbers else 0.0) for it in case.facts]
    raised = {(kind[5:], *things): bound for kind, things, bound in said if kind.startswith("edit_")}
    room = raised.get(("helpings",)) or next(bound for kind, _, bound in said if kind == "helpings")
    costs: list[float] = []
    for day in itertools.product(range(13), repeat=len(foods) - 1):
        for last in range(13 - sum(day)) if sum(day) < 13 else ():
            eaten = dict(zip(foods, (*day, last), strict=True))
            taken = {it: sum(holds[f"{food},{it}"] * count for food, count in eaten.items()) for it in nutrients}
            within = {
                "least": lambda it, bound, taken=taken: taken[it] >= raised.get(("least", it), bound),
                "most": lambda it, bound, taken=taken: taken[it] <= raised.get(("most", it), bound),
                "stock": lambda it, bound, eaten=eaten: eaten[it] <= bound,
                "edit_without": lambda it, _, eaten=eaten: eaten[it] == 0,
                "edit_why": lambda it, bound, eaten=eaten: eaten[it] >= bound,
            }
            if sum(eaten.values()) <= room and all(
                within[kind](things[0], bound) for kind, things, bound in said if kind in within
            ):
                costs.append(sum(price[food] * count for food, count in eaten.items()))
    assert case.optimum == pytest.approx(min(costs))


@pytest.mark.parametrize("number", range(12))
def test_the_minimal_core_is_the_planted_conflict_and_there_is_no_other(number: int) -> None:
    asked = conflicts.generate(number)
    found = minimal_core(asked.case.truth)
    assert found is not None
    assert found.minimal
    assert tuple(sorted(found.core)) == asked.planted
    assert all(minimal_core(asked.case.truth, without=(name,)) is None for name in asked.planted)


def test_all_questions_come_up_and_conflicts_have_two_or_three_rules() -> None:
    drawn = [conflicts.generate(number) for number in range(30)]
    assert {it.case.facts[-1].kind for it in drawn} == {"edit_least", "edit_most", "edit_helpings", "edit_without"}
    assert {len(it.planted) for it in drawn} == {2, 3}


def test_a_set_that_is_no_only_conflict_is_turned_away() -> None:
    asked = conflicts.generate(0)
    truth, planted = asked.case.truth, asked.planted
    spare = next(rule.name for rule in truth.rules if rule.name not in planted)
    food = truth.sorts[0].members[0]
    never = Rule("never", compare(of("eaten", food), ">=", 1_000_000))
    assert conflicts.is_only_conflict(truth, planted)
    assert not conflicts.is_only_conflict(truth, planted[:1])
    assert not conflicts.is_only_conflict(truth, (*planted, spare))
    assert not conflicts.is_only_conflict(msgspec.structs.replace(truth, rules=(*truth.rules, never)), planted)


@pytest.mark.parametrize("number", range(3))
def test_the_templates_reading_is_right_and_one_that_is_deaf_to_the_question_is_not(number: int) -> None:
    task = load("planning-conflict", problem=number)
    assert isinstance(task, ConflictTask)
    assert isinstance(task, Recordable)
    assert isinstance(task, Authored)
    deaf, template = task.references().values()
    right = task.evaluate(template, SEED, JAIL).metrics
    assert set(right) == {metric.name for metric in METRICS}
    assert right["conflict"] == len(task.conflict.planted)
    assert {right[name] for name in ("solved", "infeasible", "rules_right", "objective_right")} == {1.0}
    wrong = task.evaluate(deaf, SEED, JAIL).metrics
    assert (wrong["solved"], wrong["infeasible"]) == (0, 0)
    assert isinstance(task.verify(template), Proved)
    assert isinstance(task.verify(deaf), Refuted)


def test_names_order_and_scale_change_nothing() -> None:
    task = ConflictTask(problem=3)
    truth = task.conflict.case.truth
    rules = tuple(msgspec.structs.replace(it, name=f"c{place}") for place, it in enumerate(reversed(truth.rules)))
    assert solved(task, msgspec.structs.replace(truth, rules=rules)) == 1


def test_no_plan_for_another_reason_does_not_count() -> None:
    """The conflict has as many rules as the true one, and one of the true ones is left out."""
    task = ConflictTask(problem=0)
    truth = task.conflict.case.truth
    food = truth.sorts[0].members[0]
    kept = tuple(rule for rule in truth.rules if rule.name != task.conflict.planted[0])
    pair = Rule("some", compare(of("eaten", food), ">=", 2)), Rule("few", compare(of("eaten", food), "<=", 1))
    other = msgspec.structs.replace(truth, rules=(*kept, *pair))
    metrics = task.evaluate(program(other), SEED, JAIL).metrics
    assert (metrics["infeasible"], metrics["conflict"], metrics["solved"]) == (1, 2, 0)
    recording = task.record(program(other), SEED, JAIL)
    words, _, conflict, wrong = recording.exhibits
    assert words.text == task.conflict.case.words
    assert conflict.steps == ("some", "few")
    assert wrong.rows
    said = " ".join(moment.text for moment in recording.moments)
    assert "your model does not state it" in said
    assert "'few'" in said


def test_mistakes_in_models_without_a_plan_are_told_apart() -> None:
    task = ConflictTask(problem=0)
    wrong = list(mutations(task.conflict.case.truth, ("wrong coefficient", "flipped sense", "dropped rule")))[:4]
    assert len(wrong) == 4
    assert not any(solved(task, it.problem) for it in wrong)


def judged(task: ConflictTask, candidate: Program) -> tuple[bool, Feedback]:
    describe = describer(task, "counterexample")
    try:
        episode = task.evaluate(candidate, SEED, JAIL)
    except ProgramFault as raised:
        return False, describe([], raised.fault, None)
    moments = task.record(candidate, SEED, JAIL).moments
    return episode.metrics["solved"] == 1, describe([episode], None, Excerpt(0, moments))


@pytest.mark.parametrize("number", range(4))
def test_a_single_mistake_is_mended_within_three_rounds(number: int) -> None:
    task = ConflictTask(problem=number)
    author = task.author()
    draft = author.draft(1, 103 + number)
    right, feedback = judged(task, draft.program)
    for turn in range(3):
        if not right:
            draft = author.mend(draft.program, feedback, 0.0, turn)
            right, feedback = judged(task, draft.program)
    assert right, feedback.text


def test_without_care_feedback_is_the_solvers_alone() -> None:
    careful, careless = ConflictTask(), ConflictTask(careful=False)
    deaf = careful.references()["deaf"]
    sentences = [rule.meaning for rule in careful.conflict.case.truth.rules]
    told = [judged(task, deaf)[1].text for task in (careful, careless)]
    assert [any(f'"{it}"' in text for it in sentences) for text in told] == [True, False]
    assert careless.version == "2[careful=False]"


def test_the_brief_has_the_words_and_asks_for_a_constraint_a_sentence() -> None:
    task = ConflictTask(problem=5)
    assert task.conflict.case.words in task.brief()
    assert "which of them cannot hold together" in task.brief()
    with pytest.raises(ValueError, match="problem must lie in"):
        ConflictTask(problem=-1)
