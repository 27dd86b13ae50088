"""An attempt told stage by stage: what was read, what the solver said, the answer in words, and what is wrong."""

from solon.playback import Frame, Moment, Recording, quote
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
    return Recording(tuple(Frame(caption=caption) for caption in captions), tuple(moments))


def _own(text: str) -> str:
    """Mark the candidate's own words, all of them, so that nobody takes them for a finding."""
    return "\n".join(quote(line) for line in text.splitlines() if line.strip())


def worded(doubt: Doubt) -> str:
    """Return a disagreement in one or two sentences, with the sentence of the words that it is about."""
    source = "the words say" if doubt.sentence.endswith((".", "?")) else "it goes without saying:"
    said = f'{source} "{doubt.sentence}" and ' if doubt.sentence else ""
    # of a rule that the words have, a proposer knows no name
    name = f" (see {doubt.name!r})" if doubt.name and doubt.kind != "broken" else ""
    return f"{said}{doubt.text}{name}."


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
