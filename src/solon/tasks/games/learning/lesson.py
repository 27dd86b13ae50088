"""What is learned and how: the fixed parameters, the shaped reward, the luck of each episode."""

from typing import NamedTuple

from solon.contract import Seed, Value

STATES = {"gathering": 6 * 4 * 3 * 5 * 3 * 2 * 2, "cleanup": 6 * 3 * 6 * 3 * 3 * 2 * 2 * 3}
FIRST_EPSILON, LAST_EPSILON = 1.0, 0.05


class Lesson(NamedTuple):
    """How one step changes the table; the defaults are those of the published code for Gathering."""

    alpha: float = 0.1
    gamma: float = 0.99
    own: float = 0.5  # weight of the agent's own reward
    team: float = 0.5  # weight of the mean reward
    clean_bonus: float = 0.0  # for a clean that hits waste
    beam_penalty: float = 0.1
    epsilon: float = 0.0  # chance of a random action, set for each episode


LESSONS = {"gathering": Lesson(), "cleanup": Lesson(clean_bonus=1.5, beam_penalty=2.0)}


class Course(Value, frozen=True):
    """A whole training: the game, the number of episodes and the seed from which everything follows.

    Greedy play by a table changes wildly from episode to episode, because all agents act alike; so the table that is
    kept is the one that played best on worlds of its own, which are neither learned on nor public.
    """

    game: str
    episodes: int
    seed: int
    check_every: int = 10  # episodes
    worlds: int = 10

    def __post_init__(self) -> None:
        if self.game not in STATES:
            raise ValueError(f"there are no features for {self.game!r}; choose one of {', '.join(STATES)}")
        if min(self.episodes, self.check_every, self.worlds) < 1:
            raise ValueError(f"episodes, check_every and worlds must be at least 1, got {self!r}")

    def luck(self, episode: int) -> Seed:
        """Return an episode's seed; keyed, so that no public seed is ever learned on."""
        return Seed(episode, key=Seed(self.seed).derive("q-learning"))

    def check(self, world: int) -> Seed:
        """Return the seed of a world on which tables are compared."""
        return Seed(world, key=Seed(self.seed).derive("q-learning check"))

    def is_check(self, episode: int) -> bool:
        """Say whether the table is looked at after an episode."""
        return (episode + 1) % self.check_every == 0 or episode + 1 == self.episodes

    def epsilon(self, episode: int) -> float:
        """Return how often an episode explores: from 1.0 in the first to 0.05 in the last, linearly."""
        return FIRST_EPSILON + (LAST_EPSILON - FIRST_EPSILON) * episode / max(self.episodes - 1, 1)
