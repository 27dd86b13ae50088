"""Constraints: what they make of a score, what is said of them on sealed seeds, and a run under them."""

import math

import pytest

from solon.contract import Candidate, Episode, Jail, Metric, Program, Proposal, Seed, Task
from solon.engine.constraints import constraint_findings, held, kept
from solon.engine.feedback import describer, scorer
from solon.engine.findings import jump
from solon.search import VIOLATION
from toys import python


class Fenced(Task):
    name, version = "fenced", "1"
    metrics = (
        Metric("cost", "minimise", "objective", low=0, high=50),
        Metric("peace >= 9", role="constraint", low=-9, high=1, meaning="margin"),
        Metric("spill", "minimise", "constraint", low=-2),
    )

    def brief(self) -> str:
        return ""

    def evaluate(self, program: Program, seed: Seed, jail: Jail) -> Episode:
        raise NotImplementedError


def episode(cost: float, peace: float = 0.5, spill: float = 0.0) -> Episode:
    return Episode({"cost": cost, "peace >= 9": peace, "spill": spill})


def test_where_all_constraints_hold_the_score_is_the_objective() -> None:
    assert scorer(Fenced())(episode(4.0)) == -4.0
    assert scorer(Fenced())(episode(4.0, peace=0.0)) == -4.0


def test_any_violation_costs_more_than_the_objective_can_bring_on_all_seeds_together() -> None:
    score = scorer(Fenced())
    barely = score(episode(0.0, peace=-1e-300))
    assert barely <= -VIOLATION
    assert math.fsum([barely, *[score(episode(0.0))] * 10_000]) < math.fsum([score(episode(50.0))] * 10_001)


def test_less_violation_is_better_among_violators() -> None:
    score = scorer(Fenced())
    steps = [episode(50, -0.1), episode(0, -0.2), episode(0, -9), episode(0, -0.1, 0.5), episode(0, -0.1, 1e9)]
    scores = [score(it) for it in steps]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == len(scores)
    assert all(math.isfinite(it) for it in scores)


@pytest.mark.parametrize(
    ("margins", "verdict", "violations"),
    [
        ((0.5, 0.5, 0.5), "holds", 0),
        ((0.0, 0.0, 0.0), "holds", 0),
        ((-0.1, 0.5, 0.1), "undecided", 1),
        ((-0.5, -0.5, -0.4), "violated", 3),
        ((-0.01, *(0.5 + n / 100 for n in range(12))), "holds", 1),
    ],
)
def test_a_verdict_rests_on_the_interval_of_the_mean_margin(margins, verdict: str, violations: int) -> None:
    found = next(iter(held(Fenced(), "winner", [episode(1, it) for it in margins])))
    assert (found.constraint, found.verdict, found.violations) == ("peace >= 9", verdict, violations)
    assert kept(Fenced(), [episode(1, it) for it in margins]) == (verdict == "holds")


def test_where_less_is_better_the_margin_is_turned_round() -> None:
    found = list(held(Fenced(), "winner", [episode(1, 0.5, spill=0.3), episode(1, 0.5, spill=0.4)]))[1]
    assert (found.margin.mean, found.verdict) == (pytest.approx(-0.35), "undecided")


@pytest.mark.parametrize(("level", "told"), [("none", False), ("sparse", True), ("dense", True)])
def test_proposals_are_told_of_constraints_wherever_they_are_told_of_the_objective(level: str, told: bool) -> None:
    assert ("peace >= 9 = -0.5" in describer(Fenced(), level)([episode(1, -0.5)], None).text) == told


@pytest.mark.parametrize(
    ("margins", "words"),
    [((-0.5, -0.5, -0.4), "it violates peace >= 9"), ((-0.5, 0.5, 0.4), "not shown to keep peace")],
)
def test_a_winner_that_violates_a_constraint_or_may_do_so_is_a_finding(margins, words: str) -> None:
    (found,) = constraint_findings(Fenced(), [episode(1, it) for it in margins])
    assert (found.kind, found.severity) == ("constraint", "warning")
    assert found.message.startswith("winner: it ")
    assert words in found.message


def test_a_winner_that_keeps_its_constraints_is_none() -> None:
    assert list(constraint_findings(Fenced(), [episode(1, it) for it in (0.5, 0.4, 0.5)])) == []


def test_the_way_out_of_a_violation_is_no_jump() -> None:
    def candidate(number: int, score: float, parents: tuple[int, ...]) -> Candidate:
        return Candidate(number, Proposal(python(str(number)), parents), number, (score,))

    ordinary = [candidate(n, -100.0 + n % 7, (n - 1,) if n else ()) for n in range(40)]
    history = [*ordinary, candidate(40, -VIOLATION, (39,)), candidate(41, -1.0, (40,))]
    assert list(jump(history, 41)) == []
    assert list(jump([*history[:41], candidate(41, 1e6, (39,))], 41)), "the same measurement sees a true jump"
