"""GRASP: what its programs reach and how long they think, and the published grids and answers scored again.

    python benchmarks/grids.py [--seeds N] [--published FOLDER]

FOLDER is the folder ``data`` of a copy of github.com/jasontangzs0/GRASP. Times are processor time of one instance.
"""

import argparse
import json
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from solon.contract import Program, Seed
from solon.tasks.grids.grasp import GraspTask
from solon.tasks.grids.grasp_generator import ALL_RULES, Rules, under
from solon.tasks.grids.grasp_planner import beam, best
from solon.tasks.grids.grasp_world import SCORINGS, Instance, play, score

Policy = Callable[..., list[str]]


def loaded(program: Program) -> Policy:
    """Return a program's function, in this process: these are programs that come with Solon."""
    names: dict[str, Policy] = {}
    exec(program.source, names)  # noqa: S102
    return names["policy"]


def programs(seeds: int) -> None:
    """Print mean energy and time of the references, setting by setting."""
    for rules in ALL_RULES:
        task = GraspTask(movement=rules.movement, carry_limit=rules.carry_limit, step_cost=rules.step_cost)
        instances = [instance for seed in range(seeds) for instance in task.instances(Seed(10_000 + seed))]
        print(f"{rules.movement} directions, limit {rules.carry_limit}, cost {rules.step_cost:g}, scoring moves:")
        for name, program in task.references().items():
            policy, values, times = loaded(program), list[float](), list[float]()
            for instance in instances:
                start = time.process_time()
                actions = policy(*instance.arguments())
                times.append(time.process_time() - start)
                values.append(score(instance, play(instance, actions), "moves"))
            report(name, values, times)
        for name, planner in (("optimum", best), ("beam, width 300", beam)):
            few = instances if name == "optimum" else instances[:100]
            values, times = list[float](), list[float]()
            for instance in few:
                start = time.process_time()
                values.append(planner(instance).value)
                times.append(time.process_time() - start)
            report(f"{name}, {len(few)} instances", values, times)


def report(name: str, values: list[float], times: list[float]) -> None:
    """Print one line."""
    half = 1.96 * statistics.stdev(values) / len(values) ** 0.5
    quick, slow = 1000 * statistics.median(times), 1000 * max(times)
    print(f"  {name:28} {statistics.mean(values):6.3f} ± {half:.3f}   median {quick:6.2f} ms, longest {slow:6.1f} ms")


def published(folder: Path) -> None:
    """Print the optima of the published grids, and the shipped answers under the three scorings."""
    grids: dict[str, list[Instance]] = {
        path.stem: list(read(path)) for path in sorted((folder / "grids").glob("*.jsonl"))
    }
    print(f"{sum(map(len, grids.values()))} published grids:")
    for rules in ALL_RULES:
        optima = [best(under(instance, rules)).value for rows in grids.values() for instance in rows]
        print(f"  {rules.movement} directions, limit {rules.carry_limit}, cost {rules.step_cost:g}: optimum", end=" ")
        print(f"{statistics.mean(optima):.3f}")
    for agent in ("greedy", "random"):
        banked: dict[tuple[object, ...], list[int]] = defaultdict(list)
        scored: dict[str, list[float]] = defaultdict(list)
        for name, rows in grids.items():
            for line in (folder / "results" / f"{agent}_results" / f"{name}.jsonl").open():
                answer = json.loads(line)
                movement = "four" if answer["movement_prompt"] == 4 else "eight"
                rules = Rules(movement, int(answer["energy_limit_prompt"]), float(answer["cost_of_step_prompt"]))
                instance = under(rows[int(answer["index"])], rules)
                played = play(instance, answer["answer"])
                banked[tuple(rules)].append(played.banked)
                for scoring in SCORINGS:
                    scored[scoring].append(score(instance, played, scoring))
        print(f"{agent}: banked", {key: round(statistics.mean(value), 3) for key, value in banked.items()})
        print(f"{agent}: scored", {key: round(statistics.mean(value), 3) for key, value in scored.items()})


def read(path: Path) -> Iterator[Instance]:
    """Yield the instances of a published file."""
    for line in path.open():
        row = json.loads(line)
        lines = row["grid"].split("\n")
        letters = [lines[2 + 2 * r][4 + 4 * c] for r in range(11) for c in range(11)]
        cells = {letter: frozenset(place for place, it in enumerate(letters) if it == letter) for letter in "EO"}
        yield Instance(row["start"][0] * 11 + row["start"][1], cells["E"], cells["O"])


def main() -> None:
    """Read the arguments and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=50)
    parser.add_argument("--published", type=Path)
    given = parser.parse_args()
    programs(given.seeds)
    if given.published:
        published(given.published)


if __name__ == "__main__":
    main()
