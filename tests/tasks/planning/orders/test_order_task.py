"""The order tasks: agents of known quality get known figures, errors get their kind, causes are found by mutation."""

import pickle
from collections.abc import Iterator

import pytest

from solon.contract import Feedback, Program, ProgramFault, Seed
from solon.engine import check_episode
from solon.playback import Recordable
from solon.sandbox import LocalJail
from solon.tasks import load
from solon.tasks.planning.orders.agents import CAUSES, NOISES, STYLES, reader, shipped
from solon.tasks.planning.orders.brief import EXAMPLE
from solon.tasks.planning.orders.cases import Case, draw
from solon.tasks.planning.orders.dissect import confusion, dissect, limit, planned_cases
from solon.tasks.planning.orders.grammar import Clause, Sentence, Window
from solon.tasks.planning.orders.oracle import ERRORS, MOST_CALLS, Desk
from solon.tasks.planning.orders.published import limits
from solon.tasks.planning.orders.task import OrderTask
from tasks.planning.orders.inside import InsideJail, agent

SEED = Seed(2)


def python(source: str) -> Program:
    return Program(files=(("policy.py", source),))


def task(**options: object) -> OrderTask:
    found = load("planning-order", **options)
    assert isinstance(found, OrderTask)
    return found


def score(judged: OrderTask, program: Program, seed: Seed = SEED) -> dict[str, float]:
    episode = judged.evaluate(program, seed, InsideJail())
    check_episode(judged, episode)
    return episode.metrics


@pytest.fixture(scope="module")
def jail() -> Iterator[LocalJail]:
    with LocalJail("auto") as found:
        yield found


def test_agents_in_the_jail_get_what_they_get_without_it(jail: LocalJail) -> None:
    judged = task(cases=10)
    for name in ("random", "text_order", "reader", "plan_first"):
        program = judged.references()[name]
        episode = judged.evaluate(program, SEED, jail)
        assert episode == judged.evaluate(program, SEED, jail)
        assert episode.slips == 0
        if name != "random":
            assert episode.metrics == score(judged, program)
    assert next(iter(judged.references())) == "random"
    assert pickle.loads(pickle.dumps(judged)).version == judged.version


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("actions", [2, 5, 9])
def test_both_designs_of_the_reader_solve_every_case_without_hours(style: str, actions: int) -> None:
    assert score(task(actions=actions), reader(style=style))["success"] == 1


def test_with_hours_only_who_learns_them_succeeds() -> None:
    judged = task(extended=True, actions=4, cases=10)
    assert score(judged, reader())["success"] == 1
    hasty = score(judged, reader(style="plan first"))
    assert hasty["success"] < 0.5
    assert hasty["parameter_error"] > 0.5


def test_random_order_succeeds_as_often_as_luck_says() -> None:
    judged = task(actions=3, cases=300)
    metrics = score(judged, shipped("random"))
    assert metrics["success"] == pytest.approx(metrics["luck"], abs=0.08)


@pytest.mark.parametrize("kind", NOISES)
def test_each_kind_of_error_is_counted_as_itself(kind: str) -> None:
    judged = task(extended=kind == "parameter error", cases=12 if kind == "parameter error" else 40)
    metrics = score(judged, reader(kind, 0.4))
    share = metrics[kind.replace(" ", "_")]
    assert 0.05 < share < 0.8
    assert metrics["success"] == pytest.approx(1 - share)
    others = {error.replace(" ", "_") for error in ERRORS} - {kind.replace(" ", "_")}
    assert all(metrics[other] == 0 for other in others)


CASE = Case(
    (Sentence((Clause("verb", "before", (0,), (1,)),)), Sentence(window=Window(1, "latest", 9))),
    "neutral",
    ("step Alpha", "step Bravo"),
    0,
    (3, 4),
)


@pytest.mark.parametrize(
    ("calls", "error"),
    [
        ([("step_alpha", 0), ("step_bravo", 3)], ""),
        ([("step_bravo", 0), ("restart", None), ("step_alpha", 0), ("step_bravo", 5)], ""),
        ([("wait", None), ("step_alpha", 0), ("step_bravo", 3)], ""),
        ([("step_alpha", 0), ("step_bravo", 2)], "parameter error"),
        ([("step_alpha", -1), ("step_bravo", 3)], "parameter error"),
        ([("step_alpha", 0), ("step_bravo", 6)], "order error"),
        ([("step_bravo", 0), ("step_alpha", 4)], "order error"),
        ([("step_alpha", 0)], "action lost"),
        ([("step_alpha", 0), ("step_alpha", 3)], "act error"),
        ([("step_gamma", 0)], "act error"),
        ([("step_alpha", None)], "act error"),
        ([("wait", None)] * (MOST_CALLS + 1), "timeout"),
    ],
)
def test_the_log_alone_decides(calls: list[tuple[str, int | None]], error: str) -> None:
    desk = Desk(CASE)
    for call in calls:
        if not desk.over:
            desk.use(call)
    verdict = desk.verdict()
    assert verdict.error == error
    assert bool(verdict.reason) == bool(error)


def test_tools_tell_their_hours_and_nothing_else() -> None:
    desk = Desk(CASE)
    assert desk.use(("step_bravo", 0)) == 4
    assert desk.use(("restart", None)) == "done"


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("def policy(text, tools, memory):\n    raise KeyError('lost')\n", "raised"),
        ("def policy(text, tools, memory):\n    return 7\n", "output"),
        ("def policy(text, tools, memory):\n    return []\n", "output"),
        ("def policy(text, tools, memory):\n    return (tools[0], 1.5)\n", "output"),
    ],
)
def test_what_is_no_call_is_an_act_error_and_a_slip(source: str, kind: str) -> None:
    judged = task(cases=3)
    episode = judged.evaluate(python(source), SEED, InsideJail())
    assert episode.metrics["act_error"] == 1
    assert episode.slips == 3
    assert episode.first_slip is not None
    assert episode.first_slip.kind == kind
    recorded = judged.record(python(source), SEED, InsideJail())
    assert any(moment.trouble for moment in recorded.moments)


def test_a_program_without_the_entry_is_a_fault(jail: LocalJail) -> None:
    with pytest.raises(ProgramFault):
        task(cases=1).evaluate(python("x = 1\n"), SEED, jail)


def test_the_example_of_the_brief_plays_and_the_brief_holds_the_lexicon() -> None:
    for extended in (False, True):
        judged = task(extended=extended, cases=5)
        text = judged.brief()
        assert "in the wake of" in text
        assert ("hour {hour}" in text) == extended
        block = text.partition("```python\n")[2].partition("```")[0]
        episode = judged.evaluate(python(block), SEED, InsideJail())
        assert episode.metrics["act_error"] == 0
    assert "def policy" in EXAMPLE


def test_a_recording_tells_the_text_the_calls_and_the_cause() -> None:
    judged = task(cases=10)
    recorded = judged.record(reader("structure"), SEED, InsideJail())
    trouble = [moment.text for moment in recorded.moments if moment.trouble]
    assert trouble
    assert "the text: " in trouble[0]
    assert "by mutation the cause is" in trouble[0]
    assert len(recorded.frames) == 11
    assert isinstance(judged, Recordable)


def test_planted_causes_are_found_and_most_labels_are_right() -> None:
    """The confusion matrix of dissection on agents with one planted cause each; the documentation has more cases."""
    for cause in CAUSES:
        with agent(reader(cause, 0.5)) as run:
            labels = confusion({cause: run}, 4, 40)[cause]
        assert sum(labels.values()) >= 5, (cause, labels)
        assert labels.get(cause, 0) / sum(labels.values()) >= 0.6, (cause, labels)


def test_the_control_without_mutation_passes_only_by_luck() -> None:
    with agent(reader("structure")) as run:
        failed = next(case for case in (draw(4, number) for number in range(50)) if run(case, 0).error)
        assert dissect(failed, run).control == 0
    with agent(reader("probability", 0.5)) as run:
        failed = next(
            (case, it) for it, case in enumerate(draw(4, number) for number in range(50)) if run(case, it).error
        )
        assert dissect(failed[0], run).control >= 1


def test_the_limit_of_luck_is_low_and_of_the_reader_above_the_search() -> None:
    assert [planned_cases(actions) for actions in range(2, 7)] == [20, 60, 120, 200, 300]
    assert sum(planned_cases(actions) for actions in range(2, 10)) == 1600
    with agent(shipped("random")) as run:
        found = limit(run, most_cases=60)
    assert found.actions in (2, 3)
    with agent(reader()) as run:
        assert limit(run, most_actions=7, most_cases=20).actions == 7
    assert limits()["GPT-4"] == 8


@pytest.mark.parametrize("options", [{"actions": 1}, {"actions": 10}, {"cases": 0}, {"topic": "wizard"}], ids=str)
def test_options_out_of_range_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"must lie in|no topic"):
        task(**options)


def test_the_neutral_topic_can_be_asked_for_and_shows_in_the_version() -> None:
    judged = task(topic="neutral", cases=2)
    assert judged.version == "1[cases=2,topic=neutral]"
    assert all("step" in case.text.lower() for case in judged.cases(SEED))
    with pytest.raises(ValueError, match="cause must be one of"):
        reader("boredom")


def _mended(judged: OrderTask, entropy: int, rounds: int, rate: float, *, told: bool) -> tuple[float, list[float]]:
    """Return the success of a draft with one mistake, and of what was mended in each round."""
    author, found = judged.author(), list[float]()
    draft = author.draft(1, entropy)
    assert len(draft.mistakes) == 1
    for number in range(rounds + 1):
        found.append(score(judged, draft.program)["success"])
        troubles = [it.text for it in judged.record(draft.program, SEED, InsideJail()).moments if it.trouble]
        feedback = Feedback("trace", "\n".join(troubles) if told else "")
        draft = author.mend(draft.program, feedback, rate, 100 * entropy + number)
    return found[0], found[1:]


@pytest.mark.parametrize("extended", [False, True])
def test_single_planted_mistakes_are_mended_by_what_is_told_within_three_rounds(extended: bool) -> None:
    judged = task(cases=8, extended=extended)
    ended = [_mended(judged, entropy, 3, 0.1, told=True) for entropy in range(10)]
    assert sum(first < 1 for first, _ in ended) >= 5
    assert all(max(later) == 1 for _, later in ended)


def test_an_author_who_is_told_nothing_mends_by_luck_and_rewrites_what_is_not_its_own() -> None:
    judged = task(cases=8)
    wrong = [later for first, later in (_mended(judged, it, 2, 0.0, told=False) for it in range(12)) if first < 1]
    assert 0 < sum(max(later) == 1 for later in wrong) < len(wrong)
    author = judged.author()
    assert author.draft(3, 1) == author.draft(3, 1) != author.draft(3, 2)
    assert len(set(author.draft(3, 1).mistakes)) == 3
    anew = author.mend(shipped("random"), Feedback("trace", ""), 0.0, 1)
    assert score(judged, anew.program)["success"] == 1
