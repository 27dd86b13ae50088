"""A guest for tasks that are no games: calls the program's function with JSON arguments and returns its JSON result.

Use ``GUEST`` as the guest's name and an empty setup.
"""

import json
from typing import Final, TypeVar

import msgspec

from solon.contract import Fault, Program, ProgramFault, Worker
from solon.sandbox.loading import load
from solon.sandbox.texts import summary
from solon.sandbox.wire import REPLY_BYTES
from solon.sandbox.worker import Answer, Note

GUEST: Final = "solon.sandbox.call"
T = TypeVar("T")
REMEDY: Final = "Return finite numbers, texts, booleans, None, and lists or dictionaries with text keys of these."


def call(worker: Worker, *arguments: object) -> object:
    """Call the program's function in a worker that was opened with ``GUEST``; raises ProgramFault."""
    reply = worker.ask(msgspec.json.encode(arguments))
    try:
        return msgspec.json.decode(reply)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise _output_fault("no valid JSON") from error


def call_as(kind: type[T], worker: Worker, *arguments: object) -> T:
    """Call as ``call`` does and return a result of this kind; another one is the program's fault."""
    reply = worker.ask(msgspec.json.encode(arguments))
    try:
        return msgspec.json.decode(reply, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise _output_fault(f"no {kind.__name__} ({summary(error)})") from error


def prepare(setup: bytes) -> None:
    """Refuse a setup: a plain function needs none."""
    if setup:
        raise ValueError("the guest solon.sandbox.call takes an empty setup")


def begin(prepared: object, program: Program, episode: bytes, note: Note) -> Answer:
    """Load the program and return what answers one call."""
    del prepared, episode, note
    function = load(program)

    def answer(payload: bytes) -> bytes:
        arguments = msgspec.json.decode(payload, type=list[object])
        return _encode(function(*arguments))

    return answer


def _encode(result: object) -> bytes:
    try:
        reply = json.dumps(result, allow_nan=False, separators=(",", ":"), ensure_ascii=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise _output_fault(f"not JSON ({summary(error)})") from error
    if len(reply) > REPLY_BYTES:
        raise _output_fault(f"{len(reply)} bytes long; at most {REPLY_BYTES} are allowed")
    return reply


def _output_fault(what: str) -> ProgramFault:
    return ProgramFault(Fault(kind="output", message=f"The program's result is {what}.", remedy=REMEDY))
