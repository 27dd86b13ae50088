"""A run can be judged again, done again and compared, by anyone, without a key."""

import json
import re
import shutil
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

import solon
from solon import evidence
from solon.contract import InfrastructureError
from solon.engine import Budget
from solon.report import write_report

OPTIONS = {"steps": 40}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("evidence") / "run"
    solon.run("cleanup", budget=Budget(episodes=24), sealed_seeds=2, seed=3, options=OPTIONS, workers=2, out=folder)
    return folder


@pytest.fixture
def copy(run: Path, tmp_path: Path) -> Path:
    shutil.copytree(run, tmp_path / "run")
    return tmp_path / "run"


def test_an_honest_run_verifies(run: Path) -> None:
    it = evidence.verify(run, workers=1)
    assert it.same
    assert it.differences == ()


def test_a_run_moved_elsewhere_verifies(copy: Path) -> None:
    assert evidence.verify(copy, workers=1).same


def edit_card(folder: Path, *path: str | int, value: object) -> None:
    card = json.loads((folder / "card.json").read_text())
    target = card
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = value
    (folder / "card.json").write_text(json.dumps(card))


def test_an_embellished_figure_is_named(copy: Path) -> None:
    edit_card(copy, "arms", "winner", "metrics", "efficiency", "per_seed", 1, value=99.0)
    it = evidence.verify(copy, workers=1)
    assert not it.same
    assert "efficiency on sealed seed 1: the card says 99.0" in it.differences[0]


FALSE = {
    "winner: mean of efficiency": (("arms", "winner", "metrics", "efficiency", "mean"), 9.0),
    "winner: low of equality": (("arms", "winner", "metrics", "equality", "low"), 0.99),
    "control:nearest_apple: efficiency on sealed seed 0": (
        ("arms", "control:nearest_apple", "metrics", "efficiency", "per_seed", 0),
        -1.0,
    ),
    "arms.first.slips": (("arms", "first", "slips"), 12345),
    "share_of_bound.efficiency": (("share_of_bound", "efficiency"), 0.99),
    "comparisons.0.difference.low": (("comparisons", 0, "difference", "low"), 5.0),
    "held_out.focal.mean": (("held_out", "focal", "mean"), 1e6),
    "bounds.0.metrics.efficiency": (("bounds", 0, "metrics", "efficiency"), 1.0),
    "cost.candidates": (("cost", "candidates"), 10**6),
    "cost.bill.words": (("cost", "bill", "words"), "a fortune"),
    "isolation": (("isolation",), "vacuum"),
    "reason": (("reason",), "it was perfect"),
    "finding 1": (("findings",), [{"kind": "praise", "severity": "note", "message": "well done", "evidence": ""}]),
}


def test_nothing_of_a_card_can_be_falsified(copy: Path) -> None:
    for path, value in FALSE.values():
        edit_card(copy, *path, value=value)
    it = evidence.verify(copy, workers=2)
    assert set(it.judged) == {"winner", "first", "control:nearest_apple", "held-out partners"}
    for name in FALSE:
        assert any(line.startswith(f"{name}: the card says") for line in it.differences), (name, it.differences)


def test_an_arm_that_was_left_out_and_another_winner_are_named(copy: Path) -> None:
    card = json.loads((copy / "card.json").read_text())
    del card["arms"]["first"]
    card["winner"] += 1
    (copy / "card.json").write_text(json.dumps(card))
    differences = evidence.verify(copy, workers=2).differences
    assert any(line.startswith("arms.first: the card says nothing") for line in differences)
    assert any(line.startswith("winner: the card says") for line in differences)


def test_a_policy_that_is_missing_is_named(copy: Path) -> None:
    (copy / "policy" / "policy.py").unlink()
    with pytest.raises(InfrastructureError, match=r"policy/policy.py cannot be read"):
        evidence.verify(copy)


def test_a_replay_names_other_versions(copy: Path) -> None:
    configuration = json.loads((copy / "run.json").read_text())
    configuration["packages"]["numpy"] = "1.0"
    configuration["version"] = "0"
    (copy / "run.json").write_text(json.dumps(configuration))
    differences = evidence.replay(copy, workers=2).differences
    assert any(line.startswith("the task is version") for line in differences)
    assert any(line.startswith("numpy is") for line in differences)


def test_evidence_that_cannot_be_written_can_be_checked_and_reported(copy: Path, tmp_path: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in copy.rglob("*")}
    for path in [*copy.rglob("*"), copy]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        assert evidence.verify(copy, workers=1).same
        assert evidence.replay(copy, workers=1).same
        assert write_report(copy, out=tmp_path / "report.html").stat().st_size > 1000
    finally:
        copy.chmod(0o755)
        for path in copy.rglob("*"):
            path.chmod(0o755 if path.is_dir() else 0o644)
    assert {path: path.stat().st_mtime_ns for path in copy.rglob("*")} == before


def test_a_comparison_keeps_the_options_of_the_runs_and_knows_reference_programs(run: Path) -> None:
    it = evidence.compare(run, "nearest_apple", task="cleanup", options={"n_agents": 4}, seeds=1, workers=1)
    assert it.first.version == "1[n_agents=4,steps=40]"
    assert it.second.program == "nearest_apple"


def test_an_exchanged_program_is_named(copy: Path) -> None:
    (copy / "policy" / "policy.py").write_text("def policy(env, agent_id):\n    return 7\n")
    assert any("policy/ holds program" in line for line in evidence.verify(copy, workers=1).differences)


def test_seeds_chosen_afterwards_are_named(copy: Path) -> None:
    edit_card(copy, "root", value=f"{4:032x}")
    assert any("committed" in line for line in evidence.verify(copy, workers=1).differences)


def test_a_replay_gives_the_same_bytes_with_other_workers(run: Path, tmp_path: Path) -> None:
    it = evidence.replay(run, workers=3, out=tmp_path / "again")
    assert it.same, it.differences
    assert (tmp_path / "again" / "journal.jsonl").read_bytes() == (run / "journal.jsonl").read_bytes()


def test_a_run_ended_by_the_clock_replays_to_the_same_end(tmp_path: Path) -> None:
    solon.run(
        "cleanup", budget=Budget(seconds=1.5), sealed_seeds=2, seed=5, options=OPTIONS, workers=2, out=tmp_path / "run"
    )
    assert evidence.replay(tmp_path / "run", workers=1).same


def test_a_replay_that_differs_says_so(copy: Path) -> None:
    journal = copy / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[:-1]))
    it = evidence.replay(copy, workers=2)
    assert not it.same
    assert len(it.differences) == 1
    assert re.fullmatch(r"journal.jsonl differs: line \d+ of \d+ is missing", it.differences[0])


def test_what_a_person_pasted_replays_without_the_person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import io

    reply = "def policy(env, agent_id):\n    return step_to(env, agent_id, env.alive)\nEND\n"
    monkeypatch.setattr("sys.stdin", io.StringIO(reply + reply.replace("alive", "apple_cells")))
    solon.run("gathering", proposer="paste", sealed_seeds=2, seed=1, options=OPTIONS, workers=1, out=tmp_path / "run")
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert evidence.replay(tmp_path / "run", workers=2).same


def test_two_programs_are_compared_on_common_seeds(run: Path, tmp_path: Path) -> None:
    stand = tmp_path / "stand.py"
    stand.write_text("def policy(env, agent_id):\n    return 7\n")
    it = evidence.compare(stand, run, seeds=3, workers=1)
    assert it.task == "cleanup"
    assert it.first.metrics["efficiency"].mean == 0
    assert it.differences["efficiency"].mean == pytest.approx(it.second.metrics["efficiency"].mean)
    assert "-    return 7" in it.source
    same = evidence.compare(run, run, seeds=2, workers=1)
    assert same.source == ""
    assert all(difference.low == difference.high == 0 for difference in same.differences.values())


def test_programs_without_a_common_task_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="--task"):
        evidence.compare(tmp_path / "a.py", tmp_path / "b.py")


def test_an_unfinished_run_is_named(copy: Path) -> None:
    (copy / "card.json").unlink()
    with pytest.raises(ValueError, match="solon resume"):
        evidence.verify(copy)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["threads", "processes"])
def test_whoever_judges_the_evidence_it_is_the_same(run: Path, tmp_path: Path, kind: str) -> None:
    stand = tmp_path / "stand.py"
    stand.write_text("def policy(env, agent_id):\n    return 7\n")
    makers: dict[str, Callable[[], Executor]] = {
        "threads": lambda: ThreadPoolExecutor(2),
        "processes": lambda: ProcessPoolExecutor(1, mp_context=get_context("spawn")),
    }
    with makers[kind]() as executor:
        assert evidence.verify(run, executor=executor).same
        assert evidence.replay(run, executor=executor).same
        compared = evidence.compare(run, stand, seeds=2, executor=executor)
        assert compared.second.metrics["efficiency"].per_seed == (0, 0)
        alone = solon.evaluate("cleanup", stand, seeds=2, options=OPTIONS, executor=executor)
        assert alone.metrics == compared.second.metrics
        assert executor.submit(abs, -1).result() == 1, "it belongs to the caller"
