"""People and their work: who takes which shift at least cost, and who does which job so that all end early."""

import random
from collections.abc import Sequence
from typing import Final

from solon.tasks.planning.models import lexicon
from solon.tasks.planning.models.algebra import compare, each, of, plus, times, total
from solon.tasks.planning.models.source import Kinds, Source
from solon.tasks.planning.models.words import Fact, Said
from solon.verify.formal.model import Decision, Formal, Objective, Rule, Sort, Table

_WORKFORCE_FORMS: Final = {
    "opening_people": ("The shop employs {list}.", "The staff are {list}."),
    "opening_shifts": ("There is one shift each on {list}.", "The shifts are those of {list}."),
    "aim": (
        "The wages should add up to as little as possible.",
        "Find the cheapest roster.",
        "What is the least that the wages can come to?",
    ),
    "staffed": ("Each shift needs its number of people.", "No shift may have fewer people than it needs."),
    "needed": ("The shift on {a} needs {n} workers.",),
    "wage": ("{a} asks {n} dollars for a shift on {b}.",),
    "away": ("{a} is away on {b}.", "{a} cannot come on {b}."),
    "most_shifts": ("Nobody works more than {n} shifts.", "Each person can take at most {n} shifts."),
    "apart": ("{a} and {b} never share a shift.", "No shift may have both {a} and {b}."),
    "edit_need": ("What if one more is needed on {a}?", "Suppose {a} takes one more person, what then?"),
    "edit_away": ("What if {a} falls ill on {b}?", "Suppose {a} must stay at home on {b}, what then?"),
    "edit_wage": ("What if {a} asks {n} dollars more on {b}?",),
    "edit_why": (
        "Why does {a} not work on {b}: what is best if that is so?",
        "What is the best roster in which {a} works on {b}, and why is that not done?",
    ),
}
_WORKFORCE_CAPTIONS: Final = {"needed": "people needed", "wage": "dollars for a shift"}


def _some(dice: random.Random, names: str, count: int) -> tuple[str, ...]:
    return tuple(dice.sample(lexicon.identifiers(lexicon.NAMES[names]), count))


def draw_workforce(dice: random.Random, size: int) -> list[Fact]:
    """Return a week's shifts for which the staff suffice, and in three of four cases a question."""
    people = _some(dice, "people", size or dice.randint(4, 5))
    week = lexicon.identifiers(lexicon.NAMES["shifts"])
    chosen = set(dice.sample(week, dice.randint(4, 5)))
    shifts = tuple(it for it in week if it in chosen)
    needed = {it: dice.randint(1, 2) for it in shifts}
    absences = {(dice.choice(people), it) for it in dice.sample(shifts, 2)}
    most = -(-sum(needed.values()) // len(people)) + 1
    facts = [
        Fact("opening_people", people),
        Fact("opening_shifts", shifts),
        Fact("aim"),
        Fact("staffed"),
        *(Fact("needed", (it,), (float(count),)) for it, count in needed.items()),
        *(Fact("wage", (who, it), (float(dice.randint(40, 120)),)) for who in people for it in shifts),
        Fact("most_shifts", numbers=(float(most),)),
        *(Fact("away", pair) for pair in sorted(absences)),
    ]
    if dice.random() < 0.5:
        facts.append(Fact("apart", tuple(dice.sample(people, 2))))
    pair = (dice.choice(people), dice.choice(shifts))
    edits = [
        Fact("edit_need", (pair[1],)),
        Fact("edit_away", pair),
        Fact("edit_wage", pair, (float(10 * dice.randint(1, 5)),)),
        Fact("edit_why", pair),
    ]
    return [*facts, dice.choice(edits)] if dice.random() < 0.75 else facts


def build_workforce(said: Sequence[Said]) -> Formal:
    """Return the problem of a roster with the question's edit."""
    kinds = Kinds(tuple(said))
    people, shifts = kinds.one("opening_people").fact.things, kinds.one("opening_shifts").fact.things
    needed, wage = kinds.table("needed"), kinds.table("wage")
    for edit in kinds.all("edit_need"):
        needed[edit.fact.things[0]] += 1
    for edit in kinds.all("edit_wage"):
        wage[",".join(edit.fact.things)] += edit.fact.numbers[0]
    tables = (
        Table("needed", ("shift",), needed, meaning="people needed"),
        Table("wage", ("person", "shift"), wage, meaning="dollars for a shift"),
    )
    works = of("works", ":p", ":s")
    staffed = each("s:shift", compare(total("p:person", works), ">=", of("needed", ":s")))
    rules = [Rule("staffed", staffed, meaning=kinds.sentences("staffed", "edit_need"))]
    for one in said:
        things, numbers = one.fact.things, one.fact.numbers
        match one.fact.kind:
            case "most_shifts":
                body = each("p:person", compare(total("s:shift", works), "<=", numbers[0]))
                rules.append(Rule("most_shifts", body, meaning=one.sentence))
            case "away" | "edit_away":
                away = compare(of("works", *things), "=", 0)
                rules.append(Rule(f"{one.fact.kind}_{'_'.join(things)}", away, meaning=one.sentence))
            case "apart":
                pair = of("works", things[0], ":s"), of("works", things[1], ":s")
                both = compare(plus(*pair), "<=", 1)
                rules.append(Rule("apart", each("s:shift", both), meaning=one.sentence))
            case "edit_why":
                rules.append(Rule("why", compare(of("works", *things), "=", 1), meaning=one.sentence))
            case _:
                pass
    cost = total("p:person, s:shift", times(of("wage", ":p", ":s"), works))
    return Formal(
        "A roster",
        (Sort("person", people), Sort("shift", shifts)),
        tables,
        (Decision("works", ("person", "shift"), "bool", meaning="whether somebody works a shift"),),
        tuple(rules),
        Objective("wages", "minimise", cost, kinds.sentences("aim", "edit_wage")),
    )


WORKFORCE: Final = Source("workforce", draw_workforce, build_workforce, _WORKFORCE_FORMS, _WORKFORCE_CAPTIONS)

_ALLOCATION_FORMS: Final = {
    "opening_people": ("The workers are {list}.", "There are {list} to do the work."),
    "opening_jobs": ("The jobs are {list}.", "What has to be done is {list}."),
    "aim": (
        "All start at once, and the last one to finish should finish as early as possible.",
        "They work side by side; find the plan in which the longest working time is shortest.",
    ),
    "once": ("Each job is done by one worker alone.", "No job is shared, and none is left out."),
    "duration": ("{a} needs {n} minutes for {b}.",),
    "unable": ("{a} cannot do {b}.", "{a} has not learnt {b}."),
    "most_jobs": ("Nobody does more than {n} jobs.", "Each worker can take at most {n} jobs."),
    "edit_unable": ("What if {a} may not do {b}?", "Suppose {a} is barred from {b}, what then?"),
    "edit_slower": ("What if {a} needs {n} minutes more for {b}?",),
    "edit_why": (
        "Why does {a} not do {b}: what is best if that is so?",
        "What is the best plan in which {a} does {b}, and why is that not done?",
    ),
}
_ALLOCATION_CAPTIONS: Final = {"duration": "minutes"}


def draw_allocation(dice: random.Random, size: int) -> list[Fact]:
    """Return workers and jobs, and in three of four cases a question."""
    count = size or dice.randint(2, 3)
    people, jobs = _some(dice, "people", count), _some(dice, "jobs", count + 2)
    unable = sorted({(dice.choice(people), job) for job in dice.sample(jobs, 1)})
    facts = [
        Fact("opening_people", people),
        Fact("opening_jobs", jobs),
        Fact("aim"),
        Fact("once"),
        *(Fact("duration", (who, job), (float(dice.randint(5, 60)),)) for who in people for job in jobs),
        *(Fact("unable", pair) for pair in unable),
    ]
    if dice.random() < 0.5:
        facts.append(Fact("most_jobs", numbers=(float(dice.randint(3, 4)),)))
    pair = (dice.choice(people), dice.choice(jobs))
    edits = [
        Fact("edit_unable", pair),
        Fact("edit_slower", pair, (float(5 * dice.randint(1, 5)),)),
        Fact("edit_why", pair),
    ]
    return [*facts, dice.choice(edits)] if dice.random() < 0.75 else facts


def build_allocation(said: Sequence[Said]) -> Formal:
    """Return the problem of sharing out jobs with the question's edit."""
    kinds = Kinds(tuple(said))
    people, jobs = kinds.one("opening_people").fact.things, kinds.one("opening_jobs").fact.things
    duration = kinds.table("duration")
    for edit in kinds.all("edit_slower"):
        duration[",".join(edit.fact.things)] += edit.fact.numbers[0]
    does = of("does", ":p", ":j")
    busy = total("j:job", times(of("duration", ":p", ":j"), does))
    aim = kinds.sentences("aim", "edit_slower")
    rules = [
        Rule("once", each("j:job", compare(total("p:person", does), "=", 1)), meaning=kinds.one("once").sentence),
        Rule("latest", each("p:person", compare(busy, "<=", of("finish"))), meaning=aim, origin="linking"),
    ]
    for one in said:
        match one.fact.kind:
            case "unable" | "edit_unable":
                unable = compare(of("does", *one.fact.things), "=", 0)
                rules.append(Rule(f"{one.fact.kind}_{'_'.join(one.fact.things)}", unable, meaning=one.sentence))
            case "most_jobs":
                body = each("p:person", compare(total("j:job", does), "<=", one.fact.numbers[0]))
                rules.append(Rule("most_jobs", body, meaning=one.sentence))
            case "edit_why":
                rules.append(Rule("why", compare(of("does", *one.fact.things), "=", 1), meaning=one.sentence))
            case _:
                pass
    decisions = (
        Decision("does", ("person", "job"), "bool", meaning="whether somebody does a job"),
        Decision("finish", (), "real", 0.0, meaning="when the last one finishes, in minutes"),
    )
    return Formal(
        "Sharing out jobs",
        (Sort("person", people), Sort("job", jobs)),
        (Table("duration", ("person", "job"), duration, meaning="minutes"),),
        decisions,
        tuple(rules),
        Objective("finish", "minimise", of("finish"), aim),
    )


ALLOCATION: Final = Source("allocation", draw_allocation, build_allocation, _ALLOCATION_FORMS, _ALLOCATION_CAPTIONS)
