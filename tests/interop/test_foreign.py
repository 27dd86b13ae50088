"""Evaluators of other tools: they and the program run in the jail, and every result says where its score was made."""

from pathlib import Path

import pytest

import solon
from solon.contract import Invalid, Outcome, Program, Scored
from solon.engine import PoolJudge, public_seeds
from solon.interop.foreign import ForeignTask
from solon.sandbox import Limits
from solon.tasks import UnknownName, load
from toys import python

QUADRATIC = '''"""Find the minimum of a function."""

import concurrent.futures
import importlib.util
import os
import time
import traceback

import numpy as np


def run_with_timeout(function, seconds=5):
    with concurrent.futures.ThreadPoolExecutor(max_workers=1) as executor:
        return executor.submit(function).result(timeout=seconds)


def evaluate(program_path):
    assert os.path.exists(program_path) and os.path.isfile(program_path)
    try:
        spec = importlib.util.spec_from_file_location("program", program_path)
        program = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(program)
        start = time.time()
        values = [run_with_timeout(program.search) for _ in range(3)]
        from statistics import fmean
        return {
            "combined_score": np.float64(-fmean((x - 2) ** 2 for x in values)),
            "speed": 1 / (1 + time.time() - start),
            "note": "fine",
        }
    except Exception as error:
        return {"combined_score": 0.0, "error": traceback.format_exc()}
'''
START = "def search():\n    return 1.0\n"


def judge(task: ForeignTask, program: Program, seeds: int = 1, isolation: str = "auto") -> Outcome:
    with PoolJudge(task, limits=Limits(cpu_seconds=10), workers=1, isolation=isolation) as pool:
        return next(pool.judge([(program, public_seeds(seeds))]))


def written(folder: Path, source: str, start: str | None = START) -> str:
    (folder / "evaluator.py").write_text(source)
    if start is not None:
        (folder / "initial_program.py").write_text(start)
    return f"foreign:{folder}/evaluator.py"


def scores(outcome: Outcome) -> list[dict[str, float]]:
    assert isinstance(outcome, Scored), outcome
    return [episode.metrics for episode in outcome.episodes]


def fault(outcome: Outcome):
    assert isinstance(outcome, Invalid), outcome
    return outcome.fault


def test_an_evaluator_with_threads_and_late_imports_judges_a_program_that_is_in_no_file(tmp_path: Path) -> None:
    task = load(written(tmp_path, QUADRATIC))
    assert scores(judge(task, python("def search():\n    return 1.5\n"), 2)) == [{"score": -0.25}, {"score": -0.25}]
    assert scores(judge(task, task.references()["start"])) == [{"score": -1.0}]


def test_what_the_evaluator_reports_as_an_error_is_shown_beside_the_score(tmp_path: Path) -> None:
    outcome = judge(load(written(tmp_path, QUADRATIC)), python("def search():\n    return undefined\n"))
    assert scores(outcome) == [{"score": 0.0}]
    assert outcome.episodes[0].slips == 1
    assert "undefined" in outcome.episodes[0].first_slip.message


def test_every_scored_run_carries_the_label(tmp_path: Path) -> None:
    task = load(written(tmp_path, QUADRATIC))
    assert "beside the program" in task.metrics[0].meaning
    (tmp_path / "better.py").write_text("def search():\n    return 2.0\n")
    card, folder = solon.run(
        written(tmp_path, QUADRATIC),
        proposer=f"scripted:{tmp_path / 'better.py'}",
        sealed_seeds=2,
        out=tmp_path / "run",
        workers=1,
    )
    assert card.arms["winner"].metrics["score"].mean == 0
    assert set(card.arms) >= {"winner", "control:start"}
    labels = [finding for finding in card.findings if finding.kind == "beside"]
    assert labels
    assert all(it.severity == "warning" and "score computed beside the program" in it.message for it in labels)
    assert "computed beside the program" in (folder / "report.html").read_text()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return 3", 3.0),
        ("return {'score': 4, 'other': 'x'}", 4.0),
        ("return {'score': 4, 'combined_score': 5}", 5.0),
        ("return type('Result', (), {'metrics': {'combined_score': 6}, 'artifacts': {}})()", 6.0),
        ("return float(len(open(path).read()))", float(len(START))),
        ("import pathlib; return len(pathlib.Path(path).read_bytes())", float(len(START))),
        ("import runpy; return runpy.run_path(path)['search']()", 1.0),
        ("import policy; return policy.search()", 1.0),
        ("import sys; sys.path.insert(0, 'x'); return __import__('policy').search()", 1.0),
    ],
)
def test_results_and_ways_to_the_program_that_other_tools_allow(tmp_path: Path, body: str, expected: float) -> None:
    task = load(written(tmp_path, f"def evaluate(path):\n    {body}\n"))
    assert scores(judge(task, python(START))) == [{"score": expected}]


def test_a_seed_parameter_gets_a_number_that_depends_on_the_seed_alone(tmp_path: Path) -> None:
    task = load(written(tmp_path, "def assess(path, seed):\n    return seed\n") + ":assess")
    first, again = (scores(judge(task, python(START), 3)) for _ in range(2))
    assert first == again
    assert len({it["score"] for it in first}) == 3


def test_named_entries_become_metrics(tmp_path: Path) -> None:
    source = "def evaluate(path):\n    return {'loss': 2.0, 'size': 7, 'score': 9}\n"
    task = load(written(tmp_path, source), score="loss", direction="minimise", context="size")
    assert scores(judge(task, python(START))) == [{"score": 2.0, "size": 7.0}]
    assert task.metrics[0].direction == "minimise"
    missing = fault(judge(load(written(tmp_path, source), context="weight"), python(START)))
    assert "weight" in missing.message


@pytest.mark.parametrize("returned", ["{}", "{'accuracy': 1.0}", "None", "float('nan')", "'7'"])
def test_without_a_finite_score_the_program_is_invalid_and_told_the_option(tmp_path: Path, returned: str) -> None:
    found = fault(judge(load(written(tmp_path, f"def evaluate(path):\n    return {returned}\n")), python(START)))
    assert found.kind == "output"
    assert "combined_score or score" in found.message
    assert "-o score=NAME" in found.remedy


@pytest.mark.parametrize(
    "deed",
    [
        "open('/etc/passwd').read()",
        "__import__('socket').socket()",
        "__import__('os').system('id')",
        "open(__file__, 'w')",
    ],
)
def test_neither_the_evaluator_nor_the_program_reaches_the_machine(tmp_path: Path, deed: str) -> None:
    task = load(written(tmp_path, "def evaluate(path):\n    import policy\n    return policy.search()\n"))
    program = python(f"def search():\n    result = {deed}\n    return 1.0 if result else 1.0\n")
    outcome = judge(task, program)
    if "system" in deed:  # fails without an exception
        assert scores(outcome) == [{"score": 1.0}]
    else:
        assert "Error" in fault(outcome).message


def test_a_program_that_answers_in_the_evaluators_place_is_a_protocol_fault(tmp_path: Path) -> None:
    task = load(written(tmp_path, "def evaluate(path):\n    import policy\n    return policy.search()\n"))
    forger = (
        "import sys\n"
        "def search():\n"
        "    guest = sys.modules['solon.interop.foreign_guest']\n"
        "    guest.Verdict = lambda *_: 'all is well'\n"
        "    return 1.0\n"
    )
    assert fault(judge(task, python(forger))).kind == "protocol"


def test_wrong_calls_are_told_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot read"):
        load(f"foreign:{tmp_path}/nowhere.py")
    name = written(tmp_path, QUADRATIC)
    with pytest.raises(UnknownName, match="did you mean 'score'"):
        load(name, scores="x")
    with pytest.raises(ValueError, match="use maximise or minimise"):
        load(name, direction="up")
    (tmp_path / "evaluator.py").write_text("def evaluate(:\n")
    with pytest.raises(ValueError, match="line 1"):
        load(name)


def test_without_a_jail_it_is_refused(tmp_path: Path) -> None:
    outcome = judge(load(written(tmp_path, QUADRATIC)), python(START), isolation="none")
    assert "worker of its own" in outcome.reason


def test_an_edited_evaluator_is_another_version(tmp_path: Path) -> None:
    before = load(written(tmp_path, QUADRATIC)).version
    assert load(written(tmp_path, QUADRATIC + "\n")).version != before


def test_the_brief_shows_the_starting_program_or_else_the_evaluator(tmp_path: Path) -> None:
    assert START in load(written(tmp_path, QUADRATIC)).brief()
    assert "Find the minimum" in load(written(tmp_path, QUADRATIC)).brief()
    (tmp_path / "initial_program.py").unlink()
    assert "run_with_timeout" in load(written(tmp_path, QUADRATIC, None)).brief()
