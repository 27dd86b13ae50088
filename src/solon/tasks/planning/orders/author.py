"""A stand-in that writes agents: the reader, with phrases misread or a fatal habit, mended by what feedback names."""

import ast
import random
import re
from collections.abc import Sequence
from typing import Final, cast

from solon.contract import Feedback, Program
from solon.standin import Draft
from solon.tasks.planning.orders import grammar
from solon.tasks.planning.orders.agents import NOISES, reader

HABITS: Final = ("structure", "timeout", "act error", "action lost", "order error")
_TIMED: Final = ("parameter error",)
_Forms = tuple[str, ...]
"""Forms of one phrase, which are misread together."""

_TABLES: Final[tuple[tuple[_Forms, ...], ...]] = (
    *grammar.VERBS.values(),
    *(tuple((it,) for it in known) for known in grammar.PREPOSITIONS.values()),
    *(tuple((it,) for it in known) for known in grammar.CONJUNCTIONS.values()),
)
_PHRASES: Final = tuple(dict.fromkeys(forms for table in _TABLES for forms in table))
_LINE: Final = re.compile(r"^(CAUSE|WORDS) = (?:frozenset\()?(.*?)\)?$", re.MULTILINE)
_TEXT: Final = re.compile(r"the text: (.+)")


class AgentAuthor:
    """Writes agents; a mistake is a phrase that means the contrary to it, or one habit that fails whole cases."""

    def __init__(self, *, extended: bool) -> None:
        self._habits = (*HABITS, *_TIMED) if extended else HABITS

    def draft(self, mistakes: int, entropy: int) -> Draft:
        """Return the reader with so many mistakes, of which one may be a habit."""
        return self._planted("", (), mistakes, random.Random(f"draft/{entropy}"))  # noqa: S311 - reproducible on purpose

    def mend(self, draft: Program, feedback: Feedback, rate: float, entropy: int) -> Draft:
        """Return the draft without its habit if a failure names it, else with the phrases of failed texts read anew.

        Where those are all right, the habit goes; feedback that tells no text makes it write a table or the habit anew.
        """
        dice = random.Random(f"mend/{entropy}")  # noqa: S311 - reproducible on purpose
        known = _understood(draft)
        if known is None:
            return self._planted("", (), int(dice.random() < rate), dice)
        habit, misread = known
        texts = " ".join(_TEXT.findall(feedback.text)).lower()
        table = dice.randrange(len(_TABLES) + 1)
        if texts:
            named = [it for it in misread if any(form in texts for form in it)]
            if habit and any(f"{kind}:" in feedback.text for kind in NOISES if kind != "order error"):
                named = []
        else:
            named = [it for it in misread if table < len(_TABLES) and it in _TABLES[table]]
        if not named and (texts or table == len(_TABLES)):
            habit = ""
        misread = [it for it in misread if it not in named]
        return self._planted(habit, misread, sum(dice.random() < rate for _ in range(max(1, len(named)))), dice)

    def _planted(self, habit: str, misread: Sequence[_Forms], mistakes: int, dice: random.Random) -> Draft:
        kinds: list[str] = []
        phrases = list(misread)
        for _ in range(mistakes):
            if not habit and dice.random() < 0.5:
                habit = dice.choice(self._habits)
                kinds.append(habit)
            else:
                phrases.append(dice.choice([it for it in _PHRASES if it not in phrases]))
                kinds.append(f"{phrases[-1][0]!r} misread")
        words = {form for forms in phrases for form in forms}
        return Draft(reader(habit, 1.0 if habit in NOISES else 0.0, misread=words), tuple(kinds))


def _understood(draft: Program) -> tuple[str, list[_Forms]] | None:
    """Return the habit and the misread phrases of a draft of ours, None of another program."""
    found = dict(_LINE.findall(dict(draft.files).get("fault.py", "")))
    if set(found) != {"CAUSE", "WORDS"}:
        return None
    words = set(cast("list[str]", ast.literal_eval(found["WORDS"])))
    return cast("str", ast.literal_eval(found["CAUSE"])), [it for it in _PHRASES if set(it) <= words]
