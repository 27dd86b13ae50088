"""``solon bench``: rows are kept one by one, marked by their origin, and the same again for the same seed."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import pytest

from solon.bench import Means, Row, Settings, open_folder, results, run_experiment, store
from solon.bench.figure import figure
from solon.bench.makers import Control, Model, Recorded, Search, Shipped, recorded
from solon.bench.pages import comma_separated, markdown
from solon.bench.registry import experiment_names, make_experiment
from solon.bench.results import Column, published_row
from solon.bench.workshop import Experiment, Maker, Memory, Table, Workshop
from solon.cli.benching import WIDTH, show, write_result
from solon.contract import Episode, Figure, InfrastructureError, Program, Scored, Seed, Task, Unavailable
from solon.engine import Estimate, read_card

SHORT = {"steps": 30, "n_agents": 4}
SETTINGS = Settings("social-dilemmas", quick=True, seed=3, seeds=2, partner_seeds=1)
MEANS = Means(workers=1, models=())
COLUMNS = (Column("efficiency", "U"), Column("equality", "E"), Column("sustainability", "S", 0))


def silent(_table: str, _label: str, _row: Row | None) -> None:
    return None


def small(*made: Maker, meeting: Sequence[str] = (), task: str = "gathering") -> Experiment:
    def published(_task: Task) -> list[Row]:
        told = Figure("published", "a model | dense", {"efficiency": 1.5}, "a paper")
        return [published_row("small", told, label="a model | dense", feedback="dense")]

    table = Table(
        name="small", title="A small table", task=task, options=dict(SHORT), makers=made, meeting=meeting,
        published=published,
    )  # fmt: skip
    return Experiment(name="social-dilemmas", title="Small", source="a paper", columns=COLUMNS, tables=(table,))


APPLE, STAND = Shipped(key="nearest_apple", label="nearest apple"), Shipped(key="stand", label="everybody stands")


def timeless(row: Row) -> Row:
    return msgspec.structs.replace(row, seconds=None, source="")


def test_rows_say_whether_they_are_measured_published_or_not_run(tmp_path: Path) -> None:
    absent = Shipped(key="unheard_of", label="a program of the future", group="shipped")
    made = small(APPLE, STAND, absent, meeting=("nearest_apple", "stand", "unheard_of"))
    result = run_experiment(made, open_folder(tmp_path / "b", SETTINGS), MEANS, progress=silent)
    (table,) = result.tables
    apple, stand, missing, published = table.rows
    assert [row.kind for row in table.rows] == ["measured", "measured", "not run", "published"]
    assert missing.reason == "not shipped with this version"
    assert apple.seeds == 2
    assert apple.partner_seeds == 1
    assert len(apple.metrics["efficiency"].per_seed) == 2
    assert apple.metrics["efficiency"].low is not None
    assert apple.isolation
    assert apple.partners is not None
    assert apple.share_of_bound == pytest.approx(apple.metrics["efficiency"].mean / (table.bound or 0))
    assert stand.metrics["efficiency"].mean == 0
    assert (published.metrics["efficiency"].low, published.source) == (None, "a paper")
    assert table.payoffs is not None
    assert table.payoffs.programs == ("nearest apple", "everybody stands")
    assert [[cell is None for cell in row] for row in table.payoffs.cells] == [[False, False], [False, False]]
    assert table.payoffs.cells[1][1] == Estimate(0.0, None, None, (0.0,))


def test_an_interrupted_bench_loses_no_row_and_goes_on(tmp_path: Path) -> None:
    calls: list[str] = []

    @dataclass(frozen=True)
    class Once:
        key: str
        label: str = "once"

        def make(self, workshop: Workshop) -> Row:
            calls.append(self.key)
            if self.key == "second" and calls.count("second") == 1:
                raise KeyboardInterrupt
            return workshop.measure(workshop.row(self, "baseline"), program(workshop))

        def program(self, workshop: Workshop) -> Program | None:
            return program(workshop)

    def program(workshop: Workshop) -> Program:
        found = workshop.reference("stand")
        assert found is not None
        return found

    made = small(Once("first"), Once("second"), Once("third"), task="commons")
    folder = tmp_path / "b"
    with pytest.raises(KeyboardInterrupt):
        run_experiment(made, open_folder(folder, SETTINGS), MEANS, progress=silent)
    assert len((folder / "rows.jsonl").read_bytes().splitlines()) == 1
    again = run_experiment(made, open_folder(folder, SETTINGS), MEANS, progress=silent)
    assert calls == ["first", "second", "second", "third"]
    assert [row.key for row in again.tables[0].rows[:3]] == ["first", "second", "third"]
    whole = run_experiment(made, open_folder(tmp_path / "whole", SETTINGS), MEANS, progress=silent)
    assert [timeless(row) for row in again.tables[0].rows] == [timeless(row) for row in whole.tables[0].rows]


@pytest.mark.slow
def test_a_search_and_its_control_have_the_same_episodes_and_keep_their_evidence(tmp_path: Path) -> None:
    race = {"batch": 2, "rounds": 1, "seeds": (1, 2)}
    search = Search(key="search", label="fresh search", strategy_options=race, options={"objective": "welfare"})
    control = Control(key="control", label="best of n", of="search", strategy="best-of-n", seeds=2)
    opened = open_folder(tmp_path / "b", SETTINGS)
    result = run_experiment(
        small(APPLE, search, control, meeting=("search", "control")), opened, MEANS, progress=silent
    )
    apple, found, drawn, _ = result.tables[0].rows
    assert found.kind == drawn.kind == "measured"
    assert 0 <= found.episodes - drawn.episodes < 2
    assert found.seeds == apple.seeds == 2
    card = read_card(tmp_path / "b" / found.source)
    assert card.objective == "welfare"
    assert card.arms["control:nearest_apple"].metrics == apple.metrics  # the same sealed seeds
    once_more = run_experiment(small(APPLE, search, control, task="cleanup"), opened, MEANS, progress=silent)
    assert once_more.tables[0].rows == result.tables[0].rows


def test_a_control_without_its_search_says_so(tmp_path: Path) -> None:
    control = Control(key="control", label="best of n", of="search", strategy="best-of-n")
    result = run_experiment(small(control), open_folder(tmp_path / "b", SETTINGS), MEANS, progress=silent)
    assert result.tables[0].rows[0].kind == "not run"
    assert "search" in result.tables[0].rows[0].reason


def test_a_model_without_a_key_or_without_money_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    model = Model(address="openai:gpt-5.2", feedback="dense")
    opened = open_folder(tmp_path / "b", SETTINGS)
    (row, _) = run_experiment(small(model), opened, MEANS, progress=silent).tables[0].rows
    assert (row.kind, row.reason, row.feedback) == ("not run", "no key (OPENAI_API_KEY)", "dense")
    monkeypatch.setenv("OPENAI_API_KEY", "x")
    poor = msgspec.structs.replace(MEANS, usd=0)
    (row, _) = run_experiment(small(model), opened, poor, progress=silent).tables[0].rows
    assert row.reason == "--usd 0"


def test_recorded_runs_of_models_are_found_by_task_and_options(tmp_path: Path) -> None:
    search = Search(key="search", label="x", strategy_options={"batch": 2, "rounds": 1, "seeds": (1, 2)})
    run_experiment(small(search, task="cleanup"), open_folder(tmp_path / "b", SETTINGS), MEANS, progress=silent)
    (run,) = (tmp_path / "b" / "runs").iterdir()
    assert list(recorded("cleanup", SHORT, run.parent)) == []  # no model wrote it
    told = json.loads((run / "run.json").read_text())
    (run / "run.json").write_text(json.dumps({**told, "proposer": "openai:gpt-5.2", "feedback": "sparse"}))
    (run.parent / "damaged").mkdir()
    for name in ("run.json", "card.json"):
        (run.parent / "damaged" / name).write_text("{")
    (found,) = recorded("cleanup", SHORT, run.parent)
    assert found == Recorded(folder=run, model="gpt-5.2", feedback="sparse")
    assert list(recorded("cleanup", {}, run.parent)) == []
    assert list(recorded("cleanup", SHORT, tmp_path / "absent")) == []
    (run / "run.json").write_text(json.dumps({**told, "proposer": "openai:gpt-5.2", "version": "0"}))
    assert list(recorded("cleanup", SHORT, run.parent)) == []  # under other rules
    (row, _) = (
        run_experiment(small(found), open_folder(tmp_path / "c", SETTINGS), MEANS, progress=silent).tables[0].rows
    )
    assert (row.kind, row.group, row.label) == ("measured", "model", f"gpt-5.2, recorded in {run.name}")


def test_a_program_that_fails_is_invalid_and_never_a_zero(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Program((("policy.py", "import antigravity_of_nobody\n"),))
    monkeypatch.setattr(Workshop, "reference", lambda _self, _name: broken)
    made = small(STAND, APPLE, meeting=("stand", "nearest_apple"))
    result = run_experiment(made, open_folder(tmp_path / "b", SETTINGS), MEANS, progress=silent)
    row = result.tables[0].rows[0]
    assert row.kind == "invalid"
    assert row.reason
    assert row.metrics == {}
    assert result.tables[0].payoffs is None
    assert "invalid" in markdown(result)


def test_a_task_without_meetings_has_neither_partners_nor_payoffs(tmp_path: Path) -> None:
    made = small()
    made = Experiment(
        name=made.name, title=made.title, source=made.source, columns=(Column("score", "score"),),
        tables=(Table(name="t", title="T", task="gameable-reward", makers=()),),
    )  # fmt: skip
    result = run_experiment(made, open_folder(tmp_path / "b", SETTINGS), MEANS, progress=silent)
    assert result.tables[0].payoffs is None
    assert "nothing was measured" in figure(result)


class Counting:
    isolation = "none"

    def __init__(self) -> None:
        self.jobs: list[object] = []

    def judge(self, jobs: Sequence[tuple[Program, Sequence[Seed]]]) -> Iterator[Scored]:
        self.jobs += jobs
        for _, seeds in jobs:
            yield Scored(tuple(Episode({"x": float(seed.number)}) for seed in seeds))


def test_memory_plays_no_episode_twice_and_keeps_the_order() -> None:
    inner = Counting()
    memory = Memory(inner)  # pyright: ignore[reportArgumentType]
    one, two = (Program((("policy.py", text),)) for text in "ab")
    first = list(memory.judge([(one, (Seed(1),)), (two, (Seed(2),)), (one, (Seed(1),))]))
    again = list(memory.judge([(two, (Seed(2),)), (one, (Seed(3),))]))
    assert len(inner.jobs) == 3
    assert [outcome.values("x") for outcome in (*first, *again)] == [(1.0,), (2.0,), (1.0,), (2.0,), (3.0,)]


def test_memory_never_keeps_a_failure_of_the_machinery() -> None:
    class Failing(Counting):
        def judge(self, jobs: Sequence[object]) -> Iterator[Unavailable]:
            yield Unavailable("no memory left")

    with pytest.raises(InfrastructureError, match="no memory left"):
        list(Memory(Failing()).judge([(Program((("policy.py", ""),)), (Seed(1),))]))


def test_a_folder_is_of_one_setting_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    first = open_folder(None, SETTINGS)
    assert first.folder == Path("runs/bench-social-dilemmas-1")
    assert open_folder(None, SETTINGS).folder == first.folder  # unfinished: goes on
    other = msgspec.structs.replace(SETTINGS, seeds=5)
    assert open_folder(None, other).folder == Path("runs/bench-social-dilemmas-2")
    first.write("tables.json", b"{}")
    assert open_folder(None, SETTINGS).folder == Path("runs/bench-social-dilemmas-3")
    with pytest.raises(ValueError, match="other settings"):
        open_folder(first.folder, other)
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "file").write_text("")
    with pytest.raises(ValueError, match="holds no bench"):
        open_folder(Path("taken"), SETTINGS)
    (first.folder / "bench.json").write_text("{")
    with pytest.raises(InfrastructureError, match="damaged"):
        open_folder(first.folder, SETTINGS)


def test_damaged_rows_are_named(tmp_path: Path) -> None:
    opened = open_folder(tmp_path / "b", SETTINGS)
    opened.write("rows.jsonl", b'{"row": 3}\n')
    with pytest.raises(InfrastructureError, match="damaged"):
        open_folder(tmp_path / "b", SETTINGS)


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> results.Result:
    folder = tmp_path_factory.mktemp("bench") / "b"
    shipped = Shipped(key="cooperating", label="a shipped program", group="shipped")
    absent = Shipped(key="unheard_of", label="a program of the future")
    made = small(APPLE, STAND, shipped, absent, meeting=("nearest_apple", "stand"))
    return run_experiment(made, store.open_folder(folder, SETTINGS), MEANS, progress=silent)


def test_markdown_has_every_row_once_with_its_origin(result: results.Result) -> None:
    text = markdown(result)
    assert "*published*: a model \\| dense" in text
    assert "| a paper |" in text
    assert "not run: not shipped with this version" in text
    tables = [line for line in text.splitlines() if line.startswith("|")]
    head = next(line for line in tables if line.startswith("| program"))
    rows = tables[: tables.index(next(line for line in tables if line.startswith("|  | nearest")))]
    assert {line.replace("\\|", "").count("|") for line in rows} == {head.count("|")}


def test_csv_has_a_line_for_every_row_and_both_ends_of_the_intervals(result: results.Result) -> None:
    lines = list(csv.DictReader(io.StringIO(comma_separated(result))))
    assert [line["kind"] for line in lines] == [row.kind for row in result.tables[0].rows]
    apple = lines[0]
    assert float(apple["efficiency_low"]) <= float(apple["efficiency"]) <= float(apple["efficiency_high"])
    assert lines[-1]["efficiency_low"] == ""
    assert lines[-1]["source"] == "a paper"


def test_the_figure_draws_every_row_with_a_value_and_escapes_labels(result: results.Result) -> None:
    drawn = ElementTree.fromstring(figure(result))
    assert len(drawn.findall(".//{*}circle")) == 4
    words = [text.text or "" for text in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert "a model | dense" in words
    assert any(word.startswith("proved bound") for word in words)


def test_the_figure_draws_rows_that_are_all_below_zero(result: results.Result) -> None:
    losses = {"near": -1.0, "far": -9.0}
    rows = tuple(
        Row("t", key, key, "measured", metrics={"loss": Estimate(mean, None, None, ())}) for key, mean in losses.items()
    )
    table = msgspec.structs.replace(result.tables[0], rows=rows, bound=None, columns=(Column("loss", "loss"),))
    drawn = ElementTree.fromstring(figure(msgspec.structs.replace(result, tables=(table,))))
    near, far = (float(dot.attrib["cx"]) for dot in drawn.findall(".//{*}circle"))
    assert near > far


def test_the_terminal_fits_a_hundred_columns(result: results.Result, capsys: pytest.CaptureFixture[str]) -> None:
    show(result)
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= WIDTH
    assert any(line.strip().startswith("nearest apple") for line in lines)
    assert any("a model" in line for line in lines)


def test_all_forms_are_written_and_json_reads_back(result: results.Result, tmp_path: Path) -> None:
    opened = open_folder(tmp_path / "b", SETTINGS)
    files = write_result(result, opened)
    assert all(path.exists() for path in files.values())
    assert msgspec.json.decode(files["JSON"].read_bytes(), type=results.Result) == result
    for path in opened.folder.glob("*.svg"):
        ElementTree.parse(path)


def test_the_registry_names_what_it_knows() -> None:
    assert "social-dilemmas" in experiment_names()
    with pytest.raises(ValueError, match="did you mean 'social-dilemmas'"):
        make_experiment(msgspec.structs.replace(SETTINGS, experiment="social-dilema"), MEANS)


def test_the_flagship_has_the_papers_tables_and_every_kind_of_row() -> None:
    for quick in (True, False):
        made = make_experiment(msgspec.structs.replace(SETTINGS, quick=quick), Means())
        assert [table.name for table in made.tables] == ["gathering", "cleanup", "commons"]
        for table in made.tables:
            keys = [maker.key for maker in table.makers]
            assert len(set(keys)) == len(keys)
            assert {"stand", "random", "nearest_apple", "exploiting", "cooperating"} <= set(keys)
            assert set(table.meeting) <= {*keys, "waste_adaptive"}
        cleanup = [maker.key for maker in made.tables[1].makers]
        assert {"waste_adaptive", "cleanup_q_learning", "cleanup_synthesised", "search", "control"} <= set(cleanup)
        assert any(isinstance(maker, Model) for maker in made.tables[1].makers)


@pytest.mark.parametrize("kind", [results.Result, results.TableResult, Row, Settings, Column, results.Payoffs])
def test_every_field_is_documented(kind: type) -> None:
    text = (Path(__file__).parents[2] / "docs/reference/json.md").read_text(encoding="utf-8")
    assert [name for name in kind.__struct_fields__ if f"`{name}`" not in text] == []


def test_a_row_is_measured_again_when_its_program_has_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = open_folder(tmp_path / "b", SETTINGS)
    before = run_experiment(small(STAND), opened, MEANS, progress=silent).tables[0].rows[0]
    other = Program((("policy.py", "def policy(env, agent_id):\n    return 7  # another text\n"),))
    monkeypatch.setattr(Workshop, "reference", lambda _self, _name: other)
    after = run_experiment(small(STAND), opened, MEANS, progress=silent).tables[0].rows[0]
    assert before.program != after.program == other.digest
    assert open_folder(tmp_path / "b", SETTINGS).row("small", "stand") == after
