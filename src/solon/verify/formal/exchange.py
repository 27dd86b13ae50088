"""What a solver's process is asked and what it answers, as bytes."""

from fractions import Fraction
from typing import Literal

import msgspec

from solon.contract import Value
from solon.verify.formal.terms import Ground


class Question(Value, frozen=True):
    """A grounded problem; ``seconds`` is when the solver should give up by itself."""

    ground: Ground
    seconds: float
    core: bool = False  # find a minimal core of an infeasible problem


class Answer(Value, frozen=True):
    """A solver's verdict; ``values`` are those of the columns, in order."""

    status: Literal["solved", "infeasible", "unbounded", "time", "refused"]
    values: tuple[float, ...] = ()
    bound: float | None = None
    proved: bool = False
    core: tuple[str, ...] = ()
    minimal: bool = False
    rule: str = ""  # of a refusal
    message: str = ""
    remedy: str = ""


def ask(question: Question) -> bytes:
    """Write a question."""
    return msgspec.msgpack.encode(question, enc_hook=str)


def asked(content: bytes) -> Question:
    """Read a question."""
    return msgspec.msgpack.decode(content, type=Question, dec_hook=_fraction)


def reply(answer: Answer) -> bytes:
    """Write an answer."""
    return msgspec.msgpack.encode(answer)


def replied(content: bytes) -> Answer:
    """Read an answer."""
    return msgspec.msgpack.decode(content, type=Answer)


def _fraction(_: type, value: object) -> Fraction:
    return Fraction(str(value))
