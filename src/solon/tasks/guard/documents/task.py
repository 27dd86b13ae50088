"""A policy document to be turned into a program: judged on cases, and proved against the document's own machine."""

import random
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Final

import msgspec

from solon.contract import (
    Episode,
    Fault,
    Figure,
    InfrastructureError,
    Jail,
    Metric,
    Program,
    Seed,
    Task,
    Unknown,
    Verdict,
)
from solon.playback import Exhibit, Frame, Moment, Recording
from solon.tasks.guard.documents import prove
from solon.tasks.guard.documents.author import DocumentAuthor
from solon.tasks.guard.documents.generate import LEVELS, document, draw
from solon.tasks.guard.documents.guest import GUEST, NO_CALLS, RAISED
from solon.tasks.guard.documents.interpret import Interpreted
from solon.tasks.guard.documents.model import CATEGORIES, Case, Category, Document, decide
from solon.tasks.guard.documents.published import published
from solon.tasks.guard.documents.render import rendered
from solon.tasks.guard.documents.symbols import Beyond
from solon.tasks.guard.journeys.graph import Invocation

_REVISION: Final = "1"  # raise it with every change of a document, a draw or a metric
_SHOWN: Final = 8  # counterexamples that a recording tells
_LONGEST: Final = 200  # letters of a name or a text in an answer
_WHY: Final = {RAISED: "the program raised", NO_CALLS: "the program returned no list of calls"}
_BRIEF: Final = """\
You write one Python function `policy(case)` that returns what the policy document below says is to be done.

# What the function gets

case: a dict with case["task"], the name of a section (or "question"), and the facts of the case by name, such as \
{example}. A fact that is not known is None.

# What it returns

A list of calls in order, each ["tool", {{"parameter": value}}]. Begin with the first clause of the section and go on \
as the clauses say. If a clause decides by a fact that is None, or a call needs one, return \
[["ask", {{"fact": name}}]] and nothing else; conditions of one rule are looked at in their order, rules in the order \
of the document. Do not ask for what is not needed. Clauses that are repealed have no force. Manners add \
calls to those of the clauses.

Programs made of functions, if, return, comparisons with constants, `is None`, and, or, not and literals are proved too.

# Document

{document}
# Objective

Maximise accuracy: the share of {count} cases in which all calls are right, in order, with all parameters. All metrics:
{metrics}

Answer with one complete Python program that defines `policy(case)`.
"""
_CONTROL: Final = """\
def policy(case):
    return [["hand_over", {"customer": case["customer"], "team": "care"}]]
"""


@dataclass(frozen=True, kw_only=True)
class DocumentTask(Task):
    """One document; ``level`` is its complexity, ``wording`` how it is written (0: as the level)."""

    name = "guard-document"
    metrics = (
        Metric("accuracy", role="objective", low=0, high=1, meaning="share of cases in which all calls are right"),
        *(
            Metric(name, low=0, high=1, meaning=f"the same for cases of the category {name}; 1 if there is none")
            for name in CATEGORIES
        ),
        Metric(
            "incomplete", low=0, high=1, meaning="the same for cases in which a fact is asked for; 1 if there is none"
        ),
        Metric("state", low=0, high=1, meaning="share of cases after which the database is as it should be"),
    )

    level: int = 2
    document: int = 1
    wording: int = 0
    cases: int = 100

    def __post_init__(self) -> None:
        if self.level not in LEVELS:
            raise ValueError(f"level must be one of 1, 2, 3, 4, got {self.level}")
        if self.wording not in range(5):
            raise ValueError(f"wording must lie in 0..4, got {self.wording}")
        if self.document < 1 or not 1 <= self.cases <= 10_000:
            raise ValueError(f"document must be 1 or more and cases in 1..10000, got {self.document} and {self.cases}")
        changed = [f"{it.name}={getattr(self, it.name)}" for it in fields(self) if getattr(self, it.name) != it.default]
        object.__setattr__(self, "version", f"{_REVISION}[{','.join(changed)}]" if changed else _REVISION)

    @cached_property
    def policy(self) -> Document:
        """The document before it is worded."""
        return document(self.level, self.document)

    @cached_property
    def text(self) -> str:
        """The document in words."""
        return rendered(self.policy, self.wording or self.level)

    def drawn(self, seed: Seed) -> list[Case]:
        """Return the cases of a seed."""
        dice = random.Random(seed.derive("cases"))  # noqa: S311 - reproducible on purpose
        return [draw(self.policy, dice, LEVELS[self.level].missing) for _ in range(self.cases)]

    def brief(self) -> str:
        """Return the complete system prompt; its example is a case that nobody is judged on."""
        example = draw(self.policy, random.Random("example"), 0.0)  # noqa: S311 - reproducible on purpose
        head, mark, tail = _BRIEF.partition("{document}")
        words = {
            "example": str(example),
            "count": str(self.cases),
            "metrics": "\n".join(f"- {metric.name}: {metric.meaning}" for metric in self.metrics),
        }
        text = "\n".join(_wrap(line) for line in head.format(**words).split("\n"))
        del mark
        return text + self.text + "\n".join(_wrap(line) for line in tail.format(**words).split("\n"))

    def evaluate(self, program: Program, seed: Seed, jail: Jail) -> Episode:
        """Decide on the cases of a seed in one worker.

        Raises InfrastructureError if the jail and the interpreter of the proofs differ: one of them would be wrong.
        """
        cases = self.drawn(seed)
        answers, note = self._answered(program, cases, seed, jail)
        self._compare(program, cases, answers)
        due = [decide(self.policy, case) for case in cases]
        right = [answer == each.calls for answer, each in zip(answers, due, strict=True)]
        slips = sum(isinstance(answer, str) for answer in answers)
        first = (
            Fault("raised", note.partition("\n")[0], "Return a list of calls for every case.", note) if slips else None
        )

        def share(chosen: Sequence[bool]) -> float:
            return sum(chosen) / len(chosen) if chosen else 1.0

        def of(category: Category) -> float:
            return share([good for good, each in zip(right, due, strict=True) if each.category == category])

        asked = [good for good, each in zip(right, due, strict=True) if each.calls[0].tool == "ask"]
        same = [
            not isinstance(answer, str) and _written(answer) == _written(each.calls)
            for answer, each in zip(answers, due, strict=True)
        ]
        by_category = {name: of(name) for name in CATEGORIES}
        metrics = {"accuracy": share(right), **by_category, "incomplete": share(asked), "state": share(same)}
        return Episode(metrics, slips=slips, first_slip=first)

    def _answered(
        self, program: Program, cases: Sequence[Case], seed: Seed, jail: Jail
    ) -> tuple[list[tuple[Invocation, ...] | str], str]:
        with jail.open(program, GUEST, b"", Seed(seed.number).derive("worker")) as worker:
            reply = worker.ask(msgspec.json.encode(cases))
            note = worker.note
        try:
            found = msgspec.json.decode(reply, type=list[str | list[tuple[str, dict[str, bool | int | str]]]])
        except (msgspec.MsgspecError, UnicodeDecodeError):
            found = []
        if len(found) != len(cases):
            return [NO_CALLS] * len(cases), "the reply is garbled"
        return [_taken(answer) for answer in found], note

    def _compare(
        self, program: Program, cases: Sequence[Case], answers: Sequence[tuple[Invocation, ...] | str]
    ) -> None:
        source = _provable(program)
        if source is None:
            return
        try:
            followed = Interpreted(source)
        except Beyond:
            return
        for case, answer in zip(cases, answers, strict=True):
            try:
                found = prove.followed(followed, case)
            except Beyond:
                return
            if found is not None and not isinstance(answer, str) and found != answer:
                raise InfrastructureError(f"jail and interpreter differ on {case}")

    def record(self, program: Program, seed: Seed, jail: Jail) -> Recording:
        """Decide on the cases as ``evaluate`` does and tell what went wrong, counterexamples of the proof first."""
        cases = self.drawn(seed)
        answers, _ = self._answered(program, cases, seed, jail)
        frames: list[Frame] = []
        rows: list[tuple[str, ...]] = []
        moments: list[Moment] = []
        wrong = 0
        for step, (case, answer) in enumerate(zip(cases, answers, strict=True)):
            due = decide(self.policy, case)
            told = _WHY.get(answer, "") if isinstance(answer, str) else "; ".join(map(str, answer)) or "no call"
            right = answer == due.calls
            frames.append(Frame(caption=f"{case}: {told}, {'rightly' if right else 'wrongly'}"))
            if right:
                continue
            wrong += 1
            expected = "; ".join(map(str, due.calls))
            rows.append((", ".join(due.clauses), str(case), expected, told))
            if wrong <= _SHOWN:
                text = f"clauses {', '.join(due.clauses)}: in the case {case} due is {expected}; the program: {told}"
                moments.append(Moment(step, text, trouble=True))
        proof = self._counterexamples(program)
        first = Moment(0, f"{len(cases) - wrong} of {len(cases)} cases were decided rightly")
        head = ("clauses", "case", "due", "program")
        exhibits = (
            Exhibit("Document", text=self.text),
            Exhibit("Cases decided wrongly", head=head, rows=tuple(rows[:50]), trouble=tuple(range(len(rows[:50])))),
        )
        return Recording(tuple(frames), (first, *proof, *moments), exhibits=exhibits)

    def _counterexamples(self, program: Program) -> list[Moment]:
        """Return some of the cases that the proof finds, one for each end of the document."""
        source = _provable(program)
        if source is None:
            return []
        found: dict[str, Moment] = {}
        try:
            for each in prove.differences(self.policy, source):
                clauses = decide(self.policy, each.case).clauses
                text = (
                    f"proof: clauses {', '.join(clauses)}: in the case {each.case} due is {each.due}; it {each.found}"
                )
                found.setdefault(clauses[-1], Moment(0, text, trouble=True))
                if len(found) == _SHOWN:
                    break
        except Beyond:
            return []
        return list(found.values())

    def verify(self, program: Program) -> Verdict:
        """Prove that a program does in every case what the document says, or give a case in which it does not."""
        source = _provable(program)
        if source is None:
            return Unknown("only programs of one file policy.py with the entry policy are proved")
        return prove.verdict(self.policy, source)

    def figures(self) -> Sequence[Figure]:
        """Return the bound and, for deep documents, what others published."""
        bound = Figure("bound", "every case decided rightly", {"accuracy": 1.0}, "by definition")
        knobs = LEVELS[self.level]
        return [bound, *published(knobs.tasks, knobs.depth)]

    def references(self) -> Mapping[str, Program]:
        """Return a program that hands everything over, which is the control, a hasty reader and a right one."""
        author = self.author()
        return {
            "hand_over": Program(files=(("policy.py", _CONTROL),)),
            "hasty": author.draft(max(2, len(self.policy.tasks)), 1).program,
            "reader": author.program(),
        }

    def author(self) -> DocumentAuthor:
        """Return the stand-in for a model; it reads the text of the document."""
        return DocumentAuthor(self.text)


def _provable(program: Program) -> str | None:
    single = len(program.files) == 1 and program.entry == "policy.py:policy"
    return program.source if single else None


def _taken(answer: str | list[tuple[str, dict[str, bool | int | str]]]) -> tuple[Invocation, ...] | str:
    """Return an answer as calls, or why it is none; names must be names, because people and models read them."""
    if isinstance(answer, str):
        return answer if answer == RAISED else NO_CALLS
    for tool, given in answer:
        names = all(name.isidentifier() and len(name) <= _LONGEST for name in (tool, *given))
        if not names or any(isinstance(value, str) and len(value) > _LONGEST for value in given.values()):
            return NO_CALLS
    return tuple(Invocation(tool, dict(given)) for tool, given in answer)


def _written(calls: Sequence[Invocation]) -> list[bytes]:
    """Return what calls write, without their order."""
    kept = [call for call in calls if call.tool not in ("ask", "answer")]
    return sorted(msgspec.json.encode(call, order="deterministic") for call in kept)


def _wrap(line: str) -> str:
    return line if len(line) <= 110 else textwrap.fill(line, 110, subsequent_indent="  ")
