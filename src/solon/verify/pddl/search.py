"""Planners of our own, in pure Python with a budget of steps: for small problems and where no other is installed.

``greedy`` is best-first search with the additive heuristic (Bonet and Geffner 2001); ``uniform`` is uniform-cost
search, whose plans are the cheapest. Both are complete on the finite state space, so that an exhausted search proves
that there is no plan. Equal arguments give equal plans.
"""

import heapq
import math
from typing import Final, Literal

from solon.verify.pddl.check import check, errors
from solon.verify.pddl.ground import Conditional, Operator, Task, TooLarge, ground
from solon.verify.pddl.outcome import GaveUp, Planned, PlannerResult, ProvenUnsolvable, Rejected
from solon.verify.pddl.syntax import Domain, Problem, Step

_BUDGET: Final = {"greedy": 20_000, "uniform": 200_000}
"""States that a search may look at; those of the greedy one cost a run of its heuristic each."""


_WORK: Final = 30_000_000
"""Operators that a search may look at, those of the heuristic included: what bounds its time on large problems."""


def search(
    domain: Domain, problem: Problem, mode: Literal["greedy", "uniform"] = "greedy", *, budget: int | None = None
) -> PlannerResult:
    """Return a plan, a proof that there is none, or that so many states did not decide it."""
    wrong = errors(check(domain, problem))
    if wrong:
        return Rejected(str(wrong[0]))
    try:
        task = ground(domain, problem)
    except TooLarge as error:
        return GaveUp("memory", f"the grounded problem is too large ({error}); use Fast Downward")
    return explore(task, mode, budget=budget)


def explore(task: Task, mode: Literal["greedy", "uniform"] = "greedy", *, budget: int | None = None) -> PlannerResult:
    """Search a grounded problem as ``search`` does."""
    if not task.goals:
        return ProvenUnsolvable()
    greedy = mode == "greedy"
    estimate = _Additive(task) if greedy else _nothing
    reached: dict[int, tuple[float, int, Operator | None]] = {task.start: (0.0, task.start, None)}
    first = estimate(task.start)
    queue: list[tuple[float, int, int, float]] = [] if first == math.inf else [(first, 0, task.start, 0.0)]
    most = _BUDGET[mode] if budget is None else budget
    pushed, work = 0, 0
    while queue:
        _, _, state, spent = heapq.heappop(queue)
        if spent > reached[state][0]:
            continue
        if task.done(state):
            return Planned(_steps(reached, state), spent, proved=not greedy)
        work += len(task.operators)
        if len(reached) > most or work > _WORK:
            limit = f"{most} states" if len(reached) > most else f"{_WORK} looks at operators"
            return GaveUp("steps", f"no plan within {limit}; use Fast Downward or a larger budget")
        for operator in task.operators:
            if not operator.applicable(state):
                continue
            following, total = operator.apply(state), spent + operator.cost
            known = reached.get(following)
            if known is not None and (greedy or known[0] <= total):
                continue
            reached[following] = (total, state, operator)
            key = estimate(following) if greedy else total
            work += len(task.operators) if greedy else 0
            if key < math.inf:
                pushed += 1
                heapq.heappush(queue, (key, pushed, following, total))
    return ProvenUnsolvable()


def _steps(reached: dict[int, tuple[float, int, Operator | None]], state: int) -> tuple[Step, ...]:
    found: list[Step] = []
    while True:
        _, before, operator = reached[state]
        if operator is None:
            return tuple(reversed(found))
        found.append(operator.step)
        state = before


def _nothing(_: int) -> float:
    return 0.0


def _bits(mask: int) -> tuple[int, ...]:
    found: list[int] = []
    while mask:
        low = mask & -mask
        found.append(low.bit_length() - 1)
        mask ^= low
    return tuple(found)


class _Additive:
    """The additive heuristic; facts that must not hold have opposites of their own, so that infinity is a proof."""

    def __init__(self, task: Task) -> None:
        self._shift = len(task.facts)
        self._size = 2 * self._shift
        self._opposed = 0  # facts that some condition wants not to hold
        for operator in task.operators:
            for condition in (operator, *operator.effects):
                self._opposed |= condition.missing
        for _, missing in task.goals:
            self._opposed |= missing
        rules = [
            # free steps cost a little, so that the shorter of two free ways is the nearer
            (self._wanted(operator, effect), self._made(effect), operator.cost + 1e-3)
            for operator in task.operators
            for effect in operator.effects
        ]
        self._costs = [cost for _, _, cost in rules]
        self._added = [_bits(added) for _, added, _ in rules]
        self._needs = [holding.bit_count() for holding, _, _ in rules]
        self._waiting: list[list[int]] = [[] for _ in range(self._size)]
        for index, (holding, _, _) in enumerate(rules):
            for fact in _bits(holding):
                self._waiting[fact].append(index)
        self._free = [(cost, fact) for holding, added, cost in rules if not holding for fact in _bits(added)]
        self._goals = [_bits(holding | missing << self._shift) for holding, missing in task.goals]

    def _wanted(self, operator: Operator, effect: Conditional) -> int:
        return operator.holding | effect.holding | (operator.missing | effect.missing) << self._shift

    def _made(self, effect: Conditional) -> int:
        return effect.added | (effect.removed & ~effect.added & self._opposed) << self._shift

    def __call__(self, state: int) -> float:
        """Return the sum over the goal of what each fact costs without deletions."""
        costs = [math.inf] * self._size
        left, sums = self._needs.copy(), self._costs.copy()
        start = state | (self._opposed & ~state) << self._shift
        queue = [*((0.0, fact) for fact in _bits(start)), *self._free]
        for cost, fact in queue:
            costs[fact] = min(costs[fact], cost)
        heapq.heapify(queue)
        done = bytearray(self._size)
        while queue:
            cost, fact = heapq.heappop(queue)
            if done[fact]:
                continue
            done[fact] = 1
            for rule in self._waiting[fact]:
                left[rule] -= 1
                sums[rule] += cost
                if not left[rule]:
                    self._relax(rule, sums[rule], costs, queue)
        return min(sum(costs[fact] for fact in goal) for goal in self._goals)

    def _relax(self, rule: int, total: float, costs: list[float], queue: list[tuple[float, int]]) -> None:
        for fact in self._added[rule]:
            if total < costs[fact]:
                costs[fact] = total
                heapq.heappush(queue, (total, fact))
