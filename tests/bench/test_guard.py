"""The tables of the papers on guards stand beside ours, and each published row says that it needs a model."""

from solon.bench import Means, Settings
from solon.bench.guard import experiment
from solon.tasks import load

PAPERS = {
    "tools": ("AgentDojo", "ASB", "AgentPoison"),
    "verified": ("EICU-AC", "Mind2Web-SC", "ASB"),
    "generators": ("regression", "HumanEvalDafny", "DafnyBench", "GSM-Symbolic", "tau2 airline", "tau2 retail"),
    "access-worded": ("models with",),
    "summaries": ("model,",),
    "document-4": ("prompting",),
    "journey-telecom-static-off": ("GPT-4o",),
}


def test_every_paper_has_its_figures_beside_ours() -> None:
    tables = {table.name: table for table in experiment(Settings("guard", True, 0, 2, 2), Means()).tables}
    for name, labels in PAPERS.items():
        table = tables[name]
        rows = table.published(load(table.task, **dict(table.options)))
        for label in labels:
            assert any(row.label.startswith(label) for row in rows), f"{name}: {label}"
        assert all("model" in row.source for row in rows), name
        columns = {column.metric for column in table.columns or ()}
        assert not columns or all(set(row.metrics) & columns for row in rows), name
