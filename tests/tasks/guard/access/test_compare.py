"""Comparison is exact: two evaluators, automata and solvers say the same, and counts add up."""

import json
import random
from typing import Any

import pytest

from solon.contract import Unknown
from solon.tasks.guard.access import encoding, evaluate, plain, templates
from solon.tasks.guard.access.compare import allowed, compare, dead, example, permissiveness
from solon.tasks.guard.access.lint import lint
from solon.tasks.guard.access.model import Policy, Request
from solon.tasks.guard.access.mutation import mutants
from solon.tasks.guard.access.reading import parse, write
from solon.tasks.guard.access.space import Unsupported
from solon.tasks.guard.access.words import tell
from solon.verify.limited import Limits
from tasks.guard.access import drawn

MIRROR = {"more": "less", "less": "more"}


def made(*statements: dict[str, Any], version: str = "2012-10-17") -> Policy:
    return parse(json.dumps({"Version": version, "Statement": list(statements)}))


def allow(action: str = "s3:*", resource: str = "*", **others: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **others}


def given(condition: dict[str, Any], context: dict[str, tuple[str, ...]]) -> bool:
    found = made(allow(Condition=condition))
    request = Request("s3:GetObject", "r", None, context)
    assert evaluate.allows(found, request) == plain.allows(write(found), request)
    return evaluate.allows(found, request)


def test_the_allow_everything_policy_has_the_documented_count() -> None:
    everything = made(allow("*"))
    assert allowed(everything) == sum(256**length for length in range(101)) ** 2
    assert permissiveness(everything) == 1600.0112931262822


def test_two_evaluators_agree_on_random_requests() -> None:
    dice = random.Random(7)
    for _ in range(300):
        text = drawn.policy(dice, principals=dice.random() < 0.4)
        policy = parse(text)
        assert parse(write(policy)) == policy
        for _ in range(15):
            request = drawn.request(dice)
            assert evaluate.allows(policy, request) == plain.allows(text, request), (text, request)


def test_every_difference_has_a_witness_that_both_evaluators_confirm_and_counts_add_up() -> None:
    dice = random.Random(8)
    for _ in range(150):
        principals = dice.random() < 0.4
        texts = [drawn.policy(dice, principals=principals) for _ in range(2)]
        first, second = map(parse, texts)
        found, mirror = compare(first, second), compare(second, first)
        assert MIRROR.get(found.relation, found.relation) == mirror.relation
        assert compare(first, first).relation == "equivalent"
        assert found.both + (found.first_only.count if found.first_only else 0) == found.first == mirror.second
        for difference, wanted in ((found.first_only, [True, False]), (found.second_only, [False, True])):
            if difference is not None:
                assert [evaluate.allows(it, difference.witness) for it in (first, second)] == wanted
                assert [plain.allows(it, difference.witness) for it in texts] == wanted


def test_counts_of_a_policy_do_not_depend_on_what_it_is_compared_with() -> None:
    for number in range(8):
        policy = templates.draw(number)
        own = allowed(policy)
        for mutant in mutants(policy):
            found = compare(policy, mutant.policy)
            assert found.first == own
            assert found.both + (found.first_only.count if found.first_only else 0) == own


def test_no_random_request_is_decided_otherwise_by_equivalent_policies() -> None:
    dice = random.Random(9)
    for number in range(12):
        policy = templates.draw(number)
        for mutant in mutants(policy):
            if compare(policy, mutant.policy, bound=None).relation != "equivalent":
                continue
            for _ in range(30):
                request = drawn.request(dice)
                assert evaluate.allows(policy, request) == evaluate.allows(mutant.policy, request)


@pytest.mark.parametrize("solver", ["cvc5", "z3"])
def test_solvers_reach_the_same_verdicts(solver: Any) -> None:
    decided = 0
    for number in range(6):
        policy = templates.draw(number)
        mutant = list(mutants(policy))[number].policy
        found = encoding.relation(policy, mutant, solver, Limits(seconds=5))
        decided += not isinstance(found, Unknown)
        assert isinstance(found, Unknown) or found == compare(policy, mutant, bound=None).relation
    assert decided >= 4


@pytest.mark.slow
def test_cvc5_reaches_the_same_verdicts_on_wild_policies() -> None:
    dice = random.Random(10)
    for _ in range(30):
        principals = dice.random() < 0.4
        first, second = (parse(drawn.policy(dice, principals=principals)) for _ in range(2))
        found = encoding.relation(first, second, "cvc5")
        assert isinstance(found, Unknown) or found == compare(first, second, bound=None).relation


def test_a_broken_analysis_would_be_caught() -> None:
    """The check above must reject a comparison that ignores conditions."""
    whole = made(allow(Condition={"Bool": {"aws:SecureTransport": "true"}}))
    bare = made(allow())
    found = compare(whole, bare)
    assert found.relation == "less"
    assert found.second_only is not None
    assert not evaluate.allows(whole, found.second_only.witness)


def test_negated_operators_hold_for_an_absent_key() -> None:
    assert given({"StringNotEquals": {"k": "a"}}, {})
    assert given({"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, {})
    assert not given({"StringEquals": {"k": "a"}}, {})
    assert given({"StringEqualsIfExists": {"k": "a"}}, {})
    assert given({"ForAllValues:StringEquals": {"k": "a"}}, {})
    assert not given({"ForAnyValue:StringNotEquals": {"k": "a"}}, {})


def test_several_values_follow_the_rules_of_the_prefix() -> None:
    assert given({"ForAnyValue:StringEquals": {"k": ["a", "b"]}}, {"k": ("c", "b")})
    assert not given({"ForAllValues:StringEquals": {"k": ["a", "b"]}}, {"k": ("c", "b")})
    assert given({"ForAnyValue:StringNotEquals": {"k": "a"}}, {"k": ("a", "b")})
    assert not given({"ForAllValues:StringNotEquals": {"k": "a"}}, {"k": ("a", "b")})
    assert not given({"StringNotEquals": {"k": ["a", "b"]}}, {"k": ("b",)})


def test_dates_addresses_numbers_and_names_are_compared_by_value() -> None:
    assert given({"DateEquals": {"t": "2026-01-01T00:00:00Z"}}, {"t": ("2026-01-01T02:00:00+02:00",)})
    assert given({"DateGreaterThan": {"t": "2026-01-01T00:00:00Z"}}, {"t": ("1767225601",)})
    assert given({"IpAddress": {"i": "2001:db8::/32"}}, {"i": ("2001:DB8:0::1",)})
    assert not given({"IpAddress": {"i": "0.0.0.0/0"}}, {"i": ("::1",)})
    assert given({"NumericEquals": {"n": "7.0"}}, {"n": ("7",)})
    assert not given({"NumericLessThan": {"n": "7"}}, {"n": ("many",)})
    assert given({"ArnLike": {"a": "arn:aws:sns:*:1:t"}}, {"a": ("arn:aws:sns:eu:1:t",)})
    assert not given({"ArnLike": {"a": "arn:aws:sns:*:1:t"}}, {"a": ("arn:aws:sns:e:u:1:t",)})
    assert given({"StringEquals": {"k": "a*"}}, {"k": ("a*",)})
    assert not given({"StringEquals": {"k": "a*"}}, {"k": ("ab",)})
    assert given({"StringEqualsIgnoreCase": {"k": "aB"}}, {"k": ("Ab",)})


def test_integers_and_decimals_are_told_apart() -> None:
    below = made(allow(Condition={"NumericLessThan": {"n": "5"}}))
    most = made(allow(Condition={"NumericLessThanEquals": {"n": "4"}}))
    assert compare(below, most).relation == "more"


def test_an_account_stands_for_everybody_in_it() -> None:
    account = made(allow(Principal={"AWS": "123456789012"}))
    root = made(allow(Principal={"AWS": "arn:aws:iam::123456789012:root"}))
    user = made(allow(Principal={"AWS": "arn:aws:iam::123456789012:user/ann"}))
    assert compare(account, root).relation == "equivalent"
    assert compare(account, user).relation == "more"
    assert compare(made(allow(Principal="*")), account).relation == "more"


def test_variables_are_filled_in_only_by_the_new_version() -> None:
    statement = allow("s3:GetObject", "home/${aws:username}/*")
    request = Request("s3:GetObject", "home/ann/x", None, {"aws:username": ("ann",)})
    for version, wanted in (("2012-10-17", True), ("2008-10-17", False)):
        found = made(statement, version=version)
        assert evaluate.allows(found, request) == plain.allows(write(found), request) == wanted
    assert not evaluate.allows(made(statement), Request("s3:GetObject", "home/ann/x"))
    assert compare(made(statement), made(statement)).assumed == ()  # proved, whatever the name is


def test_a_difference_that_needs_two_values_of_a_key_is_found() -> None:
    some = made(allow(Condition={"ForAnyValue:StringEquals": {"k": "a"}}))
    both = made(allow(Condition={"ForAnyValue:StringEquals": {"k": "a"}, "ForAllValues:StringEquals": {"k": "a"}}))
    found = compare(some, both)
    assert found.relation == "more"
    assert found.first_only is not None
    assert len(found.first_only.witness.context["k"]) == 2


def test_a_key_compared_as_two_kinds_is_not_decided() -> None:
    mixed = made(allow(Condition={"StringLike": {"k": "1*"}, "NumericLessThan": {"k": "20"}}))
    with pytest.raises(Unsupported, match="use one kind"):
        compare(mixed, mixed)


def test_dead_statements_are_named_with_what_shadows_them() -> None:
    found = dead(made(allow("s3:*"), allow("s3:Get*"), {"Effect": "Deny", "Action": "ec2:*", "Resource": "*"}))
    assert [(one.statement, one.by) for one in found] == [(1, (0,)), (2, ())]
    assert example(made(allow(), {"Effect": "Deny", "Action": "*", "Resource": "*"})) is None


def test_the_linter_names_what_is_wide_odd_or_dead() -> None:
    found = lint(
        made(
            allow("*", Principal="*"),
            allow("s3:Get*", Principal={"AWS": "arn:aws:iam::1:user/*"}, Condition={"StringEquals": {"k": "a*"}}),
        )
    )
    assert [it.kind for it in found] == ["any-action", "public", "principal-wildcard", "equals-wildcard", "dead"]
    assert lint(templates.draw(1)) == ()


def test_the_words_tell_a_policy_whole() -> None:
    """No single mistake leaves the words as they were, in either wording."""
    for number in range(15):
        policy = templates.draw(number, statements=3)
        for level in ("formal", "worded"):
            own = tell(policy, level)
            assert all(tell(mutant.policy, level) != own for mutant in mutants(policy) if mutant.policy != policy)
