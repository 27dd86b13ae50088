"""Optimisation problems in words as tasks: a program is a formal model, and a solver finds what it says.

Nothing of a program is executed, so no jail is opened. A seed changes nothing: an answer is an answer to one problem,
which the options choose. See ``docs/systems/planning-models.md``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import ClassVar, Final, TypeVar

import msgspec

from solon.contract import Episode, Fault, Figure, Jail, Metric, Program, Proved, Refuted, Seed, Task, Unknown, Verdict
from solon.language import Language
from solon.playback import Recording
from solon.standin import Author
from solon.tasks.planning.models import brief, published, story
from solon.tasks.planning.models.author import TemplateAuthor, program
from solon.tasks.planning.models.brief import FORMS
from solon.tasks.planning.models.cases import SOURCES, Case, generate
from solon.tasks.planning.models.fidelity import CARES
from solon.tasks.planning.models.judging import Judgement, judge, readable
from solon.tasks.planning.models.telling import compared
from solon.verify.formal.model import Formal
from solon.verify.formal.text import LANGUAGE

_REVISION: Final = "3"  # raise it with every change of a draw, a word, a rule or a metric
_Name = TypeVar("_Name", bound=str)


@dataclass(frozen=True, kw_only=True)
class ModelTask(Task):
    """One problem of a source; every option that is not the default shows in the version.

    ``form`` is how the brief wants it done: direct, five-elements or classes. ``fidelity`` is what feedback may draw on
    besides the solver's own verdict: none, the answer held against the words, or a careful comparison of model and
    words.
    """

    name = "planning-model"
    language: ClassVar[Language] = LANGUAGE

    source: str = "paragraphs"
    problem: int = 1
    form: str = "five-elements"
    fidelity: str = "careful"

    def __post_init__(self) -> None:
        _choice("source", self.source, tuple(SOURCES))
        _choice("form", self.form, FORMS)
        _choice("fidelity", self.fidelity, CARES)
        if not 0 <= self.problem < 1_000_000:
            raise ValueError(f"problem must lie in 0..999999, got {self.problem}")
        changed = ",".join(
            f"{it.name}={getattr(self, it.name)}" for it in fields(self) if getattr(self, it.name) != it.default
        )
        object.__setattr__(self, "version", f"{_REVISION}[{changed}]" if changed else _REVISION)
        object.__setattr__(self, "metrics", METRICS)

    @cached_property
    def case(self) -> Case:
        """The problem with its truth. Raises MissingSolver where no solver is installed."""
        return generate(self.source, self.problem)

    def brief(self) -> str:
        """Return the words, the names to use, the language and a way to go about it."""
        return brief.write(self.case, _choice("form", self.form, FORMS))

    def steps(self) -> Sequence[str]:
        """Return LLMFP's stages as turns of a conversation (``MODEL?turns=steps``)."""
        return brief.STEPS

    def lint(self, program: Program) -> Fault | None:
        """Return what keeps a text from being a model."""
        complaint = LANGUAGE.complaint(program.source)
        return None if complaint is None else Fault("syntax", f"the text {complaint}", "write it as the brief shows")

    def evaluate(self, program: Program, seed: Seed, jail: Jail) -> Episode:  # noqa: ARG002  # an answer to one problem
        """Read, check and solve a model, and compare it and its answer with the words."""
        return Episode(self._judged(program).metrics())

    def record(self, program: Program, seed: Seed, jail: Jail) -> Recording:  # noqa: ARG002  # as in evaluate
        """Tell the stages; see ``solon.playback.Recordable``."""
        return story.record(self.case, self._judged(program))

    def _judged(self, program: Program) -> Judgement:
        return judge(self.source, self.problem, program.source, _choice("fidelity", self.fidelity, CARES))

    def verify(self, program: Program) -> Verdict:
        """Decide whether a model and the words allow the same plans at the same worth."""
        comparison = compared(self.case.truth, readable(program.source))
        if comparison.all:
            return Refuted(story.worded(comparison.all[0]))
        if comparison.undecided:
            return Unknown(f"{comparison.undecided} comparisons could not be decided")
        return Proved("each side implies every rule of the other and the objectives agree (solon.verify.formal)")

    def author(self) -> Author:
        """Return a stand-in for a model, which reads the words by our own forms."""
        return TemplateAuthor(self.source, self.case.words)

    def references(self) -> Mapping[str, Program]:
        """Return a hasty model, which forgets what nobody says aloud, as the control, and the template's reading."""
        truth = self.case.truth
        return {"hasty": program(_hasty(truth)), "template": program(truth)}

    def figures(self) -> Sequence[Figure]:
        """Return the bound, and what others published of their own problems of this kind."""
        bound = Figure("bound", "every model is right", {"optimal": 1.0}, "a share cannot pass one")
        return [bound, *published.at(self.source)]


def _hasty(truth: Formal) -> Formal:
    """Return a model without linking and implied rules; where there are none, without its last rule."""
    stated = tuple(rule for rule in truth.rules if rule.origin == "stated")
    return msgspec.structs.replace(truth, rules=stated if len(stated) < len(truth.rules) else stated[:-1])


def _choice(option: str, value: str, known: Sequence[_Name]) -> _Name:
    for name in known:
        if value == name:
            return name
    raise ValueError(f"{option} must be one of {', '.join(known)}, got {value!r}")


def _share(name: str, meaning: str) -> Metric:
    return Metric(name, low=0, high=1, meaning=meaning)


METRICS: Final = (
    Metric(
        "optimal",
        role="objective",
        low=0,
        high=1,
        meaning="1 if the optimum is the true one, its plan obeys the words, and the model is not told apart from them",
    ),
    _share("executed", "1 if a solver gave a verdict on the model"),
    _share("solved", "1 if the optimum is the true one, whatever the model"),
    _share("feasible", "1 if the plan obeys the words"),
    _share("named", "1 if each value that the words ask for is within 1e-4 of the true one"),
    _share("model", "1 if the model and the words are not told apart"),
    _share("objective_right", "1 if the objective agrees with the words"),
    _share(
        "constraints_right",
        "share of rules, of the words and of the model, that the other side implies, as verify decides it",
    ),
    _share("variables_right", "share of variables with the right name, domain and bounds"),
    Metric("doubts", "minimise", low=0, high=100, meaning="disagreements that the feedback may name"),
    Metric("out_of_time", "minimise", low=0, high=1, meaning="1 if the solver gave up, which is no verdict"),
)
