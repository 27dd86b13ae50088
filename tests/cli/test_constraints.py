"""A run under a constraint, from the command line to the card."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from solon.engine import read_card

Call = Callable[..., tuple[int, str, str]]

TASK = """
from solon.contract import Episode, Metric, Program, Proposal, Task
from solon.sketch import Hole, Sketch


class Fenced(Task):
    name, version = "fenced", "1"
    metrics = (
        Metric("value", role="objective", low=0, high=20),
        Metric("rest", low=-20, high=20),
        Metric("value <= 6", role="constraint", low=-14, high=6),
    )

    def brief(self):
        return "write a number"

    def evaluate(self, program, seed, jail):
        value = float(program.source) + seed.number % 3 / 10
        return Episode({"value": value, "rest": -value, "value <= 6": 6 - value})

    def sketch(self):
        hole = Hole("x", 9.0, 0.0, 19.0)
        return Sketch((hole,), lambda values: Program((("policy.py", repr(values["x"])),)))
"""
REST = ("--isolation", "none", "--workers", "1", "--seeds", "5", "--seed", "1", "--out", "r")


@pytest.fixture(autouse=True)
def _task(call: Call) -> None:
    Path("t.py").write_text(TASK, encoding="utf-8")


def test_a_run_ends_within_its_constraint_and_says_so(call: Call) -> None:
    code, out, err = call("run", "t.py:Fenced", "--strategy", "race:batch=8,rounds=5,seeds=(1,3,6)", *REST)
    assert code == 0, err
    assert "constraint value <= 6: holds" in out
    assert "violated" in out, "the default filling, which is the first proposal, lies outside"
    card = read_card(Path("r"))
    verdicts = {it.arm: it.verdict for it in card.constraints}
    assert verdicts["winner"] == "holds"
    assert verdicts["first"] == "violated"
    assert card.arms["winner"].metrics["value"].mean > 5
    assert not [finding for finding in card.findings if finding.kind in ("constraint", "jump", "memorised")]
    configuration = json.loads(Path("r/run.json").read_text())
    assert configuration["strategy_options"]["seeds"] == [1, 3, 6]
    code, out, err = call("resume", "r", "--json")
    assert code == 0, err
    assert json.loads(out)["card"]["constraints"][0]["constraint"] == "value <= 6"


def test_a_winner_outside_is_a_warning_and_no_improvement(call: Call) -> None:
    code, out, err = call("run", "t.py:Fenced", "--strategy", "best-of-n:n=1,seeds=2", *REST)
    assert code == 0, err
    assert "constraint value <= 6: violated" in out
    assert "warning: winner: it violates value <= 6 on the sealed seeds" in out
    assert not any(it.improved for it in read_card(Path("r")).comparisons)


def test_evaluation_shows_the_margin(call: Call) -> None:
    Path("p.py").write_text("7.0")
    code, out, _ = call("eval", "t.py:Fenced", "p.py", "--isolation", "none", "--workers", "1")
    assert code == 0
    assert "value <= 6" in out
    assert "holds where that is at least 0" in out
    _, out, _ = call("eval", "t.py:Fenced", "p.py", "--isolation", "none", "--workers", "1", "--json")
    assert json.loads(out)["metrics"]["value <= 6"]["mean"] == pytest.approx(-1.1, abs=0.1)


def test_a_frontier_stands_on_the_card_and_is_verified(call: Call) -> None:
    strategy = "pareto:over=(value,rest),rounds=3,width=3,seeds=2"
    code, out, err = call("run", "t.py:Fenced", "--strategy", strategy, *REST)
    assert code == 0, err
    front = read_card(Path("r")).frontier
    assert len(front) > 1, "what is gained in one metric is lost in the other"
    assert all(it.metrics["value <= 6"] >= 0 for it in front)
    assert f"{len(front)} candidates on the frontier" in out
    code, out, _ = call("verify", "r", "--workers", "1")
    assert code == 0, out


def test_a_frontier_over_what_is_not_measured_is_refused_before_the_run(call: Call) -> None:
    code, _, err = call("run", "t.py:Fenced", "--strategy", "pareto:over=(value,rust)", *REST)
    assert code == 2
    assert "did you mean 'rest'" in err
    assert not Path("r").exists()
