from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from solon.hostile.runner import STEPS, Arena
from solon.tasks import load

Lend = Callable[..., Arena]


@pytest.fixture(scope="session")
def arenas() -> Iterator[Lend]:
    """Lend warm arenas by level, kept for the whole session."""
    found: dict[tuple[str, str, bytes | None], Arena] = {}
    with ExitStack() as stack:

        def lend(letter: str, task: str = "cleanup", key: bytes | None = None) -> Arena:
            if (letter, task, key) not in found:
                found[letter, task, key] = stack.enter_context(Arena(load(task, steps=STEPS), letter, key=key))
            return found[letter, task, key]

        yield lend
