"""The language of objectives and constraints: total, safe, with ranges that hold."""

import ast
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solon.tasks.expression import Range, parse, parse_demands, parse_list

KNOWN = ("efficiency", "equality", "peace", "maximin")
RANGES = {
    "efficiency": Range(-4.0, 10.0, -4.0, 5.0),
    "equality": Range.sure(0.0, 1.0),
    "peace": Range.sure(0.0, 10.0),
    "maximin": Range(-400.0, 1000.0, -400.0, 500.0),
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("efficiency * equality", 1.5),
        ("min(efficiency, 2.5) + 0.01 * maximin", 4.5),
        ("-efficiency ** 2", -9.0),
        ("max(efficiency, peace, 4) / 2", 5.0),
        ("abs(efficiency - 5) - +1", 1.0),
        ("log(1 + peace) / log(11)", 1.0),
        ("(1 + equality) ** 0.5", math.sqrt(1.5)),
        ("(2 + equality) ** -2", 0.16),
    ],
)
def test_an_expression_has_the_value_that_python_gives_it(text: str, value: float) -> None:
    metrics = {"efficiency": 3.0, "equality": 0.5, "peace": 10.0, "maximin": 200.0}
    it = parse(text, KNOWN)
    assert it.value(metrics) == pytest.approx(value)
    assert parse(it.text, KNOWN) == it
    assert it.range(RANGES).low <= it.value(metrics) <= it.range(RANGES).high


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("efficency", "did you mean 'efficiency'"),
        ("happiness", "choose one of efficiency"),
        ("3", "names no metric"),
        ("", "cannot be read"),
        ("efficiency +", "cannot be read"),
        ("(" * 200, "cannot be read"),
        ("1 + " * 150 + "peace", "shorten it"),
        ("__import__('os').getcwd()", "not in this language"),
        ("peace.real", "not in this language"),
        ("peace[0]", "not in this language"),
        ("lambda: peace", "not in this language"),
        ("[peace for peace in peace]", "not in this language"),
        ("min(*peace)", "not in this language"),
        ("min(peace, key=abs)", "not in this language"),
        ("peace if peace else 1", "not in this language"),
        ("peace // 2", "not in this language"),
        ("eval(peace)", "not in this language"),
        ("(peace := 3)", "not in this language"),
        ("'a' * peace", "no number"),
        ("True * peace", "no number"),
        ("1e999 * peace", "no number"),
        ("1j * peace", "no number"),
        ("peace ** equality", "exponent"),
        ("peace ** 11", "exponent"),
        ("min(peace)", "two or more"),
        ("abs(peace, 1)", "one value"),
        ("peace >= 3", "no value"),
        ("peace, equality", "no value"),
    ],
)
def test_whatever_else_is_written_is_refused_in_one_sentence(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse(text, KNOWN)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("efficiency / peace", "can be 0"),
        ("1 / (efficiency + 4)", "can be 0"),
        ("log(peace)", "logarithm"),
        ("efficiency ** 0.5", "no such power"),
        ("peace ** -1", "no negative power"),
        ("(1e99 * peace) ** 10", "no finite range"),
        ("equality * (1e99 * peace) ** 10", "no finite range"),
        ("min((1e99 * peace) ** 10, 3)", "no finite range"),
        ("-(peace * 1e30)", "can pass 1e\\+24"),  # would be taken for the penalty of a violated constraint
    ],
)
def test_what_could_fail_for_some_values_is_refused_when_it_is_declared(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse(text, KNOWN).range(RANGES)


leaves = st.one_of(st.sampled_from(KNOWN), st.integers(-9, 9).map(str), st.sampled_from(["0.5", "-2.25", "1e-3"]))
texts = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from("+-*/"), inner),
        st.builds("({}) ** {}".format, inner, st.sampled_from(["2", "3", "0.5", "-1", "0"])),
        st.builds("{}({}, {})".format, st.sampled_from(["min", "max"]), inner, inner),
        st.builds("{}({})".format, st.sampled_from(["abs", "log"]), inner),
        st.builds("-({})".format, inner),
    ),
    max_leaves=8,
)


@given(texts, st.lists(st.tuples(*(st.floats(0, 1) for _ in KNOWN)), min_size=1, max_size=12))
def test_values_lie_in_the_range_and_their_mean_below_the_bound_of_the_expectation(text, shares) -> None:
    """Episodes are drawn within the ranges; where their means exceed a bound they are shrunk towards the low end."""
    try:
        expression = parse(text, KNOWN)
        found = expression.range(RANGES)
    except ValueError:
        return
    episodes = [
        {
            name: RANGES[name].low + part * (RANGES[name].high - RANGES[name].low)
            for name, part in zip(KNOWN, row, strict=True)
        }
        for row in shares
    ]
    for name, it in RANGES.items():
        mean = math.fsum(episode[name] for episode in episodes) / len(episodes)
        if mean > it.most:
            factor = (it.most - it.low) / (mean - it.low)
            for episode in episodes:
                episode[name] = it.low + factor * (episode[name] - it.low)
    values = [expression.value(episode) for episode in episodes]
    assert all(found.low <= value <= found.high for value in values)
    scale = 1e-9 * max(1.0, *map(abs, values))
    assert found.least - scale <= math.fsum(values) / len(values) <= found.most + scale


def test_the_bound_of_an_expectation_follows_only_where_it_is_sound() -> None:
    """Squares and products of what is bounded in expectation alone keep the range of every episode."""
    most = {text: parse(text, KNOWN).range(RANGES).most for text in ("efficiency", "2 * efficiency - peace")}
    assert most == {"efficiency": 5.0, "2 * efficiency - peace": 10.0}
    assert parse("min(efficiency, 3) + 0.01 * maximin", KNOWN).range(RANGES).most == pytest.approx(8.0)
    assert parse("log(efficiency + 5)", KNOWN).range(RANGES).most == pytest.approx(math.log(10))
    assert parse("efficiency ** 2", KNOWN).range(RANGES).most == pytest.approx(100.0)
    assert parse("efficiency * equality", KNOWN).range(RANGES).most == pytest.approx(10.0)
    assert parse("max(efficiency, 0)", KNOWN).range(RANGES).most == pytest.approx(10.0)


def test_constraints_are_comparisons_joined_by_commas_or_and() -> None:
    one, two, three = parse_demands("peace >= 9.9, 0.5 <= equality and maximin<=300", KNOWN)
    assert [it.text for it in (one, two, three)] == ["peace >= 9.9", "0.5 <= equality", "maximin <= 300"]
    assert [ast.unparse(ast.parse(it.margin.text)) for it in (one, two, three)] == [
        "peace - 9.9",
        "equality - 0.5",
        "300 - maximin",
    ]
    assert [it.text for it in parse_demands("2 <= efficiency <= 4", KNOWN)] == ["2 <= efficiency", "efficiency <= 4"]
    assert [it.text for it in parse_list("peace, min(peace, equality)", KNOWN)] == ["peace", "min(peace, equality)"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("peace", "no constraint"),
        ("peace > 3", "neither >= nor <="),
        ("peace == 3", "neither >= nor <="),
        ("3 >= 2", "names no metric"),
        ("peace >= 9 or equality >= 1", "no constraint"),
        ("peac >= 9", "did you mean 'peace'"),
    ],
)
def test_other_constraints_are_refused(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_demands(text, KNOWN)
