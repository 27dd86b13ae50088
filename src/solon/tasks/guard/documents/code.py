"""A reading as a Python program, one function a clause, so that a clause can be written anew alone."""

import random
from collections.abc import Callable, Mapping
from typing import Final

from msgspec import structs

from solon.tasks.guard.documents.model import QUESTION
from solon.tasks.guard.documents.read import Branch, Clause, Reading
from solon.tasks.guard.journeys.agents import python
from solon.tasks.guard.journeys.graph import Use, names_in
from solon.verify.requests.expression import Compare, Constant, Expression, Logic, Path

_ASK: Final = 'def ask(name):\n    return [["ask", {"fact": name}]]\n'


def source(reading: Reading, changed: Mapping[str, str] | None = None) -> str:
    """Return the program of a reading; ``changed`` replaces the code of clauses."""
    blocks = parts(reading) | dict(changed or {})
    return "\n\n".join(
        [_ASK.rstrip("\n"), *(f"# clause {name}\n{code}" for name, code in blocks.items()), _entry(reading)]
    )


def parts(reading: Reading) -> dict[str, str]:
    """Return the code of each clause by its number; terms and measures are carried where they are used."""
    found: dict[str, str] = {}
    for clauses in reading.tasks.values():
        for clause in clauses:
            found[clause.id] = code(clause, reading)
    for topic, (name, value) in reading.items.items():
        found[name] = item(name, topic, value)
    return found


def item(name: str, topic: str, value: int) -> str:
    """Return the code of something to be told."""
    told = f'[["answer", {{"value": {value!r}}}]] if case["topic"] == {topic!r} else None'
    return f"def told_{name}(case):\n    return {told}"


def code(clause: Clause, reading: Reading) -> str:
    """Return the code of a clause."""
    lines = [f"def clause_{clause.id.replace('.', '_')}(case):"]
    if clause.depends:
        lines += _absent([clause.depends])
        for branch in clause.branches:
            step = f"return clause_{branch.to.replace('.', '_')}(case)"
            lines += [f"    {step}"] if branch.when is None else [f"    if {_python(branch.when)}:", f"        {step}"]
        return "\n".join(lines)
    for condition in clause.conditions:
        lines += _absent(list(names_in(condition)))
        lines += [f"    if not ({_python(condition)}):", "        return None"]
    lines += _absent(_needed(clause.uses))
    calls: list[str] = []
    for use in clause.uses:
        calls += [_call(it.use) for it in reading.manners if it.tool == use.tool and it.when == "before"]
        calls.append(_call(use))
        calls += [_call(it.use) for it in reading.manners if it.tool == use.tool and it.when == "after"]
    lines.append(f"    return [{', '.join(calls)}]")
    return "\n".join(lines)


def _absent(names: list[str]) -> list[str]:
    return [line for name in names for line in (f"    if case[{name!r}] is None:", f"        return ask({name!r})")]


def _needed(uses: tuple[Use, ...]) -> list[str]:
    names = [str(it.keys[0]) for use in uses for it in use.arguments.values() if isinstance(it, Path)]
    return [name for name in dict.fromkeys(names) if name != "customer"]


def _python(condition: Expression) -> str:
    return python(condition, "case")


def _call(use: Use) -> str:
    arguments = (
        f"{name!r}: {given.value!r}" if isinstance(given, Constant) else f"{name!r}: case[{given.keys[0]!r}]"
        for name, given in use.arguments.items()
    )
    return f"[{use.tool!r}, {{{', '.join(arguments)}}}]"


def _entry(reading: Reading) -> str:
    lines = ["def policy(case):"]
    if reading.items:
        lines += [f'    if case["task"] == {QUESTION!r}:', *(f"        {line}" for line in _absent_topic())]
        for name, _ in reading.items.values():
            lines += [f"        found = told_{name}(case)", "        if found is not None:", "            return found"]
    for task, clauses in reading.tasks.items():
        lines.append(f'    if case["task"] == {task!r}:')
        if not reading.flat:
            lines.append(f"        return clause_{min(clauses, key=lambda it: len(it.id)).id.replace('.', '_')}(case)")
            continue
        for clause in clauses:
            lines += [f"        found = clause_{clause.id.replace('.', '_')}(case)"]
            lines += ["        if found is not None:", "            return found"]
    return "\n".join([*lines, "    return None", ""])


def _absent_topic() -> list[str]:
    return ['if case["topic"] is None:', '    return ask("topic")']


# Mistakes that a hasty reader makes


def wrong(clause: Clause, reading: Reading, dice: random.Random) -> tuple[str, str]:
    """Return the code of a clause with a mistake in it and the kind of the mistake."""
    right = code(clause, reading)
    made: list[tuple[str, str]] = []
    for kind, spoil in _SPOILED:
        bad = spoil(clause)
        if bad is not None:
            made.append((kind, code(bad, reading)))
    if reading.manners and (plain := code(clause, structs.replace(reading, manners=()))) != right:
        made.append(("forgotten manner", plain))
    lines = right.splitlines()
    gap = next((place for place, line in enumerate(lines) if line.endswith(" is None:")), None)
    if gap is not None:
        made.append(("no question", "\n".join([*lines[:gap], *lines[gap + 2 :]])))
    return dice.choice([(kind, bad) for kind, bad in made if bad != right] or [("nothing", right)])


def _border(clause: Clause) -> Clause | None:
    branches = tuple(Branch(it.when and _blurred(it.when), it.to) for it in clause.branches)
    conditions = tuple(map(_blurred, clause.conditions))
    bad = structs.replace(clause, branches=branches, conditions=conditions)
    return bad if bad != clause else None


def _blurred(condition: Expression) -> Expression:
    match condition:
        case Compare(operator="<=", left=left, right=right):
            return Compare("<", left, right)
        case Compare(operator=">", left=left, right=right):
            return Compare(">=", left, right)
        case Logic(operator=joined, terms=terms):
            return Logic(joined, tuple(map(_blurred, terms)))
        case _:
            return condition


def _swapped(clause: Clause) -> Clause | None:
    if len(clause.branches) < 2:
        return None
    one, other, *rest = clause.branches
    return structs.replace(clause, branches=(Branch(one.when, other.to), Branch(other.when, one.to), *rest))


def _short(clause: Clause) -> Clause | None:
    return structs.replace(clause, uses=clause.uses[:-1]) if len(clause.uses) > 1 else None


def _other_value(clause: Clause) -> Clause | None:
    if not clause.uses:
        return None
    first, *rest = clause.uses
    changed = {
        name: Constant(given.value + 1 if type(given.value) is int else "other")
        if isinstance(given, Constant)
        else given
        for name, given in first.arguments.items()
    }
    bad = structs.replace(clause, uses=(structs.replace(first, arguments=changed), *rest))
    return bad if bad != clause else None


_SPOILED: Final[tuple[tuple[str, Callable[[Clause], Clause | None]], ...]] = (
    ("border", _border),
    ("swapped branches", _swapped),
    ("forgotten call", _short),
    ("wrong value", _other_value),
)
