"""Problems in words that have no plan, as a task: the sentences that cannot hold together are the answer.

A program is a formal model, as in ``task``. Nothing of it is executed, and a seed changes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Final

from solon.contract import Episode, Fault, Figure, Jail, Metric, Program, Proved, Refuted, Seed, Task, Unknown, Verdict
from solon.language import Language
from solon.playback import Exhibit, Frame, Moment, Recording
from solon.standin import Author
from solon.tasks.planning.models import brief, conflicts, diet, story
from solon.tasks.planning.models.author import TemplateAuthor, program
from solon.tasks.planning.models.conflicts import Conflict, Judgement
from solon.verify.formal.text import LANGUAGE, write

_REVISION: Final = "2"  # raise it with every change of a draw, a word, a rule or a metric
_ASKED: Final = """\
Nothing can meet all of these sentences, and the answer is which of them cannot hold together. Write down what they \
say, the question included, and leave nothing out to make a plan possible. Give each sentence that limits something a \
constraint of its own, in place of what it replaces, so that the solver can name those that are in conflict.
"""


@dataclass(frozen=True, kw_only=True)
class ConflictTask(Task):
    """A day's food that nothing can meet; with ``careful``, feedback also reads the words, and not only the solver."""

    name = "planning-conflict"
    language: ClassVar[Language] = LANGUAGE

    problem: int = 1
    careful: bool = True

    def __post_init__(self) -> None:
        if not 0 <= self.problem < 1_000_000:
            raise ValueError(f"problem must lie in 0..999999, got {self.problem}")
        changed = [f"problem={self.problem}"] if self.problem != 1 else []
        changed += [] if self.careful else ["careful=False"]
        object.__setattr__(self, "version", f"{_REVISION}[{','.join(changed)}]" if changed else _REVISION)
        object.__setattr__(self, "metrics", METRICS)

    @cached_property
    def conflict(self) -> Conflict:
        """The problem with its planted conflict. Raises MissingSolver where no solver is installed."""
        return conflicts.generate(self.problem)

    def brief(self) -> str:
        """Return the words, the names to use, the language and what is asked for."""
        return f"{brief.write(self.conflict.case, 'direct')}\n\n{_ASKED}"

    def lint(self, program: Program) -> Fault | None:
        """Return what keeps a text from being a model."""
        complaint = LANGUAGE.complaint(program.source)
        return None if complaint is None else Fault("syntax", f"the text {complaint}", "write it as the brief shows")

    def evaluate(self, program: Program, seed: Seed, jail: Jail) -> Episode:  # noqa: ARG002  # an answer to one problem
        """Read and check a model, find its conflict and compare it with the words."""
        return Episode(self.judge(program).metrics())

    def judge(self, program: Program) -> Judgement:
        """Return what a model's conflict comes to. Raises ProgramFault."""
        return conflicts.judge(self.problem, program.source)

    def record(self, program: Program, seed: Seed, jail: Jail) -> Recording:  # noqa: ARG002  # as in evaluate
        """Tell the problem, the solver's verdict, and where the words are not met."""
        judged = self.judge(program)
        captions = [f"The problem: {self.conflict.case.words}", _told(judged)]
        captions += [f"Checked against the words: {story.worded(it)}" for it in judged.doubts if self.careful]
        moments = [
            Moment(place, caption, trouble=place > 1 or not judged.core)
            for place, caption in enumerate(captions)
            if place
        ]
        rows = tuple((it.sentence or it.name, f"{it.text}.", it.plan or "-") for it in judged.doubts)
        core = tuple(it for it in judged.model.rules if it.name in (judged.core or ()))
        exhibits = (
            Exhibit("The words", text=self.conflict.case.words),
            Exhibit("The model", text=write(judged.model)),
            Exhibit("The conflict", steps=tuple(f"{it.name}: {it.meaning}" if it.meaning else it.name for it in core)),
            Exhibit(
                "What is wrong",
                head=("rule or objective", "what differs", "witness plan"),
                rows=rows,
                trouble=tuple(range(len(rows))),
            ),
        )
        return Recording(tuple(Frame(caption=caption) for caption in captions), tuple(moments), exhibits=exhibits)

    def verify(self, program: Program) -> Verdict:
        """Decide whether a model has the conflict of the words and agrees with them wherever that is set aside."""
        judged = self.judge(program)
        if judged.verdict == "same":
            return Proved(
                "setting each rule of the conflict aside in turn: words and model then imply each other's rules"
            )
        if judged.verdict == "not told apart":
            return Unknown("some comparisons could not be decided")
        return Refuted(story.worded(judged.doubts[0]) if judged.doubts else _told(judged))

    def author(self) -> Author:
        """Return a stand-in for a model, which reads the words by our own forms."""
        return TemplateAuthor("diet", self.conflict.case.words)

    def references(self) -> Mapping[str, Program]:
        """Return a model that passes over the question, as the control, and the template's reading."""
        said = diet.SOURCE.hear(self.conflict.case.words)
        deaf = diet.build([it for it in said if not it.fact.kind.startswith("edit_")])
        return {"deaf": program(deaf), "template": program(self.conflict.case.truth)}

    def figures(self) -> Sequence[Figure]:
        """Return the bound; LLMFP's figure is a mean over all of its questions."""
        return (Figure("bound", "every model is right", {"solved": 1.0}, "a share cannot pass one"),)


def _told(judged: Judgement) -> str:
    if judged.core is None:
        return "The solver gave up, which says nothing of the model."
    if not judged.core:
        return "The solver: there is a plan that obeys all constraints of the model, and the words leave none."
    return f"The solver: no plan obeys all constraints; these cannot hold together: {', '.join(judged.core)}."


def _share(name: str, meaning: str) -> Metric:
    return Metric(name, low=0, high=1, meaning=meaning)


METRICS: Final = (
    Metric(
        "solved",
        role="objective",
        low=0,
        high=1,
        meaning="1 if the model's conflict is that of the words, and both agree wherever one of its rules is set aside",
    ),
    _share("infeasible", "1 if no plan obeys the model"),
    Metric("conflict", low=0, high=1_000, meaning="constraints of the model that cannot hold together"),
    _share("rules_right", "share of the rules of the words that the model states"),
    _share("objective_right", "1 if the objective is that of the words"),
    Metric("out_of_time", "minimise", low=0, high=1, meaning="1 if the solver gave up, which is no verdict"),
)
