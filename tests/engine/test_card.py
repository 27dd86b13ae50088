"""A card's derived figures: the tightest bound and the share of it, in either direction."""

import errno

import pytest

from solon.contract import Episode, Figure, Jail, Metric, Program, Seed, Task
from solon.engine import metric_estimates, shares, tightest_bounds
from solon.journal.remedies import remedy


class Bounded(Task):
    name, version = "bounded", "1"
    metrics = (Metric("cost", "minimise", "objective"), Metric("gain"))

    def brief(self) -> str:
        return ""

    def evaluate(self, program: Program, seed: Seed, jail: Jail) -> Episode:
        raise NotImplementedError

    def figures(self) -> tuple[Figure, ...]:
        return (
            Figure("bound", "loose", {"cost": 1.0, "gain": 9.0}, "proof"),
            Figure("bound", "tight", {"cost": 2.0, "gain": 8.0}, "proof"),
            Figure("published", "others", {"cost": 50.0, "gain": 1.0}, "paper"),
        )


def test_the_tightest_bound_is_the_largest_where_less_is_better() -> None:
    assert tightest_bounds(Bounded().figures(), ("cost",)) == {"cost": 2.0, "gain": 8.0}


def test_a_share_never_passes_one_within_the_bounds() -> None:
    found = shares(Bounded(), metric_estimates([Episode({"cost": 4.0, "gain": 4.0})]))
    assert found == {"cost": 0.5, "gain": 0.5}
    assert shares(Bounded(), metric_estimates([Episode({"cost": 0.0, "gain": 0.0})])) == {"gain": 0.0}


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "space"),
        (errno.EACCES, "permission"),
        (errno.ENOTDIR, "a part of the path is a file"),
        (errno.EEXIST, "in the way"),
        (errno.EIO, "check"),
    ],
)
def test_the_remedy_suits_the_error(number: int, words: str) -> None:
    assert words in remedy(OSError(number, "x"))
