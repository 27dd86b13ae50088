"""Analysis by proof: dead rules, overlaps, what one policy allows and another does not; files keep everything."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solon.contract import Proved
from solon.tasks.guard import files
from solon.tasks.guard.analysis import check, coverage, diff, example, narrows
from solon.tasks.guard.policy import Assignment, Call, Fallback, PolicySet, Rule, decide
from solon.verify.requests.expression import Arithmetic, Constant, Path
from solon.verify.requests.prove import Counterexample
from solon.verify.requests.request import Request
from verify.requests.worlds import SCOPE, TOOL, condition, request

BANK = """\
policy bank
tool pay(to: text, amount: number 0..)
tool look()
state n: integer 0.. = 0

rule big: forbid pay
    when arg.amount > 1000
    priority 1

rule small: allow pay
    when arg.amount <= 100 and fullmatch(arg.to, r".*@corp\\.com") and st.n < 3
    then st.n = st.n + 1

rule dead: allow pay
    when arg.amount > 2000

rule never: allow pay
    when arg.amount < 5 and arg.amount > 6

rule look: allow look
"""


def random_policy(number: int) -> PolicySet:
    dice = random.Random(number)
    rules = tuple(
        Rule(
            f"r{place}",
            dice.choice(("allow", "allow", "forbid", "confirm")),
            dice.choice(("send", "*", "s*d")),
            condition(dice, depth=1),
            dice.choice((1, 1, 50, 100)),
            dice.choice((None, Fallback("substitute", "x", Call.of("send", {"to": "é"})), Fallback("terminate"))),
            (
                Assignment(
                    "sent", Arithmetic("+", Path("st", ("sent",)), Constant(1)), dice.choice(("success", "attempt"))
                ),
            ),
            reason=dice.choice(("", 'said "so"\\n')),
            source=dice.choice(("human", "model", "mined")),
            ttl=dice.choice((None, 3)),
        )
        for place in range(dice.randint(1, 4))
    )
    combine = dice.choice(("first-match", "deny-overrides"))
    return PolicySet(
        (TOOL,), rules, combine, Fallback("halt", "no"), SCOPE.context, SCOPE.state, SCOPE.lists, "odd name"
    )


@given(st.integers(0, 10**6))
def test_both_file_forms_keep_every_policy(number: int) -> None:
    policy = random_policy(number)
    assert files.read(files.write_text(policy)) == policy
    assert files.read(files.write_json(policy).decode()) == policy
    assert files.read(files.write_json(policy).decode()).digest == policy.digest


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("nonsense", "line 1"),
        ("policy a\nrule x: permit *", "line 2: 'permit' is no effect"),
        ("policy a\nrule x: allow *\n    when arg.", "when of the rule x"),
        ("policy a\nrule x: allow *\nrule x: allow *", "two rules are called"),
        ("tool t(a: texts)", "is no shape"),
        ("tool t(a: text)\ntool t(a: text)", "declared twice"),
        ('{"rules": [{"id": "a", "effect": "permit"}]}', "this is no policy"),
        ("default perhaps", "is no fallback"),
    ],
)
def test_a_wrong_file_is_refused_in_one_sentence(text: str, told: str) -> None:
    with pytest.raises(files.WrongPolicy, match=told):
        files.read(text)


def test_dead_rules_are_found_with_what_shadows_them() -> None:
    dead = {remark.rule: remark.message for remark in check(files.read(BANK)) if remark.kind == "dead"}
    assert set(dead) == {"dead", "never"}
    assert "the rule big decides first" in dead["dead"]
    assert "no request fulfils" in dead["never"]


def test_mistakes_of_types_are_told_before_anything_else() -> None:
    wrong = BANK.replace("arg.amount < 5", "arg.amuont < 5").replace("st.n < 3", 'st.n < "3"')
    messages = [remark.message for remark in check(files.read(wrong))]
    assert any("did you mean 'amount'?" in message for message in messages)
    assert any("compares a number with a text" in message for message in messages)


def test_a_policy_that_allows_nothing_is_vacuous() -> None:
    remarks = check(files.read('policy a\ntool t(x: text)\nrule x: allow t\n    when arg.x == "a" and arg.x == "b"'))
    assert {"vacuous", "dead"} == {remark.kind for remark in remarks}


def test_differences_come_with_calls_that_show_them() -> None:
    old = files.read(BANK)
    wide = files.read(BANK.replace("<= 100", "<= 101"))
    assert diff(wide, old).relation == "wider"
    assert diff(old, wide).relation == "narrower"
    assert diff(old, old).relation == "equal"
    other = files.read(BANK.replace("<= 100", "<= 101").replace("< 3", "< 2"))
    found = diff(other, old)
    assert found.relation == "incomparable"
    assert decide(other, found.gained[0]).kind == "allow"
    assert decide(old, found.gained[0]).kind == "block"
    assert decide(old, found.lost[0]).kind == "allow"


def test_verdicts_on_random_pairs_are_confirmed_by_sampling() -> None:
    relations: set[str] = set()
    for number in range(12):
        one, other = random_policy(number), random_policy(number + 1000)
        found = diff(one, other)
        relations.add(found.relation)
        mirror = {"wider": "narrower", "narrower": "wider"}
        assert diff(other, one).relation == mirror.get(found.relation, found.relation)
        dice = random.Random(number)
        for at in (request(dice) for _ in range(100)):
            gains = decide(one, at).kind == "allow" and decide(other, at).kind != "allow"
            assert not (gains and found.relation in {"equal", "narrower"})
    assert len(relations) > 1


def test_narrowing_is_reflexive_and_agrees_with_the_difference() -> None:
    policy = files.read(BANK)
    assert isinstance(narrows(policy, policy), Proved)
    wide = files.read(BANK.replace("<= 100", "<= 101"))
    verdict = narrows(wide, policy)
    assert isinstance(verdict, Counterexample)
    assert decide(wide, verdict.request).kind == "allow"


def test_an_allowed_call_is_shown_and_recorded_calls_are_counted() -> None:
    policy = files.read(BANK)
    verdict = example(policy, policy.tools[0])
    assert isinstance(verdict, Counterexample)
    calls = [verdict.request, Request("look"), Request("pay", {"to": "x", "amount": 5000})]
    counts, blocked = coverage(policy, calls)
    assert (counts["small"], counts["look"], counts["big"]) == (1, 1, 1)
    assert blocked == (calls[2],)
