"""Measure procedures and policy documents without a model: arms of scripted agents, repair, proof, instances a second.

    python benchmarks/guard_journeys.py [CONVERSATIONS] [RUNS]

The first table sets the arms of JourneyBench beside each other (static or dynamic prompt, with and without a guard)
for a scripted agent that calls a random visible tool with probability 0.1 a decision. It shows the mechanism, and is
no evidence about models; the published rows need one. The second lets a stand-in author mend planted mistakes by
counterexamples. The third times instances: document, words, cases, gold traces, replay, ends reached. Times are
processor seconds.
"""

import random
import statistics
import sys
import time

from solon.contract import Feedback, Program, Proved, Seed
from solon.sandbox import LocalJail
from solon.tasks.guard.documents.generate import Knobs, document, queries, unreachable
from solon.tasks.guard.documents.model import replayed
from solon.tasks.guard.documents.render import rendered
from solon.tasks.guard.documents.task import DocumentTask
from solon.tasks.guard.journeys.check import complaints
from solon.tasks.guard.journeys.domains import DOMAINS, domain
from solon.tasks.guard.journeys.published import ROWS
from solon.tasks.guard.journeys.scenario import journeys
from solon.tasks.guard.journeys.task import JourneyTask

ROUNDS = 3
SHOWN = ("ujcs", "complete", "violations", "errors_handled", "missing_handled", "blocked")


def arms(conversations: int, jail: LocalJail) -> None:
    print(f"{'arm':34}{'domain':10}" + "".join(f"{name:>16}" for name in SHOWN))
    for prompt, guard, agent in (
        ("static", "off", "static_noisy"),
        ("static", "on", "static_noisy"),
        ("static", "on", "static_timid"),
        ("dynamic", "off", "dynamic_noisy"),
        ("dynamic", "on", "dynamic_noisy"),
        ("static", "off", "static"),
        ("static", "off", "careless"),
        ("static", "on", "careless"),
        ("static", "off", "random"),
        ("static", "on", "random"),
    ):
        for name in DOMAINS:
            task = JourneyTask(domain=name, prompt=prompt, guard=guard, conversations=conversations)
            found = task.evaluate(task.references()[agent], Seed(0), jail).metrics
            figures = "".join(f"{found[it]:16.3f}" for it in SHOWN)
            print(f"{f'{agent}, {prompt}, guard {guard}':34}{name:10}{figures}")
    for label, row in ROWS.items():
        print(f"published, needs a model: {label}: {row}")


def told(task: JourneyTask | DocumentTask, program: Program, seed: int, jail: LocalJail) -> Feedback:
    moments = task.record(program, Seed(seed), jail).moments
    return Feedback("counterexample", "\n".join(moment.text for moment in moments if moment.trouble))


def repaired(task: JourneyTask | DocumentTask, runs: int, mistakes: int, jail: LocalJail) -> str:
    """Return how many drafts score 1 on fresh seeds after each round; the author is wrong again with 0.1."""
    author = task.author()
    objective = next(metric.name for metric in task.metrics if metric.role == "objective")
    solved, proofs, first = [0] * (ROUNDS + 1), [0] * (ROUNDS + 1), list[float]()
    for run in range(runs):
        program = author.draft(mistakes, run).program
        for round_ in range(ROUNDS + 1):
            score = task.evaluate(program, Seed(1000 + run), jail).metrics[objective]
            solved[round_] += score == 1.0
            proofs[round_] += isinstance(task.verify(program), Proved)
            if round_ == 0:
                first.append(score)
            if round_ < ROUNDS:
                feedback = told(task, program, 10 * run + round_, jail)
                if feedback.text:
                    program = author.mend(program, feedback, 0.1, 100 * run + round_).program
    shares = " ".join(f"{100 * count / runs:5.1f}%" for count in solved)
    proved = " ".join(f"{100 * count / runs:5.1f}%" for count in proofs)
    rounds = f"without a fault after rounds 0..{ROUNDS}: {shares}"
    return f"first score {statistics.fmean(first):.3f}; {rounds}; proved: {proved if any(proofs) else 'not asked'}"


def instances(count: int) -> None:
    for level, knobs in ((1, None), (2, None), (3, None), (4, None), (3, Knobs(tasks=12, depth=3, branch=2))):
        start = time.process_time()
        letters = bad = 0
        for which in range(count if level < 4 else count // 10):
            policy = document(level, which, knobs)
            letters += len(rendered(policy, level))
            (query,) = queries(policy, 1, random.Random(which))  # noqa: S311
            bad += query.state != replayed(query.case, query.trace) or bool(unreachable(policy))
        spent = time.process_time() - start
        made = count if level < 4 else count // 10
        print(
            f"level {level} {knobs or ''}: {made} instances in {spent:.1f} s, {letters // made} letters each, {bad} bad"
        )


def main() -> None:
    conversations = int(sys.argv[1]) if len(sys.argv) > 1 else 80
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 40
    jail = LocalJail()
    for name in DOMAINS:
        start = time.process_time()
        graph = domain(name)
        found = complaints(graph)
        spent = time.process_time() - start
        sizes = f"{len(graph.nodes)} nodes, {len(graph.tools)} tools, {len(journeys(name))} journeys"
        print(f"{name}: {sizes}; {len(found)} complaints, checked in {spent:.3f} s")
    arms(conversations, jail)
    for name in DOMAINS:
        print(f"repair of agents, {name}, 3 mistakes: {repaired(JourneyTask(domain=name), runs, 3, jail)}")
    for level in (1, 2, 3, 4):
        print(f"repair of programs, level {level}, 3 mistakes: {repaired(DocumentTask(level=level), runs, 3, jail)}")
    instances(1000)


if __name__ == "__main__":
    main()
