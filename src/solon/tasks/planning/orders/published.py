"""What PDoctor's study published: agents of 2024 at temperature 0, sixty minutes each, three to five actions."""

from collections.abc import Iterator
from typing import Final

from solon.contract import Figure

_SOURCE: Final = "PDoctor, arXiv 2404.17833, base mode, 3 to 5 actions, its own cases"

_ERRONEOUS: Final[dict[str, float]] = {
    "GPT-3.5, ReAct": 0.616,
    "GPT-3.5, tools": 0.544,
    "GPT-3.5, assistant": 0.547,
    "GPT-4, ReAct": 0.294,
    "GPT-4, tools": 0.222,
    "GPT-4, assistant": 0.360,
}
"""Share of erroneous cases."""

_LIMITS: Final = {"GPT-3.5": 4, "GPT-4": 8}
"""Actions that the agents of a model can take, about; in the extended mode all fail by 5."""


def figures(extended: bool) -> Iterator[Figure]:  # noqa: FBT001  # the mode
    """Yield the figures of the base mode; of the extended mode no rates are quoted."""
    if not extended:
        for agent, share in _ERRONEOUS.items():
            yield Figure("published", agent, {"success": round(1 - share, 3)}, _SOURCE)


def limits() -> dict[str, int]:
    """Return the published capability limits by model, in the base mode."""
    return dict(_LIMITS)
