"""A stand-in for summaries: patterns of a language, with one planted mistake, mended by the texts that are named."""

import json
import random
import re
from collections.abc import Sequence
from typing import Final

from solon.contract import Feedback, Program
from solon.standin import Draft
from solon.tasks.guard.access.program import summary_program
from solon.verify.strings.automaton import Automaton
from solon.verify.strings.regex import Concat, Regex, RegexError, Union, concat, literal, parse, union
from solon.verify.strings.writing import write

KINDS: Final = ("widened end", "missing alternative", "wrong letter")
_NAMED: Final = re.compile(r'the text ("(?:[^"\\]|\\.)*") is wrongly (?:named|left out)')


class SummaryAuthor:
    """Writes one alternative for each part of the true expression."""

    def __init__(self, expression: str) -> None:
        whole = parse(expression)
        self._parts: Sequence[Regex] = whole.options if isinstance(whole, Union) and whole.options else (whole,)

    def draft(self, mistakes: int, entropy: int) -> Draft:
        """Return the alternatives with planted mistakes."""
        return self._written(list(self._parts), mistakes, random.Random(entropy))  # noqa: S311 - reproducible on purpose

    def mend(self, draft: Program, feedback: Feedback, rate: float, entropy: int) -> Draft:
        """Write those alternatives anew that take or miss a text that is named."""
        dice = random.Random(entropy)  # noqa: S311 - reproducible on purpose
        try:
            whole = parse(draft.source.strip())
        except RegexError:
            return self._written(list(self._parts), int(dice.random() < rate), dice)
        own = list(whole.options) if isinstance(whole, Union) and len(self._parts) > 1 else [whole]
        named = [str(json.loads(found)) for found in _NAMED.findall(feedback.text)]
        wrong = [part for part in own if part not in self._parts and any(_takes(part, text) for text in named)]
        missing = [part for part in self._parts if part not in own and any(_takes(part, text) for text in named)]
        if not wrong and not missing:
            missing = [dice.choice(self._parts)]
        kept = [part for part in own if part not in wrong]
        anew = [*kept, *missing] or [dice.choice(self._parts)]
        return self._written(anew, sum(dice.random() < rate for _ in (*wrong, *missing)), dice)

    def _written(self, parts: list[Regex], mistakes: int, dice: random.Random) -> Draft:
        kinds: list[str] = []
        for _ in range(mistakes):
            kind = dice.choice(KINDS if len(parts) > 1 else ("widened end", "wrong letter"))
            place = dice.randrange(len(parts))
            if kind == "missing alternative":
                parts.pop(place)
            else:
                parts[place] = _spoilt(parts[place], kind, dice)
            kinds.append(kind)
        return Draft(summary_program(write(union(*parts))), tuple(kinds))


def _spoilt(part: Regex, kind: str, dice: random.Random) -> Regex:
    pieces = part.parts if isinstance(part, Concat) else (part,)
    if kind == "widened end":
        return concat(*pieces[: max(1, len(pieces) - dice.randint(1, 4))], parse(".*"))
    place = dice.randrange(len(pieces))
    return concat(*pieces[:place], literal("_"), *pieces[place + 1 :])


def _takes(part: Regex, text: str) -> bool:
    return Automaton.of(part).accepts(text)
