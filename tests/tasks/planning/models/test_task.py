"""The task judges models, names what is wrong in the words of the problem, and keeps the optimum to itself."""

import re

import msgspec
import pytest
from msgspec import structs

from solon.contract import Fault, Jail, Program, ProgramFault, Proved, Refuted, Seed
from solon.engine.feedback import describer
from solon.playback import Excerpt, Recordable
from solon.standin import Authored
from solon.tasks import load
from solon.tasks.planning.models.author import program
from solon.tasks.planning.models.brief import EXAMPLE
from solon.tasks.planning.models.cases import SOURCES, generate
from solon.tasks.planning.models.task import METRICS, ModelTask
from solon.verify.formal.check import check
from solon.verify.formal.expression import Compare, Logic
from solon.verify.formal.model import Formal
from solon.verify.formal.mutate import mutations
from solon.verify.formal.text import LANGUAGE, read

SEED = Seed(0)
JAIL: Jail = None  # type: ignore[assignment]  # nothing is executed


def text(source: str) -> Program:
    return Program((("model.txt", source),), LANGUAGE.entry, LANGUAGE.kind)


@pytest.mark.parametrize("source", sorted(SOURCES))
def test_the_templates_reading_is_right_and_a_hasty_one_is_not(source: str) -> None:
    task = ModelTask(source=source)
    known = task.references()
    assert next(iter(known)) == "hasty"
    right = task.evaluate(known["template"], SEED, JAIL).metrics
    assert right == {
        **dict.fromkeys(right, 1.0),
        "doubts": 0.0,
        "out_of_time": 0.0,
    }
    assert set(right) == {metric.name for metric in METRICS}
    assert task.evaluate(known["hasty"], SEED, JAIL).metrics["optimal"] == 0
    assert isinstance(task.verify(known["template"]), Proved)
    assert isinstance(task.verify(known["hasty"]), Refuted)


@pytest.mark.parametrize("problem", [1, 3])
def test_a_proved_model_has_all_constraints_however_they_are_written(problem: int) -> None:
    task = ModelTask(problem=problem)
    truth = task.case.truth
    bound = next(rule for rule in truth.rules if isinstance(rule.body, Compare))
    looser = structs.replace(bound.body, operator="<=") if bound.body.operator == "=" else bound.body
    again = structs.replace(bound, name="again", body=Logic("and", (looser, bound.body)))
    written_otherwise = program(structs.replace(truth, rules=(*truth.rules, again)))
    assert isinstance(task.verify(written_otherwise), Proved)
    assert task.evaluate(written_otherwise, SEED, JAIL).metrics["constraints_right"] == 1
    lacking = program(structs.replace(truth, rules=truth.rules[1:]))
    share = task.evaluate(lacking, SEED, JAIL).metrics["constraints_right"]
    assert isinstance(task.verify(lacking), Proved) == (share == 1)


def test_the_panels_show_words_model_answer_and_a_witness_for_each_difference() -> None:
    task = ModelTask()
    words, model, answer, wrong = task.record(task.references()["hasty"], SEED, JAIL).exhibits
    assert words.text == task.case.words
    assert read(model.text).rules
    assert all(len(row) == len(answer.head) for row in answer.rows)
    assert wrong.rows
    assert any(" = " in row[2] for row in wrong.rows)
    assert task.record(task.references()["template"], SEED, JAIL).exhibits[3].rows == ()


def test_a_right_number_from_a_wrong_model_does_not_count() -> None:
    task = ModelTask(source="blocks", problem=1)
    for mutation in mutations(task.case.truth, ("dropped rule", "wrong coefficient")):
        metrics = task.evaluate(program(mutation.problem), SEED, JAIL).metrics
        if metrics["solved"] == 1 and metrics["feasible"] == 1 and metrics["model"] == 0:
            assert metrics["optimal"] == 0
            return
    pytest.fail("no such model was met")


def test_what_is_no_model_is_a_fault_with_its_place() -> None:
    task = ModelTask()
    with pytest.raises(ProgramFault) as raised:
        task.evaluate(text("problem"), SEED, JAIL)
    assert raised.value.fault.kind == "syntax"
    assert isinstance(task.lint(text("bake the cake")), Fault)
    source = task.references()["template"].source
    name = task.case.named[0].name
    with pytest.raises(ProgramFault, match="no_such_thing"):
        task.evaluate(
            text(
                re.sub(rf"\b{name} (<=|>=|=|\*|\+) ", r"no_such_thing \1 ", source, count=1)
                + f"  x: no_such_thing <= {name}\n"
            ),
            SEED,
            JAIL,
        )
    assert task.lint(text(source)) is None


def told(task: ModelTask, candidate: Program) -> str:
    assert isinstance(task, Recordable)
    recording = task.record(candidate, SEED, JAIL)
    episode = task.evaluate(candidate, SEED, JAIL)
    return describer(task, "counterexample")([episode], None, Excerpt(0, recording.moments)).text


@pytest.mark.parametrize("source", sorted(SOURCES))
def test_feedback_quotes_the_sentence_and_never_the_optimum(source: str) -> None:
    task = ModelTask(source=source, problem=3)
    truth = task.case.truth
    hasty = task.references()["hasty"]
    feedback = told(task, hasty)
    missing = [rule for rule in truth.rules if rule.name not in {it.name for it in read(hasty.source).rules}]
    assert any(f'"{rule.meaning}"' in feedback for rule in missing)
    assert f"{task.case.optimum:g}" not in re.findall(r"[\d.]+", feedback)


def test_infeasible_and_unbounded_models_are_results_and_not_faults() -> None:
    task = ModelTask(source="blocks")
    truth = task.case.truth
    never = program(read(task.references()["template"].source + "  never: picked[block_a] >= 2\n"))
    metrics = task.evaluate(never, SEED, JAIL).metrics
    assert (metrics["executed"], metrics["solved"]) == (1, 0)
    assert "'never'" in told(task, never)
    supply = ModelTask(source="supply")
    lost = msgspec.structs.replace(
        supply.case.truth,
        objective=msgspec.structs.replace(supply.case.truth.objective, sense="maximise"),
        rules=tuple(rule for rule in supply.case.truth.rules if rule.name != "supplies"),
    )
    assert supply.evaluate(program(lost), SEED, JAIL).metrics["executed"] == 1
    assert "no limit" in told(supply, program(lost))
    assert isinstance(truth, Formal)


def test_how_much_feedback_may_draw_on_is_an_option() -> None:
    wrong = ModelTask(source="paragraphs").references()["hasty"]
    counts = [
        ModelTask(source="paragraphs", fidelity=care).evaluate(wrong, SEED, JAIL).metrics["doubts"]
        for care in ("none", "answer", "careful")
    ]
    assert counts[0] == 0
    assert counts[1] <= counts[2]
    assert counts[2] > 0


def test_options_show_in_the_version_and_wrong_ones_are_named() -> None:
    assert ModelTask().version == "3"
    assert ModelTask(source="blocks", problem=2).version == "3[source=blocks,problem=2]"
    with pytest.raises(ValueError, match="source must be one of"):
        ModelTask(source="poems")
    with pytest.raises(ValueError, match="problem must lie"):
        ModelTask(problem=-1)
    assert isinstance(load("planning-model", source="blocks"), Authored)


@pytest.mark.parametrize("form", ["direct", "five-elements", "classes"])
def test_the_brief_holds_the_words_and_the_names_and_not_the_answer(form: str) -> None:
    case = generate("supply", 1)
    brief = ModelTask(source="supply", problem=1, form=form).brief()
    assert all(line in brief for line in case.words.splitlines())
    assert all(it.name in brief for it in case.named)
    assert ("its class" in brief) == (form == "classes")
    assert ("five" in brief) == (form == "five-elements")


def test_the_briefs_example_is_a_proper_model() -> None:
    assert not check(read(EXAMPLE))


def test_published_figures_are_of_declared_metrics() -> None:
    names = {metric.name for metric in METRICS}
    for source in SOURCES:
        assert all(set(figure.metrics) <= names for figure in ModelTask(source=source).figures())
