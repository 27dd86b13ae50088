"""Other provers are asked in their own words, name who speaks, and a contradiction is an alarm."""

import re
from collections.abc import Mapping
from pathlib import Path as Folder

import pytest

from solon.contract import InfrastructureError, Proved, Refuted, Seed, Unknown, Verdict
from solon.sandbox import LocalJail
from solon.tasks import load
from solon.tasks.guard.generators.problems import PROBLEMS as GUARDED
from solon.tasks.guard.guarded import Contract
from solon.tasks.guard.verified import dafny, exhibits, nagini, opinions
from solon.tasks.guard.verified.emission import NotEmitted
from solon.tasks.guard.verified.opinions import Opinion
from solon.tasks.guard.verified.problems import PROBLEMS, Problem
from solon.tasks.guard.verified.task import VerifiedTask
from solon.verify.requests.declare import read_fields
from solon.verify.requests.syntax import read

NO_DAFNY = pytest.mark.skipif(not dafny.installed(), reason="Dafny is not installed: nothing was asked of it")
NO_NAGINI = pytest.mark.skipif(not nagini.environment(), reason="SOLON_NAGINI names no Nagini: nothing was asked of it")
SAID = ("clinical", "web", "refund", "limit")  # whose every construct Dafny is given


@pytest.mark.parametrize("name", SAID)
def test_a_file_for_dafny_has_every_parameter_sentence_and_range(name: str) -> None:
    problem = PROBLEMS[name]
    text = dafny.emit(problem, problem.source())
    head = text.partition("method policy(")[2].partition(")")[0]
    assert [each.partition(":")[0] for each in head.split(", ")] == [
        f"a_{field}" for field in problem.parameters.fields
    ]
    marks = re.findall(r"^  ensures .*  // (\w+)$", text, re.MULTILINE)
    assert marks == [*problem.conditions, "blocked", *(["invariant"] if problem.updates else [])]
    assert text.count("{") == text.count("}")
    if name in {"web", "limit"}:
        assert "requires" in text


def test_a_file_for_nagini_has_every_parameter_sentence_and_range() -> None:
    problem = PROBLEMS["limit"]
    text = nagini.emit(problem, problem.source())
    assert "def policy(a_payee: str, a_cents: int, a_spent: int, a_count: int) -> bool:" in text
    assert re.findall(r"^    Ensures\(.*\)  # (\w+)$", text, re.MULTILINE) == [
        "S1",
        "S2",
        "S3",
        "S4",
        "blocked",
        "invariant",
    ]
    assert text.count("    Requires(") == 4
    compile(text, "policy.py", "exec")


@pytest.mark.parametrize(
    ("name", "construct"),
    [("clinical", "columns, a list"), ("web", "fullmatch"), ("mail", "a list"), ("files", "starts")],
)
def test_what_nagini_cannot_say_is_refused_by_name(name: str, construct: str) -> None:
    with pytest.raises(NotEmitted, match=construct):
        nagini.emit(PROBLEMS[name], PROBLEMS[name].source())


@pytest.mark.parametrize(
    ("code", "construct"),
    [
        ("return glob(s, 'a*')", "glob"),
        ("return fullmatch(s, '[a-z]+')", "more than one length"),
        ("return s == 'caf\u00e9'", "printable ASCII"),
        ("x = 3\n    return s == 'x'", "x = 3"),
        ("return s.upper() == 'X'", "upper"),
    ],
)
def test_what_dafny_is_not_given_is_refused_by_name(code: str, construct: str) -> None:
    problem = Problem("one", "", "s: text", ())
    with pytest.raises(NotEmitted, match=construct):
        dafny.emit(problem, f"def policy(s):\n    {code}\n")


@pytest.mark.parametrize("head", ["def policy(s: print(1)):", "def policy(s) -> print(1):", "@print\ndef policy(s):"])
def test_a_function_with_more_than_plain_parameters_is_not_emitted(head: str) -> None:
    problem = Problem("one", "", "s: text", ())
    for emit in (dafny.emit, nagini.emit):
        with pytest.raises(NotEmitted):
            emit(problem, f"{head}\n    return s == 'x'\n")


def test_texts_of_a_policy_cannot_leave_their_quotes() -> None:
    problem = Problem("one", "", "s: text", ())
    text = dafny.emit(problem, "def policy(s):\n    return s == 'a\"\\\\; assume false; //'\n")
    assert r'"a\"\\; assume false; //"' in text


def test_only_a_clean_end_proves_anything() -> None:
    text = "method policy() returns (allowed: bool)\n  ensures allowed ==> true  // S1\n"
    good = "Dafny program verifier finished with 2 verified, 0 errors\n"
    assert dafny.judged(good, text) == Proved("Dafny")
    for said in (
        "",
        "Dafny program verifier finished with 0 verified, 0 errors\n",
        "Dafny program verifier finished with 1 verified, 0 errors, 1 time out\n",
        "policy.dfy(1,0): Error: unresolved\n1 resolution/type errors detected\n",
        "policy.dfy(3,2): Error: index out of range\n\nDafny program verifier finished with 1 verified, 1 error\n",
    ):
        assert isinstance(dafny.judged(said, text), Unknown)
    failed = (
        "policy.dfy(4,2): Error BP5003: A postcondition might not hold on this return path.\n"
        "policy.dfy(2,10): Related location: This is the postcondition that might not hold.\n\n"
        "Dafny program verifier finished with 1 verified, 1 error\n"
    )
    assert dafny.judged(failed, text) == Refuted("Dafny: S1 might not hold")
    assert nagini.judged("Verification successful\n", "") == Proved("Nagini")
    assert isinstance(nagini.judged("Translation failed\n", ""), Unknown)
    said = "Verification failed\nErrors:\nPostcondition of policy might not hold. (policy.py@1.4)\n"
    assert nagini.judged(said, "Ensures(x)  # S9") == Refuted("Nagini: S9 might not hold")


def test_a_prover_that_is_not_there_is_said_to_be_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Folder) -> None:
    monkeypatch.setenv(nagini.VARIABLE, str(tmp_path / "python"))
    with pytest.raises(InfrastructureError, match="Dafny is not installed"):
        dafny.verify("", command="no-such-command")
    with pytest.raises(InfrastructureError, match="SOLON_NAGINI"):
        nagini.verify("")
    assert "nagini" not in opinions.available()


@pytest.mark.parametrize(
    ("ours", "others", "alarmed"),
    [
        (Proved("automata"), {"dafny": Proved("Dafny")}, False),
        (Proved("automata"), {"dafny": Unknown("time")}, False),
        (Refuted("x"), {"dafny": Refuted("S1")}, False),
        (Proved("automata"), {"dafny": Refuted("S1")}, True),
        (Refuted("x"), {"dafny": Proved("Dafny")}, True),
        (Unknown("lists"), {"dafny": Proved("Dafny"), "nagini": Refuted("S1")}, True),
    ],
)
def test_a_contradiction_is_an_alarm(ours: Verdict, others: Mapping[str, Verdict], *, alarmed: bool) -> None:
    assert bool(Opinion("PO3", "S1", ours, dict(others)).alarm) == alarmed


def test_opinions_stand_side_by_side_and_say_whose_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(problem: Problem, source: str) -> Verdict:
        del problem, source
        return Refuted("Dafny: S2 might not hold")

    monkeypatch.setitem(vars(opinions)["_ASK"], "dafny", asked)
    problem = PROBLEMS["limit"]
    found = {each.mark: each for each in opinions.opinions("limit", problem.source(), ("dafny",))}
    assert set(found) == {*problem.conditions, "blocked", "invariant"}
    assert found["S2"].alarm
    assert not found["S1"].alarm
    assert opinions.opinions("limit", "import os\n", ("dafny",)) == ()


def test_the_option_provers_shows_other_provers_and_changes_no_version(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[Verdict] = [Refuted("Dafny: S2 might not hold")]

    def asked(problem: Problem, source: str) -> Verdict:
        del problem, source
        return said[0]

    monkeypatch.setitem(vars(opinions)["_ASK"], "dafny", asked)
    monkeypatch.setattr(exhibits, "available", lambda: ("dafny",))
    task = load("guard-verified", problem="limit", provers="on")
    assert isinstance(task, VerifiedTask)
    assert task.version == load("guard-verified", problem="limit").version
    with LocalJail() as jail:
        shown = task.record(task.references()["right"], Seed(1), jail).exhibits[-1]
    assert shown.title == "What other provers say"
    assert shown.head == ("obligation", "of", "ours", "dafny")
    assert shown.rows[1] == ("PO3", "S2", "proved", "refuted: Dafny: S2 might not hold")
    assert shown.trouble == (1,)
    assert "trust neither" in shown.text
    assert "front end takes" in exhibits.others("limit", "import os\n").text
    monkeypatch.setattr(exhibits, "available", lambda: ())
    assert "Neither Hypothesis" in exhibits.others("limit", "import os\n").text
    with pytest.raises(ValueError, match="on or off"):
        VerifiedTask(provers="yes")


def test_a_guarded_call_for_dafny_forgets_the_proposal_and_declares_all() -> None:
    step = GUARDED["refund"].program.steps[0]
    text = dafny.emit_guarded(step.contract, step.fallback, 3)
    assert "method guarded(a_price: int, a_days: int, a_damage: int) returns (r_cents: int)" in text
    assert "var p_cents: int := *;" in text
    assert "while tries < 3" in text
    with pytest.raises(NotEmitted):
        dafny.emit_guarded(Contract(read_fields("a: integer"), read_fields("b: integer")), {}, 1)


# With the provers themselves


@NO_DAFNY
@pytest.mark.slow
def test_dafny_proves_the_guarded_call_and_refutes_one_that_returns_something_else() -> None:
    step = GUARDED["refund"].program.steps[0]
    assert dafny.verify(dafny.emit_guarded(step.contract, step.fallback, 3)) == Proved("Dafny")
    assert isinstance(dafny.verify(dafny.emit_guarded(step.contract, step.fallback, 3, "{p} + 1")), Refuted)
    assert isinstance(dafny.verify(dafny.emit_guarded(step.contract, {"cents": read("0 - 1")}, 3)), Refuted)


@NO_DAFNY
@pytest.mark.slow
@pytest.mark.parametrize("name", SAID)
def test_dafny_agrees_on_right_policies_and_on_one_mistake(name: str) -> None:
    problem = PROBLEMS[name]
    assert dafny.prove(problem, problem.source()) == Proved("Dafny")
    sentence = problem.sentences[1]
    wrong = problem.source({sentence.id: next(iter(sentence.wrong))})
    words = opinions.opinions(name, wrong, ("dafny",))
    assert any(isinstance(each.others["dafny"], Refuted) for each in words)
    assert not any(each.alarm for each in words)


@NO_NAGINI
@pytest.mark.slow
def test_nagini_proves_the_limits_and_refutes_a_wrong_bound() -> None:
    problem = PROBLEMS["limit"]
    assert nagini.prove(problem, problem.source()) == Proved("Nagini")
    assert nagini.prove(problem, problem.source({"S2": "wrong bound"})) == Refuted("Nagini: S2 might not hold")
