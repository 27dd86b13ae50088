"""A stand-in for a model that writes policies: right sentence by sentence but for planted mistakes, mended by name.

It reads the sentences that feedback names (``S2``) and the lines of its own draft that it names (``line 7``), and
writes the code of those sentences anew.
"""

import random
import re

from solon.contract import Feedback, Program
from solon.standin import Draft
from solon.tasks.guard.verified.problems import Mistake, Problem


class PolicyAuthor:
    """Writes policies for one problem; see ``solon.standin.Author``."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._sentences = {sentence.id: sentence for sentence in problem.sentences}

    def draft(self, mistakes: int, entropy: int) -> Draft:
        """Return a first program with so many planted mistakes, at most one a sentence."""
        dice = random.Random(entropy)  # noqa: S311 - reproducible on purpose
        names = dice.sample(list(self._sentences), min(mistakes, len(self._sentences)))
        planted: dict[str, Mistake] = {name: dice.choice(list(self._sentences[name].wrong)) for name in names}
        return Draft(_program(self._problem.source(planted)), tuple(planted.values()))

    def mend(self, draft: Program, feedback: Feedback, rate: float, entropy: int) -> Draft:
        """Return the draft with the sentences that the feedback names written anew."""
        dice = random.Random(entropy)  # noqa: S311 - as above
        blocks = self._blocks(draft.source)
        named = {name for name in re.findall(r"\bS\d+\b", feedback.text) if name in self._sentences}
        named |= {self._at(draft.source, int(line)) for line in re.findall(r"\bline (\d+)\b", feedback.text)} - {""}
        for name in sorted(named) or [dice.choice(list(self._sentences))]:
            sentence = self._sentences[name]
            wrong = dice.random() < rate
            code = sentence.wrong[dice.choice(list(sentence.wrong))] if wrong else sentence.code
            blocks[name] = "\n".join(f"    {line}" for line in code.splitlines())
        return Draft(_program(self._joined(blocks)))

    def _blocks(self, source: str) -> dict[str, str]:
        """Return the code of each sentence in a draft of this author's."""
        found: dict[str, list[str]] = {name: [] for name in self._sentences}
        name = ""
        for line in source.splitlines():
            mark = re.fullmatch(r"    # (S\d+)", line)
            if mark:
                name = mark[1]
            elif name in found and line != "    return True":
                found[name].append(line)
        return {name: "\n".join(lines) for name, lines in found.items()}

    def _joined(self, blocks: dict[str, str]) -> str:
        lines = self._problem.source().splitlines()[:1]
        for name, code in blocks.items():
            lines += [f"    # {name}", *([code] if code else [])]
        return "\n".join([*lines, "    return True", ""])

    def _at(self, source: str, number: int) -> str:
        """Return the sentence whose code a line of a draft belongs to."""
        for line in reversed(source.splitlines()[:number]):
            mark = re.fullmatch(r"    # (S\d+)", line)
            if mark:
                return mark[1]
        return ""


def _program(source: str) -> Program:
    return Program(files=(("policy.py", source),))
