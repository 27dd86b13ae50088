"""The worker's side of an open-loop task: the program is called once and answers with a list of names.

payload   the arguments as JSON
reply     b"a" and the answer as JSON    b"r"   the program raised    b"o"   what it returned is no list of texts
"""

from typing import Final, cast

import msgspec

from solon.contract import Program
from solon.sandbox.loading import load
from solon.sandbox.worker import Answer, First, Note

GUEST: Final = "solon.tasks.grids.minigrid_guest"
ANSWER, RAISED, NO_LIST = b"a", b"r", b"o"
_LONGEST: Final = 10_000  # names that a reply may hold


def prepare(setup: bytes) -> None:
    """Refuse a setup: the world stays on the judge's side."""
    if setup:
        raise ValueError(f"the guest {GUEST} takes an empty setup")


def begin(prepared: object, program: Program, episode: bytes, note: Note) -> Answer:
    """Load the program and return what answers one call."""
    del prepared, episode
    solve = load(program, signature="grid, direction")
    tell = First(note)

    def answer(payload: bytes) -> bytes:
        arguments = cast("list[object]", msgspec.json.decode(payload))
        try:
            found = solve(*arguments)
        except MemoryError:
            raise
        except BaseException as error:  # noqa: BLE001 - whatever the program raises is its own decision
            tell.raised(error)
            return RAISED
        if type(found) not in (list, tuple):
            tell.returned(found)
            return NO_LIST
        return ANSWER + msgspec.json.encode([_text(name) for name in cast("list[object]", found)[:_LONGEST]])

    return answer


def _text(name: object) -> str | None:
    return name.encode("utf-8", "replace").decode() if type(name) is str else None
