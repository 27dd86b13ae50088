"""Comparison within the requests that can occur: others are neither compared nor shown nor counted."""

import itertools
import json
import random
from collections.abc import Sequence
from typing import Any

import pytest

from solon.contract import Unknown
from solon.tasks.guard.access import encoding, evaluate, plain
from solon.tasks.guard.access.compare import Comparison, allowed, compare, dead, example, permissiveness
from solon.tasks.guard.access.model import Policy, Request
from solon.tasks.guard.access.occurring import TYPES, occurring
from solon.tasks.guard.access.reading import parse, write
from solon.verify.limited import Limits
from tasks.guard.access import drawn

MIRROR = {"more": "less", "less": "more"}
ACTIONS, RESOURCES, VALUES = ("a:x", "a:y", "b:x"), ("r/1", "r/2", "q"), (None, "1", "2")
EVERYTHING = occurring([])


def text(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def _allow(action: Any = "*", resource: Any = "*", **others: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **others}


NOTHING = parse(text({"Effect": "Deny", "Action": "*", "Resource": "*", "Principal": "*"}))


def few(dice: random.Random, *effects: str) -> list[dict[str, Any]]:
    """Return statements over a small alphabet."""
    conditions = [{}, {}, {"StringEquals": {"k": "1"}}, {"StringNotEquals": {"k": "2"}}, {"Null": {"k": "true"}}]
    return [
        {
            "Effect": effect,
            dice.choice(("Action", "Action", "NotAction")): dice.sample(["a:*", "*", "*:x", *ACTIONS], 2),
            dice.choice(("Resource", "Resource", "NotResource")): dice.sample(["r/*", "*", "?", *RESOURCES], 2),
            "Condition": dice.choice(conditions),
        }
        for effect in effects
    ]


def world(dice: random.Random) -> str:
    """Return a policy that allows some of the requests of the small alphabet and nothing else."""
    whole = [_allow(ACTIONS, RESOURCES, Condition=it)
             for it in ({"StringEquals": {"k": ["1", "2"]}}, {"Null": {"k": "true"}})]  # fmt: skip
    return text(*whole, *few(dice, *["Deny"] * dice.randrange(3)))


def shown(found: Comparison, texts: Sequence[str], within: str) -> bool:
    """Return whether both evaluators allow the witnesses within, and decide them as the comparison says."""
    everything = [*texts, within]
    for difference, wanted in ((found.first_only, [True, False, True]), (found.second_only, [False, True, True])):
        if difference is not None:
            decided = [evaluate.allows(parse(it), difference.witness) for it in everything]
            if not decided == wanted == [plain.allows(it, difference.witness) for it in everything]:
                return False
    return True


def test_relation_witnesses_and_counts_are_those_of_trying_every_request_that_can_occur() -> None:
    dice = random.Random(1)
    requests = [
        Request(action, resource, None, {} if value is None else {"k": (value,)})
        for action, resource, value in itertools.product(ACTIONS, RESOURCES, VALUES)
    ]
    relations = set[str]()
    for _ in range(200):
        texts = [text(*few(dice, "Allow", dice.choice(("Allow", "Deny")))) for _ in range(2)]
        within = world(dice)
        possible = [it for it in requests if plain.allows(within, it)]
        first, second = ({n for n, it in enumerate(possible) if plain.allows(one, it)} for one in texts)
        found = compare(*map(parse, texts), within=parse(within))
        mirror = compare(*map(parse, texts[::-1]), within=parse(within))
        wanted = "incomparable" if first - second else "less"
        wanted = wanted if second - first else "more" if first - second else "equivalent"
        assert (found.relation, MIRROR.get(mirror.relation, mirror.relation)) == (wanted, wanted), (texts, within)
        assert (found.both, found.first, found.second) == (len(first & second), len(first), len(second))
        assert found.jaccard == (len(first & second) / len(first | second) if first | second else 1)
        assert shown(found, texts, within), (texts, within)
        assert allowed(parse(texts[0]), within=parse(within)) == len(first)
        assert (example(parse(texts[0]), within=parse(within)) is None) == (not first)
        relations.add(wanted)
    assert relations == {"equivalent", "more", "less", "incomparable"}


def test_where_everything_can_occur_it_is_as_without_and_where_nothing_can_all_are_equivalent() -> None:
    dice = random.Random(2)
    for _ in range(40):
        principals = dice.random() < 0.4
        first, second = (parse(drawn.policy(dice, principals=principals)) for _ in range(2))
        plainly, within = compare(first, second), compare(first, second, within=EVERYTHING)
        for part in ("relation", "both", "first", "second", "assumed"):
            assert getattr(plainly, part) == getattr(within, part), (write(first), write(second))
        assert dead(first) == dead(first, within=EVERYTHING)
        none = compare(first, second, within=NOTHING)
        assert (none.relation, none.both, none.first, none.second, none.jaccard) == ("equivalent", 0, 0, 0, 1)
        assert permissiveness(first, within=NOTHING) == float("-inf")
        assert [it.statement for it in dead(first, within=NOTHING)] == list(range(len(first.statements)))


def test_what_denials_leave_out_is_what_both_policies_deny_besides() -> None:
    """Within "all but D" two policies stand as they do with D added to each; wild patterns, keys and references."""
    dice = random.Random(3)
    for _ in range(40):
        trees = [json.loads(drawn.policy(dice, principals=False))["Statement"] for _ in range(3)]
        denials = [{**it, "Effect": "Deny"} for it in trees[2]]
        texts = [text(*tree) for tree in trees[:2]]
        within = text(_allow(), *denials)
        found = compare(*map(parse, texts), within=parse(within))
        other = compare(*(parse(text(*tree, *denials)) for tree in trees[:2]))
        assert (found.relation, found.assumed) == (other.relation, other.assumed), (texts, within)
        assert (found.both, found.first, found.second) == (other.both, other.first, other.second)
        assert shown(found, texts, within), (texts, within)


def test_references_in_what_can_occur_are_followed_or_named() -> None:
    """Only requests on one's own home can occur; whether that lies under home/ rests on values that were tried."""
    own = text(_allow("s3:*", "home/${aws:username}/*"))
    everything, homes, ann = (text(_allow("s3:*", place)) for place in ("*", "home/*", "home/ann/*"))
    same = compare(parse(own), parse(everything), within=parse(own))
    assert (same.relation, same.assumed) == ("equivalent", ())
    likely = compare(parse(homes), parse(everything), within=parse(own))
    assert (likely.relation, likely.assumed) == ("equivalent", ("aws:username",))
    found = compare(parse(homes), parse(ann), within=parse(own))
    assert found.relation == "more"
    assert shown(found, (homes, ann), own)


@pytest.mark.parametrize("solver", ["cvc5", "z3"])
def test_solvers_reach_the_same_verdicts_within_what_can_occur(solver: Any) -> None:
    dice = random.Random(4)
    decided = 0
    for _ in range(6):
        first, second, within = (parse(it) for it in (*(text(*few(dice, "Allow", "Deny")) for _ in "ab"), world(dice)))
        said = encoding.relation(first, second, solver, Limits(seconds=5), within=within)
        decided += not isinstance(said, Unknown)
        assert isinstance(said, Unknown) or said == compare(first, second, within=within, bound=None).relation
    assert decided >= 4


def test_a_witness_outside_of_what_can_occur_would_be_caught() -> None:
    """The check above must reject a comparison that forgets ``within``, and one whose request was changed."""
    texts = text(_allow("s3:GetObject", "b/x")), text(_allow("s3:GetObject"))
    within = text(_allow("s3:GetObject", "b/*"))
    policies = tuple(map(parse, texts))
    assert shown(compare(*policies, within=parse(within)), texts, within)
    assert not shown(compare(*policies), texts, within)


def _attach(resource: Any) -> Policy:
    return parse(text(_allow("ec2:AttachVolume", resource)))


def test_types_of_resources_make_policies_equivalent_that_differ_on_what_cannot_occur() -> None:
    narrow, wide = _attach(["arn:aws:ec2:::instance/*", "arn:aws:ec2:::volume/*"]), _attach("arn:aws:ec2:::*")
    assert compare(narrow, wide).relation == "less"
    types = occurring([narrow, wide])
    assert compare(narrow, wide, within=types).relation == "equivalent"
    assert encoding.relation(narrow, wide, within=types) == "equivalent"
    assert compare(_attach("arn:aws:ec2:::instance/*"), wide, within=types).relation == "less"
    starred = parse(text(_allow("ec2:*", "arn:aws:ec2:::image/*"), _allow("ec2:AttachV*", "arn:aws:ec2:::image/*")))
    assert [it.statement for it in dead(starred, within=occurring([starred]))] == [1]
    assert compare(starred, _attach("*"), within=occurring([starred])).relation == "incomparable"


@pytest.mark.parametrize(
    ("action", "resource", "wanted"),
    [
        ("ec2:AttachVolume", "arn:aws:ec2:::instance/i", True),
        ("ec2:AttachVolume", "arn:aws-cn:ec2:cn-north-1:111122223333:volume/vol-1", True),
        ("ec2:AttachVolume", "arn:aws:ec2:::image/a:instance/b", False),
        ("ec2:AttachVolume", None, False),
        ("ec2:TerminateInstances", "arn:aws:ec2:eu-west-1:1:volume/v", False),
        ("ec2:RunInstances", "anything", True),
        ("s3:GetObject", "arn:aws:s3:::bucket/a:b/c", True),
        ("s3:GetObject", "arn:aws:s3:eu-west-1:111122223333:accesspoint/a/object/b", True),
        ("s3:GetObject", "arn:aws:s3:::bucket", False),
        ("s3:ListBucket", "arn:aws:s3:::bucket", True),
        ("s3:ListBucket", "arn:aws:s3:eu-west-1:111122223333:accesspoint/a", True),
        ("s3:ListBucket", "arn:aws:s3:::bucket/key", False),
        ("iam:GetUser", "arn:aws:iam::111122223333:user/staff/ann", True),
        ("iam:PutRolePolicy", "arn:aws:iam::111122223333:user/ann", False),
        ("lambda:InvokeFunction", "arn:aws:lambda:eu-west-1:111122223333:function:f:live", True),
        ("lambda:InvokeFunction", "arn:aws:lambda:eu-west-1:111122223333:layer:f", False),
        ("dynamodb:Query", "arn:aws:dynamodb:eu-west-1:111122223333:table/t/index/i", True),
        ("kms:Decrypt", "arn:aws:kms:eu-west-1:111122223333:alias/a", False),
        ("sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:q", True),
    ],
)
def test_an_action_takes_the_types_of_resources_that_are_documented(
    action: str, resource: str | None, wanted: bool
) -> None:
    types = occurring([parse(text(_allow()))])
    assert parse(write(types)) == types
    for principal in (None, "AWS:arn:aws:iam::111122223333:user/ann"):
        request = Request(action, resource, principal)
        assert evaluate.allows(types, request) == plain.allows(write(types), request) == wanted


def test_types_are_told_once_for_each_action_and_only_of_those_that_a_policy_speaks_of() -> None:
    actions = [action for _, some in TYPES for action in some]
    assert len(actions) == len(set(actions))
    assert all(action == action.lower() for action in actions)
    told = {value for it in occurring([_attach("*")]).statements[1:] for value in it.action.values}
    assert told == {"ec2:attachvolume"}
    whole = parse(text(_allow()))
    told = {value for it in occurring([whole]).statements[1:] for value in it.action.values}
    assert told == set(actions)
    assert allowed(whole, within=occurring([whole])) < allowed(whole)
