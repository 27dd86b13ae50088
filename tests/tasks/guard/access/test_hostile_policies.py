"""Policies that try to pass for another one, or to crash or stall the judge."""

import contextlib
import json
import random
import time
from typing import Any

import pytest

from solon.contract import Program, ProgramFault, Refuted, Seed, Unknown
from solon.tasks.guard.access import encoding, evaluate, plain
from solon.tasks.guard.access.compare import compare, dead
from solon.tasks.guard.access.model import Policy, PolicyError, Request
from solon.tasks.guard.access.reading import parse
from solon.tasks.guard.access.task import AccessTask
from tasks.guard.access import drawn

HOME = "arn:aws:s3:::home/${aws:username}/*"
GOOD = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}


def text(*statements: dict[str, Any], version: str | None = "2012-10-17") -> str:
    named = {} if version is None else {"Version": version}
    return json.dumps({**named, "Statement": [{**GOOD, **it} for it in statements]})


def program(source: str) -> Program:
    return Program((("policy.json", source),), "policy.json:policy", "access-policy")


DENIED = {"Effect": "Deny", "Action": "s3:*", "Resource": HOME}
ONLY_HOME = {"Effect": "Deny", "Action": "s3:*", "NotResource": HOME}


def without_resource(statement: dict[str, Any], **others: Any) -> dict[str, Any]:
    return {key: value for key, value in {**GOOD, **statement, **others}.items() if key != "Resource"}


IMPOSTORS = [
    ("a version that replaces no key", text({"Resource": HOME}), text({"Resource": HOME}, version=None)),
    ("an escaped sign", text({"Resource": HOME}), text({"Resource": HOME.replace("${", "${$}{")})),
    ("a default", text({"Resource": HOME}), text({"Resource": HOME.replace("}", ", 'shared'}")})),
    (
        "a key that may be absent",
        json.dumps({"Version": "2012-10-17", "Statement": [GOOD, without_resource(ONLY_HOME)]}),
        json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [GOOD, without_resource(ONLY_HOME, Condition={"Null": {"aws:username": "false"}})],
            }
        ),
    ),
    (
        "a value that is asked for",
        text({"Resource": HOME, "Condition": {"StringEquals": {"aws:username": "ann"}}}, {"Resource": "x"}),
        text({"Resource": "x"}),
    ),
    (
        "a user left out",
        text({"Resource": HOME}),
        text({"Resource": HOME}, {"Effect": "Deny", "Resource": "arn:aws:s3:::home/ann/*"}),
    ),
]


@pytest.mark.parametrize(("first", "second"), [it[1:] for it in IMPOSTORS], ids=[it[0] for it in IMPOSTORS])
def test_a_policy_with_references_is_not_taken_for_another_one(first: str, second: str) -> None:
    wanted, given = parse(first), parse(second)
    for bound in (None, 20):
        found = compare(wanted, given, bound=bound)
        assert found.relation != "equivalent"
        witness = found.first_only or found.second_only
        assert witness is not None
        decided = [evaluate.allows(it, witness.witness) for it in (wanted, given)]
        assert decided == [plain.allows(it, witness.witness) for it in (first, second)]
        assert decided[0] != decided[1]
    assert encoding.relation(wanted, given) == compare(wanted, given).relation


def test_a_name_of_its_own_is_one_that_no_policy_spells() -> None:
    """Random pairs with references: whatever differs on drawn requests is found."""
    dice = random.Random(3)
    resources = [HOME, HOME.replace("${", "${$}{"), "arn:aws:s3:::home/ann/*", HOME.replace("}", ", 'ann'}"), "*"]
    for _ in range(60):
        texts = [
            text(
                *({"Effect": dice.choice(("Allow", "Allow", "Deny")), "Resource": dice.choice(resources)}
                  for _ in range(2)),
                version=dice.choice(("2012-10-17", "2008-10-17")),
            )
            for _ in range(2)
        ]  # fmt: skip
        if compare(*map(parse, texts), bound=None).relation == "equivalent":
            for name in ("ann", "bob", "${aws:username}", "", None):
                for place in ("ann", "bob", "${aws:username}", ""):
                    context = {} if name is None else {"aws:username": (name,)}
                    request = Request("s3:GetObject", f"arn:aws:s3:::home/{place}/x", None, context)
                    assert plain.allows(texts[0], request) == plain.allows(texts[1], request), (texts, request)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ({"Action": "\u212ams:Decrypt"}, "has the action"),
        ({"Action": "s3:\ud800x"}, "half of a character"),
        ({"Resource": "\ud800"}, "half of a character"),
        ({"Resource": "*a" * 2000}, "2048 characters"),
        ({"Condition": {"StringEquals": {"a:b": "x", "A:B": "y"}}}, "stands twice"),
        ({"Condition": {"StringEquals": {"": "x"}}}, "key of 0 characters"),
        ({"Condition": {"IpAddress": {"a:b": "10.0.0.0/0.255.255.255"}}}, "range"),
        ({"Condition": {"IpAddress": {"a:b": "fe80::1%eth0"}}}, "range"),
        ({"Condition": {"NumericEquals": {"a:b": "9" * 4000}}}, "2048 characters"),
        ({"Condition": {"StringEquals": {"a:b": {"c": "d"}}}}, "write a text"),
    ],
)
def test_odd_values_are_refused_in_a_short_sentence(statement: dict[str, Any], words: str) -> None:
    with pytest.raises(PolicyError, match=words) as raised:
        parse(text(statement))
    assert len(str(raised.value)) < 400


def test_the_sign_of_the_kelvin_is_no_letter() -> None:
    policy = text({"Action": "kms:*", "Condition": {"Null": {"\u212ams:x": "false"}}})
    for request in (Request("\u212ams:Decrypt", "r"), Request("kms:Decrypt", "r", None, {"kms:x": ("1",)})):
        assert not evaluate.allows(parse(policy), request)
        assert not plain.allows(policy, request)


@pytest.mark.parametrize("key", ["Action", "Resource", "Principal"])
def test_a_condition_key_may_be_called_like_an_element(key: str) -> None:
    task = AccessTask(problem=0)
    policy = text({"Condition": {"StringEquals": {key: "x"}}}, {"Condition": {"Null": {key: "true"}}})
    assert isinstance(task.verify(program(policy)), Refuted)
    assert compare(parse(policy), parse(text({}))).relation == "less"


STALLS = {
    "names that differ until the last": "{" + ",".join(f'"a{n}":1' for n in range(4000)) + ',"z":1,"z":1}',
    "deep": '{"Statement":' * 3000,
    "deep list": "[" * 49_000,
    "wildcards": text({"Resource": "*a" * 1000}),
    "wildcards that double": text({"Resource": "*a" + "?" * 30}, {"Resource": "*b" + "?" * 25 + "*"}),
    "statements": text(*({"Resource": f"arn:aws:s3:::b{n}/*"} for n in range(450))),
    "infixes": text(*({"Resource": f"*{n}*"} for n in range(200))),
    "sets of values": text(
        {"Condition": {"ForAnyValue:StringLike": {"a:b": [f"x{n}*" for n in range(100)]}}},
        *({"Condition": {"ForAnyValue:StringEquals": {"a:b": f"x{n}"}}} for n in range(40)),
    ),
    "keys": text(*({"Condition": {"StringEquals": {f"a:k{n}": "x"}}} for n in range(40))),
    "references": text({"Resource": "".join(f"${{a:b{n}}}" for n in range(30))}),
    "values": text({"Resource": [f"r{n}" for n in range(3000)]}),
    "numbers": text({"Condition": {"NumericEquals": {"a:b": [str(n) for n in range(4000)]}}}),
    "a product": text(
        *({"Action": f"s3:a{n}"} for n in range(150)), *({"Action": "s3:*", "Resource": f"r{n}"} for n in range(150))
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", STALLS)
def test_what_would_stall_the_judge_is_decided_or_refused_in_seconds(name: str) -> None:
    task = AccessTask(problem=1)
    begun = time.process_time()
    for judge in (task.evaluate, task.record):
        with contextlib.suppress(ProgramFault):
            judge(program(STALLS[name]), Seed(0), None)  # no jail is used
    assert isinstance(task.verify(program(STALLS[name])), Refuted | Unknown)
    assert time.process_time() - begun < 30


def test_random_policies_with_references_differ_where_two_evaluators_say_so() -> None:
    dice = random.Random(12)
    for _ in range(60):
        texts = [drawn.policy(dice, principals=False) for _ in range(2)]
        if compare(*map(parse, texts), bound=None).relation == "equivalent":
            for _ in range(30):
                request = drawn.request(dice)
                assert plain.allows(texts[0], request) == plain.allows(texts[1], request), (texts, request)


def test_wrong_decisions_are_shown_as_rows_and_an_invalid_policy_with_its_reason() -> None:
    task = AccessTask(problem=3)
    shown = {it.title: it for it in task.record(task.references()["nothing"], Seed(0), None).exhibits}
    table = shown["Wrong decisions"]
    assert table.head == ("wrongly", "request", "with")
    assert table.rows
    assert all(row[0] == "denied" and " on arn:" in row[1] for row in table.rows)
    invalid = {it.title: it for it in task.record(program("{}"), Seed(0), None).exhibits}
    assert list(invalid) == ["The specification", "The policy", "Why it is invalid"]


def _on(resource: str, condition: dict[str, Any] | None = None, effect: str = "Allow") -> dict[str, Any]:
    return {"Effect": effect, "Action": "s3:GetObject", "Resource": resource, "Condition": condition or {}}


def _of(*statements: dict[str, Any]) -> Policy:
    return parse(json.dumps({"Version": "2012-10-17", "Statement": statements}))


@pytest.mark.parametrize(
    "condition",
    [
        {"StringLike": {"u": "*a"}, "StringLikeIfExists": {"u": "b*"}},
        {"StringLike": {"u": "a*"}, "StringNotEquals": {"u": "a"}},
        {"StringLike": {"u": "??"}, "StringNotLike": {"u": "x*"}},
        {"NumericGreaterThan": {"u": "5"}, "NumericLessThan": {"u": "7"}},
        {"DateGreaterThan": {"u": "2026-01-01"}},
        {"IpAddress": {"u": "10.0.0.0/8"}, "NotIpAddress": {"u": "10.0.0.0/16"}},
    ],
)
def test_a_value_that_meets_conditions_together_is_tried_for_a_key_that_is_referred_to(
    condition: dict[str, Any],
) -> None:
    found = compare(_of(_on("c/${u}")), _of(_on("c/${u}"), _on("d/${u}", condition)))
    assert found.relation == "less"
    assert found.assumed == ()


def test_policies_that_no_tried_value_tells_apart_are_not_taken_for_proved_equivalent() -> None:
    """The first allows c/axb to the user axb, and the second denies it."""
    wide, narrow = _of(_on("c/${u}")), _of(_on("c/${u}"), _on("c/a*b", effect="Deny"))
    assert evaluate.allows(wide, Request("s3:GetObject", "c/axb", None, {"u": ("axb",)}))
    assert not evaluate.allows(narrow, Request("s3:GetObject", "c/axb", None, {"u": ("axb",)}))
    found = compare(wide, narrow)
    assert (found.relation, found.assumed) == ("more", ()) or found.assumed == ("u",)
    assert [one.statement for one in dead(narrow)] == []


def test_policies_with_references_are_proved_equivalent_whatever_the_keys_are() -> None:
    one = _of(_on("c/${u}"), _on("d/*", {"StringEquals": {"t": "${u}"}}))
    other = _of(_on("d/*", {"StringEquals": {"t": ["${u}"]}}), _on("c/${u}"), _on("c/${u}", {"Null": {"u": "false"}}))
    found = compare(one, other)
    assert (found.relation, found.assumed) == ("equivalent", ())


@pytest.mark.parametrize("text", ["c/${}", "c/${* }", "c/${*, x}", "c/${$}", "c/${u, 'x'}"])
def test_odd_references_are_compared(text: str) -> None:
    assert compare(_of(_on(text)), _of(_on(text))).relation == "equivalent"
