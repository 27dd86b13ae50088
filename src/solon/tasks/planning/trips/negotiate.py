"""Repairing a request that cannot be satisfied, in rounds with a user who may refuse.

The negotiator proposes a change of the request, never of the rules that hold the world together; the user agrees, or
refuses what touches a protected item. It ends when the request can be satisfied, when nothing is left to propose or
when three proposals in a row were refused.
"""

import random
from collections.abc import Iterator, Sequence
from typing import Final, Protocol

from solon.contract import Value
from solon.tasks.planning.trips import encode
from solon.tasks.planning.trips.explain import (
    Refused,
    Suggestion,
    change,
    plan,
    suggestions,
    wishes,
)
from solon.tasks.planning.trips.request import Request
from solon.tasks.planning.trips.trip import Trip
from solon.tasks.planning.trips.world import World

ROUNDS: Final = (10, 20)
"""Rounds of the two published settings."""

_REFUSALS: Final = 3  # in a row, after which it ends
_RAISE: Final = 1.1  # of a budget by who does not know what would be enough


class User(Value, frozen=True):
    """Agrees to every change that leaves the protected items alone; without one to everything."""

    protected: frozenset[str] = frozenset()

    def agrees(self, suggestion: Suggestion) -> bool:
        """Return whether a suggestion is accepted."""
        return not any(_item(name) in self.protected for name in suggestion.items)


def _item(name: str) -> str:
    return name.partition(" ")[0] if name.startswith("cuisine ") else name


def users(request: Request) -> tuple[User, ...]:
    """Return one who always agrees and, for each item of a request, one who protects it."""
    items = dict.fromkeys((encode.BUDGET, encode.DESTINATION, *map(_item, wishes(request))))
    return (User(), *(User(frozenset((item,))) for item in items))


class Negotiator(Protocol):
    """Proposes changes of a request; told what was refused."""

    def proposals(self, world: World, request: Request, refused: Sequence[Suggestion]) -> Iterator[Suggestion]:
        """Yield proposals, the best first."""
        ...


class Cheapest:
    """Proposes the minimal correction that disturbs least, with quantities from the solver."""

    def __init__(self) -> None:
        self._known: dict[Request, tuple[Suggestion, ...]] = {}

    def proposals(self, world: World, request: Request, refused: Sequence[Suggestion]) -> Iterator[Suggestion]:
        """Yield what touches no set of items that was refused."""
        if request not in self._known:
            self._known[request] = suggestions(world, request)
        for suggestion in self._known[request]:
            if not any(old.items <= suggestion.items for old in refused):
                yield suggestion


class Blind:
    """Knows only that a request cannot be satisfied: raises the budget by a tenth or gives up any wish, by luck."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(f"blind/{seed}")  # noqa: S311 - reproducible on purpose

    def proposals(self, world: World, request: Request, refused: Sequence[Suggestion]) -> Iterator[Suggestion]:
        """Yield changes without end."""
        del refused
        while True:
            item = self._dice.choice((encode.BUDGET, encode.DESTINATION, *wishes(request)))
            if item == encode.BUDGET:
                budget = int(request.budget * _RAISE)
                yield Suggestion((), budget, None, 1.0, f"have a budget of {budget:,}")
            elif item == encode.DESTINATION:
                yield self._moved(world, request)
            else:
                yield Suggestion((item,), None, None, 1.0, f"give up the {item}")

    def _moved(self, world: World, request: Request) -> Suggestion:
        home = world.state_of.get(request.org)
        if request.visiting_city_number > 1:
            places = [state for state in world.states if state not in (home, request.dest)]
        else:
            places = [it.name for it in world.cities if it.state != home and it.name != request.dest]
        place = self._dice.choice(places)
        return Suggestion((), None, place, 1.0, f"go to {place} instead of {request.dest}")


class Negotiated(Value, frozen=True):
    """How a negotiation ended: the trip if one was found, and what was said, a line a round."""

    request: Request
    trip: Trip | None
    rounds: int
    said: tuple[str, ...]

    @property
    def solved(self) -> bool:
        """Whether the request can now be satisfied."""
        return self.trip is not None


def negotiate(
    world: World, request: Request, negotiator: Negotiator, user: User, rounds: int = ROUNDS[0]
) -> Negotiated:
    """Return how a negotiation of so many rounds at most ends. Raises InfrastructureError if the solver fails."""
    refused: list[Suggestion] = []
    said: list[str] = []
    current, in_a_row = request, 0
    found = plan(world, current)
    while isinstance(found, Refused) and len(said) < rounds and in_a_row < _REFUSALS:
        proposal = next(negotiator.proposals(world, current, refused), None)
        if proposal is None:
            break
        if user.agrees(proposal):
            said.append(f"{proposal.words}: agreed")
            current, in_a_row = change(current, proposal), 0
            found = plan(world, current)
        else:
            said.append(f"{proposal.words}: refused")
            refused.append(proposal)
            in_a_row += 1
    trip = found if isinstance(found, Trip) else None
    return Negotiated(current, trip, len(said), tuple(said))
