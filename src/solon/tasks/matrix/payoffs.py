"""The stage games: two players, two moves, symmetric payoffs; and what a score in them can be."""

from solon.contract import Value

COOPERATE, DEFECT = 0, 1
MOVES = "CD"


class Game(Value, frozen=True):
    """One stage game; ``payoffs[mine][theirs]`` is what the one who moves ``mine`` gains."""

    title: str
    dilemma: str
    payoffs: tuple[tuple[float, float], tuple[float, float]]

    @property
    def least(self) -> float:
        """The smallest payoff."""
        return min(map(min, self.payoffs))

    @property
    def most(self) -> float:
        """The largest payoff."""
        return max(map(max, self.payoffs))


# Payoffs of Axelrod's tournaments (Axelrod 1980).
PRISONERS = Game(
    "prisoner's dilemma",
    "Defecting always gains more in a round, whatever the other does; both defecting is worse than both cooperating.",
    ((3.0, 0.0), (5.0, 1.0)),
)
CHICKEN = Game(
    "chicken (snowdrift)",
    "Whoever defects alone gains most, but both defecting is the worst for both: it pays to give in to a defector.",
    ((3.0, 1.0), (5.0, 0.0)),
)
STAG = Game(
    "stag hunt",
    "Cooperating pays most if both do it and nothing alone; defecting is safe: it always gains something.",
    ((5.0, 0.0), (3.0, 2.0)),
)
