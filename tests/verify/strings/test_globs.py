"""Products of patterns agree with one pattern at a time, by enumeration."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from solon.verify.strings.globs import ANY, ANY_PART, ONE, ONE_PART, Pattern, automaton, classes, matches

LETTERS = "ab:x"
PATTERNS = st.lists(
    st.lists(st.sampled_from(["a", "b", ":", "aA", ANY, ONE, ANY_PART, ONE_PART]), max_size=4).map(tuple),
    min_size=1,
    max_size=4,
    unique=True,
)


def signature(patterns: list[Pattern], text: str) -> int:
    return sum(1 << place for place, pattern in enumerate(patterns) if matches(pattern, text))


@given(PATTERNS)
def test_each_text_is_in_the_class_of_the_patterns_that_match_it(patterns: list[Pattern]) -> None:
    found = {one.signature: one for one in classes(patterns, bound=3)}
    shortest: dict[int, int] = {}
    for length in range(4):
        for text in map("".join, itertools.product(LETTERS, repeat=length)):
            shortest.setdefault(signature(patterns, text), length)
    for label, length in shortest.items():
        assert len(found[label].witness) <= length
    for label, one in found.items():
        assert signature(patterns, one.witness) == label
    assert sum(one.total for one in found.values()) == sum(256**length for length in range(4))


@given(PATTERNS)
def test_counts_are_those_of_the_automaton(patterns: list[Pattern]) -> None:
    for one in classes(patterns, bound=6):
        same = automaton(patterns, lambda label, wanted=one.signature: label == wanted)
        assert same.count(6) == one.total
        assert same.accepts(one.witness)


def test_signatures_that_are_merged_are_counted_together() -> None:
    patterns: list[Pattern] = [("a",), ("b",)]
    merged = classes(patterns, bound=2, merge=lambda label: int(label > 0))
    assert {one.signature: one.total for one in merged} == {0: 1 + 254 + 256**2, 1: 2}
