"""Tasks are found by name; a family may be told apart by a slash; what is registered can be loaded and described."""

import pytest

from solon.contract import InfrastructureError
from solon.tasks import canonical, load, task_names


def test_a_slash_after_the_family_is_as_good_as_a_hyphen() -> None:
    assert canonical("guard/tools") == "guard-tools"
    assert load("planning/tower").name == load("planning-tower").name
    assert canonical("some/file.py:make") == "some/file.py:make"


@pytest.mark.parametrize("name", task_names())
def test_every_task_can_be_described(name: str) -> None:
    try:
        task = load(name)
    except InfrastructureError:
        pytest.skip(f"{name} needs a package that is not here")
    assert task.name == name
    assert len([metric for metric in task.metrics if metric.role == "objective"]) == 1
    assert len(task.brief()) > 200
    assert task.references(), "the first is the control arm"
