"""Forms that values share: enumerations, and patterns with support that nobody can extend."""

import pytest

from solon.tasks.guard.tools.patterns import form
from solon.verify.requests.evaluate import evaluate
from solon.verify.requests.expression import Path
from solon.verify.requests.request import Request

AT = Path("arg", ("x",))
MAILS = ["ada@ours.example", "bob@ours.example", "eve@ours.example"]


def holds(values: list, groups: int, value: object) -> bool:
    return evaluate(form(AT, values, groups), Request("t", {"x": value})) is True


@pytest.mark.parametrize(
    ("value", "groups", "due"),
    [
        ("new@ours.example", 3, True),
        ("new@ours.example", 2, False),
        ("new@ours.example.evil.test", 3, False),
        ("new@notours.example", 3, False),
        ("ada@ours.example", 1, True),
    ],
)
def test_a_domain_is_a_pattern_with_enough_support(value: str, groups: int, due: bool) -> None:
    assert holds(MAILS, groups, value) is due


def test_a_folder_is_a_pattern_and_a_half_name_is_none() -> None:
    paths = ["/home/ada/a.txt", "/home/ada/ab.txt", "/home/ada/abc.txt"]
    assert holds(paths, 3, "/home/ada/new.txt")
    assert not holds(paths, 3, "/home/adam/new.txt")
    assert not holds(["report1", "report2", "report3"], 3, "report4")


def test_numbers_become_a_range_and_nothing_allows_nothing() -> None:
    assert holds([3, 10], 1, 7)
    assert not holds([3, 10], 1, 11)
    assert not holds([], 3, 1)
