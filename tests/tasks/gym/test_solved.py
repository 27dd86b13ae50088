"""The documented levels, reached offline within a minute. Run alone, on a quiet machine: make measure."""

import importlib.util
from pathlib import Path

import pytest

pytest.importorskip("gymnasium", reason="needs the extra envs")
pytest.importorskip("minigrid", reason="needs the extra minigrid")

pytestmark = pytest.mark.measurement

_FILE = Path(__file__).parents[3] / "benchmarks/gym.py"
_SPEC = importlib.util.spec_from_file_location("gym_benchmark", _FILE)
assert _SPEC is not None
assert _SPEC.loader is not None
benchmark = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(benchmark)


@pytest.mark.parametrize("name", benchmark.SOLVED)
def test_what_counts_as_solved_is_reached_on_sealed_seeds(name: str, tmp_path: Path) -> None:
    card = benchmark.synthesise(name, 60.0, 2, tmp_path)
    metric, threshold = benchmark.SOLVED[name]
    assert card.arms["winner"].metrics[metric].mean >= threshold
    assert not [finding for finding in card.findings if finding.severity == "alarm"]


def test_taxi_comes_within_its_luck_of_the_best_that_can_be_expected(tmp_path: Path) -> None:
    """Documented as solved at 8, which no policy can expect: the model's optimum is 7.93."""
    returns = benchmark.synthesise("gym:Taxi-v4", 20.0, 2, tmp_path).arms["winner"].metrics["return"]
    assert returns.low is not None
    assert returns.low <= 7.93 <= 2 * returns.mean - returns.low
