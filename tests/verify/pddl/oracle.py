"""A second plan executor that shares nothing with the first: it runs on nested lists of words, read by itself."""

import re
from itertools import product
from typing import Any

Tree = Any  # a word or a list of trees


def trees(text: str) -> list[Tree]:
    """Return the parenthesised lists of a text."""
    stack: list[list[Tree]] = [[]]
    for word in re.findall(r"[()]|[^\s()]+", re.sub(r";[^\n]*", "", text).lower()):
        if word == "(":
            stack.append([])
        elif word == ")":
            done = stack.pop()
            stack[-1].append(done)
        else:
            stack[-1].append(word)
    return stack[0]


def typed(words: list[Tree]) -> list[tuple[str, set[str]]]:
    """Return names with their types."""
    found: list[tuple[str, set[str]]] = []
    names: list[str] = []
    index = 0
    while index < len(words):
        if words[index] == "-":
            kind = words[index + 1]
            found += [(name, set(kind[1:]) if isinstance(kind, list) else {kind}) for name in names]
            names, index = [], index + 2
        else:
            names.append(words[index])
            index += 1
    return found + [(name, {"object"}) for name in names]


class Oracle:
    """One domain and one problem, as texts."""

    def __init__(self, domain: str, problem: str) -> None:
        (self.domain,), (self.problem,) = trees(domain), trees(problem)
        parents = dict(typed(self.section(self.domain, ":types")))
        self.things: dict[str, set[str]] = {}
        declared = self.section(self.domain, ":constants") + self.section(self.problem, ":objects")
        for name, kinds in typed(declared):
            every, todo = {"object"}, list(kinds)
            while todo:
                kind = todo.pop()
                if kind not in every:
                    every.add(kind)
                    todo += parents.get(kind, ())
            self.things[name] = every
        self.actions = {part[1]: part for part in self.domain if part[0] == ":action"}
        self.state = {tuple(fact) for fact in self.section(self.problem, ":init") if fact[0] not in ("=", "not")}
        self.numbers = {tuple(f[1]): float(f[2]) for f in self.section(self.problem, ":init") if f[0] == "="}
        self.priced = bool(self.section(self.problem, ":metric"))

    @staticmethod
    def section(definition: Tree, key: str) -> list[Tree]:
        return next((part[1:] for part in definition[1:] if part[0] == key), [])

    def among(self, variables: list[Tree]) -> list[dict[str, str]]:
        names = typed(variables)
        pools = [[thing for thing, own in self.things.items() if own & kinds] for _, kinds in names]
        return [dict(zip([n for n, _ in names], chosen, strict=True)) for chosen in product(*pools)]

    def true(self, formula: Tree, who: dict[str, str]) -> bool:
        match formula:
            case [] | ["and"]:
                result = True
            case ["and", *rest]:
                result = all(self.true(part, who) for part in rest)
            case ["or", *rest]:
                result = any(self.true(part, who) for part in rest)
            case ["not", body]:
                result = not self.true(body, who)
            case ["imply", condition, conclusion]:
                result = not self.true(condition, who) or self.true(conclusion, who)
            case ["forall" | "exists" as kind, variables, body]:
                found = [self.true(body, who | more) for more in self.among(variables)]
                result = all(found) if kind == "forall" else any(found)
            case ["=", left, right]:
                result = who.get(left, left) == who.get(right, right)
            case _:
                result = tuple(who.get(word, word) for word in formula) in self.state
        return result

    def effects(self, effect: Tree, who: dict[str, str], into: tuple[set[Any], set[Any], list[float]]) -> None:
        if not effect:
            return
        head, *rest = effect
        if head == "and":
            for part in rest:
                self.effects(part, who, into)
        elif head == "when":
            if self.true(rest[0], who):
                self.effects(rest[1], who, into)
        elif head == "forall":
            for more in self.among(rest[0]):
                self.effects(rest[1], who | more, into)
        elif head == "increase":
            amount = rest[1]
            into[2].append(
                self.numbers[tuple(who.get(w, w) for w in amount)] if isinstance(amount, list) else float(amount)
            )
        elif head == "not":
            into[1].add(tuple(who.get(word, word) for word in rest[0]))
        else:
            into[0].add(tuple(who.get(word, word) for word in effect))

    def accepts(self, plan: list[tuple[str, ...]]) -> float | None:
        """Return the cost of a valid plan, or None."""
        spent = 0.0
        for name, *arguments in plan:
            if name not in self.actions:
                return None
            fields = dict(zip(self.actions[name][2::2], self.actions[name][3::2], strict=True))
            parameters = typed(fields.get(":parameters", []))
            if len(parameters) != len(arguments):
                return None
            if any(not self.things.get(a, set()) & kinds for (_, kinds), a in zip(parameters, arguments, strict=True)):
                return None
            who = {p: a for (p, _), a in zip(parameters, arguments, strict=True)}
            if not self.true(fields.get(":precondition", []), who):
                return None
            changes: tuple[set[Any], set[Any], list[float]] = (set(), set(), [])
            try:
                self.effects(fields.get(":effect", []), who, changes)
            except KeyError:
                return None
            self.state = (self.state - changes[1]) | changes[0]
            spent += sum(changes[2]) if self.priced else 1.0
        goal = self.section(self.problem, ":goal")[0]
        return spent if self.true(goal, {}) else None
