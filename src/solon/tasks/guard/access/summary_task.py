"""Summaries of access policies: one short expression for the resources that a policy lets somebody use."""

import itertools
import json
import random
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Final

from solon.contract import (
    Episode,
    Fault,
    Figure,
    Jail,
    Metric,
    Program,
    ProgramFault,
    Proved,
    Refuted,
    Seed,
    Task,
    Unknown,
    Verdict,
)
from solon.playback import Exhibit, Frame, Moment, Recording
from solon.standin import Author
from solon.tasks.guard.access import program, published, templates
from solon.tasks.guard.access.model import Policy
from solon.tasks.guard.access.summary import Checked, allowed_resources, check, eliminated, resource_patterns, summarise
from solon.tasks.guard.access.summary_author import SummaryAuthor
from solon.verify.strings.automaton import Automaton, TooLarge
from solon.verify.strings.regex import ANY_TEXT, RegexError
from solon.verify.strings.sampling import Sampler

_REVISION: Final = "1"  # raise it with every change of a draw, a word or a metric
_NEXT: Final = 1_000_003
_PRINTABLE: Final = ((33, 126),)
_BRIEF: Final = """\
You know regular expressions and the security of clouds. Summarise which resources an access policy lets somebody use, \
as one regular expression that people can read.

# What is known of the resources

{given}

# What counts

The expression must match exactly these resources, as a whole text; it is compared with the true set exactly, up to \
{bound} characters. Short is better where both are exact.

Use plain regular syntax on one line: characters, classes, groups in parentheses, | * + ? and {{m,n}}. Do not use \
anchors, flags, look-around, lazy repetitions or back-references. A dot is any character; escape it to mean a dot.

All metrics:
{metrics}

Answer with the expression alone in a code block that opens with ```regex.
"""


class SummaryTask(Task):
    """The resources of one hidden policy, ``given`` as a raw expression (direct) or as sampled texts (samples)."""

    name = "guard-summary"
    language = program.SUMMARY

    def __init__(
        self, *, problem: int = 1, given: str = "direct", statements: int = 3, samples: int = 200, bound: int = 100
    ) -> None:
        if given not in ("direct", "samples"):
            raise ValueError(f"given must be direct or samples, got {given!r}")
        if not 0 <= problem <= 100_000 or not 1 <= statements <= 6:
            raise ValueError("problem must lie in 0..100000 and statements in 1..6")
        if not 1 <= samples <= 2000 or not 10 <= bound <= 300:
            raise ValueError("samples must lie in 1..2000 and bound in 10..300")
        self.problem, self.given, self.statements, self.samples, self.bound = problem, given, statements, samples, bound
        told = f"problem={problem},given={given},statements={statements},samples={samples},bound={bound}"
        self.version = f"{_REVISION}[{told}]"
        self.metrics = _METRICS

    @cached_property
    def _drawn(self) -> tuple[Policy, Automaton]:
        """The first policy of a fixed series that does not allow all resources."""
        everything = Automaton.of(ANY_TEXT)
        for turn in itertools.count():
            policy = templates.draw(self.problem + turn * _NEXT, statements=self.statements)
            language = allowed_resources(policy)
            if language != everything:
                return policy, language
        raise AssertionError("the series has no end")

    @property
    def language_of_resources(self) -> Automaton:
        """The resources that the hidden policy allows."""
        return self._drawn[1]

    @cached_property
    def exact(self) -> str:
        """An expression of exactly those resources, from the patterns of the policy as far as they fit."""
        return summarise(self.language_of_resources, resource_patterns(self._drawn[0]))

    @cached_property
    def raw(self) -> str:
        """An expression of exactly those resources by elimination of states alone, if that ends, or else ``exact``."""
        try:
            return eliminated(self.language_of_resources)
        except TooLarge:
            return self.exact

    def brief(self) -> str:
        """Return the complete prompt; samples are drawn by the problem's number."""
        metrics = "\n".join(f"- {metric.name}: {metric.meaning}" for metric in self.metrics)
        return _BRIEF.format(given=self._told(), bound=self.bound, metrics=metrics)

    def _told(self) -> str:
        if self.given == "direct":
            return f"An expression that a program derived, exact but hard to read:\n\n{self.raw}"
        dice = random.Random(f"summary/{self.problem}")  # noqa: S311 - reproducible on purpose
        sampler = Sampler(self.language_of_resources, self.bound, alphabet=_PRINTABLE)
        drawn = sorted({text for _ in range(self.samples) if (text := sampler.draw(dice)) is not None})
        return "Resources drawn at random from the set, each as JSON:\n\n" + "\n".join(map(json.dumps, drawn))

    def evaluate(self, program: Program, seed: Seed, jail: Jail) -> Episode:  # noqa: ARG002  # seeds change nothing
        """Compare an expression with the true set of resources."""
        found = self._checked(program)
        return Episode(
            {
                "jaccard": found.jaccard,
                "exact": float(found.exact),
                "sound": float(found.sound),
                "complete": float(found.complete),
                "length": float(len(program.source.strip())),
            }
        )

    def _checked(self, program: Program) -> Checked:
        try:
            return check(program.source.strip(), self.language_of_resources, bound=self.bound)
        except RegexError as error:
            fault = Fault("syntax", f"the expression is outside the subset: {error}", "use plain regular syntax")
        except TooLarge as error:
            fault = Fault("output", f"the expression is too large to compare: {error}", "write a shorter one")
        raise ProgramFault(fault) from None

    def verify(self, program: Program) -> Verdict:
        """Prove or refute that an expression names exactly the allowed resources."""
        try:
            found = self._checked(program)
        except ProgramFault as error:
            return Unknown(error.fault.message)
        told = _differences(found)
        return Refuted(told[0]) if told else Proved("automata over all texts")

    def record(self, program: Program, seed: Seed, jail: Jail) -> Recording:  # noqa: ARG002  # seeds change nothing
        """Write down a text that is wrongly named and one that is wrongly left out."""
        told = _differences(self._checked(program))
        usual = "the expression names exactly the allowed resources"
        frames = tuple(Frame(caption=caption) for caption in told or [usual])
        moments = tuple(Moment(step, caption, trouble=True) for step, caption in enumerate(told))
        shown = (
            Exhibit("The summary", text=program.source.strip()),
            Exhibit("An exact expression", text=self.exact),
        )
        return Recording(frames, moments or (Moment(0, usual),), exhibits=shown)

    def figures(self) -> Sequence[Figure]:
        """Return the bound and what was published for models."""
        bound = Figure("bound", "the set itself", {"jaccard": 1.0, "exact": 1.0}, "solon.verify.strings.writing")
        return (bound, *published.SUMMARIES[self.given])

    def references(self) -> Mapping[str, Program]:
        """Return the expression of everything, which is the control, and the one from the policy's patterns."""
        return {"anything": program.summary_program(".*"), "factored": program.summary_program(self.exact)}

    def author(self) -> Author:
        """Return the stand-in that knows the exact expression."""
        return SummaryAuthor(self.exact)


def _differences(found: Checked) -> list[str]:
    told: list[str] = []
    if found.wrongly is not None:
        told.append(f"the text {json.dumps(found.wrongly)} is wrongly named: the policy does not allow it")
    if found.missing is not None:
        told.append(f"the text {json.dumps(found.missing)} is wrongly left out: the policy allows it")
    return told


_METRICS: Final = (
    Metric("jaccard", role="objective", low=0, high=1, meaning="texts in both sets among those in either"),
    Metric("exact", low=0, high=1, meaning="1 if the expression names exactly the allowed resources"),
    Metric("sound", low=0, high=1, meaning="1 if it names nothing else"),
    Metric("complete", low=0, high=1, meaning="1 if it names everything"),
    Metric("length", "minimise", low=0, unit="characters", meaning="of the expression"),
)
