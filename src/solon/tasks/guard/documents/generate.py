"""Documents by knobs: how many tasks, how deep and how wide their trees, how many items, manners and idle tools.

The four levels are ours: the paper names the axes and reports up to 12 tasks and depth 3; its ranges are not known.
Intervals are split and choices divided on the way down, so that every clause has cases by construction; ``solved``
gives the witness.
"""

import random
from itertools import pairwise
from typing import Final

from solon.contract import Value
from solon.tasks.guard.documents.model import (
    CATEGORIES,
    CUSTOMER,
    QUESTION,
    Answer,
    Case,
    Document,
    Item,
    Manner,
    Query,
    ask_order,
    decide,
    leaves,
    replayed,
    traced,
)
from solon.tasks.guard.journeys.graph import Edge, Fact, Graph, Node, Outcome, Use, names_in
from solon.tasks.guard.journeys.sample import solved
from solon.tasks.guard.journeys.writing import number, text, truth
from solon.verify.requests.expression import Among, Compare, Constant, Expression, Logic, Path, conjunction
from solon.verify.requests.request import Json
from solon.verify.requests.schema import Number, Text


class Knobs(Value, frozen=True):
    """The axes of complexity: of the workflow, the task list, the environment and the query."""

    tasks: int = 3
    depth: int = 2
    branch: int = 2
    items: int = 4
    manners: int = 1
    idle: int = 2
    missing: float = 0.15  # share of cases that lack a fact


LEVELS: Final = {
    1: Knobs(tasks=1, depth=1, items=2, manners=1, idle=0),
    2: Knobs(tasks=3, depth=2, items=4, manners=2, idle=2),
    3: Knobs(tasks=6, depth=3, items=6, manners=3, idle=4),
    4: Knobs(tasks=12, depth=3, branch=3, items=8, manners=4, idle=8),
}

TASKS: Final = (
    "refund", "cancellation", "limit increase", "complaint", "warranty claim", "address change",
    "late delivery", "invoice copy", "account closure", "technician visit", "data request", "plan change",
)  # fmt: skip
FACTS: Final = (
    number("amount", "the amount", 0, 2000),
    number("days", "the days since the purchase", 0, 120),
    number("months", "the months as a customer", 0, 240),
    number("pieces", "the number of pieces", 1, 60),
    number("score", "the risk score", 0, 100),
    number("balance", "the balance", 0, 5000),
    text("tier", "the tier", "basic", "silver", "gold", "platinum"),
    text("channel", "the channel", "shop", "web", "phone", "letter"),
    text("region", "the region", "north", "south", "east", "west"),
    text("product", "the product", "phone", "tablet", "router", "watch"),
    truth("insured", "the insurance"),
    truth("overdue", "the overdue payment"),
    truth("opened", "the broken seal"),
    truth("business", "the business account"),
)
TOPICS: Final = (
    "days for a return", "hours of the hotline", "price of express delivery", "years of warranty",
    "fee for a reminder", "largest number of devices", "days for an answer", "price of a visit",
)  # fmt: skip
_VERBS: Final = ("approve", "start", "reduce", "postpone")
_REASONS: Final = ("too late", "not covered", "not allowed", "unpaid bill")
_TEAMS: Final = ("review", "legal", "care")


def document(level: int = 2, which: int = 0, knobs: Knobs | None = None) -> Document:
    """Return a document; deterministic. Raises ValueError for a level or knobs that do not exist."""
    if level not in LEVELS:
        raise ValueError(f"level must be one of {', '.join(map(str, LEVELS))}, got {level}")
    chosen = LEVELS[level] if knobs is None else knobs
    if not 1 <= chosen.tasks <= len(TASKS) or not 1 <= chosen.depth <= 4 or not 2 <= chosen.branch <= 4:
        raise ValueError("tasks must lie in 1..12, depth in 1..4 and branch in 2..4")
    dice = random.Random(f"document/{level}/{which}/{chosen}")  # noqa: S311 - reproducible on purpose
    names = dice.sample(TASKS, chosen.tasks)
    tasks = tuple(_task(name, str(place), chosen, dice) for place, name in enumerate(names, 1))
    used = sorted({use.tool for graph in tasks for node in graph.nodes for use in node.uses})
    manners = tuple(
        _manner(f"B{place}", tool, dice)
        for place, tool in enumerate(dice.sample(used, min(chosen.manners, len(used))), 1)
    )
    topics = dice.sample(TOPICS, min(chosen.items, len(TOPICS)))
    items = tuple(Item(f"F{place}", topic, dice.randint(1, 99)) for place, topic in enumerate(topics, 1))
    idle = tuple(f"override_{name.replace(' ', '_')}" for name in dice.sample(TASKS, min(chosen.idle, len(TASKS))))
    return Document(which, level, tasks, manners, items, idle)


def _manner(name: str, tool: str, dice: random.Random) -> Manner:
    before = dice.random() < 0.5
    deed = dice.choice(("confirm", "announce") if before else ("note_down", "offer_help"))
    return Manner(name, "before" if before else "after", tool, Use(deed, {"customer": Path("ctx", ("customer",))}))


def _task(name: str, start: str, knobs: Knobs, dice: random.Random) -> Graph:
    facts = dice.sample(FACTS, min(len(FACTS), knobs.depth + 4))
    nodes: list[Node] = []
    _grow(start, tuple(facts), knobs.depth, name, knobs, nodes, dice)
    return Graph(name, name, start, (CUSTOMER, *facts), tuple(nodes))


def _grow(
    at: str, facts: tuple[Fact, ...], depth: int, task: str, knobs: Knobs, nodes: list[Node], dice: random.Random
) -> None:
    """Add a node with all below it; the facts are narrowed to what is still possible there."""
    shallow = depth < knobs.depth and dice.random() < 0.15
    if depth == 0 or shallow:
        nodes.append(_leaf(at, task, facts, dice))
        return
    split = [fact for fact in facts if _splits(fact, knobs.branch) > 1]
    fact = dice.choice(split)
    parts = _divided(fact, min(knobs.branch, _splits(fact, knobs.branch)), dice)
    edges = tuple(Edge(condition, f"{at}.{place}") for place, (condition, _) in enumerate(parts, 1))
    nodes.append(Node(at, edges=edges))
    for edge, (_, rest) in zip(edges, parts, strict=True):
        narrowed = tuple(other for one in facts for other in ([rest] if one.name == fact.name else [one]) if other)
        _grow(edge.to, narrowed, depth - 1, task, knobs, nodes, dice)


def _leaf(at: str, task: str, facts: tuple[Fact, ...], dice: random.Random) -> Node:
    customer = Path("ctx", ("customer",))
    outcome: Outcome = dice.choice(("done", "done", "done", "refused", "handed over"))
    if outcome == "refused":
        uses = [Use("refuse", {"customer": customer, "reason": Constant(dice.choice(_REASONS))})]
    elif outcome == "handed over":
        uses = [Use("hand_over", {"customer": customer, "team": Constant(dice.choice(_TEAMS))})]
    else:
        tool = f"{dice.choice(_VERBS)}_{task.replace(' ', '_')}"
        amounts = [fact.name for fact in facts if isinstance(fact.shape, Number)]
        given = (
            Path("ctx", (dice.choice(amounts),)) if amounts and dice.random() < 0.5 else Constant(dice.randint(1, 50))
        )
        uses = [Use(tool, {"customer": customer, "value": given})]
        if dice.random() < 0.4:
            uses.append(Use("send_letter", {"customer": customer, "about": Constant(task)}))
    node = Node(at, uses=tuple(uses), outcome=outcome)
    return Node(at, asks=ask_order(node), uses=tuple(uses), outcome=outcome)


def _splits(fact: Fact, most: int) -> int:
    """Return in how many parts a fact can be divided."""
    match fact.shape:
        case Text(choices=choices):
            return min(most, len(choices))
        case Number(least=least, most=top):
            return min(most, int((top or 0) - (least or 0)) // 4)
        case _:
            return 2


def _divided(fact: Fact, count: int, dice: random.Random) -> list[tuple[Expression, Fact | None]]:
    """Return conditions that exclude each other and leave nothing out, each with what remains of the fact under it."""
    path = Path("ctx", (fact.name,))
    match fact.shape:
        case Text(choices=choices):
            order = dice.sample(choices, len(choices))
            cuts = [0, *sorted(dice.sample(range(1, len(order)), count - 1)), len(order)]
            groups = [tuple(order[low:high]) for low, high in pairwise(cuts)]
            return [
                (
                    Compare("==", path, Constant(group[0])) if len(group) == 1 else Among(path, group),
                    Fact(fact.name, Text(group), fact.source, fact.words),
                )
                for group in groups
            ]
        case Number(least=least, most=most):
            low, high = int(least or 0), int(most or 0)
            cuts = [low - 1, *sorted(dice.sample(range(low + 1, high - 1), count - 1)), high]
            found: list[tuple[Expression, Fact | None]] = []
            for before, upto in pairwise(cuts):
                parts: list[Expression] = []
                if before >= low:
                    parts.append(Compare(">", path, Constant(before)))
                if upto < high:
                    parts.append(Compare("<=", path, Constant(upto)))
                rest = number(fact.name, fact.words, before + 1, upto)
                found.append((conjunction(*parts), rest))
            return found
        case _:
            return [(path, None), (Logic("not", (path,)), None)]


def draw(policy: Document, dice: random.Random, missing: float = 0.15) -> Case:
    """Return a case: a category and an end of the document are drawn first, then facts that lead there."""
    by_category: dict[str, list[int]] = {}
    for place, (name, clause, _) in enumerate(leaves(policy)):
        by_category.setdefault(_category(policy, name, clause), []).append(place)
    category = dice.choice([name for name in CATEGORIES if name in by_category])
    name, _, conditions = leaves(policy)[dice.choice(by_category[category])]
    facts = policy.facts(name)
    values = solved(conditions, facts, dice)
    if values is None:
        raise ValueError(f"a clause of {name} has no case; check the document")
    if dice.random() < missing:
        needed = list(dict.fromkeys(it for one in conditions for it in names_in(one)))
        known = [fact.name for fact in facts if fact.name != CUSTOMER.name]
        values[dice.choice(needed if dice.random() < 0.7 else known)] = None
    return {"task": name, **values}


def _category(policy: Document, name: str, clause: str) -> str:
    if name == QUESTION:
        return "factual"
    if {use.tool for use in policy.task(name).node(clause).uses} & {manner.tool for manner in policy.manners}:
        return "behavioural"
    return "complex" if clause.count(".") > 1 else "simple"


def queries(policy: Document, count: int, dice: random.Random, missing: float = 0.15) -> list[Query]:
    """Return cases with gold traces."""
    return [traced(policy, draw(policy, dice, missing)) for _ in range(count)]


def together(policy: Document, tasks: int, dice: random.Random, missing: float = 0.15) -> Query:
    """Return one query of so many different tasks of one customer, with its gold trace: the calls of each in turn.

    Raises ValueError if the document has fewer tasks.
    """
    if tasks > len(policy.names):
        raise ValueError(f"tasks must be at most {len(policy.names)} for this document, got {tasks}")
    found: dict[Json, Case] = {}
    while len(found) < tasks:
        case = draw(policy, dice, missing)
        found.setdefault(case["task"], case)
    customer = next(iter(found.values()))["customer"]
    parts = [traced(policy, {**case, "customer": customer}) for case in found.values()]
    hardest = max(parts, key=lambda part: CATEGORIES.index(part.answer.category))
    answer = Answer(
        tuple(call for part in parts for call in part.answer.calls),
        tuple(clause for part in parts for clause in part.answer.clauses),
        hardest.answer.category,
    )
    cases: list[Json] = [{name: it for name, it in part.case.items() if name != "customer"} for part in parts]
    whole: Case = {"customer": customer, "tasks": cases}
    trace = (*parts[0].trace[:1], *answer.calls)
    reasons = tuple(reason for part in parts for reason in part.reasons)
    return Query(whole, answer, trace, reasons, replayed(whole, trace))


def unreachable(policy: Document) -> list[str]:
    """Return the clauses to which no case leads; by construction there are none."""
    dice = random.Random(0)  # noqa: S311 - reproducible on purpose
    found: list[str] = []
    for name, clause, conditions in leaves(policy):
        values = solved(conditions, policy.facts(name), dice)
        if values is None or clause not in decide(policy, {"task": name, **values}).clauses:
            found.append(clause)
    return found
