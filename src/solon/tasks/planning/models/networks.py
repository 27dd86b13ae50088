"""Supply chains and sites to open, with questions of an analyst: LLMFP's first problems (2024), our own data.

A question is one more fact. It changes the problem as an edit of the model would: demand rises, a way is closed, a
supplier is forced, or "why not", which asks for the best plan in which the opposite holds.
"""

import math
import random
from collections.abc import Sequence
from typing import Final

from solon.tasks.planning.models import lexicon
from solon.tasks.planning.models.algebra import compare, each, of, plus, times, total
from solon.tasks.planning.models.source import Kinds, Source
from solon.tasks.planning.models.words import Fact, Said
from solon.verify.formal.expression import Compare
from solon.verify.formal.model import Decision, Formal, Objective, Rule, Sort, Table

_SUPPLY_FORMS: Final = {
    "opening_plants": ("Coffee is grown at {list}.", "The plantations are {list}."),
    "opening_mills": ("It is roasted at {list}.", "The roasteries are {list}."),
    "opening_towns": ("There are shops in {list}.", "The coffee is sold in {list}."),
    "aim": (
        "Everything should cost as little as possible.",
        "Find the cheapest way to bring whole sacks to the shops.",
        "What is the least that all carrying and roasting can cost?",
    ),
    "balance": (
        "Each roastery roasts what it gets and sends all of it on.",
        "Whatever comes into a roastery leaves it roasted, light or dark.",
    ),
    "demands": ("Each shop must get what it needs of each roast.", "No shop may get less than it needs."),
    "supplies": ("No plantation can give more than it has.", "Plantations can send what they have and no more."),
    "supply": ("{a} has {n} sacks.", "There are {n} sacks at {a}."),
    "raw_cost": ("Carrying a sack from {a} to {b} costs {n} dollars.",),
    "light_cost": ("Roasting a light sack at {a} costs {n} dollars.",),
    "dark_cost": ("Roasting a dark sack at {a} costs {n} dollars.",),
    "road_cost": ("A roasted sack goes from {a} to {b} for {n} dollars.",),
    "light_need": ("{a} needs {n} sacks of light coffee.",),
    "dark_need": ("{a} needs {n} sacks of dark coffee.",),
    "edit_demand": ("What if {a} needs {percent} more of everything?", "Suppose the demand in {a} rises by {percent}?"),
    "edit_close": ("What if nothing can go from {a} to {b}?", "Suppose the way from {a} to {b} is closed?"),
    "edit_force": (
        "What if only {a} may supply {b}?",
        "Suppose {b} must get all of its coffee from {a}, what then?",
    ),
    "edit_price": ("What if each sack from {a} to {b} costs {n} dollars more?",),
    "edit_why": (
        "Why does {a} not send {n} sacks to {b}: what is best if it sends at least so many?",
        "What is the best plan in which {a} sends {n} sacks or more to {b}, and why is that not done?",
    ),
}
_SUPPLY_CAPTIONS: Final = {
    "supply": "sacks at hand",
    "raw_cost": "dollars to carry a sack",
    "light_cost": "dollars to roast a light sack",
    "dark_cost": "dollars to roast a dark sack",
    "road_cost": "dollars to carry a roasted sack",
    "light_need": "sacks of light coffee needed",
    "dark_need": "sacks of dark coffee needed",
}


def _some(dice: random.Random, names: str, count: int) -> tuple[str, ...]:
    return tuple(dice.sample(lexicon.identifiers(lexicon.NAMES[names]), count))


def _facts(dice: random.Random, kind: str, low: int, high: int, *things: Sequence[str], step: int = 1) -> list[Fact]:
    """Return one fact with a drawn number for each combination of things."""
    pairs = [(one,) for one in things[0]] if len(things) == 1 else [(a, b) for a in things[0] for b in things[1]]
    return [Fact(kind, pair, (float(step * dice.randint(low, high)),)) for pair in pairs]


def draw_supply(dice: random.Random, size: int) -> list[Fact]:
    """Return a supply chain with at least a tenth to spare, and in three of four cases a question."""
    count = size or dice.randint(2, 3)
    plants, mills, towns = _some(dice, "plants", count), _some(dice, "mills", 2), _some(dice, "towns", count)
    needs = [*_facts(dice, "light_need", 1, 4, towns, step=10), *_facts(dice, "dark_need", 1, 4, towns, step=10)]
    whole = sum(fact.numbers[0] for fact in needs)
    share = math.ceil(whole * 1.3 / len(plants) / 10) * 10
    supply = [Fact("supply", (it,), (float(share + 10 * dice.randint(0, 3)),)) for it in plants]
    facts = [
        Fact("opening_plants", plants),
        Fact("opening_mills", mills),
        Fact("opening_towns", towns),
        Fact("aim"),
        Fact("balance"),
        Fact("demands"),
        Fact("supplies"),
        *supply,
        *_facts(dice, "raw_cost", 2, 12, plants, mills),
        *_facts(dice, "light_cost", 3, 9, mills),
        *_facts(dice, "dark_cost", 3, 9, mills),
        *_facts(dice, "road_cost", 2, 12, mills, towns),
        *needs,
    ]
    plant, mill, town = dice.choice(plants), dice.choice(mills), dice.choice(towns)
    edits = [
        Fact("edit_demand", (town,), (dice.choice((0.1, 0.2, 0.3, 0.5)),)),
        Fact("edit_close", (plant, mill)),
        Fact("edit_close", (mill, town)),
        Fact("edit_force", (mill, town)),
        Fact("edit_force", (plant, mill)),
        Fact("edit_price", (plant, mill), (float(dice.randint(2, 9)),)),
        Fact("edit_why", (plant, mill), (float(10 * dice.randint(1, 5)),)),
    ]
    return [*facts, dice.choice(edits)] if dice.random() < 0.75 else facts


def build_supply(said: Sequence[Said]) -> Formal:
    """Return the problem of a supply chain with the question's edit."""
    kinds = Kinds(tuple(said))
    plants, mills, towns = (kinds.one(f"opening_{name}").fact.things for name in ("plants", "mills", "towns"))
    sorts = (Sort("plant", plants), Sort("mill", mills), Sort("town", towns))
    values = {kind: kinds.table(kind) for kind in _SUPPLY_CAPTIONS}
    for edit in kinds.all("edit_demand"):
        for kind in ("light_need", "dark_need"):
            town = edit.fact.things[0]
            values[kind][town] = round(values[kind][town] * (1 + edit.fact.numbers[0]), 6)
    for edit in kinds.all("edit_price"):
        values["raw_cost"][",".join(edit.fact.things)] += edit.fact.numbers[0]
    indices = {
        "supply": ("plant",), "raw_cost": ("plant", "mill"), "light_cost": ("mill",), "dark_cost": ("mill",),
        "road_cost": ("mill", "town"), "light_need": ("town",), "dark_need": ("town",),
    }  # fmt: skip
    tables = tuple(Table(kind, indices[kind], values[kind], meaning=_SUPPLY_CAPTIONS[kind]) for kind in indices)
    meanings = {"raw": "raw sacks carried", "light": "light sacks carried", "dark": "dark sacks carried"}
    places = {"raw": ("plant", "mill"), "light": ("mill", "town"), "dark": ("mill", "town")}
    decisions = tuple(Decision(name, places[name], "int", 0.0, meaning=meanings[name]) for name in meanings)
    raw = of("raw", ":p", ":m")
    light, dark = of("light", ":m", ":t"), of("dark", ":m", ":t")
    limit = each("p:plant", compare(total("m:mill", raw), "<=", of("supply", ":p")))
    balance = each("m:mill", compare(total("p:plant", raw), "=", total("t:town", plus(light, dark))))
    need = [each("t:town", compare(total("m:mill", it), ">=", of(f"{it.name}_need", ":t"))) for it in (light, dark)]
    rules = [
        Rule("supplies", limit, meaning=kinds.one("supplies").sentence),
        Rule("balance", balance, meaning=kinds.one("balance").sentence, origin="implied"),
        Rule("light_demand", need[0], meaning=kinds.sentences("demands", "edit_demand")),
        Rule("dark_demand", need[1], meaning=kinds.sentences("demands", "edit_demand")),
    ]
    rules += [rule for edit in said if edit.fact.kind.startswith("edit_") for rule in _supply_edit(edit, plants, mills)]
    carried = total("p:plant, m:mill", times(of("raw_cost", ":p", ":m"), raw))
    parts = [
        total("m:mill, t:town", times(plus(of(f"{it.name}_cost", ":m"), of("road_cost", ":m", ":t")), it))
        for it in (light, dark)
    ]
    objective = Objective("cost", "minimise", plus(carried, *parts), kinds.sentences("aim", "edit_price"))
    return Formal("A supply chain", sorts, tables, decisions, tuple(rules), objective)


def _supply_edit(edit: Said, plants: Sequence[str], mills: Sequence[str]) -> list[Rule]:
    kind, things = edit.fact.kind, edit.fact.things
    if kind in ("edit_demand", "edit_price"):
        return []
    from_plant = things[0] in plants
    names = ("raw",) if from_plant else ("light", "dark")
    if kind == "edit_why":
        return [Rule("why", compare(of("raw", *things), ">=", edit.fact.numbers[0]), meaning=edit.sentence)]
    closed = [things]
    if kind == "edit_force":
        closed = [(it, things[1]) for it in (plants if from_plant else mills) if it != things[0]]
    return [
        Rule(f"closed_{name}_{one}_{other}", compare(of(name, one, other), "=", 0), meaning=edit.sentence)
        for name in names
        for one, other in closed
    ]


SUPPLY: Final = Source("supply", draw_supply, build_supply, _SUPPLY_FORMS, _SUPPLY_CAPTIONS)

_FACILITY_FORMS: Final = {
    "opening_sites": ("Warehouses can be opened at {list}.", "The possible sites of warehouses are {list}."),
    "opening_towns": ("They serve {list}.", "The customers live in {list}."),
    "aim": (
        "Opening and carrying together should cost as little as possible.",
        "Find the cheapest way to serve everybody with whole pallets.",
    ),
    "demands": ("Each town must get what it needs.", "No town may get less than it needs."),
    "capacities": (
        "Nothing leaves a warehouse that is not open, and none can send more than it holds.",
        "An open warehouse sends up to what it holds, and a closed one nothing.",
    ),
    "opening_cost": ("Opening {a} costs {n} dollars.",),
    "capacity": ("{a} holds {n} pallets.",),
    "need": ("{a} needs {n} pallets.",),
    "carry": ("A pallet goes from {a} to {b} for {n} dollars.",),
    "most_open": ("At most {n} warehouses can be opened.", "No more than {n} warehouses may be open."),
    "edit_demand": ("What if {a} needs {percent} more?", "Suppose the demand in {a} rises by {percent}?"),
    "edit_close": ("What if {a} cannot be opened?", "Suppose there is no site at {a}?"),
    "edit_forbid": ("What if {a} may not serve {b}?", "Suppose the way from {a} to {b} is closed?"),
    "edit_capacity": ("What if {a} holds {n} pallets more?",),
    "edit_why": (
        "Why is {a} not opened: what is best if it is?",
        "What is the best plan in which {a} is open, and why is that not done?",
    ),
}
_FACILITY_CAPTIONS: Final = {
    "opening_cost": "dollars to open",
    "capacity": "pallets held",
    "need": "pallets needed",
    "carry": "dollars to carry a pallet",
}


def draw_facility(dice: random.Random, size: int) -> list[Fact]:
    """Return sites, of which all together hold nearly twice the demand, and in three of four cases a question."""
    count = size or dice.randint(3, 4)
    sites, towns = _some(dice, "plants", count), _some(dice, "towns", dice.randint(3, 4))
    needs = _facts(dice, "need", 1, 4, towns, step=10)
    whole = sum(fact.numbers[0] for fact in needs)
    share = math.ceil(whole * 1.8 / count / 10) * 10
    facts = [
        Fact("opening_sites", sites),
        Fact("opening_towns", towns),
        Fact("aim"),
        Fact("demands"),
        Fact("capacities"),
        *_facts(dice, "opening_cost", 5, 20, sites, step=10),
        *(Fact("capacity", (it,), (float(share + 10 * dice.randint(0, 2)),)) for it in sites),
        *needs,
        *_facts(dice, "carry", 1, 15, sites, towns),
    ]
    if dice.random() < 0.5:
        facts.append(Fact("most_open", numbers=(float(count - 1),)))
    site, town = dice.choice(sites), dice.choice(towns)
    edits = [
        Fact("edit_demand", (town,), (dice.choice((0.1, 0.2, 0.3, 0.5)),)),
        Fact("edit_close", (site,)),
        Fact("edit_forbid", (site, town)),
        Fact("edit_capacity", (site,), (float(10 * dice.randint(1, 4)),)),
        Fact("edit_why", (site,)),
    ]
    return [*facts, dice.choice(edits)] if dice.random() < 0.75 else facts


def build_facility(said: Sequence[Said]) -> Formal:
    """Return the problem of sites to open with the question's edit."""
    kinds = Kinds(tuple(said))
    sites, towns = (kinds.one(f"opening_{name}").fact.things for name in ("sites", "towns"))
    values = {kind: kinds.table(kind) for kind in _FACILITY_CAPTIONS}
    for edit in kinds.all("edit_demand"):
        values["need"][edit.fact.things[0]] = round(values["need"][edit.fact.things[0]] * (1 + edit.fact.numbers[0]), 6)
    for edit in kinds.all("edit_capacity"):
        values["capacity"][edit.fact.things[0]] += edit.fact.numbers[0]
    indices = {"opening_cost": ("site",), "capacity": ("site",), "need": ("town",), "carry": ("site", "town")}
    tables = tuple(Table(it, indices[it], values[it], meaning=_FACILITY_CAPTIONS[it]) for it in indices)
    decisions = (
        Decision("open", ("site",), "bool", meaning="whether a site is opened"),
        Decision("carried", ("site", "town"), "int", 0.0, meaning="pallets carried"),
    )
    carried = of("carried", ":s", ":t")
    demand = each("t:town", compare(total("s:site", carried), ">=", of("need", ":t")))
    room = times(of("capacity", ":s"), of("open", ":s"))
    rules = [
        Rule("demands", demand, meaning=kinds.sentences("demands", "edit_demand")),
        Rule(
            "capacities",
            each("s:site", compare(total("t:town", carried), "<=", room)),
            meaning=kinds.sentences("capacities", "edit_capacity"),
        ),
    ]
    bodies: dict[str, tuple[str, Compare]] = {}
    for one in said:
        things, numbers = one.fact.things, one.fact.numbers
        match one.fact.kind:
            case "most_open":
                bodies[one.sentence] = ("most_open", compare(total("s:site", of("open", ":s")), "<=", numbers[0]))
            case "edit_close":
                bodies[one.sentence] = ("closed", compare(of("open", *things), "=", 0))
            case "edit_forbid":
                bodies[one.sentence] = ("forbidden", compare(of("carried", *things), "=", 0))
            case "edit_why":
                bodies[one.sentence] = ("why", compare(of("open", *things), "=", 1))
            case _:
                pass
    rules += [Rule(name, body, meaning=sentence) for sentence, (name, body) in bodies.items()]
    opening = total("s:site", times(of("opening_cost", ":s"), of("open", ":s")))
    carrying = total("s:site, t:town", times(of("carry", ":s", ":t"), carried))
    objective = Objective("cost", "minimise", plus(opening, carrying), kinds.one("aim").sentence)
    return Formal(
        "Sites to open", (Sort("site", sites), Sort("town", towns)), tables, decisions, tuple(rules), objective
    )


FACILITY: Final = Source("facility", draw_facility, build_facility, _FACILITY_FORMS, _FACILITY_CAPTIONS)
