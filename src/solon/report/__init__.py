"""The report of a run: one self-contained HTML file, drawn from the folder of the run; see ``solon.report.page``."""

from solon.report.page import Shown, player_page, render, write_report
from solon.report.recordings import Recorded, affordable, missing_arms, ordered, read_recordings, record_arms

__all__ = [
    "Recorded",
    "Shown",
    "affordable",
    "missing_arms",
    "ordered",
    "player_page",
    "read_recordings",
    "record_arms",
    "render",
    "write_report",
]
