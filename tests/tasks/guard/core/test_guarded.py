"""A guarded generator keeps its contract whatever the generator does, and its fallback rate is what theory says."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solon.contract import Proved, Unknown
from solon.tasks.guard.guarded import Broken, Contract, Guarded, enforce, fallback_holds, judged
from solon.tasks.guard.policy import Call, Decision, Fallback
from solon.verify.requests.declare import read_fields
from solon.verify.requests.evaluate import evaluate
from solon.verify.requests.prove import Counterexample
from solon.verify.requests.request import Json, Request
from solon.verify.requests.syntax import read

REFUND = Contract(
    read_fields("price: integer 0..1000"),
    read_fields('cents: integer, note: text, to?: "card" | "bank"'),
    after=read('out.cents >= 0 and out.cents <= arg.price and not glob(out.note, "*secret*")'),
)
BAD = (None, -1, 10**30, 1001, float("nan"), float("inf"), "1", True, [], {}, "a secret", "\x00", b"x", object())


def nothing(given: dict[str, Json]) -> dict[str, Json]:
    return {"cents": 0, "note": ""}


def hostile(dice: random.Random):
    def generator(given: dict[str, Json], said: str) -> object:
        kind = dice.randrange(6)
        if kind == 0:
            raise RuntimeError
        if kind == 1:
            return dice.choice(BAD)
        found: dict[str, object] = {
            "cents": dice.choice((*BAD, dice.randint(-9, 1009))),
            "note": dice.choice((*BAD, "ok")),
        }
        given["price"] = 10**9  # it may change its own copy
        if kind == 2:
            found[dice.choice(("extra", "to"))] = dice.choice((*BAD, "card"))
        return found

    return generator


def attack(calls: int) -> Guarded:
    dice = random.Random(1)
    guarded = Guarded(hostile(dice), REFUND, 2, nothing)
    for _ in range(calls):
        asked: dict[str, Json] = {"price": dice.randint(0, 1000)}
        found = guarded(asked)
        assert evaluate(REFUND.after, Request("generator", asked, output=found)) is True
        assert type(found["cents"]) is int
        assert 0 <= found["cents"] <= asked["price"]
    return guarded


def test_a_hostile_generator_never_breaks_the_contract() -> None:
    tally = attack(5000).tally
    assert tally.calls == 5000
    assert 0 < tally.accepted < tally.samples


@pytest.mark.slow
def test_a_hostile_generator_never_breaks_the_contract_in_a_hundred_thousand_calls() -> None:
    assert attack(100_000).tally.calls == 100_000


@pytest.mark.parametrize(("chance", "budget"), [(0.2, 4), (0.05, 10), (0.5, 1), (0.9, 2)])
def test_the_fallback_rate_is_that_of_independent_samples(chance: float, budget: int) -> None:
    dice, calls = random.Random(7), 3000

    def generator(given: dict[str, Json], said: str) -> object:
        return {"cents": 1 if dice.random() < chance else -1, "note": "n"}

    guarded = Guarded(generator, REFUND, budget, nothing)
    for _ in range(calls):
        guarded({"price": 5})
    due = (1 - chance) ** budget
    assert abs(guarded.tally.fallback_rate - due) <= 3 * math.sqrt(due * (1 - due) / calls)


def test_the_input_must_fulfil_its_side() -> None:
    with pytest.raises(Broken, match="malformed"):
        Guarded(hostile(random.Random(0)), REFUND, 1, nothing)({"price": -1})
    strict = Contract(REFUND.inputs, REFUND.outputs, read("arg.price > 5"), REFUND.after)
    with pytest.raises(Broken, match=r"arg\.price > 5"):
        Guarded(hostile(random.Random(0)), strict, 1, nothing)({"price": 5})


def test_feedback_names_the_conjunct_that_fails() -> None:
    found, said = judged(REFUND, {"price": 5}, {"cents": 6, "note": ""})
    assert found is None
    assert said == "the output does not fulfil out.cents <= arg.price"


def test_fallbacks_are_proved_or_refuted_or_unknown() -> None:
    good = fallback_holds(REFUND, {"cents": read("arg.price"), "note": read('"none"')})
    assert isinstance(good, Proved)
    bad = fallback_holds(REFUND, {"cents": read("arg.price + 1"), "note": read('"none"')})
    assert isinstance(bad, Counterexample)
    assert isinstance(fallback_holds(REFUND, {"cents": read("0")}), Unknown)


def test_a_fallback_that_breaks_the_contract_is_an_error_and_no_output() -> None:
    guarded = Guarded(lambda _given, _said: None, REFUND, 1, lambda _given: {"cents": -1, "note": ""})
    with pytest.raises(Broken, match="the fallback breaks"):
        guarded({"price": 1})


CALL = Call.of("send", {"to": "a"})


def blocked(mode: str) -> Decision:
    return Decision("block", CALL, "r", "The rule r forbids it.", "Stop.", Fallback(mode, call=Call.of("look", {})))  # type: ignore[arg-type]


def test_each_mode_says_what_enters_the_transcript() -> None:
    assert enforce(Decision("allow", CALL, "r", "")).run is CALL
    assert enforce(blocked("drop")).result == "none"
    assert enforce(blocked("halt")).result == "error"
    assert enforce(blocked("replan")).again
    assert not enforce(blocked("replan"), last=True).again
    assert enforce(blocked("message"), "pay rent").text.endswith("Go on with the task: pay rent")
    other = enforce(blocked("substitute"))
    assert other.run is None
    assert other.instead == Call.of("look", {})
    assert enforce(Decision("terminate", CALL, "r", "")).over
    asked = enforce(Decision("confirm", CALL, "r", ""))
    assert asked.run is None
    assert asked.confirm is CALL


@given(st.sampled_from(("message", "ask", "drop", "halt", "replan", "substitute")))
def test_no_mode_runs_a_blocked_call(mode: str) -> None:
    assert enforce(blocked(mode)).run is None
