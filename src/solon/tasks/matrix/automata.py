"""Opponents as automata: a state says how likely to cooperate, and what both did leads to the next state.

Everything about them can be computed: what they do, what two of them come to, and the best answer to one. Sources of
the strategies: Axelrod (1980) for those of his tournaments, Nowak and Sigmund (1992, 1993) for generous tit for tat
and win-stay lose-shift, Li (2011) for the rest; behaviour as in the library ``axelrod``, against which it is checked.
"""

from collections.abc import Callable, Hashable
from functools import cache
from itertools import product
from typing import Any

from solon.contract import Value
from solon.tasks.matrix.payoffs import COOPERATE, DEFECT, Game

State = Any  # each strategy has states of a type of its own, and lambdas cannot say which


class Automaton(Value, frozen=True):
    """A strategy with finitely many states; it starts in state 0."""

    name: str
    cooperates: tuple[float, ...]  # by state: the probability of cooperating
    follows: tuple[tuple[int, int, int, int], ...]  # by state: the next one, by 2 * own move + the other's move


def build(
    name: str, start: Hashable, likely: Callable[[State], float], after: Callable[[State, int, int], Hashable]
) -> Automaton:
    """Return the automaton of all states that can be reached.

    ``likely(state)`` is the probability of cooperating, ``after(state, own, other)`` the next state.
    """
    numbers: dict[Hashable, int] = {start: 0}
    states: list[Hashable] = [start]
    follows: list[tuple[int, int, int, int]] = []
    for state in states:
        row: list[int] = []
        for own, other in product((COOPERATE, DEFECT), repeat=2):
            following = after(state, own, other)
            if following not in numbers:
                numbers[following] = len(states)
                states.append(following)
            row.append(numbers[following])
        follows.append((row[0], row[1], row[2], row[3]))
    return Automaton(name, tuple(likely(state) for state in states), tuple(follows))


def _cycle(name: str, moves: str) -> Automaton:
    return build(name, 0, lambda at: float(moves[at] == "C"), lambda at, _own, _other: (at + 1) % len(moves))


def _memory_one(name: str, first: float, after: tuple[float, float, float, float]) -> Automaton:
    """Cooperate with a probability for the first round, then by the last outcome: CC, CD, DC, DD (own move first)."""
    chances = (*after, first)
    return build(name, 4, chances.__getitem__, lambda _state, own, other: 2 * own + other)


def _last(name: str, length: int, defects: Callable[[tuple[int, ...]], bool]) -> Automaton:
    """Decide by the other's last moves, at most ``length`` of them."""
    return build(name, (), lambda seen: float(not defects(seen)), lambda seen, _own, other: (*seen, other)[-length:])


def _prober() -> Automaton:
    """Open with D, C, C; defect for ever if the other cooperated in rounds 2 and 3, else play tit for tat."""

    def likely(state: tuple[str, int]) -> float:
        kind, at = state
        return float({"open": at > 0, "wary": True, "exploit": False, "copy": at == COOPERATE}[kind])

    def after(state: tuple[str, int], _own: int, other: int) -> tuple[str, int]:
        kind, at = state
        match kind, at:
            case "open", 0:
                return "open", 1
            case "open", 1:
                return ("open", 2) if other == COOPERATE else ("wary", 2)
            case "open" | "wary", _:
                return ("exploit", 0) if kind == "open" and other == COOPERATE else ("copy", other)
            case "exploit", _:
                return state
            case _:
                return "copy", other

    return build("prober", ("open", 0), likely, after)


def _forgetful_grudger(length: int) -> Automaton:
    """Cooperate until the other defects, then defect for ``length`` rounds; after that, its last move decides again."""
    return build(
        "forgetful_grudger",
        0,
        lambda left: float(left == 0),
        lambda left, _own, other: left - 1 if left > 1 else length * int(other == DEFECT),
    )


def _handshake() -> Automaton:
    """Play C, D; cooperate for ever with whoever played the same, defect with the others."""

    def after(state: str, _own: int, other: int) -> str:
        match state:
            case "first":
                return "second" if other == COOPERATE else "missed"
            case "second":
                return "friend" if other == DEFECT else "foe"
            case "missed":
                return "foe"
            case _:
                return state

    return build("handshake", "first", lambda state: float(state in {"first", "friend"}), after)


@cache
def classics() -> tuple[Automaton, ...]:
    """Return the default field, in a fixed order."""
    return (
        _cycle("cooperator", "C"),
        _cycle("defector", "D"),
        _memory_one("alternator", 1.0, (0.0, 0.0, 1.0, 1.0)),
        _cycle("cycler_ccd", "CCD"),
        _memory_one("random", 0.5, (0.5, 0.5, 0.5, 0.5)),
        _memory_one("tit_for_tat", 1.0, (1.0, 0.0, 1.0, 0.0)),
        _memory_one("suspicious_tit_for_tat", 0.0, (1.0, 0.0, 1.0, 0.0)),
        _memory_one("generous_tit_for_tat", 1.0, (1.0, 1 / 3, 1.0, 1 / 3)),
        _memory_one("joss", 1.0, (0.9, 0.0, 0.9, 0.0)),
        _memory_one("win_stay_lose_shift", 1.0, (1.0, 0.0, 0.0, 1.0)),
        _memory_one("firm_but_fair", 1.0, (1.0, 0.0, 1.0, 2 / 3)),
        _memory_one("bully", 0.0, (0.0, 1.0, 0.0, 1.0)),
        _last("tit_for_two_tats", 2, lambda seen: seen == (DEFECT, DEFECT)),
        _last("two_tits_for_tat", 2, lambda seen: DEFECT in seen),
        _last("hard_tit_for_tat", 3, lambda seen: DEFECT in seen),
        _last("go_by_majority_5", 5, lambda seen: 2 * sum(seen) > len(seen)),
        build("grudger", COOPERATE, lambda seen: float(not seen), lambda seen, _own, other: seen or other),
        _forgetful_grudger(10),
        _prober(),
        _handshake(),
    )


def best_response(opponent: Automaton, game: Game, rounds: int, noise: float) -> float:
    """Return the largest mean payoff per round that anybody can expect against one automaton.

    The easier problem: whoever answers also sees the automaton's state. Then the states and the rounds left are a
    Markov decision process, and backward induction is exact. A move that is chosen is turned round with the
    probability ``noise``, on either side, before it counts.
    """
    value = [0.0] * len(opponent.cooperates)
    for _ in range(rounds):
        ahead = value
        value = list[float]()
        for chance, follows in zip(opponent.cooperates, opponent.follows, strict=True):
            likely = chance * (1 - noise) + (1 - chance) * noise
            worth = [
                likely * (game.payoffs[mine][COOPERATE] + ahead[follows[mine]])
                + (1 - likely) * (game.payoffs[mine][DEFECT] + ahead[follows[2 + mine]])
                for mine in (COOPERATE, DEFECT)
            ]
            value.append(max((1 - noise) * worth[mine] + noise * worth[1 - mine] for mine in (COOPERATE, DEFECT)))
    return value[0] / rounds


def expected(one: Automaton, other: Automaton, game: Game, rounds: int, noise: float) -> tuple[float, float]:
    """Return the expected payoffs per round of two automata, computed from the chain of their joint states."""
    chances = {(0, 0): 1.0}
    totals = [0.0, 0.0]
    for _ in range(rounds):
        ahead: dict[tuple[int, int], float] = {}
        for (at, there), weight in chances.items():
            likely = [
                chance * (1 - noise) + (1 - chance) * noise for chance in (one.cooperates[at], other.cooperates[there])
            ]
            for mine, theirs in product((COOPERATE, DEFECT), repeat=2):
                share = weight * abs(mine - likely[0]) * abs(theirs - likely[1])
                if share:
                    totals[0] += share * game.payoffs[mine][theirs]
                    totals[1] += share * game.payoffs[theirs][mine]
                    key = (one.follows[at][2 * mine + theirs], other.follows[there][2 * theirs + mine])
                    ahead[key] = ahead.get(key, 0.0) + share
        chances = ahead
    return totals[0] / rounds, totals[1] / rounds
