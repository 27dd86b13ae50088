"""Single planted mistakes are mended within three rounds on every source; the benchmark counts many more."""

import pytest

from solon.contract import Feedback, Jail, Program, ProgramFault, Seed
from solon.engine.feedback import describer
from solon.playback import Excerpt
from solon.tasks.planning.models.cases import SOURCES
from solon.tasks.planning.models.task import ModelTask
from solon.verify.formal.text import read

JAIL: Jail = None  # type: ignore[assignment]  # nothing is executed
SEED = Seed(0)


def judged(task: ModelTask, candidate: Program) -> tuple[bool, Feedback]:
    describe = describer(task, "counterexample")
    try:
        episode = task.evaluate(candidate, SEED, JAIL)
    except ProgramFault as raised:
        return False, describe([], raised.fault, None)
    moments = task.record(candidate, SEED, JAIL).moments
    return episode.metrics["optimal"] == 1, describe([episode], None, Excerpt(0, moments))


@pytest.mark.parametrize("source", sorted(SOURCES))
def test_a_single_mistake_is_mended_within_three_rounds(source: str) -> None:
    task = ModelTask(source=source, problem=3)
    author = task.author()
    draft = author.draft(1, 103)
    assert len(draft.mistakes) == 1
    right, feedback = judged(task, draft.program)
    for turn in range(3):
        if not right:
            draft = author.mend(draft.program, feedback, 0.0, turn)
            right, feedback = judged(task, draft.program)
    assert right, feedback.text


def test_drafts_are_the_same_for_the_same_arguments_and_say_what_was_planted() -> None:
    author = ModelTask(source="facility").author()
    assert author.draft(2, 7) == author.draft(2, 7)
    assert len(author.draft(2, 7).mistakes) == 2
    assert author.draft(0, 1).mistakes == ()


def test_a_careless_hand_makes_new_mistakes_where_it_mends() -> None:
    task = ModelTask(source="blocks")
    author = task.author()
    rule = task.case.truth.rules[0]
    feedback = Feedback("counterexample", f'the words say "{rule.meaning}"')
    right = author.draft(0, 1).program
    mended = author.mend(right, feedback, 1.0, 3)
    assert len(mended.mistakes) == 1
    assert mended.program != right
    assert author.mend(right, feedback, 0.0, 3).program == right


def test_an_author_without_a_hint_writes_some_part_anew_and_one_who_cannot_read_all_of_it() -> None:
    task = ModelTask(source="blocks")
    author = task.author()
    right = author.draft(0, 1).program
    assert author.mend(right, Feedback("none", ""), 0.0, 1).program == right
    broken = Program((("model.txt", "problem"),), right.entry, right.kind)
    assert author.mend(broken, Feedback("none", ""), 0.0, 1).program == right


def test_an_echo_of_the_draft_names_no_part_of_it() -> None:
    task = ModelTask(source="blocks", fidelity="none")
    author = task.author()
    draft = author.draft(1, 5).program
    _, feedback = judged(task, draft)
    assert "| constraints" in feedback.text, "the draft is shown, as its own words"
    mended = {author.mend(draft, feedback, 0.0, entropy).program for entropy in range(12)}
    assert draft in mended, "without a finding it mends some part at random, and mostly not the wrong one"


def test_what_a_model_adds_and_the_feedback_blames_is_taken_out() -> None:
    task = ModelTask(source="blocks")
    author = task.author()
    right = author.draft(0, 1).program
    more = Program((("model.txt", right.source + "  mine: picked[block_a] = 0\n"),), right.entry, right.kind)
    mended = author.mend(more, Feedback("counterexample", "your rule 'mine' forbids a plan"), 0.0, 1).program
    assert read(mended.source) == read(right.source)
