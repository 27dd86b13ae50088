"""Figures that others published for these domains, with what they count and where they are from."""

from collections.abc import Iterator
from typing import Final

from solon.contract import Figure

_LLM_P_SOURCE: Final = "arXiv 2304.11477, share of 20 tasks for which a plan was found (floortile: a valid one)"
_LLM_P: Final = {
    "barman": (0.20, 1.00),
    "blocksworld": (0.90, None),
    "floortile": (0.0, None),
    "grippers": (0.95, 1.00),
    "storage": (0.85, None),
    "termes": (0.20, None),
    "tyreworld": (0.10, 0.90),
}
"""LLM+P with GPT-4 and an example: with the optimal planner, and with the satisficing one where it was run."""

_ISR_SOURCE: Final = "arXiv 2308.13724, share of 30 random cases, as quoted by others"
_ISR_COLUMNS: Final = (
    "GPT-3.5 directly",
    "GPT-3.5 by itself",
    "GPT-3.5 with validator",
    "GPT-4 directly",
    "GPT-4 by itself",
    "GPT-4 with validator",
)
"""A plan at once; refined by what the model itself says of it; refined by what an exact validator says."""

_ISR: Final = {
    "cooking": ((47, 67, 100, 100, 100, 100), (40, 53, 63, 100, 100, 100)),
    "tower": ((20, 37, 70, 43, 60, 97), (10, 17, 53, 40, 60, 80)),
    "balls": ((33, 50, 70, 93, 100, 100), (17, 27, 57, 90, 93, 97)),
}
"""ISR-LLM, per cent: with three things, and with four."""


def llm_p(domain: str, *, optimal: bool) -> Iterator[Figure]:
    """Yield the published figures of LLM+P for one of its domains."""
    proved, satisficing = _LLM_P.get(domain, (None, None))
    value = proved if optimal else satisficing
    if value is not None:
        label = f"GPT-4, {'optimal' if optimal else 'satisficing'} planner"
        yield Figure("published", label, {"solved" if domain == "floortile" else "found": value}, _LLM_P_SOURCE)


def isr_llm(domain: str, things: int) -> Iterator[Figure]:
    """Yield the published figures of ISR-LLM for one of its domains at one size."""
    for label, share in zip(_ISR_COLUMNS, _ISR[domain][things - 3] if domain in _ISR else (), strict=False):
        yield Figure("published", f"{label}, {things} things", {"solved": share / 100}, _ISR_SOURCE)
