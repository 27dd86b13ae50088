"""The contract holds for tasks that are no games: a program, a pattern, a linear programme."""

from collections.abc import Iterator

import msgspec
import pytest

from solon.contract import (
    Episode,
    Fault,
    InfrastructureError,
    Invalid,
    Outcome,
    Program,
    Proved,
    Refuted,
    Scored,
    Task,
    Unavailable,
    Unknown,
)
from solon.engine import PoolJudge, check_episode, public_seeds
from solon.sandbox import Limits
from toys import LinearProgramme, Pattern, Sorting, python


def judge(task: Task, *programs: Program) -> Iterator[Outcome]:
    with PoolJudge(task, workers=2, limits=Limits(cpu_seconds=1.0)) as pool:
        yield from pool.judge([(program, public_seeds(2)) for program in programs])


def test_sorting_programs_are_scored_and_faults_are_named() -> None:
    good, bad, raising, endless, wrong = judge(
        Sorting(),
        python("def policy(numbers):\n    return sorted(numbers)\n"),
        python("def policy(numbers):\n    return numbers\n"),
        python("def policy(numbers):\n    return numbers[99]\n"),
        python("def policy(numbers):\n    while True:\n        pass\n"),
        python("def policies(numbers):\n    return numbers\n"),
    )
    assert isinstance(good, Scored)
    assert good.values("sorted_share") == (1.0, 1.0)
    assert isinstance(bad, Scored)
    assert bad.values("sorted_share")[0] < 0.6
    kinds = [outcome.fault.kind for outcome in (raising, endless, wrong) if isinstance(outcome, Invalid)]
    assert kinds == ["raised", "time", "entry"]


def test_a_pattern_is_judged_without_running_it_as_python() -> None:
    even, slow = judge(
        Pattern(), Program((("policy.py", "(b*ab*a)*b*"),)), Program((("policy.py", "(a*)*(a*)*(a*)*c"),))
    )
    assert isinstance(even, Scored)
    assert even.values("accuracy") == (1.0, 1.0)
    assert even.values("length") == (11.0, 11.0)
    assert isinstance(slow, Invalid | Scored)
    fault = Pattern().lint(Program((("policy.py", "(a"),)))
    assert isinstance(fault, Fault)


def test_a_linear_programme_in_text_is_proved_refuted_or_unknown() -> None:
    task = LinearProgramme()

    def text(content: str) -> Program:
        return Program((("policy.py", content),), kind="linear-programme")

    right, wrong, nonsense = (
        text("max 3 5\n1 0 <= 4\n0 2 <= 12\n3 2 <= 18"),
        text("max 3 5\n1 0 <= 4\n0 1 <= 4"),
        text("?"),
    )
    assert task.verify(right) == Proved("exact enumeration of vertices")
    assert task.verify(wrong) == Refuted("the optimum is 32, not 36")
    assert isinstance(task.verify(nonsense), Unknown)
    scored, invalid = judge(task, right, nonsense)
    assert isinstance(scored, Scored)
    assert scored.values("gap") == (0.0, 0.0)
    assert isinstance(invalid, Invalid)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1.5, -0.5])
def test_a_metric_out_of_its_range_is_the_tasks_defect_never_a_score(value: float) -> None:
    with pytest.raises(InfrastructureError, match="sorted_share"):
        check_episode(Sorting(), Episode({"sorted_share": value}))


def test_an_undeclared_metric_is_refused() -> None:
    with pytest.raises(InfrastructureError, match="bonus"):
        check_episode(Sorting(), Episode({"sorted_share": 1.0, "bonus": 9.0}))


def test_a_task_that_raises_makes_the_judge_unavailable_not_the_program_invalid() -> None:
    (outcome,) = judge(Raising(), python("def policy(numbers):\n    return numbers\n"))
    assert isinstance(outcome, Unavailable)
    assert "ZeroDivisionError" in outcome.reason


class Raising(Sorting):
    """A task with a defect of its own."""

    def evaluate(self, program, seed, jail):
        return 1 / 0


def test_identity_is_content() -> None:
    assert python("a = 1").digest == python("a = 1").digest
    assert python("a = 1").digest != python("a = 2").digest
    assert python("a = 1").digest != python("a = 1", entry="other").digest


def test_values_read_strictly() -> None:
    with pytest.raises(msgspec.ValidationError, match="unknown field"):
        msgspec.json.decode(b'{"files": [], "extra": 1}', type=Program)
