"""The sketch of the repeated games: tables over the last rounds, finite automata, and learners that plan.

A table or an automaton answers an opponent by fixed rules. A learner counts how its opponent answers each outcome and
plays the best plan against that estimate; its prior says what it believes of strangers.
"""

from collections.abc import Mapping
from itertools import product

from solon.contract import Program
from solon.sketch import Hole, HoleValue, Sketch

STATES = 4
_PAIRS: tuple[str, ...] = ("CC", "CD", "DC", "DD")  # own move first
_TIT_FOR_TAT = "CDCD"

_TABLE = '''\
"""{depth_word}: the next move stands in a table by what both did last."""

DEPTH = {depth}  # rounds that count
OPENING = "{opening}"  # the first moves
TABLE = "{table}"  # by the last rounds, oldest first, each CC, CD, DC or DD with the own move first
FAREWELL = {farewell}  # rounds at the end in which it defects


def policy(history, memory):
    """Return the next move."""
    played = len(history)
    if ROUNDS - played <= FAREWELL:
        return D
    if played < DEPTH:
        return "CD".index(OPENING[played])
    place = 0
    for mine, theirs in history[-DEPTH:]:
        place = 4 * place + 2 * mine + theirs
    return "CD".index(TABLE[place])
'''

_AUTOMATON = '''\
"""An automaton of {count} states: each has a move, and what the other does leads to the next."""

# By state: the move, the next state after the other's C, and after its D.
STATES = (
{rows}
)
FAREWELL = {farewell}  # rounds at the end in which it defects


def policy(history, memory):
    """Return the next move."""
    if history:
        state = memory["state"] = STATES[memory["state"]][1 + history[-1][1]]
    else:
        state = memory["state"] = 0
    return D if ROUNDS - len(history) <= FAREWELL else STATES[state][0]
'''

_LEARNER = '''\
"""A learner: counts how the other answers each outcome, and plays the best plan against that estimate."""

PATIENCE = {patience}  # rounds at the start in which it plays tit for tat
TEST = {test}  # round in which it defects to see what happens; -1 for never
PRIOR = {prior}  # belief that the other cooperates after CC, CD, DC and DD, own move first
WEIGHT = {weight:.2f}  # rounds of experience that the belief is worth
KEPT = {kept:.3f}  # share of old experience that is kept each round
HORIZON = {horizon}  # rounds that it plans ahead
EVERY = {every}  # rounds until the plan is made anew


def policy(history, memory):
    """Return the next move."""
    played = len(history)
    if not history:
        memory["counts"] = [[WEIGHT * belief, WEIGHT * (1 - belief)] for belief in PRIOR]
        return D if TEST == 0 else C
    if played > 1:
        learn(memory["counts"][outcome(history[-2])], history[-1][1])
    if played == TEST:
        return D
    if played < PATIENCE:
        return history[-1][1]
    left = ROUNDS - played
    if "plan" not in memory or left < HORIZON or played % EVERY == 0:
        memory["plan"] = plan(memory["counts"], min(left, HORIZON))
    return memory["plan"][outcome(history[-1])]


def outcome(pair):
    """Return the number of an outcome: CC 0, CD 1, DC 2, DD 3."""
    mine, theirs = pair
    return 2 * mine + theirs


def learn(counts, theirs):
    """Add one answer to the experience with an outcome."""
    counts[C] *= KEPT
    counts[D] *= KEPT
    counts[theirs] += 1


def plan(counts, rounds):
    """Return the best move after each outcome, by backward induction over the rounds ahead."""
    chances = [cooperated / (cooperated + defected) for cooperated, defected in counts]
    (reward, sucker), (temptation, punishment) = PAYOFFS
    after = [0.0] * 4
    for _ in range(rounds):
        both, used, using, neither = reward + after[0], sucker + after[1], temptation + after[2], punishment + after[3]
        kind = [chance * both + (1 - chance) * used for chance in chances]
        mean = [chance * using + (1 - chance) * neither for chance in chances]
        after = list(map(max, kind, mean))
    return [C if good > bad else D for good, bad in zip(kind, mean)]
'''


def sketch() -> Sketch:
    """Return the space of strategies; its default is tit for tat as a table."""
    moves, states = ("C", "D"), tuple(map(str, range(STATES)))
    holes = [Hole("kind", "table", options=("table", "automaton", "learner"))]
    holes += [Hole("farewell", 0, 0, 3, integer=True), Hole("depth", 1, 1, 2, integer=True)]
    holes += [Hole(f"opening_{place}", "C", options=moves) for place in range(2)]
    holes += [Hole(f"after_{one}_{two}", _TIT_FOR_TAT[_PAIRS.index(two)], options=moves) for one, two in _contexts()]
    for state in range(STATES):
        holes.append(Hole(f"move_{state}", moves[min(state, 1)], options=moves))
        holes += [Hole(f"next_{state}_{move}", str(to), options=states) for to, move in enumerate(moves)]
    beliefs = zip(_PAIRS, (0.95, 0.9, 0.3, 0.2), strict=True)
    holes += [Hole(f"belief_{pair}", chance, 0.01, 0.99) for pair, chance in beliefs]
    holes += [
        Hole("weight", 2.0, 0.1, 10.0),
        Hole("kept", 0.99, 0.7, 1.0),
        Hole("horizon", 12, 2, 30, integer=True),
        Hole("every", 4, 1, 10, integer=True),
        Hole("patience", 2, 1, 20, integer=True),
        Hole("test", -1, -1, 20, integer=True),
    ]
    return Sketch(tuple(holes), _render)


def learner() -> Program:
    """Return the learner with the defaults of all holes, as a reference."""
    space = sketch()
    return space.render({**{hole.name: hole.default for hole in space.holes}, "kind": "learner"})


def _contexts() -> list[tuple[str, str]]:
    return list(product(_PAIRS, _PAIRS))


def _render(values: Mapping[str, HoleValue]) -> Program:
    """Write the program of one kind; holes of the other kinds do not matter."""
    source = {"table": _table, "automaton": _automaton, "learner": _learner}[str(values["kind"])](values)
    return Program(files=(("policy.py", source),))


def _table(values: Mapping[str, HoleValue]) -> str:
    depth = int(values["depth"])
    contexts = _contexts() if depth == 2 else [("CC", pair) for pair in _PAIRS]
    return _TABLE.format(
        depth=depth,
        depth_word="Memory two" if depth == 2 else "Memory one",
        opening="".join(str(values[f"opening_{place}"]) for place in range(depth)),
        table="".join(str(values[f"after_{one}_{two}"]) for one, two in contexts),
        farewell=int(values["farewell"]),
    )


def _automaton(values: Mapping[str, HoleValue]) -> str:
    kept = [0]  # states that can be reached, in the order of their discovery
    for state in kept:
        for move in "CD":
            following = int(values[f"next_{state}_{move}"])
            if following not in kept:
                kept.append(following)
    rows = "\n".join(
        f"    ({values[f'move_{state}']}, "
        f"{', '.join(str(kept.index(int(values[f'next_{state}_{move}']))) for move in 'CD')}),"
        for state in kept
    )
    return _AUTOMATON.format(count=len(kept), rows=rows, farewell=int(values["farewell"]))


def _learner(values: Mapping[str, HoleValue]) -> str:
    prior = ", ".join(f"{float(values[f'belief_{pair}']):.2f}" for pair in _PAIRS)
    return _LEARNER.format(
        prior=f"({prior})",
        weight=float(values["weight"]),
        kept=float(values["kept"]),
        **{name: int(values[name]) for name in ("horizon", "every", "patience", "test")},
    )
