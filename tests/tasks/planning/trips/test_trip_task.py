"""Trips as a task: right answers score, right plans for wrong requests do not, and single mistakes are mended."""

import pickle

import pytest
from msgspec import structs

from solon.contract import Feedback, Program, ProgramFault, Proved, Refuted, Seed
from solon.engine import check_episode
from solon.engine.feedback import describer
from solon.playback import Excerpt, Recordable
from solon.standin import Authored
from solon.tasks import load
from solon.tasks.planning.trips import plans, request
from solon.tasks.planning.trips.author import program
from solon.tasks.planning.trips.faults import PLAN_FAULTS, REQUEST_FAULTS
from solon.tasks.planning.trips.task import TripTask

SEED = Seed(0)


def task(**options: object) -> TripTask:
    found = load("planning-trip", **options)
    assert isinstance(found, TripTask)
    return found


def score(judged: TripTask, answer: Program) -> dict[str, float]:
    episode = judged.evaluate(answer, SEED, None)
    check_episode(judged, episode)
    return episode.metrics


def told(judged: TripTask, answer: Program) -> Feedback:
    episode = judged.evaluate(answer, SEED, None)
    return describer(judged, "trace")([episode], None, Excerpt(0, judged.record(answer, SEED, None).moments))


@pytest.mark.parametrize("answer", ["request", "plan"])
def test_the_exact_answer_is_right_and_proved(answer: str) -> None:
    judged = task(answer=answer, level="hard", problem=1)
    known = judged.references()
    goal = next(metric.name for metric in judged.metrics if metric.role == "objective")
    assert score(judged, known["exact"])[goal] == 1
    assert score(judged, known["wishless"])[goal] == 0
    assert isinstance(judged.verify(known["exact"]), Proved)
    assert isinstance(judged.verify(known["wishless"]), Refuted)
    assert isinstance(judged, Recordable)
    assert isinstance(judged, Authored)
    assert pickle.loads(pickle.dumps(judged)).version == judged.version


def test_a_plan_that_is_right_for_a_wrong_request_is_a_defect() -> None:
    judged = task(level="hard", problem=1)
    true = judged.problem.request
    generous = program(request.write(structs.replace(true, budget=true.budget * 10)), "request")
    careful = program(request.write(structs.replace(true, budget=true.budget - 1)), "request")
    for wrong in (generous, careful):
        metrics = score(judged, wrong)
        assert metrics["delivery"] == 1
        assert metrics["faithful"] == pytest.approx(0.9)
        assert metrics["solved"] == 0
    assert score(judged, careful)["final"] == 1
    assert 'field "budget"' in told(judged, careful).text


def test_a_request_that_cannot_be_satisfied_is_rightly_refused_with_the_core_and_what_would_help() -> None:
    judged = task(kind="transport", problem=0)
    metrics = score(judged, judged.references()["exact"])
    assert metrics["solved"] == metrics["refused"] == 1
    recorded = judged.record(judged.references()["exact"], SEED, None)
    text = "\n".join(moment.text for moment in recorded.moments)
    assert "transportation" in text
    assert "it would help to give up the transportation" in text
    assert score(judged, judged.references()["wishless"])["solved"] == 0


def test_answers_that_cannot_be_read_are_faults_with_a_remedy() -> None:
    for answer in ("request", "plan"):
        judged = task(answer=answer)
        wrong = program("{}", answer)
        fault = judged.lint(wrong)
        assert fault is not None
        assert fault.remedy
        with pytest.raises(ProgramFault):
            judged.evaluate(wrong, SEED, None)
        assert judged.lint(judged.references()["exact"]) is None


@pytest.mark.parametrize(
    "options",
    [{"level": "extreme"}, {"answer": "poem"}, {"mode": "loose"}, {"feedback_from": "mum"}, {"kind": "sad"}],
)
def test_options_that_do_not_exist_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="must be one of"):
        task(**options)


def test_options_show_in_the_version_and_the_brief_holds_the_words() -> None:
    assert task().version == "2"
    assert task(level="hard", problem=3).version == "2[level=hard,problem=3]"
    for answer in ("request", "plan"):
        judged = task(answer=answer)
        assert judged.words in judged.brief()
        assert judged.brief() == judged.brief()
    assert len(task(answer="plan", scrubbed=False).brief()) > len(task(answer="plan").brief())
    assert any(figure.metrics.get("final") == 0.933 for figure in task().figures())


def test_feedback_is_a_line_a_rule_and_its_controls_say_nothing_of_the_truth() -> None:
    judged = task(answer="plan", level="easy")
    wrong = judged.author().draft(1, 3).program
    lines = [moment.text for moment in judged.record(wrong, SEED, None).moments]
    assert len(lines) == 9
    assert sum(line.startswith("fail: ") for line in lines) >= 1
    by_luck = task(answer="plan", level="easy", feedback_from="random")
    seen = {tuple(it.text for it in by_luck.record(wrong, Seed(seed), None).moments) for seed in range(5)}
    assert len(seen) == 5
    silent = task(answer="plan", level="easy", feedback_from="none")
    assert silent.record(wrong, SEED, None).moments == ()


def repaired(judged: TripTask, entropy: int, rate: float) -> tuple[bool, int]:
    """Return whether a single planted mistake is gone after at most three rounds, and after how many."""
    author, goal = judged.author(), "final" if judged.answer == "plan" else "solved"
    draft = author.draft(1, entropy)
    assert len(draft.mistakes) == 1
    for rounds in range(4):
        if score(judged, draft.program)[goal] == 1:
            return True, rounds
        draft = author.mend(draft.program, told(judged, draft.program), rate, 1000 * entropy + rounds)
    return False, 4


@pytest.mark.parametrize("answer", ["request", "plan"])
def test_single_mistakes_are_detected_and_nine_of_ten_mended_in_three_rounds(answer: str) -> None:
    good, drafts = 0, 10
    for entropy in range(drafts):
        judged = task(answer=answer, level="medium", problem=(1, 3)[entropy % 2])
        done, rounds = repaired(judged, entropy, 0.1)
        good += done
        assert rounds >= 1, "a planted mistake must show"
    assert good >= 0.9 * drafts


def test_an_author_that_errs_every_time_it_mends_is_not_believed() -> None:
    judged = task(level="medium", problem=1)
    assert not any(repaired(judged, entropy, 1.0)[0] for entropy in range(2))


def test_drafts_are_reproducible_and_name_their_mistakes() -> None:
    for answer, kinds in (("request", REQUEST_FAULTS), ("plan", PLAN_FAULTS)):
        author = task(answer=answer).author()
        assert author.draft(0, 1).mistakes == ()
        assert author.draft(2, 5) == author.draft(2, 5)
        assert set(author.draft(2, 5).mistakes) <= set(kinds)
    garbage = program("no JSON at all", "request")
    judged = task()
    mended = judged.author().mend(garbage, Feedback("trace", ""), 0.0, 1)
    assert score(judged, mended.program)["solved"] == 1


def test_plans_are_read_back_as_written() -> None:
    judged = task(answer="plan")
    plan = plans.read(judged.references()["exact"].source)
    assert plans.read(plans.write(plan)) == plan
    assert plans.LANGUAGE.complaint("[]") is not None
