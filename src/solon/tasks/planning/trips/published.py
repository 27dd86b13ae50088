"""What the studies of travel planning published; their splits, models and evaluator, not ours."""

from collections.abc import Iterator
from typing import Final

from solon.contract import Figure

_VERIFIED: Final = "formal travel planner (arXiv 2404.11891), TravelPlanner validation split of 180, GPT-4 unless named"
_DRAFTS: Final = (
    "study of long-horizon plans (arXiv 2408.06318), TravelPlanner validation split of 180, mean of five seeds"
)

_NAMES: Final = ("delivery", "commonsense_micro", "commonsense_macro", "hard_micro", "hard_macro", "final")

REQUESTS: Final[dict[str, tuple[float | None, ...]]] = {
    "with a solver, GPT-4": (95.0, 95.0, 95.0, 95.7, None, 93.3),
    "with a solver, Claude 3": (96.1, 96.0, 95.6, 94.8, 93.3, 93.3),
    "with a solver, Mistral-Large": (72.2, 72.0, 70.6, 63.3, 66.7, 66.7),
    "greedy search": (100, 74.4, 0, 60.8, 37.8, 0),
    "two-stage GPT-4": (89.4, 61.1, 2.8, 15.2, 10.6, 0.6),
    "direct GPT-4": (100, 80.4, 17.2, 47.1, 22.2, 4.4),
    "direct o1-preview": (100, 79.6, 15.0, 41.9, 37.8, 10.0),
}
"""Percentages in the order of delivery, commonsense micro and macro, hard micro and macro, final.

The hard macro rate that is quoted for GPT-4, 98.9, is above its delivery rate, which cannot be; it is left out.
"""

PLANS: Final[dict[str, tuple[float | None, ...]]] = {
    "GPT-3.5, raw reference, no example": (60.2, 4.4, 11.0, 2.8, 0.0, 57.4),
    "GPT-3.5, scrubbed reference, no example": (74.4, 18.9, 29.0, 14.4, 4.4, 41.6),
    "GPT-3.5, scrubbed reference, two examples": (82.6, 32.2, 41.2, 17.8, 7.2, 38.8),
    "GPT-4-Turbo refines, oracle feedback, round 1": (89.7, 51.1, 50.0, 22.2, 11.7),
    "GPT-4-Turbo refines, oracle feedback, round 4": (89.1, 59.4, 49.8, 21.7, 13.9),
    "GPT-4-Turbo refines and gives feedback, round 1": (86.9, 32.8, 39.3, 20.0, 9.4),
    "Llama-3-8B": (49.5, 1.1, 7.9, 0, 0),
    "Llama-3-8B, tuned with feedback": (81.7, 28.9, 36.9, 15.0, 8.3),
}
"""Percentages in the order of commonsense micro and macro, hard micro and macro, final, hallucination if known."""

REPAIRS: Final[dict[str, tuple[float, float]]] = {
    "UnsatChristmas, 10 and 20 rounds": (78.6, 81.6),
    "modified TravelPlanner, 10 and 20 rounds": (85.0, 91.7),
    "without a solver, both sets": (25.2, 25.0),
    "without the reason, both sets": (63.7, 80.0),
    "told only yes or no, both sets": (70.8, 70.9),
}
"""Percentages of requests that were repaired with simulated users."""


def figures(answer: str) -> Iterator[Figure]:
    """Yield the figures of a kind of answer: request or plan."""
    table, names, source = (
        (PLANS, (*_NAMES[1:], "hallucination"), _DRAFTS) if answer == "plan" else (REQUESTS, _NAMES, _VERIFIED)
    )
    for label, values in table.items():
        metrics = {name: round(value / 100, 3) for name, value in zip(names, values, strict=False) if value is not None}
        yield Figure("published", label, metrics, source)
