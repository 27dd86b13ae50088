"""The tasks of access control: verdicts, witnesses, stand-ins that mend by them."""

from typing import Any

import pytest

from solon.contract import Feedback, ProgramFault, Proved, Refuted, Seed
from solon.tasks import load
from solon.tasks.guard.access.author import requests_in
from solon.tasks.guard.access.program import POLICY, SUMMARY, program, summary_program
from solon.tasks.guard.access.summary import check, differing_resources, summarise
from solon.tasks.guard.access.summary_task import SummaryTask
from solon.tasks.guard.access.task import AccessTask
from solon.tasks.guard.access.templates import draw
from solon.tasks.guard.access.witness import mistakes

NOWHERE: Any = None  # no jail: a policy is data
SEED = Seed(0)


def told(task: AccessTask | SummaryTask, candidate: Any) -> Feedback:
    found = task.record(candidate, SEED, NOWHERE)
    return Feedback("counterexample", "\n".join(moment.text for moment in found.moments))


def test_references_score_as_they_must() -> None:
    task = AccessTask()
    by_name = {name: task.evaluate(it, SEED, NOWHERE).metrics for name, it in task.references().items()}
    assert by_name["meant"] == {"equivalent": 1, "jaccard": 1, "permissiveness": 0, "valid": 1, "unsafe": 0}
    assert by_name["nothing"]["equivalent"] == by_name["nothing"]["unsafe"] == by_name["nothing"]["jaccard"] == 0
    assert by_name["nothing"]["permissiveness"] < 0 < by_name["anything"]["permissiveness"]
    assert by_name["anything"]["unsafe"] == 1


def test_verdicts_come_with_a_witness() -> None:
    task = AccessTask(level="formal")
    references = task.references()
    assert isinstance(task.verify(references["meant"]), Proved)
    for name, word in (("nothing", "denied"), ("anything", "allowed")):
        verdict = task.verify(references[name])
        assert isinstance(verdict, Refuted)
        assert f"wrongly {word}" in verdict.witness


def test_an_invalid_policy_is_worth_nothing_and_says_why() -> None:
    task = AccessTask()
    broken = program(task.hidden)
    broken = type(broken)((("policy.json", '{"Statement": {"Effect": "Permit"}}'),), broken.entry, broken.kind)
    assert task.evaluate(broken, SEED, NOWHERE).metrics["valid"] == 0
    assert isinstance(task.verify(broken), Refuted)
    assert "Permit" in told(task, broken).text


def test_the_brief_tells_the_words_and_not_the_policy() -> None:
    task = AccessTask(problem=5)
    assert "may" in task.brief() or "Allow to" in task.brief()
    assert program(task.hidden).source not in task.brief()


def test_the_language_knows_its_form() -> None:
    assert POLICY.complaint(program(draw(1)).source) is None
    assert "JSON" in (POLICY.complaint("allow everything") or "")
    assert POLICY.complaint("[1]") == "is no JSON object"
    assert SUMMARY.complaint("a*") is None
    assert "subset" in (SUMMARY.complaint("(?=a)") or "")
    assert "line" in (SUMMARY.complaint("a\nb") or "")


def test_single_mistakes_are_mended_by_witnesses_within_three_rounds() -> None:
    mended = 0
    for number in range(30):
        task = AccessTask(problem=number, statements=2 + number % 3)
        author = task.author()
        candidate = author.draft(1, number).program
        for turn in range(3):
            if isinstance(task.verify(candidate), Proved):
                break
            candidate = author.mend(candidate, told(task, candidate), 0.1, number * 31 + turn).program
        mended += isinstance(task.verify(candidate), Proved)
    assert mended >= 27


def test_feedback_names_requests_that_can_be_read_back() -> None:
    task = AccessTask(problem=3)
    found = mistakes(task.hidden, draw(4))
    text = "\n".join(f"  step {place}: this request is {it.describe()}" for place, it in enumerate(found))
    assert tuple(requests_in(text)) == tuple(it.request for it in found)
    assert {it.wrongly for it in found} == {"allowed", "denied"}


def test_a_summary_is_exact_sound_and_complete_or_shows_a_text() -> None:
    task = SummaryTask(problem=2)
    references = task.references()
    exact = task.evaluate(references["factored"], SEED, NOWHERE).metrics
    assert (exact["jaccard"], exact["exact"]) == (1, 1)
    assert isinstance(task.verify(references["factored"]), Proved)
    wide = task.evaluate(references["anything"], SEED, NOWHERE).metrics
    assert (wide["sound"], wide["complete"], wide["exact"]) == (0, 1, 0)
    verdict = task.verify(references["anything"])
    assert isinstance(verdict, Refuted)
    assert "wrongly named" in verdict.witness
    with pytest.raises(ProgramFault, match="subset"):
        task.evaluate(summary_program("(?!a)b"), SEED, NOWHERE)


def test_a_summary_that_nobody_could_read_is_a_fault_and_costs_nothing() -> None:
    source = "a" * 500_000
    complaint = SUMMARY.complaint(source)
    assert complaint is not None
    assert "20000 characters" in complaint
    with pytest.raises(ProgramFault, match="20000 characters"):
        SummaryTask().evaluate(summary_program(source), SEED, NOWHERE)


def test_summaries_without_a_model_are_exact_by_construction() -> None:
    for number in range(12):
        task = SummaryTask(problem=number, statements=2)
        assert check(task.raw, task.language_of_resources).exact
        assert check(task.exact, task.language_of_resources).exact
    language = differing_resources(draw(1), draw(2))
    assert check(summarise(language), language).exact


def test_sampled_texts_are_resources() -> None:
    assert "Resources drawn" in SummaryTask(given="samples", samples=5).brief()


def test_summaries_are_mended_by_texts() -> None:
    for number in range(6):
        task = SummaryTask(problem=number, statements=2)
        author = task.author()
        candidate = author.draft(1, number).program
        for turn in range(3):
            candidate = author.mend(candidate, told(task, candidate), 0.0, turn).program
        assert isinstance(task.verify(candidate), Proved)


@pytest.mark.parametrize("name", ["guard-access", "guard-summary"])
def test_the_registry_knows_the_task(name: str) -> None:
    task = load(name, problem=7)
    assert "problem=7" in task.version
    assert {figure.kind for figure in task.figures()} == {"bound", "published"}
    with pytest.raises(ValueError, match="problem must lie"):
        load(name, problem=-1)
