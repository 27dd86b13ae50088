"""Answers that are made to deceive the judge or to keep it busy."""

import pytest

from solon.contract import Program, ProgramFault, Refuted, Seed
from tasks.planning.classical.test_domain_task import make as domain_task
from tasks.planning.classical.test_task import NoJail, make, metrics


def exchanged(text: str, one: str, other: str) -> str:
    return text.replace(one, "spare").replace(other, one).replace("spare", other)


@pytest.mark.parametrize("words", ["order", "shuffled", "paraphrased"])
def test_names_that_the_words_give_may_not_be_given_to_other_objects(words: str) -> None:
    task = make(words=words)
    wrong = task.program(exchanged(task.references()["template"].source, "b1", "b2"))
    figures = metrics(task, wrong)
    assert figures["solved"] == figures["faithful"] == 0
    assert isinstance(task.verify(wrong), Refuted)


def test_where_the_words_give_no_names_any_are_good() -> None:
    task = make(words="counts")
    assert (
        metrics(task, task.program(exchanged(task.references()["template"].source, "block1", "block2")))["solved"] == 1
    )


def test_thousands_of_objects_are_a_fault() -> None:
    task = make()
    objects = " ".join(f"o{number}" for number in range(5_000))
    fault = task.lint(
        task.program(task.references()["template"].source.replace("(:objects", f"(:objects {objects} - block"))
    )
    assert fault is not None
    assert "5003 objects" in fault.message


@pytest.mark.parametrize("text", ["(define " * 100_000, "```x (\n" * 100_000, "(pickup b1)\n" * 100_000])
def test_a_complaint_about_a_text_of_any_length_comes_at_once(text: str) -> None:
    for task in (make(), make("tower", answer="plan"), domain_task("blocksworld")):
        task.language.complaint(text)
        assert task.lint(Program(((task.language.entry.partition(":")[0], text),), task.language.entry)) is not None


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("(:types block)", "(:types block spare - block)", "no type 'spare'"),
        ("(:predicates", "(:constants c1 c2 - block) (:predicates", "no constant 'c1'"),
        ("(:predicates", "(:functions (price ?x - block)) (:predicates", "no function 'price'"),
        ("(:types block)", f"(:types {' '.join(f't{i} - t{i + 1}' for i in range(9000))} block)", "no type 't0'"),
    ],
    ids=range(4),
)
def test_a_domain_has_nothing_that_the_words_do_not_tell_of(old: str, new: str, said: str) -> None:
    task = domain_task("blocksworld")
    text = task.references()["template"].source.replace(old, new, 1)
    fault = task.lint(Program((("domain.pddl", text),), task.language.entry, task.language.kind))
    assert fault is not None
    assert said in fault.message


@pytest.mark.parametrize(
    "condition",
    [
        "(forall (?a ?b ?c ?d ?e ?f - block) (or (= ?a ?b) (clear ?c) (not (clear ?c))))",
        "(or (clear ?x) (not (clear ?x)))" * 400,
    ],
    ids=["wide", "long"],
)
def test_a_domain_whose_steps_take_long_to_try_is_a_fault(condition: str) -> None:
    task = domain_task("blocksworld", problems=1)
    text = task.references()["template"].source.replace(":precondition (and", f":precondition (and {condition}", 1)
    with pytest.raises(ProgramFault, match="looks at"):
        task.evaluate(Program((("domain.pddl", text),), task.language.entry, task.language.kind), Seed(0), NoJail())
