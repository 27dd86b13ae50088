"""Strategies: what to try next, as pure functions of the history."""

import difflib

import msgspec

from solon.search.acceptance import Decision, accept
from solon.search.beam import Beam
from solon.search.check import check_strategy
from solon.search.islands import Islands
from solon.search.limits import Bounded, Ceiling
from solon.search.pareto import Pareto, check_over
from solon.search.race import Race
from solon.search.simple import BestOfN, Refine
from solon.search.standing import VIOLATION, Standing, rank, violates
from solon.search.thoughts import OPERATORS, Thoughts
from solon.search.tree import Tree
from solon.search.worlds import Rehearsal, Verdicts, World, rehearse

__all__ = [
    "OPERATORS",
    "VIOLATION",
    "Beam",
    "BestOfN",
    "Bounded",
    "Ceiling",
    "Decision",
    "Islands",
    "Pareto",
    "Race",
    "Refine",
    "Rehearsal",
    "Standing",
    "Thoughts",
    "Tree",
    "Verdicts",
    "World",
    "accept",
    "check_over",
    "check_strategy",
    "make_strategy",
    "rank",
    "rehearse",
    "strategy_names",
    "violates",
]

_Kind = (
    type[Beam] | type[BestOfN] | type[Islands] | type[Pareto] | type[Race] | type[Refine] | type[Thoughts] | type[Tree]
)

_STRATEGIES: dict[str, _Kind] = {
    "beam": Beam,
    "best-of-n": BestOfN,
    "islands": Islands,
    "pareto": Pareto,
    "race": Race,
    "refine": Refine,
    "thoughts": Thoughts,
    "tree": Tree,
}


def strategy_names() -> tuple[str, ...]:
    """Return the names that ``make_strategy`` knows, sorted."""
    return tuple(sorted(_STRATEGIES))


def make_strategy(name: str, **options: object) -> Bounded:
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
        what, _, where = str(error).rstrip(".").partition(" - at `$.")
        raise ValueError(f"The strategy {name!r} cannot take {where.rstrip('`') or 'these options'}: {what}.") from None


def _nearest(name: str, valid: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(name, valid, n=1)
    return f"did you mean {close[0]!r}?" if close else f"choose from {', '.join(valid)}"
