"""Analysis by proof: dead rules, overlaps, what one policy allows and another does not; files keep everything."""

import random
import time

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solon.contract import Proved, Unknown
from solon.tasks.guard import files
from solon.tasks.guard.analysis import check, coverage, dead_rules, diff, example, narrows, overlaps
from solon.tasks.guard.policy import Assignment, Call, Fallback, PolicySet, Rule, WrongPolicy, decide, ordered
from solon.verify.requests.expression import Arithmetic, Constant, Path
from solon.verify.requests.formula import both, no
from solon.verify.requests.meaning import Question
from solon.verify.requests.prove import Counterexample, refute
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
    with pytest.raises(WrongPolicy, match=told):
        files.read(text)


def test_dead_rules_are_found_with_what_shadows_them() -> None:
    dead = {remark.rule: remark.message for remark in check(files.read(BANK)) if remark.kind == "dead"}
    assert set(dead) == {"dead", "never"}
    assert "the rule big decides first" in dead["dead"]
    assert "no request fulfils" in dead["never"]


def many_rules(number: int) -> PolicySet:
    """Return a policy on one tool whose rules are apart, but for one pair that overlaps and one rule that is dead."""
    lines = ["policy many", "tool pay(to: text, amount: number 0..)"]
    for place in range(number):
        effect, what = (
            ("allow", f'glob(arg.to, "*@d{place}.org")') if place % 2 else ("forbid", f'arg.to == "u{place}"')
        )
        lines += [f"rule r{place}: {effect} pay", f"    when {what} and arg.amount <= {place}"]
    lines += ["rule clash: forbid pay", '    when arg.to == "x@d7.org" and arg.amount == 3']
    lines += ["rule dead: allow pay", '    when ends(arg.to, "y@d9.org") and arg.amount < 9', "    priority 200"]
    return files.read("\n".join(lines))


@pytest.mark.parametrize("combine", ["first-match", "deny-overrides"])
def test_what_is_found_among_two_hundred_rules_is_found_quickly(combine: str) -> None:
    policy = msgspec.structs.replace(many_rules(200), combine=combine)
    start = time.process_time()
    found = check(policy)
    assert time.process_time() - start < 10  # about 1; it was minutes when each question named all rules
    assert [(remark.kind, remark.rule) for remark in found if remark.kind == "dead"] == [("dead", "dead")]
    assert "the rule r9 decides first" in next(remark.message for remark in found if remark.kind == "dead")
    clashes = [remark.request for remark in found if remark.kind == "overlap"]
    assert [at and at.arguments for at in clashes] == (
        [] if combine == "deny-overrides" else [{"to": "x@d7.org", "amount": 3}]
    )


@given(st.integers(0, 10**6))
def test_what_is_said_to_be_dead_never_decides_and_all_else_does(number: int) -> None:
    """Each rule that is not reported decides by the one question that names every rule before it."""
    policy = random_policy(number)
    dead = {remark.rule for remark in dead_rules(policy) if remark.kind == "dead"}
    for rule in policy.rules:
        every = ordered(policy, TOOL.name)
        before = every[: every.index(rule)] if rule in every else ()
        question = Question(SCOPE, [rule.when, *(other.when for other in before)])
        fired = [
            question.holds(each.when) if each.effect == "allow" else question.may_hold(each.when)
            for each in (rule, *before)
        ]
        verdict = refute(question, both(fired[0], *map(no, fired[1:])), lambda _: True, ("automata",))
        if not isinstance(verdict, Unknown):
            assert (rule.id in dead) == isinstance(verdict, Proved)


def test_elements_of_lists_keep_no_rules_apart() -> None:
    """Two lists may each hold what the other rule asks for, so that rules on elements overlap."""
    policy = files.read(
        'policy a\ntool t(to: [text])\nrule one: allow t\n    when any x in arg.to: x == "a"\n'
        'rule two: forbid t\n    when any x in arg.to: x == "b"'
    )
    found = [remark.request for remark in overlaps(policy)]
    assert [at.arguments["to"] in (["a", "b"], ["b", "a"]) for at in found if at is not None] == [True]


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
