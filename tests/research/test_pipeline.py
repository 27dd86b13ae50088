"""A pipeline is read as data, checked early, and seen by the inner run in every part."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from research.toys import Copying, Lottery
from search.simulated import World, play
from solon.contract import Ask, Candidate, Program, ProgramFault
from solon.propose.space import space_of
from solon.research import Pipeline, ResearchTask, program_of, read_pipeline
from solon.research.briefs import helpers_of, sections_of, tuned, tuned_brief
from solon.research.inner import Terms, Within
from solon.research.pipeline import address_of
from solon.research.space import pipeline_sketch, untuned
from solon.search import BestOfN, Race, make_strategy
from solon.sketch import Sketched
from solon.tasks import load

GAMES = ("cleanup", "gathering", "commons", "harvest", "mining", "cleanup-paper")
MODEL = "local:http://127.0.0.1:1/v1#m"
OFFLINE = ResearchTask(task="cleanup", options='{"steps": 5}', episodes=60)


def text(source: str) -> Program:
    return Program((("policy.py", source),))


@pytest.mark.parametrize(
    "source",
    [
        "policy = {'strategy': 'race', 'options': {'batch': 4, 'seeds': (1, 2)}}\n",
        "# better\npipeline = {\n    'strategy': 'race',\n    'options': {'batch': 4, 'seeds': [1, 2]},\n}\n",
        '{"strategy": "race", "options": {"batch": 4, "seeds": [1, 2]}}',
    ],
)
def test_a_literal_assignment_and_json_mean_the_same(source: str) -> None:
    assert read_pipeline(text(source)) == Pipeline(strategy="race", options={"batch": 4, "seeds": (1, 2)})


@pytest.mark.parametrize(
    ("source", "kind", "sentence"),
    [
        ("policy = {'strategy': ", "syntax", "not valid Python"),
        ("policy = __import__('os').environ", "syntax", "more than literals"),
        ("policy = {'options': {'n': 2 ** 99999}}", "syntax", "more than literals"),
        ("x = 1", "entry", "no policy is assigned"),
        ("policy = 3", "output", "no dictionary"),
        ("policy = {'stratgy': 'race'}", "output", "no part 'stratgy'"),
        ("policy = {'feedback': 'loud'}", "output", "cannot be read"),
        ("policy = {" + " " * 30_000 + "}", "syntax", "characters"),
        ("policy = {'strategy': 'rase'}", "output", "no strategy 'rase'"),
        ("policy = {'strategy': 'race', 'options': {'bach': 4}}", "output", "no option 'bach'"),
        ("policy = {'strategy': 'race', 'options': {'batch': 0}}", "output", "batch"),
        ("policy = {'strategy': 'pareto', 'options': {'over': ('speed',)}}", "output", "speed"),
        ("policy = {'brief': ('rulez',)}", "output", "no section 'rulez'"),
        ("policy = {'brief': ()}", "output", "empty"),
        ("policy = {'brief': ('rules', 'rules')}", "output", "twice"),
        ("policy = {'hide': ('dig',)}", "output", "no function 'dig'"),
        ("policy = {'calls': {'temperature': 1}}", "output", "makes no calls"),
    ],
)
def test_what_cannot_be_run_is_named_before_it_costs_anything(source: str, kind: str, sentence: str) -> None:
    fault = OFFLINE.lint(text(source))
    assert fault is not None
    assert (fault.kind, sentence in fault.message) == (kind, True), fault.message
    assert fault.remedy


def test_the_check_says_what_was_probably_meant() -> None:
    with pytest.raises(ProgramFault) as raised:
        read_pipeline(text("policy = {'stratgy': 'race'}"))
    assert raised.value.fault.remedy == "did you mean 'strategy'?"


@given(st.data())
def test_every_filling_of_the_space_is_a_pipeline_that_can_be_run(data: st.DataObject) -> None:
    task = load("cleanup")
    sections, helpers = tuple(sections_of(task)), helpers_of(task)
    proposer = data.draw(st.sampled_from(("offline", MODEL)))
    sketch = pipeline_sketch(Terms(proposer, 60, 5), sections, helpers)
    filling = {hole.name: data.draw(st.sampled_from(hole.options)) for hole in sketch.holes}
    program = sketch.render(filling)
    assert ResearchTask(task="cleanup", proposer=proposer, episodes=60).lint(program) is None
    assert program_of(read_pipeline(program)) == program


@pytest.mark.parametrize("proposer", ["offline", MODEL])
def test_the_default_of_the_space_is_the_untuned_pipeline(proposer: str) -> None:
    task = ResearchTask(task="cleanup", proposer=proposer)
    assert isinstance(task, Sketched)
    sketch = task.sketch()
    default = space_of(sketch).default()
    assert sketch.render(space_of(sketch).filling(default)) == task.references()["untuned"]
    assert untuned(proposer).feedback == "dense"


@pytest.mark.parametrize("name", GAMES)
def test_the_sections_of_a_game_join_to_its_brief_to_the_byte(name: str) -> None:
    task = load(name)
    sections = sections_of(task)
    assert "".join(sections.values()) == task.brief() == tuned_brief(task, Pipeline())
    assert list(sections) == [
        "role", "world", "rules", "attributes", "functions", "example", "limits", "objective",
    ]  # fmt: skip


def test_a_brief_shows_its_sections_in_the_wanted_order_without_hidden_functions() -> None:
    task = Copying()
    found = tuned_brief(task, Pipeline(brief=("objective", "functions"), hide=("one",)))
    assert found == "# Objective\n\nA large number.\n\n# Functions\n\n- nine(): the best number\n\n"
    assert helpers_of(task) == ("nine", "one")


def test_a_task_that_names_no_sections_has_one() -> None:
    assert sections_of(Lottery()) == {"all": Lottery().brief()}


def test_a_tuned_task_can_do_whatever_the_task_can() -> None:
    task = load("cleanup")
    changed = tuned(task, Pipeline(brief=("rules",)))
    assert changed.brief() == task.sections()["rules"].rstrip("\n") + "\n\n"
    assert isinstance(changed, Sketched)
    assert (changed.references(), changed.version) == ({}, task.version)
    assert len(task.references()) > 1
    assert task.brief() != changed.brief()


def test_parameters_of_calls_go_into_the_address() -> None:
    warm = Pipeline(calls={"temperature": 0.4})
    assert address_of(warm, "openai:m") == "openai:m?temperature=0.4"
    assert address_of(warm, f"{MODEL}?max_tokens=9") == f"{MODEL}?max_tokens=9&temperature=0.4"
    with pytest.raises(ValueError, match="no parameter 'max_tokens'"):
        address_of(Pipeline(calls={"max_tokens": 9}), "openai:m")
    with pytest.raises(ValueError, match="must be numbers"):
        address_of(Pipeline(calls={"temperature": "0.4&max_tokens=99999"}), "openai:m?max_tokens=9")
    with pytest.raises(ValueError, match="effort"):
        address_of(Pipeline(calls={"effort": "low&turns=curriculum"}), MODEL)


@pytest.mark.parametrize("name", ["race", "refine", "best-of-n", "beam", "islands", "tree", "thoughts", "pareto"])
@pytest.mark.parametrize("episodes", [1, 7, 40])
def test_no_strategy_passes_the_limit_and_each_comes_to_an_end(name: str, episodes: int) -> None:
    world = World([0.3, None, 1.0, 0.2], 0.5, 1)
    history = play(Within(make_strategy(name), episodes), world)
    assert 0 < sum(max(1, len(each.scores)) for each in history) <= episodes  # an invalid one counts as one


def test_a_wish_for_many_seeds_is_cut_to_what_is_left() -> None:
    world = World([0.0, 1.0], 0.1, 1)
    history = play(Within(BestOfN(3, 3, 1000), 10), world)
    assert [len(each.scores) for each in history] == [10]
    again = Within(Race(batch=2, seeds=(1, 100), rounds=1), 10)
    assert [len(each.scores) for each in play(again, World([0.0, 1.0], 0.1, 1))] == [1, 1]


class Endless:
    """A strategy that wishes for ever."""

    def ask(self, history: tuple[Candidate, ...]) -> Ask:
        return Ask(2, 3)

    def winner(self, history: tuple[Candidate, ...]) -> int | None:
        return None


def test_invalid_candidates_use_up_the_budget_too() -> None:
    assert len(play(Within(Endless(), 12), World([None, None], 0.1, 1))) <= 12


def test_the_researchers_brief_names_what_it_may_choose() -> None:
    brief = ResearchTask(task="cleanup", proposer=MODEL, episodes=60).brief()
    for word in ("race", "counterexample", "functions", "clean_gain", "60 episodes", "Maximise efficiency", '"hide"'):
        assert word in brief
    assert "reads no text" in OFFLINE.brief()
    assert '"hide"' not in OFFLINE.brief()


def test_a_mean_over_held_out_seeds_keeps_the_bounds_of_the_task() -> None:
    bound = next(figure for figure in OFFLINE.figures() if figure.kind == "bound")
    assert bound.metrics.keys() == {"efficiency"}
