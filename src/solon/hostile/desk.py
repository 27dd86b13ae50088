"""Judges hostile documents: each once, as any program is judged, within a limit of time and with the look for traces.

A document is never executed, so that the level of isolation makes no difference; what stands between it and its score
is the judge's own reader, its solvers in processes of their own, and the comparison.
"""

import contextlib
import secrets
import signal
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from typing import Final, Self

from solon.contract import Episode, Fault, InfrastructureError, Program, Seed, Task, Unavailable
from solon.engine import early_fault
from solon.engine.judge import Played, play, show
from solon.hostile.documents import Document
from solon.hostile.results import Result
from solon.hostile.traces import Canaries
from solon.language import language_of
from solon.playback import Recordable, Recording
from solon.sandbox import LocalJail
from solon.verify import limited

PATIENCE: Final = 180.0  # seconds for judging and recording one document; every solver has a limit of its own below
GROWTH_KIB: Final = 512 * 1024  # the judge reads a document itself
_SOLVERS: Final = (
    "solon.verify.formal.highs_process",
    "solon.verify.formal.scip_process",
    "solon.verify.formal.z3_process",
    "solon.verify.requests.with_z3",
    "solon.verify.requests.with_cvc5",
)


class Overdue(BaseException):
    """Raised in the midst of judging when patience ends; no handler of an error may catch it."""


class Desk:
    """A place to judge documents of one task, with its honest answers and canaries around it."""

    def __init__(self, task: Task, isolation: str, letter: str, *, patience: float = PATIENCE) -> None:
        self._task = task
        self._letter = letter
        self._patience = patience
        references = list(task.references().values())
        self._control, self._right = references[0], references[-1]
        key = secrets.token_bytes(16)
        self._seed = Seed(3, key, "search")
        self._canaries = Canaries(key, GROWTH_KIB)
        self._jail = LocalJail(isolation)
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        """Put up the canaries, start what solvers need and judge the honest answers."""
        for part in (self._canaries, self._jail):
            self._stack.enter_context(part)
        for module in _SOLVERS:
            with contextlib.suppress(InfrastructureError):
                limited.call(module, b"", limited.Limits(5.0))  # no question: only its process starts
        self._floor, self._honest = self._judged(self._control), self._judged(self._right)
        return self

    def __exit__(self, *_: object) -> None:
        """Take everything down."""
        self._stack.close()

    def run(self, document: Document) -> Result | None:
        """Judge one document and say whether it was stopped; None where it leaves the right answer as it is."""
        text = document.write(self._right.source)
        if text == self._right.source:
            return None
        form = language_of(self._task)
        program = Program(((form.file, text),), form.entry, form.kind)
        found: list[str] = []
        start = time.perf_counter()
        played: Played = Unavailable("it was not judged to its end")
        with self._canaries.watch(found):
            try:
                with _patience(self._patience):
                    played, objections = self._tried(program)
            except Overdue:
                objections = [f"the judge was busy for more than {self._patience:g} s"]
        milliseconds = 1000 * (time.perf_counter() - start)
        objections += found
        if not isinstance(played, Unavailable):
            objections += self._object(document, played)
        verdict = "scored" if isinstance(played, Episode) else "invalid" if isinstance(played, Fault) else "unavailable"
        return Result(
            attack=document.name,
            group=document.group,
            tries=document.tries,
            level=self._letter,
            expected=document.due,
            verdict=verdict,
            fault=played.kind if isinstance(played, Fault) else "",
            stopped=not objections,
            detail="; ".join(objections) or (played.message if isinstance(played, Fault) else "it gained nothing"),
            milliseconds=round(milliseconds, 1),
        )

    def _tried(self, program: Program) -> tuple[Played, list[str]]:
        """Return what a program came to, and what is wrong with how it was judged and recorded."""
        objections: list[str] = []
        language_of(self._task).complaint(program.source)
        played: Played = early_fault(self._task, program) or play(self._task, program, self._seed, self._jail)
        if isinstance(played, Unavailable):
            objections.append(f"the judge failed: {played.reason}")
        recorded = show(self._task, program, self._seed, self._jail) if isinstance(self._task, Recordable) else None
        if isinstance(recorded, Unavailable):
            objections.append(f"it cannot be shown: {recorded.reason}")
        texts = [text for each in (played, recorded) for text in _sentences(each)]
        objections += self._canaries.leaks("\n".join(texts))
        if any("\n" in text for text in texts):
            objections.append("a sentence of its fault has more than one line")
        return played, objections

    def _object(self, document: Document, played: Episode | Fault) -> list[str]:
        if isinstance(played, Fault):
            return []
        mine, floor, honest = (self._score(each) for each in (played, self._floor, self._honest))
        match document.due:
            case "refused":
                return [] if played.slips else ["it was scored, a fault was due"]
            case "harmless":
                return [f"its score {mine:g} is better than the control's {floor:g}"] if mine > floor else []
            case _ if mine > honest:
                return [f"its score {mine:g} is better than the right answer's {honest:g}"]
            case "same" if mine == honest and played.metrics != self._honest.metrics:
                return ["its metrics are not those of the right answer"]
            case _:
                return []

    def _score(self, episode: Episode) -> float:
        goal = next(metric for metric in self._task.metrics if metric.role == "objective")
        limits = [metric for metric in self._task.metrics if metric.role == "constraint"]
        if any(episode.metrics[it.name] * (1 if it.direction == "maximise" else -1) < 0 for it in limits):
            return goal.low if goal.direction == "maximise" else -goal.high
        return episode.metrics[goal.name] * (1 if goal.direction == "maximise" else -1)

    def _judged(self, program: Program) -> Episode:
        played = play(self._task, program, self._seed, self._jail)
        if not isinstance(played, Episode):
            raise InfrastructureError(f"an honest answer of {self._task.name!r} could not be judged: {played}")
        return played


def _sentences(outcome: Played | Recording | None) -> list[str]:
    """Return the texts of a fault, which a terminal may show as they are."""
    fault = outcome.first_slip if isinstance(outcome, Episode) else outcome
    return [fault.message, fault.remedy] if isinstance(fault, Fault) else []


@contextmanager
def _patience(seconds: float) -> Generator[None]:
    """Raise Overdue in a block that takes longer, even where it computes in a loop of ours."""

    def end(*_: object) -> None:
        raise Overdue

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
