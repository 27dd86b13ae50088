"""Measure the loop of verified policies with a stand-in author: false proofs, rounds to a proof, cost of the monitor.

    python benchmarks/guard_verified.py [RUNS]

Drafts carry one to three planted mistakes; after each round the counterexamples are told and the author writes what
they name anew, wrong again with probability 0.1. A false proof would be a proof of a policy that decides one of 1,000
requests wrongly. Bars: 0 false proofs in 500 runs, less than 1 ms of processor time a decision of the monitor. The last
table says which stage rejects which of the policies with one mistake.
"""

import statistics
import sys
import time

from solon.contract import Feedback, Program, Proved, Refuted, Seed
from solon.playback import Moment
from solon.sandbox import LocalJail
from solon.tasks.guard.monitor import Monitor
from solon.tasks.guard.policy import PolicySet, Rule
from solon.tasks.guard.verified.obligations import boundary_tests, compiled, discharge, mutants, mutation_score
from solon.tasks.guard.verified.problems import PROBLEMS
from solon.tasks.guard.verified.sampling import sample
from solon.tasks.guard.verified.task import VerifiedTask
from solon.verify.requests.evaluate import evaluate

ROUNDS = 10


def told(task: VerifiedTask, program: Program, jail: LocalJail) -> Feedback:
    """Return the counterexamples of one recording as feedback."""
    moments: tuple[Moment, ...] = task.record(program, Seed(0), jail).moments
    return Feedback("counterexample", "\n".join(moment.text for moment in moments if moment.trouble))


def loop(task: VerifiedTask, run: int, jail: LocalJail) -> tuple[int | None, bool]:
    """Return after how many rounds a proof was found, and whether it was false."""
    author, problem = task.author(), task.specification
    program = author.draft(1 + run % 3, run).program
    for round_ in range(ROUNDS):
        verdict = task.verify(program)
        if isinstance(verdict, Proved):
            condition = compiled(problem, program.source)
            probes = sample(problem, Seed(run).derive("probe"), 1000)
            return round_, any((evaluate(condition, at) is True) != due for at, due in probes)
        program = author.mend(program, told(task, program, jail), 0.1, run * 100 + round_).program
    return None, False


def monitor(decisions: int = 2000) -> float:
    """Return processor milliseconds a decision of a monitor with the rules of the refund problem."""
    problem = PROBLEMS["refund"]
    tool = problem.scope.tool
    watch = Monitor(PolicySet((tool,), (Rule("all", "allow", tool.name, problem.due),)))
    requests = sample(problem, b"monitor", decisions)
    start = time.process_time()
    for request, _ in requests:
        watch.done(watch.request(tool.name, request.arguments), success=True)
    return (time.process_time() - start) / len(requests) * 1000


def stages() -> None:
    """Print which stage rejects each policy with one mistake first: random tests, boundary tests, proof."""
    print("\nproblem   mistakes  50 random  boundary  proof  missed | PO3 alone")
    for name, problem in PROBLEMS.items():
        counts = {"random": 0, "boundary": 0, "proof": 0, "missed": 0}
        for _, _, source in mutants(problem):
            condition = compiled(problem, source)
            random = [(at, due) for at, due in sample(problem, b"tests", 50)]
            edges = [(at, due) for _, at, due in boundary_tests(name)]
            if any((evaluate(condition, at) is True) != due for at, due in random):
                counts["random"] += 1
            elif any((evaluate(condition, at) is True) != due for at, due in edges):
                counts["boundary"] += 1
            elif isinstance(discharge(name, source).verdict, Refuted):
                counts["proof"] += 1
            else:
                counts["missed"] += 1
        known = mutation_score(name)
        row = "  ".join(f"{count:8d}" for count in counts.values())
        print(f"{name:9s} {known.total:8d} {row} | {known.safety} of {known.total}")


def main() -> None:
    """Print the figures."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    rounds: list[int] = []
    false = unfinished = 0
    start = time.process_time()
    with LocalJail() as jail:
        for run in range(runs):
            task = VerifiedTask(problem=list(PROBLEMS)[run % len(PROBLEMS)])
            found, wrong = loop(task, run, jail)
            false += wrong
            unfinished += found is None
            rounds += [] if found is None else [found]
    spread = f"median {statistics.median(rounds):g}, mean {statistics.mean(rounds):.2f}, most {max(rounds)}"
    print(f"{runs} runs: {false} false proofs, {unfinished} without a proof after {ROUNDS} rounds; rounds: {spread}")
    print(f"processor time {time.process_time() - start:.0f} s; monitor {monitor():.3f} ms a decision")
    stages()


if __name__ == "__main__":
    main()
