"""A proof, a refutation or neither stands on the card, in eval and in the report; nothing else is taken for it."""

from pathlib import Path

import pytest

import solon
from solon import evidence
from solon.api import evaluate
from solon.contract import InfrastructureError, Program, Proved, Refuted, Unknown, Verdict
from solon.engine import read_card, told, verdict_of
from toys import Sorting, python


class Even(Sorting):
    """A property that anybody can see: the source has an even number of letters."""

    def verify(self, program: Program) -> Verdict:
        letters = len(program.source)
        return Proved("counting the letters") if letters % 2 == 0 else Refuted(f"it has {letters} letters")


class Broken(Sorting):
    def verify(self, program: Program) -> Verdict:
        raise InfrastructureError("the solver is not installed")


def test_a_task_without_a_property_has_no_verdict() -> None:
    assert verdict_of(Sorting(), python("x = 1")) is None


def test_a_solver_that_fails_proves_nothing() -> None:
    assert verdict_of(Broken(), python("x = 1")) == Unknown("the solver is not installed")


def test_verdicts_are_told_in_one_sentence() -> None:
    assert told(Proved("z3")) == "Proved, by z3."
    assert told(Refuted("f(1) is 2.")) == "Refuted: f(1) is 2."
    assert told(Unknown("no time")) == "Neither proved nor refuted: no time."


@pytest.mark.parametrize("more", ["", " "])
def test_eval_and_card_hold_the_verdict_and_verify_proves_again(tmp_path: Path, more: str) -> None:
    task = tmp_path / "task.py"
    task.write_text(
        "from solon.contract import *\n"
        "class Even(Task):\n"
        "    name, version = 'even', '1'\n"
        "    metrics = (Metric('score', role='objective'),)\n"
        "    def brief(self): return 'An even number of letters.'\n"
        "    def evaluate(self, program, seed, jail): return Episode({'score': 1.0})\n"
        "    def verify(self, program):\n"
        "        n = len(program.source)\n"
        "        return Proved('counting') if n % 2 == 0 else Refuted(f'it has {n} letters')\n"
    )
    program = tmp_path / "p.py"
    program.write_text(f"def policy(): return 1{more}\n")
    letters = len(program.read_text())
    expected = Proved("counting") if letters % 2 == 0 else Refuted(f"it has {letters} letters")
    name = f"{task}:Even"
    assert evaluate(name, program, seeds=1, workers=1).verdict == expected
    _, folder = solon.run(name, proposer=f"scripted:{program}", sealed_seeds=2, workers=1, out=tmp_path / "run")
    assert read_card(folder).verdict == expected
    word = "Proved" if letters % 2 == 0 else "Refuted"
    page = (folder / "report.html").read_text()
    assert f"<strong>{word}</strong>{told(expected).removeprefix(word).rstrip('.')}" in page
    assert evidence.verify(folder, workers=1).same
    card = folder / "card.json"
    said = card.read_text()
    card.write_text(said.replace('"counting"', '"me"').replace('"it has', '"is it'))
    assert card.read_text() != said
    assert any("verdict" in it for it in evidence.verify(folder, workers=1).differences)
