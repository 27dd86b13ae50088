"""Policies are read strictly: what is not understood is an error with a place and a remedy."""

import json
from typing import Any

import pytest

from solon.tasks.guard.access.model import PolicyError
from solon.tasks.guard.access.reading import digest, parse

GOOD = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}


@pytest.mark.parametrize(
    ("tree", "words"),
    [
        ([], "no JSON object"),
        ({}, '"Statement"'),
        ({"Statement": []}, "empty"),
        ({"Version": "2020", "Statement": GOOD}, "Version"),
        ({"statement": GOOD}, "did you mean 'Statement'"),
        ({"Statement": {**GOOD, "Effect": "allow"}}, "Allow"),
        ({"Statement": {**GOOD, "Actions": "*"}}, "did you mean 'Action'"),
        ({"Statement": {**GOOD, "NotAction": "*"}}, "both Action and NotAction"),
        ({"Statement": {**GOOD, "Action": "GetObject"}}, "service:Action"),
        ({"Statement": {**GOOD, "Action": []}}, "empty"),
        ({"Statement": {**GOOD, "Action": 3}}, "write a text"),
        ({"Statement": {"Effect": "Allow", "Action": "s3:*"}}, "neither Resource nor NotResource"),
        ({"Statement": {**GOOD, "Principal": "ann"}}, "object such as"),
        ({"Statement": {**GOOD, "Principal": {"User": "ann"}}}, "unknown element 'User'"),
        ({"Statement": {**GOOD, "Condition": {"StringEqual": {"k": "a"}}}}, "did you mean 'StringEquals'"),
        ({"Statement": {**GOOD, "Condition": {"ForSome:StringEquals": {"k": "a"}}}}, "unknown operator"),
        ({"Statement": {**GOOD, "Condition": {"NullIfExists": {"k": "true"}}}}, "no IfExists"),
        ({"Statement": {**GOOD, "Condition": {"Bool": {"k": "yes"}}}}, "true"),
        ({"Statement": {**GOOD, "Condition": {"IpAddress": {"k": "10.0.0.0/40"}}}}, "range"),
        ({"Statement": {**GOOD, "Condition": {"NumericEquals": {"k": "1e9"}}}}, "number"),
        ({"Statement": {**GOOD, "Condition": {"DateLessThan": {"k": "tomorrow"}}}}, "date"),
        ({"Statement": {**GOOD, "Condition": {"StringLike": {"k": [{}]}}}}, "write a text"),
    ],
)
def test_a_mistake_is_named(tree: Any, words: str) -> None:
    with pytest.raises(PolicyError, match=words):
        parse(json.dumps(tree))


def test_names_that_stand_twice_are_an_error() -> None:
    with pytest.raises(PolicyError, match="stands twice"):
        parse('{"Statement": {"Effect": "Allow", "Effect": "Deny", "Action": "*", "Resource": "*"}}')


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, '{"Statement": NaN}', "x" * 300_000])
def test_what_is_no_json_is_an_error(text: str) -> None:
    with pytest.raises(PolicyError):
        parse(text)


def test_equal_meanings_of_one_text_have_one_digest() -> None:
    first = parse(json.dumps({"Statement": {**GOOD, "Action": ["S3:getobject", "s3:GetObject"]}}))
    assert digest(first) == digest(parse(json.dumps({"Statement": [GOOD]})))
