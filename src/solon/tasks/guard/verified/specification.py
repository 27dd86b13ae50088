"""Specifications of people's own: a file of sentences, each with its condition; the code of each is written here.

The file is TOML or JSON with the fields of ``Problem``. A sentence needs ``id``, ``words`` and ``condition``:

    name = "loan"
    title = "loans by a library"
    fields = "days: integer, member: true-or-false"
    sentences = [{id = "S1", words = "A loan is 1 to 30 days.", condition = "arg.days >= 1 and arg.days <= 30"}]
"""

import hashlib
import keyword
import re
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path as File
from typing import Final

import msgspec

from solon.contract import Proved
from solon.tasks.guard.verified.frontend import MEANT
from solon.tasks.guard.verified.problems import PROBLEMS, Mistake, Problem, Sentence
from solon.verify.requests.check import complaints
from solon.verify.requests.expression import (
    Among,
    Arithmetic,
    Compare,
    Constant,
    Expression,
    Length,
    Logic,
    Matches,
    Path,
    Present,
    Quantified,
    Scaled,
    conjunction,
    negation,
    walk,
)
from solon.verify.requests.prove import never, satisfiable
from solon.verify.requests.request import Request
from solon.verify.requests.schema import Items, Number, Text, Truth
from solon.verify.requests.syntax import read

_TAKEN: Final = (Text, Number, Truth)


class NoPython(ValueError):
    """Raised for a condition that no Python of ours can say."""


def problem_of(name: str) -> Problem:
    """Return a problem that comes with Solon, or the one in a file. Raises ValueError."""
    if name in PROBLEMS:
        return PROBLEMS[name]
    if not name.endswith((".toml", ".json")):
        raise ValueError(
            f"no problem {name!r}; choose one of {', '.join(PROBLEMS)}, or a specification of your own, .toml or .json"
        )
    return _read(name)


@lru_cache(maxsize=32)
def label_of(name: str) -> str:
    """Return what a version says of a problem: its name, and for a file the digest of what it says."""
    if name in PROBLEMS:
        return name
    problem = problem_of(name)
    return f"{problem.name}@{hashlib.sha256(msgspec.json.encode(problem, order='deterministic')).hexdigest()[:12]}"


@lru_cache(maxsize=32)
def _read(name: str) -> Problem:
    """Read a file once a process, so that all that is said of it is said of one specification."""
    try:
        content = File(name).read_bytes()
        tree: object = tomllib.loads(content.decode()) if name.endswith(".toml") else msgspec.json.decode(content)
        found = msgspec.convert(tree, type=Problem)
        _check(found)
        sentences = tuple(_coded(sentence, found) for sentence in found.sentences)
        found = msgspec.structs.replace(found, sentences=sentences)
        return msgspec.structs.replace(found, values={**_texts(found), **found.values})
    except OSError as error:
        raise ValueError(f"the specification {name} cannot be read ({error.strerror}); check the path") from None
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{name} is no specification ({error}); mend it and try again") from None


def _check(problem: Problem) -> None:
    wrong = next(_wrong(problem), "")
    if wrong:
        raise ValueError(wrong)


def _wrong(problem: Problem) -> Iterator[str]:
    """Yield what is wrong with a specification; conditions that leave nothing to allow are vacuous, and so wrong."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", problem.name):
        yield f"the name {problem.name!r} is more than letters, digits, - and _; use another one"
    fields = [*problem.scope.tool.parameters.fields.items(), *problem.scope.state.fields.items()]
    if len(problem.parameters.fields) < len(fields):
        yield "a field and a part of the state have one name; rename one"
    for name, field in fields:
        if not name.isidentifier() or keyword.iskeyword(name) or name in {*MEANT, "policy", "contract"}:
            yield f"the field {name!r} is no name of a parameter in Python, or means something there; rename it"
        if not isinstance(field.shape.item if isinstance(field.shape, Items) else field.shape, _TAKEN):
            yield f"the field {name} is neither a text, a number, a truth value nor a list of them; declare it so"
    yield from (f"the state {it} has no start; add = VALUE" for it, field in problem.scope.state.fields.items()
                if not field.defaulted)  # fmt: skip
    yield from (f"{it} is updated but is no state; declare it" for it in problem.updates if it not in
                problem.scope.state.fields)  # fmt: skip
    taken = {*problem.parameters.fields, *keyword.kwlist, *MEANT}
    yield from (f"the variable {it.variable!r} means something else in Python; rename it" for it in walk(problem.due)
                if isinstance(it, Quantified) and it.variable in taken)  # fmt: skip
    names = [sentence.id for sentence in problem.sentences]
    if not names or len(set(names)) < len(names) or not all(re.fullmatch(r"S[0-9]+", name) for name in names):
        yield "the sentences must be named S1, S2 and so on, each once; write at least one"
    for told, condition in (*problem.conditions.items(), ("the invariant", read(problem.invariant))):
        yield from (f"{told}: {complaint}" for complaint in complaints(condition, problem.scope))
    if isinstance(never(problem.due, problem.scope), Proved):
        yield "no request fulfils all sentences, so any policy that allows nothing would be right; mend them"


def _coded(sentence: Sentence, problem: Problem) -> Sentence:
    """Return a sentence with code that keeps it, and with one mistake of each kind that it has room for."""
    if sentence.code:
        return sentence
    condition = problem.conditions[sentence.id]
    wrong: dict[Mistake, str] = {"left out": ""}
    for kind, changed in _mistakes(condition):
        wrong.setdefault(kind, _guard(changed, sentence.id))
    return msgspec.structs.replace(sentence, code=_guard(condition, sentence.id), wrong=wrong)


def _guard(condition: Expression, name: str) -> str:
    try:
        return f"if not {python(condition)}:\n    return False"
    except NoPython as error:
        raise ValueError(f"{name}: {error}") from None


def _mistakes(part: Expression) -> Iterator[tuple[Mistake, Expression]]:  # noqa: C901 - one case a variant
    """Yield a condition with one planted mistake."""
    match part:
        case Compare(operator=("<" | "<=" | ">" | ">=") as sign, left=left, right=right):
            yield (
                "wrong bound",
                Compare(sign, left, Arithmetic("+" if sign in {"<", "<="} else "-", right, Constant(1))),
            )
        case Among(term=term, values=values) if len(values) > 1:
            yield "missing role", Among(term, (values[0], *values[2:]))
        case Matches(kind="fullmatch", term=term, pattern=pattern):
            yield "unanchored", Matches("fullmatch", term, f"({pattern}).*")
        case Matches(kind=("starts" | "ends"), term=term, pattern=pattern) if not set(pattern) & set("*?"):
            yield "unanchored", Matches("glob", term, f"*{pattern}*")
        case Path():
            yield "inverted flag", Logic("not", (part,))
        case Quantified(kind=kind, variable=variable, path=path, body=body):
            for name, changed in _mistakes(body):
                yield name, Quantified(kind, variable, path, changed)
        case Logic(operator=joined, terms=terms):
            for at, term in enumerate(terms):
                for name, changed in _mistakes(term):
                    yield name, Logic(joined, (*terms[:at], changed, *terms[at + 1 :]))
        case _:
            pass


def _texts(problem: Problem) -> dict[str, tuple[str, ...]]:
    """Return texts for each field: those that the sentences name, and what provers find on both sides of each."""
    parts = list(walk(problem.due))
    named = [it.value for it in parts if isinstance(it, Constant)] + [
        value for it in parts if isinstance(it, Among) for value in it.values
    ]
    texts = {str(value): None for value in named if isinstance(value, str)}
    found: dict[str, dict[str, None]] = {name: dict(texts) | {"": None} for name in problem.parameters.fields}
    lists = [
        problem.places[name] for name, field in problem.parameters.fields.items() if isinstance(field.shape, Items)
    ]
    full = [Compare(">=", Length(path), Constant(1)) for path in lists]
    sides = [side for it in problem.conditions.values() for side in (it, negation(it))]
    for side in (problem.due, *sides):
        request = satisfiable(conjunction(side, *full), problem.scope, ("automata", "cvc5"))
        for name, value in request.arguments.items() if isinstance(request, Request) else ():
            seen = value if isinstance(value, list) else [value]
            found[name] |= {text: None for text in seen if isinstance(text, str)}
    return {name: tuple(each) for name, each in found.items()}


def python(part: Expression) -> str:  # noqa: C901, PLR0911 - one case a variant
    """Return a condition as Python; it asks for None where the condition asks for presence. Raises NoPython."""
    match part:
        case Constant(value=value):
            return repr(value)
        case Path(keys=keys):
            return str(keys[0])
        case Length(of=of):
            return f"len({python(of)})"
        case Present(path=path):
            return f"({python(path)} is not None)"
        case Arithmetic(operator=sign, left=left, right=right) | Compare(operator=sign, left=left, right=right):
            return f"({python(left)} {sign} {python(right)})"
        case Scaled(factor=factor, term=term):
            return f"({factor!r} * {python(term)})"
        case Among(term=term, values=values):
            return f"({python(term)} in {values!r})"
        case Matches(kind=kind, term=term, pattern=pattern):
            return f"{kind}({python(term)}, {pattern!r})"
        case Logic(operator="not", terms=terms):
            return f"(not {python(terms[0])})"
        case Logic(operator=operator, terms=terms):
            return "(" + f" {operator} ".join(map(python, terms)) + ")"
        case Quantified(kind=kind, variable=variable, path=path, body=body):
            return f"{kind}({python(body)} for {variable} in {python(path)})"
        case _:
            raise NoPython("this condition has no form in Python; leave out days, networks, lists by name and origins")
