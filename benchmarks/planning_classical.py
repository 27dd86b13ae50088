"""Classical planning without a model: what instances are like, which checks find planted mistakes, what is repaired.

    python benchmarks/planning_classical.py [instances|llmfp|found|repair|rates|noise|domains|evolution ...]
        [--instances N] [--drafts N] [--limit SECONDS]

All drafts come from the stand-in that reads the words by templates; times are processor time, that of Fast Downward
included. The tables stand in docs/systems/planning-classical.md.
"""

import argparse
import resource
import statistics
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager

from solon.contract import Feedback, Program, ProgramFault, Seed, Task, Worker
from solon.engine.feedback import describer
from solon.playback import Excerpt, Recordable
from solon.standin import Authored
from solon.tasks import load
from solon.tasks.planning.classical.domain_task import DomainTask
from solon.tasks.planning.classical.evolve import Direction, evolve
from solon.tasks.planning.classical.judged import planned
from solon.tasks.planning.classical.mechanisms import compose, compositions
from solon.tasks.planning.classical.scene import World
from solon.tasks.planning.classical.task import ClassicalTask
from solon.tasks.planning.classical.worlds import ISR_LLM, LLM_P, LLMFP, WORLDS
from solon.verify.pddl.outcome import Planned, PlannerResult
from solon.verify.pddl.simulate import validate
from solon.verify.pddl.syntax import Domain, Problem

SECONDS = 5


class NoJail:
    """Answers are not executed."""

    isolation = "none"

    def open(self, program: Program, guest: str, setup: bytes, episode: bytes) -> AbstractContextManager[Worker]:
        """Refuse."""
        raise AssertionError("nothing is to be executed")


def spent() -> float:
    """Return processor seconds of this process and of those that it started."""
    return sum(
        usage.ru_utime + usage.ru_stime
        for usage in (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    )


def instances() -> None:
    """Print how many instances a satisficing and an optimal planner solve, and how long plans are."""
    print(f"{'domain':12} {'solved':>7} {'median s':>9} {'longest s':>10} {'actions':>9} {'proved optimal':>15}")
    for world in WORLDS.values():
        lengths, times, proved = list[int](), list[float](), 0
        for number in range(1, 21):
            problem = world.problem(world.instance(number))
            start = spent()
            found = planned(world.domain, problem, "fast-downward", 30, optimal=False)
            times.append(spent() - start)
            if isinstance(found, Planned):
                assert validate(world.domain, problem, found.plan).valid
                lengths.append(len(found.plan))
            proved += isinstance(planned(world.domain, problem, "fast-downward", SECONDS, optimal=True), Planned)
        actions = f"{min(lengths)}-{max(lengths)}"
        print(
            f"{world.name:12} {len(lengths):>4}/20 {statistics.median(times):9.2f} {max(times):10.2f} {actions:>9} "
            f"{proved:>12}/20"
        )


def llmfp(limit: int) -> None:
    """Print the share of 20 instances with a plan that is proved cheapest, by Fast Downward and by unrolling."""
    print(f"{'domain':12} {'planner':15} {'optimal':>8} {'undecided':>10} {'actions':>8}, within {limit} s")
    for world in LLMFP:
        for planner in ("fast-downward", "unrolled"):
            rows = list[Mapping[str, float]]()
            for number in range(1, 21):
                task = load(f"planning-{world.name}", problem=number, optimal=True, planner=planner, seconds=limit)
                assert isinstance(task, ClassicalTask)
                rows.append(task.evaluate(task.references()["template"], Seed(0), NoJail()).metrics)
            solved, undecided = (statistics.mean(row[name] for row in rows) for name in ("solved", "undecided"))
            lengths = [int(row["actions"]) for row in rows if row["solved"]]
            actions = f"{min(lengths)}-{max(lengths)}"
            print(f"{world.name:12} {planner:15} {solved:8.0%} {undecided:10.0%} {actions:>8}", flush=True)


def drafts(world: World, answer: str, count: int, each: int, **options: object) -> Iterator[tuple[ClassicalTask, int]]:
    """Yield tasks with the entropy of a draft each; instances are spread over sizes, if the planner solves them."""
    place = 10_000 * list(WORLDS).index(world.name)
    for number in range(1, 21, max(1, 20 // count)):
        task = load(f"planning-{world.name}", problem=number, answer=answer, seconds=SECONDS, **options)
        assert isinstance(task, ClassicalTask)
        if isinstance(planned(world.domain, task.truth, "fast-downward", SECONDS, optimal=False), Planned):
            for draft in range(each):
                yield task, place + 100 * number + draft


def found(count: int, each: int) -> None:
    """Print which check is the first to find single mistakes in formalisations, in the order of what a user has."""
    print("first found by, share of drafts with one planted mistake")
    print(f"{'domain':12} {'drafts':>7} {'reading':>9} {'planner':>9} {'validator':>10} {'words':>7} {'nothing':>9}")
    for world in LLM_P:
        counts: Counter[str] = Counter()
        for task, entropy in drafts(world, "problem", count, each):
            draft = task.author().draft(1, entropy)
            counts[first_finder(task, draft.program)] += 1
        total = sum(counts.values())
        shares = [counts[name] / total for name in ("reading", "planner", "validator", "words", "nothing")]
        print(f"{world.name:12} {total:>7} " + " ".join(f"{share:9.0%}" for share in shares))


def first_finder(task: ClassicalTask, program: Program) -> str:
    """Return what finds a formalisation wrong: reading it, having no plan, running the plan, or the words."""
    try:
        judgement = task.judge(program)
    except ProgramFault:
        return "reading"
    if not isinstance(judgement.outcome, Planned):
        return "planner"
    if not judgement.valid:
        return "validator"
    return "nothing" if judgement.faithful else "words"


def rounds(task: Task, rate: float, entropy: int, level: str) -> int | None:
    """Return after how many rounds of mending a draft with one mistake is right, None if it never was."""
    return listened(task, rate, entropy, level, most=3)[1]


def listened(
    task: Task, rate: float, entropy: int, level: str = "counterexample", most: int = 10
) -> tuple[Program, int | None]:
    """Return what a draft with one mistake becomes by mending, and after how many rounds the task was content."""
    assert isinstance(task, Authored)
    assert isinstance(task, Recordable)
    author = task.author()
    goal = next(metric.name for metric in task.metrics if metric.role == "objective")
    draft, jail = author.draft(1, entropy), NoJail()
    for number in range(most + 1):
        try:
            episode = task.evaluate(draft.program, Seed(entropy), jail)
            if episode.metrics[goal] == 1:
                return draft.program, number
            excerpt = Excerpt(0, task.record(draft.program, Seed(entropy), jail).moments)
            told: Feedback = describer(task, level)((episode,), None, excerpt)
        except ProgramFault as raised:
            told = describer(task, level)((), raised.fault, None)
        draft = author.mend(draft.program, told, rate, entropy * 7 + number)
    return draft.program, None


def repair(count: int, each: int) -> None:
    """Print the share that is right after the draft and after one to three rounds, by what the feedback tells."""
    print("single mistakes right after 0, 1, 2, 3 rounds; what is mended is wrong again with probability 0.1")
    everything, first, silent = {"shown": "all"}, {"shown": "first"}, {"shown": "none"}
    for answer, told, options in (
        ("problem", "all", everything),
        ("problem", "reading, planner", silent),
        ("plan", "all", everything),
        ("plan", "first", first),
    ):
        for world in WORLDS.values():
            drawn = drafts(world, answer, count, each, **options)
            ends = [rounds(task, 0.1, entropy, "counterexample") for task, entropy in drawn]
            print(f"{answer:8} {told:20} {world.name:12} {shares(ends)}")


def rates(count: int, each: int) -> None:
    """Print how the share that is right after k rounds depends on the rate of new mistakes; 1 - rate^k is expected."""
    for rate in (0.0, 0.1, 0.3, 0.5, 0.8):
        ends: list[int | None] = []
        for world in ISR_LLM:
            ends += [
                rounds(task, rate, entropy, "counterexample") for task, entropy in drafts(world, "plan", count, each)
            ]
        expected = " ".join(f"{1 - rate**number:5.0%}" for number in range(1, 4))
        print(f"plan     rate {rate:3.1f}             {shares(ends)}   1 - rate^k: {expected}")


def noise(count: int, each: int) -> None:
    """Print how often plans are right in the end if the validator that the loop listens to errs; ten rounds at most."""
    print("a wrong plan passed, a right one refused; drafts; right in the end, passed, rounds")
    for yes, no in (
        (0.0, 0.0),
        (0.1, 0.0),
        (0.3, 0.0),
        (0.5, 0.0),
        (0.0, 0.1),
        (0.0, 0.3),
        (0.0, 0.5),
        (0.1, 0.2),
        (0.3, 0.3),
    ):
        right, passed, used = list[bool](), list[bool](), list[int]()
        for world in ISR_LLM:
            for task, entropy in drafts(world, "plan", count, each, validator=f"self:{yes},{no}", shown="first"):
                program, number = listened(task, 0.1, entropy)
                run = task.run(program)[1] if task.lint(program) is None else None
                right.append(run is not None and run.valid)
                passed.append(number is not None)
                used.append(10 if number is None else number)
        rates = " ".join(f"{statistics.mean(share):5.0%}" for share in (right, passed))
        print(f"{yes:3.1f} {no:3.1f} {len(right):>4}  {rates}  {statistics.mean(used):4.1f}")


def shares(ends: list[int | None]) -> str:
    """Return cumulative shares."""
    parts = [sum(end is not None and end <= most for end in ends) / len(ends) for most in range(4)]
    return f"{len(ends):>4} drafts  " + " ".join(f"{part:5.0%}" for part in parts)


def domains(each: int) -> None:
    """Print the same for mistakes in domains."""
    for subject in (
        "carrying+lamps",
        "carrying+doors+lamps",
        "blocksworld",
        "grippers",
        "balls",
        "tyreworld",
        "cooking",
    ):
        task = DomainTask(subject=subject, problems=2)
        first = sum(map(ord, subject))
        ends = [rounds(task, 0.1, first + entropy, "counterexample") for entropy in range(2 * each)]
        print(f"domain   all                  {subject:22} {shares(ends)}")


def evolution() -> None:
    """Print how the length of plans shifts in both directions, and why changes were turned away."""

    def solve(domain: Domain, problem: Problem) -> PlannerResult:
        return planned(domain, problem, "fast-downward", SECONDS, optimal=False)

    solvable = total = 0
    for names in compositions():
        world = compose(names)
        outcomes = [solve(world.domain, world.problem(world.instance(number))) for number in (1, 2)]
        solvable += sum(isinstance(outcome, Planned) for outcome in outcomes)
        total += len(outcomes)
    print(f"composed domains: {len(compositions())}; of {total} instances as drawn {solvable} are solved")
    directions: tuple[Direction, ...] = ("easier", "harder")
    for world in (WORLDS["blocksworld"], WORLDS["grippers"], compose(["carrying", "doors", "fuel", "lamps"])):
        problems = [world.problem(world.instance(number)) for number in (3, 4, 5)]
        for direction in directions:
            result = evolve(world.domain, problems, solve, direction=direction, count=12, entropy=1)
            given = [len(it.plan) for it in result.kept if it.parent is None]
            made = [len(it.plan) for it in result.kept if it.parent is not None]
            reasons = Counter(it.reason for it in result.rejected)
            print(
                f"{world.name:40} {direction:7} given {statistics.mean(given):5.1f}, {len(made)} made "
                f"{statistics.mean(made):5.1f}; turned away: {dict(reasons.most_common())}"
            )


def main() -> None:
    """Print what was asked for, everything by default."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "parts", nargs="*", default=["instances", "llmfp", "found", "repair", "rates", "noise", "domains", "evolution"]
    )
    parser.add_argument("--instances", type=int, default=5)
    parser.add_argument("--drafts", type=int, default=6)
    parser.add_argument("--limit", type=int, default=30, help="seconds of a plan that is to be proved cheapest")
    chosen = parser.parse_args()
    parts: dict[str, Callable[[], None]] = {
        "instances": instances,
        "llmfp": lambda: llmfp(chosen.limit),
        "found": lambda: found(chosen.instances, chosen.drafts),
        "repair": lambda: repair(chosen.instances, chosen.drafts),
        "rates": lambda: rates(chosen.instances, chosen.drafts),
        "noise": lambda: noise(chosen.instances, chosen.drafts),
        "domains": lambda: domains(chosen.drafts),
        "evolution": evolution,
    }
    for part in chosen.parts:
        print(f"== {part}")
        parts[part]()


if __name__ == "__main__":
    main()
