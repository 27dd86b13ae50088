"""A model that answers each instance itself: its answers are a table that is judged as any program is."""

import json
from pathlib import Path

import pytest

from model.server import Server
from solon.bench import Means, Settings, open_folder, run_experiment
from solon.bench.elicitation import Elicited
from solon.bench.grids import Optimum, _planned, experiment
from solon.bench.results import Row
from solon.bench.workshop import Experiment, Table
from solon.contract import Scored, Seed
from solon.engine import PoolJudge, Seeds
from solon.tasks import load
from solon.tasks.grids.elicitation import Elicitable, key_of, read_list, table_program
from solon.tasks.grids.grasp import GraspTask
from solon.tasks.grids.grasp_planner import best

SETTINGS = Settings("grids", quick=True, seed=3, seeds=1, partner_seeds=0)


def silent(_table: str, _label: str, _row: Row | None) -> None:
    return None


def bench(folder: Path, means: Means) -> dict[str, Row]:
    whole = experiment(SETTINGS, means)
    table = next(it for it in whole.tables if it.name == "grasp")
    kept = [it for it in table.makers if isinstance(it, Elicited | Optimum)]
    small = Table(name="grasp", title="t", task="grasp", options={"instances": 4}, columns=table.columns, makers=kept)
    made = Experiment(name="grids", title="t", source="s", columns=whole.columns, tables=[small])
    return {
        row.key: row
        for row in run_experiment(made, open_folder(folder, SETTINGS), means, progress=silent).tables[0].rows
    }


@pytest.mark.parametrize(
    ("text", "actions"),
    [
        ('First [1], then ["UP", "TAKE"]', ["UP", "TAKE"]),
        ('["A"] and then ["B"] but [see above]', ["B"]),
        ("I cannot say.", None),
        ("[]", []),
        ("[[[[", None),
    ],
)
def test_the_last_list_of_texts_counts(text: str, actions: list[str] | None) -> None:
    assert read_list(text) == actions


def test_the_table_gives_each_instance_its_own_answer_and_others_none() -> None:
    task = GraspTask(instances=3)
    seed = Seed(1)
    plans = {key_of(it.arguments()): best(it, "moves").actions for it in task.instances(seed)}
    with PoolJudge(task, workers=1) as judge:
        right, other = judge.judge([(table_program(plans), [seed]), (table_program(plans), [Seed(2)])])
    assert isinstance(right, Scored)
    assert isinstance(other, Scored)
    assert right.values("energy")[0] == pytest.approx(_planned(task, seed))
    assert other.values("energy") == (0.0,)


@pytest.mark.parametrize("name", ["grasp", "minigrid-unlock"])
def test_a_question_tells_the_instance_and_not_its_answer(name: str) -> None:
    task = load(name)
    assert isinstance(task, Elicitable)
    (first, *_), (other, *_) = task.questions(Seed(1)), task.questions(Seed(2))
    assert first.key != other.key
    assert "# Rules" in first.text
    assert "one instance" in first.text


def test_a_model_that_answers_well_at_times_is_scored_by_those_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = GraspTask(instances=4)
    (seed,) = Seeds(3).sealed(1)
    instances = task.instances(seed)
    known = {question.text: best(it, "moves") for it, question in zip(instances, task.questions(seed), strict=True)}
    good, lazy, silly, mute = known

    def answer(body: dict) -> str:
        asked = body["messages"][-1]["content"]
        told = {good: json.dumps(known[good].actions), lazy: "[]", silly: '["FLY", "UP"]', mute: "I would rather not."}
        return f"Let me think. {told[asked]}"

    with Server([], answer) as server:
        means = Means(workers=1, models=(f"local:{server.url}#tester",))
        rows = bench(tmp_path / "b", means)
        assert len(server.bodies) == 4
    row = next(it for key, it in rows.items() if key.endswith("elicited"))
    assert row.kind == "measured"
    assert row.metrics["energy"].mean == pytest.approx(known[good].value / 4)
    assert row.metrics["unusable"].mean == 0.25
    assert "saw every sealed instance" in row.source


def test_without_a_key_the_row_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    rows = bench(tmp_path / "b", Means(workers=1, models=("openai:m",)))
    row = next(it for key, it in rows.items() if key.endswith("elicited"))
    assert (row.kind, row.reason) == ("not run", "no key (OPENAI_API_KEY)")
