"""A model as the agent in a bench: it is asked once for all conversations that wait, and says why it was not asked."""

from pathlib import Path

import pytest

from solon.bench import Means, Settings, open_folder, run_experiment
from solon.bench.journeys import Conversing, figures, had
from solon.bench.results import Column
from solon.bench.workshop import Experiment, Table
from solon.contract import Seed
from solon.model import BudgetSpent, Client, Reply, Request
from solon.tasks.guard.journeys.task import HANDLED, JourneyTask

TASK = JourneyTask(conversations=8, guard="on")


class Ending:
    """A model that ends every conversation at once."""

    def complete(self, request: Request) -> Reply:
        assert request.messages[0].role == "system"
        return Reply('{"action": "end", "outcome": "handed over"}', "stop", 10, 5)


def test_every_figure_is_over_the_conversations_that_it_looks_at() -> None:
    scenarios = TASK.scenarios(Seed(1))
    told = had(TASK, scenarios, Client(Ending()), Request("m", ()))
    found = figures(scenarios, told)
    assert [len(found[name]) for name in ("ujcs", *HANDLED)] == [8, 2, 2, 2]
    assert 0 in found["ujcs"]  # where calls were due
    assert set(found["actions"]) == {1.0}


def test_without_money_there_is_no_row() -> None:
    class Broke(Ending):
        def complete(self, request: Request) -> Reply:
            raise BudgetSpent("no money")

    with pytest.raises(BudgetSpent):
        had(TASK, TASK.scenarios(Seed(1)), Client(Broke()), Request("m", ()))


def test_a_model_without_a_key_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    settings = Settings("guard", quick=True, seed=0, seeds=2, partner_seeds=0)
    table = Table(name="t", title="t", task="guard-journey", makers=(Conversing(address="openai:m"),))
    made = Experiment(name="guard", title="t", source="s", columns=(Column("ujcs", "UJCS"),), tables=[table])
    result = run_experiment(made, open_folder(tmp_path / "b", settings), Means(workers=1), progress=lambda *_: None)
    (row,) = (it for it in result.tables[0].rows if it.kind != "published")
    assert (row.key, row.kind, row.group) == ("openai:m agent", "not run", "model")
    assert row.reason == "no key (OPENAI_API_KEY)"
