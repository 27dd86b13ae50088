"""Proves that a program does in every case what the document says, or gives a case in which it does not.

Document and program are followed together over sets of cases, which are divided only where one of them asks; lazily,
as in Lazy SmallCheck (Runciman, Naylor and Lindblad 2008), but over intervals, so that the proof covers every value.
"""

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from solon.contract import Proved, Refuted, Unknown, Value, Verdict
from solon.tasks.guard.documents.interpret import Form, Held, Interpreted, Raised
from solon.tasks.guard.documents.model import CUSTOMER, QUESTION, Case, Document, decide
from solon.tasks.guard.documents.symbols import Beyond, Cases, Extent, Split, extent, holds, present
from solon.tasks.guard.journeys.graph import Graph, Invocation, Use, names_in
from solon.verify.requests.expression import Compare, Constant, Expression, Path
from solon.verify.requests.request import Json

_MOST: Final = 50_000  # sets of cases that a proof may look at
_TASK: Final = "task"


class Difference(Value, frozen=True):
    """A case in which a program does something else than the document says."""

    case: Case
    due: str
    found: str


def verdict(document: Document, source: str) -> Verdict:
    """Prove a program right, or refute it with a case."""
    try:
        found, count = next(differences(document, source), None), 0
        if found is None:
            count = counted(document, source)
    except Beyond as error:
        return Unknown(f"{error}; nothing is proved of such programs")
    if found is not None:
        return Refuted(f"in the case {found.case} the document says {found.due}, and the program {found.found}")
    return Proved(f"following program and document over {count} sets that make up all cases")


def followed(program: Interpreted, case: Mapping[str, Json]) -> tuple[Invocation, ...] | None:
    """Return what a program answers in one case; None where it is no list of calls. Raises Beyond."""
    cases = {name: _exactly(value) for name, value in case.items()}
    try:
        found = _concrete(program.run(cases), case)
    except Raised:
        return None
    try:
        calls = msgspec.convert(found, list[tuple[str, dict[str, bool | int | str]]])
    except msgspec.ValidationError:
        return None
    return tuple(Invocation(tool, dict(given)) for tool, given in calls)


def _exactly(value: Json) -> Extent:
    if isinstance(value, int) and not isinstance(value, bool):
        return Extent(missing=False, low=value, high=value, kind="number")
    return Extent(missing=value is None, values=() if not isinstance(value, bool | str) else (value,))


def counted(document: Document, source: str) -> int:
    """Return how many sets of cases a complete proof looks at. Raises Beyond."""
    return sum(1 for _ in _pairs(document, Interpreted(source)))


def differences(document: Document, source: str) -> Iterator[Difference]:
    """Yield cases in which program and document differ, one a set. Raises Beyond."""
    for cases, due, found in _pairs(document, Interpreted(source)):
        if isinstance(found, Raised) or not _same(due, found, cases):
            case = sampled(cases, due, found)
            calls = "; ".join(map(str, decide(document, case).calls))
            told = str(found) if isinstance(found, Raised) else f"returns {_concrete(found, case)!r}"
            yield Difference(case, calls, told)


def _pairs(document: Document, program: Interpreted) -> Iterator[tuple[Cases, Form, Form | Raised]]:
    """Yield each set of cases with what is due and what the program returns, or why it raises."""
    for name in document.names:
        start = {fact.name: extent(fact, missing=fact.name != CUSTOMER.name) for fact in document.facts(name)}
        pending: list[Cases] = [{_TASK: Extent(missing=False, values=(name,)), **start}]
        count = 0
        while pending:
            cases = pending.pop()
            count += 1
            if count > _MOST:
                raise Beyond(f"the proof takes more than {_MOST} sets of cases")
            try:
                due = _due(document, name, cases)
                found = _run(program, cases)
            except Split as split:
                pending += [{**cases, split.name: part} for part in reversed(split.parts)]
                continue
            yield cases, due, found


def _run(program: Interpreted, cases: Cases) -> Form | Raised:
    try:
        return program.run(cases)
    except Raised as error:
        return error


def _due(document: Document, name: str, cases: Cases) -> Form:
    """Return what the document says of all of the cases, in the form in which programs answer."""
    if name == QUESTION:
        if not present("topic", cases):
            return _ask("topic")
        equal = [item for item in document.items if holds(_is("topic", item.topic), cases)]
        return [["answer", {"value": equal[0].value}]]
    graph = document.task(name)
    return _walked(document, graph, cases)


def _is(name: str, value: str) -> Expression:
    return Compare("==", Path("ctx", (name,)), Constant(value))


def _walked(document: Document, graph: Graph, cases: Cases) -> Form:
    node = graph.node(graph.start)
    while node.edges:
        for name in names_in(node.edges[0].when):
            if not present(name, cases):
                return _ask(name)
        node = graph.node(next(edge.to for edge in node.edges if holds(edge.when, cases)))
    for name in node.asks:
        if not present(name, cases):
            return _ask(name)
    calls: list[Form] = []
    for use in node.uses:
        manners = [manner for manner in document.manners if manner.tool == use.tool]
        calls += [_call(manner.use) for manner in manners if manner.when == "before"]
        calls.append(_call(use))
        calls += [_call(manner.use) for manner in manners if manner.when == "after"]
    return calls


def _ask(name: str) -> Form:
    return [["ask", {"fact": name}]]


def _call(use: Use) -> Form:
    arguments: dict[str, Form] = {
        name: given.value if isinstance(given, Constant) else Held(str(given.keys[0]))
        for name, given in use.arguments.items()
    }
    return [use.tool, arguments]


def _same(due: Form, found: Form, cases: Cases) -> bool:
    """Return whether two answers are the same in all of the cases; a fact is that fact, or its only value."""
    if isinstance(due, list) and isinstance(found, list):
        return len(due) == len(found) and all(_same(one, other, cases) for one, other in zip(due, found, strict=True))
    if isinstance(due, dict) and isinstance(found, dict):
        return due.keys() == found.keys() and all(_same(due[key], found[key], cases) for key in due)
    if isinstance(due, Held) and isinstance(found, Held) and due.name == found.name:
        return True
    one, other = _only(due, cases), _only(found, cases)
    return one is not None and one == other and type(one) is type(other)


def _only(value: Form, cases: Cases) -> object:
    return cases[value.name].only if isinstance(value, Held) else value


def sampled(cases: Cases, due: Form, found: Form | Raised) -> Case:
    """Return a case of a set, one in which two facts that must differ do."""
    values: Case = {name: here.sample() for name, here in cases.items()}
    for value in (*_facts(due), *_facts(found)):
        here = cases[value.name]
        if here.kind == "number" and not here.missing and value in _facts(due):
            values[value.name] = here.high  # the other answer holds for the least value at most
        if here.kind == "free":
            values[value.name] = f"any {value.name}"
    return values


def _facts(value: Form | Raised) -> list[Held]:
    match value:
        case Held():
            return [value]
        case list():
            return [it for one in value for it in _facts(one)]
        case dict():
            return [it for one in value.values() for it in _facts(one)]
        case _:
            return []


def _concrete(value: Form, case: Mapping[str, Json]) -> Json:
    match value:
        case Held(name=name):
            return case[name]
        case list():
            return [_concrete(one, case) for one in value]
        case dict():
            return {key: _concrete(one, case) for key, one in value.items()}
        case _:
            return value
