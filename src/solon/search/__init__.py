"""Strategies: what to try next, as pure functions of the history."""

import difflib

import msgspec

from solon.contract import Strategy
from solon.search.limits import Ceiling
from solon.search.race import Race
from solon.search.simple import BestOfN, Refine
from solon.search.standing import Standing, rank

__all__ = ["BestOfN", "Ceiling", "Race", "Refine", "Standing", "make_strategy", "rank", "strategy_names"]

_STRATEGIES: dict[str, type[BestOfN] | type[Refine] | type[Race]] = {
    "best-of-n": BestOfN,
    "race": Race,
    "refine": Refine,
}


def strategy_names() -> tuple[str, ...]:
    """Return the names that ``make_strategy`` knows, sorted."""
    return tuple(sorted(_STRATEGIES))


def make_strategy(name: str, **options: object) -> Strategy:
    """Build a strategy by name; unknown names and options are errors that name the nearest valid one."""
    kind = _STRATEGIES.get(name)
    if kind is None:
        raise ValueError(f"There is no strategy {name!r}; {_nearest(name, strategy_names())}.")
    fields = kind.__struct_fields__
    for option in options:
        if option not in fields:
            raise ValueError(f"The strategy {name!r} has no option {option!r}; {_nearest(option, fields)}.")
    try:
        return msgspec.convert(options, kind)
    except msgspec.ValidationError as error:
        raise ValueError(f"The strategy {name!r} cannot take these options: {error}.") from None


def _nearest(name: str, valid: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(name, valid, n=1)
    return f"did you mean {close[0]!r}?" if close else f"choose from {', '.join(valid)}"
