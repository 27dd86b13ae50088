"""What came of one attack."""

from typing import Literal

import msgspec

from solon.contract import Value


class Result(Value, frozen=True):
    """What one attack came to at one level; an element of ``solon hack --json``."""

    attack: str
    group: str = msgspec.field(name="class")
    tries: str
    level: str
    expected: str
    verdict: Literal["scored", "invalid", "unavailable", "refused"]  # refused: too dangerous for this level
    fault: str  # kind, when invalid
    stopped: bool  # the expected verdict, and no trace
    detail: str
    milliseconds: float
