"""The worker's side: asks an agent program for one action a turn; the conversation stays on the judge's side.

payload   b"n" or b"c" (a new conversation, which empties the memory, or the same one), then the observation as JSON
reply     b"a" and the action as JSON      b"r" the agent raised      b"o" what it returned is no action
"""

import json
from typing import Final, cast

import msgspec

from solon.contract import Program
from solon.sandbox.loading import load
from solon.sandbox.worker import Answer, First, Note

GUEST: Final = "solon.tasks.guard.journeys.guest"
NEW, SAME, ACTION, RAISED, NO_ACTION = b"n", b"c", b"a", b"r", b"o"
_KINDS: Final = ("ask", "say", "call", "end")
_LONGEST: Final = 2000


def prepare(setup: bytes) -> None:
    """Refuse a setup: the procedures stay on the judge's side."""
    if setup:
        raise ValueError(f"the guest {GUEST} takes an empty setup")


def begin(prepared: object, program: Program, episode: bytes, note: Note) -> Answer:
    """Load the program and return what answers one turn. Raises what ``loading.load`` raises."""
    del prepared, episode
    agent = load(program, signature="observation, memory")
    memory: dict[object, object] = {}
    tell = First(note)

    def answer(payload: bytes) -> bytes:
        nonlocal memory
        if payload[:1] == NEW:
            memory = {}
        try:
            found = agent(msgspec.json.decode(payload[1:]), memory)
            encoded = _encoded(found)
        except MemoryError:
            raise
        except BaseException as error:  # noqa: BLE001 - whatever an agent raises is a slip
            tell.raised(error)
            return RAISED
        if encoded is None:
            tell.returned(found)
            return NO_ACTION
        return ACTION + encoded

    return answer


def _encoded(found: object) -> bytes | None:
    if type(found) not in (list, tuple):
        return None
    parts = cast("list[object]", found)
    if len(parts) not in (2, 3) or parts[0] not in _KINDS or type(parts[1]) is not str:
        return None
    arguments: dict[str, object] = {}
    if len(parts) == 3:
        if type(parts[2]) is not dict:
            return None
        given = cast("dict[object, object]", parts[2])
        if not all(type(name) is str and type(value) in (str, int, bool) for name, value in given.items()):
            return None
        arguments = {str(name): value for name, value in given.items()}
    encoded = json.dumps([parts[0], parts[1], arguments]).encode()
    return encoded if len(encoded) <= _LONGEST else None
