"""A day's food at least cost: bounds on what it holds, with an analyst's questions, some of which nothing can meet.

The problem is that of Stigler (1945), with whole helpings. What a question may do is as in LLMFP's data (2024): some
questions leave no plan, and then the sentences that cannot hold together are the answer; see ``conflicts``.
"""

import random
from collections.abc import Sequence
from typing import Final

from solon.tasks.planning.models import lexicon
from solon.tasks.planning.models.algebra import compare, of, times, total
from solon.tasks.planning.models.source import Kinds, Source
from solon.tasks.planning.models.words import Fact, Said
from solon.verify.formal.model import Decision, Formal, Objective, Rule, Sort, Table

_FORMS: Final = {
    "opening_foods": ("The canteen offers {list}.", "There are {list} to choose from."),
    "opening_nutrients": ("What counts is {list}.", "A day's food is judged by {list}."),
    "aim": (
        "The food of a day should cost as little as possible.",
        "Find the cheapest food for a day, in whole helpings.",
        "What is the least that a day's food can cost?",
    ),
    "price": ("A {a} costs {n} crowns.",),
    "holds": ("A {a} holds {n} milligrams of {b}.", "There are {n} milligrams of {b} in a {a}."),
    "least": ("At least {n} milligrams of {a} are needed a day.", "A day takes {n} milligrams of {a} or more."),
    "most": (
        "More than {n} milligrams of {a} a day do harm.",
        "A day's food must not hold over {n} milligrams of {a}.",
    ),
    "stock": ("Of the {as}, at most {n} can be had.", "No more than {n} of the {as} are left."),
    "helpings": ("Nobody can eat more than {n} helpings a day.", "A day has room for {n} helpings and no more."),
    "edit_price": ("What if a {a} costs {n} crowns more?",),
    "edit_least": (
        "What if at least {n} milligrams of {a} are needed?",
        "Suppose {n} milligrams of {a} are the least?",
    ),
    "edit_most": ("What if more than {n} milligrams of {a} do harm?", "Suppose {n} milligrams of {a} are the most?"),
    "edit_helpings": ("What if nobody can eat more than {n} helpings?", "Suppose there is room for {n} helpings only?"),
    "edit_without": ("What if the {as} run out?", "Suppose nobody wants any of the {as}, what then?"),
    "edit_why": (
        "Why not take {n} of the {as}: what is best if at least so many are taken?",
        "What is the best day with {n} of the {as} or more, and why is that not done?",
    ),
}
_CAPTIONS: Final = {"price": "crowns each", "holds": "milligrams in each"}


def _base(dice: random.Random, size: int) -> tuple[list[Fact], dict[str, int]]:
    """Return the facts of a day without a question, and a day's food that obeys them."""
    foods = tuple(dice.sample(lexicon.identifiers(lexicon.THINGS["kitchen"]), size or dice.randint(4, 5)))
    nutrients = tuple(dice.sample(lexicon.identifiers(lexicon.NAMES["nutrients"]), 3))
    eaten = {it: dice.randint(1, 3) for it in foods}
    some = {it: dice.sample(foods, dice.randint(2, len(foods))) for it in nutrients[1:]}
    sources = {nutrients[0]: foods[:2], **some}  # the first is in two foods alone
    holds = {(food, it): 5 * dice.randint(2, 12) for it in nutrients for food in foods if food in sources[it]}
    taken = {it: sum(holds.get((food, it), 0) * count for food, count in eaten.items()) for it in nutrients}
    facts = [
        Fact("opening_foods", foods),
        Fact("opening_nutrients", nutrients),
        Fact("aim"),
        *(Fact("price", (it,), (float(dice.randint(11, 89)),)) for it in foods),
        *(Fact("holds", (f, n), (float(holds.get((f, n), 0)),)) for f in foods for n in nutrients),
        Fact("stock", foods[1:2], (float(eaten[foods[1]]),)),
        Fact("helpings", numbers=(float(sum(eaten.values()) + 1),)),
        *(Fact("most", (it,), (float(5 * (taken[it] * 6 // 25 + 1)),)) for it in dice.sample(nutrients, 2)),
        *(Fact("least", (it,), (float(5 * (taken[it] * 4 // 25)),)) for it in nutrients),
    ]
    return facts, eaten


def draw(dice: random.Random, size: int) -> list[Fact]:
    """Return a day's food, and in three of four cases a question, which may leave no plan."""
    facts, eaten = _base(dice, size)
    food, (_, common, _) = dice.choice(list(eaten)), facts[1].things
    least = next(it for it in facts if it.kind == "least" and it.things == (common,)).numbers[0]
    edits = [
        Fact("edit_price", (food,), (float(5 * dice.randint(1, 8)),)),
        Fact("edit_least", (common,), (least + 5.0 * dice.randint(1, 3),)),
        Fact("edit_most", (common,), (2 * least,)),
        Fact("edit_helpings", numbers=(float(sum(eaten.values()) - 1),)),
        Fact("edit_without", (dice.choice(list(eaten)[2:]),)),
        Fact("edit_why", (food,), (float(dice.randint(2, 4)),)),
    ]
    return [*facts, dice.choice(edits)] if dice.random() < 0.75 else facts


def draw_conflict(dice: random.Random) -> tuple[list[Fact], tuple[str, ...]]:
    """Return a day's food with a question that is meant to leave no plan, and the rules that then cannot all hold."""
    facts, eaten = _base(dice, 0)
    said = {(it.kind, *it.things): it.numbers[0] for it in facts if it.kind in ("least", "most", "holds", "stock")}
    bounded = next(it.things[0] for it in facts if it.kind == "most")
    (first, second, *_), (rare, *_) = eaten, facts[1].things
    match dice.choice(("least", "most", "helpings", "without")):
        case "least":
            edit = Fact("edit_least", (bounded,), (said["most", bounded] + 5 * dice.randint(1, 6),))
            planted = (f"least_{bounded}", f"most_{bounded}")
        case "most":
            edit = Fact("edit_most", (bounded,), (max(5.0, said["least", bounded] - 5 * dice.randint(1, 6)),))
            planted = (f"least_{bounded}", f"most_{bounded}")
        case "helpings":
            fewest = {
                it: -(-said["least", it] // max(said["holds", food, it] for food in eaten)) for it in facts[1].things
            }
            hardest = max(fewest, key=lambda it: fewest[it])
            edit = Fact("edit_helpings", numbers=(max(1.0, fewest[hardest] - 1),))
            planted = (f"least_{hardest}", "helpings")
        case _:
            edit = Fact("edit_without", (first,))
            planted = (f"edit_without_{first}", f"least_{rare}", f"stock_{second}")
    return [*facts, edit], tuple(sorted(planted))


def build(said: Sequence[Said]) -> Formal:
    """Return the problem of a day's food with the question's edit."""
    kinds = Kinds(tuple(said))
    foods, nutrients = kinds.one("opening_foods").fact.things, kinds.one("opening_nutrients").fact.things
    price, holds = kinds.table("price"), kinds.table("holds")
    for edit in kinds.all("edit_price"):
        price[edit.fact.things[0]] += edit.fact.numbers[0]
    eaten = of("eaten", ":f")
    rules: list[Rule] = []
    for one in said:
        things = one.fact.things
        edits = [it for it in kinds.all(f"edit_{one.fact.kind}") if it.fact.things == things]
        bound = (edits or [one])[-1].fact.numbers[-1:]
        meaning = " ".join(filter(None, (it.sentence for it in (one, *edits))))
        match one.fact.kind:
            case "least" | "most" as kind:
                taken = total("f:food", times(of("holds", ":f", things[0]), eaten))
                body = compare(taken, ">=" if kind == "least" else "<=", bound[0])
                rules.append(Rule(f"{kind}_{things[0]}", body, meaning=meaning))
            case "stock":
                rules.append(
                    Rule(f"stock_{things[0]}", compare(of("eaten", things[0]), "<=", bound[0]), meaning=meaning)
                )
            case "helpings":
                rules.append(Rule("helpings", compare(total("f:food", eaten), "<=", bound[0]), meaning=meaning))
            case "edit_without":
                body = compare(of("eaten", things[0]), "=", 0)
                rules.append(Rule(f"edit_without_{things[0]}", body, meaning=one.sentence))
            case "edit_why":
                rules.append(Rule("why", compare(of("eaten", things[0]), ">=", bound[0]), meaning=one.sentence))
            case _:
                pass
    tables = (
        Table("price", ("food",), price, meaning="crowns each"),
        Table("holds", ("food", "nutrient"), holds, meaning="milligrams in each"),
    )
    return Formal(
        "A day's food",
        (Sort("food", foods), Sort("nutrient", nutrients)),
        tables,
        (Decision("eaten", ("food",), "int", 0.0, meaning="how many helpings are eaten"),),
        tuple(rules),
        Objective(
            "cost", "minimise", total("f:food", times(of("price", ":f"), eaten)), kinds.sentences("aim", "edit_price")
        ),
    )


SOURCE: Final = Source("diet", draw, build, _FORMS, _CAPTIONS)
