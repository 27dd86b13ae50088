"""Rows of a table of the three levels: what was published, the references, the shortest lists and given programs."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal

from solon.contract import Jail, Program, Seed, Value
from solon.tasks.grids.minigrid import DoorKeyTask, MiniGridTask, UnlockPickupTask, UnlockTask

SOURCE: Final = "Code-Driven Planning in Grid Worlds with Large Language Models (2025), results of its repository"
"""Where the published rows are from: means over seeds 0 to 99."""

PUBLISHED: Final = {
    "minigrid-unlock": {
        "random": 0.00,
        "greedy by hand": 0.97,
        "Claude": 0.91,
        "DeepSeek": 0.97,
        "Gemini": 0.97,
        "GPT-4o": 0.00,
        "o1": 0.97,
        "o3-mini": 0.97,
    },
    "minigrid-doorkey": {
        "greedy by hand": 0.98,
        "Claude": 0.91,
        "DeepSeek": 0.94,
        "Gemini": 0.91,
        "GPT-4o": 0.00,
        "o1": 0.97,
        "o3-mini": 0.98,
    },
}
"""Mean reward of each model's best version."""


class Row(Value, frozen=True):
    """One line of the table; ``solved`` is missing where nobody published it."""

    level: str
    agent: str
    kind: Literal["published", "measured", "shortest"]
    reward: float
    solved: float | None
    instances: int


def levels() -> tuple[MiniGridTask, ...]:
    """Return the three levels as tasks."""
    return UnlockTask(), DoorKeyTask(), UnlockPickupTask()


def rows(jail: Jail, seeds: Sequence[Seed], found: Mapping[str, Mapping[str, Program]] | None = None) -> Iterator[Row]:
    """Yield the rows of all levels; ``found`` holds further programs by level and by the name of who wrote them."""
    for task in levels():
        for agent, reward in PUBLISHED.get(task.name, {}).items():
            yield Row(task.name, agent, "published", reward, None, 100)
        rewards = [task.reward_of(len(task.best(seed))) for seed in seeds]
        yield Row(task.name, "shortest possible", "shortest", sum(rewards) / len(seeds), 1.0, len(seeds))
        for agent, program in {**task.references(), **(found or {}).get(task.name, {})}.items():
            metrics = [task.evaluate(program, seed, jail).metrics for seed in seeds]
            means = {name: sum(each[name] for each in metrics) / len(seeds) for name in ("reward", "solved")}
            yield Row(task.name, agent, "measured", means["reward"], means["solved"], len(seeds))
