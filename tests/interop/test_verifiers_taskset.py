"""verifiers with a Solon task: its own scoring calls our jail, or its absence is told in one sentence."""

import asyncio
import importlib
import importlib.util
from collections.abc import Callable
from pathlib import Path

import pytest

from solon.contract import InfrastructureError

TASK = str(Path(__file__).parents[1] / "toys.py") + ":Sorting"
GOOD = "Sorted:\n```python\ndef policy(numbers):\n    return sorted(numbers)\n```\n"

pytestmark = pytest.mark.filterwarnings("ignore")  # the package's own imports warn


def with_verifiers(test: Callable[[object], None]) -> None:
    if importlib.util.find_spec("verifiers") is None:
        with pytest.raises(InfrastructureError, match=r"pip install 'solon\[verifiers\]'"):
            importlib.import_module("solon.interop.verifiers_taskset")
        return
    it = importlib.import_module("solon.interop.verifiers_taskset")
    try:
        test(it)
    finally:
        config = it.SolonTaskConfig(name=TASK, workers=1, cpu_seconds=10)
        config.judging().close()


def scored(it, reply: str):
    """Return the trace of a reply after verifiers itself has scored it."""
    import verifiers.v1 as vf

    config = it.SolonTasksetConfig(task=it.SolonTaskConfig(name=TASK, workers=1, cpu_seconds=10), prompts=2, seeds=2)
    task = list(it.SolonTaskset(config))[1]
    agent = vf.AgentInfo.model_construct(name="agent")
    trace = vf.Trace.model_construct(task=vf.TraceTask.model_construct(data=task.data), agent=agent, root_reply=reply)
    asyncio.run(task.score(trace))
    return trace


def test_the_reward_is_the_objective_on_the_prompts_own_seeds() -> None:
    def test(it) -> None:
        trace = scored(it, GOOD)
        assert {name: reward.value for name, reward in trace.rewards.items()} == {"solon_objective": 1.0}
        assert trace.metrics["sorted_share"] == 1.0
        assert trace.task.data.first_seed == 2
        assert "sorted in ascending order" in trace.task.data.prompt

    with_verifiers(test)


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        ("I would rather not.", "no python code block"),
        ("```python\ndef policy(numbers):\n    raise KeyError\n```", "KeyError"),
    ],
)
def test_an_unusable_reply_gets_the_worst_reward_and_the_reason(reply: str, words: str) -> None:
    def test(it) -> None:
        trace = scored(it, reply)
        assert trace.rewards["solon_objective"].value == 0.0
        assert words in trace.info["fault"]

    with_verifiers(test)


def test_verifiers_loads_the_taskset_by_the_name_of_a_package(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    def test(it) -> None:
        from verifiers.v1.utils.loaders import load_taskset, taskset_config_type

        (tmp_path / "my_environment.py").write_text(
            "from solon.interop.verifiers_taskset import SolonTaskset\n__all__ = ['SolonTaskset']\n"
        )
        monkeypatch.syspath_prepend(tmp_path)
        config = taskset_config_type("my-environment")(id="my-environment", task={"name": TASK}, prompts=3)
        assert [task.data.idx for task in load_taskset(config)] == [0, 1, 2]

    with_verifiers(test)


def test_an_objective_without_a_worst_value_needs_a_failure_reward() -> None:
    def test(it) -> None:
        config = it.SolonTaskConfig(name=TASK.replace("Sorting", "LinearProgramme"))
        with pytest.raises(ValueError, match="failure_reward"):
            list(it.SolonTaskset(it.SolonTasksetConfig(task=config)))

    with_verifiers(test)
