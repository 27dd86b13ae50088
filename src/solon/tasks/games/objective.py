"""What a game is played for: a metric or an expression over metrics, under constraints; docs/design/objectives.md."""

from collections.abc import Mapping, Sequence

from msgspec import structs

from solon.contract import Figure, Metric, Value
from solon.tasks.expression import Expression, Range, parse, parse_demands, parse_list
from solon.tasks.games.cleanup import CleanupRules
from solon.tasks.games.kernel import Rules
from solon.tasks.games.metrics import declare, nash

_NASH = "geometric mean of the agents' returns (the Nash product, rooted); 0 as soon as one is not positive"


class Derived(Value, frozen=True):
    """A metric that is computed from the others after the episode."""

    metric: Metric
    expression: Expression


class Goal(Value, frozen=True):
    """A game's metrics: those measured in play, and those derived from them."""

    metrics: tuple[Metric, ...]
    derived: tuple[Derived, ...] = ()

    def measured(self, metrics: Mapping[str, float], returns: Sequence[float]) -> dict[str, float]:
        """Return an episode's metrics with the derived ones."""
        values = {**metrics, "nash": nash(returns)}
        return {**metrics, **{it.metric.name: it.expression.value(values) for it in self.derived}}

    def bound(self, proved: Mapping[str, float], always: Mapping[str, float]) -> Figure | None:
        """Return what bounds on metrics imply for the derived ones, if they imply anything.

        Bounds ``proved`` hold for the expectation, those that hold ``always`` in each episode too.
        """
        known = {metric.name: Range.sure(metric.low, metric.high) for metric in self.metrics}
        known["nash"] = Range.sure(0.0, known["reward"].high)
        tight: dict[str, Range] = {}
        for name, it in known.items():
            high = min(it.high, always.get(name, it.high))
            tight[name] = Range(it.low, high, it.least, min(high, proved.get(name, high)))
        limits: dict[str, float] = {}
        for it in self.derived:
            most = it.expression.range(tight).most
            if it.metric.role != "constraint" and most < it.expression.range(known).most:
                limits[it.metric.name] = most
        source = "interval arithmetic over the proved bounds, solon.tasks.expression"
        return Figure("bound", "follows from the bounds on metrics", limits, source) if limits else None


def goal(n_agents: int, steps: int, rules: Rules, objective: str, constraint: str = "", measure: str = "") -> Goal:
    """Declare a game's metrics. Raises ValueError for texts that cannot be read.

    Args:
        n_agents: number of agents.
        steps: steps of an episode.
        rules: the game's constants.
        objective: what is to be large, a metric or an expression over metrics.
        constraint: comparisons that must hold, joined by commas or ``and``; none if empty.
        measure: further metrics or expressions to measure, joined by commas; none if empty.
    """
    base = declare(n_agents, steps, _worst(n_agents, rules), rules.most_reward)
    known = (*(metric.name for metric in base), "nash")
    ranges = {metric.name: Range.sure(metric.low, metric.high) for metric in base}
    ranges["nash"] = Range.sure(0.0, steps * rules.most_reward)
    aim = _single(objective, known)
    derived: dict[str, Derived] = {}
    for text in (aim.text, *(it.text for it in (parse_list(measure, known) if measure.strip() else ()))):
        if text not in ranges or text == "nash":
            derived[text] = _derived(Expression(text), ranges)
    if aim.text in derived:
        it = derived[aim.text]
        derived[aim.text] = Derived(structs.replace(it.metric, role="objective"), it.expression)
    for demand in parse_demands(constraint, known) if constraint.strip() else ():
        at = demand.margin.range(ranges)
        if at.high < 0:
            raise ValueError(f"the constraint {demand.text!r} can never hold; its margin is at most {at.high:g}")
        meaning = "margin of this constraint, which holds where it is at least 0"
        derived[demand.text] = Derived(
            Metric(demand.text, role="constraint", low=at.low, high=at.high, meaning=meaning), demand.margin
        )
    chosen = tuple(structs.replace(it, role="objective") if it.name == aim.text else it for it in base)
    return Goal((*chosen, *(it.metric for it in derived.values())), tuple(derived.values()))


def _worst(n_agents: int, rules: Rules) -> float:
    """Return the least reward in a step: the dearer beam, and a hit from everybody else."""
    if isinstance(rules, CleanupRules):
        return -max(rules.fire_cost, rules.clean_cost) - (n_agents - 1) * rules.hit_penalty
    return 0.0


def _single(text: str, known: Sequence[str]) -> Expression:
    try:
        return parse(text, known)
    except ValueError as error:
        raise ValueError(f"the objective: {error}") from None


def _derived(it: Expression, ranges: Mapping[str, Range]) -> Derived:
    at = it.range(ranges)
    nash_alone = it.text == "nash"
    meaning, unit = (_NASH, "reward") if nash_alone else (f"the expression {it.text}", "")
    return Derived(Metric(it.text, low=at.low, high=at.high, unit=unit, meaning=meaning), it)
