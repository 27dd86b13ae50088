"""The proof covers every case: it agrees with running the programs, and claims nothing of what it does not follow."""

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solon.contract import Feedback, InfrastructureError, Program, Proved, Refuted, Seed, Unknown
from solon.sandbox import LocalJail
from solon.tasks import load
from solon.tasks.guard.documents import prove
from solon.tasks.guard.documents.author import DocumentAuthor
from solon.tasks.guard.documents.generate import document, draw
from solon.tasks.guard.documents.interpret import Interpreted
from solon.tasks.guard.documents.model import Document, decide
from solon.tasks.guard.documents.render import rendered
from solon.tasks.guard.documents.symbols import Beyond
from solon.tasks.guard.documents.task import DocumentTask

JAIL = LocalJail("none")
POLICY = document(2, 1)


def ran(source: str, case: dict[str, object]) -> object:
    names: dict[str, object] = {}
    exec(source, names)
    try:
        found = names["policy"](dict(case))
    except (TypeError, KeyError):
        return "raised"
    return [[tool, given] for tool, given in found] if isinstance(found, list) else "none"


def due(policy: Document, case: dict[str, object]) -> object:
    return [[call.tool, call.arguments] for call in decide(policy, case).calls]


@settings(max_examples=25)
@given(st.integers(1, 3), st.integers(1, 40), st.integers(1, 4), st.integers(0, 3), st.integers(0, 10_000))
def test_a_refutation_is_real_and_a_proof_is_not_contradicted(
    level: int, which: int, wording: int, mistakes: int, entropy: int
) -> None:
    policy = document(level, which)
    source = DocumentAuthor(rendered(policy, wording)).draft(mistakes, entropy).program.source
    found = list(prove.differences(policy, source))
    assert isinstance(prove.verdict(policy, source), Refuted if found else Proved)
    for each in found:
        assert ran(source, each.case) != due(policy, each.case)
    if not found:
        dice = random.Random(entropy)
        for _ in range(20):
            case = draw(policy, dice, 0.4)
            assert ran(source, case) == due(policy, case)


def rewritten(*changes: tuple[str, str]) -> str:
    source = DocumentAuthor(rendered(POLICY, 2)).program().source
    for old, new in changes:
        assert old in source, old
        source = source.replace(old, new, 1)
    return source


def test_the_program_as_it_is_read_is_proved() -> None:
    assert isinstance(prove.verdict(POLICY, rewritten()), Proved)


def test_the_same_in_other_words_is_proved_as_well() -> None:
    source = rewritten(
        ("if case['amount'] <= 1568:", "limit = 1568\n    if limit >= case.get('amount') and not False:"),
        ("return clause_1_1(case)", "return clause_1_1(case) or None"),
        (
            'def ask(name):\n    return [["ask", {"fact": name}]]',
            'HEAD = "ask"\ndef ask(name):\n    return [] + [(HEAD, {"fact": name})]',
        ),
    )
    assert isinstance(prove.verdict(POLICY, source), Proved)


def test_one_wrong_value_among_all_is_found() -> None:
    source = rewritten(("if case['amount'] <= 1568:", "if case['amount'] <= 1568 and case['amount'] != 77:"))
    verdict = prove.verdict(POLICY, source)
    assert isinstance(verdict, Refuted)
    assert "'amount': 77" in verdict.witness


@pytest.mark.parametrize(
    "change",
    [
        ("if case['amount'] <= 1568:", "if case['amount'] <= 1568.5:"),
        ("if case['amount'] <= 1568:", "if case['amount'] * 1 <= 1568:"),
        ("if case['amount'] <= 1568:", "if str(case['amount']) <= '1568':"),
        ("if case['amount'] <= 1568:", "if not case['amount'] or case['amount'] <= 1568:"),
        ("def policy(case):", "SEEN = []\ndef policy(case):\n    SEEN.append(1)"),
        ("def policy(case):", "import random\ndef policy(case):"),
        ("def policy(case):", "@staticmethod\ndef policy(case):"),
        ("def policy(case):", "LIMIT = undefined\ndef policy(case):"),
        ("def policy(case):", "def policy(case: undefined):"),
        ("def policy(case):", "def policy(case):\n    while True:\n        pass"),
        ("def policy(case):", "def policy(case):\n    return policy(case)"),
        ("def policy(case):", "def policy(case):\n    ask = 1"),
        ("def policy(case):", "def policy(case):\n    if case['customer'] == 'K1':\n        return None"),
    ],
)
def test_of_what_is_not_followed_nothing_is_claimed(change: tuple[str, str]) -> None:
    assert isinstance(prove.verdict(POLICY, rewritten(change)), Unknown)


@pytest.mark.parametrize(
    "body",
    [
        "    return " + "not " * 3000 + "case",
        "    x = [1]\n" + "    x = x + x\n" * 60 + "    return x",
        "    x = [1]\n" + "    x = [x, x]\n" * 60 + "    return x",
        "    x = 1\n" * 30_000 + "    return []",
    ],
)
def test_programs_that_would_wear_the_judge_out_are_given_up(body: str) -> None:
    assert isinstance(prove.verdict(POLICY, f"def policy(case):\n{body}\n"), Unknown)


def test_what_is_wrong_before_it_is_beyond_the_language_is_refuted() -> None:
    verdict = prove.verdict(POLICY, rewritten(("if case['amount'] <= 1568:", "if case['amount'] <= case['months']:")))
    assert isinstance(verdict, Refuted)
    assert "TypeError" in verdict.witness


def test_a_truth_value_is_not_compared_with_a_number() -> None:
    for number in (0, 1):
        source = f"def policy(case):\n    if case['opened'] == {number}:\n        return []\n    return [['a', {{}}]]\n"
        policy = document(1, 1)
        assert any(fact.name == "opened" for graph in policy.tasks for fact in graph.facts)
        source = source.replace(
            "def policy(case):", "def policy(case):\n    if case['task'] == 'question':\n        return []"
        )
        with pytest.raises(Beyond, match="truth value"):
            list(prove.differences(policy, source))


@pytest.mark.parametrize("source", ["", "x = 1", "policy = 1", "def policy(case)", "class A: pass"])
def test_what_defines_no_function_is_unknown(source: str) -> None:
    with pytest.raises(Beyond):
        Interpreted(source)


def test_a_program_that_never_asks_is_refuted_by_a_missing_fact() -> None:
    source = re.sub(r"    if case\['\w+'\] is None:\n        return ask\('\w+'\)\n", "", rewritten())
    verdict = prove.verdict(POLICY, source)
    assert isinstance(verdict, Refuted)
    assert "None" in verdict.witness


def test_the_task_scores_proves_and_records_its_references() -> None:
    task = load("guard-document")
    assert isinstance(task, DocumentTask)
    known = task.references()
    scores = {name: task.evaluate(program, Seed(0), JAIL).metrics["accuracy"] for name, program in known.items()}
    assert scores["hand_over"] < 0.2 < scores["hasty"] < 1.0 == scores["reader"]
    assert isinstance(task.verify(known["reader"]), Proved)
    assert isinstance(task.verify(known["hasty"]), Refuted)
    recording = task.record(known["hasty"], Seed(0), JAIL)
    assert any(moment.trouble and moment.text.startswith("proof: clauses") for moment in recording.moments)
    assert recording.exhibits[1].trouble
    assert recording.exhibits[0].text == task.text


@pytest.mark.parametrize(
    ("body", "slips"),
    [
        ("return 1 / 0", 100),
        ("return 'refuse'", 100),
        ("return [['refuse']]", 100),
        ("return []", 0),
        ("return [[1, {}]]", 100),
        ("return [['refuse\\nall is well', {}]]", 100),
    ],
)
def test_what_is_no_list_of_calls_is_a_slip(body: str, slips: int) -> None:
    program = Program(files=(("policy.py", f"def policy(case):\n    {body}\n"),))
    episode = DocumentTask().evaluate(program, Seed(0), JAIL)
    assert episode.slips == slips
    assert episode.metrics["accuracy"] == 0.0


def test_a_jail_that_answers_otherwise_than_the_interpreter_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    task = DocumentTask(cases=5)
    monkeypatch.setattr(prove, "followed", lambda _program, _case: ())
    with pytest.raises(InfrastructureError, match="jail and interpreter differ"):
        task.evaluate(task.references()["reader"], Seed(0), JAIL)


@pytest.mark.parametrize("wording", [1, 4])
def test_at_least_nine_in_ten_drafts_are_mended_within_three_rounds(wording: int) -> None:
    task = DocumentTask(wording=wording, cases=60)
    author, proofs = task.author(), 0
    for run in range(10):
        program = author.draft(3, run).program
        for round_ in range(3):
            moments = task.record(program, Seed(10 * run + round_), JAIL).moments
            text = "\n".join(moment.text for moment in moments if moment.trouble)
            if text:
                program = author.mend(program, Feedback("counterexample", text), 0.1, 100 * run + round_).program
        proofs += isinstance(task.verify(program), Proved)
    assert proofs >= 9


@pytest.mark.parametrize("options", [{"level": 5}, {"wording": 5}, {"document": 0}, {"cases": 0}])
def test_options_are_checked(options: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="must"):
        DocumentTask(**options)
