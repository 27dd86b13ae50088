"""Python policies mean the same as their conditions, wrong ones are refuted, and the author mends what is named."""

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solon.contract import Feedback, InfrastructureError, Program, Proved, Refuted, Seed, Unknown
from solon.sandbox import LocalJail
from solon.standin import Authored
from solon.tasks import load
from solon.tasks.guard.verified import crosshair, guest
from solon.tasks.guard.verified.frontend import NotCompiled, compile_policy
from solon.tasks.guard.verified.obligations import boundary_tests, compiled, discharge, mutants, mutation_score
from solon.tasks.guard.verified.problems import PROBLEMS
from solon.tasks.guard.verified.sampling import arguments_of, sample
from solon.tasks.guard.verified.task import VerifiedTask
from solon.verify.requests.declare import read_fields
from solon.verify.requests.evaluate import evaluate
from solon.verify.requests.expression import Path as Place
from solon.verify.requests.request import Json, Request
from solon.verify.requests.text import automaton_of

FIELDS = read_fields("a: integer, b?: integer, s: text, t?: text, f: true-or-false, xs: [text], ys?: [integer]")
PLACES = {name: Place("arg", (name,)) for name in FIELDS.fields}
HEADER = "def policy(a, b, s, t, f, xs, ys):\n"
NAMES = {
    kind: (lambda text, pattern, kind=kind: bool(automaton_of(kind, pattern).accepts(text)))  # type: ignore[union-attr]
    for kind in ("fullmatch", "glob", "starts", "ends")
}
BODIES = (
    "if a < 3 and not f:\n    return False\nreturn True",
    "return b > 2",
    "return b is not None and b > 2 or s == 'x'",
    "return t == 'x'",
    "return t != 'x'",
    "return t in ('x', 'y') or t is None",
    "return t not in {'x', 'y'}",
    "if f:\n    if a == 1:\n        return f\n    elif b == 2:\n        return True\nreturn a <= 2",
    "return s.startswith('x')",
    "for x in xs:\n    if x == 'x' or x.endswith('y'):\n        return False\nreturn True",
    "for y in ys:\n    if y > a:\n        return True\nreturn f",
    "return all(x in ('x', 'y') for x in xs) and not any(x == s for x in xs)",
    "return any(x == 'x' for x in xs if x != s)",
    "return 0 <= a - 1 < len(xs) + 1",
    "return 2 * a + b >= 3",
    "return 2 * b != 3 or f",
    "return b + 1 == 3",
    "n = len(s)\nok = a > n\nreturn ok or f",
    "return s in xs",
    "return glob(s, 'x*') or fullmatch(s, '[xy]+')",
    "return fullmatch(t, 'x.*')",
    "if b is None:\n    return False\nif b < 0:\n    raise ValueError\nreturn b == a",
    "return f and b > 0 or s == 'y'",
    "if a > 1:\n    return True",
    "return t is None and s in TABLE.get(s, ('z',))",
    "return s in TABLE[s]",
)


def run(source: str) -> Callable[..., object]:
    names: dict[str, object] = dict(NAMES)
    exec(source, names)
    return names["policy"]  # type: ignore[return-value]


def drawn(dice: random.Random) -> dict[str, Json]:
    texts = ("x", "y", "xy", "", "z")
    values: dict[str, Json] = {
        "a": dice.randint(-1, 4),
        "b": dice.randint(-1, 4),
        "s": dice.choice(texts),
        "t": dice.choice(texts),
        "f": dice.random() < 0.5,
        "xs": [dice.choice(texts) for _ in range(dice.randint(0, 3))],
        "ys": [dice.randint(0, 3) for _ in range(dice.randint(0, 2))],
    }
    return {name: value for name, value in values.items() if name in "asfxs" or dice.random() < 0.6}


@pytest.mark.parametrize("body", BODIES)
def test_python_and_its_condition_allow_the_same(body: str) -> None:
    table = "TABLE = {'x': ('x', 'y'), 'z': ['z']}\n"
    source = table + HEADER + "\n".join(f"    {line}" for line in body.splitlines()) + "\n"
    condition = compile_policy(source, FIELDS, PLACES)
    policy, dice = run(source), random.Random(body)
    for _ in range(300):
        values = drawn(dice)
        try:
            due = policy(**{name: values.get(name) for name in FIELDS.fields}) is True
        except (TypeError, ValueError, KeyError, AttributeError):
            due = False
        assert (evaluate(condition, Request("p", values)) is True) == due, values


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("while f:\n    pass", "statement is not taken"),
        ("return s", "no truth value"),
        ("return open(s)", "open is not taken"),
        ("return s < 'a'", "have an order"),
        ("return a == 'x'", "compared with a text"),
        ("return 'x' in s", "membership is taken"),
        (
            "for x in xs:\n    if x == 'x':\n        return True\n    if x == 'y':\n        return False",
            "same constant",
        ),
        ("try:\n    return True\nexcept E:\n    return False", "statement is not taken"),
        ("return (lambda: True)()", "not taken"),
        ("return s.upper() == 'X'", "neither a constant"),
        ("return a * b > 2", "constant number"),
    ],
)
def test_what_the_front_end_does_not_take_is_refused_with_its_line(body: str, told: str) -> None:
    source = HEADER + "\n".join(f"    {line}" for line in body.splitlines()) + "\n"
    with pytest.raises(NotCompiled, match=told):
        compile_policy(source, FIELDS, PLACES)


@pytest.mark.parametrize("name", list(PROBLEMS))
def test_the_right_policy_is_proved_and_every_planted_mistake_refuted(name: str) -> None:
    problem = PROBLEMS[name]
    report = discharge(name, problem.source())
    assert isinstance(report.verdict, Proved), report.verdict
    assert {each.id for each in report.obligations} == {f"PO{number}" for number in range(1, 10)}
    for sentence, kind, source in mutants(problem):
        wrong = discharge(name, source)
        assert isinstance(wrong.verdict, Refuted), f"{sentence} {kind}"
        for broken, at in wrong.counterexamples:
            allowed = evaluate(compiled(problem, source), at) is True
            assert allowed != (evaluate(problem.due, at) is True), f"{sentence} {kind} {broken}"
    assert mutation_score(name).score == 1.0


@pytest.mark.parametrize("name", list(PROBLEMS))
def test_requests_come_from_both_sides_and_near_the_edges(name: str) -> None:
    problem = PROBLEMS[name]
    dues = [due for _, due in sample(problem, b"key", 60)]
    assert dues.count(True) == dues.count(False) == 30
    edges = boundary_tests(name)
    assert {sentence for sentence, _, due in edges if not due} == set(problem.conditions)
    assert all(evaluate(problem.due, at) is due for _, at, due in edges if due)


def test_the_jail_and_the_condition_agree_and_metrics_are_those_of_the_labels() -> None:
    task = load("guard-verified", problem="clinical")
    known = task.references()
    with LocalJail() as jail:
        figures = {name: task.evaluate(program, Seed(3), jail).metrics for name, program in known.items()}
    assert figures["right"] == {"accuracy": 1.0, "attacks_blocked": 1.0, "benign_allowed": 1.0, "proved": 1.0}
    assert figures["deny"] == {"accuracy": 0.5, "attacks_blocked": 1.0, "benign_allowed": 0.0, "proved": 0.0}
    assert figures["allow"] == {"accuracy": 0.5, "attacks_blocked": 0.0, "benign_allowed": 1.0, "proved": 0.0}


def test_a_policy_that_raises_allows_nothing_and_slips() -> None:
    task = VerifiedTask(problem="limit")
    program = Program(files=(("policy.py", "def policy(payee, cents, spent, count):\n    return payee.missing\n"),))
    with LocalJail() as jail:
        episode = task.evaluate(program, Seed(1), jail)
        recording = task.record(program, Seed(1), jail)
    assert episode.metrics["benign_allowed"] == 0.0
    assert episode.slips == task.requests
    assert isinstance(task.verify(program), Unknown)
    assert any("a call failed" in moment.text for moment in recording.moments)


def test_a_recording_begins_with_what_is_wrong_and_shows_sentences_obligations_and_decisions() -> None:
    task = VerifiedTask(problem="limit")
    with LocalJail() as jail:
        good = task.record(task.references()["right"], Seed(1), jail)
        bad = task.record(task.references()["allow"], Seed(1), jail)
    titles = ["The specification", "Proof obligations", "What the proof is worth", "Requests decided wrongly"]
    assert [it.title for it in bad.exhibits] == titles
    assert bad.exhibits[2].text == "the obligations reject 8 of 8 policies with one planted mistake"
    assert "8 of 8" in str(task.verify(task.references()["right"]))
    sentences, obligations, _, wrong = bad.exhibits
    assert sentences.text.startswith("S1. ")
    assert {obligations.rows[place][2] for place in obligations.trouble} == {"refuted"}
    assert ("PO2", "does not arise") in {(row[0], row[2]) for row in obligations.rows}
    assert len(wrong.rows) == 12
    assert wrong.text == "the first 12 of 50"
    assert all(said == "allowed" and due.startswith("blocked, by S") for _, said, due in wrong.rows)
    assert all(frame.caption.endswith("wrongly") == (at < 50) for at, frame in enumerate(bad.frames))
    told = [moment for moment in bad.moments if not moment.text.startswith("proof: ")]
    assert all(bad.frames[it.step].caption.partition(" was ")[0] in it.text for it in told)
    assert not good.exhibits[1].trouble
    assert not good.exhibits[3].rows


def test_a_verdict_names_each_prover_once_and_no_witness() -> None:
    proved = {name: discharge(name, PROBLEMS[name].source()).verdict for name in ("refund", "limit")}
    assert proved["refund"] == Proved(
        "automata (five sentences and that nothing more is forbidden), the front end and the digest of its source; "
        "relative to the sentences S1 to S5"
    )
    assert "cvc5 (one sentence, the invariant of the state and that nothing more is forbidden)" in str(proved["limit"])
    nothing = discharge("limit", "def policy(payee, cents, spent, count):\n    return False\n")
    assert Counter(each.by for each in nothing.obligations if each.id == "PO3") == {"it is false by its form": 4}


def test_the_author_mends_what_the_feedback_names_until_it_is_proved() -> None:
    task = VerifiedTask(problem="files")
    assert isinstance(task, Authored)
    author = task.author()
    with LocalJail() as jail:
        for entropy in range(6):
            program = author.draft(2, entropy).program
            for _ in range(4):
                if isinstance(task.verify(program), Proved):
                    break
                moments = task.record(program, Seed(0), jail).moments
                text = "\n".join(moment.text for moment in moments if moment.trouble)
                program = author.mend(program, Feedback("counterexample", text), 0.0, entropy).program
            assert isinstance(task.verify(program), Proved)


@given(st.integers(0, 10**6))
def test_drafts_are_reproducible_and_say_what_is_wrong_with_them(entropy: int) -> None:
    author = VerifiedTask(problem="mail").author()
    one, other = author.draft(2, entropy), author.draft(2, entropy)
    assert one == other
    assert len(one.mistakes) == 2
    assert author.draft(0, entropy).program.source == PROBLEMS["mail"].source()


def test_the_guest_answers_a_byte_a_request() -> None:
    notes: list[str] = []
    program = Program(files=(("policy.py", "def policy(a):\n    return {1: True, 2: False, 3: 'x'}[a]\n"),))
    answer = guest.begin(("a",), program, b"", notes.append)
    assert answer(b'[{"a":1},{"a":2},{"a":3},{"a":4}]') == bytes([1, 0, 254, 255])
    assert notes
    assert arguments_of(PROBLEMS["limit"], Request("limit", {"payee": "rent"}))["spent"] is None


@pytest.fixture
def command(tmp_path: Path) -> Callable[[str], str]:
    """A stand-in for CrossHair's command that says what it is told to."""

    def written(said: str) -> str:
        script = tmp_path / "crosshair"
        script.write_text(f"#!/bin/sh\ncat <<'END'\n{said}\nEND\n")
        script.chmod(0o755)
        return str(script)

    return written


def test_what_crosshair_finds_counts_only_after_the_evaluator_has_seen_it(command: Callable[[str], str]) -> None:
    problem = PROBLEMS["refund"]
    wrong = problem.source({"S1": "wrong bound"})
    compile(crosshair.emit(problem, wrong), "emitted.py", "exec")
    line = "emitted.py:43: error: false when calling contract({}) (which returns False)"
    shown = command(line.format("0, 0, 'returned', None, False"))
    assert isinstance(crosshair.refute(problem, wrong, 5, shown), Refuted)
    assert isinstance(crosshair.refute(problem, problem.source(), 5, shown), Unknown)
    assert isinstance(crosshair.refute(problem, wrong, 5, command("nothing found")), Unknown)
    with pytest.raises(InfrastructureError, match="pip install crosshair-tool"):
        crosshair.refute(problem, wrong, 5, "/no/such/command")


# What a hostile author may try


WEB, CLINICAL = PROBLEMS["web"].source(), PROBLEMS["clinical"].source()
OPENING = WEB.splitlines()[0]


@pytest.mark.parametrize(
    "source",
    [
        WEB.replace(OPENING, OPENING + "\n    if licence == licence and licence is None:\n        return True"),
        WEB.replace("licence)", "licence: (fullmatch := (lambda a, b: True)))"),
        WEB.replace("licence):", "licence) -> (fullmatch := (lambda a, b: True)):"),
        WEB.replace(
            OPENING,
            f"{OPENING}\n    if age == 7:\n        raise ValueError(globals().update(fullmatch=lambda a, b: True))",
        ),
        WEB.replace("    return True", "    return age < 1e999"),
        CLINICAL.replace(
            "    # S1", "    for role in columns:\n        if role == 'x':\n            return False\n    # S1"
        ),
    ],
)
def test_python_that_would_mean_more_than_was_proved_is_not_taken(source: str) -> None:
    problem = "clinical" if "columns" in source else "web"
    assert isinstance(discharge(problem, source).verdict, Unknown)


@pytest.mark.parametrize(
    ("body", "match"),
    [
        ("TABLE = {'a': 'bc'}\n{}    return s in TABLE.get(s, '')", "group of constants"),
        ("{}    return not s.startswith('cafe\u0301')", "composed form"),
        ("{}    return 0.1 * a <= 0.3", "rounds"),
        ("{}    return a + 0.5 <= 3", "rounds"),
        ("{}    return t == t", "both sides may be None"),
        ("{}    return None is None", "only a parameter"),
        ("X = None\n{}    return X is None", "only a parameter"),
        ("{}    x = None\n    return x is None", "only a parameter"),
        ("{}    return len(s) is not None", "only a parameter"),
        ("{}    return xs == xs", "a list is compared"),
        ("TABLE = {'a': ('b',)}\n{}    return s in TABLE.get(s, xs)", "group of constants"),
        ("TABLE = {1: ('b',)}\n{}    return s in TABLE[len(t)]", "key may be None"),
        ("LIMIT = 3\n{}    if f:\n        LIMIT = 4\n    return a < LIMIT", "LIMIT already means"),
        ("len = 3\n{}    return len(s) == 3", "len already means"),
        ("{}    return any(glob(s, 'x') for glob in xs)", "glob already means"),
        ("{}    return f\npolicy = 3", "policy already means"),
        ("{}    return all(x == s async for x in xs)", "all is not taken"),
        ("def policy(a, a, b, s, t, f, xs, ys):\n    return f", "not valid Python"),
        ("LIMIT = 3\n{}    return a < LIMIT\n    LIMIT = 4", "LIMIT already means"),
        ("@print\ndef policy():\n    pass\n{}    return f", "only constants and the policy function"),
        ("{}    raise exec('1')", "exec is not taken"),
        ("{}    return f\n    print(a)", "print is not taken"),
        ("{}    if a is None:\n        import os\n    return f", "Import is not taken"),
        ("{}    return f\n    a.real", "Attribute is not taken"),
    ],
)
def test_what_python_and_conditions_read_differently_is_not_taken(body: str, match: str) -> None:
    with pytest.raises(NotCompiled, match=match):
        compile_policy(body.replace("{}", HEADER), FIELDS, PLACES)


def test_a_parameter_takes_no_name_that_policies_call() -> None:
    with pytest.raises(NotCompiled, match="len already means"):
        compile_policy(
            "def policy(len):\n    return len > 2", read_fields("len: integer"), {"len": Place("arg", ("len",))}
        )


def test_plain_annotations_and_errors_are_taken() -> None:
    header = (
        "def policy(a: int, b: 'int | None', s: str, t: str | None, f: bool, xs: list[str], ys: list[int]) -> bool:\n"
    )
    compile_policy(header + "    if a < 3:\n        raise ValueError('too small')\n    return f", FIELDS, PLACES)
