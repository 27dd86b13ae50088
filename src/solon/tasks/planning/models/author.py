"""A stand-in for a model: it reads words by our forms, plants mistakes, and mends what is named.

It measures the loop, the checks and the repair. It says nothing about any model: a model reads words that no form
wrote.
"""

import random
from collections.abc import Sequence

import msgspec

from solon.contract import Feedback, Program
from solon.standin import Draft
from solon.tasks.planning.models.cases import SOURCES
from solon.verify.formal.expression import names
from solon.verify.formal.model import Formal, Rule
from solon.verify.formal.mutate import mutate, mutations
from solon.verify.formal.text import LANGUAGE, TextError, read, write


def program(model: Formal) -> Program:
    """Return a model as a program."""
    file = LANGUAGE.entry.partition(":")[0]
    return Program(((file, write(model)),), LANGUAGE.entry, LANGUAGE.kind)


class TemplateAuthor:
    """Knows the words of one problem, and the forms that such words are written in."""

    def __init__(self, source: str, words: str) -> None:
        self._source, self._words = SOURCES[source], words

    def draft(self, mistakes: int, entropy: int) -> Draft:
        """Return the template's reading with so many planted mistakes."""
        model, dice, kinds = self._source.read(self._words), random.Random(entropy), list[str]()  # noqa: S311 - reproducible
        for _ in range(mistakes):
            mutated = mutate(model, dice.getrandbits(32))
            if mutated is not None:
                model, kinds = mutated.problem, [*kinds, mutated.kind]
        return Draft(program(model), tuple(kinds))

    def mend(self, draft: Program, feedback: Feedback, rate: float, entropy: int) -> Draft:
        """Return the draft with the parts that the feedback names read anew."""
        fresh, dice = self._source.read(self._words), random.Random(entropy)  # noqa: S311 - reproducible on purpose
        try:
            model = read(draft.source)
        except TextError:
            model, parts = fresh, list[str]()
        else:
            parts = self._named(fresh, model, feedback.text) or [dice.choice(_parts(fresh))]
            model = mended(model, fresh, parts)
        kinds: list[str] = []
        for part in parts:
            if dice.random() < rate:
                wrong = [it for it in mutations(fresh) if it.touched == part]
                if wrong:
                    chosen = dice.choice(wrong)
                    model, kinds = mended(model, chosen.problem, [part]), [*kinds, chosen.kind]
        return Draft(program(model), tuple(kinds))

    def _named(self, fresh: Formal, model: Formal, feedback: str) -> list[str]:
        """Return the parts that a feedback names: sentences in full, or names in quotes."""
        # an echo of the draft names nothing
        said = "\n".join(line for line in feedback.splitlines() if not line.lstrip().startswith("|"))
        entries = [*fresh.rules, *model.rules, *fresh.decisions, *model.decisions]
        goals = [goal for goal in (fresh.objective, model.objective) if goal is not None]
        found = [
            entry.name
            for entry in (*entries, *goals)
            if f"'{entry.name}'" in said or (entry.meaning and f'"{entry.meaning}"' in said)
        ]
        return list(dict.fromkeys(found))


def _parts(model: Formal) -> list[str]:
    goal = [] if model.objective is None else [model.objective.name]
    return [*(rule.name for rule in model.rules), *goal, *(it.name for it in model.decisions)]


def mended(model: Formal, fresh: Formal, parts: Sequence[str]) -> Formal:
    """Return a model with some entries, and what they refer to, as they are in another; what that lacks is left out."""
    goal = fresh.objective
    again = [rule for rule in fresh.rules if rule.name in parts]
    used = frozenset[str]().union(*(names(rule.body) for rule in again)) | set(parts)
    objective = model.objective
    if goal is not None and (goal.name in parts or (objective is not None and objective.name in parts)):
        objective, used = goal, used | names(goal.body)
    # a variable that comes back brings the rules that link it
    new = {it.name for it in fresh.decisions if it.name in used} - {it.name for it in model.decisions}
    again += [rule for rule in fresh.rules if rule.origin == "linking" and names(rule.body) & new and rule not in again]
    kept = {rule.name: rule for rule in model.rules if rule.name not in parts or _stays(rule, fresh)}
    kept |= {rule.name: rule for rule in again}
    order = [rule.name for rule in fresh.rules]
    rules = sorted(kept.values(), key=lambda rule: order.index(rule.name) if rule.name in order else len(order))
    tables = {table.name: table for table in model.tables}
    tables |= {table.name: table for table in fresh.tables if table.name in used or table.name not in tables}
    decisions = {it.name: it for it in model.decisions}
    decisions |= {it.name: it for it in fresh.decisions if it.name in used}
    return msgspec.structs.replace(
        model,
        sorts=fresh.sorts,
        tables=tuple(tables.values()),
        decisions=tuple(decisions.values()),
        rules=tuple(rules),
        objective=objective,
    )


def _stays(rule: Rule, fresh: Formal) -> bool:
    return any(rule.name == other.name for other in fresh.rules)
