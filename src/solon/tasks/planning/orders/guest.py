"""The worker's side of the order tasks: the program is asked for its next call, or several, until it ends the case.

payload   JSON: {"text", "tools"} begins a case, {"replies"} tells what the last calls gave, a reply a call
reply     b"c" and a list of [tool, start or null] as JSON      b"f"  the program has finished
          b"r"  the program raised                              b"o"  what it returned is no call
"""

import json
from typing import Final, cast

import msgspec

from solon.contract import Program
from solon.sandbox.loading import Entry, load
from solon.sandbox.worker import Answer, First, Note

GUEST: Final = "solon.tasks.planning.orders.guest"
CALLS, FINISHED, RAISED, NO_CALL = b"c", b"f", b"r", b"o"
LONGEST: Final = 200  # calls that one reply may hold
LONGEST_NAME: Final = 80  # letters of a tool's name
HOURS: Final = 10**6

Call = tuple[str, int | None]


def prepare(setup: bytes) -> None:
    """Refuse a setup: the cases stay on the judge's side."""
    if setup:
        raise ValueError(f"the guest {GUEST} takes an empty setup")


def begin(prepared: object, program: Program, episode: bytes, note: Note) -> Answer:
    """Load the program and return what answers one payload."""
    del prepared, episode
    return _Answerer(load(program, signature="text, tools, memory"), note).answer


class _Answerer:
    """Holds the case that is being worked on."""

    def __init__(self, policy: Entry, note: Note) -> None:
        self._policy = policy
        self._tell = First(note)
        self._text, self._tools = "", list[str]()
        self._memory: dict[object, object] = {}
        self._log: list[tuple[str, int | None, object]] = []
        self._last: list[Call] = []

    def answer(self, payload: bytes) -> bytes:
        asked = cast("dict[str, object]", msgspec.json.decode(payload))
        if "text" in asked:
            self._text, self._tools = cast("str", asked["text"]), cast("list[str]", asked["tools"])
            self._log, self._last = [], []
            self._memory = {}
        else:
            replies = cast("list[object]", asked["replies"])
            self._log += [(*call, reply) for call, reply in zip(self._last, replies, strict=False)]
        self._memory["log"] = list(self._log)
        try:
            found = self._policy(self._text, list(self._tools), self._memory)
        except MemoryError:
            raise
        except BaseException as error:  # noqa: BLE001 - whatever the program raises is its own decision
            self._tell.raised(error, "raised ")
            return RAISED
        if found is None:
            return FINISHED
        calls = _calls(found)
        if calls is None:
            self._tell.returned(found, after=", which is no call: a tool's name, (name, start) or a list of such")
            return NO_CALL
        self._last = calls
        return CALLS + json.dumps(calls).encode()


def _calls(found: object) -> list[Call] | None:
    items = cast("list[object]", found)[:LONGEST] if type(found) is list else [found]
    calls = [_call(item) for item in items]
    known = [call for call in calls if call is not None]
    return known if known and len(known) == len(calls) else None


def _call(item: object) -> Call | None:
    if type(item) is str:
        return item[:LONGEST_NAME], None
    if type(item) is tuple:
        parts = cast("tuple[object, ...]", item)
        if len(parts) == 2 and type(parts[0]) is str and type(parts[1]) is int and abs(parts[1]) < HOURS:
            return parts[0][:LONGEST_NAME], parts[1]
    return None
