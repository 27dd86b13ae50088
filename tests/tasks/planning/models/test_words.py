"""What a form writes it reads back, whatever the source, the form and the numbers."""

import random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solon.tasks.planning.models import lexicon
from solon.tasks.planning.models.cases import SOURCES
from solon.tasks.planning.models.paragraph_forms import CLASSES, MEANINGS
from solon.tasks.planning.models.source import Source
from solon.tasks.planning.models.words import Fact, Said, Unread, read_number, written

NAMES = sorted(SOURCES)


def facts_of(source: Source, seed: int) -> list[Fact]:
    return list(source.draw(random.Random(seed), 0))


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=8)
@given(seed=st.integers(0, 10**9), table=st.booleans())
def test_words_are_read_back_as_the_facts_that_they_tell(name: str, seed: int, table: bool) -> None:
    source = SOURCES[name]
    facts = facts_of(source, seed)
    words = source.word(facts, random.Random(seed), table=table)
    heard = source.hear(words)
    assert sorted(map(repr, (said.fact for said in heard))) == sorted(map(repr, facts))
    sentences = {said.fact: said.sentence for said in heard}
    assert source.read(words) == source.build([Said(fact, sentences[fact]) for fact in facts])


@pytest.mark.parametrize("name", NAMES)
def test_every_form_is_read_as_its_own_kind(name: str) -> None:
    source = SOURCES[name]
    used: set[tuple[str, int]] = set()
    drawn = [fact for seed in range(80) for fact in facts_of(source, seed)]
    one_to_one = [Fact(kind, ("cup", "vase")) for kind in ("compared", "compared_equal") if kind in source.forms.forms]
    met: set[Fact] = set()
    for fact in [*drawn, *one_to_one]:
        shape = msgspec.structs.replace(fact, numbers=(), things=fact.things[:1])
        enough = sum(msgspec.structs.replace(it, numbers=(), things=it.things[:1]) == shape for it in met) > 2
        if not enough:
            met.add(fact)
            for place, form in enumerate(source.forms.forms[fact.kind]):
                if form.fits(fact, ("make", "made")):
                    used.add((fact.kind, place))
                    assert source.forms.read(form.write(fact, ("make", "made"))) == fact
    assert used == {(kind, place) for kind, forms in source.forms.forms.items() for place in range(len(forms))}


def test_every_class_of_paragraphs_has_at_least_eight_sentences() -> None:
    forms = SOURCES["paragraphs"].forms.forms
    assert set(CLASSES.values()) == set(range(26)) == set(MEANINGS)
    assert all(len({form.text for form in forms[kind]}) >= 8 for kind in CLASSES)


def test_a_sentence_of_somebody_else_is_refused() -> None:
    with pytest.raises(Unread, match="only sentences that the generator writes"):
        SOURCES["paragraphs"].read("The mill grinds what it likes.")


@given(st.integers(0, 10**7).map(lambda it: it / 8))
def test_numbers_are_read_as_they_were_written(value: float) -> None:
    assert read_number(written(value)) == value


def test_words_and_identifiers_are_one_to_one() -> None:
    assert len({lexicon.thing(it) for it in lexicon.SINGULAR}) == len(lexicon.SINGULAR)
    for it in lexicon.SINGULAR:
        identifier = lexicon.thing(it)
        assert lexicon.words(identifier) == it
        assert lexicon.thing(lexicon.plural(identifier)) == identifier
