"""The prompt that asks a person or a model for a program."""

import re

from solon.contract import Candidate, History, Task
from solon.language import Language, language_of

RECENT = 8  # candidates besides the parents whose feedback is shown

_WISHES = {
    "generate": "Write a program that solves the task, in a way of your own.",
    "refine": "Write a program that does better than this one.",
    "split": "Choose one part of the task that is not mastered yet, and write a program that masters that part.",
    "merge": "Write one program that joins what each of these does best.",
    "vote": "Write one program that holds all of these and at each decision does what most of them would do.",
}


def instruction(operator: str, parents: int) -> str:
    """Return the sentence that says what to do with so many parents; unknown operators are spelt out as they are."""
    if operator == "refine" and parents > 1:
        return "Write a program that does better than these."
    if operator in _WISHES:
        return _WISHES[operator]
    if operator:
        return f"Write a program by the operator {operator!r}."
    return "Write a program that does better than these." if parents else "Write a program that solves the task."


def render_prompt(
    task: Task,
    history: History,
    parents: tuple[int, ...] = (),
    operator: str = "",
) -> str:
    """Return the full prompt: brief, parents with source and feedback, recent feedback, wish, format of the answer.

    Of a parent the whole feedback is shown, of others the first paragraph: excerpts of episodes would drown the rest.
    Shows of a result only its feedback and its fault, never a score: what a proposer may see is decided elsewhere.
    """
    language = language_of(task)
    known = {candidate.number: candidate for candidate in history}
    chosen = [known[number] for number in parents if number in known]
    others = [candidate for candidate in history if candidate not in chosen and _remark(candidate)][-RECENT:]
    sections = [f"# Task\n\n{task.brief().strip()}"]
    if chosen:
        sections.append(
            "# Programs to improve on\n\n" + "\n\n".join(_parent(candidate, language) for candidate in chosen)
        )
    if others:
        lines = "\n".join(
            f"- Candidate {candidate.number}: {without_excerpts(_remark(candidate))}" for candidate in others
        )
        sections.append(f"# What was learnt from other candidates\n\n{lines}")
    sections.append(f"# Your answer\n\n{instruction(operator, len(chosen))} {_format(language)}")
    return "\n\n".join(sections) + "\n"


def _parent(candidate: Candidate, language: Language) -> str:
    remark = _remark(candidate)
    shown = f"Candidate {candidate.number}:\n\n{fenced(candidate.proposal.program.source, language.fences[0])}"
    return f"{shown}\n\n{remark}" if remark else shown


def _remark(candidate: Candidate) -> str:
    """Return the feedback on a candidate, or its fault with the remedy if the feedback is silent."""
    if candidate.fault is not None and not candidate.feedback.text.strip():
        remedy = f" {candidate.fault.remedy}" if candidate.fault.remedy else ""
        return f"Invalid ({candidate.fault.kind}): {candidate.fault.message}{remedy}"
    return candidate.feedback.text.strip()


def without_excerpts(remark: str) -> str:
    """Return the first paragraph of a remark, which holds the figures, for a bullet in a list."""
    return remark.partition("\n\n")[0].replace("\n", "\n  ")


def fenced(source: str, label: str) -> str:
    """Return a source in a fence longer than any that it holds."""
    longest = max((len(run) for run in re.findall(r"`+", source)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{label}\n{source.rstrip()}\n{fence}"


def demand(language: Language) -> str:
    """Return what a program's file must hold, as the end of a sentence; nothing if nothing is asked."""
    return f" that {language.demand}" if language.demand else ""


def _format(language: Language) -> str:
    return (
        f"Think first, then give the complete program as one {language.name} file{demand(language)}, in a "
        f"single fenced block that starts with ```{language.fences[0]}. Give the whole file, not a difference; only "
        f"the last such block counts."
    )
