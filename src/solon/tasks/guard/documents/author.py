"""A stand-in for a model that turns a document into a program: it reads the text, with planted mistakes.

It reads the clauses that feedback names and writes anew those of them that stand otherwise in its draft.
"""

import random
import re

from solon.contract import Feedback, Program
from solon.standin import Draft
from solon.tasks.guard.documents import code
from solon.tasks.guard.documents.read import read


class DocumentAuthor:
    """Writes programs for one document, of which it knows the text alone; see ``solon.standin.Author``."""

    def __init__(self, text: str) -> None:
        self._reading = read(text)
        self._clauses = {clause.id: clause for clauses in self._reading.tasks.values() for clause in clauses}
        self._items = {name: (topic, value) for topic, (name, value) in self._reading.items.items()}
        self._right = code.parts(self._reading)

    def draft(self, mistakes: int, entropy: int) -> Draft:
        """Return a program with so many planted mistakes, at most one a clause."""
        dice = random.Random(f"draft/{entropy}")  # noqa: S311 - reproducible on purpose
        chosen = dice.sample(list(self._right), min(mistakes, len(self._right)))
        return self._written({}, {name: self._wrong(name, dice) for name in chosen})

    def mend(self, draft: Program, feedback: Feedback, rate: float, entropy: int) -> Draft:
        """Return the draft with the clauses that the feedback names written anew, where they differ."""
        dice = random.Random(f"mend/{entropy}")  # noqa: S311 - as above
        kept = self._changed(draft.source)
        named = re.findall(r"\b(?:\d+(?:\.\d+)*|F\d+)\b", " ".join(re.findall(r"clauses? ([^:;]+)", feedback.text)))
        known = [name for one in dict.fromkeys(named) for name in self._meant(one)]
        again = [name for name in known or [dice.choice(list(self._right))] if name in kept]
        new = {name: self._wrong(name, dice) for name in again if dice.random() < rate}
        return self._written({name: text for name, text in kept.items() if name not in again}, new)

    def program(self) -> Program:
        """Return the program of the reading as it is."""
        return self._written({}, {}).program

    def _meant(self, name: str) -> list[str]:
        """Return the clauses that a number means; where rules are flat, a number within one means all that share it."""
        return [name] if name in self._right else [one for one in self._right if one.startswith(f"{name}.")]

    def _wrong(self, name: str, dice: random.Random) -> tuple[str, str]:
        if name in self._items:
            topic, value = self._items[name]
            return "wrong value", code.item(name, topic, value + 1)
        return code.wrong(self._clauses[name], self._reading, dice)

    def _changed(self, source: str) -> dict[str, str]:
        """Return the code of the clauses that stand otherwise in a draft than they are read now."""
        found = re.findall(
            r"^# clause (\S+)\n(def .+?)(?=\n\n# clause |\n\ndef policy)", source, re.MULTILINE | re.DOTALL
        )
        return {name: text.rstrip() for name, text in found if self._right.get(name) not in (None, text.rstrip())}

    def _written(self, kept: dict[str, str], new: dict[str, tuple[str, str]]) -> Draft:
        changed = kept | {name: text for name, (_, text) in new.items()}
        files = (("policy.py", code.source(self._reading, changed)),)
        return Draft(Program(files=files), tuple(f"{kind} in clause {name}" for name, (kind, _) in new.items()))
