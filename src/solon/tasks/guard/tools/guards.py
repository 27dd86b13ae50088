"""Guards of one run: none, a filter of tools, and a policy with a ledger of who introduced what."""

from collections.abc import Mapping, Sequence

import msgspec

from solon.tasks.guard.monitor import Monitor, Ticket
from solon.tasks.guard.policy import Decision, PolicySet
from solon.tasks.guard.tools.calls import Answer, Call, Described, Json, Step
from solon.tasks.guard.tools.provenance import Ledger
from solon.tasks.guard.tools.roles import role
from solon.verify.requests.schema import Field, Items, Malformed, Record, Shape, Text, Tool, canonical, tool

CONTEXT = Record({"query": Field(Text()), "words": Field(Items(Text()))})
"""The facts of a session: what the user asked for, and the stems of its words."""


class AllowAll:
    """Lets everything through."""

    def ask(self, call: Call) -> Answer:
        """Allow the call."""
        return Answer(allowed=True, call=call, rule="allow-all")

    def told(self, step: Step) -> None:
        """Forget the step."""


class ToolFilter:
    """Lets the calls of some tools through, whatever their arguments."""

    def __init__(self, tools: frozenset[str]) -> None:
        self._tools = tools

    def ask(self, call: Call) -> Answer:
        """Allow the call of a tool of the list."""
        allowed = call.tool in self._tools
        return Answer(allowed, call, "tool-filter", "" if allowed else f"{call.tool} is not on the list")

    def told(self, step: Step) -> None:
        """Forget the step."""


class PolicyGuard:
    """Decides by a policy; one owner, one run: it keeps the state of the policy and the ledger of who said what."""

    def __init__(self, policy: PolicySet, query: str, described: Sequence[Described]) -> None:
        self.policy = policy
        self.ledger = Ledger(query, {each.name: each for each in described})
        words: list[Json] = list(self.ledger.words)
        self._context: dict[str, Json] = {"query": printable(query), "words": words}
        self._monitor = Monitor(policy)
        self._last: Ticket | None = None

    def consider(self, call: Call) -> Ticket:
        """Decide on a call; ``report`` must be told what became of it."""
        known = self.policy.tool(call.tool)
        try:
            clean = call.arguments if known is None else canonical(known, call.arguments)
        except Malformed:
            clean = {}  # the policy says what is wrong
        return self._monitor.request(
            call.tool, call.arguments, self._context, origins(self.ledger, call.arguments, clean)
        )

    def report(self, ticket: Ticket, step: Step) -> None:
        """Note what became of a call: the state changes if it worked, and what it brought is known from now on."""
        self._monitor.done(ticket, success=not step.error)
        self.ledger.observe(step)

    def drop(self, ticket: Ticket) -> None:
        """Note that a call was not carried out."""
        self._monitor.done(ticket, success=False)

    def exchange(self, policy: PolicySet) -> None:
        """Go on with other rules. Raises ValueError if anything but the rules differs."""
        self._monitor.exchange(policy)
        self.policy = policy

    def ask(self, call: Call) -> Answer:
        """Allow the canonical form of the call, or nothing; what needs a person's consent is refused here."""
        ticket = self.consider(call)
        decision = ticket.decision
        final = final_call(decision)
        allowed = decision.kind == "allow" and final is not None
        self._last = ticket if allowed else None
        if not allowed:
            self.drop(ticket)
        return Answer(allowed, final or call, decision.rule, decision.reason)

    def told(self, step: Step) -> None:
        """Note what became of the call that was asked last."""
        if self._last is not None:
            self.report(self._last, step)
            self._last = None


def final_call(decision: Decision) -> Call | None:
    """Return the only call that a decision lets run."""
    return None if decision.call is None else Call(decision.call.tool, msgspec.json.decode(decision.call.content))


def origins(ledger: Ledger, given: Mapping[str, Json], clean: Mapping[str, Json]) -> dict[str, tuple[str, ...]]:
    """Return the sources of each value of a canonical call; what the schema filled in was introduced by nobody."""
    found = ledger.provenance(clean)
    return {place: ("plain",) if place.partition(".")[0] not in given else labels for place, labels in found.items()}


def printable(text: str) -> str:
    """Return a text without the characters that no request may hold."""
    return "".join(letter for letter in text if letter.isprintable() or letter in "\t\n\r")


def declared(described: Sequence[Described]) -> tuple[Tool, ...]:
    """Return the tools as policies know them. Raises ValueError for a name that rules would take for others as well."""
    wild = next((each.name for each in described if set(each.name) & set("*?")), None)
    if wild is not None:
        raise ValueError(f"the tool {wild!r} has a * or ? in its name, which in a rule stands for others; leave it out")
    return tuple(tool(each.name, each.parameters, each.description) for each in described)


def arguments_of(described: Tool) -> list[tuple[tuple[str, ...], Shape]]:
    """Return the places of a tool's texts and numbers; ``"*"`` stands for the elements of a list."""
    found: list[tuple[tuple[str, ...], Shape]] = []

    def descend(shape: Shape, place: tuple[str, ...]) -> None:
        match shape:
            case Items(item=item):
                descend(item, (*place, "*"))
            case Record(fields=fields) if fields:
                for name, field in fields.items():
                    descend(field.shape, (*place, name))
            case _:
                found.append((place, shape))

    for name, field in described.parameters.fields.items():
        descend(field.shape, (name,))
    return found


def role_at(place: tuple[str, ...]) -> str:
    """Return the role of an argument by its place."""
    return role(next(key for key in reversed(place) if key != "*"))
