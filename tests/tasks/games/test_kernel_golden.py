"""Episodes of the published games and of the keyed ones, pinned to the byte.

The hashes of the published draws were taken when the kernels agreed, step for step and generator state included,
with the paper's code on these very plays. They also pin NumPy's streams.
"""

import hashlib
import random
import struct

import pytest
from tasks.games.strategies import make

from solon.contract import Seed
from solon.tasks.games.maps import load_map
from solon.tasks.games.streams import KeyedDraws, PaperDraws

SEEDS = (0, 1, 2)
UNIFORM = (1,) * 9
GENTLE = (30, 10, 10, 10, 10, 10, 0.3, 4.7, 15)  # beams are rare, so that apples, waste and growth matter


def fingerprint(game: str, name: str, n_agents: int, *, paper: bool, weights=GENTLE) -> str:
    digest = hashlib.sha256()
    for seed in SEEDS:
        draws = PaperDraws(seed) if paper else KeyedDraws(Seed(seed), load_map(game, name), n_agents)
        kernel = make(game, name, n_agents, draws)
        actions = random.Random(1000 + seed)
        for _ in range(1000):
            digest.update(kernel.snapshot())
            rewards = kernel.step(actions.choices(range(9), weights, k=n_agents))
            digest.update(struct.pack(f"<{n_agents}d", *rewards))
        digest.update(kernel.snapshot())
        if paper:
            digest.update(repr(draws.generator.bit_generator.state).encode())
    return digest.hexdigest()


PAPER = [
]
KEYED = [
]


@pytest.mark.parametrize(("game", "name", "n_agents", "weights", "expected"), PAPER)
def test_the_papers_draws_give_the_published_episodes(game, name, n_agents, weights, expected):
    assert fingerprint(game, name, n_agents, paper=True, weights=weights) == expected


@pytest.mark.parametrize(("game", "name", "n_agents", "expected"), KEYED)
def test_keyed_draws_give_the_same_episodes_for_ever(game, name, n_agents, expected):
    assert fingerprint(game, name, n_agents, paper=False) == expected
