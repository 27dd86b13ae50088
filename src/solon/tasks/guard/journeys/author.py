"""A stand-in for a model that turns a procedure into an agent: right node by node but for planted mistakes.

It reads the steps that feedback names, and the kind of a conversation that failed, and writes those parts anew.
"""

import random
import re
from collections.abc import Callable
from typing import Final

from msgspec import structs

from solon.contract import Feedback, Program
from solon.standin import Draft
from solon.tasks.guard.journeys.agents import HABITS, line, static
from solon.tasks.guard.journeys.graph import Edge, Graph, Node
from solon.verify.requests.expression import Compare, Constant, Expression, Logic, Path

_BAD_HABITS: Final = {"error": ("go on", "retry"), "missing": ("make up", "ask again"), "corrections": ("first",)}
_KINDS: Final = {"failing": "error", "missing": "missing", "change": "corrections"}


class AgentAuthor:
    """Writes agents with static prompts for one procedure; see ``solon.standin.Author``."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def draft(self, mistakes: int, entropy: int) -> Draft:
        """Return an agent with so many planted mistakes, at most one in a part."""
        dice = random.Random(f"draft/{entropy}")  # noqa: S311 - reproducible on purpose
        parts = [f"habit {name}" for name in _BAD_HABITS]
        parts += [node.id for node in self._graph.nodes if any(make(node, self._graph) for _, make in _MISTAKES)]
        habits: dict[str, object] = {}
        changed: dict[str, str] = {}
        chosen = dice.sample(parts, min(mistakes, len(parts)))
        planted = [self._plant(part, habits, changed, dice) for part in chosen]
        return Draft(static(self._graph, habits, changed), tuple(planted))

    def mend(self, draft: Program, feedback: Feedback, rate: float, entropy: int) -> Draft:
        """Return the draft with the parts that the feedback names written anew."""
        dice = random.Random(f"mend/{entropy}")  # noqa: S311 - as above
        habits: dict[str, object] = {
            name: match[1]
            for name, word in (("error", "ON_ERROR"), ("missing", "ON_MISSING"), ("corrections", "CORRECTIONS"))
            if (match := re.search(rf"^{word} = '(.*)'$", draft.source, re.MULTILINE))
        }
        written = dict(re.findall(r"^(?=NODES\['(\w+)'\])(.*)$", draft.source, re.MULTILINE))
        right = {node.id: line(node) for node in self._graph.nodes}
        changed = {name: text for name, text in written.items() if right.get(name) != text}
        named = self._named(feedback.text) or [dice.choice([*changed, *(f"habit {name}" for name in _BAD_HABITS)])]
        planted: list[str] = []
        for part in named:
            habit = part.removeprefix("habit ")
            same = habits.get(habit) == HABITS[habit] if part.startswith("habit ") else part not in changed
            if same:
                continue  # read again, and found as it is written
            changed.pop(part, None)
            habits.pop(habit, None)
            if dice.random() < rate:
                planted.append(self._plant(part, habits, changed, dice))
        return Draft(static(self._graph, habits, changed), tuple(planted))

    def _named(self, text: str) -> list[str]:
        ways = re.findall(r"\bsteps? ([\w, ]+)", text)
        words = {word for way in ways for word in way.replace(",", " ").split()}
        nodes = [node.id for node in self._graph.nodes if node.id in words]
        return nodes + [f"habit {habit}" for kind, habit in _KINDS.items() if f"({kind})" in text]

    def _plant(self, part: str, habits: dict[str, object], changed: dict[str, str], dice: random.Random) -> str:
        if part.startswith("habit "):
            habit = part.removeprefix("habit ")
            habits[habit] = dice.choice(_BAD_HABITS[habit])
            return f"{habit}: {habits[habit]}"
        node = self._graph.node(part)
        made = [(name, wrong) for name, make in _MISTAKES if (wrong := make(node, self._graph)) is not None]
        if not made:
            return f"nothing in {part}"
        name, wrong = dice.choice(made)
        changed[part] = line(wrong)
        return f"{name} in {part}"


def _threshold(node: Node, graph: Graph) -> Node | None:
    """Shift a border by mistaking a strict comparison for one that is not."""
    del graph
    edges = tuple(Edge(_blurred(edge.when), edge.to) for edge in node.edges)
    return structs.replace(node, edges=edges) if edges != node.edges else None


def _blurred(condition: Expression) -> Expression:
    match condition:
        case Compare(operator="<" | ">=" as sign, left=left, right=Constant(value=int(value))) if value is not True:
            return Compare("<=" if sign == "<" else ">", left, Constant(value))
        case Compare(operator="<=" | ">" as sign, left=left, right=Constant(value=int(value))) if value is not True:
            return Compare("<" if sign == "<=" else ">=", left, Constant(value))
        case Logic(operator=joined, terms=terms):
            return Logic(joined, tuple(map(_blurred, terms)))
        case _:
            return condition


def _swapped(node: Node, graph: Graph) -> Node | None:
    del graph
    if len(node.edges) < 2:
        return None
    one, other, *rest = node.edges
    return structs.replace(node, edges=(Edge(one.when, other.to), Edge(other.when, one.to), *rest))


def _no_call(node: Node, graph: Graph) -> Node | None:
    last = node.uses[-1:]
    if not last or graph.returned(last[0].tool):
        return None  # without its facts the agent could not go on, which is no likely mistake
    return structs.replace(node, uses=node.uses[:-1])


def _wrong_argument(node: Node, graph: Graph) -> Node | None:
    for place, use in enumerate(node.uses):
        facts = [name for name, given in use.arguments.items() if isinstance(given, Path)]
        if len(facts) > 1:
            taken = {**use.arguments, facts[1]: use.arguments[facts[0]]}
            uses = (*node.uses[:place], structs.replace(use, arguments=taken), *node.uses[place + 1 :])
            return structs.replace(node, uses=uses)
    del graph
    return None


_MISTAKES: Final[tuple[tuple[str, Callable[[Node, Graph], Node | None]], ...]] = (
    ("border", _threshold),
    ("swapped edges", _swapped),
    ("forgotten call", _no_call),
    ("wrong argument", _wrong_argument),
)
