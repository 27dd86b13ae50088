"""Paths and picks: stations of a warehouse, coloured blocks, and a salesman's tour."""

import random
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from solon.tasks.planning.models import lexicon
from solon.tasks.planning.models.algebra import compare, each, minus, number, of, plus, times, total
from solon.tasks.planning.models.source import Kinds, Source
from solon.tasks.planning.models.words import Fact, Said
from solon.verify.formal.expression import Compare, Expression
from solon.verify.formal.model import Decision, Formal, Objective, Rule, Sort, Table

_WAREHOUSE_FORMS: Final = {
    "opening_jobs": ("A robot has to see to {list}, in this order.", "In this order, a robot does {list}."),
    "opening_stations": ("The stations are {list}.", "There are stations called {list}."),
    "aim": (
        "Its way from the door through all of them should be as short as possible.",
        "Find the shortest way that starts at the door and passes the stations it uses.",
    ),
    "once": ("Each job is done at one station that can do it.", "For each job it visits one station that serves it."),
    "entry": ("From the door to {a} it is {n} metres.",),
    "distance": ("From {a} to {b} it is {n} metres.",),
    "serves": ("{a} can be used for {b}.", "{a} serves {b}."),
    "edit_closed": ("What if {a} is out of order?", "Suppose nothing works at {a}, what then?"),
    "edit_farther": ("What if the way from {a} to {b} is {n} metres longer?",),
    "edit_why": (
        "Why is {a} not used for {b}: what is best if it is?",
        "What is the best way on which {a} is used for {b}, and why is it not taken?",
    ),
}
_WAREHOUSE_CAPTIONS: Final = {"entry": "metres from the door", "distance": "metres"}


def _some(dice: random.Random, names: str, count: int) -> tuple[str, ...]:
    return tuple(dice.sample(lexicon.identifiers(lexicon.NAMES[names]), count))


def draw_warehouse(dice: random.Random, size: int) -> list[Fact]:
    """Return jobs, each with at least two stations, and in three of four cases a question."""
    jobs, stations = _some(dice, "jobs", size or 3), _some(dice, "stations", dice.randint(3, 4))
    serves = {(it, job) for job in jobs for it in dice.sample(stations, 2)}
    facts = [
        Fact("opening_jobs", jobs),
        Fact("opening_stations", stations),
        Fact("aim"),
        Fact("once"),
        *(Fact("entry", (it,), (float(dice.randint(2, 30)),)) for it in stations),
        *(
            Fact("distance", (one, other), (float(0 if one == other else dice.randint(2, 30)),))
            for one in stations
            for other in stations
        ),
        *(Fact("serves", pair) for pair in sorted(serves)),
    ]
    one, other = dice.sample(stations, 2)
    edits = [
        Fact("edit_closed", (one,)),
        Fact("edit_farther", (one, other), (float(dice.randint(3, 20)),)),
        Fact("edit_why", dice.choice(sorted(serves))),
    ]
    return [*facts, dice.choice(edits)] if dice.random() < 0.75 else facts


def build_warehouse(said: Sequence[Said]) -> Formal:
    """Return the problem of a shortest way with the question's edit."""
    kinds = Kinds(tuple(said))
    jobs, stations = kinds.one("opening_jobs").fact.things, kinds.one("opening_stations").fact.things
    distance = kinds.table("distance")
    for edit in kinds.all("edit_farther"):
        distance[",".join(edit.fact.things)] += edit.fact.numbers[0]
    serves = {",".join(one.fact.things): 1.0 for one in kinds.all("serves")}
    tables = (
        Table("entry", ("station",), kinds.table("entry"), meaning="metres from the door"),
        Table("distance", ("station", "station"), distance, meaning="metres"),
        Table("serves", ("station", "job"), serves, 0.0, meaning="1 where a station can do a job"),
        Table("next", ("job", "job"), {f"{a},{b}": 1.0 for a, b in pairwise(jobs)}, 0.0, meaning="1 for jobs in turn"),
    )
    after = Compare("=", of("next", ":j", ":k"), number(1))
    both = minus(plus(of("used", ":a", ":j"), of("used", ":b", ":k")), number(1))
    linked = each("j:job, k:job, a:station, b:station", compare(of("move", ":j", ":a", ":b"), ">=", both), where=after)
    once, aim = kinds.one("once").sentence, kinds.sentences("aim", "edit_farther")
    used = of("used", ":a", ":j")
    rules = [
        Rule("once", each("j:job", compare(total("a:station", used), "=", 1)), meaning=once),
        Rule("able", each("a:station, j:job", compare(used, "<=", of("serves", ":a", ":j"))), meaning=once),
        Rule("moves", linked, meaning=aim, origin="linking"),
    ]
    for one in said:
        things = one.fact.things
        if one.fact.kind == "edit_closed":
            body = each("j:job", compare(of("used", things[0], ":j"), "=", 0))
            rules.append(Rule("closed", body, meaning=one.sentence))
        elif one.fact.kind == "edit_why":
            rules.append(Rule("why", compare(of("used", *things), "=", 1), meaning=one.sentence))
    way = total(
        "j:job, k:job, a:station, b:station",
        times(of("distance", ":a", ":b"), of("move", ":j", ":a", ":b")),
        where=after,
    )
    start = total("a:station", times(of("entry", ":a"), of("used", ":a", jobs[0])))
    decisions = (
        Decision("used", ("station", "job"), "bool", meaning="whether a job is done at a station"),
        Decision("move", ("job", "station", "station"), "real", 0.0, 1.0, meaning="whether it goes so after a job"),
    )
    return Formal(
        "A way through a warehouse",
        (Sort("job", jobs), Sort("station", stations)),
        tables,
        decisions,
        tuple(rules),
        Objective("metres", "minimise", plus(start, way), aim),
    )


WAREHOUSE: Final = Source("warehouse", draw_warehouse, build_warehouse, _WAREHOUSE_FORMS, _WAREHOUSE_CAPTIONS)

_BLOCKS_FORMS: Final = {
    "opening_blocks": ("On the floor lie {list}.", "You may pick from {list}."),
    "aim": ("The points of all picked blocks should add up to as many as possible.", "Score as much as you can."),
    "score": ("{a} scores {n} points.",),
    "colour": ("{a} is {word}.",),
    "most": ("At most {n} blocks can be picked.", "No more than {n} blocks may be picked."),
    "most_colour": ("At most {n} of them can be {word}.", "No more than {n} {word} blocks may be picked."),
    "least_colour": ("At least {n} of them must be {word}.", "No fewer than {n} {word} blocks may be picked."),
    "edit_score": ("What if {a} scores {n} points more?",),
    "edit_gone": ("What if {a} cannot be picked?", "Suppose {a} is gone, what then?"),
    "edit_why": (
        "Why is {a} not picked: what is best if it is?",
        "What is the best choice with {a}, and why is it not made?",
    ),
}
_BLOCKS_CAPTIONS: Final = {"score": "points"}


def draw_blocks(dice: random.Random, size: int) -> list[Fact]:
    """Return coloured blocks with different scores, and in three of four cases a question."""
    blocks = lexicon.identifiers(lexicon.NAMES["blocks"])[: size or dice.randint(6, 9)]
    colours = dice.sample(lexicon.NAMES["colours"], 3)
    colour = {it: colours[place % 3] if place < 6 else dice.choice(colours) for place, it in enumerate(blocks)}
    scores = dice.sample(range(1, 40), len(blocks))
    facts = [
        Fact("opening_blocks", blocks),
        Fact("aim"),
        *(Fact("score", (it,), (float(score),)) for it, score in zip(blocks, scores, strict=True)),
        *(Fact("colour", (it,), word=colour[it]) for it in blocks),
        Fact("most", numbers=(float(dice.randint(3, len(blocks) - 2)),)),
        Fact("most_colour", numbers=(float(dice.randint(1, 2)),), word=colours[0]),
        Fact("least_colour", numbers=(1.0,), word=colours[1]),
    ]
    block = dice.choice(blocks)
    edits = [
        Fact("edit_score", (block,), (float(dice.randint(2, 20)),)),
        Fact("edit_gone", (block,)),
        Fact("edit_why", (block,)),
    ]
    return [*facts, dice.choice(edits)] if dice.random() < 0.75 else facts


def build_blocks(said: Sequence[Said]) -> Formal:
    """Return the problem of picking blocks with the question's edit."""
    kinds = Kinds(tuple(said))
    blocks, score = kinds.one("opening_blocks").fact.things, kinds.table("score")
    for edit in kinds.all("edit_score"):
        score[edit.fact.things[0]] += edit.fact.numbers[0]
    colours: dict[str, list[str]] = {}
    for one in kinds.all("colour"):
        colours.setdefault(one.fact.word, []).append(one.fact.things[0])
    rules: list[Rule] = []
    for one in said:
        picked: Expression = total("b:block", of("picked", ":b"))
        if one.fact.word and one.fact.kind != "colour":
            picked = plus(*(of("picked", it) for it in colours[one.fact.word]))
        match one.fact.kind:
            case "most" | "most_colour":
                name = f"{one.fact.kind}_{one.fact.word}".rstrip("_")
                rules.append(Rule(name, compare(picked, "<=", one.fact.numbers[0]), meaning=one.sentence))
            case "least_colour":
                name = f"least_{one.fact.word}"
                rules.append(Rule(name, compare(picked, ">=", one.fact.numbers[0]), meaning=one.sentence))
            case "edit_gone" | "edit_why":
                wanted = float(one.fact.kind == "edit_why")
                body = compare(of("picked", *one.fact.things), "=", wanted)
                rules.append(Rule("gone" if wanted == 0 else "why", body, meaning=one.sentence))
            case _:
                pass
    return Formal(
        "Picking blocks",
        (Sort("block", blocks),),
        (Table("score", ("block",), score, meaning="points"),),
        (Decision("picked", ("block",), "bool", meaning="whether a block is picked"),),
        tuple(rules),
        Objective(
            "points",
            "maximise",
            total("b:block", times(of("score", ":b"), of("picked", ":b"))),
            kinds.sentences("aim", "edit_score"),
        ),
    )


BLOCKS: Final = Source("blocks", draw_blocks, build_blocks, _BLOCKS_FORMS, _BLOCKS_CAPTIONS)

_SALESMAN_FORMS: Final = {
    "opening_towns": ("A salesman lives in the first of {list}, and has to visit them all.",),
    "aim": (
        "His tour should be as short as possible.",
        "Find the shortest tour.",
    ),
    "tour": (
        "He comes to each town once, leaves it once, and ends where he began, in a single round.",
        "It is one round trip that enters and leaves each town once.",
    ),
    "road": ("By the one-way roads it is {n} kilometres from {a} to {b}.",),
    "edit_close": ("What if the road from {a} to {b} is closed?", "Suppose nobody can go from {a} to {b}, what then?"),
    "edit_longer": ("What if the road from {a} to {b} is {n} kilometres longer?",),
    "edit_why": (
        "Why does he not go straight from {a} to {b}: what is best if he does?",
        "What is the best tour that goes straight from {a} to {b}, and why is it not taken?",
    ),
}
_SALESMAN_CAPTIONS: Final = {"road": "kilometres"}


def draw_salesman(dice: random.Random, size: int) -> list[Fact]:
    """Return towns with one-way roads between all of them, and in three of four cases a question."""
    towns = _some(dice, "towns", size or dice.randint(4, 6))
    facts = [
        Fact("opening_towns", towns),
        Fact("aim"),
        Fact("tour"),
        *(
            Fact("road", (one, other), (float(dice.randint(5, 60)),))
            for one in towns
            for other in towns
            if one != other
        ),
    ]
    pair = tuple(dice.sample(towns, 2))
    edits = [
        Fact("edit_close", pair),
        Fact("edit_longer", pair, (float(dice.randint(5, 30)),)),
        Fact("edit_why", pair),
    ]
    return [*facts, dice.choice(edits)] if dice.random() < 0.75 else facts


def build_salesman(said: Sequence[Said]) -> Formal:
    """Return the problem of a tour, with each town's place in it, and the question's edit."""
    kinds = Kinds(tuple(said))
    towns, road = kinds.one("opening_towns").fact.things, kinds.table("road")
    for edit in kinds.all("edit_longer"):
        road[",".join(edit.fact.things)] += edit.fact.numbers[0]
    stop = {it: float(it != towns[0]) for it in towns}
    size, tour = len(towns), kinds.one("tour").sentence
    going = of("goes", ":a", ":b")
    later = compare(
        minus(of("place", ":b"), of("place", ":a")),
        ">=",
        minus(times(number(size), going), number(size - 1)),
    )
    rules = [
        Rule("leaves", each("a:town", compare(total("b:town", going), "=", 1)), meaning=tour),
        Rule("enters", each("b:town", compare(total("a:town", going), "=", 1)), meaning=tour),
        Rule("moves", each("a:town", compare(of("goes", ":a", ":a"), "=", 0)), meaning=tour, origin="implied"),
        Rule(
            "one_round",
            each("a:town, b:town", later, where=Compare("=", times(of("stop", ":a"), of("stop", ":b")), number(1))),
            meaning=tour,
            origin="linking",
        ),
    ]
    for one in said:
        if one.fact.kind in ("edit_close", "edit_why"):
            wanted = float(one.fact.kind == "edit_why")
            body = compare(of("goes", *one.fact.things), "=", wanted)
            rules.append(Rule("closed" if wanted == 0 else "why", body, meaning=one.sentence))
    tables = (
        Table("road", ("town", "town"), road, 0.0, meaning="kilometres"),
        Table("stop", ("town",), stop, meaning="0 at home, 1 elsewhere"),
    )
    decisions = (
        Decision("goes", ("town", "town"), "bool", meaning="whether he goes straight from one town to another"),
        Decision("place", ("town",), "int", 1.0, float(size), meaning="a town's place in the tour"),
    )
    length = total("a:town, b:town", times(of("road", ":a", ":b"), going))
    return Formal(
        "A tour",
        (Sort("town", towns),),
        tables,
        decisions,
        tuple(rules),
        Objective("kilometres", "minimise", length, kinds.sentences("aim", "edit_longer")),
    )


SALESMAN: Final = Source("salesman", draw_salesman, build_salesman, _SALESMAN_FORMS, _SALESMAN_CAPTIONS)
