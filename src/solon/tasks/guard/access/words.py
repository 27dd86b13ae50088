"""The words of a policy: every statement told whole, in terms of the vendor or in those of an administrator."""

import re
from typing import Final, Literal

from solon.tasks.guard.access.model import Elements, Policy, Statement, Test

Level = Literal["formal", "worded"]

_DEEDS: Final = {
    "s3:getobject": "read objects",
    "s3:putobject": "write objects",
    "s3:deleteobject": "delete objects",
    "s3:getobjectversion": "read old versions of objects",
    "s3:listbucket": "list the bucket",
    "s3:get*": "use any S3 action whose name begins with Get",
    "ec2:startinstances": "start instances",
    "ec2:stopinstances": "stop instances",
    "ec2:terminateinstances": "terminate instances",
    "ec2:runinstances": "launch instances",
    "lambda:invokefunction": "invoke the function",
    "iam:*": "use any IAM action",
    "kms:decrypt": "decrypt",
    "kms:encrypt": "encrypt",
    "kms:generatedatakey": "generate data keys",
    "sqs:sendmessage": "send messages",
    "sqs:receivemessage": "receive messages",
    "sqs:deletemessage": "delete messages",
}
_RELATIONS: Final = {
    "less": "is less than",
    "less-equals": "is at most",
    "greater": "is greater than",
    "greater-equals": "is at least",
}
_BUCKET: Final = re.compile(r"arn:aws:s3:::([^/*]*)(?:/(.*))?")


def tell(policy: Policy, level: Level) -> str:
    """Return the specification: a numbered sentence for each statement, and how they combine."""
    sentences = [f"{number}. {_sentence(statement, level)}" for number, statement in enumerate(policy.statements, 1)]
    rest = "Nothing else is allowed. What is denied stays denied, whatever allows it."
    return "\n".join([*sentences, rest])


def _sentence(it: Statement, level: Level) -> str:
    who = "" if it.principal is None else f"{_principal(it.principal, level)} "
    verb = (
        {"Allow": "may", "Deny": "must not"}[it.effect] if who else {"Allow": "Allow to", "Deny": "Deny to"}[it.effect]
    )
    deeds = _list([_deed(value, level) for value in it.action.values])
    deeds = f"perform {deeds}" if level == "formal" else deeds
    what = f"do anything but {deeds}" if it.action.negated else deeds
    where = "" if it.resource is None else f", {_place(it.resource, level)}"
    when = " and ".join(_test(test, level) for test in it.condition)
    return f"{who}{verb} {what}{where}{f', if {when}' if when else ''}."


def _deed(value: str, level: Level) -> str:
    if level == "formal":
        return value
    return _DEEDS.get(value, f"use {value}")


def _principal(elements: Elements, level: Level) -> str:
    names: list[str] = []
    for value in elements.values:
        account = re.fullmatch(r"AWS:arn:aws:iam::(\d+):root", value)
        user = re.fullmatch(r"AWS:arn:aws:iam::(\d+):user/(.*)", value)
        if value == "*":
            names.append("everybody")
        elif level == "worded" and account:
            names.append(f"everybody in the account {account[1]}")
        elif level == "worded" and user:
            names.append(f"the user {user[2]} of the account {user[1]}")
        else:
            kind, _, name = value.partition(":")
            names.append(f"the {kind} principal {name}")
    whole = f"{'everybody but ' if elements.negated else ''}{_list(names)}"
    return whole[:1].upper() + whole[1:]


def _place(elements: Elements, level: Level) -> str:
    places: list[str] = []
    for value in elements.values:
        bucket = _BUCKET.fullmatch(value)
        if value == "*":
            places.append("any resource")
        elif level == "worded" and bucket:
            inside = bucket[2]
            name = f"the bucket {bucket[1]}"
            places.append(name if inside is None else f"everything in {name}" if inside == "*" else
                          f"objects of {name} whose key is like {inside}")  # fmt: skip
        else:
            places.append(value)
    return f"on {'any resource but ' if elements.negated else ''}{_list(places)}"


def _test(test: Test, level: Level) -> str:
    operator = test.operator
    values = [f'"{value}"' for value in test.values]
    if operator.family == "null":
        return f"{test.key} is {'absent' if test.values == ('true',) else 'present'}"
    if level == "worded" and operator.family == "ip" and not operator.if_exists:
        outside = "does not come from" if operator.negated else "comes from"
        return f"the request {outside} {_list(list(test.values), 'or')}"
    absent = " or absent" if operator.if_exists else ""
    if operator.family == "bool":
        return f"{test.key} is {test.values[0]}{absent}"
    every = {"": "", "ForAnyValue": "some value of ", "ForAllValues": "every value of "}[operator.quantifier]
    verb = _RELATIONS.get(operator.mode, "is like" if operator.mode == "like" else "is")
    if operator.family == "ip":
        verb = "is in"
    if operator.negated:
        verb = verb.replace("is", "is not", 1)
    case = ", in either case of its letters" if operator.ignore_case else ""
    return f"{every}{test.key} {verb} {_list(values, 'or')}{case}{absent}"


def _list(parts: list[str], word: str = "and") -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {word} {parts[-1]}"
