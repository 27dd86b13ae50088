"""The loop: ordered facts, sealed figures, budgets, and a resume that changes nothing."""

from pathlib import Path

import pytest

from counting import Counting, Number, start
from solon.contract import (
    Episode,
    Fault,
    InfrastructureError,
    Program,
    Proposal,
    Seed,
    Unavailable,
)
from solon.engine import Budget, Bundle
from solon.journal import Found, Judged, Proposed
from toys import DirectJudge, python


def test_a_run_ends_with_a_card_of_sealed_figures(tmp_path: Path) -> None:
    card = start(tmp_path / "run").finish()
    assert card.winner == 5
    assert set(card.arms) == {"winner", "first", "control:zero"}
    assert len(card.arms["winner"].metrics["value"].per_seed) == 3
    assert card.share_of_bound["value"] == pytest.approx(card.arms["winner"].metrics["value"].mean / 9.5)
    assert all(comparison.improved for comparison in card.comparisons)
    assert card.comparisons[0].difference.mean == pytest.approx(5)
    assert (tmp_path / "run" / "policy" / "policy.py").read_text() == "5"
    assert card.cost.search_episodes == 14
    assert not (tmp_path / "run" / "secret.json").exists()
    assert card.root == f"{5:032x}"


def test_facts_stand_in_the_order_of_the_candidates(tmp_path: Path) -> None:
    run = start(tmp_path / "run")
    run.finish()
    judged = [(fact.number, fact.first) for fact in run.log.facts if isinstance(fact, Judged)]
    assert judged == [(0, 0), (1, 0), (2, 0), (3, 0), (4, 0), (5, 0), (5, 2)]


class Killed(BaseException):
    """Stands for the moment at which the process was killed."""


@pytest.mark.parametrize("survived", range(1, 13))
def test_a_run_killed_after_any_fact_resumes_to_the_same_bytes(tmp_path: Path, survived: int) -> None:
    whole = start(tmp_path / "whole")
    expected = whole.finish()
    facts = 0

    def kill(_state, _fact) -> None:
        nonlocal facts
        facts += 1
        if facts == survived:
            raise Killed

    with pytest.raises(Killed):
        start(tmp_path / "cut", observer=kill).finish()
    again = start(tmp_path / "cut").finish()
    assert (tmp_path / "cut/journal.jsonl").read_bytes() == (tmp_path / "whole/journal.jsonl").read_bytes()
    assert again == expected


def test_resuming_a_finished_run_judges_nothing(tmp_path: Path) -> None:
    card = start(tmp_path / "run").finish()
    judge = DirectJudge(lambda program, seed: Unavailable("must not be asked"))
    assert start(tmp_path / "run", judge=judge).finish() == card
    assert judge.played == 0


def test_an_invalid_program_is_told_why_and_never_wins(tmp_path: Path) -> None:
    def judge(program: Program, seed: Seed) -> Episode | Fault:
        if program.source == "5":
            return Fault("time", "it ran for 60 s", "shorten it")
        return Number().evaluate(program, seed, None)

    run = start(tmp_path / "run", judge=DirectJudge(judge))
    card = run.finish()
    assert card.winner == 4
    assert card.cost.invalid == 1
    assert "it ran for 60 s" in run.state.candidates[5].feedback.text
    assert run.state.candidates[5].scores == ()


def test_an_unavailable_judge_stops_the_run_and_a_resume_goes_on(tmp_path: Path) -> None:
    broken = DirectJudge(lambda program, seed: Unavailable("no memory"))
    with pytest.raises(InfrastructureError, match="solon resume"):
        start(tmp_path / "run", judge=broken).finish()
    assert start(tmp_path / "run").finish().winner == 5


def test_proposals_never_see_a_sealed_figure(tmp_path: Path) -> None:
    run = start(tmp_path / "run")
    run.finish()
    sealed = {seed.number for seed in run.seeds.sealed(3)}
    shown = repr(run.proposer.shown)
    assert run.seeds.sealed(1)[0].key.hex() not in shown
    assert not any(str(number) in shown for number in sealed)


def test_the_budget_of_episodes_stops_the_search_not_the_sealing(tmp_path: Path) -> None:
    card = start(tmp_path / "run", budget=Budget(episodes=6)).finish()
    assert card.cost.search_episodes == 6
    assert "budget of 6 episodes" in card.reason
    assert card.arms["winner"].metrics


def test_a_score_past_the_bound_is_an_alarm(tmp_path: Path) -> None:
    run = start(tmp_path / "run", judge=DirectJudge(lambda program, seed: Episode({"value": 50.0})))
    card = run.finish()
    assert any(finding.kind == "bound-passed" and finding.severity == "alarm" for finding in card.findings)
    assert any(isinstance(fact, Found) for fact in run.log.facts)


def test_a_secret_that_was_exchanged_is_noticed(tmp_path: Path) -> None:
    start(tmp_path / "run")
    (tmp_path / "run/secret.json").write_text('{"root": "6"}')
    with pytest.raises(InfrastructureError, match="committed"):
        start(tmp_path / "run")


def test_a_run_never_overwrites_a_folder(tmp_path: Path) -> None:
    start(tmp_path / "run").finish()
    with pytest.raises(ValueError, match="not empty"):
        Bundle.create(tmp_path / "run", Bundle.open(tmp_path / "run").configuration(), 5)


def test_a_program_cannot_name_its_way_out_of_the_folder(tmp_path: Path) -> None:
    class Climbing(Counting):
        def propose(self, task, history, ask, entropy):
            return [Proposal(Program(files=(("../../evil.py", "7"),), entry="../../evil.py:policy"))]

    run = start(tmp_path / "run")
    run.proposer = Climbing()
    card = run.finish()
    assert card.winner is None
    assert all(candidate.fault is not None for candidate in run.state.candidates)
    assert not list(tmp_path.parent.glob("**/evil.py"))


def test_a_proposer_with_nothing_more_to_offer_ends_the_search(tmp_path: Path) -> None:
    class Once(Counting):
        def propose(self, task, history, ask, entropy):
            return [] if history else [Proposal(python("3"))]

    run = start(tmp_path / "run")
    run.proposer = Once()
    card = run.finish()
    assert card.winner == 0
    assert card.reason == "the proposer has nothing more to offer"


def test_a_proposer_that_gives_too_many_is_refused(tmp_path: Path) -> None:
    class Generous(Counting):
        def propose(self, task, history, ask, entropy):
            return [Proposal(python("1"))] * 9

    run = start(tmp_path / "run")
    run.proposer = Generous()
    with pytest.raises(InfrastructureError, match="9 programs for 3"):
        run.finish()
    assert not any(isinstance(fact, Proposed) for fact in run.log.facts)
