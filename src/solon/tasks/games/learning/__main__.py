"""Learn a table from the command line.

    python -m solon.tasks.games.learning GAME --episodes N --seed S --out FILE

writes the policy that acts by the table to FILE. With numba (the extra ``fast``) an episode takes milliseconds, without
it about a second; the table is the same.
"""

import argparse
import sys
from pathlib import Path

from solon.tasks.games.learning.lesson import STATES, Course
from solon.tasks.games.learning.table import Check, digest, learn, policy


def main(arguments: list[str] | None = None) -> None:
    """Learn, say how it goes on standard error, write the policy."""
    parser = argparse.ArgumentParser(prog="python -m solon.tasks.games.learning", description="tabular Q-learning")
    parser.add_argument("game", choices=sorted(STATES))
    parser.add_argument("--episodes", type=int, required=True, help="how many episodes of 1000 steps")
    parser.add_argument("--seed", type=int, default=0, help="what all luck of the training follows from")
    parser.add_argument("--out", type=Path, required=True, help="file to write the policy to")
    given = parser.parse_args(arguments)
    try:
        course = Course(given.game, given.episodes, given.seed)
    except ValueError as error:
        parser.error(str(error))

    def report(check: Check) -> None:
        if check.kept or check.episodes == course.episodes:
            kept = ", the best so far" if check.kept else ""
            figures = f"epsilon {check.epsilon:.2f}, greedy efficiency {check.efficiency:.3f}{kept}"
            sys.stderr.write(f"episode {check.episodes}: {figures}\n")

    table = learn(course, report=report)
    given.out.write_text(policy(course, table), encoding="utf-8")
    sys.stderr.write(f"{given.out}: {digest(table)}\n")


if __name__ == "__main__":
    main()
