"""Automata mean what their expressions mean, and count, choose and compare exactly."""

import itertools
import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solon.verify.strings import charset
from solon.verify.strings.automaton import Automaton, TooLarge
from solon.verify.strings.regex import RegexError, glob, parse, search
from solon.verify.strings.sampling import Sampler, jaccard
from solon.verify.strings.writing import from_automaton, write

ATOMS = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", r"\d", r"\w", r"\s", "c", r"\.", "-"])
REGEXES = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda pair: f"(?:{pair[0]}|{pair[1]})"),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "{2,}", "{0,0}"])).map(
            lambda pair: f"({pair[0]}){pair[1]}"
        ),
    ),
    max_leaves=8,
)
TEXTS = st.text("abc1_.\n-", max_size=6)


@given(REGEXES, st.lists(TEXTS, max_size=20))
def test_it_accepts_what_the_standard_library_matches_whole(text: str, words: list[str]) -> None:
    automaton, own = Automaton.of(text), re.compile(text, re.ASCII | re.DOTALL)
    for word in words:
        assert automaton.accepts(word) == bool(own.fullmatch(word))
    witness = automaton.witness()
    assert witness is None or own.fullmatch(witness)


@given(REGEXES, REGEXES, st.lists(TEXTS, max_size=10))
def test_boolean_operations_are_those_of_sets(first: str, second: str, words: list[str]) -> None:
    one, two = Automaton.of(first), Automaton.of(second)
    for word in words:
        here, there = one.accepts(word), two.accepts(word)
        assert one.intersect(two).accepts(word) == (here and there)
        assert one.union(two).accepts(word) == (here or there)
        assert one.difference(two).accepts(word) == (here and not there)
        assert one.complement().accepts(word) != here
    assert one.subset(one.union(two))
    assert one.meets(two) != one.intersect(two).is_empty()
    assert one.equivalent(two) == (one.minimal() == two.minimal())


def test_states_that_nothing_leads_on_from_do_not_pile_up_in_products() -> None:
    """A language less many others grows with its own texts, not with theirs."""
    left = Automaton.of("user7@example[.]org")
    for number in range(100, 150):
        left = left.difference(Automaton.of(f"user{number}@example[.]org"))
    assert len(left.rows) <= 30
    assert left.witness() == "user7@example.org"


@given(REGEXES)
def test_counts_equal_enumeration_and_the_witness_is_shortest(text: str) -> None:
    automaton, own = Automaton.of(text), re.compile(text, re.ASCII | re.DOTALL)
    letters = "ab1_"
    found = [
        word
        for length in range(4)
        for word in map("".join, itertools.product(letters, repeat=length))
        if own.fullmatch(word)
    ]
    assert automaton.count(3, alphabet=charset.chars(letters)) == len(found)
    witness = automaton.witness()
    assert witness is None or len(witness) <= min(map(len, found), default=len(witness))


@given(REGEXES)
def test_an_expression_written_from_an_automaton_means_the_same(text: str) -> None:
    automaton = Automaton.of(text)
    assert Automaton.of(write(parse(text))) == automaton
    assert Automaton.of(write(from_automaton(automaton))) == automaton


def test_texts_are_drawn_uniformly() -> None:
    sampler = Sampler(Automaton.of("a|b{2}|[cd]{3}"), 5)
    dice = random.Random(1)
    drawn = [sampler.draw(dice) for _ in range(5000)]
    assert sampler.count == 10
    assert {drawn.count(text) // 100 for text in set(drawn)} <= {4, 5}
    assert len(set(drawn)) == 10
    assert Sampler(Automaton.of(r"[^\s\S]"), 5).draw(dice) is None


def test_the_jaccard_index_is_of_exact_counts() -> None:
    assert jaccard(Automaton.of("a|b"), Automaton.of("b|c"), 10) == 1 / 3
    assert jaccard(Automaton.of(r"[^\s\S]"), Automaton.of(r"[^\s\S]"), 10) == 1
    assert Automaton.of(".*").count(100) == sum(256**length for length in range(101))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("(?=a)", "look-around"),
        ("(?<!a)b", "look-around"),
        (r"(a)\1", "back-reference"),
        ("(?(1)a|b)", "back-reference"),
        ("a*?", "lazy"),
        ("a++", "possessive"),
        ("(?>a)", "possessive"),
        ("(?i)a", "flag"),
        ("(?P<x>a)", "group"),
        ("a^b", "anchor"),
        ("a$b", "anchor"),
        ("(^a)", "anchor"),
        (r"\bword", "anchor"),
        ("a{20000}", "size"),
        ("a{" + "9" * 1_000 + "}", "size"),  # elsewhere a repetition, so that it may not be taken for plain characters
        ("(" * 200 + "a" + ")" * 200, "size"),
        ("[z-a]", "syntax"),
        ("a**", "syntax"),
        ("(a", "syntax"),
        ("a)", "syntax"),
        ("*", "syntax"),
        ("a{3,2}", "syntax"),
        ("\\", "syntax"),
    ],
)
def test_what_is_outside_the_subset_is_a_typed_error(text: str, kind: str) -> None:
    with pytest.raises(RegexError) as caught:
        parse(text)
    assert caught.value.kind == kind


def test_a_search_pattern_is_padded_where_it_is_not_anchored() -> None:
    found = Automaton.of(search("^a|b$"))
    assert all(map(found.accepts, ("a", "ax", "b", "xb")))
    assert not any(map(found.accepts, ("xa", "bx", "")))
    assert Automaton.of(search("^a$")).equivalent(Automaton.of("a"))


def test_a_glob_takes_dots_and_brackets_as_they_are() -> None:
    found = Automaton.of(glob("a.[x]**?"))
    assert found.accepts("a.[x]y")
    assert not found.accepts("a.[x]")
    assert not found.accepts("ab[x]y")


def test_a_construction_beyond_its_budget_is_an_error_and_not_an_answer() -> None:
    with pytest.raises(TooLarge):
        Automaton.of("(a|b)*a(a|b){40}", budget=10_000)
    with pytest.raises(TooLarge):
        Automaton.of("(((a{100}){100}){100}){100}")
    with pytest.raises(TooLarge):
        from_automaton(Automaton.of("(a|b)*a(a|b){6}"), largest=50)


def test_witnesses_read_well_and_are_no_surrogates() -> None:
    assert Automaton.of(".{3}").witness() == "aaa"
    assert Automaton.of("[^\x00-\ud800]").witness() == "\ue000"
