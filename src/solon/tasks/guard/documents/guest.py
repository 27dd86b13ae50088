"""The worker's side: asks the program for an answer to each case of a batch.

payload   JSON: a list of cases      reply   JSON: a list of answers, each [[tool, {parameter: value}], ...]
An answer is "raised" where the program raised and "none" where what it returned is no list of calls.
"""

import json
from collections.abc import Callable
from typing import Final, cast

import msgspec

from solon.contract import Program
from solon.sandbox.loading import load
from solon.sandbox.worker import Answer, First, Note

GUEST: Final = "solon.tasks.guard.documents.guest"
RAISED, NO_CALLS = "raised", "none"
_LONGEST: Final = 20


def prepare(setup: bytes) -> None:
    """Refuse a setup: the document stays on the judge's side."""
    if setup:
        raise ValueError(f"the guest {GUEST} takes an empty setup")


def begin(prepared: object, program: Program, episode: bytes, note: Note) -> Answer:
    """Load a program and return the function that answers payloads. Raises what ``loading.load`` raises."""
    del prepared, episode
    policy = load(program, signature="case")
    tell = First(note)

    def answer(payload: bytes) -> bytes:
        cases = msgspec.json.decode(payload, type=list[dict[str, object]])
        return json.dumps([_answered(policy, case, tell) for case in cases]).encode()

    return answer


def _answered(policy: Callable[..., object], case: dict[str, object], tell: First) -> object:
    try:
        found = policy(case)
        calls = _calls(found)
    except MemoryError:
        raise
    except BaseException as error:  # noqa: BLE001 - whatever a program raises is a slip
        tell.raised(error, "the program raised ")
        return RAISED
    if calls is None:
        tell.returned(found, "the program ", ", which is no list of calls")
        return NO_CALLS
    return calls


def _calls(found: object) -> list[object] | None:
    if type(found) not in (list, tuple):
        return None
    calls: list[object] = []
    for part in cast("list[object]", found)[: _LONGEST + 1]:
        pair = cast("list[object]", part)
        if type(part) not in (list, tuple) or len(pair) != 2 or type(pair[0]) is not str or type(pair[1]) is not dict:
            return None
        arguments = cast("dict[object, object]", pair[1])
        if not all(type(name) is str and type(value) in (str, int, bool) for name, value in arguments.items()):
            return None
        calls.append([pair[0], arguments])
    return calls if len(calls) <= _LONGEST else None
