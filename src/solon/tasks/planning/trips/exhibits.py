"""What the report shows of a trip: the words, the request, the days with what is wrong, and every rule's two sides."""

from collections.abc import Iterator, Sequence

from solon.playback import Exhibit
from solon.tasks.planning.trips.evaluator import Report, Ruling
from solon.tasks.planning.trips.explain import Refused, Suggestion
from solon.tasks.planning.trips.lookup import Lookup
from solon.tasks.planning.trips.plans import NOTHING, Day, Plan, modes
from solon.tasks.planning.trips.request import Request
from solon.tasks.planning.trips.world import Restaurant, Stay, World


def line(day: Day) -> str:
    """Return a day in one line."""
    texts = (day.transportation, day.breakfast, day.attraction, day.lunch, day.dinner, day.accommodation)
    told = "; ".join(text.rstrip(";") for text in texts if text != NOTHING)
    return f"day {day.days}, {day.current_city}: {told}"


def asked(words: str, source: str, answer: str) -> tuple[Exhibit, ...]:
    """Return what was asked for, and the formal request if that is the answer."""
    written = (Exhibit("The request", text=source),) if answer == "request" else ()
    return (Exhibit("The words", text=words), *written)


def planned(plan: Plan, report: Report, true: Request, world: World) -> tuple[Exhibit, ...]:
    """Return the plan day by day and the rulings, each with what the plan has and what is asked for."""
    days = sorted({ruling.day - 1 for ruling in report.failures if ruling.day and ruling.day <= len(plan)})
    rulings = (*report.commonsense, *report.hard)
    rows = tuple(
        (it.rule, "holds" if it.passed else "broken", _found(it, report, plan, Lookup(world, true.date)),
         _asked(it.rule, true))
        for it in rulings
    )  # fmt: skip
    wrong = tuple(place for place, it in enumerate(rulings) if not it.passed)
    return (
        Exhibit("The plan", steps=tuple(map(line, plan)), trouble=tuple(days)),
        Exhibit("Rules", head=("rule", "", "the plan", "asked for"), rows=rows, trouble=wrong),
    )


def refused(found: Refused, offers: Sequence[Suggestion], request: Request, *, wrongly: bool) -> tuple[Exhibit, ...]:
    """Return why the request has no trip and what would help, least disturbing first."""
    rows = tuple(
        (
            str(place),
            it.words,
            "" if it.budget is None else f"{it.budget - request.budget:+,}",
            f"{it.disturbance:.1f}",
        )
        for place, it in enumerate(offers, 1)
    )
    wrong = tuple(range(len(found.words))) if wrongly else ()
    return (
        Exhibit("Why there is no such trip", steps=found.words, trouble=wrong),
        Exhibit("What would help", head=("", "change", "money", "disturbance"), rows=rows),
    )


def _found(ruling: Ruling, report: Report, plan: Plan, tables: Lookup) -> str:
    """Return what the plan has: its side of a rule."""
    if ruling.rule == "budget" and report.cost is not None:
        return f"{report.cost:,}"
    if ruling.reason:
        return ruling.reason
    sides = {
        "room type": (it.room_type for it in _rooms(plan, tables)),
        "room rule": (f"forbids {word}" for it in _rooms(plan, tables) for word in it.house_rules),
        "cuisine": (word for it in _restaurants(plan, tables) for word in it.cuisines),
        "transportation": (word for day in plan for word in modes(day.transportation)),
    }
    return ", ".join(dict.fromkeys(sides.get(ruling.rule, ()))) or "nothing against it"


def _rooms(plan: Plan, tables: Lookup) -> Iterator[Stay]:
    for day in plan:
        yield from tables.stays(day.accommodation)[:1]


def _restaurants(plan: Plan, tables: Lookup) -> Iterator[Restaurant]:
    for text in (text for day in plan for text in (day.breakfast, day.lunch, day.dinner)):
        yield from tables.restaurants(text)[:1]


def _asked(rule: str, true: Request) -> str:
    """Return what the true request asks of a rule."""
    local = true.local_constraint
    several = "1 city" if true.visiting_city_number == 1 else f"{true.visiting_city_number} cities"
    return {
        "within sandbox": "everything is in the tables",
        "complete information": f"{true.days} days with all that they need",
        "within current city": "everything is where the party is",
        "reasonable city route": f"from {true.org} to {several} of {true.dest} and back",
        "diverse restaurants": "no restaurant twice",
        "diverse attractions": "no attraction twice",
        "non-conflicting transport": "no flight or taxi besides a car of one's own",
        "valid accommodation": "no stay below its minimum of nights",
        "budget": f"at most {true.budget:,}",
        "room rule": f"{local.house_rule} allowed",
        "room type": local.room_type or "",
        "cuisine": ", ".join(local.cuisine or ()),
        "transportation": local.transportation or "",
    }[rule]
