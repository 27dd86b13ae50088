"""An attempt told stage by stage: what was read, what the solver said, the answer in words, and what is wrong."""

from solon.playback import Exhibit, Frame, Moment, Recording, quote
from solon.tasks.planning.models.cases import Case
from solon.tasks.planning.models.judging import Judgement, answer
from solon.tasks.planning.models.telling import Doubt
from solon.verify.formal.model import Infeasible, OutOfTime, Solved, Unbounded
from solon.verify.formal.text import write


def record(case: Case, judgement: Judgement) -> Recording:
    """Return the stages as frames; findings are moments of trouble, and so is an answer that is none."""
    model = judgement.model
    counts = f"{len(model.sorts)} sets, {len(model.tables)} parameters, {len(model.decisions)} variables"
    captions = [
        f"The problem: {case.words}",
        f"The model was read and checked: {counts}, {len(model.rules)} constraints.\n{_own(write(model))}",
        f"The solver: {_verdict(judgement)}",
        f"In words: {answer(case, judgement)}",
    ]
    moments = [Moment(place, caption) for place, caption in enumerate(captions) if place]
    if not isinstance(judgement.result, Solved):
        moments[1] = Moment(2, captions[2], trouble=True)
    for place, doubt in enumerate(judgement.doubts, len(captions)):
        captions.append(f"Checked against the words: {worded(doubt)}")
        moments.append(Moment(place, captions[-1], trouble=True))
    if not judgement.doubts:
        captions.append("Checked against the words: no disagreement was found.")
        moments.append(Moment(len(captions) - 1, captions[-1]))
    frames = tuple(Frame(caption=caption) for caption in captions)
    return Recording(frames, tuple(moments), exhibits=_exhibits(case, judgement))


def _exhibits(case: Case, judgement: Judgement) -> tuple[Exhibit, ...]:
    """Return the panels, for people; they show all that the comparison found, whatever feedback may draw on."""
    wrong = list(dict.fromkeys((*judgement.doubts, *judgement.comparison.all)))
    return (
        Exhibit("The words", text=case.words),
        Exhibit("The model", text=write(judgement.model)),
        Exhibit("The answer", head=("variable", "value"), rows=_values(judgement)),
        Exhibit(
            "What is wrong",
            head=("rule or objective", "what differs", "witness plan"),
            rows=tuple((_subject(it), f"{it.text}.", it.plan or "-") for it in wrong),
            trouble=tuple(range(len(wrong))),
        ),
    )


def _subject(doubt: Doubt) -> str:
    kind = {"variable": "variable", "objective": "objective", "sense": "objective"}.get(doubt.kind, "rule")
    return doubt.sentence or (f"{kind} {doubt.name}" if doubt.name else "the model")


def _values(judgement: Judgement) -> tuple[tuple[str, str], ...]:
    """Return what the solver chose, and what of it is not nothing."""
    if not isinstance(judgement.result, Solved):
        return (("none", _verdict(judgement)),)
    rows: list[tuple[str, str]] = []
    for name, values in judgement.result.values.items():
        chosen = [(f"{name}[{key}]" if key else name, value) for key, value in values.items() if value]
        rows += [(place, value if isinstance(value, str) else f"{value:g}") for place, value in chosen]
        rows += [(name if "" in values else f"all other {name}", "0")] if len(chosen) < len(values) else []
    goal, worth = judgement.model.objective, judgement.result.objective
    return ((goal.name, f"{worth:g}"), *rows) if goal is not None and worth is not None else tuple(rows)


def _own(text: str) -> str:
    """Mark the candidate's own words, all of them, so that nobody takes them for a finding."""
    return "\n".join(quote(line) for line in text.splitlines() if line.strip())


def worded(doubt: Doubt) -> str:
    """Return a disagreement in one or two sentences, with the sentence of the words that it is about."""
    source = "the words say" if doubt.sentence.endswith((".", "?")) else "it goes without saying:"
    said = f'{source} "{doubt.sentence}" and ' if doubt.sentence else ""
    # of a rule that the words have, a proposer knows no name
    name = f" (see {doubt.name!r})" if doubt.name and doubt.kind != "broken" else ""
    plan = f": {doubt.plan}" if doubt.plan else ""
    return f"{said}{doubt.text}{plan}{name}."


def _verdict(judgement: Judgement) -> str:
    match judgement.result:
        case Solved(objective=objective, proved=proved):
            worth = "a plan" if objective is None else f"the optimum {objective:g}"
            return f"{worth}, {'proved' if proved else 'not proved to be the best'}."
        case Infeasible(core=core):
            return f"no plan obeys all rules; these cannot hold together: {', '.join(map(repr, core)) or 'unknown'}."
        case Unbounded(objective=objective):
            return f"the objective {objective!r} has no limit."
        case OutOfTime(message=message):
            return f"it gave up, which says nothing of the model: {message}."
        case _:
            return "it could not take the model."
