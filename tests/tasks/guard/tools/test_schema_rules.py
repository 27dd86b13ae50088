"""Rules of policy files whose conditions are JSON Schemas, and fields of such files that nobody knows."""

import json

import pytest

from solon.tasks.guard import files
from solon.tasks.guard.policy import PolicySet, Rule, WrongPolicy, decide
from solon.tasks.guard.progent import restricted
from solon.verify.requests.request import Json, Request
from solon.verify.requests.schema import tool

TOOLS = {
    "pay": {
        "parameters": {
            "type": "object",
            "properties": {"to": {"type": "string"}, "cents": {"type": "integer"}, "note": {"type": "string"}},
            "required": ["to", "cents"],
        }
    }
}
ARGUMENTS = {"to": {"type": "string", "pattern": "^[a-z]+@corp[.]com$"}, "cents": {"minimum": 1, "maximum": 100}}


def policy(**more: object) -> str:
    return json.dumps({"policy": "p", "tools": TOOLS, "rules": [{"id": "r", "effect": "allow", "tool": "pay", **more}]})


def kind(text: str, **arguments: object) -> str:
    return decide(files.read(text), Request("pay", arguments)).kind


def test_schemas_of_arguments_are_the_condition_of_a_rule() -> None:
    text = policy(arguments=ARGUMENTS)
    assert kind(text, to="a@corp.com", cents=100) == "allow"
    assert kind(text, to="a@corp.com.evil.test", cents=100) == "block"
    assert kind(text, to="a@corp.com", cents=101) == "block"
    again = files.read(files.write_json(files.read(text)).decode())
    assert again == files.read(text)
    assert files.read(files.write_text(again)) == again


def test_schemas_stand_beside_a_condition_and_want_their_argument() -> None:
    text = policy(arguments={"note": {"enum": ["rent"]}}, when="arg.cents < 50")
    assert kind(text, to="a", cents=49, note="rent") == "allow"
    assert kind(text, to="a", cents=50, note="rent") == "block"
    assert kind(text, to="a", cents=49) == "block"


@pytest.mark.parametrize(
    "more",
    [
        {"wen": "arg.cents < 50"},
        {"condition": {"to": {"enum": ["a"]}}},
        {"arguments": {"to": {"format": "email"}}},
        {"arguments": {"to": "a.*"}},
        {"fallback": {"mood": "terminate"}},
    ],
)
def test_what_nobody_reads_makes_no_policy(more: dict[str, object]) -> None:
    """A misspelt condition must not leave a rule that allows everything."""
    with pytest.raises(WrongPolicy):
        files.read(policy(**more))


@pytest.mark.parametrize(
    ("schema", "allowed"),
    [
        ({"anyOf": [{"type": "string", "enum": ["rent"]}, {"type": "null"}]}, "rent"),
        ({"anyOf": [{"type": ["string", "null"], "enum": ["rent"]}, {"type": "integer"}]}, "rent"),
        ({"anyOf": [{"enum": ["rent"]}, {"type": "boolean"}, {"type": "array"}, {"type": "number"}]}, "rent"),
        ({"allOf": [{"type": "string"}, {"not": {"type": "string", "const": "gift"}}]}, "rent"),
        ({"type": "null"}, ""),
        ({"not": {"type": "string"}}, ""),
    ],
)
def test_a_type_tells_alternatives_apart_and_never_stands_for_anything(schema: Json, allowed: str) -> None:
    text = policy(arguments={"note": schema})
    assert kind(text, to="a", cents=1, note="gift") == "block"
    assert kind(text, to="a", cents=1) == "block"
    assert kind(text, to="a", cents=1, note="rent") == ("allow" if allowed == "rent" else "block")
    with pytest.raises(WrongPolicy, match="cannot be kept"):
        files.read(policy(arguments={"note": {"anyOf": [schema, {"type": "object"}]}}))


@pytest.mark.parametrize(
    ("schema", "allowed", "others"),
    [
        ({"anyOf": [{"type": "array", "items": {"type": "string"}}]}, [["a"], []], [[3], "a", 3]),
        ({"not": {"type": "array", "items": {"type": "string"}}}, [], [["a"]]),
        ({"anyOf": [{"type": "string", "minLength": 2}]}, ["ab"], ["a", ["a", "b"]]),
    ],
)
def test_types_within_alternatives_tell_values_apart_too(schema: Json, allowed: list[Json], others: list[Json]) -> None:
    """Where nothing is declared of an argument, no other type may pass for the one that is named."""
    when = restricted({"x": schema}, "r", [])
    known = PolicySet((tool("t", {"type": "object", "properties": {"x": {}}}),), (Rule("r", "allow", "t", when),))
    decided = [decide(known, Request("t", {"x": each})).kind for each in (*allowed, *others)]
    assert decided == ["allow"] * len(allowed) + ["block"] * len(others)


@pytest.mark.parametrize("schema", [{"not": {"minLength": 2}}, {"not": {"type": ["array", "null"], "minLength": 2}}])
def test_a_length_that_could_be_of_another_type_is_refused(schema: Json) -> None:
    with pytest.raises(WrongPolicy, match="name another type there"):
        restricted({"x": schema}, "r", [])
