"""A run can be judged again, done again and compared, by anyone, without a key."""

import json
import shutil
from pathlib import Path

import pytest

import solon
from solon import evidence
from solon.engine import Budget

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
    assert it.differences == ("journal.jsonl differs",)


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
