"""A judged answer written down: the formal text, what the planner said, each action in words, what is wrong."""

from collections.abc import Sequence

from solon.playback import Exhibit, Frame, Moment, Recording
from solon.tasks.planning.classical.judged import Difference, ProblemJudgement, literal, said, told_outcome
from solon.tasks.planning.classical.scene import World
from solon.verify.pddl.equivalent import Different, Isomorphic
from solon.verify.pddl.issue import Issue
from solon.verify.pddl.outcome import Planned
from solon.verify.pddl.simulate import Verdict
from solon.verify.pddl.syntax import Atom, Plan, conjuncts


def of_problem(world: World, judgement: ProblemJudgement, shown: str, text: str, words: str) -> Recording:
    """Return the steps from the formal text to the verdict.

    ``shown`` limits what the moments tell of the check against the words; the panels, for people, show all of it.
    """
    problem, outcome = judgement.problem, judgement.outcome
    opening = f"{len(problem.objects)} objects, {len(problem.init)} facts, {len(conjuncts(problem.goal))} goals: read"
    captions = [opening, told_outcome(outcome)]
    moments = [
        Moment(0, opening),
        *(Moment(0, f"odd: {issue}", trouble=True) for issue in judgement.issues if _odd(issue)),
    ]
    moments.append(Moment(1, told_outcome(outcome), trouble=not isinstance(outcome, Planned)))
    wrong = [said(difference) for difference in judgement.differences]
    if isinstance(judgement.comparison, Different) and not wrong:
        wrong = [judgement.comparison.difference]
    moments += [Moment(0, sentence, trouble=True) for sentence in _limited(wrong, shown)]
    plan: Plan = outcome.plan if isinstance(outcome, Planned) else ()
    captions += [f"{number}. {world.step(step)}" for number, step in enumerate(plan, 1)]
    if judgement.verdict is not None and shown != "none":
        moments.append(_ending(judgement.verdict, len(plan)))
        captions.append(moments[-1].text)
    captions.append(_comparison(judgement))
    exhibits = (
        Exhibit("The words", text=words),
        Exhibit("The formal problem", text=text),
        _steps(world, plan, judgement.verdict),
        _wrong(_found_in_problem(world, judgement)),
    )
    return Recording(tuple(Frame(caption=caption) for caption in captions), tuple(moments), exhibits=exhibits)


def of_plan(world: World, plan: Plan, verdict: Verdict, shown: str, words: str) -> Recording:
    """Return what each action did, as far as the verdict's run went."""
    captions = [f"a plan of {len(plan)} actions"]
    captions += [f"{number}. {world.step(step)}" for number, step in enumerate(plan, 1)]
    told = [issue_in_words(world, issue, plan) for issue in verdict.issues]
    moments = [Moment(0, captions[0])]
    moments += [
        Moment(issue.step, text, trouble=True)
        for issue, text in zip(verdict.issues, told, strict=True)
        if text in _limited(told, shown)
    ]
    if verdict.valid:
        moments.append(_ending(verdict, len(plan)))
    captions.append("the plan is valid" if verdict.valid else told[0])
    exhibits = (
        Exhibit("The words", text=words),
        _steps(world, plan, verdict),
        _wrong([_found(world, issue) for issue in verdict.issues]),
    )
    return Recording(tuple(Frame(caption=caption) for caption in captions), tuple(moments), exhibits=exhibits)


def first_difference(judgement: ProblemJudgement) -> str:
    """Return one thing in which a formalisation differs from the words."""
    if judgement.differences:
        return said(judgement.differences[0])
    return judgement.comparison.difference if isinstance(judgement.comparison, Different) else ""


def issue_in_words(world: World, issue: Issue, plan: Sequence[Atom]) -> str:
    """Return what is wrong with a plan, with actions and facts both as written and in words."""
    words = [_in_words(world, name) for name in issue.names]
    known = "; ".join(word for word in words if word)
    doing = f" [{world.step(plan[issue.step - 1])}]" if issue.kind == "InapplicableAction" else ""
    return f"{issue.message}; {issue.remedy}{doing}{f' ({known})' if known else ''}"


def _in_words(world: World, text: str) -> str:
    negated = text.removeprefix("(not ").removesuffix(")") if text.startswith("(not ") else text
    parts = negated.strip("()").split()
    if not parts or parts[0] not in world.phrases:
        return ""
    told = literal(world, Atom(parts[0], tuple(parts[1:])))
    return f"it must not be so that {told}" if negated != text else f"it must be so that {told}"


def _odd(issue: Issue) -> bool:
    return issue.severity == "warning"


def _limited(sentences: list[str], shown: str) -> list[str]:
    return {"none": [], "first": sentences[:1]}.get(shown, sentences)


def _ending(verdict: Verdict, length: int) -> Moment:
    if verdict.valid:
        return Moment(length, f"in the world of the words, the plan of {length} actions is valid")
    issue = verdict.issues[0]
    return Moment(max(issue.step, 1), f"in the world of the words: {issue}", trouble=True)


def _comparison(judgement: ProblemJudgement) -> str:
    if isinstance(judgement.comparison, Different):
        return "the problem does not say what the words say"
    names = ", with other names" if isinstance(judgement.comparison, Isomorphic) else ""
    return f"the problem says what the words say{names}"


def _steps(world: World, plan: Plan, verdict: Verdict | None) -> Exhibit:
    wrong = {issue.step - 1 for issue in verdict.issues if issue.severity == "error"} if verdict else set[int]()
    steps = tuple(f"{world.step(step)} {step}" for step in plan)
    return Exhibit("The plan", steps=steps, trouble=tuple(sorted(place for place in wrong if 0 <= place < len(plan))))


_Row = tuple[str, str, str]  # what was found, where, and what to do


def _wrong(rows: Sequence[tuple[_Row, bool]]) -> Exhibit:
    trouble = tuple(place for place, (_, severe) in enumerate(rows) if severe)
    return Exhibit(
        "What is wrong", head=("found", "where", "remedy"), rows=tuple(row for row, _ in rows), trouble=trouble
    )


def _found(world: World, issue: Issue) -> tuple[_Row, bool]:
    known = "; ".join(filter(None, (_in_words(world, name) for name in issue.names)))
    return (f"{issue.message}{f' ({known})' if known else ''}", issue.where, issue.remedy), issue.severity == "error"


def _found_in_problem(world: World, judgement: ProblemJudgement) -> list[tuple[_Row, bool]]:
    outcome, comparison = judgement.outcome, judgement.comparison
    rows = [_found(world, issue) for issue in judgement.issues if _odd(issue)]
    rows += [((said(it), it.part, _remedy(it)), True) for it in judgement.differences]
    if isinstance(comparison, Different) and not judgement.differences:
        rows.append(((comparison.difference, "", "say what the words say"), True))
    if not isinstance(outcome, Planned):
        rows.append(
            ((told_outcome(outcome), "planner", "state all that holds at the start, and only what is wanted"), True)
        )
    issues = judgement.verdict.issues if judgement.verdict else ()
    return rows + [_found(world, issue) for issue in issues]


def _remedy(difference: Difference) -> str:
    return f"state it in :{difference.part}" if difference.missing else f"leave it out of :{difference.part}"
