"""The report of a run: one self-contained HTML file, drawn from the journal and the card."""

from solon.report.page import write_report

__all__ = ["write_report"]
