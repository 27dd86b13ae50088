"""Planning models: repair of planted mistakes, uniqueness, classes and stand-ins, all without a language model.

    python benchmarks/planning_models.py [--problems N] [--rate R] [--sources a,b] [--paragraphs N]
        [--conflicts N] [--cares careful,answer,none] [--repair-only] [--export FOLDER]

Every figure is of the template's reading with planted mistakes; none says anything of a language model. Times are
processor time of this process; solvers run in processes of their own, whose wall time is given beside it.
"""

import argparse
import time
from collections import Counter
from pathlib import Path
from typing import cast

from solon.contract import Feedback, Jail, Program, ProgramFault, Seed
from solon.engine.feedback import describer
from solon.playback import Excerpt
from solon.tasks.planning.models import export
from solon.tasks.planning.models.cases import SOURCES, generate
from solon.tasks.planning.models.classifier import cross_validate
from solon.tasks.planning.models.classifier import generate as paragraphs
from solon.tasks.planning.models.conflict_task import ConflictTask
from solon.tasks.planning.models.fidelity import CARES
from solon.tasks.planning.models.scorers import Attempts, Rate, optimal_rate, solving
from solon.tasks.planning.models.task import ModelTask

ROUNDS = 3
SEED = Seed(0)
JAIL = cast("Jail", None)  # nothing is executed


def judged(task: ModelTask | ConflictTask, candidate: Program) -> tuple[dict[str, float], Feedback]:
    """Return the metrics of a candidate, none for one that is at fault, and the feedback on it."""
    describe = describer(task, "counterexample")
    try:
        episode = task.evaluate(candidate, SEED, JAIL)
    except ProgramFault as raised:
        return {}, describe([], raised.fault, None)
    moments = task.record(candidate, SEED, JAIL).moments
    return episode.metrics, describe([episode], None, Excerpt(0, moments))


def mend(task: ModelTask | ConflictTask, entropy: int, rate: float) -> tuple[str, int, list[dict[str, float]]]:
    """Return the mistake that was planted, the rounds until it was mended (-1 if never), and all metrics."""
    author, goal = task.author(), task.metrics[0].name
    draft = author.draft(1, entropy)
    planted = draft.mistakes[0] if draft.mistakes else "none"
    met: list[dict[str, float]] = []
    for turn in range(ROUNDS + 1):
        metrics, feedback = judged(task, draft.program)
        met.append(metrics)
        if metrics.get(goal) == 1:
            return planted, turn, met
        draft = author.mend(draft.program, feedback, rate, entropy + turn + 1)
    return planted, -1, met


def percent(rate: Rate) -> str:
    """Word a share with its interval."""
    low, high = rate.interval
    return f"{100 * rate.share:5.1f} % ({100 * low:.1f} to {100 * high:.1f}), {rate.right} of {rate.of}"


def repair(sources: list[str], problems: int, rate: float, care: str) -> None:
    """Print how many single mistakes are mended within three rounds, by source and by kind."""
    kinds: dict[str, list[bool]] = {}
    for source in sources:
        rounds: Counter[int] = Counter()
        attempts: list[Attempts] = []
        start, wall = time.process_time(), time.monotonic()
        for problem in range(problems):
            planted, turn, met = mend(ModelTask(source=source, problem=problem, fidelity=care), 1000 * problem, rate)
            rounds[turn] += 1
            kinds.setdefault(planted, []).append(turn >= 0)
            last = met[-1]
            attempts.append(Attempts(last.get("executed", 0) == 1, last.get("solved", 0) == 1, len(met)))
        wrong = problems - rounds[0]
        measures = solving(attempts)
        print(
            f"{source:11} {care:8} mended {percent(Rate(wrong - rounds[-1], wrong))}; harmless {rounds[0]}; rounds "
            f"{dict(sorted(rounds.items()))}; ER {measures.executed.share:.3f} SA {measures.solved.share:.3f} "
            f"AST {measures.tries:.2f}; {time.process_time() - start:.1f} s CPU, {time.monotonic() - wall:.1f} s wall",
            flush=True,
        )
    for kind, mended in sorted(kinds.items()):
        print(f"  {kind:20} {percent(Rate(sum(mended), len(mended)))}")


def conflicts(problems: int, rate: float) -> None:
    """Print how many problems without a plan the references get right, and how many mistakes are mended."""
    tasks = [ConflictTask(problem=number) for number in range(problems)]
    for name in ("deaf", "template"):
        right = [judged(task, task.references()[name])[0].get("solved") == 1 for task in tasks]
        print(f"conflicts   {name:8} right: {percent(optimal_rate(right))}", flush=True)
    for careful in (True, False):
        tasks = [ConflictTask(problem=number, careful=careful) for number in range(problems)]
        rounds = Counter(mend(task, 1000 * task.problem, rate)[1] for task in tasks)
        wrong = problems - rounds[0]
        told = "careful" if careful else "solver"
        print(
            f"conflicts   {told:8} mended {percent(Rate(wrong - rounds[-1], wrong))}; rounds {dict(rounds)}", flush=True
        )


def uniqueness(sources: list[str], problems: int) -> None:
    """Print how many problems have one optimum."""
    for source in sources:
        unique = [generate(source, number).unique for number in range(problems)]
        print(f"{source:11} one optimum: {percent(Rate(sum(unique), problems))}")


def baselines(sources: list[str], problems: int) -> None:
    """Print the optimal rate of the references."""
    for source in sources:
        tasks = [ModelTask(source=source, problem=number) for number in range(problems)]
        for name in ("hasty", "template"):
            optimal = [judged(task, task.references()[name])[0].get("optimal") == 1 for task in tasks]
            print(f"{source:11} {name:8} optimal: {percent(optimal_rate(optimal))}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--problems", type=int, default=30)
    parser.add_argument("--rate", type=float, default=0.0)
    parser.add_argument("--sources", default=",".join(SOURCES))
    parser.add_argument("--paragraphs", type=int, default=3000)
    parser.add_argument("--conflicts", type=int, default=40, help="problems without a plan")
    parser.add_argument("--cares", default=",".join(CARES[::-1]))
    parser.add_argument("--export", type=Path)
    parser.add_argument("--repair-only", action="store_true")
    options = parser.parse_args()
    sources = options.sources.split(",")
    if options.export is not None:
        options.export.mkdir(parents=True, exist_ok=True)
        cases = [generate(source, number) for source in sources for number in range(options.problems)]
        (options.export / "chat.jsonl").write_bytes(b"\n".join(export.chat(cases)))
        (options.export / "triples.jsonl").write_bytes(b"\n".join(export.triples(cases)))
    if not options.repair_only:
        uniqueness(sources, options.problems)
        baselines(sources, options.problems)
    if options.paragraphs:
        sample = paragraphs(options.paragraphs, 1)
        print(f"classes, five folds, forms seen:   {cross_validate(sample):.4f}")
        print(f"classes, five folds, forms unseen: {cross_validate(sample, unseen_forms=True):.4f}")
    if options.conflicts:
        conflicts(options.conflicts, options.rate)
    for care in options.cares.split(","):
        repair(sources, options.problems, options.rate, care)


if __name__ == "__main__":
    main()
