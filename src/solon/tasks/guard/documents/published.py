"""What the paper of CC-Gen and CAP-CPT reports, all with models; read by notes on the paper."""

from solon.contract import Figure

SOURCE = "CC-Gen and CAP-CPT; success of Qwen2.5-32B prompted with the whole document; other documents; needs a model"
ROWS = {1: ("1 task, depth 3", 0.07), 12: ("12 tasks, depth 3", 0.01)}
"""Number of tasks to words and the share of successes."""


def published(tasks: int, depth: int) -> list[Figure]:
    """Return the published shares of the setting that is nearest in the number of tasks; none below depth 3."""
    if depth < 3:
        return []
    nearest = min(ROWS, key=lambda known: abs(known - tasks))
    words, share = ROWS[nearest]
    return [Figure("published", f"prompting, {words}", {"accuracy": share}, SOURCE)]
