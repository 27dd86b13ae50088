"""Rules on the calls of tools, and the one function that decides: default deny, and fail closed.

A policy is a set of rules with a way to combine them. ``decide`` brings a call into canonical form, asks the rules and
returns the very call that may run: an executor that runs anything else breaks the guarantee.
"""

import hashlib
from collections.abc import Callable
from functools import lru_cache
from typing import Final, Literal

import msgspec

from solon.contract import Value
from solon.verify.requests.evaluate import holds, may_hold
from solon.verify.requests.expression import TRUE, Expression
from solon.verify.requests.request import Json, Request
from solon.verify.requests.schema import Malformed, Record, Tool, canonical, canonical_facts
from solon.verify.requests.text import automaton_of, composed

Effect = Literal["allow", "forbid", "confirm"]
Mode = Literal["message", "ask", "terminate", "drop", "halt", "replan", "substitute"]
Source = Literal["human", "model", "mined"]

_RANK: Final[dict[Effect, int]] = {"forbid": 0, "confirm": 1, "allow": 2}


class WrongPolicy(ValueError):
    """Raised for a file that is no policy; one sentence with the line."""


class Call(Value, frozen=True):
    """A call in canonical form, as bytes, so that nothing can change it between the decision and its execution."""

    tool: str
    content: bytes  # JSON of the arguments, names sorted

    @property
    def arguments(self) -> dict[str, Json]:
        """The arguments, as a fresh object each time."""
        return msgspec.json.decode(self.content, type=dict[str, Json])

    @property
    def digest(self) -> str:
        """SHA-256 of tool and arguments, 64 hexadecimal digits; what a log may hold in place of the arguments."""
        return hashlib.sha256(self.tool.encode() + b"\0" + self.content).hexdigest()

    @staticmethod
    def of(tool: str, arguments: dict[str, Json]) -> "Call":
        """Return a call with these arguments."""
        return Call(tool, msgspec.json.encode(arguments, order="deterministic"))


class Fallback(Value, frozen=True):
    """What happens in place of a blocked call.

    ``message`` answers with a text that names rule and reason; ``ask`` asks a person; ``terminate`` ends the run;
    ``drop`` leaves nothing in the transcript; ``halt`` leaves an error result; ``replan`` asks the agent for another
    action; ``substitute`` runs another call, which is decided on like any other. Sources: Progent, VeriGuard, SEVerA.
    """

    mode: Mode = "message"
    text: str = ""
    call: Call | None = None


class Assignment(Value, frozen=True):
    """A change of the monitor's state when a rule has decided: after the tool's success, or at each attempt."""

    name: str
    value: Expression
    on: Literal["success", "attempt"] = "success"


class Rule(Value, frozen=True):
    """One rule; a smaller priority is more important, and a dormant one waits until another activates it."""

    id: str
    effect: Effect
    tool: str = "*"  # a glob
    when: Expression = TRUE
    priority: int = 100
    fallback: Fallback | None = None
    updates: tuple[Assignment, ...] = ()
    activates: tuple[str, ...] = ()  # ids of rules, after success
    retires: tuple[str, ...] = ()
    reason: str = ""
    source: Source = "human"
    ttl: int | None = None  # it expires after so many calls of the run
    dormant: bool = False

    def concerns(self, tool: str) -> bool:
        """Return whether the rule speaks of a tool; a pattern that is too large concerns all if it does not allow."""
        known = automaton_of("glob", self.tool)
        return self.effect != "allow" if known is None else known.accepts(composed(tool))


class PolicySet(Value, frozen=True):
    """Rules with all that gives them a meaning: the tools, the facts, the state and the lists they speak of."""

    tools: tuple[Tool, ...] = ()
    rules: tuple[Rule, ...] = ()
    combine: Literal["first-match", "deny-overrides"] = "first-match"
    fallback: Fallback = Fallback()
    context: Record = Record()  # facts of the session; each may be missing unless it is required
    state: Record = Record()  # of the monitor; the defaults are its start
    lists: dict[str, tuple[str, ...]] = {}
    name: str = "policy"

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON: what was proved of a policy holds for this one alone."""
        return hashlib.sha256(msgspec.json.encode(self, order="deterministic")).hexdigest()

    @property
    def awake(self) -> frozenset[str]:
        """Ids of the rules that are active at the start."""
        return frozenset(rule.id for rule in self.rules if not rule.dormant)

    def tool(self, name: str) -> Tool | None:
        """Return a tool by name."""
        return next((tool for tool in self.tools if tool.name == name), None)

    def start(self) -> dict[str, Json]:
        """Return the state at the start of a run."""
        return {name: field.default for name, field in self.state.fields.items() if field.defaulted}


class Decision(Value, frozen=True):
    """What a policy says of one call; ``call`` is the only one that may run, and only if the kind says so."""

    kind: Literal["allow", "block", "confirm", "terminate"]
    call: Call | None  # None for a call that is malformed
    rule: str  # id of what decided; "" for the default
    reason: str  # one sentence for the agent and for the log
    remedy: str = ""
    fallback: Fallback = Fallback()
    asked: tuple[str, ...] = ()  # ids of the rules that were asked, in order


def decide(policy: PolicySet, request: Request, active: frozenset[str] | None = None) -> Decision:
    """Decide on a request whose arguments are as the agent gave them; deterministic, total.

    ``active`` are the ids of the rules that count now; without it, those that are active at the start.
    """
    try:
        clean = normalise(policy, request)
    except Malformed as error:
        return Decision("block", None, "", f"{error}.", "Call the tool as its schema says.", policy.fallback)
    call = Call.of(clean.tool, clean.arguments)
    live = policy.awake if active is None else active
    asked: list[str] = []
    for rule in ordered(policy, clean.tool):
        if rule.id in live:
            asked.append(rule.id)
            if fires(rule, clean, policy):
                return _made(rule, call, policy, tuple(asked))
    reason = f"No rule of the policy {policy.name} allows this call of {clean.tool}."
    remedy = "Use another tool or other arguments, or ask the person who wrote the policy."
    return _ended("block", call, "", reason, remedy, policy.fallback, tuple(asked))


def normalise(policy: PolicySet, request: Request) -> Request:
    """Return a request with everything in canonical form. Raises Malformed."""
    tool = policy.tool(request.tool)
    if tool is None:
        raise Malformed(f"the tool {request.tool!r} is not known to the policy {policy.name}")
    return msgspec.structs.replace(
        request,
        arguments=canonical(tool, request.arguments),
        context=canonical_facts(policy.context, request.context),
        state=canonical_facts(policy.state, {**policy.start(), **request.state}),
    )


def ordered(policy: PolicySet, tool: str) -> tuple[Rule, ...]:
    """Return the rules on a tool in the order in which they are asked."""
    return _ordered(_Same(policy), tool)


def fires(rule: Rule, request: Request, policy: PolicySet) -> bool:
    """Return whether a rule fires on a request in canonical form.

    One that allows needs its condition to be true and each argument that it names to be there; one that forbids or
    wants confirmation fires unless its condition is false.
    """
    if rule.effect == "allow":
        return holds(rule.when, request, policy.lists)
    return may_hold(rule.when, request, policy.lists)


class _Same:
    """A policy as a key of a cache, by identity: comparing whole policies for each call would cost more than asking."""

    def __init__(self, policy: PolicySet) -> None:
        self.policy = policy

    def __hash__(self) -> int:
        return id(self.policy)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.policy is self.policy


@lru_cache(maxsize=4096)
def _ordered(same: _Same, tool: str) -> tuple[Rule, ...]:
    overriding: Callable[[Rule], tuple[int, int]] = lambda rule: (_RANK[rule.effect], rule.priority)  # noqa: E731
    first: Callable[[Rule], tuple[int, int]] = lambda rule: (rule.priority, _RANK[rule.effect])  # noqa: E731
    key = first if same.policy.combine == "first-match" else overriding
    return tuple(sorted((rule for rule in same.policy.rules if rule.concerns(tool)), key=key))


def _made(rule: Rule, call: Call, policy: PolicySet, asked: tuple[str, ...]) -> Decision:
    fallback = rule.fallback or policy.fallback
    match rule.effect:
        case "allow":
            return Decision(
                "allow", call, rule.id, rule.reason or f"The rule {rule.id} allows it.", "", fallback, asked
            )
        case "confirm":
            reason = rule.reason or f"The rule {rule.id} wants a person to confirm this call of {call.tool}."
            return Decision("confirm", call, rule.id, reason, "Ask the person.", fallback, asked)
        case "forbid":
            reason = rule.reason or f"The rule {rule.id} forbids this call of {call.tool}."
            return _ended("block", call, rule.id, reason, "Try something else for the user's task.", fallback, asked)


def _ended(
    kind: Literal["block"],
    call: Call,
    rule: str,
    reason: str,
    remedy: str,
    fallback: Fallback,
    asked: tuple[str, ...],
) -> Decision:
    """Return the decision on a call that no rule allows, as its fallback has it."""
    match fallback.mode:
        case "terminate":
            return Decision("terminate", call, rule, reason, "The run is over.", fallback, asked)
        case "ask":
            return Decision("confirm", call, rule, reason, "Ask the person.", fallback, asked)
        case _:
            return Decision(kind, call, rule, reason, remedy, fallback, asked)
