"""Policies and summaries as programs of Solon."""

import json
from typing import Final

from solon.contract import Program
from solon.language import Language
from solon.tasks.guard.access import reading
from solon.tasks.guard.access.model import Policy
from solon.tasks.guard.access.summary import not_too_long
from solon.verify.strings.regex import RegexError, parse


def _no_json(text: str) -> str | None:
    try:
        tree: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        return f"is not valid JSON ({error})"
    return None if isinstance(tree, dict) else "is no JSON object"


def _no_expression(text: str) -> str | None:
    if "\n" in text.strip():
        return "has more than one line"
    try:
        parse(not_too_long(text.strip()))
    except RegexError as error:
        return f"is no regular expression of the subset: {error}"
    return None


POLICY: Final = Language("access-policy", "policy.json:policy", "an IAM policy in JSON", ("json",), _no_json)
SUMMARY: Final = Language(
    "regular-expression", "summary.txt:summary", "a regular expression", ("regex", "text"), _no_expression
)


def program(policy: Policy) -> Program:
    """Return the program of a policy."""
    return Program(((POLICY.entry.partition(":")[0], reading.write(policy)),), POLICY.entry, POLICY.kind)


def summary_program(expression: str) -> Program:
    """Return the program of a summary."""
    return Program(((SUMMARY.entry.partition(":")[0], expression),), SUMMARY.entry, SUMMARY.kind)
