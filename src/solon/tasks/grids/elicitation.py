"""The study's other baseline: whoever answers is asked for the list of actions of one instance after the other.

The answers become one plain program, a table from arguments to a list, which is judged like any other.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple, Protocol, runtime_checkable

import msgspec

from solon.contract import Program, Seed

_LIST: Final = re.compile(r"\[[^\[\]]*\]")
_LONGEST: Final = 200  # names of one answer
_WISH: Final = """\

You are asked for one instance only. Think first, then end with the list of actions for it as one JSON list of texts, \
such as ["{first}", "{second}"]. Only the last list of your answer counts."""

_PROGRAM: Final = '''\
"""A table of answers that were given for single instances; whatever is not in it gets no action."""

import json

ANSWERS = {answers}


def policy(*arguments):
    return ANSWERS.get(json.dumps(arguments), [])
'''


class Question(NamedTuple):
    """One instance as it is asked, and the arguments by which a program would know it."""

    key: str
    text: str


@runtime_checkable
class Elicitable(Protocol):
    """A task whose instances can be asked about one by one."""

    def questions(self, seed: Seed) -> Sequence[Question]:
        """Return a question for each instance of a seed, in order."""
        ...


def question(rules: str, arguments: Sequence[object], instance: str, example: tuple[str, str]) -> Question:
    """Return the question about one instance; ``example`` are two actions."""
    wish = _WISH.format(first=example[0], second=example[1])
    return Question(key_of(arguments), f"{rules.strip()}\n\n# The instance\n\n{instance.strip()}\n{wish}\n")


def key_of(arguments: Sequence[object]) -> str:
    """Return the text by which the table knows the arguments of an instance."""
    return json.dumps(msgspec.json.decode(msgspec.json.encode(arguments)))


def read_list(text: str) -> list[str] | None:
    """Return the last list of texts in an answer, or None if there is none."""
    for found in reversed(_LIST.findall(text)):
        try:
            return msgspec.json.decode(found, type=list[str])[:_LONGEST]
        except msgspec.MsgspecError:
            continue
    return None


def table_program(answers: Mapping[str, Sequence[str]]) -> Program:
    """Return the program that looks its answers up."""
    lines = "".join(f"    {key!r}: {list(actions)!r},\n" for key, actions in answers.items())
    return Program((("policy.py", _PROGRAM.format(answers=f"{{\n{lines}}}")),))
