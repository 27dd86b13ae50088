"""``solon bench`` as a person calls it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from solon.bench import Experiment, Means, Settings, Table
from solon.bench.makers import Model, Shipped
from solon.bench.results import Column

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the flagship small."""

    def experiment(_settings: Settings, means: Means) -> Experiment:
        stand = Shipped(key="stand", label="everybody stands")
        models = [Model(address=address, feedback="dense") for address in means.models or ("openai:gpt-5.2",)]
        options = {"steps": 20, "n_agents": 4}
        table = Table(name="small", title="Small", task="gathering", options=options, makers=(stand, *models))
        columns = (Column("efficiency", "U"),)
        return Experiment(name="social-dilemmas", title="A paper", source="nobody", columns=columns, tables=(table,))

    monkeypatch.setattr("solon.cli.benching.make_experiment", experiment)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


def test_the_tables_are_shown_and_written(call: Call) -> None:
    code, out, err = call("bench", "social-dilemmas", "--quick", "--seeds", "2", "--out", "b", "--workers", "1")
    assert code == 0
    assert "everybody stands" in out
    assert "not run: no key (OPENAI_API_KEY): gpt-5.2, dense" in out
    assert "b/tables.md" in out
    assert "2 rows, kept in b" in err
    assert {path.name for path in Path("b").iterdir()} >= {"tables.md", "tables.csv", "tables.json", "figure.svg"}


def test_json_is_one_document_and_nothing_else(call: Call) -> None:
    arguments = ("bench", "social-dilemmas", "--seeds", "2", "--seed", "7", "--json", "--workers", "1")
    code, out, _ = call(*arguments, "--out", "b")
    found = json.loads(out)
    assert code == 0
    assert found["settings"] == {
        "experiment": "social-dilemmas", "quick": False, "seed": 7, "seeds": 2, "partner_seeds": 2, "schema": 1,
    }  # fmt: skip
    again = json.loads(call(*arguments, "--out", "c")[1])
    for document in (found, again):
        for row in document["tables"][0]["rows"]:
            row.pop("seconds", None)
    assert again == found


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--seeds", "1"), "--seeds must be 2 or more, got 1"),
        (("--model", "gpt"), "--model takes an address such as openai:NAME, not 'gpt'"),
    ],
)
def test_mistakes_are_one_sentence(call: Call, arguments: tuple[str, ...], sentence: str) -> None:
    code, out, err = call("bench", "social-dilemmas", "--quick", *arguments)
    assert (code, out) == (2, "")
    assert sentence in err


def test_a_key_is_announced_with_what_it_may_cost(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "x")
    _, _, err = call(
        "bench", "social-dilemmas", "--quick", "--seeds", "2", "--out", "b", "--workers", "1",
        "--model", "anthropic:claude-sonnet-4-5",
    )  # fmt: skip
    assert "OPENAI_API_KEY is set: each row of its models may cost up to $1.00" in err


def test_an_interruption_says_how_to_go_on(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Shipped, "make", interrupted)
        code, out, err = call("bench", "social-dilemmas", "--quick", "--seeds", "2", "--out", "b", "--workers", "1")
    assert (code, out) == (130, "")
    assert "go on with the same call and --out b" in err
    code, out, _ = call("bench", "social-dilemmas", "--quick", "--seeds", "2", "--out", "b", "--workers", "1", "-q")
    assert code == 0
    assert "everybody stands" in out
