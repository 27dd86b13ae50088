"""``solon bench grids``: every row has its origin, every scoring its name, and money its crossing."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from solon.assembly import check_proposer_text
from solon.bench import Means, Settings, grids, open_folder, run_experiment
from solon.bench.grids import Elicited, Optimum, _planned, experiment
from solon.bench.makers import Model, Search, Shipped
from solon.bench.pages import comma_separated, markdown
from solon.bench.results import Row
from solon.bench.workshop import Experiment, Table
from solon.tasks import load
from solon.tasks.grids.grasp_planner import best

SETTINGS = Settings("grids", quick=True, seed=3, seeds=2, partner_seeds=1)
MEANS = Means(workers=1)


def silent(_table: str, _label: str, _row: Row | None) -> None:
    return None


def tables(settings: Settings = SETTINGS, means: Means = MEANS) -> dict[str, Table]:
    return {table.name: table for table in experiment(settings, means).tables}


def test_every_table_says_how_it_scores_and_has_baselines_search_and_optimum() -> None:
    full = tables(Settings("grids", quick=False, seed=3, seeds=2, partner_seeds=1))
    grasp = [table for name, table in full.items() if name.startswith("grasp")]
    assert len(grasp) == 5
    for table in grasp:
        assert "scoring" in table.title
        keys = [maker.key for maker in table.makers]
        assert {"random", "greedy", "planner", "search", "control", "optimum"} <= {*keys}
        references = load(table.task, **table.options).references()
        assert all(maker.key in references for maker in table.makers if isinstance(maker, Shipped))
    assert "money" in full


@pytest.mark.parametrize(
    "name", ["grasp", "grasp-all", "minigrid-unlock", "minigrid-doorkey", "minigrid-unlock-pickup"]
)
def test_the_four_strategies_and_single_answers_are_asked_of_every_model(name: str) -> None:
    if name.startswith("minigrid"):
        pytest.importorskip("minigrid", reason="needs the extra minigrid")
    table = tables(means=Means(models=("openai:m",)))[name]
    assert [it.address for it in table.makers if isinstance(it, Elicited)] == ["openai:m"]
    asked = [it for it in table.makers if isinstance(it, Model)]
    for it in asked:
        check_proposer_text(it.address, load(table.task, **table.options))
    assert [(it.address, it.feedback, it.strategy_options["rounds"]) for it in asked] == [
        ("openai:m?turns=pseudocode", "none", 1),
        ("openai:m?turns=extend", "none", 1),
        ("openai:m?turns=curriculum", "none", 1),
        ("openai:m?turns=pseudocode", "counterexample", 6),
    ]
    assert asked[3].strategy_options["patience"] == 1
    assert len({it.key for it in asked}) == 4
    assert asked[0].label == "m, direct code, none"


@pytest.mark.slow
def test_rows_of_grasp_are_measured_beside_the_published_ones(tmp_path: Path) -> None:
    whole = tables()
    kept = (Shipped, Optimum, Elicited)
    small = [
        Table(
            name=table.name, title=table.title, task=table.task, options=table.options, columns=table.columns,
            makers=[it for it in table.makers if isinstance(it, kept)], published=table.published,
        )
        for table in (whole["grasp"], whole["grasp-all"])
    ]  # fmt: skip
    made = experiment(SETTINGS, MEANS)
    short = Experiment(name="grids", title=made.title, source=made.source, columns=made.columns, tables=small)
    store = open_folder(tmp_path / "b", SETTINGS)
    result = run_experiment(short, store, MEANS, progress=silent)
    grasp, every = result.tables
    rows = {row.key: row for row in grasp.rows}
    energy = {key: row.metrics["energy"].mean for key, row in rows.items() if "energy" in row.metrics}
    assert energy["random"] < energy["greedy, answers as shipped"] < energy["greedy"] < energy["planner"]
    assert energy["planner"] <= energy["optimum"] <= grasp.bound == 9
    asked = [row for key, row in rows.items() if key.endswith("elicited")]
    assert {row.kind for row in asked} == {"not run"}
    assert rows["random, answers as shipped"].kind == "published"
    assert [it.metric for it in every.columns][1:] == ["scored_moves", "scored_all_actions", "scored_published"]
    shipped = next(row for row in every.rows if row.key == "greedy, answers as shipped")
    assert [shipped.metrics[it.metric].mean for it in every.columns] == [0.974, 0.974, -0.063, 1.823]
    assert "all act. (scored_all_actions)" in markdown(result)
    assert "scored_published_low" in comma_separated(result).splitlines()[0]


def test_the_optimum_is_that_of_the_instances_that_programs_meet() -> None:
    from solon.contract import Seed

    task = load("grasp")
    instances = task.instances(Seed(5))
    assert _planned(task, Seed(5)) == pytest.approx(sum(best(it).value for it in instances) / len(instances))


def test_money_shows_from_how_many_instances_on_a_program_is_cheaper(tmp_path: Path) -> None:
    means = Means(models=("openai:gpt-5.2", "openai:unheard-of"))
    made = experiment(SETTINGS, means)
    money = next(table for table in made.tables if table.name == "money")
    short = Experiment(name="grids", title="t", source="s", columns=made.columns, tables=(money,))
    (table,) = run_experiment(short, open_folder(tmp_path / "b", SETTINGS), means, progress=silent).tables
    published = {row.label: row for row in table.rows if row.kind == "published"}
    study = published["published: the study"].metrics
    assert (study["once"].mean, study["each"].mean, study["crossing"].mean) == (0.08, 0.002, 40)
    priced = published["list prices: gpt-5.2"]
    assert priced.metrics["crossing"].mean == -(-priced.metrics["once"].mean // priced.metrics["each"].mean)
    assert "tokens asked" in priced.source
    assert "list prices: unheard-of" not in published
    assert all(row.kind == "not run" for row in table.rows if row.kind != "published")
    assert any(isinstance(it, Search) for it in tables()["grasp"].makers)


@pytest.mark.parametrize(
    ("bills", "bought", "model", "told"),
    [
        ([0.05, 0.08, None], 0.002, "openai-model", (0.08, 0.002, 40)),
        ([0.05], 0.002, "openai-model", (0.05, 0.002, 25)),
        ([0.0, 0.0], None, "", (0.0, 0.0, 1)),
        ([None], None, "a-server-of-ones-own", "no price of its calls is known"),
        ([None], 0.002, "openai-model", "no price of its calls is known"),
        ([], None, "openai-model", "no run of its own in this bench"),
    ],
)
def test_bills_of_the_ledger_cross_and_what_has_no_price_is_not_called_free(
    bills: list, bought: float | None, model: str, told: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in range(len(bills)):
        (tmp_path / f"runs/grasp-{place}").mkdir(parents=True)
        (tmp_path / f"runs/grasp-{place}/card.json").touch()
    cards = {
        f"grasp-{place}": SimpleNamespace(cost=SimpleNamespace(bill=SimpleNamespace(usd=bill)))
        for place, bill in enumerate(bills)
    }
    monkeypatch.setattr(grids, "read_card", lambda folder: cards[folder.name])
    monkeypatch.setattr(grids, "price_of_an_answer", lambda *_: bought)
    monkeypatch.setattr(grids.Spent, "_made", lambda *_: True)
    row = Row(table="money", key="k", label="l", kind="not run")
    workshop = SimpleNamespace(folder=tmp_path, task=load("grasp"), row=lambda *_: row)
    made = grids.Spent(key="k", label="l", model=model).make(workshop)
    found = tuple(it.mean for it in made.metrics.values()) if made.metrics else made.reason
    assert found == told
    assert (made.kind == "measured") == isinstance(told, tuple)
