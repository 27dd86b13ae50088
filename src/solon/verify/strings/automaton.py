"""Complete deterministic automata over all of Unicode: Boolean operations, exact counts, shortest witnesses.

A row of a state partitions the code points into ranges with one successor each, so that no alphabet has to be fixed
beforehand. Every construction has a budget of ranges and raises TooLarge beyond it.
"""

from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from solon.contract import Value
from solon.verify.strings import charset
from solon.verify.strings.charset import LAST, CharSet
from solon.verify.strings.regex import Chars, Concat, Regex, Repeat, Union, parse

BUDGET: Final = 200_000
OCTETS: Final[CharSet] = ((0, 255),)
"""The alphabet of counts, unless another is given: the 256 symbols of the published figures."""


class TooLarge(Exception):
    """Raised when an automaton would have more ranges than the budget; a verdict that needs it is unknown."""


class Row(NamedTuple):
    """Where each character leads: from ``starts[i]`` up to the next start, to ``targets[i]``."""

    starts: tuple[int, ...]  # increasing, the first is 0
    targets: tuple[int, ...]


class Automaton(Value, frozen=True):
    """A complete deterministic automaton; state 0 is the start, and every state can be reached from it."""

    rows: tuple[Row, ...]
    accepting: frozenset[int]

    @staticmethod
    def of(regex: Regex | str, *, budget: int = BUDGET) -> "Automaton":
        """Return the minimal automaton of an expression. Raises RegexError and TooLarge."""
        return determinise(parse(regex) if isinstance(regex, str) else regex, budget=budget).minimal()

    def accepts(self, text: str) -> bool:
        """Return whether a text is in the language; one step a character."""
        state = 0
        for letter in text:
            starts, targets = self.rows[state]
            state = targets[bisect_right(starts, ord(letter)) - 1]
        return state in self.accepting

    def complement(self) -> "Automaton":
        """Return the automaton of every other text."""
        return Automaton(self.rows, frozenset(range(len(self.rows))) - self.accepting)

    def intersect(self, other: "Automaton", *, budget: int = BUDGET) -> "Automaton":
        """Return the automaton of the texts in both. Raises TooLarge."""
        return _product(self, other, lambda left, right: left and right, budget, (self.alive(), other.alive()))

    def union(self, other: "Automaton", *, budget: int = BUDGET) -> "Automaton":
        """Return the automaton of the texts in either. Raises TooLarge."""
        return _product(self, other, lambda left, right: left or right, budget)

    def difference(self, other: "Automaton", *, budget: int = BUDGET) -> "Automaton":
        """Return the automaton of the texts in this one only. Raises TooLarge."""
        alive = (self.alive(), frozenset(range(len(other.rows))))
        return _product(self, other, lambda left, right: left and not right, budget, alive)

    def is_empty(self) -> bool:
        """Return whether no text is in the language."""
        return not self.accepting

    def meets(self, other: "Automaton") -> bool:
        """Return whether some text is in both; stops at the first that is found. At most one step a pair of states."""
        mine, theirs = self.alive(), other.alive()
        seen, waiting = {(0, 0)}, [(0, 0)]
        while waiting:
            first, second = waiting.pop()
            if first in self.accepting and second in other.accepting:
                return True
            for pair in _together(self.rows[first], other.rows[second]):
                if pair not in seen and pair[0] in mine and pair[1] in theirs:
                    seen.add(pair)
                    waiting.append(pair)
        return False

    def subset(self, other: "Automaton", *, budget: int = BUDGET) -> bool:
        """Return whether each text of this one is in the other. Raises TooLarge."""
        return self.difference(other, budget=budget).is_empty()

    def equivalent(self, other: "Automaton", *, budget: int = BUDGET) -> bool:
        """Return whether both have the same texts. Raises TooLarge."""
        return _product(self, other, lambda left, right: left != right, budget).is_empty()

    def witness(self) -> str | None:
        """Return a shortest text of the language, in characters that read well, or None if it is empty."""
        back: dict[int, tuple[int, str]] = {0: (0, "")}
        waiting = deque([0])
        while waiting:
            state = waiting.popleft()
            if state in self.accepting:
                letters: list[str] = []
                while state:
                    state, letter = back[state]
                    letters.append(letter)
                return "".join(reversed(letters))
            for target, letters_of in self.edges(state):
                if target not in back:
                    back[target] = (state, charset.pick(letters_of))
                    waiting.append(target)
        return None

    def edges(self, state: int) -> Iterator[tuple[int, CharSet]]:
        """Yield each successor of a state with the characters that lead to it."""
        starts, targets = self.rows[state]
        ranges: dict[int, list[tuple[int, int]]] = {}
        for place, target in enumerate(targets):
            last = starts[place + 1] - 1 if place + 1 < len(starts) else LAST
            ranges.setdefault(target, []).append((starts[place], last))
        for target, found in ranges.items():
            yield target, charset.of(found)

    def count(self, bound: int, *, alphabet: CharSet = OCTETS) -> int:
        """Return how many texts of at most ``bound`` characters, all from an alphabet, are in the language."""
        weights = self.weights(alphabet)
        reached: dict[int, int] = {0: 1}
        total = 1 if 0 in self.accepting else 0
        for _ in range(bound):
            after: dict[int, int] = {}
            for state, ways in reached.items():
                for target, weight in weights[state]:
                    after[target] = after.get(target, 0) + ways * weight
            reached = after
            total += sum(ways for state, ways in reached.items() if state in self.accepting)
        return total

    def weights(self, alphabet: CharSet) -> list[list[tuple[int, int]]]:
        """Return for each state its successors that matter, with the number of characters that lead there."""
        alive = self.alive()
        inside = [(low, high + 1) for low, high in alphabet]
        return [
            [
                (target, weight)
                for target, letters in self.edges(state)
                if target in alive and (weight := _common(letters, inside))
            ]
            for state in range(len(self.rows))
        ]

    def alive(self) -> frozenset[int]:
        """Return the states from which an accepting state can be reached."""
        before: dict[int, set[int]] = {}
        for state, row in enumerate(self.rows):
            for target in row.targets:
                before.setdefault(target, set()).add(state)
        found, waiting = set(self.accepting), list(self.accepting)
        while waiting:
            for state in before.get(waiting.pop(), ()):
                if state not in found:
                    found.add(state)
                    waiting.append(state)
        return frozenset(found)

    def minimal(self) -> "Automaton":
        """Return the smallest automaton of the same language; equal languages give equal automata."""
        block = [int(state in self.accepting) for state in range(len(self.rows))]
        count = len(set(block))
        while True:
            names: dict[tuple[int, Row], int] = {}
            block = [
                names.setdefault(
                    (block[state], _joined(row.starts, [block[target] for target in row.targets])), len(names)
                )
                for state, row in enumerate(self.rows)
            ]
            if len(names) == count:
                break
            count = len(names)
        return self._quotient(block)

    def _quotient(self, block: list[int]) -> "Automaton":
        order: dict[int, int] = {block[0]: 0}
        waiting, rows = deque([0]), list[Row]()
        accepting: set[int] = set()
        while waiting:
            state = waiting.popleft()
            if state in self.accepting:
                accepting.add(len(rows))
            targets: list[int] = []
            for target in self.rows[state].targets:
                if block[target] not in order:
                    order[block[target]] = len(order)
                    waiting.append(target)
                targets.append(order[block[target]])
            rows.append(_joined(self.rows[state].starts, targets))
        return Automaton(tuple(rows), frozenset(accepting))


def _common(letters: CharSet, inside: list[tuple[int, int]]) -> int:
    return sum(max(0, min(high + 1, end) - max(low, start)) for low, high in letters for start, end in inside)


def _joined(starts: tuple[int, ...], targets: list[int]) -> Row:
    """Return a row in which neighbours with the same target are one range."""
    keep = [place for place in range(len(targets)) if place == 0 or targets[place] != targets[place - 1]]
    return Row(tuple(starts[place] for place in keep), tuple(targets[place] for place in keep))


def _together(one: Row, two: Row) -> Iterator[tuple[int, int]]:
    """Yield the pairs of states to which one and the same character leads from both rows."""
    i = j = 0
    while i < len(one.starts) and j < len(two.starts):
        yield one.targets[i], two.targets[j]
        next_one = one.starts[i + 1] if i + 1 < len(one.starts) else LAST + 1
        next_two = two.starts[j + 1] if j + 1 < len(two.starts) else LAST + 1
        i += next_one <= next_two
        j += next_two <= next_one


def _product(
    left: Automaton,
    right: Automaton,
    joined: Callable[[bool, bool], bool],
    budget: int,
    alive: tuple[frozenset[int], frozenset[int]] | None = None,
) -> Automaton:
    """Return the automaton of pairs; those that are not of states ``alive``, if given, are one that accepts nothing."""
    numbers: dict[tuple[int, int], int] = {(0, 0): 0}
    waiting = deque([(0, 0)])
    rows: list[Row] = []
    accepting: set[int] = set()
    spent = 0
    while waiting:
        first, second = waiting.popleft()
        if first < 0:
            rows.append(Row((0,), (len(rows),)))
            continue
        if joined(first in left.accepting, second in right.accepting):
            accepting.add(len(rows))
        one, two = left.rows[first], right.rows[second]
        starts: list[int] = []
        targets: list[int] = []
        i = j = start = 0
        while True:
            pair = (one.targets[i], two.targets[j])
            if alive is not None and (pair[0] not in alive[0] or pair[1] not in alive[1]):
                pair = _DEAD
            number = numbers.get(pair)
            if number is None:
                number = numbers[pair] = len(numbers)
                waiting.append(pair)
            if not targets or targets[-1] != number:
                starts.append(start)
                targets.append(number)
            next_one = one.starts[i + 1] if i + 1 < len(one.starts) else LAST + 1
            next_two = two.starts[j + 1] if j + 1 < len(two.starts) else LAST + 1
            start = min(next_one, next_two)
            if start > LAST:
                break
            i += next_one == start
            j += next_two == start
        rows.append(Row(tuple(starts), tuple(targets)))
        spent = _spend(spent + len(starts), budget)
    return Automaton(tuple(rows), frozenset(accepting))


_DEAD: Final = (-1, -1)


def _spend(spent: int, budget: int) -> int:
    if spent > budget:
        raise TooLarge(f"the automaton has more than {budget} ranges; simplify the patterns or raise the budget")
    return spent


class _Network:
    """A nondeterministic automaton with silent edges; state 0 is the start and state 1 the end."""

    def __init__(self, regex: Regex, budget: int) -> None:
        self.silent: list[list[int]] = [[], []]
        self.edges: list[list[tuple[int, int, int]]] = [[], []]
        self._build(regex, budget)

    def _build(self, regex: Regex, budget: int) -> None:
        waiting: list[tuple[Regex, int, int]] = [(regex, 0, 1)]
        spent = 0
        while waiting:
            part, start, end = waiting.pop()
            if isinstance(part, Chars):
                self.edges[start] += [(low, high, end) for low, high in part.charset]
                spent += len(part.charset)
            elif isinstance(part, Concat):
                stops = [start, *(self._new() for _ in part.parts[1:]), end]
                if not part.parts:
                    self.silent[start].append(end)
                waiting += [(body, stops[place], stops[place + 1]) for place, body in enumerate(part.parts)]
            elif isinstance(part, Union):
                waiting += [(option, start, end) for option in part.options]
            else:
                _spend(spent + part.low + (part.high or 0), budget)
                waiting += self._repeated(part, start, end)
            spent = _spend(spent + 1, budget)

    def _repeated(self, part: Repeat, start: int, end: int) -> Iterator[tuple[Regex, int, int]]:
        here = start
        for _ in range(part.low):
            there = self._new()
            yield part.body, here, there
            here = there
        if part.high is None:
            loop = self._new()
            self.silent[here].append(loop)
            yield part.body, loop, loop
            self.silent[loop].append(end)
            return
        for _ in range(part.high - part.low):
            self.silent[here].append(end)
            there = self._new()
            yield part.body, here, there
            here = there
        self.silent[here].append(end)

    def _new(self) -> int:
        self.silent.append([])
        self.edges.append([])
        return len(self.edges) - 1

    def closure(self, states: set[int]) -> frozenset[int]:
        """Return the states that are reached silently."""
        found, waiting = set(states), list(states)
        while waiting:
            for target in self.silent[waiting.pop()]:
                if target not in found:
                    found.add(target)
                    waiting.append(target)
        return frozenset(found)


def determinise(regex: Regex, *, budget: int = BUDGET) -> Automaton:
    """Return an automaton of an expression, not yet minimal. Raises TooLarge."""
    network = _Network(regex, budget)
    first = network.closure({0})
    numbers: dict[frozenset[int], int] = {first: 0}
    waiting, rows = deque([first]), list[Row]()
    accepting: set[int] = set()
    spent = 0
    while waiting:
        states = waiting.popleft()
        if 1 in states:
            accepting.add(len(rows))
        starts: list[int] = []
        targets: list[int] = []
        for start, reached in _pieces([edge for state in states for edge in network.edges[state]]):
            after = network.closure(reached)
            number = numbers.get(after)
            if number is None:
                number = numbers[after] = len(numbers)
                waiting.append(after)
            if not targets or targets[-1] != number:
                starts.append(start)
                targets.append(number)
        rows.append(Row(tuple(starts), tuple(targets)))
        spent = _spend(spent + len(starts) + len(states) // 8, budget)
    return Automaton(tuple(rows), frozenset(accepting))


def _pieces(edges: list[tuple[int, int, int]]) -> Iterator[tuple[int, set[int]]]:
    """Yield the start of each range on which the same edges can be taken, and where they lead."""
    changes: dict[int, list[tuple[int, int]]] = {0: []}
    for low, high, target in edges:
        changes.setdefault(low, []).append((target, 1))
        if high < LAST:
            changes.setdefault(high + 1, []).append((target, -1))
    held: dict[int, int] = {}
    for start in sorted(changes):
        for target, step in changes[start]:
            held[target] = held.get(target, 0) + step
        yield start, {target for target, times in held.items() if times}
