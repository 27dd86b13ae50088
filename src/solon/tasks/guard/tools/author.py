"""A stand-in for a model that writes tool policies: plants known mistakes, mends the tools that feedback names."""

import random
import re
from collections.abc import Callable, Mapping
from typing import Final

from solon.contract import Feedback, Program
from solon.standin import Draft
from solon.tasks.guard.tools.rules import ACTING, LEAST, program
from solon.tasks.guard.tools.world import HOME

_Plant = Callable[[str, str], str | None]
_MORE: Final = "allow-rest"
_REST: Final = "rule allow-rest: allow *\n    priority 1000"


def _wildcard(tool: str, text: str) -> str | None:
    """Allow whatever the arguments are."""
    return f"rule {tool}: allow {tool}" if "when" in text else None


def _missing_forbid(tool: str, text: str) -> str | None:  # noqa: ARG001 - one of the ways to plant
    kept = re.sub(r"rule \S+: forbid [^\n]*\n(?:    [^\n]*\n)*", "", text)
    return kept if kept != text else None


def _unanchored(tool: str, text: str) -> str | None:  # noqa: ARG001
    changed = re.sub(r'ends\((\w+), "([^"]*)"\)', r'glob(\1, "*\2*")', text)
    return changed if changed != text else None


def _forgotten(tool: str, text: str) -> str | None:  # noqa: ARG001
    return ""


PLANTS: Final[dict[str, _Plant]] = {
    "wildcard": _wildcard,
    "missing-forbid": _missing_forbid,
    "unanchored": _unanchored,
    "forgotten-tool": _forgotten,
}
MISTAKES: Final = (*PLANTS, "missing-default")


class ToolAuthor:
    """Knows the least that each tool needs, and forgets some of it."""

    def draft(self, mistakes: int, entropy: int) -> Draft:
        """Return all rules, with so many mistakes at different tools."""
        dice = random.Random(entropy)  # noqa: S311 - reproducible on purpose
        parts, planted = dict(LEAST), list[str]()
        while len(planted) < mistakes and len(planted) < len(ACTING):
            planted += self._plant(parts, dice)
        return Draft(program(parts), tuple(planted))

    def mend(self, draft: Program, feedback: Feedback, rate: float, entropy: int) -> Draft:
        """Write the rules of the tools that feedback names anew; without any, those of one tool."""
        dice = random.Random(entropy)  # noqa: S311
        parts, planted = parted(draft.source), list[str]()
        named = [tool for tool in LEAST if re.search(rf"\b{tool}\b", feedback.text)]
        if re.search(rf"\b{_MORE}\b", feedback.text):
            parts.pop(_MORE, None)
        for tool in named or [dice.choice(list(LEAST))]:
            parts[tool] = LEAST[tool]
            if dice.random() < rate:
                planted += self._plant(parts, dice, tool)
        return Draft(program(parts), tuple(planted))

    def _plant(self, parts: dict[str, str], dice: random.Random, tool: str | None = None) -> list[str]:
        kind = dice.choice(MISTAKES)
        if kind not in PLANTS:
            if _MORE in parts:
                return []
            parts[_MORE] = _REST
            return [kind]
        at = tool or dice.choice([name for name in ACTING if parts.get(name) == LEAST[name]] or list(ACTING))
        if parts.get(at) != LEAST.get(at) or at not in PLANTABLE[kind]:
            at = at if tool else next((name for name in PLANTABLE[kind] if parts.get(name) == LEAST[name]), at)
        changed = PLANTS[kind](at, LEAST[at])
        if changed is None or parts.get(at) != LEAST[at]:
            return []
        parts[at] = changed
        return [f"{kind} in {at}"]


PLANTABLE: Final[Mapping[str, tuple[str, ...]]] = {
    kind: tuple(tool for tool in ACTING if plant(tool, LEAST[tool]) is not None) for kind, plant in PLANTS.items()
}


def parted(text: str) -> dict[str, str]:
    """Return the rules of a policy by the tool that they speak of, in the order of the tools."""
    parts: dict[str, str] = {}
    for block in re.split(r"\n(?=rule )", "\n" + text.strip()):
        found = re.match(r"rule \S+: \w+ (\S+)", block.strip())
        if found is not None:
            tool = found[1] if found[1] in LEAST else _MORE
            parts[tool] = f"{parts[tool]}\n{block.strip()}" if tool in parts else block.strip()
    return parts


assert HOME in LEAST["send_mail"]  # what is planted there is at the domain
