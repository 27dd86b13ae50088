"""Random policies and requests for tests, wilder than the templates of the tasks."""

import json
import random

from solon.tasks.guard.access.model import Request

ACTIONS = ["s3:GetObject", "s3:PutObject", "s3:*", "s3:Get*", "*", "ec2:*", "s3:?etObject"]
RESOURCES = [
    "*",
    "arn:aws:s3:::b/*",
    "arn:aws:s3:::b/a*",
    "arn:aws:s3:::?/x",
    "arn:aws:s3:::b",
    "arn:aws:s3:::b/${aws:username}/*",
    "*x",
]
PRINCIPALS: list[object] = [
    "*",
    {"AWS": "*"},
    {"AWS": "arn:aws:iam::123456789012:root"},
    {"AWS": ["arn:aws:iam::123456789012:user/ann", "111122223333"]},
    {"Service": "ec2.amazonaws.com"},
]
CONDITIONS: list[tuple[str, str, object]] = [
    ("StringEquals", "aws:username", ["ann", "bob"]),
    ("StringLike", "aws:username", "a*"),
    ("StringNotLike", "aws:username", ["a*", "*b"]),
    ("StringEqualsIgnoreCase", "k:c", "Ann"),
    ("StringEquals", "k:c", "ANN"),
    ("StringEqualsIfExists", "k:c", "x"),
    ("ForAnyValue:StringLike", "k:m", ["a*", "b"]),
    ("ForAllValues:StringEquals", "k:m", ["a", "b"]),
    ("ForAllValues:StringNotLike", "k:m", "a*"),
    ("ForAnyValue:StringNotEquals", "k:m", "a"),
    ("ForAnyValue:StringEqualsIfExists", "k:m", "a"),
    ("Bool", "aws:SecureTransport", "true"),
    ("BoolIfExists", "aws:SecureTransport", False),
    ("Null", "aws:SecureTransport", "true"),
    ("Null", "k:c", "false"),
    ("StringEquals", "aws:SecureTransport", "true"),
    ("NumericLessThan", "s3:max-keys", "10"),
    ("NumericGreaterThanEquals", "s3:max-keys", 5),
    ("NumericNotEquals", "s3:max-keys", "7"),
    ("NumericEquals", "s3:max-keys", ["7", "7.5"]),
    ("DateLessThan", "aws:CurrentTime", "2026-01-01T00:00:00Z"),
    ("DateGreaterThanIfExists", "aws:CurrentTime", "2025-01-01"),
    ("DateNotEquals", "aws:CurrentTime", "2025-06-01T12:00:00Z"),
    ("IpAddress", "aws:SourceIp", ["10.0.0.0/8", "2001:db8::/32"]),
    ("NotIpAddress", "aws:SourceIp", "10.1.0.0/16"),
    ("IpAddress", "aws:SourceIp", "0.0.0.0/0"),
    ("ArnLike", "aws:SourceArn", "arn:aws:sns:*:123456789012:t*"),
    ("ArnNotEquals", "aws:SourceArn", "arn:aws:sns:eu-?:123456789012:*"),
    ("StringLike", "aws:SourceArn", "arn:*:t1"),
]
VALUES = {
    "aws:username": ["ann", "bob", "a", "b", "zz", ""],
    "k:c": ["Ann", "ANN", "x"],
    "k:m": ["a", "b", "ab", "c"],
    "aws:securetransport": ["true", "false"],
    "s3:max-keys": ["5", "7", "7.5", "10", "4.999999", "-3"],
    "aws:currenttime": ["2026-01-01T00:00:00Z", "2025-01-01", "2025-06-01T14:00:00+02:00", "2024-01-01T00:00:00.5Z"],
    "aws:sourceip": ["10.1.2.3", "10.9.9.9", "2001:db8::1", "8.8.8.8", "::1"],
    "aws:sourcearn": ["arn:aws:sns:eu-1:123456789012:t1", "arn:aws:sns:a:b:123456789012:t1"],
}


def policy(dice: random.Random, *, principals: bool) -> str:
    """Return the JSON of a random policy."""
    version = dice.choice(["2012-10-17"] * 4 + ["2008-10-17"])
    statements = [_statement(dice, principals=principals) for _ in range(dice.randint(1, 3))]
    return json.dumps({"Version": version, "Statement": statements})


def _statement(dice: random.Random, *, principals: bool) -> dict[str, object]:
    found: dict[str, object] = {"Effect": dice.choice(["Allow", "Allow", "Deny"])}
    if principals and dice.random() < 0.95:
        found[dice.choice(["Principal"] * 4 + ["NotPrincipal"])] = dice.choice(PRINCIPALS)
    found[dice.choice(["Action"] * 4 + ["NotAction"])] = dice.sample(ACTIONS, dice.randint(1, 2))
    found[dice.choice(["Resource"] * 4 + ["NotResource"])] = dice.sample(RESOURCES, dice.randint(1, 2))
    condition: dict[str, dict[str, object]] = {}
    for _ in range(dice.choice([0, 1, 1, 2])):
        operator, key, value = dice.choice(CONDITIONS)
        condition.setdefault(operator, {})[key] = value
    return {**found, "Condition": condition}


def request(dice: random.Random) -> Request:
    """Return a random request in which most keys are present."""
    context = {
        key: tuple(dice.sample(values, dice.randint(1, 3) if key == "k:m" else 1))
        for key, values in VALUES.items()
        if dice.random() < 0.6
    }
    actions = ["s3:GetObject", "s3:putobject", "s3:xetObject", "ec2:x", "s3:GetY"]
    resources = ["arn:aws:s3:::b/a", "arn:aws:s3:::b/ann/q", "arn:aws:s3:::b", "arn:aws:s3:::q/x", "zx", "\n", None]
    people = [
        None,
        "AWS:arn:aws:iam::123456789012:user/ann",
        "AWS:arn:aws:sts::111122223333:assumed-role/r/s",
        "Service:ec2.amazonaws.com",
        "AWS:arn:aws:iam::9:user/x",
    ]
    return Request(dice.choice(actions), dice.choice(resources), dice.choice(people), context)
