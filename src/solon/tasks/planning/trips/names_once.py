"""JSON in which no name stands twice: the reader of types would take the last of them without a word."""

import contextlib
import json
from typing import Final

_SHOWN: Final = 60  # characters of a name that a message quotes


def once(text: str) -> None:
    """Raise ValueError for a JSON text with a name twice in one object; other faults are not looked for."""
    with contextlib.suppress(RecursionError, json.JSONDecodeError):
        json.loads(text, object_pairs_hook=_checked)


def _checked(pairs: list[tuple[str, object]]) -> None:
    names = set[str]()
    for name, _ in pairs:
        if name in names:
            raise ValueError(f"the name {name[:_SHOWN]!r} stands twice in one object; write every field once")
        names.add(name)
