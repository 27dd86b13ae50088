"""The worker's side of GRASP: the program is called once an instance and answers with its list of actions.

payload   the arguments as JSON
reply     b"a" and a list of texts as JSON; null stands for what is no text
          b"r"   the program raised        b"o"   what it returned is no list
"""

import json
import re
from typing import Final, cast

import msgspec
from msgspec import structs

from solon.contract import Program
from solon.sandbox.loading import load
from solon.sandbox.worker import Answer, First, Note

GUEST: Final = "solon.tasks.grids.grasp_guest"
PLAN, RAISED, NO_LIST = b"a", b"r", b"o"
LONGEST: Final = 200  # names that a reply may hold; 20 are carried out
_NAME: Final = 40  # letters of a name
_SIGNATURE: Final = "grid_text, start, movement, carry_limit, step_cost"


def prepare(setup: bytes) -> None:
    """Refuse a setup: the worlds stay on the judge's side."""
    if setup:
        raise ValueError(f"the guest {GUEST} takes an empty setup")


def begin(prepared: object, program: Program, episode: bytes, note: Note) -> Answer:
    """Load the program and return what answers one call."""
    del prepared, episode
    solve = load(_as_published(program), signature=_SIGNATURE)
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
        names = cast("list[object]", found)[:LONGEST]
        return PLAN + json.dumps([name[:_NAME] if type(name) is str else None for name in names]).encode()

    return answer


def _as_published(program: Program) -> Program:
    """Take a file that defines ``solve``, as the study's programs do, and no ``policy``."""
    file, _, name = program.entry.partition(":")
    source = dict(program.files).get(file, "")
    other = not re.search(r"^((async )?def |class )?policy\b", source, re.MULTILINE)
    if name == "policy" and other and re.search(r"^def solve\b", source, re.MULTILINE):
        return structs.replace(program, entry=f"{file}:solve")
    return program
