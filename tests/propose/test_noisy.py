"""The stand-in for a model drafts with planted mistakes and mends what the feedback names; nothing else knows of it."""

import pytest

from solon.contract import Ask, Candidate, Feedback, Program, Proposal
from solon.language import Language
from solon.propose import check_proposer, make_proposer, parse_reply
from solon.propose.noisy import StandIn
from solon.standin import Draft
from toys import LinearProgramme, Sorting


def text(content: str) -> Program:
    return Program((("policy.py", content),))


class Writer:
    """Writes numbers; a mistake is a number that is one too high."""

    def draft(self, mistakes: int, entropy: int) -> Draft:
        return Draft(text(f"policy = {mistakes}  # {entropy}"), ("one too high",) * mistakes)

    def mend(self, draft: Program, feedback: Feedback, rate: float, entropy: int) -> Draft:
        return Draft(text(f"policy = 0  # {draft.digest[:4]} {feedback.text} {rate} {entropy}"))


class Authored(Sorting):
    def author(self) -> Writer:
        return Writer()


def test_it_keeps_the_rules_of_proposers() -> None:
    check_proposer(StandIn, Authored())


def test_drafts_name_their_mistakes_and_siblings_differ() -> None:
    first, second = StandIn(mistakes=2).propose(Authored(), (), Ask(2, 1), 5)
    assert first.operator == "draft with one too high, one too high"
    assert first.program != second.program


def test_what_is_mended_is_the_parent_by_its_feedback() -> None:
    parent = Candidate(0, Proposal(text("policy = 1")), 0, feedback=Feedback("trace", "it is too high"))
    (child,) = StandIn(rate=0.25).propose(Authored(), (parent,), Ask(1, 1, parents=(0,)), 9)
    assert child.parents == (0,)
    assert "it is too high 0.25 9" in child.program.source


@pytest.mark.parametrize("words", ["noisy:rate=2", "noisy:mistakes=-1", "noisy:rate=x", "noisy:what=1"])
def test_a_wrong_option_is_one_sentence(words: str) -> None:
    with pytest.raises(ValueError, match=r"noisy:mistakes=1,rate=0\.1"):
        make_proposer(words)


def test_a_task_without_an_author_says_so() -> None:
    with pytest.raises(ValueError, match="brings no author"):
        StandIn().propose(LinearProgramme(), (), Ask(1, 1), 0)


def test_of_a_reply_in_a_formal_language_the_block_counts_and_not_the_words_around_it() -> None:
    lenient = Language(
        "list", "list.txt:list", "a list", ("list",), lambda text: None if "item" in text else "is empty"
    )
    assert parse_reply("Here:\n```list\nitem 1\n```\nDone.", lenient).source == "item 1\n"
    assert parse_reply("item 2", lenient).source == "item 2\n"
