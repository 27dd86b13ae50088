"""Words and what they mean: every rendering is read back, and every action and fact has words of its own."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solon.tasks.planning.classical import specification
from solon.tasks.planning.classical.mechanisms import compose, compositions
from solon.tasks.planning.classical.scene import Scene, World, say
from solon.tasks.planning.classical.words import WORDS, Unread, ordinal, parse, render
from solon.tasks.planning.classical.worlds import WORLDS
from solon.verify.pddl.check import check
from solon.verify.pddl.equivalent import Identical, Isomorphic, compare

COMPOSED = tuple(compose(names) for names in compositions())
ALL = (*WORLDS.values(), *COMPOSED)


@settings(max_examples=60)
@given(
    world=st.sampled_from(ALL), number=st.integers(1, 20), words=st.sampled_from(WORDS[:3]), entropy=st.integers(0, 99)
)
def test_words_that_name_objects_are_read_back_exactly(world: World, number: int, words: str, entropy: int) -> None:
    scene = world.instance(number, entropy)
    read = parse(world, render(world, scene, words, entropy))
    assert read.canonical() == scene.canonical()
    assert isinstance(compare(world.domain, world.problem(scene), world.problem(read)), Identical)


@settings(max_examples=40)
@given(world=st.sampled_from(tuple(WORLDS.values())), number=st.integers(1, 12), collection=st.integers(0, 99))
def test_words_that_only_count_are_read_back_up_to_names(world: World, number: int, collection: int) -> None:
    scene = world.instance(number, collection)
    text = render(world, scene, "counts")
    same = compare(world.domain, world.problem(scene), world.problem(parse(world, text)))
    assert isinstance(same, Identical | Isomorphic)
    plain = {name for kind, names in scene.objects if world.nouns[kind].plain for name in names}
    named = {name for _, names in scene.objects for name in names} - plain
    assert not named & set(re.findall(r"[\w-]+", text.lower()))


@pytest.mark.parametrize("world", ALL, ids=lambda world: world.name)
def test_every_action_and_predicate_has_words_with_a_slot_for_each_argument(world: World) -> None:
    assert set(world.actions) == {action.name for action in world.domain.actions}
    assert set(world.phrases) == {symbol.name for symbol in world.domain.predicates}
    for symbol in world.domain.predicates:
        slots = set(re.findall(r"\{(\d+)\}", world.phrases[symbol.name]))
        assert len(slots) == len(symbol.parameters)
    for action in world.domain.actions:
        assert all(int(slot) < len(action.parameters) for slot in re.findall(r"\{(\d+)\}", world.actions[action.name]))


@pytest.mark.parametrize("world", ALL, ids=lambda world: world.name)
def test_a_specification_in_words_is_read_back_as_the_domain(world: World) -> None:
    read = specification.parse(world, specification.render(world))
    assert [(it.name, it.precondition, it.cost) for it in read.actions] == [
        (it.name, it.precondition, it.cost) for it in world.domain.actions
    ]
    assert [set(it.effects) for it in read.actions] == [set(it.effects) for it in world.domain.actions]


@pytest.mark.parametrize("world", COMPOSED, ids=lambda world: world.name)
def test_a_composed_domain_and_its_instances_are_without_errors(world: World) -> None:
    for number in range(1, 5):
        assert not [it for it in check(world.domain, world.problem(world.instance(number))) if it.severity != "note"]


def test_mechanisms_give_dozens_of_domains_and_say_what_they_need() -> None:
    assert len({world.text for world in COMPOSED}) == len(COMPOSED) == 35
    with pytest.raises(ValueError, match="'doors' needs 'carrying'"):
        compose(["doors"])
    with pytest.raises(ValueError, match="no mechanism 'wings'"):
        compose(["wings"])


def test_words_that_no_template_fits_are_named() -> None:
    world = WORLDS["blocksworld"]
    text = render(world, world.instance(1))
    with pytest.raises(Unread, match="b1 flies"):
        parse(world, text.replace("The arm is empty", "B1 flies"))
    with pytest.raises(Unread, match="three paragraphs"):
        parse(world, "There is 1 block: b1.")
    with pytest.raises(Unread, match="counts 4 and names 3"):
        parse(world, text.replace("There are 3 blocks", "There are 4 blocks"))
    with pytest.raises(Unread, match="must begin with"):
        parse(world, text.replace("In the end", "Someday"))


def test_a_scene_in_one_order_is_a_scene_in_another() -> None:
    one = Scene((("block", ("b1", "b2")),), (), (say("table", "b1"), say("on", "b2", "b1")), ())
    other = Scene((("block", ("b2", "b1")),), (), (say("on", "b2", "b1"), say("table", "b1")), ())
    assert one != other
    assert one.canonical() == other.canonical()


@pytest.mark.parametrize(
    ("number", "words"),
    [(1, "first"), (10, "tenth"), (11, "11th"), (12, "12th"), (21, "21st"), (22, "22nd"), (113, "113th")],
)
def test_ordinals(number: int, words: str) -> None:
    assert ordinal(number) == words
