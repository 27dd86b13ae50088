"""Programs of guarded calls are proved whatever is proposed; learning moves the score and never the guarantee."""

import msgspec
import pytest

from solon.contract import Program, Proved, Refuted, Seed, Unknown, Verdict
from solon.sandbox import LocalJail
from solon.sketch import Sketched
from solon.tasks import load
from solon.tasks.guard.generators.composition import Composed, Step, prove, verdict
from solon.tasks.guard.generators.mutation import mutation_score
from solon.tasks.guard.generators.problems import PROBLEMS
from solon.tasks.guard.generators.task import GeneratorTask
from solon.tasks.guard.guarded import Contract
from solon.verify.requests.declare import read_fields
from solon.verify.requests.expression import TRUE
from solon.verify.requests.syntax import read


@pytest.mark.parametrize("name", list(PROBLEMS))
def test_both_programs_are_proved_for_everything_that_may_be_proposed(name: str) -> None:
    parts = prove(PROBLEMS[name].program)
    found = verdict(parts)
    assert isinstance(found, Proved), parts
    assert found.by.count("cvc5") == 1
    assert "form" not in found.by


def test_a_contract_that_promises_too_little_is_refuted() -> None:
    whole = PROBLEMS["refund"].program
    voucher = whole.steps[1]
    weak = msgspec.structs.replace(voucher.contract, after=read("out.cents >= 0 and out.cents <= 2000"))
    steps = (whole.steps[0], msgspec.structs.replace(voucher, contract=weak))
    found = verdict(prove(msgspec.structs.replace(whole, steps=steps)))
    assert isinstance(found, Refuted)
    assert "whatever is proposed" in found.witness


def test_a_call_that_breaks_what_its_contract_asks_is_refuted() -> None:
    whole = PROBLEMS["refund"].program
    offer = whole.steps[0]
    loose = msgspec.structs.replace(offer.contract, after=TRUE)
    found = verdict(
        prove(msgspec.structs.replace(whole, steps=(msgspec.structs.replace(offer, contract=loose), *whole.steps[1:])))
    )
    assert isinstance(found, Refuted)
    assert "voucher is called" in found.witness


def test_a_fallback_that_breaks_its_contract_is_refuted() -> None:
    whole = PROBLEMS["refund"].program
    wrong = msgspec.structs.replace(whole.steps[0], fallback={"cents": read("arg.price")})
    found = verdict(prove(msgspec.structs.replace(whole, steps=(wrong, *whole.steps[1:]))))
    assert isinstance(found, Refuted)
    assert "V1" in found.witness


def one_call(contract: Contract, inputs: dict[str, str], after: str, output: str = "arg.n") -> Verdict:
    step = Step("s", contract, {"y": read(output)}, {name: read(term) for name, term in inputs.items()})
    fields = read_fields("n: integer 0..5, m: integer 0..5, text: text, other: text")
    return verdict(prove(Composed("p", fields, (step,), after=read(after))))


def test_what_a_contract_says_of_its_own_input_is_not_taken_for_what_the_program_calls_alike() -> None:
    """The contract speaks of its ``text``, which is the program's ``other``, by a form, a length and a presence."""
    for promise in ('starts(arg.text, "a")', "len(arg.text) == 3", 'arg.text in {"abc"}'):
        contract = Contract(
            read_fields("text: text, n: integer 0..5"), read_fields("y: integer 0..5"), name="s",
            after=read(f"out.y == arg.n or {promise} and out.y == 0"),
        )  # fmt: skip
        given = {"text": "arg.other", "n": "arg.n"}
        due = "out.s.y == arg.n or {} and out.s.y == 0"
        assert isinstance(one_call(contract, given, due.format(promise)), Refuted)
        assert isinstance(one_call(contract, given, due.format(promise.replace("arg.text", "arg.other"))), Proved)


def test_an_input_that_is_not_given_and_an_output_that_is_not_yet_there_prove_nothing() -> None:
    contract = Contract(
        read_fields("n: integer 0..5"), read_fields("y: integer 0..5"), after=read("out.y == arg.n"), name="s"
    )
    assert isinstance(one_call(contract, {"n": "arg.n"}, "out.s.y == arg.n"), Proved)
    assert "what n of s is" in str(one_call(contract, {}, "out.s.y == arg.n"))
    assert "not computed before" in str(one_call(contract, {"n": "out.s.y"}, "out.s.y <= 5"))
    assert "computed" in str(one_call(msgspec.structs.replace(contract, before=read("present(arg.n)")),
                                      {"n": "arg.n + 0"}, "out.s.y == arg.n"))  # fmt: skip


def test_two_calls_of_one_name_prove_nothing() -> None:
    """The output of the second would stand for both, and what both promise would be assumed of it."""
    inputs, outputs = read_fields("n: integer 0..5"), read_fields("y: integer 0..9")
    steps = tuple(
        Step("s", Contract(inputs, outputs, after=read(promise), name="s"), {"y": read(stand_in)}, {"n": read("arg.n")})
        for promise, stand_in in (("out.y >= 5", "5"), ("out.y <= 7", "0"))
    )
    found = verdict(prove(Composed("p", inputs, steps, after=read("out.s.y >= 5"))))
    assert isinstance(found, Unknown)


def test_an_argument_about_no_run_at_all_is_refuted() -> None:
    whole = Composed("void", PROBLEMS["refund"].program.inputs, PROBLEMS["refund"].program.steps, read("arg.price < 0"))
    assert isinstance(verdict(prove(whole)), Refuted)


@pytest.mark.parametrize("name", list(PROBLEMS))
def test_no_generator_causes_a_violation_and_better_numbers_give_better_scores(name: str) -> None:
    task = load("guard-generator", problem=name, cases=30)
    assert isinstance(task, Sketched)
    better = {
        "refund": {"base": 0.2, "slope": 0.9, "late": 0.45, "edge": 50, "part": 0.1, "cap": 2000},
        "curve": {"bend": 1, "push": 0, "shift": 0},
    }
    sketch = task.sketch()
    with LocalJail() as jail:
        figures = {
            known: task.evaluate(program, Seed(5), jail).metrics
            for known, program in {**task.references(), "learned": sketch.render(better[name])}.items()
        }
        recording = task.record(task.references()["hostile"], Seed(5), jail)
    assert all(each["violations"] == 0 for each in figures.values())
    assert figures["nothing"]["fallback_rate"] == 1.0
    assert figures["learned"]["score"] > figures["plain"]["score"] > figures["nothing"]["score"] - 1e-9
    assert any(moment.trouble and "the fallback answered" in moment.text for moment in recording.moments)
    assert isinstance(task.verify(task.references()["hostile"]), Proved)


def test_the_report_shows_contracts_proof_and_whose_each_output_is() -> None:
    task = GeneratorTask(budget=2, cases=30)
    source = (
        "def policy(step, given, tries, said):\n    return {'cents': -1 if tries == 0 else 10**9 * (step == 'offer')}\n"
    )
    with LocalJail() as jail:
        recording = task.record(Program(files=(("policy.py", source),)), Seed(1), jail)
        unasked = GeneratorTask(budget=0).record(task.references()["plain"], Seed(1), jail)
    contracts, proof, worth, calls = recording.exhibits
    assert worth.text.startswith("the proof rejects 9 of 13 weakened contracts and 4 of 4 spoilt fallbacks.")
    assert [it.title for it in recording.exhibits] == ["The contracts", "Proof", "What the proof is worth", "Calls"]
    assert "out.cents <= arg.price" in contracts.text
    assert {row[1] for row in proof.rows} == {"proved"}
    assert not proof.trouble
    assert [row[0] for row in calls.rows[:4]] == ["1", "1", "2", "2"]
    assert "the fallback's: the output does not fulfil" in calls.rows[0][3]
    assert calls.rows[1][3] == "proposal 2, kept"
    assert calls.rows[0][1].startswith("offer(price=")
    assert calls.rows[0][2] == "cents=0"
    assert calls.trouble == tuple(range(0, 20, 2))
    assert calls.text == "the first 20 of 60"
    assert {row[3] for row in unasked.exhibits[3].rows} == {"the fallback's: no proposal was asked for"}


def test_the_proof_notices_weaker_contracts_and_spoilt_fallbacks() -> None:
    refund, curve = mutation_score("refund"), mutation_score("curve")
    assert refund.rejected == {"contract": (9, 13), "fallback": (4, 4)}
    assert curve.rejected == {"contract": (6, 6), "fallback": (3, 6)}
    assert all(text.startswith("voucher: ") for text in refund.taken), "the whole says nothing of the voucher alone"
    assert all(" + 1" in text for text in curve.taken), "a line that lies higher keeps the contract as well"


def test_a_call_whose_input_may_be_out_of_its_range_is_not_proved() -> None:
    program = PROBLEMS["refund"].program
    offer, voucher = program.steps
    inputs = {**voucher.inputs, "left": read("arg.price - 2 * out.offer.cents")}
    changed = msgspec.structs.replace(program, steps=(offer, msgspec.structs.replace(voucher, inputs=inputs)))
    contract = msgspec.structs.replace(voucher.contract, before=TRUE)
    changed = msgspec.structs.replace(
        changed, steps=(offer, msgspec.structs.replace(changed.steps[1], contract=contract))
    )
    asked = next(part for part in prove(changed) if "voucher is called" in part.words)
    assert isinstance(asked.verdict, Refuted)
