"""Progress of a run: one line that updates on a terminal, a plain line now and then elsewhere."""

import math
import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from solon.engine import Budget
from solon.journal import Chosen, Fact, Judged, Proposed, Sealed, State

_PLAIN_EVERY = 5.0
"""Seconds between plain lines."""


class Watch:
    """Show what a run is doing; an observer that the engine calls after every fact."""

    def __init__(self, console: Console, budget: Budget, *, quiet: bool, spent: float = 0.0) -> None:
        self._console = console
        self._budget = budget
        self._quiet = quiet
        self._start = time.monotonic() - spent  # seconds of search in earlier sittings count
        self._last_line = time.monotonic()
        self._seen = 0
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TimeElapsedColumn(),
            TextColumn("{task.fields[detail]}"),
            console=console,
            transient=True,
            disable=quiet or not console.is_terminal,
        )
        self._row = self._bar.add_task("searching", total=1.0, detail="")

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def __call__(self, state: State, fact: Fact) -> None:
        """Take note of one fact."""
        if self._quiet:
            return
        seconds = time.monotonic() - self._start
        if state.chosen is not None:
            arm = fact.arm if isinstance(fact, Sealed) else "winner"
            self._bar.update(self._row, description="sealing", completed=1.0, detail=arm)
            if isinstance(fact, Chosen):
                self._plain(f"search over: {state.chosen.reason}; judging on sealed seeds", force=True)
        elif isinstance(fact, Judged | Proposed):
            detail = self._detail(state)
            self._bar.update(self._row, completed=self._share(state, seconds), detail=detail)
            self._plain(f"{seconds:5.0f} s  {detail}", force=False)

    def _detail(self, state: State) -> str:
        valid = [candidate for candidate in state.candidates if candidate.scores]
        best = max(valid, key=lambda it: (len(it.scores), math.fsum(it.scores) / len(it.scores)), default=None)
        invalid = sum(candidate.fault is not None for candidate in state.candidates)
        shown = (
            f"best {math.fsum(best.scores) / len(best.scores):.3f} on {len(best.scores)} seeds" if best else "no score"
        )
        return (
            f"{shown}, {len(state.candidates)} candidates"
            + (f" ({invalid} invalid)" if invalid else "")
            + f", {state.judged_episodes} episodes"
            + self._limit()
        )

    def _limit(self) -> str:
        if self._budget.seconds is not None:
            return f", budget {self._budget.seconds:g} s"
        if self._budget.episodes is not None:
            return f", budget {self._budget.episodes} episodes"
        return ""

    def _share(self, state: State, seconds: float) -> float | None:
        if self._budget.seconds is not None:
            return min(seconds / self._budget.seconds, 1.0)
        if self._budget.episodes is not None:
            return min(state.judged_episodes / self._budget.episodes, 1.0)
        return None

    def _plain(self, line: str, *, force: bool) -> None:
        now = time.monotonic()
        if not self._console.is_terminal and (force or now - self._last_line >= _PLAIN_EVERY):
            self._last_line = now
            self._console.print(line, soft_wrap=True)
