"""What the paper of JourneyBench reports, all with models as agents and as users; read by a note on the paper."""

from solon.contract import Figure

SOURCE = "JourneyBench (703 conversations; models as agents and as users); needs a model"
ROWS = {
    "GPT-4o, static prompt (SPA)": {
        "orders": 0.617, "lending": 0.651, "telecom": 0.423, "mean": 0.564, "failing": 0.511, "missing": 0.309,
    },
    "GPT-4o, dynamic prompt (DPA)": {
        "orders": 0.730, "lending": 0.776, "telecom": 0.646, "mean": 0.717, "failing": 0.857, "missing": 0.530,
    },
    "GPT-4o-mini, dynamic prompt (DPA)": {"mean": 0.649},
}  # fmt: skip


def published(domain: str) -> list[Figure]:
    """Return the published scores of a domain; their graphs are not these, only the trade is the same."""
    return [
        Figure(
            "published",
            f"{label}, {domain if domain in row else 'mean'}",
            {"ujcs": row.get(domain, row["mean"])},
            SOURCE,
        )
        for label, row in ROWS.items()
    ]
