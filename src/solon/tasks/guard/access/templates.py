"""Hidden policies drawn from templates of common services; a number always gives the same policy."""

import random
from collections.abc import Callable
from typing import Final

from solon.tasks.guard.access.compare import dead
from solon.tasks.guard.access.model import Effect, Elements, Policy, Statement, Test
from solon.tasks.guard.access.reading import operator_of

_NAMES: Final = ("reports", "invoices", "backups", "media", "telemetry", "drafts", "archive", "exports")
_USERS: Final = ("ann", "ben", "carla", "deploy", "audit")
_ACCOUNTS: Final = ("111122223333", "444455556666", "123456789012")
_NETWORKS: Final = ("203.0.113.0/24", "198.51.100.0/24", "192.0.2.0/25", "10.20.0.0/16", "2001:db8:7::/48")
_REGIONS: Final = ("eu-west-1", "us-east-1", "ap-south-1")

Dice = random.Random


def draw(number: int, *, statements: int = 2) -> Policy:
    """Return the policy of a number: allowing statements and denials of part of them; each one matters."""
    dice = random.Random(f"access/{number}")  # noqa: S311 - reproducible on purpose
    make = dice.choice(_SERVICES)
    found: list[Statement] = []
    while len(found) < statements:
        effect: Effect = "Deny" if found and dice.random() < 0.5 else "Allow"
        statement = make(dice, effect)
        if effect == "Deny":
            statement = _denial(dice, statement, dice.choice(found))
        principal = statement.principal if make in (_bucket_of_others, _queue, _function) else None
        offered = Statement(
            effect, statement.action, statement.resource, principal, statement.condition, f"S{len(found) + 1}"
        )
        if not dead(Policy((*found, offered))):
            found.append(offered)
    return Policy(tuple(found))


def _denial(dice: Dice, it: Statement, allowing: Statement) -> Statement:
    """Return a denial of part of what another statement is about."""
    action = allowing.action if allowing.action.negated else Elements(_some(dice, allowing.action.values, 2))
    return Statement("Deny", action, allowing.resource, it.principal, it.condition)


def line(operator: str, key: str, *found: str) -> Test:
    """Return a line of a condition."""
    return Test(operator_of(operator, "a template"), key.lower(), found, operator)


def _some(dice: Dice, options: tuple[str, ...], most: int) -> tuple[str, ...]:
    return tuple(sorted(dice.sample(options, dice.randint(1, min(most, len(options))))))


def _guards(dice: Dice, effect: Effect, *others: Test) -> tuple[Test, ...]:
    """Return lines of a condition; a denial is for requests that lack what is asked for."""
    asked = [
        line("IpAddress" if effect == "Allow" else "NotIpAddress", "aws:SourceIp", *_some(dice, _NETWORKS, 2)),
        line("Bool" if effect == "Allow" else "BoolIfExists", "aws:SecureTransport", str(effect == "Allow").lower()),
        line(
            "Bool" if effect == "Allow" else "BoolIfExists",
            "aws:MultiFactorAuthPresent",
            str(effect == "Allow").lower(),
        ),
        line("DateLessThan", "aws:CurrentTime", f"{dice.randint(2027, 2030)}-0{dice.randint(1, 9)}-01T00:00:00Z"),
        *others,
    ]
    chosen = dice.sample(asked, dice.choice((0, 1, 1, 2)))
    return tuple({test.key: test for test in chosen}.values())


def _account(dice: Dice) -> str:
    return dice.choice(_ACCOUNTS)


def _principal(dice: Dice) -> Elements:
    kind = dice.randrange(4)
    if kind == 0:
        return Elements(("*",))
    if kind == 1:
        return Elements((f"AWS:arn:aws:iam::{_account(dice)}:root",))
    users = _some(dice, _USERS, 2)
    account = _account(dice)
    return Elements(tuple(f"AWS:arn:aws:iam::{account}:user/{user}" for user in users))


def _objects(dice: Dice, effect: Effect) -> Statement:
    bucket = dice.choice(_NAMES)
    if dice.random() < 0.3:
        tests = _guards(dice, effect, line("StringLike", "s3:prefix", f"{dice.choice(_NAMES)}/*", ""))
        return Statement(effect, Elements(("s3:listbucket",)), Elements((f"arn:aws:s3:::{bucket}",)), None, tests)
    actions = _some(dice, ("s3:getobject", "s3:putobject", "s3:deleteobject", "s3:getobjectversion"), 3)
    if dice.random() < 0.2:
        actions = ("s3:get*",)
    place = dice.choice(("*", f"{dice.choice(_NAMES)}/*", "home/${aws:username}/*", "*.csv"))
    tests = _guards(
        dice,
        effect,
        line("StringEquals", "s3:x-amz-server-side-encryption", "aws:kms"),
        line("NumericLessThanEquals", "s3:max-keys", str(dice.choice((10, 100, 1000)))),
    )
    return Statement(effect, Elements(actions), Elements((f"arn:aws:s3:::{bucket}/{place}",)), None, tests)


def _bucket_of_others(dice: Dice, effect: Effect) -> Statement:
    it = _objects(dice, effect)
    assert it.resource is not None
    plain = Elements(tuple(value.replace("${aws:username}", "shared") for value in it.resource.values))
    return Statement(effect, it.action, plain, _principal(dice), it.condition)


def _machines(dice: Dice, effect: Effect) -> Statement:
    actions = _some(dice, ("ec2:startinstances", "ec2:stopinstances", "ec2:terminateinstances", "ec2:runinstances"), 3)
    where = dice.choice((*_REGIONS, "*"))
    place = f"arn:aws:ec2:{where}:{_account(dice)}:instance/*"
    tests = _guards(
        dice,
        effect,
        line("StringEquals", "ec2:ResourceTag/team", *_some(dice, _NAMES, 2)),
        line("StringLike" if effect == "Allow" else "StringNotLike", "ec2:InstanceType", "t3.*", "m6?.large"),
        line(
            "StringEquals" if effect == "Allow" else "StringNotEquals", "aws:RequestedRegion", *_some(dice, _REGIONS, 2)
        ),
    )
    return Statement(effect, Elements(actions), Elements((place,)), None, tests)


def _table(dice: Dice, effect: Effect) -> Statement:
    actions = _some(dice, ("dynamodb:getitem", "dynamodb:query", "dynamodb:putitem", "dynamodb:deleteitem"), 3)
    place = f"arn:aws:dynamodb:{dice.choice(_REGIONS)}:{_account(dice)}:table/{dice.choice(_NAMES)}"
    keys = line("ForAllValues:StringEquals", "dynamodb:LeadingKeys", *_some(dice, _USERS, 2))
    fields = line("ForAnyValue:StringLike", "dynamodb:Attributes", "secret*", "salary")
    tests = _guards(dice, effect, keys if effect == "Allow" else fields)
    return Statement(effect, Elements(actions), Elements((place,)), None, tests)


def _queue(dice: Dice, effect: Effect) -> Statement:
    account, topic = _account(dice), dice.choice(_NAMES)
    actions = _some(dice, ("sqs:sendmessage", "sqs:receivemessage", "sqs:deletemessage"), 2)
    place = f"arn:aws:sqs:{dice.choice(_REGIONS)}:{account}:{dice.choice(_NAMES)}"
    operator = "ArnLike" if effect == "Allow" else "ArnNotLike"
    tests = _guards(dice, effect, line(operator, "aws:SourceArn", f"arn:aws:sns:*:{account}:{topic}"))
    principal = Elements(("Service:sns.amazonaws.com",)) if dice.random() < 0.4 else _principal(dice)
    return Statement(effect, Elements(actions), Elements((place,)), principal, tests)


def _function(dice: Dice, effect: Effect) -> Statement:
    account = _account(dice)
    place = f"arn:aws:lambda:{dice.choice(_REGIONS)}:{account}:function:{dice.choice(_NAMES)}"
    operator = "StringEquals" if effect == "Allow" else "StringNotEquals"
    tests = _guards(dice, effect, line(operator, "aws:SourceAccount", account))
    principal = Elements(("Service:events.amazonaws.com",)) if dice.random() < 0.5 else _principal(dice)
    return Statement(effect, Elements(("lambda:invokefunction",)), Elements((place,)), principal, tests)


def _people(dice: Dice, effect: Effect) -> Statement:
    account = _account(dice)
    actions = _some(
        dice, ("iam:listusers", "iam:getuser", "iam:createuser", "iam:deleteuser", "iam:attachuserpolicy"), 3
    )
    place = dice.choice((f"arn:aws:iam::{account}:user/*", f"arn:aws:iam::{account}:user/staff/*"))
    if dice.random() < 0.25:
        return Statement(effect, Elements(("iam:*",)), Elements((f"arn:aws:iam::{account}:role/admin",), negated=True),
                         None, _guards(dice, effect))  # fmt: skip
    return Statement(effect, Elements(actions), Elements((place,)), None, _guards(dice, effect))


def _secrets(dice: Dice, effect: Effect) -> Statement:
    account = _account(dice)
    actions = _some(dice, ("kms:decrypt", "kms:encrypt", "kms:generatedatakey"), 2)
    place = f"arn:aws:kms:{dice.choice(_REGIONS)}:{account}:key/{dice.choice(_NAMES)}"
    tests = _guards(
        dice,
        effect,
        line("StringEqualsIgnoreCase", "kms:EncryptionContext:project", dice.choice(_NAMES)),
        line("Null", "kms:GrantIsForAWSResource", "false"),
    )
    return Statement(effect, Elements(actions), Elements((place,)), None, tests)


_SERVICES: Final[tuple[Callable[[Dice, Effect], Statement], ...]] = (
    _objects, _bucket_of_others, _machines, _table, _queue, _function, _people, _secrets,
)  # fmt: skip
