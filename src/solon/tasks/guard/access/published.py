"""Figures that others published of synthesis and summaries of access control; each names its source."""

from typing import Final

from solon.contract import Figure

_PAPER: Final = "study of language models for access-control policies, with its released result files, needs a model"

SYNTHESIS: Final = (
    Figure("published", "models without reasoning", {"equivalent": 0.458}, f"{_PAPER}: share equal to a specification"),
    Figure("published", "models with reasoning", {"equivalent": 0.937}, f"{_PAPER}: share equal to a specification"),
)
SUMMARIES: Final = {
    "direct": (
        Figure("published", "model, given the expression (AWS)", {"exact": 0.910, "jaccard": 0.922},
               f"{_PAPER}: 497 of 546 exact; mean Jaccard recomputed from its files"),
    ),
    "samples": (
        Figure("published", "model, given sampled texts (AWS)", {"exact": 0.718, "jaccard": 0.845},
               f"{_PAPER}: 392 of 546 exact; mean Jaccard recomputed from its files"),
    ),
}  # fmt: skip
