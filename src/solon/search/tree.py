"""Tree search with a pluggable backup: where to look next is one question, what to answer another."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Literal

from solon.contract import Ask, History, Value
from solon.search.graph import leader, mean, parent_of, siblings, unfinished, wish
from solon.search.limits import Ceiling, require

ROOT = -1


class Tree(Value, frozen=True):
    """Descend from the root to the most promising node that may have more children, and ask for them.

    A candidate's value is its place among all scores, or its score between ``low`` and ``high`` where both are given.
    ``backup`` folds the values below a node into one: *mean* is that of its subtree with itself; *max* and *softmax*
    (weights exp(value / ``temperature``)) are taken over its children, and over its own value while it may have more
    of them. To a child's value comes ``explore`` times sqrt(ln N / n) (*uct*, Kocsis and Szepesvari 2006) or sqrt(N) /
    (1 + n) / siblings (*puct*, Rosin 2011), where n and N are the sizes of its and its parent's subtree. A node of size
    N has up to ``branching`` times (N / ``branching``) to the power ``widening`` children (Coulom 2007), so that no
    node is dead because its first children failed; ``widening=0`` keeps it at ``branching``. The usual constants (mean,
    explore 1.25) belong to far larger budgets: with a hundred candidates they never get deep, see
    docs/design/strategies.md.
    """

    rounds: int = 24
    branching: int = 2
    seeds: int = 3
    backup: Literal["max", "mean", "softmax"] = "max"
    bonus: Literal["uct", "puct"] = "uct"
    explore: float = 0.1
    widening: float = 0.5
    temperature: float = 0.1
    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        require(self, rounds=1, branching=1, seeds=1)
        if not (self.explore >= 0 and 0 <= self.widening < 1 and self.temperature > 0):
            raise ValueError(
                f"Tree needs explore of at least 0, widening from 0 to below 1 and a temperature above 0, not "
                f"{self.explore!r}, {self.widening!r} and {self.temperature!r}."
            )
        if (self.low is None) != (self.high is None) or (
            self.low is not None and self.high is not None and not self.low < self.high
        ):
            raise ValueError(f"Tree needs low below high, or neither, not {self.low!r} and {self.high!r}.")

    def ask(self, history: History) -> Ask | None:
        """Return the children of the node that selection arrives at."""
        if again := unfinished(history, self.seeds):
            return again
        if len(siblings(history)) >= self.rounds:
            return None
        grown = _Grown(self, history)
        node = grown.select()
        missing = self.capacity(grown.size[node]) - len(grown.children[node])
        count = min(self.branching, missing) if missing > 0 else self.branching
        parents = () if node == ROOT else (node,)
        return Ask(count, self.seeds, parents, operator=wish(parents, history))

    def winner(self, history: History) -> int | None:
        """Return the candidate with the best mean score, wherever selection would go; the earliest of equals."""
        return leader(history)

    def ceiling(self) -> Ceiling:
        """Return the most candidates and evaluations that a run can need."""
        return Ceiling(self.rounds * self.branching, self.rounds * self.branching * self.seeds)

    def capacity(self, size: int) -> int:
        """Return how many children a node with a subtree of this size may have."""
        batches = math.floor((size / self.branching) ** self.widening + 1e-9)
        return self.branching * max(1, batches)

    def values(self, history: History) -> list[float | None]:
        """Return each candidate's own value in [0, 1], None for invalid ones."""
        scores = [mean(each, self.seeds) if each.fault is None and each.scores else None for each in history]
        if self.low is not None and self.high is not None:
            low, width = self.low, self.high - self.low
            return [None if score is None else min(max((score - low) / width, 0.0), 1.0) for score in scores]
        order = sorted(score for score in scores if score is not None)
        return [
            None if score is None else (bisect_left(order, score) + bisect_right(order, score)) / 2 / len(order)
            for score in scores
        ]


class _Grown:
    """The tree that a history has grown, folded from the leaves up."""

    def __init__(self, rules: Tree, history: History) -> None:
        self.rules: Tree = rules
        nodes = [ROOT, *range(len(history))]
        parents = [parent_of(each) for each in history]
        own: dict[int, float | None] = {ROOT: None, **dict(enumerate(rules.values(history)))}
        self.children: dict[int, list[int]] = {node: [] for node in nodes}
        for number, parent in enumerate(parents):
            self.children[ROOT if parent is None else parent].append(number)
        self.size: dict[int, int] = {}
        self.value: dict[int, float] = {}
        self.open: dict[int, bool] = {}
        for node in reversed(nodes):  # children have higher numbers than their parents
            below = self.children[node]
            self.size[node] = 1 + sum(self.size[child] for child in below)
            valid = node == ROOT or own[node] is not None
            growing = len(below) < rules.capacity(self.size[node])
            self.value[node] = self._fold(own[node], below, growing=growing)
            self.open[node] = valid and (growing or any(self.open[child] for child in below))

    def select(self) -> int:
        """Return the node to expand; the root if all else is dead."""
        node = ROOT
        while self.open[node] and len(self.children[node]) >= self.rules.capacity(self.size[node]):
            candidates = [child for child in self.children[node] if self.open[child]]
            node = max(candidates, key=lambda child: (self._promise(node, child), -child))
        return node

    def _promise(self, parent: int, child: int) -> float:
        total, own = self.size[parent], self.size[child]
        if self.rules.bonus == "uct":
            bonus = math.sqrt(math.log(total) / own)
        else:
            bonus = math.sqrt(total) / (1 + own) / len(self.children[parent])
        return self.value[child] + self.rules.explore * bonus

    def _fold(self, own: float | None, below: Sequence[int], *, growing: bool) -> float:
        """Fold a node's own value with its children's; an invalid candidate counts as 0."""
        counts = not below or (own is not None and (growing or self.rules.backup == "mean"))
        values = [*([own or 0.0] if counts else []), *(self.value[child] for child in below)]
        match self.rules.backup:
            case "max":
                return max(values)
            case "mean":
                weights = [1.0] * counts + [float(self.size[child]) for child in below]
            case "softmax":
                top = max(values)
                weights = [math.exp((value - top) / self.rules.temperature) for value in values]
        return math.fsum(w * v for w, v in zip(weights, values, strict=True)) / math.fsum(weights)
