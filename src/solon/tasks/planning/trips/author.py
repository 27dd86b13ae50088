"""Stand-ins for a model that writes requests or plans with planted mistakes and mends what the feedback names."""

import random
import re
from collections.abc import Sequence
from typing import Final

from msgspec import structs

from solon.contract import Feedback, Program
from solon.standin import Draft
from solon.tasks.planning.trips import plans, request
from solon.tasks.planning.trips.explain import plan
from solon.tasks.planning.trips.faults import PLAN_FAULTS, REQUEST_FAULTS, misread, spoil
from solon.tasks.planning.trips.request import Request
from solon.tasks.planning.trips.trip import Trip, render
from solon.tasks.planning.trips.words import understand
from solon.tasks.planning.trips.world import World

_FIELD: Final = re.compile(r'field "([^"]+)"')
_FAILED: Final = re.compile(r"fail: ([a-z -]+): (.*)")
_DAY: Final = re.compile(r"day (\d+)")


def program(text: str, answer: str) -> Program:
    """Return the program that a text of a request or a plan is."""
    language = plans.LANGUAGE if answer == "plan" else request.LANGUAGE
    return Program(files=((language.entry.partition(":")[0], text),), entry=language.entry, kind=language.kind)


class RequestAuthor:
    """Reads the words field by field; a mistake is a field that is misread."""

    def __init__(self, words: str, world: World) -> None:
        self._words, self._world = words, world

    def draft(self, mistakes: int, entropy: int) -> Draft:
        """Return the request with so many fields misread."""
        dice = random.Random(f"draft/{entropy}")  # noqa: S311 - reproducible on purpose
        chosen = dice.sample(REQUEST_FAULTS, min(mistakes, len(REQUEST_FAULTS)))
        return self._wrong(understand(self._words), chosen, dice)

    def mend(self, draft: Program, feedback: Feedback, rate: float, entropy: int) -> Draft:
        """Return the draft with each field that is named read anew; if none is named, one by luck."""
        dice = random.Random(f"mend/{entropy}")  # noqa: S311 - reproducible on purpose
        right = understand(self._words)
        try:
            old = request.read(draft.source)
        except ValueError:
            old, named = right, list(REQUEST_FAULTS)
        else:
            known = set(_FIELD.findall(feedback.text))
            named = [field for field in REQUEST_FAULTS if field in known] or [dice.choice(REQUEST_FAULTS)]
        for field in named:
            old = _copied(old, right, field)
        return self._wrong(old, [field for field in named if dice.random() < rate], dice)

    def _wrong(self, right: Request, fields: Sequence[str], dice: random.Random) -> Draft:
        for field in fields:
            right = misread(right, field, self._world, dice)
        return Draft(program(request.write(right), "request"), tuple(fields))


def _copied(old: Request, right: Request, field: str) -> Request:
    """Return a request with one field of another."""
    if field in ("days", "date"):  # dates and cities go with the days
        return structs.replace(old, days=right.days, date=right.date, visiting_city_number=right.visiting_city_number)
    names = {"house rule": "house_rule", "room type": "room_type"}
    name = names.get(field, field)
    if hasattr(old.local_constraint, name):
        value = getattr(right.local_constraint, name)
        return structs.replace(old, local_constraint=structs.replace(old.local_constraint, **{name: value}))
    return structs.replace(old, **{name: getattr(right, name)})


class PlanAuthor:
    """Plans with the solver from the words; a mistake is one of the published faults of plans."""

    def __init__(self, words: str, world: World) -> None:
        self._request, self._world = understand(words), world
        found = plan(world, self._request)
        if not isinstance(found, Trip):
            raise ValueError(  # noqa: TRY004  # the request is at fault
                "this request cannot be satisfied, so no plan can be right; choose kind=satisfiable"
            )
        self._right = render(found, self._request)

    def draft(self, mistakes: int, entropy: int) -> Draft:
        """Return the plan with so many faults, or as many as it can have."""
        dice = random.Random(f"draft/{entropy}")  # noqa: S311 - reproducible on purpose
        kinds = dice.sample(PLAN_FAULTS, len(PLAN_FAULTS))
        return self._spoilt(self._right, kinds, mistakes, dice)

    def mend(self, draft: Program, feedback: Feedback, rate: float, entropy: int) -> Draft:
        """Return the draft with each day that is named planned anew, all if a failure names no day."""
        dice = random.Random(f"mend/{entropy}")  # noqa: S311 - reproducible on purpose
        try:
            old = plans.read(draft.source)
        except ValueError:
            old = ()
        failures = [(rule, reason) for rule, reason in _FAILED.findall(feedback.text) if "not judged" not in reason]
        days = {int(day) for _, reason in failures for day in _DAY.findall(reason)}
        # a stay is booked from one of the named days to the other
        days |= {day for rule, _ in failures if "accommodation" in rule for day in range(min(days), max(days) + 1)}
        if len(old) != len(self._right) or any(not _DAY.search(reason) for _, reason in failures):
            days = set(range(1, len(self._right) + 1))
        days = days or {dice.randrange(len(self._right)) + 1}
        new = tuple(
            right if number in days else before
            for number, (before, right) in enumerate(zip(old or self._right, self._right, strict=False), 1)
        )
        kinds = dice.sample(PLAN_FAULTS, len(PLAN_FAULTS))
        return self._spoilt(new, kinds, sum(dice.random() < rate for _ in days), dice)

    def _spoilt(self, right: plans.Plan, kinds: Sequence[str], count: int, dice: random.Random) -> Draft:
        planted: list[str] = []
        for kind in kinds:
            if len(planted) == count:
                break
            spoilt = spoil(right, kind, self._request, self._world, dice)
            if spoilt is not None:
                right = spoilt
                planted.append(kind)
        return Draft(program(plans.write(right), "plan"), tuple(planted))
