"""Tasks written for other tools: a file with ``evaluate(path)`` that returns a score or a dictionary with one.

Evaluators of OpenEvolve, ShinkaEvolve and their kin run the program in their own process. So both go into the jail:
the machine is safe from them, but the score is computed beside the program, which could forge it. Every result says so.
"""

import ast
import hashlib
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, Literal

import msgspec

from solon.contract import (
    Episode,
    Fault,
    Finding,
    InfrastructureError,
    Jail,
    Metric,
    Program,
    ProgramFault,
    Seed,
    Task,
)
from solon.interop.foreign_guest import ERROR_CHARACTERS, GUEST, Setup, Verdict
from solon.sandbox.verdicts import clean

STARTS: Final = ("initial_program.py", "initial.py")
BESIDE: Final = "score computed beside the program"


class ForeignTask(Task):
    """An evaluator's file as a task.

    Args:
        file: the evaluator, a Python file.
        function: its function: path of the program in, score or dictionary out; a parameter ``seed`` gets an integer.
        score: the entry that counts; "combined_score" or else "score" if empty.
        direction: "maximise" or "minimise".
        context: names of more entries to report, with commas between.
        start: the starting program, also the control arm; if empty, initial_program.py or initial.py beside the file.

    Raises:
        ValueError: a file is missing or an option is wrong.
    """

    def __init__(
        self,
        file: str,
        function: str = "evaluate",
        *,
        score: str = "",
        direction: Literal["maximise", "minimise"] = "maximise",
        context: str = "",
        start: str = "",
    ) -> None:
        if direction not in ("maximise", "minimise"):
            raise ValueError(f"direction is {direction!r}; use maximise or minimise")
        self._file = Path(file).resolve()
        self._function = function
        self._source = _read(self._file)
        self._about = _documentation(self._source)
        self._score = score
        self._start = _start(self._file.parent, start)
        self._context = tuple(name.strip() for name in context.split(",") if name.strip())
        self._digest = hashlib.sha256(self._source.encode()).hexdigest()
        self.name: str = f"foreign-{self._file.stem}"
        self.version: str = f"1-{self._digest[:12]}"
        self.metrics: tuple[Metric, ...] = (
            Metric("score", direction, "objective", meaning=f"{score or 'combined_score or score'}; {BESIDE}"),
            *(Metric(name, meaning=BESIDE) for name in self._context),
        )

    def brief(self) -> str:
        """Tell what the evaluator's own words and the starting program tell."""
        words = [
            f"Write one Python file. It is judged by {self._function}(path) of {self._file.name}.",
            f"Its score is to be {self.metrics[0].direction}d.",
            "No files can be opened and no threads, processes or connections started.",
        ]
        if self._about:
            words.append(self._about)
        if self._start is not None:
            words.append(f"The starting program, whose names and signatures must stay:\n\n{_read(self._start)}")
        else:
            words.append(f"The evaluator:\n\n{self._source}")
        return "\n\n".join(words)

    def evaluate(self, program: Program, seed: Seed, jail: Jail) -> Episode:
        """Let the evaluator judge the program in one jailed worker."""
        if jail.isolation == "none":
            raise InfrastructureError("a foreign evaluator needs a worker of its own; use --isolation auto")
        companions = () if self._start is None else (str(self._start),)
        setup = msgspec.json.encode(Setup(str(self._file), self._function, self._digest, companions))
        with jail.open(program, GUEST, setup, seed.derive("evaluator")) as worker:
            reply = worker.ask(self._score.encode())
        try:
            verdict = msgspec.json.decode(reply, type=Verdict)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            raise ProgramFault(Fault("protocol", "The program answered in the evaluator's place.")) from None
        return self._episode(verdict)

    def _episode(self, verdict: Verdict) -> Episode:
        missing = [
            metric.name for metric in self.metrics if not math.isfinite(verdict.metrics.get(metric.name, math.nan))
        ]
        if missing:
            remedy = "Name only entries that the evaluator always returns: -o context=NAME,NAME."
            raise ProgramFault(Fault("output", f"The evaluator returned no number {', '.join(missing)}.", remedy))
        slip = _slip(clean(verdict.error, ERROR_CHARACTERS)) if verdict.error else None
        metrics = {metric.name: verdict.metrics[metric.name] for metric in self.metrics}
        return Episode(metrics, slips=int(slip is not None), first_slip=slip)

    def suspicions(self, episode: Episode) -> Iterator[Finding]:
        """Say of every episode that its score is as trustworthy as its program."""
        del episode
        yield Finding("beside", "warning", f"{BESIDE} by {self._file.name}, so the program could have forged it")

    def references(self) -> Mapping[str, Program]:
        """Return the starting program, if there is one."""
        if self._start is None:
            return {}
        return {"start": Program(files=(("policy.py", _read(self._start)),))}


def _slip(error: str) -> Fault:
    last = error.strip().splitlines()[-1:] or [error]
    return Fault("raised", f"The evaluator reported: {last[0][:300]}", traceback=error)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"cannot read {path} ({error}); give a Python file") from None


def _start(folder: Path, given: str) -> Path | None:
    if given:
        return Path(given).resolve()
    return next((folder / name for name in STARTS if (folder / name).is_file()), None)


def _documentation(source: str) -> str:
    try:
        return ast.get_docstring(ast.parse(source)) or ""
    except SyntaxError as error:
        raise ValueError(f"the evaluator is no valid Python: line {error.lineno}: {error.msg}") from None
