"""What a result tells the next proposal, at a named level."""

import math
from collections.abc import Callable, Sequence

from solon.contract import Episode, Fault, Feedback, Metric, Task


def objective(task: Task) -> Metric:
    """Return the one metric that a task wants to be better."""
    found = [metric for metric in task.metrics if metric.role == "objective"]
    if len(found) != 1:
        raise ValueError(f"task {task.name!r} declares {len(found)} objectives; give exactly one metric that role")
    return found[0]


def scorer(task: Task) -> Callable[[Episode], float]:
    """Return the function from an episode to its score, higher is better."""
    goal = objective(task)
    sign = 1.0 if goal.direction == "maximise" else -1.0
    return lambda episode: sign * episode.metrics[goal.name]


def describer(task: Task, level: str) -> Callable[[Sequence[Episode], Fault | None], Feedback]:
    """Return the function that words a result at one level.

    *none* tells nothing, *sparse* the mean objective, *dense* every metric with its meaning. A fault is
    told at every level: without it no proposer could mend its program.
    """
    goal = objective(task)
    shown: tuple[Metric, ...] = {"none": (), "sparse": (goal,), "dense": task.metrics}.get(level, ())
    if level not in ("none", "sparse", "dense"):
        raise ValueError(f"unknown feedback level {level!r}; choose none, sparse or dense")

    def describe(episodes: Sequence[Episode], fault: Fault | None) -> Feedback:
        if fault is not None:
            where = f" (step {fault.step})" if fault.step is not None else ""
            parts = [f"invalid, {fault.kind}: {fault.message}{where}", fault.remedy, fault.traceback]
            return Feedback(level, "\n".join(part for part in parts if part))
        lines = [_line(metric, episodes) for metric in shown]
        slips = sum(episode.slips for episode in episodes)
        if slips and level != "none":
            first = next(episode.first_slip for episode in episodes if episode.first_slip)
            lines.append(f"{slips} decisions failed and were replaced; the first: {first.message}\n{first.traceback}")
        return Feedback(level, "\n".join(lines))

    return describe


def _line(metric: Metric, episodes: Sequence[Episode]) -> str:
    mean = math.fsum(episode.metrics[metric.name] for episode in episodes) / len(episodes)
    meaning = f" - {metric.meaning}" if metric.meaning else ""
    return f"{metric.name} = {mean:.4g}{f' {metric.unit}' if metric.unit else ''}{meaning}"
