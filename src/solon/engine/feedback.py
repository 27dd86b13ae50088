"""What a result tells the next proposal, at a named level; see ``docs/design/feedback.md``.

The first paragraph of a text holds the figures; excerpts of an episode follow after an empty line.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Final, Literal, Protocol, get_args

from solon.contract import Episode, Fault, Feedback, Metric, Program, Seed, Task, Unavailable
from solon.engine.constraints import constraints, penalised
from solon.journal import State
from solon.playback import Excerpt, Moment, Recordable, Recording, quote

Level = Literal["none", "sparse", "dense", "per-agent", "trace", "counterexample"]
LEVELS: Final[tuple[Level, ...]] = get_args(Level)

EXCERPT_CHARACTERS: Final = 6000
MOMENT_CHARACTERS: Final = 2000
AGENTS_SHOWN: Final = 32

Describe = Callable[[Sequence[Episode], Fault | None, Excerpt | None], Feedback]


class RecordingJudge(Protocol):
    """A judge that can write episodes down, for example PoolJudge."""

    def record(self, jobs: Sequence[tuple[Program, Seed]]) -> Iterator[Recording | Fault | Unavailable]:
        """Yield one recording a job, in order."""
        ...


def objective(task: Task) -> Metric:
    """Return the one metric that a task wants to be better."""
    found = [metric for metric in task.metrics if metric.role == "objective"]
    if len(found) != 1:
        raise ValueError(f"task {task.name!r} declares {len(found)} objectives; give exactly one metric that role")
    return found[0]


def scorer(task: Task) -> Callable[[Episode], float]:
    """Return the function from an episode to its score, higher is better; what violates a constraint comes last."""
    goal = objective(task)
    sign = 1.0 if goal.direction == "maximise" else -1.0
    return penalised(task, lambda episode: sign * episode.metrics[goal.name])


def check_level(level: str) -> Level:
    """Return the level of that name. Raises ValueError."""
    for known in LEVELS:
        if level == known:
            return known
    raise ValueError(f"unknown feedback level {level!r}; choose {', '.join(LEVELS[:-1])} or {LEVELS[-1]}")


def told_seed(task: Task, level: str, episodes: Sequence[Episode]) -> int | None:
    """Return the place of the episode that a level tells of: the first for a trace, the worst for a counterexample.

    None if there is none, or if the task records no episodes.
    """
    if not episodes or not isinstance(task, Recordable):
        return None
    return {"trace": 0, "counterexample": _worst(task, episodes)}.get(level)


def _worst(task: Task, episodes: Sequence[Episode]) -> int:
    score = scorer(task)
    return min(range(len(episodes)), key=lambda place: score(episodes[place]))


def untold(task: Task, level: str, state: State) -> list[tuple[int, int]]:
    """Return (number, search seed) of the current wish's candidates whose episode is to be told and was not yet."""
    if state.ask is None or level not in ("trace", "counterexample"):
        return []
    owed: list[tuple[int, int]] = []
    for number in sorted({*state.newest, *state.ask.again}):
        told = state.excerpts.get(number)
        seed = told_seed(task, level, state.episodes.get(number, ()))
        if seed is not None and state.candidates[number].fault is None and (told is None or told.seed != seed):
            owed.append((number, seed))
    return owed


def moments(recorded: Recording | Fault) -> tuple[Moment, ...]:
    """Return what is told of an episode; of one that failed when it was played again, the fault."""
    if isinstance(recorded, Fault):
        return (Moment(recorded.step or 0, f"played once more, the program failed: {_fault(recorded)}", trouble=True),)
    return recorded.moments


def describer(task: Task, level: str) -> Describe:
    """Return the function that words a result at one level; an excerpt is of the episode that ``told_seed`` names.

    *none* tells nothing, *sparse* the mean objective and the constraints, *dense* every metric with its meaning,
    *per-agent* also the figures of each agent, *trace* also one episode in words, *counterexample* what is dense and
    where the worst episode went wrong. A fault is told at every level: without it no proposer could mend its program.
    """
    chosen, goal, recordable = check_level(level), objective(task), isinstance(task, Recordable)
    shown: tuple[Metric, ...] = {"none": (), "sparse": (goal, *constraints(task))}.get(chosen, task.metrics)

    def describe(episodes: Sequence[Episode], fault: Fault | None, excerpt: Excerpt | None = None) -> Feedback:
        if fault is not None:
            return Feedback(chosen, f"invalid, {_fault(fault)}")
        if chosen == "none" or not episodes:
            return Feedback(chosen, "")
        lines = [_line(metric, episodes) for metric in shown]
        if chosen in ("per-agent", "trace"):
            lines += _agents(episodes)
        slips = sum(episode.slips for episode in episodes)
        if slips:
            first = next((episode.first_slip for episode in episodes if episode.first_slip), None)
            lines.append(
                f"{slips} decisions failed and were replaced"
                + (f"; the first: {_flat(first.message)}" if first else "")
            )
            lines += [quote(first.traceback)] if first and first.traceback else []
        if chosen in ("trace", "counterexample"):
            told = _trace(excerpt) if chosen == "trace" else _counterexample(task, episodes, excerpt)
            lines += ["", *told] if recordable else ["", *told, "This task records no episodes."]
        return Feedback(chosen, "\n".join(lines))

    return describe


def _fault(fault: Fault) -> str:
    where = f" (step {fault.step})" if fault.step is not None else ""
    parts = [f"{fault.kind}: {_flat(fault.message)}{where}", _flat(fault.remedy), quote(fault.traceback)]
    return "\n".join(part for part in parts if part)


def _flat(sentence: str) -> str:
    """Return a sentence on one line: a program may have had its hand in it."""
    return " ".join(sentence.splitlines())


def _line(metric: Metric, episodes: Sequence[Episode]) -> str:
    mean = math.fsum(episode.metrics[metric.name] for episode in episodes) / len(episodes)
    meaning = f" - {metric.meaning}" if metric.meaning else ""
    return f"{metric.name} = {mean:.4g}{f' {metric.unit}' if metric.unit else ''}{meaning}"


def _agents(episodes: Sequence[Episode]) -> list[str]:
    """Word the figures of each agent: mean and lowest over the seeds."""
    lines: list[str] = []
    for name in episodes[0].agents:
        rows = [episode.agents.get(name, ()) for episode in episodes]
        columns = list(zip(*rows, strict=False))
        means = [math.fsum(column) / len(column) for column in columns]
        lowest = [min(column) for column in columns]
        lines.append(f"{name} of each agent, mean over {len(episodes)} seeds: {_figures(means)}")
        lines.append(f"{name} of each agent, lowest over the seeds: {_figures(lowest)}")
        if lowest:
            agent = min(range(len(lowest)), key=lambda it: lowest[it])
            lines.append(f"worst {name} of all: {lowest[agent]:.4g}, agent {agent}")
    return lines or ["This task gives no figures of single agents."]


def _figures(values: Sequence[float]) -> str:
    more = f" and {len(values) - AGENTS_SHOWN} more" if len(values) > AGENTS_SHOWN else ""
    return " ".join(f"{value:.4g}" for value in values[:AGENTS_SHOWN]) + more


def _trace(excerpt: Excerpt | None) -> list[str]:
    if excerpt is None:
        return []
    return [f"Excerpts of the episode on search seed {excerpt.seed}, {_MARK}:", *_told(excerpt.moments)]


def _counterexample(task: Task, episodes: Sequence[Episode], excerpt: Excerpt | None) -> list[str]:
    seed = _worst(task, episodes) if excerpt is None else excerpt.seed
    figures = ", ".join(f"{metric.name} = {episodes[seed].metrics[metric.name]:.4g}" for metric in task.metrics)
    lines = [f"Worst of {len(episodes)} search seeds: seed {seed} with {figures}"]
    if excerpt is None:
        return lines
    trouble = [moment for moment in excerpt.moments if moment.trouble]
    what = "Where it went wrong" if trouble else "Nothing went wrong for all to see; how it went"
    return [*lines, f"{what}, {_MARK}:", *_told(trouble or excerpt.moments)]


_MARK: Final = "the program's own words are marked with |"


def _told(chosen: Sequence[Moment]) -> list[str]:
    """Word moments; no line of theirs begins like one of ours. Of too many, those in the middle are left out."""
    lines = [_indented(moment) for moment in chosen]
    half = EXCERPT_CHARACTERS // 2
    first = _within(lines, half)
    last = _within(lines[: first - len(lines) - 1 : -1], half) if first < len(lines) else 0
    left = len(lines) - first - last
    gap = [f"  ... {left} more are left out"] if left else []
    return [*lines[:first], *gap, *lines[len(lines) - last :]]


def _indented(moment: Moment) -> str:
    first, *rest = moment.text[:MOMENT_CHARACTERS].splitlines() or [""]
    return "\n".join([f"  step {moment.step}: {first}", *(f"    {line}" for line in rest)])


def _within(lines: Sequence[str], characters: int) -> int:
    """Return how many lines fit."""
    spent = 0
    for count, line in enumerate(lines):
        spent += len(line)
        if spent > characters:
            return count
    return len(lines)
