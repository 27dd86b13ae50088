"""What keys stand for where patterns refer to them as ``${key}``: a few values that policies could tell apart.

A value of its own tells nothing of what a policy does with the values that it names, nor with a key that is absent. So
policies are compared for each: absent, a name of its own, what conditions ask of the key, and what other patterns have
in its place.
"""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from solon.tasks.guard.access import patterns, values
from solon.tasks.guard.access.model import Policy, Statement, Test
from solon.verify.strings.automaton import TooLarge
from solon.verify.strings.globs import ANY, ANY_PART, ONE, ONE_PART, classes

Case = Mapping[str, str | None]
"""Key to its only value, or None where it is absent."""

MOST_CASES: Final = 256
_MOST_TOGETHER: Final = 6  # patterns of one key
_MARKS: Final = ("$", "€", "£", "¥", "§", "¤", *map(chr, range(0x2460, 0x2500)))
_SEGMENT: Final = re.compile(r"[^/:*?$]+")


def cases(policies: Sequence[Policy]) -> tuple[Case, ...]:
    """Return what the keys that policies refer to may be, each a name of its own first. Raises TooLarge."""
    referring = {
        key: None
        for policy in policies
        if policy.variables
        for statement in policy.statements
        for text in _texts(statement)
        for key in patterns.variables_in(text)
    }
    if not referring:
        return ({},)
    mark = _mark(policies)
    offered: list[list[str | None]] = []
    count = 1
    for key in sorted(referring):
        offered.append(list(dict.fromkeys((f"{mark}{{{key}}}", None, *_named(key, policies)))))
        count *= len(offered[-1])
    if count > MOST_CASES:
        raise TooLarge(f"the keys that patterns refer to have more than {MOST_CASES} cases; refer to fewer")
    return tuple(dict(zip(sorted(referring), values, strict=True)) for values in itertools.product(*offered))


def _texts(statement: Statement) -> Iterator[str]:
    if statement.resource is not None:
        yield from statement.resource.values
    for test in statement.condition:
        if test.operator.family in ("string", "arn"):
            yield from test.values


def _mark(policies: Sequence[Policy]) -> str:
    """Return a sign that no policy spells, so that none can spell a key's own name."""
    spelt = set[str]()
    for policy in policies:
        for text in (text for statement in policy.statements for text in _texts(statement)):
            spelt |= set(patterns.tokens(text, wild=False, lookup=_nothing if policy.variables else None) or ())
    found = next((mark for mark in _MARKS if mark not in spelt), None)
    if found is None:
        raise TooLarge("the policies hold too many rare signs to name their keys; remove some")
    return found


def _nothing(key: str) -> str:
    del key
    return ""


def _named(key: str, policies: Sequence[Policy]) -> Iterator[str]:
    """Yield values of a key that policies ask for or have in its place."""
    statements = [statement for policy in policies for statement in policy.statements]
    tests = [test for statement in statements for test in statement.condition if test.key == key]
    for test in tests:
        for value in test.values:
            yield from _asked(test, value)
    yield from _together(tests)
    texts = list(dict.fromkeys(text for statement in statements for text in _texts(statement)))
    heads = {text[:place] for text in texts for name, place in patterns.places_of_variables(text) if name == key}
    for head in sorted(heads):
        for text in texts:
            if text.startswith(head) and (found := _SEGMENT.match(text, len(head))):
                yield found[0]


def _together(tests: Sequence[Test]) -> Iterator[str]:
    """Yield a value for each way in which one value may meet the patterns that tests have for it."""
    found = (
        patterns.tokens(value, wild=test.operator.mode == "like", lookup=_nothing)
        for test in tests
        if test.operator.family in ("string", "arn")
        for value in test.values
    )
    known = list(dict.fromkeys(pattern for pattern in found if pattern is not None))
    if 1 < len(known) <= _MOST_TOGETHER:
        yield from (one.witness for one in classes(known))


def _asked(test: Test, value: str) -> Iterator[str]:
    family = test.operator.family
    if family == "ip":
        first, last = values.network(value) or (0, 0)
        yield from (values.address_text(at) for at in (first, last + 1) if at <= values.ADDRESSES[1])
    elif family in ("string", "arn"):
        found = patterns.tokens(value, wild=test.operator.mode == "like", lookup=_nothing)
        letters = {ANY: "", ANY_PART: "", ONE: "x", ONE_PART: "x"}
        yield "".join(letters.get(token, token) for token in found or ())
    elif family in ("numeric", "date"):
        at, (low, high), text = (
            (values.number(value), values.NUMBERS, values.number_text)
            if family == "numeric"
            else (values.date(value), values.DATES, values.date_text)
        )
        yield from (text(near) for near in (at, at + 1, at - 1) if low <= near <= high) if at is not None else ()
    elif family != "null":
        yield value
