"""The classifier, the papers' measures and the training data."""

import json

import pytest

from solon.tasks.planning.models import export
from solon.tasks.planning.models.author import program
from solon.tasks.planning.models.cases import generate
from solon.tasks.planning.models.classifier import cross_validate, features, train
from solon.tasks.planning.models.classifier import generate as paragraphs
from solon.tasks.planning.models.scorers import (
    Attempts,
    Formulated,
    Rate,
    accuracies,
    optimal_rate,
    same_results,
    solving,
)
from solon.verify.formal.text import read


def test_a_linear_classifier_knows_the_classes_of_our_own_sentences() -> None:
    sample = paragraphs(232, 1)
    assert {it.label for it in sample} == set(range(26))
    assert (known := cross_validate(sample, 3)) > 0.6
    assert cross_validate(sample, 3, unseen_forms=True) < known


def test_training_is_deterministic_and_needs_something() -> None:
    sample = paragraphs(120, 2)
    texts = [it.text for it in sample]
    assert train(sample).classify(texts) == train(sample).classify(texts)
    with pytest.raises(ValueError, match="nothing to train on"):
        train([])


def test_numbers_and_things_are_the_same_to_it() -> None:
    assert features("At most 12 chairs can be made.") == features("At most 1,250 tables can be made.")


def test_measures_of_the_papers() -> None:
    models = [Formulated(whole=True, classified=3, formulated=3, paragraphs=3), Formulated(False, 1, 2, 3)]
    found = accuracies(models)
    assert (found.models, found.classes, found.formulas) == (Rate(1, 2), Rate(4, 6), Rate(5, 6))
    runs = [Attempts(executed=True, solved=True, tries=1), Attempts(executed=True, solved=False, tries=3)]
    assert (solving(runs).executed.share, solving(runs).solved.share, solving(runs).tries) == (1.0, 0.5, 2.0)
    assert optimal_rate([True, False, True]).share == pytest.approx(2 / 3)
    low, high = Rate(5, 10).interval
    assert 0.23 < low < 0.5 < high < 0.77
    assert Rate(0, 0).interval == (0.0, 1.0)


def test_named_results_are_compared_one_by_one_or_by_the_optimum_alone() -> None:
    right = {"x": 1.0, "y": 2.0, "objective": 8.0}
    assert same_results({"x": 1.00005, "y": 2.0, "objective": 8.0}, right)
    assert not same_results({"x": 2.0, "y": 1.0, "objective": 8.0}, right)
    assert same_results({"x": 2.0, "y": 1.0, "objective": 8.0}, right, "optimum")
    assert not same_results({}, right, "optimum")
    assert not same_results({"x": 1.0}, right)


def test_training_data_are_json_lines_of_what_was_proved() -> None:
    case = generate("blocks", 1)
    (chat,) = map(json.loads, export.chat([case]))
    assert [it["role"] for it in chat["messages"]] == ["user", "assistant"]
    assert read(chat["messages"][1]["content"].split("\n", 1)[1].rsplit("```", 1)[0]) == case.truth
    (triple,) = map(json.loads, export.triples([case]))
    assert read(triple["scenario"]) == case.truth
    assert triple["optimum"] == case.optimum
    (record,) = map(json.loads, export.preferences([(case, program(case.truth), True)]))
    assert set(record) == {"prompt", "completion", "label"}
