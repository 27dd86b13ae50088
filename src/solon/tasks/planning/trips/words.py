"""Requests in words, by a grammar with several phrases for everything, and the reader that inverts it exactly."""

import datetime
import random
import re
from typing import Final

from solon.tasks.planning.trips.request import CITIES_OF, Local, Request
from solon.tasks.planning.trips.world import dates_from

_OPENINGS: Final = (
    "Please plan a {days}-day trip from {org} to {dest} for {people}, starting on {first}.",
    "We are {people} and would like to travel from {org} to {dest} for {days} days, leaving on {first}.",
    "Could you put together a journey of {days} days that begins in {org} on {first} and takes {people} to {dest}?",
    "From {first}, {people} want to spend {days} days on a round trip out of {org} with {dest} as the goal.",
)
_BUDGETS: Final = (
    "The budget is {budget}.",
    "Altogether it may cost {budget} at most.",
    "Please spend no more than {budget}.",
    "We have {budget} to spend.",
)
_RULES: Final = (
    "The rooms must allow {rule}.",
    "Wherever we sleep, {rule} should be permitted.",
    "Only pick places where {rule} is fine.",
)
_ROOMS: Final = (
    "As for rooms, we want {room}.",
    "Each night should be in {room}.",
    "Our beds have to be in {room}.",
)
_CUISINES: Final = (
    "We would like to try {food} food along the way.",
    "Among the meals there must be {food} ones.",
    "Please include {food} cuisine.",
)
_TRANSPORTS: Final = (
    "Please arrange it with {mode}.",
    "The whole trip should have {mode}.",
    "Transport must come with {mode}.",
)
_RULE_WORDS: Final = {
    "smoking": ("smoking", "a cigarette indoors"),
    "parties": ("parties", "a small party"),
    "children under 10": ("children under 10", "a toddler"),
    "visitors": ("visitors", "having guests over"),
    "pets": ("pets", "our dog"),
}
_ROOM_WORDS: Final = {
    "entire room": ("an entire room", "a place to ourselves"),
    "private room": ("a private room", "a room with a door of its own"),
    "shared room": ("a shared room", "a dormitory"),
    "not shared room": ("anything but a shared room", "no dormitory"),
}
_MODE_WORDS: Final = {
    "no flight": ("no flights", "our feet on the ground"),
    "no self-driving": ("no driving ourselves", "somebody else at the wheel"),
}
_NUMBERS: Final = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_MONTHS: Final[tuple[str, ...]] = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def phrase(request: Request, entropy: object) -> str:
    """Return a request in words; equal arguments give equal words."""
    dice = random.Random(f"words/{entropy}")  # noqa: S311 - reproducible on purpose
    local = request.local_constraint
    several = request.visiting_city_number > 1
    goal = f"{_NUMBERS[request.visiting_city_number - 1]} cities in {request.dest}" if several else request.dest
    head = dice.choice(_OPENINGS).format(
        days=request.days,
        org=request.org,
        dest=goal,
        people=_party(request.people_number, dice),
        first=_day(request.date[0]),
    )
    rest = [dice.choice(_BUDGETS).format(budget=f"{request.budget:,}")]
    if local.house_rule:
        rest.append(dice.choice(_RULES).format(rule=dice.choice(_RULE_WORDS[local.house_rule])))
    if local.room_type:
        rest.append(dice.choice(_ROOMS).format(room=dice.choice(_ROOM_WORDS[local.room_type])))
    if local.cuisine:
        rest.append(dice.choice(_CUISINES).format(food=_listed(local.cuisine)))
    if local.transportation:
        rest.append(dice.choice(_TRANSPORTS).format(mode=dice.choice(_MODE_WORDS[local.transportation])))
    dice.shuffle(rest)
    return " ".join([head, *rest])


def understand(text: str) -> Request:
    """Read a text that ``phrase`` wrote. Raises ValueError that quotes the sentence that is not understood."""
    found: dict[str, str] = {}
    for sentence in re.split(r"(?<=[.?])\s+", text.strip()):
        slots = next(filter(None, (pattern.fullmatch(sentence) for pattern in _PATTERNS)), None)
        if slots is None:
            raise ValueError(f"no phrase of the grammar reads like {sentence!r}; word it as ``phrase`` does")
        found |= slots.groupdict()
    missing = [name for name in ("days", "org", "dest", "people", "first", "budget") if name not in found]
    if missing:
        raise ValueError(
            f"the text says nothing of {', '.join(missing)}; a request needs a first sentence and a budget"
        )
    days = int(found["days"])
    _, _, goal = found["dest"].rpartition(" cities in ")
    food = found.get("food")
    return Request(
        org=found["org"],
        dest=goal,
        days=days,
        visiting_city_number=CITIES_OF[days],
        date=dates_from(_iso(found["first"]), days),
        people_number=_count(found["people"]),
        local_constraint=Local(
            house_rule=_meant(_RULE_WORDS, found.get("rule")),
            cuisine=tuple(re.split(r", | and ", food)) if food else None,
            room_type=_meant(_ROOM_WORDS, found.get("room")),
            transportation=_meant(_MODE_WORDS, found.get("mode")),
        ),
        budget=int(found["budget"].replace(",", "")),
    )


def _party(people: int, dice: random.Random) -> str:
    if people == 1:
        return dice.choice(("one person", "1 person"))
    return f"{dice.choice((str(people), _NUMBERS[people - 1] if people <= len(_NUMBERS) else str(people)))} people"


def _count(words: str) -> int:
    word, _, _ = words.partition(" ")
    return int(word) if word.isdigit() else _NUMBERS.index(word) + 1


def _day(iso: str) -> str:
    date = datetime.date.fromisoformat(iso)
    return f"{date.day} {_MONTHS[date.month - 1]} {date.year}"


def _iso(words: str) -> str:
    day, month, year = words.split()
    return datetime.date(int(year), _MONTHS.index(month) + 1, int(day)).isoformat()


def _listed(items: tuple[str, ...]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def _meant(known: dict[str, tuple[str, ...]], words: str | None) -> str | None:
    return next((value for value, phrases in known.items() if words in phrases), None)


def _either(known: dict[str, tuple[str, ...]]) -> str:
    return "|".join(re.escape(words) for phrases in known.values() for words in phrases)


_SLOTS: Final = {
    "days": r"\d+",
    "org": r"[A-Z][A-Za-z ]*?",
    "dest": r"(?:(?:two|three) cities in )?[A-Z][A-Za-z ]*?",
    "people": rf"(?:\d+|{'|'.join(_NUMBERS)}) (?:person|people)",
    "first": rf"\d+ (?:{'|'.join(_MONTHS)}) \d+",
    "budget": r"[\d,]+",
    "rule": _either(_RULE_WORDS),
    "room": _either(_ROOM_WORDS),
    "food": r"[A-Za-z, ]+?",
    "mode": _either(_MODE_WORDS),
}


def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", template)
    return re.compile(
        "".join(f"(?P<{part}>{_SLOTS[part]})" if place % 2 else re.escape(part) for place, part in enumerate(parts))
    )


_PATTERNS: Final = tuple(
    _pattern(template) for group in (_OPENINGS, _BUDGETS, _RULES, _ROOMS, _CUISINES, _TRANSPORTS) for template in group
)
