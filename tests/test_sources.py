"""The files of a run's task and proposer are evidence: editing or deleting them changes nothing afterwards."""

import json
from pathlib import Path

import pytest

import solon
from solon import evidence
from solon.engine import Budget, Bundle
from solon.journal import Judged

TASK = """
from solon.contract import Episode, Metric, Task


class Length(Task):
    name, version = "length", "1"
    metrics = (Metric("length", role="objective", low=0),)

    def brief(self):
        return "Write much."

    def evaluate(self, program, seed, jail):
        return Episode({"length": float(len(program.source))})
"""
POLICY = "def policy(env, agent_id):\n    return 7 if env.step_count > 20 else 1\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "task.py").write_text(TASK)
    (tmp_path / "a.py").write_text(POLICY)
    (tmp_path / "b.py").write_text(POLICY.replace("20", "2000"))
    return tmp_path


class Stop(Exception):
    """Ends a run in the middle."""


def stop_after_first_judgement(_state: object, fact: object) -> None:
    if isinstance(fact, Judged):
        raise Stop


@pytest.mark.parametrize("proposer", ["scripted:a.py,b.py", "polish:a.py"])
@pytest.mark.parametrize("change", ["edited", "deleted"])
def test_a_run_resumes_and_replays_from_what_it_recorded(here: Path, proposer: str, change: str) -> None:
    arguments = {"proposer": proposer, "sealed_seeds": 2, "seed": 3, "workers": 1, "budget": Budget(episodes=9)}
    whole, _ = solon.run("task.py:Length", out="whole", **arguments)
    with pytest.raises(Stop):
        solon.run("task.py:Length", out="cut", observer=stop_after_first_judgement, **arguments)
    recorded = json.loads(Path("cut/run.json").read_text())["sources"]
    assert set(recorded) == {"task.py", *proposer.partition(":")[2].split(",")}
    for name in ("task.py", "a.py", "b.py"):
        if change == "edited":
            Path(name).write_text(Path(name).read_text().replace("len(", "-1 + len(").replace("20", "30"))
        else:
            Path(name).unlink()
    assert solon.resume("cut", workers=1) == whole
    assert Path("cut/journal.jsonl").read_bytes() == Path("whole/journal.jsonl").read_bytes()
    it = evidence.replay("whole", workers=1, out="again")
    assert it.same, it.differences
    again = Bundle.open(Path("again"))
    assert all(again.bodies.get(digest) for digest in again.configuration().sources.values())
