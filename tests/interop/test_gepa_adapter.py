"""GEPA with a Solon task: the real optimiser improves a program, or its absence is told in one sentence."""

import importlib.util
from collections.abc import Callable

import pytest

from solon.contract import InfrastructureError, Program
from solon.interop.gepa_adapter import SolonAdapter, program_of
from solon.sandbox import Limits
from toys import Sorting

BAD = "def policy(numbers):\n    return numbers\n"
GOOD = "def policy(numbers):\n    return sorted(numbers)\n"
LIMITS = Limits(cpu_seconds=10)

pytestmark = pytest.mark.filterwarnings("ignore")  # gepa's own imports warn


def with_gepa(test: Callable[[], None]) -> None:
    if importlib.util.find_spec("gepa") is not None:
        test()
        return
    with pytest.raises(InfrastructureError, match=r"pip install 'solon\[gepa\]'"):
        SolonAdapter(Sorting(), limits=LIMITS, workers=1)


def test_gepa_finds_the_better_program() -> None:
    def test() -> None:
        import gepa

        shown: list[str] = []

        def reflect(prompt) -> str:
            shown.append(str(prompt))
            return f"```\n{GOOD}```"

        with SolonAdapter(Sorting(), limits=LIMITS, workers=1) as adapter:
            result = gepa.optimize(
                seed_candidate={"program": BAD},
                trainset=[0, 1, 2],
                valset=[3, 4],
                adapter=adapter,
                reflection_lm=reflect,
                max_metric_calls=20,
                seed=0,
            )
        assert result.best_candidate["program"].strip() == GOOD.strip()
        assert max(result.val_aggregate_scores) == 1.0
        assert "sorted_share" in shown[0]

    with_gepa(test)


def test_an_invalid_program_gets_the_worst_score_and_reflection_is_told_why() -> None:
    def test() -> None:
        with SolonAdapter(Sorting(), limits=LIMITS, workers=1) as adapter:
            batch = adapter.evaluate([0, 5], {"program": "def policy(:\n"}, capture_traces=True)
            assert batch.scores == [0.0, 0.0]
            records = adapter.make_reflective_dataset({}, batch, ["program"])["program"]
            assert "line 1" in records[0]["Feedback"]
            assert records[1]["Inputs"]["seed"] == "5"
            assert adapter.evaluate([0], {"program": GOOD}).trajectories is None

    with_gepa(test)


def test_reflection_is_told_where_an_episode_went_wrong() -> None:
    def test() -> None:
        options = {"map": "small", "n_agents": 3, "steps": 40}
        with SolonAdapter("cleanup", feedback="counterexample", options=options, workers=1) as adapter:
            policy = {"program": "def policy(env, agent_id):\n    return 7\n"}
            assert adapter.evaluate([0], policy).trajectories is None
            batch = adapter.evaluate([3, 5], policy, capture_traces=True)
        assert all("Where it went wrong" in it.feedback for it in batch.trajectories)
        assert all("no reward above zero" in it.feedback for it in batch.trajectories)

    with_gepa(test)


def test_texts_become_files() -> None:
    assert program_of({"instructions": GOOD}) == Program(files=(("policy.py", GOOD),))
    two = program_of({"policy.py": "import aid", "aid.py": "x = 1"})
    assert dict(two.files)["aid.py"] == "x = 1"
