"""The idea of Solon in one page and nothing but the standard library. Run: python examples/smallest_loop.py

A proposer writes programs. A judge that they cannot touch runs each in a process of its own, on seeds that they do not
know, and only bytes come back. The best one is kept, and its final figure comes from seeds that nobody tried it on.
What Solon adds to this page: a real jail, a journal that resumes, intervals, control arms, bounds, better search.
"""

import json
import random
import statistics
import subprocess
import sys

# The task: a threshold policy for "hit or stand" on a die. The pot grows with each roll and is lost on a one.
TEMPLATE = "def policy(pot):\n    return pot < {threshold}\n"

# The program's side. It gets the pot as a line of JSON and answers true (roll again) or false (keep).
WORKER = """
import json, sys
namespace = {}
exec(sys.argv[1], namespace)
for line in sys.stdin:
    print(json.dumps(bool(namespace["policy"](json.loads(line)))), flush=True)
"""


def play(program: str, seed: int, games: int = 40) -> float:
    """Return the mean pot kept. State, dice and score live here, out of the program's reach."""
    rng = random.Random(f"secret {seed}")
    command = [sys.executable, "-I", "-c", WORKER, program]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as worker:
        kept = [one_game(worker, rng) for _ in range(games)]
        worker.stdin.close()
    return statistics.fmean(kept)


def one_game(worker: subprocess.Popen[str], rng: random.Random) -> int:
    """Roll until the program keeps the pot or a one takes it."""
    pot = 0
    while True:
        worker.stdin.write(json.dumps(pot) + "\n")
        worker.stdin.flush()
        if json.loads(worker.stdout.readline()) is not True:
            return pot
        roll = rng.randint(1, 6)
        if roll == 1:
            return 0
        pot += roll


def main() -> None:
    """Propose, judge on search seeds, keep the better; then one figure from sealed seeds."""
    rng = random.Random(0)
    best, best_score = 5, -1.0
    for _ in range(12):
        threshold = max(1, best + rng.choice([-6, -3, -1, 1, 3, 6, 9]))
        score = statistics.fmean(play(TEMPLATE.format(threshold=threshold), seed) for seed in range(4))
        if score > best_score:
            best, best_score = threshold, score
            print(f"better: keep the pot at {threshold:2}, search score {score:.2f}")
    sealed = [play(TEMPLATE.format(threshold=best), seed) for seed in range(1000, 1008)]
    half = 2.36 * statistics.stdev(sealed) / len(sealed) ** 0.5
    print(f"sealed: {statistics.fmean(sealed):.2f} ± {half:.2f} over {len(sealed)} seeds")


if __name__ == "__main__":
    main()
