"""Strategies as they are typed, and as they are written down."""

import msgspec
import pytest

from solon.cli.options import parse_named, parse_options
from solon.engine import Configuration
from solon.search import Pareto, Race, make_strategy


@pytest.mark.parametrize(
    ("text", "name", "options"),
    [
        ("race", "race", {}),
        ("race:batch=12,rounds=8", "race", {"batch": 12, "rounds": 8}),
        ("race:seeds=(1,3,8),batch=12", "race", {"seeds": (1, 3, 8), "batch": 12}),
        ("race:batch=12,seeds=[1, 3, 8]", "race", {"seeds": (1, 3, 8), "batch": 12}),
        ("race:seeds=(4)", "race", {"seeds": (4,)}),
        ("pareto:over=(efficiency,-cost)", "pareto", {"over": ("efficiency", "-cost")}),
        ("pareto:over=(min(a, b),peace >= 9.9)", "pareto", {"over": ("min(a, b)", "peace >= 9.9")}),
        ("race:seeds=()", "race", {"seeds": ()}),
        ("thoughts:plan=generate+vote,", "thoughts", {"plan": "generate+vote"}),
    ],
)
def test_commas_in_brackets_belong_to_the_value(text: str, name: str, options: dict[str, object]) -> None:
    assert parse_named(text) == (name, options)


@pytest.mark.parametrize("text", ["race:seeds=(1,3", "race:seeds=1,3)", "race:seeds=(1,3]", "race:seeds=(1,3,8))"])
def test_brackets_that_do_not_match_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"write lists as \(1,3,8\)"):
        parse_named(text)


def test_an_item_without_a_value_is_refused() -> None:
    with pytest.raises(ValueError, match="NAME=VALUE"):
        parse_named("race:seeds=(1,3,8),fast")


def test_typed_lists_make_strategies() -> None:
    name, options = parse_named("race:seeds=(1,2),keep=0.5")
    assert make_strategy(name, **options) == Race(seeds=(1, 2), keep=0.5)
    name, options = parse_named("pareto:over=(efficiency,equality)")
    assert make_strategy(name, **options) == Pareto(over=("efficiency", "equality"))


def test_lists_survive_being_written_down() -> None:
    """A run is resumed from the strategy in its file, so what was typed must come back as it was."""
    field = msgspec.structs.fields(Configuration)[4]
    assert field.name == "strategy_options"
    for text in ("race:seeds=(1,3,8),keep=0.25", "pareto:over=(efficiency,-cost),rounds=3"):
        name, options = parse_named(text)
        again = msgspec.json.decode(msgspec.json.encode(options), type=field.type)
        assert again == options
        assert make_strategy(name, **again) == make_strategy(name, **options)


def test_a_tasks_option_in_brackets_stays_a_text() -> None:
    assert parse_options(
        ["objective=(efficiency + 1) * (equality + 1)", "constraint=peace >= 9.9, equality >= 0.9"]
    ) == {
        "objective": "(efficiency + 1) * (equality + 1)",
        "constraint": "peace >= 9.9, equality >= 0.9",
    }
