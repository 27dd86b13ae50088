"""Products of many wildcard patterns at once: which sets of them a text can match, how many texts, a shortest one.

A pattern is a sequence of tokens. A state is the set of positions that the patterns have reached, as the bits of one
whole number; positions before the last wildcard that was reached are left out, because it covers them.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from solon.verify.strings.automaton import BUDGET, Automaton, Row, TooLarge

ANY: Final = "any"
"""Token of any text, also the empty one."""
ONE: Final = "one"
"""Token of one character."""
ANY_PART: Final = "any-part"
"""Token of any text without a colon."""
ONE_PART: Final = "one-part"
"""Token of one character that is no colon."""

Pattern = tuple[str, ...]
"""Tokens; every other token is one character, or two of which either will do, such as both cases of a letter."""

_PLEASANT: Final = "xyzabcdefghijklmnopqrstuvw0123456789-_/.ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Class(NamedTuple):
    """The texts that match exactly the patterns of a signature."""

    signature: int  # bit i: pattern i matches
    witness: str  # a shortest one
    total: int  # of at most ``bound`` characters, over 256 symbols; 0 where no count was asked for


def matches(pattern: Pattern, text: str) -> bool:
    """Return whether a text matches one pattern; at most tokens times characters steps."""
    reached = _silent(pattern, {0})
    for letter in text:
        after: set[int] = set()
        for place in reached:
            if place == len(pattern):
                continue
            token = pattern[place]
            if token == ANY or (token == ANY_PART and letter != ":"):
                after.add(place)
            elif token == ONE or (token == ONE_PART and letter != ":") or (len(token) < 3 and letter in token):
                after.add(place + 1)
        if not after:
            return False
        reached = _silent(pattern, after)
    return len(pattern) in reached


def _silent(pattern: Pattern, places: Iterable[int]) -> set[int]:
    found = set(places)
    for place in list(found):
        ahead = place
        while ahead < len(pattern) and pattern[ahead] in (ANY, ANY_PART):
            ahead += 1
            found.add(ahead)
    return found


def classes(
    patterns: Sequence[Pattern],
    *,
    bound: int | None = None,
    merge: Callable[[int], int] = int,
    budget: int = BUDGET,
) -> list[Class]:
    """Return the non-empty classes of all texts, with ``merge`` joining signatures that need no telling apart.

    With a ``bound``, texts of at most so many characters are counted, exactly. Raises TooLarge when the product has
    more edges than the budget.
    """
    return _Product(patterns, budget).classes(bound, merge)


def automaton(patterns: Sequence[Pattern], accepts: Callable[[int], bool], *, budget: int = BUDGET) -> Automaton:
    """Return the minimal automaton of the texts whose signature is accepted. Raises TooLarge."""
    return _Product(patterns, budget).automaton(accepts)


class _Product:
    def __init__(self, patterns: Sequence[Pattern], budget: int) -> None:
        self.budget = budget
        self.loops = self.part_loops = self.ones = self.part_ones = 0
        self.below: dict[int, int] = {}  # a position with a loop on everything: the positions that it covers
        self.finals: dict[int, int] = {}  # position: number of the pattern that ends there
        self.literals: dict[str, int] = {}
        self.skips: list[tuple[int, int]] = []
        start, at = 0, 0
        for pattern in patterns:
            first = at
            start |= 1 << at
            for token in pattern:
                if token in (ANY, ANY_PART):
                    # a position that loops is one of its own, reached silently from the one before
                    self.skips.append((at, at + 1))
                    at += 1
                    if token == ANY:
                        self.loops |= 1 << at
                        self.below[at] = (1 << at) - (1 << first)
                    else:
                        self.part_loops |= 1 << at
                else:
                    self._step(token, 1 << at)
                    at += 1
            self.finals[at] = len(self.finals)
            at += 1
        self.ends = sum(1 << place for place in self.finals)
        self.start = self._settle(start)
        colon = {":"} if self.part_loops | self.part_ones else set[str]()
        self.letters = sorted(self.literals.keys() | colon)
        self.others = 256 - sum(ord(letter) < 256 for letter in self.letters)
        self.other = next((letter for letter in _PLEASANT if letter not in self.letters), None) or next(
            chr(code) for code in range(33, 0x10FFFF) if chr(code) not in self.letters
        )
        ones = self.ones | self.part_ones
        self.moves = [
            (letter, self.literals.get(letter, 0) | (self.ones if letter == ":" else ones), letter == ":")
            for letter in self.letters
        ]

    def _step(self, token: str, bit: int) -> None:
        if token == ONE:
            self.ones |= bit
        elif token == ONE_PART:
            self.part_ones |= bit
        else:
            for letter in token:
                self.literals[letter] = self.literals.get(letter, 0) | bit

    def _settle(self, state: int) -> int:
        for place, after in self.skips:
            if state >> place & 1:
                state |= 1 << after
        covering = state & self.loops
        while covering:
            place = covering.bit_length() - 1
            state &= ~self.below[place]
            covering &= ~(1 << place) & ~self.below[place]
        return state

    def _next(self, state: int, mask: int, *, colon: bool) -> int:
        stay = self.loops if colon else self.loops | self.part_loops
        return self._settle((state & mask) << 1 | state & stay)

    def _edges(self, state: int) -> list[tuple[int, int, str]]:
        """Return successors with the number of symbols and one letter that leads there."""
        usual = self._next(state, self.ones | self.part_ones, colon=False)
        weights = {usual: self.others}
        letters = {usual: self.other}
        known: dict[tuple[int, bool], int] = {}
        for letter, mask, colon in self.moves:
            key = (state & mask, colon)
            if key not in known:
                known[key] = self._next(state, mask, colon=colon)
            target = known[key]
            weights[target] = weights.get(target, 0) + (ord(letter) < 256)
            letters.setdefault(target, letter)
        return [(target, weight, letters[target]) for target, weight in weights.items()]

    def _row(self, state: int) -> list[tuple[int, int]]:
        """Return starts of ranges of code points and where they lead."""
        usual = self._next(state, self.ones | self.part_ones, colon=False)
        row = [(0, usual)]
        for letter, mask, colon in self.moves:
            code = ord(letter)
            target = self._next(state, mask, colon=colon)
            if row[-1][0] == code:
                row.pop()
            row += [(code, target), (code + 1, usual)]
        return [it for place, it in enumerate(row) if place == 0 or it[1] != row[place - 1][1]]

    def automaton(self, accepts: Callable[[int], bool]) -> Automaton:
        numbers, waiting = {self.start: 0}, deque([self.start])
        rows: list[Row] = []
        accepting: set[int] = set()
        spent = 0
        while waiting:
            state = waiting.popleft()
            if accepts(self.signature(state)):
                accepting.add(len(rows))
            row = self._row(state)
            for _, target in row:
                if target not in numbers:
                    numbers[target] = len(numbers)
                    waiting.append(target)
            rows.append(Row(tuple(start for start, _ in row), tuple(numbers[target] for _, target in row)))
            spent += len(row) * self._price(state)
            if spent > self.budget:
                raise TooLarge(f"the product has more than {self.budget} edges; simplify the patterns")
        return Automaton(tuple(rows), frozenset(accepting)).minimal()

    def _price(self, state: int) -> int:
        """Return how many times the usual work the edges of a state are: settling takes a step for each loop."""
        return 1 + (state & self.loops).bit_count() // 32

    def signature(self, state: int) -> int:
        found, ended = 0, state & self.ends
        while ended:
            place = ended.bit_length() - 1
            found |= 1 << self.finals[place]
            ended ^= 1 << place
        return found

    def classes(self, bound: int | None, merge: Callable[[int], int]) -> list[Class]:
        numbers = {self.start: 0}
        back: list[tuple[int, str]] = [(0, "")]
        edges: list[list[tuple[int, int]]] = []
        labels: list[int] = []
        witnesses: dict[int, int] = {}
        waiting = deque([self.start])
        spent = 0
        while waiting:
            state = waiting.popleft()
            number = len(edges)
            labels.append(merge(self.signature(state)))
            witnesses.setdefault(labels[-1], number)
            row: list[tuple[int, int]] = []
            for target, weight, letter in self._edges(state):
                if target not in numbers:
                    numbers[target] = len(numbers)
                    back.append((number, letter))
                    waiting.append(target)
                row.append((numbers[target], weight))
            edges.append(row)
            spent += len(row) * self._price(state)
            if spent > self.budget:
                raise TooLarge(f"the product has more than {self.budget} edges; simplify the patterns")
        counts = _counted(edges, labels, bound) if bound is not None else {}
        return [Class(label, _spelt(back, number), counts.get(label, 0)) for label, number in witnesses.items()]


def _spelt(back: Sequence[tuple[int, str]], number: int) -> str:
    letters: list[str] = []
    while number:
        number, letter = back[number]
        letters.append(letter)
    return "".join(reversed(letters))


def _counted(edges: Sequence[Sequence[tuple[int, int]]], labels: Sequence[int], bound: int) -> dict[int, int]:
    """Return how many texts of at most ``bound`` symbols end in the states of each label."""
    reached = {0: 1}
    ending: dict[int, int] = {}
    sinks: dict[int, int] = {}  # of states that are never left: texts that arrived, counted on with 256 to each
    for length in range(bound + 1):
        after: dict[int, int] = {}
        for state, ways in reached.items():
            row = edges[state]
            if len(row) == 1 and row[0] == (state, 256):
                left = bound - length
                sinks[state] = sinks.get(state, 0) + ways * ((256 ** (left + 1) - 1) // 255)
                continue
            ending[state] = ending.get(state, 0) + ways
            for target, weight in row:
                if weight:
                    after[target] = after.get(target, 0) + ways * weight
        reached = after
    counts: dict[int, int] = {}
    for found in (ending, sinks):
        for state, ways in found.items():
            counts[labels[state]] = counts.get(labels[state], 0) + ways
    return counts
