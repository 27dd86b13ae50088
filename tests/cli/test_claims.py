"""What a person is told of a result: an invalid winner, decisions that failed, a task of which less is better."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from solon.cli import main

Call = Callable[..., tuple[int, str, str]]
ARGUMENTS = ("--seeds", "2", "--seed", "1", "--out", "r", "--workers", "1")

HEADER = """
from solon.contract import Episode, Fault, Figure, Metric, Program, ProgramFault, Task


class Made(Task):
    name, version = "made", "1"

    def brief(self):
        return "write a number"
"""

TREACHEROUS = (
    HEADER
    + """
    metrics = (Metric("value", role="objective"),)

    def evaluate(self, program, seed, jail):
        if seed.visibility == "sealed":
            raise ProgramFault(Fault("time", "it never ends"))
        return Episode({"value": 1.0})
"""
)

COSTLY = (
    HEADER
    + """
    metrics = (Metric("cost", "minimise", "objective", low=0),)

    def evaluate(self, program, seed, jail):
        return Episode({"cost": float(program.source.split()[-1]) + seed.number % 2})

    def figures(self):
        return (Figure("bound", "no less", {"cost": 2.0}, "a proof"),)

    def references(self):
        return {"dear": Program((("policy.py", "14"),))}
"""
)


UNVARYING = (
    HEADER
    + """
    metrics = (Metric("value", role="objective"), Metric("margin", role="constraint", low=-9))

    def evaluate(self, program, seed, jail):
        value = float(program.source.split()[-1])
        return Episode({"value": value, "margin": 5.0 - value})

    def references(self):
        return {"reckless": Program((("policy.py", "9"),))}
"""
)


def write(name: str, text: str) -> None:
    Path(name).write_text(text, encoding="utf-8")


def test_a_winner_that_is_invalid_on_sealed_seeds_claims_nothing(call: Call) -> None:
    write("t.py", TREACHEROUS)
    write("p.py", "def policy():\n    return 1\n")
    code, out, _ = call("run", "t.py:Made", "--proposer", "scripted:p.py", *ARGUMENTS)
    assert code == 1
    assert "The winner is invalid on the sealed seeds" in out
    assert "it never ends" in out
    assert "alarm: winner: invalid on the sealed seeds" in out
    report = Path("r/report.html").read_text()
    assert "The winner is invalid on the sealed seeds" in report
    assert "No valid program was found" not in report
    write("t.py", COSTLY)  # the task is taken from the evidence
    code, out, _ = call("verify", "r", "--workers", "1")
    assert code == 0, out
    card = json.loads(Path("r/card.json").read_text())
    assert [it["kind"] for it in card["findings"]][-1] == "winner-invalid"
    assert call("resume", "r", "--json")[0] == 1


def test_a_winner_whose_every_decision_failed_raises_an_alarm(call: Call) -> None:
    write("p.py", "def policy(env, agent_id):\n    return 1 / 0\n")
    arguments = (*ARGUMENTS, "-o", "steps=20", "-o", "n_agents=2", "--partner-seeds", "0")
    code, out, _ = call("run", "gathering", "--proposer", "scripted:p.py", *arguments)
    assert code == 0
    assert "alarm: winner: 80 decisions, 100.0% of all, failed" in out
    row = json.loads(call("eval", "gathering", "p.py", "--seeds", "1", "-o", "steps=20", "--json")[1])
    assert row["slip_share"] == 1.0


def test_where_less_is_better_differences_and_shares_say_so(call: Call) -> None:
    write("t.py", COSTLY)
    write("p.py", "7")
    code, out, err = call("run", "t.py:Made", "--proposer", "scripted:p.py", *ARGUMENTS)
    assert code == 0, err
    assert "better than the control dear: cost 7.00 lower" in out
    card = json.loads(Path("r/card.json").read_text())
    assert card["minimised"] == ["cost"]
    difference = next(it for it in card["comparisons"] if it["arm"] == "control:dear")
    assert (difference["difference"]["mean"], difference["improved"]) == (-7.0, True)
    mean = card["arms"]["winner"]["metrics"]["cost"]["mean"]
    assert card["share_of_bound"]["cost"] == pytest.approx(2 / mean)
    report = Path("r/report.html").read_text()
    assert "cost at least 2.000" in report
    assert "7.00 lower" in report
    assert "solon verify r" in report


def test_what_a_torn_journal_lost_is_told(call: Call) -> None:
    write("t.py", COSTLY)
    write("p.py", "7")
    assert call("run", "t.py:Made", "--proposer", "scripted:p.py", *ARGUMENTS)[0] == 0
    journal, card = Path("r/journal.jsonl"), Path("r/card.json")
    Path("r/secret.json").write_text(json.dumps({"root": json.loads(card.read_text())["root"]}))
    card.unlink()
    journal.write_bytes(journal.read_bytes()[:-20])
    code, _, err = call("resume", "r", "--quiet")
    assert code == 0
    assert "dropped a torn last line" in err


def test_a_finished_run_is_resumed_to_the_card_that_it_has(call: Call) -> None:
    write("t.py", COSTLY)
    write("p.py", "7")
    assert call("run", "t.py:Made", "--proposer", "scripted:p.py", *ARGUMENTS)[0] == 0
    Path("t.py").unlink()  # nothing is judged, nothing is loaded
    code, out, _ = call("resume", "r", "--json")
    assert code == 0
    assert json.loads(out)["card"] == json.loads(Path("r/card.json").read_text())


def test_a_pasted_run_prints_one_document_and_asks_on_standard_error(call: Call, monkeypatch) -> None:
    write("t.py", COSTLY)
    monkeypatch.setattr(sys, "stdin", io.StringIO("```python\ndef policy():\n    return 7\n```\nEND\n"))
    code, out, err = call("run", "t.py:Made", "--proposer", "paste", "--json", *ARGUMENTS)
    assert code == 0, err
    assert json.loads(out)["card"]["objective"] == "cost"
    assert "Paste reply" in err


def test_the_main_function_is_the_entry_point() -> None:
    assert main.__module__ == "solon.cli"


def test_figures_that_no_seed_moves_and_arms_that_violate_are_told(call: Call) -> None:
    write("t.py", UNVARYING)
    write("p.py", "4")
    code, out, _ = call("run", "t.py:Made", "--proposer", "scripted:p.py", *ARGUMENTS)
    assert code == 0, out
    assert "the same on each of 2 sealed seeds" in out
    assert "(that arm violates margin)" in out
    assert "it is the first proposal" in out
    assert "than the first proposal" not in out
    write("t.py", COSTLY)
    _, out, _ = call("run", "t.py:Made", "--proposer", "scripted:p.py", "--seeds", "9", "--seed", "1", "--workers", "1")
    assert "mean ± half of the 95 % interval over 9 sealed seeds" in out
