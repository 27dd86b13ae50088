"""A stand-in that reads a domain's specification by templates, plants mistakes and mends what the feedback names."""

import random
import re
from collections.abc import Callable
from typing import Final

from msgspec import structs

from solon.contract import Feedback, Program
from solon.standin import Draft
from solon.verify.pddl.mutate import DOMAIN_KINDS, mutate_domain
from solon.verify.pddl.read import ParseError, peel, read_domain
from solon.verify.pddl.syntax import Domain

_NAMED: Final = re.compile(r"\(([a-z][a-z0-9-]*)[ )]|action '?([a-z][a-z0-9-]*)")
_DECLARED: Final = re.compile(r"\b(?:type|types|predicate|predicates|objects|parameters|init|goal)\b")


class DomainAuthor:
    """Writes domains; it knows the specification, its own drafts and the feedback."""

    def __init__(self, own: Domain, program: Callable[[Domain], Program]) -> None:
        self._own, self._program = own, program

    def draft(self, mistakes: int, entropy: int) -> Draft:
        """Return the template's domain with planted mistakes."""
        return self._planted(self._own, mistakes, random.Random(entropy))  # noqa: S311 - reproducible on purpose

    def mend(self, draft: Program, feedback: Feedback, rate: float, entropy: int) -> Draft:
        """Write the actions that the feedback names anew, and the declarations if it speaks of them."""
        dice = random.Random(entropy)  # noqa: S311 - reproducible on purpose
        try:
            domain = read_domain(peel(draft.source))
        except ParseError:
            domain = self._own
        known = [action.name for action in self._own.actions]
        faults = [
            line for line in feedback.text.splitlines() if not line.startswith(("agreement", "sound", "complete"))
        ]
        text = "\n".join(faults)
        named = {one or other for one, other in _NAMED.findall(text)} & set(known)
        mended = len(named)
        if _DECLARED.search(text.partition("Worst of")[0] if "Worst of" in text else text):
            own = self._own
            domain = structs.replace(domain, types=own.types, predicates=own.predicates, constants=own.constants)
            mended += 1
        if not mended:
            named, mended = {dice.choice(known)}, 1
        actions = tuple(self._own.action(it.name) or it if it.name in named else it for it in domain.actions)
        again = sum(dice.random() < rate for _ in range(mended))
        return self._planted(structs.replace(domain, actions=actions), again, dice)

    def _planted(self, domain: Domain, mistakes: int, dice: random.Random) -> Draft:
        kinds: list[str] = []
        for _ in range(mistakes):
            for kind in dice.sample(DOMAIN_KINDS, len(DOMAIN_KINDS)):
                mutant = mutate_domain(domain, kind, dice.getrandbits(32))
                if mutant is not None:
                    domain = mutant.thing
                    kinds.append(mutant.kind)
                    break
        return Draft(self._program(domain), tuple(kinds))
