"""Progress of a run: a view that lives on a terminal, a plain line now and then elsewhere."""

import math
import sys
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from rich.console import Console, RenderableType
from rich.live import Live

from solon.cli.watching import draw, ending, plain
from solon.contract import Task
from solon.engine import Bill, Budget, Configuration
from solon.journal import Chosen, Fact, Judged, Proposed, State
from solon.view.tally import Context, Tally

_PLAIN_EVERY = 5.0
"""Seconds between plain lines."""

_REFRESHES = 4.0
"""Pictures a second; the seconds go on while nothing happens."""


class Watch:
    """Show what a run is doing; an observer that the engine calls after every fact.

    With ``talk``, a person answers on the same terminal: a line is said of each result, and nothing is drawn over.
    """

    def __init__(
        self, console: Console, budget: Budget, *, quiet: bool, spent: float = 0.0, talk: bool = False
    ) -> None:
        self._console = console
        self._quiet = quiet
        self._talk = talk
        self._alive = console.is_terminal and not console.is_dumb_terminal and not quiet and not talk
        self._start = time.monotonic() - spent  # seconds of search in earlier sittings count
        self._last_line = time.monotonic()
        self._lock = threading.Lock()  # the view is drawn by a thread of its own
        self._context = Context(budget=budget)
        self._tally = Tally()
        self._live = Live(
            get_renderable=self._draw,
            console=console,
            refresh_per_second=_REFRESHES,
            transient=True,
            redirect_stdout=sys.stdout.isatty(),  # a pipe gets what was written for it
            vertical_overflow="crop",
        )

    def begin(self, task: Task, configuration: Configuration, bill: Callable[[], Bill]) -> None:
        """Take note of what is about to run."""
        with self._lock:
            self._context = Context.of(task, configuration, bill)

    def __enter__(self) -> Self:
        if self._alive:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._alive:
            self._live.stop()
            if kind is None and self._tally.reason:
                line = ending(self._context, self._tally)
                self._console.print(line, style="dim", markup=False, highlight=False)

    def __call__(self, state: State, fact: Fact) -> None:
        """Take note of one fact."""
        if self._quiet:
            return
        if self._talk:
            self._say(state, fact)
            return
        with self._lock:
            self._tally.note(state, fact, time.monotonic() - self._start)
        if not self._alive and isinstance(fact, Chosen):
            self._plain(f"search over: {fact.reason}; judging on sealed seeds", force=True)
        elif not self._alive and isinstance(fact, Judged | Proposed):
            self._plain(f"{self._tally.seconds:5.0f} s  {plain(self._context, self._tally)}", force=False)

    def _draw(self) -> RenderableType:
        with self._lock:
            seconds = self._tally.seconds if self._tally.reason else time.monotonic() - self._start
            return draw(self._context, self._tally, seconds, self._console.width)

    def _say(self, state: State, fact: Fact) -> None:
        line = ""
        if isinstance(fact, Chosen):
            line = f"The search is over: {fact.reason}. Now judging on sealed seeds."
        elif isinstance(fact, Judged):
            it = state.candidates[fact.number]
            if it.fault:
                line = f"Candidate {it.number} is invalid ({it.fault.kind}): {it.fault.message}"
            elif it.scores:
                score = math.fsum(it.scores) / len(it.scores)
                line = f"Candidate {it.number} scores {score:.3f} on {len(it.scores)} seeds."
        if line:
            self._console.print(line, soft_wrap=True, markup=False, highlight=False)

    def _plain(self, line: str, *, force: bool) -> None:
        now = time.monotonic()
        if force or now - self._last_line >= _PLAIN_EVERY:
            self._last_line = now
            self._console.print(line, soft_wrap=True, markup=False, highlight=False)
