"""Records for tuning with feedback say of each plan what the judge says, and are the same each time."""

import json

import pytest

from solon.tasks.planning.trips import plans, training
from solon.tasks.planning.trips.evaluator import judge
from solon.tasks.planning.trips.queries import draw_problem
from solon.tasks.planning.trips.words import understand


def test_records_hold_right_and_spoilt_plans_with_their_feedback() -> None:
    problems = [draw_problem(number) for number in range(3)]
    lines = training.write(training.records(problems)).splitlines()
    assert lines == training.write(training.records(problems)).splitlines()
    found = [json.loads(line) for line in lines]
    assert list(found[0]) == ["reference", "query", "feedback", "plan"]
    assert [it["feedback"] for it in found].count(training.WISHED) >= len(problems)
    assert any("fail: " in it["feedback"] for it in found)
    by_words = {it["query"]: understand(it["query"]) for it in found}
    assert [by_words[words] for words in dict.fromkeys(by_words)] == [it.request for it in problems]
    for it in found:
        report = judge(plans.read(it["plan"]), by_words[it["query"]], problems[0].world)
        assert [line.startswith("success") for line in it["feedback"].splitlines()] == [
            ruling.passed for ruling in report.commonsense
        ]


def test_a_request_without_a_trip_teaches_nothing() -> None:
    with pytest.raises(ValueError, match="no plan to learn"):
        list(training.records([draw_problem(0, kind="budget")]))
