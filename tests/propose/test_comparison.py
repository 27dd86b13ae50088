import statistics

import pytest

from propose.comparison import FRESH, KINDS, CatCma, RandomFilling, World, trace
from solon.contract import Proposer
from solon.propose import Offline

WORLDS = 6


@pytest.mark.measurement
@pytest.mark.parametrize("kind", KINDS)
def test_offline_beats_random_filling_and_is_no_worse_than_the_mixed_model_alone(kind: str) -> None:
    def mean(make: type[Proposer]) -> float:
        return statistics.fmean(trace(make(), World(kind, FRESH + number))[200] for number in range(WORLDS))

    offline = mean(Offline)
    assert offline > mean(RandomFilling) + 0.2
    assert offline > mean(CatCma) - 0.03
