"""Shared generators of plays: a game on one of its maps, with variants, and the joint actions of some steps."""

from collections.abc import Iterator
from dataclasses import dataclass

from hypothesis import strategies as st

from solon.contract import Seed
from solon.tasks.games.cleanup import Cleanup, CleanupRules
from solon.tasks.games.gathering import Commons, CommonsRules, Gathering, GatheringRules
from solon.tasks.games.kernel import Kernel
from solon.tasks.games.maps import load_map
from solon.tasks.games.streams import Draws, KeyedDraws, PaperDraws

RULES = {"cleanup": CleanupRules, "gathering": GatheringRules, "commons": CommonsRules}
KERNELS = {"cleanup": Cleanup, "gathering": Gathering, "commons": Commons}
PLACES = (
    ("cleanup", "full"),
    ("cleanup", "small"),
    ("gathering", "small"),
    ("gathering", "default"),
    ("gathering", "large"),
    ("commons", "commons"),
)


def make(game: str, name: str, n_agents: int, draws: Draws, *, kind: type[Kernel] | None = None, **rules: bool):
    return (kind or KERNELS[game])(load_map(game, name), n_agents, draws, RULES[game](**rules))


@dataclass(frozen=True)
class Play:
    game: str
    name: str
    n_agents: int
    seed: int
    paper: bool
    variants: dict[str, bool]
    actions: tuple[bytes, ...]

    def draws(self) -> Draws:
        if self.paper:
            return PaperDraws(self.seed)
        return KeyedDraws(Seed(self.seed), load_map(self.game, self.name), self.n_agents)

    def kernel(self, kind: type[Kernel] | None = None) -> Kernel:
        return make(self.game, self.name, self.n_agents, self.draws(), kind=kind, **self.variants)

    def steps(self, kernel: Kernel) -> Iterator[tuple[bytes, bytes, list[float]]]:
        """Yield the snapshot before, the actions and the rewards of each step."""
        for actions in self.actions:
            before = kernel.snapshot()
            yield before, actions, kernel.step(actions)


@st.composite
def plays(
    draw: st.DrawFn, *, games: tuple[str, ...] = ("cleanup", "gathering", "commons"), top: int = 9, max_steps: int = 60
) -> Play:
    """Plays of up to 60 steps; actions above the game's last one are no actions and must do nothing."""
    game, name = draw(st.sampled_from([place for place in PLACES if place[0] in games]))
    n_agents = draw(st.integers(1, 14))
    paper = draw(st.booleans())
    steps = draw(st.integers(1, max_steps))
    # Mostly forward, so that agents reach apples, river and one another.
    menu = draw(st.sampled_from([bytes(range(top + 1)), bytes([0, 0, 0, 2, 3, 5, min(8, top), min(8, top)])]))
    raw = draw(st.binary(min_size=n_agents * steps, max_size=n_agents * steps))
    chosen = bytes(menu[byte % len(menu)] for byte in raw)
    return Play(
        game=game,
        name=name,
        n_agents=n_agents,
        seed=draw(st.integers(0, 2**32)),
        paper=paper,
        variants={
            "exclusive_cells": draw(st.booleans()),
            "walls_stop_beams": draw(st.booleans()),
            "fair_order": not paper and draw(st.booleans()),
        },
        actions=tuple(chosen[at : at + n_agents] for at in range(0, len(chosen), n_agents)),
    )
