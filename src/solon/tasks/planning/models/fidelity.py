"""Does a model say what the words say? A check by reading the words again, sentence by sentence, with witnesses.

The words are read independently of the candidate. Nothing here solves the problem of the words for its objective, so no
finding can tell what the optimum is: each names a sentence, or a rule of the candidate, and a plan on which the two
disagree. That is what a careful person with the words in hand could find out.
"""

from collections.abc import Iterator
from typing import Final, Literal

from msgspec import structs

from solon.tasks.planning.models.telling import LIMITS, Comparison, Doubt, apart, compared, in_sense, told, with_plan
from solon.verify.formal.model import Formal, Infeasible, Result, Solved, Unbounded, Values
from solon.verify.formal.solve import solve

Care = Literal["none", "answer", "careful"]
CARES: Final[tuple[Care, ...]] = ("none", "answer", "careful")
_MOST: Final = 6  # findings


def doubts(
    words: Formal, candidate: Formal, result: Result, care: Care, comparison: Comparison | None = None
) -> list[Doubt]:
    """Return what disagrees, at most a few; ``result`` is what a solver said of the candidate."""
    if care == "none":
        return []
    whole = compared(words, candidate) if comparison is None else comparison
    found = [it if care == "careful" else structs.replace(it, plan="") for it in whole.variables]
    if not any(it.text.startswith("no ") for it in found):
        found += _answer(words, candidate, result)
    if care == "careful":
        known = {(it.kind, it.sentence, it.name) for it in found}
        found += [it for it in whole.all if (it.kind, it.sentence, it.name) not in known]
    return found[:_MOST]


def _answer(words: Formal, candidate: Formal, result: Result) -> Iterator[Doubt]:
    """Yield what one answer shows: the sentences that it breaks and whether its worth is right."""
    match result:
        case Solved(values=values):
            yield from _at(words, candidate, values, result.objective)
        case Infeasible(core=core):
            rules = ", ".join(repr(name) for name in core) or "all of them together"
            text = f"no plan obeys these rules of yours: {rules}"
            yield Doubt("infeasible", text, name=core[0] if len(core) == 1 else "")
        case Unbounded():
            yield Doubt("unbounded", "your objective has no limit; a sentence that limits it is missing or is reversed")
        case _:
            return


def _at(words: Formal, candidate: Formal, values: Values, worth: float | None) -> Iterator[Doubt]:
    fixed = with_plan(words, values)
    found = solve(fixed, limits=LIMITS, core=True)
    plan = told(words, values)
    if isinstance(found, Solved):
        turned = in_sense(words, candidate, worth)
        right = found.objective
        # a right expression with the wrong sense is worth the same at every plan
        if worth is not None and right is not None and apart(worth, right) and apart(turned or 0.0, right):
            goal = words.objective
            yield Doubt(
                "objective",
                f"your objective is {worth:g} at your plan, and the words come to {right:g}",
                goal.meaning if goal else "",
                candidate.objective.name if candidate.objective else "",
                plan,
            )
        return
    core = set(found.core) if isinstance(found, Infeasible) else set[str]()
    blamed = [rule for rule in words.rules if rule.name in core]
    stated = [rule for rule in blamed if rule.origin != "linking"] or blamed
    for rule in stated:
        yield Doubt("broken", "your plan does not obey it", rule.meaning, rule.name, plan)
