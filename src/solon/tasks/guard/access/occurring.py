"""Which requests can occur: the types of resources that an action takes, as a policy that allows those alone.

The facts are told in our own words after the Service Authorization Reference of AWS. Only actions that our templates
and the published pairs name are here, and of those only where the types are few and settled: what is not here, such as
``ec2:RunInstances`` or actions that take no resource, is left with any text as its resource.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from solon.contract import Value
from solon.tasks.guard.access import patterns
from solon.tasks.guard.access.model import Elements, Policy, Statement
from solon.verify.strings.globs import matches


class Kind(Value, frozen=True):
    """Names of resources: like ``pattern``, but not like those in ``never``."""

    pattern: str
    never: tuple[str, ...] = ()


_ANYBODY: Final = Elements(("*",))
# a wildcard crosses colons, so that without this a name of another type could go on as one of this type
_NO_SIXTH: Final = ("*:*:*:*:*:*:*",)

_INSTANCE: Final = Kind("arn:*:ec2:*:*:instance/*", _NO_SIXTH)
_VOLUME: Final = Kind("arn:*:ec2:*:*:volume/*", _NO_SIXTH)
_USER: Final = Kind("arn:*:iam::*:user/*", _NO_SIXTH)
_ROLE: Final = Kind("arn:*:iam::*:role/*", _NO_SIXTH)
_OBJECT: Final = Kind("arn:*:s3:*/*")  # also through an access point, whose name has region and account
_BUCKET: Final = Kind("arn:*:s3:*", ("arn:*:s3:::*/*",))
_TABLE: Final = Kind("arn:*:dynamodb:*:*:table/*", _NO_SIXTH)  # and its indexes
_QUEUE: Final = Kind("arn:*:sqs:*:*:*", _NO_SIXTH)
_FUNCTION: Final = Kind("arn:*:lambda:*:*:function:*", ("*:*:*:*:*:*:*:*:*",))  # a version or an alias may follow
_KEY: Final = Kind("arn:*:kms:*:*:key/*", _NO_SIXTH)

TYPES: Final[tuple[tuple[tuple[Kind, ...], tuple[str, ...]], ...]] = (
    ((_INSTANCE, _VOLUME), ("ec2:attachvolume", "ec2:detachvolume")),
    ((_INSTANCE,), ("ec2:stopinstances", "ec2:terminateinstances")),
    ((_USER,), ("iam:attachuserpolicy", "iam:createuser", "iam:deleteuser", "iam:getuser")),
    (
        (_ROLE,),
        (
            "iam:attachrolepolicy",
            "iam:deleterolepolicy",
            "iam:detachrolepolicy",
            "iam:putrolepolicy",
            "iam:updateassumerolepolicy",
        ),
    ),
    (
        (_OBJECT,),
        ("s3:deleteobject", "s3:deleteobjectversion", "s3:getobject", "s3:getobjectversion", "s3:putobject"),
    ),
    (
        (_BUCKET,),
        (
            "s3:deletebucket",
            "s3:deletebucketpolicy",
            "s3:deletebucketwebsite",
            "s3:getbucketlocation",
            "s3:listbucket",
            "s3:listbucketversions",
        ),
    ),
    ((_TABLE,), ("dynamodb:deleteitem", "dynamodb:getitem", "dynamodb:putitem", "dynamodb:query")),
    ((_QUEUE,), ("sqs:deletemessage", "sqs:receivemessage", "sqs:sendmessage")),
    ((_FUNCTION,), ("lambda:invokefunction",)),
    ((_KEY,), ("kms:decrypt", "kms:encrypt", "kms:generatedatakey")),
)
"""Types of resources and the actions, in lower case, that take them and nothing else.

Source: Service Authorization Reference of AWS, "Actions, resources, and condition keys" of each service.
"""


def occurring(policies: Sequence[Policy]) -> Policy:
    """Return a policy that allows the requests that can occur, as far as some of the policies speak of their actions.

    Who asks and under what conditions is left open.
    """
    asked = [statement.action for policy in policies for statement in policy.statements]
    everything = Statement("Allow", Elements(("*",)), Elements(("*",)), _ANYBODY)
    return Policy((everything, *_denials(asked)))


def _denials(asked: Sequence[Elements]) -> Iterator[Statement]:
    for kinds, actions in TYPES:
        known = tuple(action for action in actions if any(_speaks_of(elements, action) for elements in asked))
        if not known:
            continue
        yield Statement(
            "Deny", Elements(known), Elements(tuple(kind.pattern for kind in kinds), negated=True), _ANYBODY
        )
        if never := tuple(dict.fromkeys(name for kind in kinds for name in kind.never)):
            yield Statement("Deny", Elements(known), Elements(never), _ANYBODY)


def _speaks_of(elements: Elements, action: str) -> bool:
    found = any(matches(patterns.tokens(value, wild=True, lookup=None) or (), action) for value in elements.values)
    return found != elements.negated
