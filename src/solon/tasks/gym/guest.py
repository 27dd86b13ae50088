"""The worker's side of an environment: one program answers one observation after the other.

    reply   b"a" and the action as JSON        b"r"   the program raised        b"o"   what it returned is no JSON

Payloads are observations as JSON. The program's ``memory`` is a dictionary that is empty when an episode begins.
"""

import json
from typing import Final

import msgspec

from solon.contract import Program
from solon.sandbox.loading import load
from solon.sandbox.worker import Answer, First, Note

GUEST: Final = "solon.tasks.gym.guest"
ACTION, RAISED, NO_JSON = b"a", b"r", b"o"
_REPLY_BYTES: Final = 65_536


def prepare(setup: bytes) -> None:
    """Refuse a setup: environments stay on the judge's side."""
    if setup:
        raise ValueError(f"the guest {GUEST} takes an empty setup")


def begin(prepared: object, program: Program, episode: bytes, note: Note) -> Answer:
    """Load the program and return what answers one observation."""
    del prepared, episode
    policy = load(program, signature="observation, memory")
    memory: dict[object, object] = {}
    tell = First(note)

    def answer(payload: bytes) -> bytes:
        observation = msgspec.json.decode(payload)
        try:
            action = policy(observation, memory)
        except MemoryError:
            raise
        except BaseException as error:  # noqa: BLE001 - whatever the program raises is its own decision
            tell.raised(error)
            return RAISED
        try:
            reply = json.dumps(action, allow_nan=False, default=_plain).encode()
        except (TypeError, ValueError, RecursionError):
            reply = b""
        if not 0 < len(reply) <= _REPLY_BYTES:
            tell.returned(action)
            return NO_JSON
        return ACTION + reply

    return answer


def _plain(value: object) -> object:
    """Return the plain form of a NumPy number or array."""
    listed = getattr(value, "tolist", None)
    if callable(listed):
        return listed()
    raise TypeError(type(value).__name__)
