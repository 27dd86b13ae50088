"""Rows over the problems of a family: shares have Wilson's interval, models say why they are not run."""

from pathlib import Path

import pytest

from solon.bench import Means, Settings, open_folder, run_experiment
from solon.bench.guard import experiment as guard
from solon.bench.planning import experiment as planning
from solon.bench.problems import ONCE, Asked, Reference, Runs, averaged
from solon.bench.results import Column, Row
from solon.bench.workshop import Experiment, Maker, Table
from solon.engine import proportion
from solon.tasks import load, task_names

SETTINGS = Settings("planning", quick=True, seed=1, seeds=2, partner_seeds=0)
NOISE = "noisy:mistakes=1,rate=0"


def silent(_table: str, _label: str, _row: Row | None) -> None:
    return None


def rows(folder: Path, *makers: Maker) -> dict[str, Row]:
    table = Table(name="t", title="t", task="planning-tower", options={"planner": "search"}, makers=makers)
    made = Experiment(name="planning", title="t", source="s", columns=(Column("solved", "solved"),), tables=[table])
    result = run_experiment(made, open_folder(folder, SETTINGS), Means(workers=1), progress=silent)
    return {row.key: row for row in result.tables[0].rows}


def test_a_share_has_an_interval_also_where_all_agree() -> None:
    assert proportion([1.0] * 4).low == pytest.approx(0.5101, abs=1e-4)
    assert proportion([0.0] * 4).high == pytest.approx(0.4899, abs=1e-4)
    half = proportion([1.0, 0.0])
    assert half.low is not None
    assert half.low == pytest.approx(1 - (half.high or 0))
    assert averaged([0.5, 1.0]).mean == 0.75
    with pytest.raises(ValueError, match="0 and 1"):
        proportion([0.5])


def test_runs_share_their_folders_and_the_first_proposal_has_a_row(tmp_path: Path) -> None:
    over = (1, 2)
    found = rows(
        tmp_path / "b",
        Reference(key="nothing", label="control", over=over),
        Runs(key="draft", label="draft", runs="noisy", arm="first", proposer=NOISE, over=over),
        Runs(key="noisy", label="mended", proposer=NOISE, over=over),
    )
    assert [row.kind for row in found.values()] == ["measured"] * 3
    assert found["nothing"].metrics["solved"].mean == 0
    assert found["draft"].metrics["solved"].mean < found["noisy"].metrics["solved"].mean == 1
    assert found["noisy"].source == found["draft"].source == "runs/t-noisy"
    assert len(list((tmp_path / "b/runs/t-noisy").glob("*/card.json"))) == 2
    assert "none for every problem" not in found["nothing"].reason


def test_a_first_proposal_that_cannot_be_read_counts_as_none(tmp_path: Path) -> None:
    table = Table(
        name="t",
        title="t",
        task="planning-grippers",
        options={"planner": "search"},
        makers=[
            Runs(key="draft", label="draft", runs="noisy", arm="first", proposer=NOISE, over=range(1, 6)),
            Runs(key="noisy", label="mended", proposer=NOISE, over=range(1, 6)),
        ],
    )
    made = Experiment(name="planning", title="t", source="s", columns=(Column("solved", "solved"),), tables=[table])
    result = run_experiment(made, open_folder(tmp_path / "b", SETTINGS), Means(workers=1), progress=silent)
    draft, mended = result.tables[0].rows
    assert "gave no valid program" in draft.reason
    assert (draft.metrics["solved"].mean, mended.metrics["solved"].mean) == (0, 1), "what was mended is another program"


def test_a_row_may_answer_otherwise_than_its_table(tmp_path: Path) -> None:
    plans = {"answer": "plan"}
    found = rows(
        tmp_path / "b",
        Reference(key="nothing", label="control", over=(1, 2)),
        Reference(key="template", label="formalised", over=(1,), options={"answer": "problem"}),
        Runs(key="once", label="once", proposer=NOISE, over=(1,), options=plans, strategy_options=ONCE),
    )
    assert {"progress", "faithful"} & set(found["nothing"].metrics) == {"progress"}
    assert found["template"].metrics["faithful"].mean == found["template"].metrics["solved"].mean == 1
    assert "progress" in found["once"].metrics


def test_a_model_runs_each_published_method_of_formalising_and_planning() -> None:
    made = planning(SETTINGS, Means(models=("openai:m",)))
    tables = {table.name: table for table in made.tables}
    by_label = {maker.label: maker for maker in tables["storage"].makers if isinstance(maker, Asked)}
    assert {label: (it.arm, it.strategy_options["rounds"], dict(it.options)) for label, it in by_label.items()} == {
        "openai:m, one draft": ("first", 4, {}),
        "openai:m, up to 3 repairs": ("winner", 4, {}),
        "openai:m: plan": ("winner", 1, {"answer": "plan", "context": "none"}),
        "openai:m: plan, with context": ("winner", 1, {"answer": "plan"}),
        "openai:m: problem, without context": ("winner", 1, {"context": "none"}),
    }
    domains = [table for table in made.tables if table.title.startswith("LLM+P")]
    assert len(domains) == 7
    assert all(table.published(load(table.task)) for table in domains), "each has the published share beside it"
    assert len(tables["cooking"].published(load("planning-cooking"))) == 12, "six columns, three things and four"


def test_every_error_kind_of_agents_has_a_column_and_an_agent_that_makes_it() -> None:
    for table in planning(SETTINGS, Means(models=())).tables:
        if table.task == "planning-order":
            known = {
                metric.name for metric in load(table.task).metrics if metric.name.endswith(("error", "lost", "out"))
            }
            kinds = known - (set() if table.options else {"parameter_error"})
            assert kinds <= {column.metric for column in table.columns}
            assert {f"noisy_{kind}" for kind in kinds} <= {maker.key for maker in table.makers}
            assert {maker.key for maker in table.makers} <= set(load(table.task, **table.options).references())


def test_a_program_that_not_every_problem_brings_is_not_run(tmp_path: Path) -> None:
    (row,) = rows(tmp_path / "b", Reference(key="nobody", label="nobody", over=(1,))).values()
    assert (row.kind, "'nobody'" in row.reason) == ("not run", True)


def test_a_model_without_a_key_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    (row,) = rows(tmp_path / "b", Asked(key="m", label="m", proposer="openai:m", over=(1,))).values()
    assert (row.kind, row.reason) == ("not run", "no key (OPENAI_API_KEY)")


@pytest.mark.parametrize("make", [planning, guard])
def test_every_table_of_the_benches_has_a_task_a_control_and_programs_that_exist(make: object) -> None:
    assert callable(make)
    for table in make(Settings("x", quick=True, seed=0, seeds=2, partner_seeds=0), Means()).tables:
        assert table.task in task_names()
        for maker in table.makers:
            if isinstance(maker, Reference):
                options = {**table.options, maker.option: maker.over[0]}
                assert maker.key in load(table.task, **options).references(), (table.name, maker.key)
