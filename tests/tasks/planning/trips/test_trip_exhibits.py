"""The panels of a trip: days with what is wrong, rules with both sides, refusals with what would help."""

from solon.contract import Seed
from solon.playback import Exhibit
from solon.tasks.planning.trips.author import program
from solon.tasks.planning.trips.task import TripTask


def shown(judged: TripTask, name: str) -> dict[str, Exhibit]:
    found = judged.record(judged.references()[name], Seed(0), None)
    return {it.title: it for it in found.exhibits}


def test_a_plan_is_shown_day_by_day_with_every_rule() -> None:
    judged = TripTask(level="hard", problem=1)
    right, wrong = shown(judged, "exact"), shown(judged, "wishless")
    assert list(right) == ["The words", "The request", "The plan", "Rules"]
    assert len(right["The plan"].steps) == judged.problem.request.days
    assert right["Rules"].trouble == right["The plan"].trouble == ()
    assert wrong["Rules"].trouble
    assert all(wrong["Rules"].rows[place][1] == "broken" for place in wrong["Rules"].trouble)
    budget = next(row for row in right["Rules"].rows if row[0] == "budget")
    assert budget[3] == f"at most {judged.problem.request.budget:,}"


def test_a_refusal_is_shown_with_its_core_and_quantities() -> None:
    judged = TripTask(problem=3, kind="budget")
    found = shown(judged, "exact")
    assert list(found) == ["The words", "The request", "Why there is no such trip", "What would help"]
    assert any(step.startswith("budget") for step in found["Why there is no such trip"].steps)
    assert found["Why there is no such trip"].trouble == ()
    assert any(row[2].startswith("+") for row in found["What would help"].rows)


def test_a_plan_as_the_answer_needs_no_request() -> None:
    judged = TripTask(problem=3, answer="plan")
    assert list(shown(judged, "exact")) == ["The words", "The plan", "Rules"]
    days = program(judged.references()["exact"].source.replace('"days": 1', '"days": 2', 1), "plan")
    found = judged.record(days, Seed(0), None).exhibits
    assert next(it for it in found if it.title == "The plan").trouble == (0,)
