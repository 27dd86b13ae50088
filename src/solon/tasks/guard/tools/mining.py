"""Least privilege from honest traces: a policy that allows what they needed, generalised by who introduced the values.

For each tool with side effects that the traces use, its identifying arguments must come from where they came from in
the traces: from the user or a trusted field always, from other texts only where honest calls needed it and the call is
anchored by another argument that the user gave. A tool that no trace uses is allowed under the strict rule alone and
only if the user's words name what it does; so is what destroys. Nothing is allowed because of its mere presence.

``by="values"`` mines the values themselves instead (enumerations, common beginnings and ends), for places where nobody
knows the user's words; it fits what it saw and little else.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final, Literal

from solon.contract import Value
from solon.tasks.guard.policy import PolicySet, Rule
from solon.tasks.guard.tools.calls import Described, Step, Trace
from solon.tasks.guard.tools.guards import CONTEXT, arguments_of, declared, origins, role_at
from solon.tasks.guard.tools.patterns import form
from solon.tasks.guard.tools.provenance import Ledger
from solon.tasks.guard.tools.roles import verb
from solon.verify.requests.expression import (
    TRUE,
    Among,
    Expression,
    Origin,
    Path,
    Present,
    Quantified,
    conjunction,
    disjunction,
    negation,
)
from solon.verify.requests.request import Json
from solon.verify.requests.schema import Malformed, Shape, Text, Tool, Truth, canonical

Place = tuple[str, ...]
Said = Callable[[Path], Expression]
By = Literal["provenance", "values"]
STRONG: Final = ("field", "plain", "user")
WEAK: Final = (
    "pointed",
    "said",
    "page",
    "text",
)  # what rules may be widened by; never the open web, never what nobody said
SUPPORT: Final = 3  # groups of traces that a narrowing needs


class Used(Value, frozen=True):
    """A call of an honest trace: the sources of each value by place, with "*" for elements of lists."""

    tool: str
    group: str
    words: frozenset[str]  # stems of the user's words
    sources: dict[str, tuple[tuple[str, ...], ...]]
    values: dict[str, tuple[Json, ...]]


def mine(
    traces: Sequence[Trace], tools: Sequence[Described], *, by: By = "provenance", name: str = "mined"
) -> PolicySet:
    """Return a policy that allows what honest traces did; deterministic in the order of the traces."""
    known = {each.name: each for each in declared(tools)}
    used = [call for trace in traces for call in uses(trace, tools, known)]
    rules: list[Rule] = []
    for described in tools:
        calls = [call for call in used if call.tool == described.name]
        of = known[described.name]
        served = {call.words for call in calls}
        strangers = frozenset(word for call in used if call.words not in served for word in call.words)
        rules += _by_values(of, described, calls) if by == "values" else _rules(of, described, calls, strangers)
    return PolicySet(tuple(known.values()), tuple(rules), context=CONTEXT, name=name)


def uses(trace: Trace, tools: Sequence[Described], known: Mapping[str, Tool]) -> list[Used]:
    """Return the calls of a trace with the sources that each value had at that time."""
    ledger = Ledger(trace.query, {each.name: each for each in tools})
    found: list[Used] = []
    for step in trace.steps:
        called = _used(step, trace.group or trace.query, ledger, known)
        if called is not None:
            found.append(called)
        ledger.observe(step)
    return found


def _used(step: Step, group: str, ledger: Ledger, known: Mapping[str, Tool]) -> Used | None:
    declared_tool = known.get(step.call.tool)
    if declared_tool is None:
        return None
    try:
        clean = canonical(declared_tool, step.call.arguments)
    except Malformed:
        return None
    labels = origins(ledger, step.call.arguments, clean)
    sources: dict[str, list[tuple[str, ...]]] = {}
    values: dict[str, list[Json]] = {}
    for place, _ in arguments_of(declared_tool):
        for at, value in _found(clean, place):
            sources.setdefault(".".join(place), []).append(labels.get(at, ("plain",)))
            values.setdefault(".".join(place), []).append(value)
    return Used(
        step.call.tool,
        group,
        frozenset(ledger.words),
        {place: tuple(found) for place, found in sources.items()},
        {place: tuple(found) for place, found in values.items()},
    )


def _found(value: Json, place: Place, at: tuple[str, ...] = ()) -> list[tuple[str, Json]]:
    if not place:
        return [] if value is None else [(".".join(at), value)]
    if place[0] == "*":
        parts = list(enumerate(value)) if isinstance(value, list) else []
        return [each for number, inner in parts for each in _found(inner, place[1:], (*at, str(number)))]
    inner = value.get(place[0]) if isinstance(value, dict) else None
    return [] if inner is None else _found(inner, place[1:], (*at, place[0]))


def _rules(of: Tool, described: Described, calls: Sequence[Used], strangers: frozenset[str]) -> list[Rule]:
    if described.reads_only:
        return [Rule(f"{of.name}-reads", "allow", of.name, reason=f"{of.name} only reads.", source="mined")]
    places = arguments_of(of)
    gate = _named(of.name) if described.destructive or not calls else TRUE
    times = tuple(place for place, _ in places if role_at(place) == "time" and _always_user(place, calls))
    identifying = [place for place, _ in places if role_at(place) == "identifier"]
    reason = (
        "Its identifying arguments come from the user or from a trusted field, and the user's words name what it does."
    )
    strict = conjunction(_named(of.name), _condition(places, dict.fromkeys(identifying, STRONG), times))
    rules: list[Rule] = []
    if not (described.destructive and calls):
        rules.append(Rule(f"{of.name}-named", "allow", of.name, strict, reason=reason, source="mined"))
    if calls:
        usual = {place: _usual(place, calls) for place in identifying}
        reason = "Its identifying arguments come from where they came from in honest traces."
        condition = conjunction(gate, _condition(places, usual, times))
        rules.append(Rule(f"{of.name}-usual", "allow", of.name, condition, reason=reason, source="mined"))
    for number, widening in enumerate(_widenings(identifying, calls, described, strangers), 1):
        wide = {**dict.fromkeys(identifying, STRONG), **widening.sources}
        said = " and ".join(
            f"{'.'.join(place)} from {' or '.join(labels)}" for place, labels in widening.sources.items()
        )
        condition = conjunction(gate, widening.gate, _condition(places, wide, times))
        rules.append(
            Rule(
                f"{of.name}-traced-{number}",
                "allow",
                of.name,
                condition,
                reason=f"Honest traces needed {said}.",
                source="mined",
            )
        )
    return rules


def _usual(place: Place, calls: Sequence[Used]) -> tuple[str, ...]:
    """Return the strong sources that honest values at a place needed: the user alone, or fields as well."""
    seen = [labels for call in calls for labels in call.sources.get(".".join(place), ())]
    return STRONG if any("user" not in labels and "field" in labels for labels in seen) else ("plain", "user")


def _named(tool: str, more: Sequence[str] = ()) -> Expression:
    word = Path("var", ("word",))
    return Quantified("any", "word", Path("ctx", ("words",)), Among(word, tuple(sorted({verb(tool), *more}))))


def _always_user(place: Place, calls: Sequence[Used]) -> bool:
    key = ".".join(place)
    having = [call for call in calls if key in call.sources]
    always = all("user" in labels for call in having for labels in call.sources[key])
    return always and len({call.group for call in having}) >= SUPPORT


def _condition(
    places: Sequence[tuple[Place, Shape]], wide: Mapping[Place, tuple[str, ...]], times: Sequence[Place]
) -> Expression:
    parts: list[Expression] = []
    for place, shape in places:
        kind = role_at(place)
        if isinstance(shape, Truth) or (isinstance(shape, Text) and shape.choices):
            continue
        if kind == "identifier":
            parts.append(each(place, partial(_from, tuple(sorted({"plain", "user", *wide[place]})))))
        elif kind == "time" and place in times:
            parts.append(each(place, partial(_from, ("plain", "user"))))
        elif kind == "words":
            parts.append(each(place, _own))
    return conjunction(*parts)


def _from(sources: tuple[str, ...], path: Path) -> Expression:
    return Origin(path, "has", sources)


def _own(path: Path) -> Expression:
    return negation(Origin(path, "has", ("foreign",)))


def each(place: Place, said: Said) -> Expression:
    """Say something of every value at a place of the arguments, if there is any."""
    return _at(Path("arg", ()), place, said, 0)


def _at(path: Path, place: Place, said: Said, depth: int) -> Expression:
    for number, key in enumerate(place):
        if key == "*":
            variable = f"x{depth}"
            body = _at(Path("var", (variable,)), place[number + 1 :], said, depth + 1)
            return _present(path, Quantified("all", variable, path, body))
        path = Path(path.root, (*path.keys, key))
    return _present(path, said(path))


def _present(path: Path, said: Expression) -> Expression:
    return disjunction(negation(Present(path)), said) if len(path.keys) > (path.root == "var") else said


def _widenings(
    places: Sequence[Place], calls: Sequence[Used], described: Described, strangers: frozenset[str]
) -> list["_Widening"]:
    """Return what honest calls needed beyond the strict rule, without doubles; ``strangers`` are words of others."""
    found: list[_Widening] = []
    for call in calls:
        wide = {place: _weakest(call, place) for place in places}
        wide = {place: labels for place, labels in wide.items() if labels}
        if not wide or any("" in labels for labels in wide.values()):
            continue
        needed = {label for each in wide.values() for label in each}
        others = [place for place in places if place not in wide]
        if any("user" in said for place in others for said in call.sources.get(".".join(place), ())):
            widening = _Widening({place: (*STRONG, *labels) for place, labels in wide.items()}, _anchor(others))
        elif described.open_world and needed <= {"pointed", "said"}:
            # What is only opened carries nothing out if its address stood somewhere word for word.
            widening = _Widening(dict.fromkeys(wide, (*STRONG, "pointed", "said")), TRUE)
        elif needed == {"pointed"}:
            alike = [other for other in calls if {place: _weakest(other, place) for place in wide} == wide]
            gate = _named(described.name, _shared_words(alike, strangers))
            widening = _Widening(dict.fromkeys(wide, (*STRONG, "pointed")), gate)
        else:
            continue
        if widening not in found:
            found.append(widening)
    return found


def _shared_words(calls: Sequence[Used], strangers: frozenset[str]) -> tuple[str, ...]:
    """Return the words of all users who needed something, and of nobody else; none if too few needed it."""
    if len(calls) < SUPPORT:
        return ()
    return tuple(sorted(frozenset[str].intersection(*(call.words for call in calls)) - strangers))


class _Widening(Value, frozen=True):
    sources: dict[Place, tuple[str, ...]]  # to add at each place
    gate: Expression


def _weakest(call: Used, place: Place) -> tuple[str, ...]:
    """Return the weak sources that a call's values at a place need; "" is one that no rule may trust."""
    needed = {
        next((label for label in WEAK if label in labels), "")
        for labels in call.sources.get(".".join(place), ())
        if not set(labels) & set(STRONG)
    }
    return tuple(sorted(needed))


def _anchor(others: Sequence[Place]) -> Expression:
    """Say that another identifying argument comes from the user."""
    paths = [Path("arg", place) for place in others if "*" not in place]
    return disjunction(*(conjunction(Present(path), Origin(path, "has", ("user",))) for path in paths))


def _by_values(of: Tool, described: Described, calls: Sequence[Used]) -> list[Rule]:
    if not calls:
        return []
    parts: list[Expression] = []
    for place, shape in arguments_of(of):
        if role_at(place) != "identifier" or described.reads_only or isinstance(shape, Truth):
            continue
        seen = [value for call in calls for value in call.values.get(".".join(place), ())]
        groups = len({call.group for call in calls if ".".join(place) in call.values})
        parts.append(each(place, partial(form, values=seen, groups=groups)))
    reason = "The traces gave it such values."
    return [Rule(f"{of.name}-seen", "allow", of.name, conjunction(*parts), reason=reason, source="mined")]
