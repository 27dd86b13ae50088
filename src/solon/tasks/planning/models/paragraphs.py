"""Paragraphs, each an objective or a constraint, over named quantities, after a study of MILP synthesis.

A problem counts things in whole numbers, measures them in any amounts, or chooses among them. Every draw starts from a
plan that obeys all of its constraints, so there is a solution.
"""

import random
from collections.abc import Callable, Sequence
from typing import Final

from solon.tasks.planning.models import lexicon
from solon.tasks.planning.models.algebra import compare, minus, number, of, plus, times, weighted
from solon.tasks.planning.models.paragraph_forms import CLASSES, PARAGRAPHS
from solon.tasks.planning.models.source import Kinds, Source
from solon.tasks.planning.models.words import FRACTIONS, Fact, Said
from solon.verify.formal.expression import Compare, Comparison, Expression
from solon.verify.formal.model import Decision, Formal, Objective, Rule

VERBS: Final = {
    "bakery": ("make", "made"),
    "workshop": ("make", "made"),
    "pottery": ("make", "made"),
    "kitchen": ("eat", "eaten"),
    "carrier": ("send", "sent"),
    "fund": ("buy", "bought"),
    "clinic": ("hire", "hired"),
    "council": ("build", "built"),
    "laboratory": ("carry", "carried"),
}
_RESOURCES: Final = {
    "bakery": (("oven time", "minutes"), ("flour", "kilograms"), ("labour", "hours"), ("sugar", "grams")),
    "workshop": (("machine time", "hours"), ("wood", "square metres"), ("paint", "litres"), ("varnish", "litres")),
    "pottery": (("clay", "kilograms"), ("glaze", "litres"), ("labour", "hours"), ("space", "square metres")),
    "kitchen": (("protein", "grams"), ("energy", "calories"), ("fibre", "grams"), ("sugar", "grams")),
    "carrier": (("capacity", "pallets"), ("fuel", "litres"), ("labour", "hours"), ("capacity", "passengers")),
    "fund": (("capital", "dollars"), ("risk", "points"), ("return", "euros")),
    "clinic": (("care", "patients"), ("budget", "dollars"), ("labour", "hours")),
    "council": (("budget", "crowns"), ("space", "square metres"), ("labour", "workers")),
    "laboratory": (("power", "points"), ("mass", "kilograms"), ("space", "litres")),
}
_AIMS: Final = {
    "maximise": (("profit", "dollars"), ("value", "points"), ("benefit", "points"), ("return", "euros")),
    "minimise": (("cost", "dollars"), ("expense", "euros"), ("cost", "points")),
}
_CHOICES: Final = ("council", "laboratory")
_LOGIC: Final = ("implies", "exactly_one", "any_of", "not_both", "both_or_neither")
_COUNTS: Final = ("at_most_k", "at_least_k", "exactly_k")
_PLAIN: Final = (
    "at_most", "sum_at_most", "weighted_at_most", "share_at_most", "at_least", "sum_at_least", "weighted_at_least",
    "share_at_least", "compared", "equal", "sum_equal", "weighted_equal", "share_equal", "compared_equal", "deviation",
)  # fmt: skip
_SWITCHED: Final = ("least_if_any", "all_or_nothing", "fixed_charge", "tiered")

ALLOWED: Final = {
    "whole numbers": (*_PLAIN, *_LOGIC, *_LOGIC, *_COUNTS, *_SWITCHED),
    "any amounts": (*_PLAIN, *_SWITCHED),
    "choice": ("weighted_at_most", "weighted_at_least", *_LOGIC, *_COUNTS),
}
_RARE: Final = ("equal", "sum_equal", "weighted_equal", "share_equal", "compared_equal", "all_or_nothing")
"""Equations leave little to choose: at most one of these in a problem."""

Plan = dict[str, int]


class _Drawing:
    """Facts that agree with one plan."""

    def __init__(self, dice: random.Random, domain: str, owner: str, size: int) -> None:
        self.dice, self.domain, self.owner = dice, domain, owner
        names = lexicon.identifiers(lexicon.THINGS[owner])
        count = size or (dice.randint(5, 7) if domain == "choice" else dice.randint(3, 4))
        self.things = tuple(dice.sample(names, min(count, len(names))))
        self.cap = dice.choice((20, 30, 40, 50, 60)) if domain != "choice" else 1
        used = set(dice.sample(self.things, max(2, len(self.things) - dice.randint(1, 2))))
        most = self.cap - 1 if domain != "choice" else 1
        self.plan: Plan = {it: dice.randint(min(3, most), most) if it in used else 0 for it in self.things}
        self.sense = dice.choice(("maximise", "minimise"))
        self.word, self.unit = dice.choice(_AIMS[self.sense])
        self.prices = {it: float(dice.randint(3, 40)) for it in self.things}
        self.resources = list(_RESOURCES[owner])
        dice.shuffle(self.resources)

    def opening(self) -> list[Fact]:
        prices = tuple(self.prices.values())
        aim = Fact(self.sense, self.things, prices, self.unit, self.word)
        if self.domain == "choice":
            return [Fact("opening_choice", self.things, word=self.owner), aim]
        opening = Fact("opening", self.things, word=self.owner)
        return [opening, Fact("domain", word=self.domain), Fact("cap", numbers=(float(self.cap),)), aim]

    def _some(self, least: int = 2) -> tuple[str, ...]:
        chosen = set(self.dice.sample(self.things, self.dice.randint(least, len(self.things))))
        return tuple(it for it in self.things if it in chosen)

    def _slack(self, value: float, operator: Comparison) -> float:
        slack = 0 if operator == "=" else self.dice.randint(0, max(1, int(value * 0.25)))
        return float(max(0, value + slack if operator == "<=" else value - slack))

    def draw(self, kind: str) -> Fact | None:
        """Return a fact of a kind that the plan obeys, or None."""
        operator: Comparison = "<=" if "at_most" in kind else ">=" if "at_least" in kind else "="
        if kind in ("at_most", "at_least", "equal"):
            it = self.dice.choice(self.things)
            bound = self._slack(self.plan[it], operator)
            return Fact(kind, (it,), (bound,)) if 0 < bound < self.cap else None
        if kind.startswith("sum_"):
            them = self._some()
            return Fact(kind, them, (self._slack(sum(self.plan[it] for it in them), operator),))
        if kind.startswith("weighted_"):
            return self._weighted(kind, operator)
        if kind.startswith("share_"):
            return self._share(kind, operator)
        if kind in ("compared", "compared_equal", "deviation"):
            return self._compared(kind)
        return self._switched(kind)

    def _weighted(self, kind: str, operator: Comparison) -> Fact | None:
        if not self.resources:
            return None
        word, unit = self.resources.pop()
        them = self._some(len(self.things) - 1)
        weights = [float(self.dice.randint(1, 12)) for _ in them]
        if self.dice.random() < 0.2 and operator != "=":
            weights[0] += 0.5
        bound = self._slack(sum(w * self.plan[it] for w, it in zip(weights, them, strict=True)), operator)
        return Fact(kind, them, (*weights, bound), unit, word) if bound > 0 else None

    def _share(self, kind: str, operator: Comparison) -> Fact | None:
        it, whole = self.dice.choice(self.things), sum(self.plan.values())
        share = self.plan[it] / whole
        shares = [*FRACTIONS.values(), *(percent / 100 for percent in range(5, 96, 5))]
        fits = {
            "<=": [c for c in shares if share <= c <= share + 0.2],
            ">=": [c for c in shares if share - 0.2 <= c <= share],
            "=": [c for c in shares if c == share],
        }[operator]
        return Fact(kind, (it,), (self.dice.choice(fits),)) if fits else None

    def _compared(self, kind: str) -> Fact | None:
        one, other = self.dice.sample(self.things, 2)
        if kind == "deviation":
            apart = abs(self.plan[one] - self.plan[other])
            return Fact(kind, (one, other), (float(apart + self.dice.randint(0, 3)),))
        used = [it for it in self.things if self.plan[it]]
        pairs = [(a, b, self.plan[b] // self.plan[a]) for a in used for b in used if a != b]
        exact = kind == "compared_equal"
        fits = [(a, b, k) for a, b, k in pairs if k and (not exact or k * self.plan[a] == self.plan[b])]
        if not fits:
            return None
        one, other, factor = self.dice.choice(fits)
        return Fact(kind, (one, other), () if factor == 1 else (float(factor),))

    def _switched(self, kind: str) -> Fact | None:
        used = {it: self.plan[it] > 0 for it in self.things}
        if kind in _COUNTS:
            them = self._some(3)
            count = sum(used[it] for it in them)
            if kind != "exactly_k":
                count += 1 if kind == "at_most_k" and self.dice.random() < 0.3 else 0
            return Fact(kind, them, (float(count),)) if 0 < count < len(them) else None
        one, other = self.dice.sample(self.things, 2)
        if kind in _LOGIC:
            a, b = used[one], used[other]
            holds = {
                "implies": b or not a,
                "exactly_one": a != b,
                "any_of": a or b,
                "not_both": not (a and b),
                "both_or_neither": a == b,
            }
            return Fact(kind, (one, other)) if holds[kind] else None
        amount = self.plan[one]
        if kind == "fixed_charge":
            return Fact(kind, (one,), (float(10 * self.dice.randint(2, 20)),), self.unit)
        if kind == "tiered":
            price = self.prices[one]
            # concave when maximised, convex when minimised: so that the extra amount needs no binary
            further = self.dice.randint(1, int(price) - 1) if self.sense == "maximise" else int(price * 1.5) + 1
            return Fact(kind, (one,), (float(self.dice.randint(3, self.cap - 5)), float(further)), self.unit)
        if amount < 2:
            amount = self.dice.randint(3, self.cap - 1)
        return Fact(kind, (one,), (float(amount if kind == "all_or_nothing" else self.dice.randint(2, amount)),))


def draw(dice: random.Random, size: int) -> list[Fact]:
    """Return the facts of a problem with three to six constraints that can be kept together.

    ``size`` fixes how many things there are.
    """
    domain = dice.choice(("whole numbers", "whole numbers", "any amounts", "choice"))
    owner = dice.choice(_CHOICES if domain == "choice" else tuple(o for o in lexicon.THINGS if o not in _CHOICES))
    drawing = _Drawing(dice, domain, owner, size)
    facts = drawing.opening()
    wanted, seen = dice.randint(3, 6), set[tuple[str, tuple[str, ...]]]()
    price_set, rare = set[str](), False
    # one constraint against the sense, or the optimum is to do nothing or everything
    bounding = ("weighted_at_most", "sum_at_most") if drawing.sense == "maximise" else ("weighted_at_least",)
    queue = [dice.choice([kind for kind in bounding if kind in ALLOWED[domain]])]
    for _ in range(60):
        kind = queue.pop() if queue else dice.choice(ALLOWED[domain])
        if (kind in _RARE and rare) or (kind in ("fixed_charge", "tiered") and kind in price_set):
            continue
        fact = drawing.draw(kind)
        if fact is None or (kind, fact.things) in seen:
            continue
        seen.add((kind, fact.things))
        rare, price_set = rare or kind in _RARE, price_set | {kind}
        facts.append(fact)
        if len(seen) == wanted:
            break
    return facts


def draw_one(dice: random.Random, kind: str, owner: str) -> Fact | None:
    """Return a fact of one kind as problems of an owner's have it, or None if the dice fell badly."""
    drawing = _Drawing(dice, "whole numbers", owner, 0)
    if kind in _AIMS:
        return next((fact for fact in drawing.opening() if fact.kind == kind), None)
    return drawing.draw(kind)


class _Building:
    """The problem that facts mean."""

    def __init__(self, said: Sequence[Said]) -> None:
        self.kinds = Kinds(tuple(said))
        self.choice = bool(self.kinds.all("opening_choice"))
        opening = self.kinds.one("opening_choice" if self.choice else "opening")
        self.things = opening.fact.things
        self.opening = self.kinds.sentences("opening", "opening_choice", "domain", "cap")
        self.cap = 1.0 if self.choice else self.kinds.one("cap").fact.numbers[0]
        self.whole = self.choice or self.kinds.one("domain").fact.word == "whole numbers"
        self.used: dict[str, None] = {}
        self.extra: dict[str, tuple[float, str]] = {}
        self.rules: list[Rule] = []

    def use(self, thing: str) -> Expression:
        """Return what is true where some of a thing is used."""
        if self.choice:
            return of(thing)
        self.used[thing] = None
        return of(f"use_{thing}")

    def add(self, name: str, body: Compare, said: Said) -> None:
        kind = said.fact.kind
        self.rules.append(Rule(name, body, meaning=said.sentence, template=str(CLASSES[kind])))

    def build(self) -> Formal:
        aim = next(each for each in self.kinds.said if each.fact.kind in ("maximise", "minimise"))
        others = ("opening", "opening_choice", "domain", "cap", "maximise", "minimise")
        prices = dict(zip(aim.fact.things, aim.fact.numbers, strict=True))
        costs: list[Expression] = []
        meaning = [aim.sentence]
        for place, said in enumerate((each for each in self.kinds.said if each.fact.kind not in others), 1):
            kind, things, numbers = said.fact.kind, said.fact.things, said.fact.numbers
            if kind == "fixed_charge":
                costs.append(times(number(numbers[0]), self.use(things[0])))
                meaning.append(said.sentence)
            elif kind == "tiered":
                self.extra[things[0]] = (numbers[0], said.sentence)
                costs.append(times(number(abs(numbers[1] - prices[things[0]])), of(f"extra_{things[0]}")))
                meaning.append(said.sentence)
            else:
                for name, body in _BODIES[kind](self, said.fact):
                    self.add(f"{kind}_{place}{name}", body, said)
        body = weighted((price, of(it)) for it, price in prices.items())
        if costs:
            body = plus(body, *costs) if aim.fact.kind == "minimise" else minus(body, plus(*costs))
        objective = Objective(
            aim.fact.word,
            "maximise" if aim.fact.kind == "maximise" else "minimise",
            body,
            " ".join(meaning),
        )
        return Formal(
            "A choice" if self.choice else "A plan",
            decisions=self.decisions(),
            rules=(*self.rules, *self.linking()),
            objective=objective,
        )

    def decisions(self) -> tuple[Decision, ...]:
        domain = "bool" if self.choice else "int" if self.whole else "real"
        low, high = (None, None) if self.choice else (0.0, self.cap)
        main = [Decision(it, domain=domain, low=low, high=high, meaning=self.opening) for it in self.things]
        used = [
            Decision(f"use_{it}", domain="bool", meaning=f"whether any {lexicon.plural(it)} are used")
            for it in self.used
        ]
        kind = "int" if self.whole else "real"
        extra = [
            Decision(f"extra_{it}", domain=kind, low=0.0, high=self.cap, meaning=sentence)
            for it, (_, sentence) in self.extra.items()
        ]
        return (*main, *used, *extra)

    def linking(self) -> list[Rule]:
        found: list[Rule] = []
        for it in self.used:
            name = lexicon.plural(it)
            most = compare(of(it), "<=", times(number(self.cap), of(f"use_{it}")))
            found.append(Rule(f"link_{it}", most, meaning=f"without use there are no {name}", origin="linking"))
            if self.whole:
                least = compare(of(f"use_{it}"), "<=", of(it))
                found.append(Rule(f"link_back_{it}", least, meaning=f"use means some {name}", origin="linking"))
        for it, (first, sentence) in self.extra.items():
            body = compare(of(f"extra_{it}"), ">=", minus(of(it), number(first)))
            found.append(Rule(f"beyond_{it}", body, meaning=sentence, template="22", origin="linking"))
        return found


Bodies = list[tuple[str, Compare]]


def _bound(operator: Comparison) -> Callable[[_Building, Fact], Bodies]:
    return lambda _, fact: [("", compare(of(fact.things[0]), operator, fact.numbers[0]))]


def _sum(operator: Comparison) -> Callable[[_Building, Fact], Bodies]:
    return lambda _, fact: [("", compare(plus(*(of(it) for it in fact.things)), operator, fact.numbers[0]))]


def _weights(operator: Comparison) -> Callable[[_Building, Fact], Bodies]:
    return lambda _, fact: [
        (
            "",
            compare(
                weighted((n, of(it)) for it, n in zip(fact.things, fact.numbers, strict=False)),
                operator,
                fact.numbers[-1],
            ),
        )
    ]


def _shares(operator: Comparison) -> Callable[[_Building, Fact], Bodies]:
    def body(building: _Building, fact: Fact) -> Bodies:
        whole = plus(*(of(it) for it in building.things))
        return [("", compare(of(fact.things[0]), operator, times(number(fact.numbers[0]), whole)))]

    return body


def _comparison(operator: Comparison) -> Callable[[_Building, Fact], Bodies]:
    def body(_: _Building, fact: Fact) -> Bodies:
        factor = fact.numbers[0] if fact.numbers else 1.0
        return [("", compare(weighted([(factor, of(fact.things[0]))]), operator, of(fact.things[1])))]

    return body


def _counted(operator: Comparison, count: float | None = None) -> Callable[[_Building, Fact], Bodies]:
    def body(building: _Building, fact: Fact) -> Bodies:
        uses = plus(*(building.use(it) for it in fact.things))
        return [("", compare(uses, operator, fact.numbers[0] if count is None else count))]

    return body


def _between(operator: Comparison) -> Callable[[_Building, Fact], Bodies]:
    return lambda building, fact: [("", compare(building.use(fact.things[0]), operator, building.use(fact.things[1])))]


def _lot(operator: Comparison) -> Callable[[_Building, Fact], Bodies]:
    def body(building: _Building, fact: Fact) -> Bodies:
        return [
            ("", compare(of(fact.things[0]), operator, times(number(fact.numbers[0]), building.use(fact.things[0]))))
        ]

    return body


def _deviation(_: _Building, fact: Fact) -> Bodies:
    one, other = (of(it) for it in fact.things)
    return [
        ("_over", compare(minus(one, other), "<=", fact.numbers[0])),
        ("_under", compare(minus(other, one), "<=", fact.numbers[0])),
    ]


_BODIES: Final[dict[str, Callable[[_Building, Fact], Bodies]]] = {
    "at_most": _bound("<="), "at_least": _bound(">="), "equal": _bound("="),
    "sum_at_most": _sum("<="), "sum_at_least": _sum(">="), "sum_equal": _sum("="),
    "weighted_at_most": _weights("<="), "weighted_at_least": _weights(">="), "weighted_equal": _weights("="),
    "share_at_most": _shares("<="), "share_at_least": _shares(">="), "share_equal": _shares("="),
    "compared": _comparison("<="), "compared_equal": _comparison("="), "deviation": _deviation,
    "implies": _between("<="), "both_or_neither": _between("="),
    "exactly_one": _counted("=", 1), "any_of": _counted(">=", 1), "not_both": _counted("<=", 1),
    "at_most_k": _counted("<="), "at_least_k": _counted(">="), "exactly_k": _counted("="),
    "least_if_any": _lot(">="), "all_or_nothing": _lot("="),
}  # fmt: skip


def build(said: Sequence[Said]) -> Formal:
    """Return the problem that paragraphs mean; indicators are linked with the bound on their kind."""
    return _Building(said).build()


SOURCE: Final = Source("paragraphs", draw, build, PARAGRAPHS, verbs=VERBS)
