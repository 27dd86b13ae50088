"""Learn the shipped tables of Q-learning again and score them: CPU time, greedy efficiency, the published figure.

Other seeds show how much luck is in it; "last" is the table after the last episode, of which none is chosen.

python benchmarks/q_learning.py [EPISODES]
"""

import sys
import time

import numpy as np

from solon.contract import Seed
from solon.tasks.games.learning.lesson import LESSONS, STATES, Course
from solon.tasks.games.learning.table import Check, digest, greedy_efficiency, learn, make_player, make_task

EPISODES = 1000
SEEDS = (0, 1, 2)
PUBLISHED = {"gathering": 0.77, "cleanup": -0.16}
WARM_UP = 2


def main() -> None:
    episodes = int(sys.argv[1]) if len(sys.argv) > 1 else EPISODES
    for game in ("gathering", "cleanup"):
        task = make_task(game)
        player = make_player(task)
        table = np.zeros((STATES[game], 9 if game == "cleanup" else 8))
        for number in range(WARM_UP):  # translates, at the very first call
            player.play(table, Seed(number), LESSONS[game])
        for seed in SEEDS:
            checks: list[Check] = []
            start = time.process_time()
            learned = learn(Course(game, episodes, seed), task=task, player=player, report=checks.append)
            spent = time.process_time() - start
            public = greedy_efficiency(task, player, learned, [Seed(number) for number in range(5)])
            unseen = greedy_efficiency(task, player, learned, [Seed(number, key=b"unseen") for number in range(50)])
            kept = [check for check in checks if check.kept][-1]
            print(
                f"{game:10} seed {seed}: {spent:5.1f} s CPU, kept after episode {kept.episodes}; efficiency on public"
                f" worlds 0-4 {public:6.3f}, on 50 others {unseen:6.3f}, last {checks[-1].efficiency:6.3f};"
                f" published {PUBLISHED[game]:5.2f}; {digest(learned)[:12]}",
                flush=True,
            )


if __name__ == "__main__":
    main()
