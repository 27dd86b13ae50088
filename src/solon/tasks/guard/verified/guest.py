"""The worker's side: calls the policy function for each request of a batch.

payload     JSON: a list of objects, the parameters by name; what is absent is null
reply       a byte a request: 1 allow, 0 deny, 255 the policy raised, 254 it returned neither True nor False
"""

from collections.abc import Callable

import msgspec

from solon.contract import Program
from solon.sandbox.loading import load
from solon.sandbox.worker import Answer, First, Note
from solon.verify.requests.text import Form, automaton_of

ALLOW, DENY, RAISED, NO_ANSWER = 1, 0, 255, 254


def prepare(setup: bytes) -> tuple[str, ...]:
    """Read the names of the parameters (JSON)."""
    return msgspec.json.decode(setup, type=tuple[str, ...])


def begin(prepared: tuple[str, ...], program: Program, episode: bytes, note: Note) -> Answer:
    """Load a program and return the function that answers payloads. Raises what ``loading.load`` raises."""
    del episode
    forms: tuple[Form, ...] = ("fullmatch", "glob", "starts", "ends")
    names = {kind: _form(kind) for kind in forms}
    policy = load(program, names, signature=", ".join(prepared))

    tell = First(note)

    def answer(payload: bytes) -> bytes:
        requests = msgspec.json.decode(payload, type=list[dict[str, object]])
        return bytes(_decide(policy, request, tell) for request in requests)

    return answer


def _form(kind: Form) -> Callable[[str, str], bool]:
    def matches(text: str, pattern: str) -> bool:
        known = automaton_of(kind, pattern)
        if known is None:
            raise ValueError(f"{pattern!r} is no regular expression; see the form of patterns")
        return known.accepts(text)

    return matches


def _decide(policy: Callable[..., object], request: dict[str, object], tell: First) -> int:
    try:
        found = policy(**request)
    except MemoryError:
        raise
    except BaseException as error:  # noqa: BLE001 - whatever a policy raises allows nothing
        tell.raised(error, "the policy raised ")
        return RAISED
    if isinstance(found, bool):
        return ALLOW if found else DENY
    tell.returned(found, "the policy ", ", which is neither True nor False")
    return NO_ANSWER
