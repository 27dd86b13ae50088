"""Solving a request, and saying why it cannot be satisfied and what would help, with quantities."""

import itertools
from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import structs

from solon.contract import InfrastructureError, Value
from solon.tasks.planning.trips import encode
from solon.tasks.planning.trips.request import Request
from solon.tasks.planning.trips.trip import Trip
from solon.tasks.planning.trips.world import World
from solon.verify.formal.model import Infeasible, Result, Solved
from solon.verify.formal.solve import solve
from solon.verify.limited import Limits

LIMITS: Final = Limits(seconds=60)
_BACKEND: Final = "milp"  # relaxing to a network bounds the cost well: next to the optimum Z3 needs ten times as long
_RAISE: Final = 10.0  # a budget raised by a tenth disturbs as much as a wish given up
_MOVE: Final = 2.0  # another destination disturbs as much as two wishes


class Suggestion(Value, frozen=True):
    """A change of the request after which it can be satisfied."""

    dropped: tuple[str, ...]  # names of rules
    budget: int | None = None  # the least that is enough, where the one of the request is not
    destination: str | None = None
    disturbance: float = 0.0  # what suggestions are ranked by
    words: str = ""

    @property
    def items(self) -> frozenset[str]:
        """What it touches: names of rules."""
        moved = (encode.DESTINATION,) if self.destination else ()
        paid = (encode.BUDGET,) if self.budget is not None else ()
        return frozenset((*self.dropped, *moved, *paid))


class Refused(Value, frozen=True):
    """A request that cannot be satisfied: a minimal set of rules that cannot hold together, by name and in words."""

    core: tuple[str, ...]
    words: tuple[str, ...]


def plan(world: World, request: Request, *, best: bool = False) -> Trip | Refused:
    """Return a trip, with ``best`` a cheapest one, or why there is none. Raises InfrastructureError without a verdict.

    Where not the best is asked for, any trip within the budget will do.
    """
    encoded = encode.encode(world, request)
    formal = encoded.formal if best else structs.replace(encoded.formal, objective=None)
    result = solve(formal, backend=_BACKEND, limits=LIMITS, core=True)
    if isinstance(result, Solved):
        return encode.decode(encoded, result.values)
    if not isinstance(result, Infeasible):
        raise _undecided(result)
    meanings = {rule.name: rule.meaning for rule in formal.rules}
    return Refused(result.core, tuple(f"{name}: {meanings[name]}" for name in result.core))


def price(world: World, request: Request, dropped: Sequence[str] = ()) -> int | None:
    """Return the cost of a cheapest trip without the budget and some wishes; None if there is none at any price."""
    encoded = encode.encode(world, request)
    result = solve(encoded.formal, backend=_BACKEND, limits=LIMITS, without=(*dropped, encode.BUDGET))
    if isinstance(result, Solved):
        return encode.decode(encoded, result.values).cost(request.people_number)
    if isinstance(result, Infeasible):
        return None
    raise _undecided(result)


def _undecided(result: Result) -> InfrastructureError:
    return InfrastructureError(f"the solver gave no verdict on a trip ({result}); allow it more time")


def wishes(request: Request) -> tuple[str, ...]:
    """Return the names of the rules that a suggestion may drop."""
    local = request.local_constraint
    found = {"house rule": local.house_rule, "room type": local.room_type}
    cuisines = tuple(f"cuisine {cuisine}" for cuisine in dict.fromkeys(local.cuisine or ()))
    kept = tuple(name for name, wish in found.items() if wish)
    return (*kept, *cuisines, *(("transportation",) if local.transportation else ()))


def suggestions(world: World, request: Request, *, move: bool = True, most: int = 2) -> tuple[Suggestion, ...]:
    """Return minimal changes that give up at most so many wishes, least disturbing first, for a refused request.

    With ``move`` other destinations are among them: the cheapest one, and only if it needs no other change.
    """
    found: list[Suggestion] = []
    for count in range(most + 1):
        for dropped in itertools.combinations(wishes(request), count):
            if any(old.items <= set(dropped) for old in found):
                continue
            cost = price(world, request, dropped)
            if cost is None:
                continue
            new = _suggestion(request, dropped, cost if cost > request.budget else None)
            if not any(old.items <= new.items for old in found):
                found.append(new)
    if move:
        found += _moves(world, request)
    return tuple(sorted(found, key=lambda it: it.disturbance))


def _moves(world: World, request: Request) -> Iterator[Suggestion]:
    home = world.state_of.get(request.org, "")
    if request.visiting_city_number > 1:
        places = [state for state in world.states if state not in (home, request.dest)]
    else:
        places = [it.name for it in world.cities if it.state != home and it.name != request.dest]
    costs = [(price(world, structs.replace(request, dest=place)), place) for place in places]
    fitting = [(cost, place) for cost, place in costs if cost is not None and cost <= request.budget]
    if fitting:
        cost, place = min(fitting)
        words = f"go to {place} instead of {request.dest}, where a trip costs {cost:,}"
        yield Suggestion((), None, place, _MOVE, words)


def _suggestion(request: Request, dropped: tuple[str, ...], budget: int | None) -> Suggestion:
    parts = [f"give up {_named(request, name)}" for name in dropped]
    disturbance = float(len(dropped))
    if budget is not None:
        parts.append(f"have a budget of at least {budget:,} instead of {request.budget:,}")
        disturbance += _RAISE * (budget / request.budget - 1)
    return Suggestion(dropped, budget, None, disturbance, " and ".join(parts))


def _named(request: Request, name: str) -> str:
    local = request.local_constraint
    wish = {"house rule": local.house_rule, "room type": local.room_type, "transportation": local.transportation}
    return f"the {name} {wish[name]!r}" if name in wish else f"the {name}"


def change(request: Request, suggestion: Suggestion) -> Request:
    """Return the request that a suggestion makes of another; only what it touches is changed."""
    local = request.local_constraint
    cuisines = tuple(it for it in local.cuisine or () if f"cuisine {it}" not in suggestion.dropped)
    changed = structs.replace(
        local,
        house_rule=None if "house rule" in suggestion.dropped else local.house_rule,
        cuisine=cuisines or None,
        room_type=None if "room type" in suggestion.dropped else local.room_type,
        transportation=None if "transportation" in suggestion.dropped else local.transportation,
    )
    return structs.replace(
        request,
        dest=suggestion.destination or request.dest,
        budget=request.budget if suggestion.budget is None else suggestion.budget,
        local_constraint=changed,
    )
