"""Trips and orders: what solving, repairing, negotiating and dissecting come to with proposers of known quality.

    python benchmarks/planning_trips.py [solve] [repair] [negotiate] [orders] [agents] [--count N]

No language model takes part; each line names who proposed. Times are processor time of
this process; that of the solvers, in processes of their own, comes on top.
"""

import argparse
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from solon.contract import Feedback, Program, Seed
from solon.engine.feedback import describer
from solon.playback import Excerpt
from solon.sandbox import LocalJail
from solon.tasks.planning.orders.agents import CAUSES, reader, shipped
from solon.tasks.planning.orders.cases import draw
from solon.tasks.planning.orders.dissect import dissect, limit
from solon.tasks.planning.orders.task import OrderTask
from solon.tasks.planning.trips.evaluator import Report, judge
from solon.tasks.planning.trips.explain import Refused, plan, suggestions
from solon.tasks.planning.trips.negotiate import ROUNDS, Blind, Cheapest, Negotiator, negotiate, users
from solon.tasks.planning.trips.optimum import cheapest, wishes, without
from solon.tasks.planning.trips.queries import KINDS, LEVELS, Problem, draw_problem
from solon.tasks.planning.trips.scores import scores
from solon.tasks.planning.trips.task import TripTask
from solon.tasks.planning.trips.trip import render
from solon.tasks.planning.trips.words import phrase, understand

SEED = Seed(0)


def by_solver(problem: Problem, number: int) -> Report | None:
    asked = understand(phrase(problem.request, number))
    found = plan(problem.world, asked)
    return None if isinstance(found, Refused) else judge(render(found, asked), problem.request, problem.world)


def by_wishless_search(problem: Problem, number: int) -> Report | None:
    found = cheapest(problem.world, without(problem.request, wishes(problem.request)))
    return None if found is None else judge(render(found, problem.request), problem.request, problem.world)


def solve(count: int) -> None:
    """Print the published metrics and times, level by level."""
    proposers: dict[str, Callable[[Problem, int], Report | None]] = {
        "template reader + solver": by_solver,
        "cheapest trip without wishes": by_wishless_search,
    }
    for name, propose in proposers.items():
        for level in LEVELS:
            problems = [draw_problem(number, level) for number in range(count)]
            start = time.process_time()
            reports = [propose(problem, number) for number, problem in enumerate(problems)]
            seconds = (time.process_time() - start) / count
            found = scores(reports, [problem.request for problem in problems])
            shares = ", ".join(f"{field} {100 * getattr(found, field):.1f}" for field in found.__struct_fields__)
            print(f"{name}, {level}, {count} requests: {shares}; {1000 * seconds:.0f} ms each")
    matches = 0
    unsatisfiable = list(impossible(count))
    for problem in unsatisfiable:
        offers = suggestions(problem.world, problem.request, move=False)
        matches += {(frozenset(it.dropped), it.budget) for it in offers} == {
            (frozenset(it.dropped), it.budget) for it in problem.corrections
        }
    print(
        f"suggestions equal the enumerated minimal corrections on {matches} of {len(unsatisfiable)} impossible requests"
    )


def impossible(count: int) -> Iterator[Problem]:
    for number in range(count):
        yield draw_problem(number, "hard" if number % 2 else "medium", KINDS[1:][number % 4])


def told(task: TripTask | OrderTask, program: Program, jail: LocalJail | None = None) -> Feedback:
    episode = task.evaluate(program, SEED, jail)
    return describer(task, "trace")([episode], None, Excerpt(0, task.record(program, SEED, jail).moments))


def repair(count: int) -> None:
    """Print how many single planted mistakes are gone after three rounds, and what the first round did."""
    for answer, feedback in (("request", "oracle"), ("plan", "oracle"), ("plan", "random"), ("plan", "none")):
        rounds, kinds, effect = Counter[int](), Counter[str](), Counter[str]()
        before = 0.0
        for number in range(count):
            level = tuple(LEVELS)[number % 3]
            task = TripTask(level=level, problem=number // 3 % 10, answer=answer, feedback_from=feedback)
            author, goal = task.author(), "final" if answer == "plan" else "solved"
            measure = "commonsense_micro" if answer == "plan" else "faithful"
            draft = author.draft(1, number)
            for turn in range(4):
                metrics = task.evaluate(draft.program, SEED, None).metrics
                if turn == 1:
                    change = metrics[measure] + metrics["hard_micro"] - before
                    effect["improve" if change > 0 else "degrade" if change < 0 else "flat"] += 1
                before = metrics[measure] + metrics["hard_micro"]
                if metrics[goal] == 1:
                    rounds[turn] += 1
                    break
                draft = author.mend(draft.program, told(task, draft.program), 0.1, 1000 * number + turn)
            else:
                kinds.update(draft.mistakes or ("not told",))
        share = 100 * sum(rounds.values()) / count
        print(
            f"fault-injected author, {answer}, feedback {feedback}: {share:.1f} % of {count} right within 3 rounds "
            f"(by round {dict(sorted(rounds.items()))}); first round {dict(effect)}; left: {dict(kinds)}"
        )


def negotiations(count: int) -> None:
    """Print the share of impossible requests that are repaired, by negotiator, users and rounds."""
    problems = list(impossible(count))
    makers: dict[str, Callable[[int], Negotiator]] = {
        "cheapest correction": lambda _: Cheapest(),
        "luck, told only yes or no": Blind,
    }
    for name, make in makers.items():
        for most in ROUNDS:
            solved: dict[str, list[bool]] = {"agrees": [], "protects an item": []}
            spent: list[int] = []
            for number, problem in enumerate(problems):
                negotiator = make(number)
                for user in users(problem.request):
                    ended = negotiate(problem.world, problem.request, negotiator, user, most)
                    solved["protects an item" if user.protected else "agrees"].append(ended.solved)
                    spent.append(ended.rounds)
            shares = ", ".join(
                f"{who} {100 * statistics.mean(wins):.1f} of {len(wins)}" for who, wins in solved.items()
            )
            print(f"{name}, {most} rounds, {count} requests: {shares}; {statistics.mean(spent):.1f} rounds on average")


def orders(count: int) -> None:
    """Print success by number of actions, limits, and the confusion matrix of planted causes."""
    with LocalJail("auto") as jail:
        for extended in (False, True):
            for name in ("random", "text_order", "reader", "plan_first"):
                means: list[str] = []
                for actions in (3, 4, 5):
                    task = OrderTask(actions=actions, extended=extended, cases=count)
                    metrics = task.evaluate(task.references()[name], SEED, jail).metrics
                    means.append(f"{actions}: {100 * metrics['success']:.0f} %")
                print(f"{'extended' if extended else 'base'}, {name}, {count} cases each: {', '.join(means)}")
        task = OrderTask()
        agents = {"random": shipped("random"), "text_order": shipped("text_order"), "reader": reader()}
        for name, program in agents.items():
            found = limit(task.runner(program, jail), most_cases=count)
            print(f"limit of {name}: {found.actions} actions; { ({n: round(s, 2) for n, s in found.success.items()}) }")
        for cause in CAUSES:
            print(f"planted {cause}: {labels(task, reader(cause, 0.5), jail, count)}")


def agents(count: int) -> None:
    """Print how many agents with one planted mistake keep every order after 0, 1, 2 and 3 rounds of mending."""
    with LocalJail("auto") as jail:
        for extended in (False, True):
            task = OrderTask(extended=extended, cases=10)
            author, rounds = task.author(), Counter[int]()
            for number in range(count):
                draft = author.draft(1, number)
                for turn in range(4):
                    if task.evaluate(draft.program, SEED, jail).metrics["success"] == 1:
                        rounds[turn] += 1
                        break
                    feedback = told(task, draft.program, jail)
                    draft = author.mend(draft.program, feedback, 0.1, 1000 * number + turn)
            right = " / ".join(f"{100 * sum(rounds[it] for it in range(turn + 1)) / count:.0f}" for turn in range(4))
            print(f"fault-injected author, {'extended' if extended else 'base'} mode, {count} agents: {right} % right")


def labels(task: OrderTask, program: Program, jail: LocalJail, cases: int) -> dict[str, int]:
    run, found, control = task.runner(program, jail), Counter[str](), 0
    for number in range(cases):
        case = draw(4, f"confusion/{number}")
        if run(case, number).error:
            result = dissect(case, run)
            found[result.cause] += 1
            control += result.control
    return {**found, "control passes": control}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the parts that are named, or all."""
    parts: dict[str, Callable[[int], None]] = {
        "solve": solve,
        "repair": repair,
        "negotiate": negotiations,
        "orders": orders,
        "agents": agents,
    }
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", choices=[*parts, []], help="what to run; all if none is named")
    parser.add_argument("--count", type=int, default=20, help="requests, drafts or cases of each part")
    given = parser.parse_args(arguments)
    for name in given.parts or parts:
        parts[name](given.count)


if __name__ == "__main__":
    main()
