"""The User Journey Coverage Score on its published behaviour (section 8.5 of the brief) and on commuting calls."""

import pytest

from solon.tasks.guard.journeys.graph import Invocation
from solon.tasks.guard.journeys.scenario import Expected
from solon.tasks.guard.journeys.score import covered, same

A = Invocation("find", {"order": "A1"})
B = Invocation("refund", {"order": "A1", "total": 20})
TRACE = Expected(((A,), (B,)), "done", "")


def test_the_exact_trace_scores_1() -> None:
    assert covered(TRACE, [A, B]).score == 1.0


def test_a_truncated_trace_scores_0() -> None:
    found = covered(TRACE, [A])
    assert (found.score, found.alignment) == (0.0, 0.0)
    assert found.partial == 0.5


def test_an_extra_call_scores_0() -> None:
    assert covered(TRACE, [A, B, B]).score == 0.0
    assert covered(TRACE, [A, A, B]).score == 0.0


def test_one_wrong_parameter_of_three_scores_two_thirds() -> None:
    found = covered(TRACE, [A, Invocation("refund", {"order": "A1", "total": 30})])
    assert found.score == pytest.approx(0.667, abs=5e-4)


def test_a_missing_parameter_is_a_wrong_one() -> None:
    assert covered(TRACE, [A, Invocation("refund", {"order": "A1"})]).score == pytest.approx(2 / 3)


def test_the_order_of_names_counts() -> None:
    assert covered(TRACE, [B, A]).score == 0.0


def test_nothing_expected_and_nothing_done_scores_1() -> None:
    nothing = Expected((), "handed over", "")
    assert covered(nothing, []).score == 1.0
    assert covered(nothing, [A]).score == 0.0


def test_calls_that_commute_may_come_in_any_order() -> None:
    look, test = Invocation("look", {"a": 1}), Invocation("test", {"b": 2})
    due = Expected(((look, test), (B,)), "done", "")
    assert covered(due, [look, test, B]).score == 1.0
    assert covered(due, [test, look, B]).score == 1.0
    assert covered(due, [look, B, test]).score == 0.0


def test_of_commuting_calls_any_may_come_before_the_one_that_fails() -> None:
    look, test = Invocation("look", {"a": 1}), Invocation("test", {"b": 2})
    due = Expected(((A,), (test,)), "handed over", "", (look,))
    assert covered(due, [A, test]).score == 1.0
    assert covered(due, [A, look, test]).score == 1.0
    assert covered(due, [A, look]).score == 0.0
    assert covered(due, [A, look, look, test]).score == 0.0
    assert covered(due, [A, test, look]).score == 0.0


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("071 2345 678", "071-2345-678", True),
        ("User1@example.org", "user1@example.org", True),
        ("-5", "5", False),
        ("10/5", "105", False),
        ("50 %", "50", False),
        ("", "-", False),
        ("19", 19, False),
        (True, 1, False),
        (False, False, True),
        ("large", "small", False),
        (5, 5, True),
    ],
)
def test_parameters_are_compared_in_a_normal_form(one: object, other: object, equal: bool) -> None:
    assert same(one, other) is equal
