"""Specifications of people's own: read or refused, kept by code that is proved, tested, and enforced."""

from pathlib import Path

import msgspec
import pytest

from solon.contract import InfrastructureError, Proved, Refuted, Unknown
from solon.tasks import load
from solon.tasks.guard.files import read, write_text
from solon.tasks.guard.monitor import Monitor
from solon.tasks.guard.policy import decide
from solon.tasks.guard.verified import crosshair, opinions, properties
from solon.tasks.guard.verified.obligations import discharge, enforced, mutation_score
from solon.tasks.guard.verified.problems import PROBLEMS
from solon.tasks.guard.verified.sampling import sample
from solon.tasks.guard.verified.specification import _read, label_of, problem_of  # pyright: ignore[reportPrivateUsage]  # as a new process

LOAN = """
name = "loan"
title = "loans by a library"
fields = "days: integer, member?: true-or-false, tags?: [text]"
state = "out: integer 0..100 = 0"
updates = {out = "st.out + 1"}
invariant = "st.out <= 2"
sentences = [
    {id = "S1", words = "A loan is 1 to 30 days; members may have 60.", condition = "arg.days >= 1 and (arg.days <= 30 or arg.member and arg.days <= 60)"},
    {id = "S2", words = "Nothing that is tagged rare or fragile.", condition = 'not present(arg.tags) or all t in arg.tags: not t in {"rare", "fragile"}'},
    {id = "S3", words = "At most two books are out.", condition = "st.out < 2"},
]
"""  # noqa: E501 - a line a sentence


@pytest.fixture(name="loan")
def _loan(tmp_path: Path) -> str:
    (tmp_path / "loan.toml").write_text(LOAN)
    return str(tmp_path / "loan.toml")


@pytest.mark.parametrize("name", list(PROBLEMS))
def test_code_that_is_written_for_sentences_keeps_them(name: str, tmp_path: Path) -> None:
    tree = msgspec.to_builtins(PROBLEMS[name])
    tree["sentences"] = [{key: each[key] for key in ("id", "words", "condition")} for each in tree["sentences"]]
    del tree["values"]
    file = tmp_path / "own.json"
    file.write_bytes(msgspec.json.encode(tree))
    problem = problem_of(str(file))
    assert isinstance(discharge(str(file), problem.source()).verdict, Proved)
    dues = [due for _, due in sample(problem, b"key", 40)]
    assert dues.count(True) == dues.count(False) == 20


def test_a_file_that_changed_judges_nothing(loan: str) -> None:
    """A worker is sent the task, reads the file itself, and may come to it later than the driver."""
    task = load("guard-verified", problem=loan)
    Path(loan).write_text(LOAN.replace("days <= 30", "days <= 31"))
    _read.cache_clear()
    label_of.cache_clear()
    with pytest.raises(InfrastructureError, match="restore it or begin again"):
        task.brief()


def test_a_specification_of_ones_own_is_a_task_like_any_other(loan: str) -> None:
    task = load("guard-verified", problem=loan)
    assert task.version.startswith("1[problem=loan@")
    verdict = task.verify(task.references()["right"])
    assert isinstance(verdict, Proved)
    assert "reject 7 of 7 policies" in verdict.by
    assert isinstance(task.verify(task.references()["allow"]), Refuted)
    assert mutation_score(loan).score == 1.0
    Path(loan).with_name("other.toml").write_text(LOAN.replace("st.out < 2", "st.out < 1"))
    assert load("guard-verified", problem=loan.replace("loan.toml", "other.toml")).version != task.version


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("st.out < 2", "st.our < 2", "did you mean 'out'"),
        ("arg.days >= 1 and", "arg.days >= 99 and", "no request fulfils all sentences"),
        ('id = "S2"', 'id = "S1"', "each once"),
        ("days: integer,", "class: integer,", "no name of a parameter in Python"),
        ("days: integer,", "len: integer,", "or means something there"),
        ("all t in arg.tags: not t in", "all days in arg.tags: not days in", "variable 'days' means something else"),
        ('name = "loan"', 'name = "loan\\nrule"', "more than letters"),
        ("integer 0..100 = 0", "integer 0..100", "no start"),
        ("{out =", "{left =", "no state"),
        ("st.out < 2", "starts(arg.days", "S3|expected|due|no"),
        ("st.out < 2", "date(ctx.day) < date(2024-01-01)", "no specification"),
        ('title = "loans by a library"', "", "missing required field"),
    ],
)
def test_a_specification_that_is_none_is_refused_in_one_sentence(old: str, new: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "wrong.toml").write_text(LOAN.replace(old, new))
    with pytest.raises(ValueError, match=told):
        load("guard-verified", problem=str(tmp_path / "wrong.toml"))
    for name in ("none.toml", "loan"):
        with pytest.raises(ValueError, match=r"cannot be read|of your own"):
            load("guard-verified", problem=name)


@pytest.mark.parametrize("name", [*PROBLEMS, "loan"])
def test_what_is_proved_is_what_the_policy_file_enforces(name: str, loan: str) -> None:
    known = loan if name == "loan" else name
    problem = problem_of(known)
    policy = enforced(known, problem.source())
    assert read(write_text(policy)) == policy
    for at, due in sample(problem, b"enforced", 100):
        assert (decide(policy, at).kind == "allow") == due, at
    with pytest.raises(ValueError, match="is not proved"):
        enforced(known, f"def policy({', '.join(problem.parameters.fields)}):\n    return True\n")


def test_a_proved_policy_keeps_its_state_at_run_time(loan: str) -> None:
    monitor = Monitor(enforced(loan, problem_of(loan).source()))
    kinds: list[str] = []
    for _ in range(3):
        ticket = monitor.request("loan", {"days": 7})
        kinds.append(ticket.decision.kind)
        monitor.done(ticket, success=True)
    assert kinds == ["allow", "allow", "block"]


def test_property_tests_from_a_contract_find_what_breaks_a_sentence_and_accuse_no_other() -> None:
    problem = PROBLEMS["limit"]
    wrong = problem.source({"S1": "wrong bound"})
    found = {each.mark: each for each in opinions.opinions("limit", wrong, ("hypothesis",))}
    assert isinstance(found["S1"].others["hypothesis"], Refuted)
    assert isinstance(found["S2"].others["hypothesis"], Unknown)
    assert not any(each.alarm for each in found.values())


def test_property_tests_find_nothing_in_a_right_policy_and_run_no_other_code() -> None:
    problem = PROBLEMS["limit"]
    told = properties.refute(problem, problem.source(), examples=100)
    assert isinstance(told, Unknown)
    assert "found nothing in 100" in told.reason
    told = properties.refute(problem, "import os\n" + problem.source())
    assert isinstance(told, Unknown)
    assert "front end" in told.reason


def test_what_crosshair_shows_names_the_sentences_that_it_breaks() -> None:
    problem = PROBLEMS["limit"]
    wrong = problem.source({"S1": "wrong bound"})
    assert crosshair.confirmed(problem, wrong, "contract('rent', 0, 0, 0)").startswith("S1 might not hold: ")
    assert not crosshair.confirmed(problem, wrong, "contract('rent', 5, 0, 0)")
