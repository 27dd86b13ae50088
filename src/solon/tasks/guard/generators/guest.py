"""The worker's side: asks the generator for proposals, a batch at a time.

payload     JSON: a list of (step, inputs, tries so far, what was wrong with the last proposal)
reply       JSON: a list of proposals, null for one that raised or is no JSON
"""

from collections.abc import Callable

import msgspec

from solon.contract import Program
from solon.sandbox.loading import load
from solon.sandbox.texts import summary
from solon.sandbox.worker import Answer, Note


def prepare(setup: bytes) -> None:
    """Need nothing."""
    del setup


def begin(prepared: None, program: Program, episode: bytes, note: Note) -> Answer:
    """Load a program and return the function that answers payloads. Raises what ``loading.load`` raises."""
    del prepared, episode
    generator = load(program, signature="step, given, tries, said")

    def answer(payload: bytes) -> bytes:
        asked = msgspec.json.decode(payload, type=list[tuple[str, dict[str, object], int, str]])
        return b"[" + b",".join(_proposal(generator, each, note) for each in asked) + b"]"

    return answer


def _proposal(generator: Callable[..., object], asked: tuple[str, dict[str, object], int, str], note: Note) -> bytes:
    try:
        return msgspec.json.encode(generator(*asked))
    except MemoryError:
        raise
    except BaseException as error:  # noqa: BLE001 - whatever a generator raises is a proposal that fails
        note(f"the generator raised {summary(error)}")
        return b"null"
