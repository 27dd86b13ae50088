"""A policy at work in one run of an agent: its state, the rules that are active, and a lock around both.

Nothing here is shared between runs. Attempts are counted when a call is decided, everything else changes only after
the tool reported success. What was proved is pinned by a digest: a policy that was exchanged is an error.
"""

import threading
from collections.abc import Mapping

from solon.contract import Value
from solon.tasks.guard.policy import Assignment, Decision, PolicySet, Rule, decide, normalise
from solon.verify.requests.evaluate import evaluate, number_of, text_of
from solon.verify.requests.expression import Expression
from solon.verify.requests.request import Json, Request
from solon.verify.requests.schema import Malformed, Number, Record, canonical_facts


class Ticket(Value, frozen=True):
    """One decision that waits for the report of what became of it."""

    number: int
    decision: Decision
    request: Request


class Monitor:
    """Decides the calls of one run, one at a time; safe to use from several threads."""

    def __init__(self, policy: PolicySet, *, digest: str | None = None) -> None:
        if digest is not None and digest != policy.digest:
            raise ValueError("the policy is not the one that was proved; verify it again")
        self._policy = policy
        self._state = policy.start()
        self._active = set(policy.awake)
        self._calls = 0
        self._open: dict[int, Ticket] = {}
        self._lock = threading.Lock()

    @property
    def policy(self) -> PolicySet:
        """The policy, which never changes in a run."""
        return self._policy

    @property
    def state(self) -> dict[str, Json]:
        """The state as it is now, as a copy."""
        with self._lock:
            return dict(self._state)

    def request(
        self,
        tool: str,
        arguments: Mapping[str, Json],
        context: Mapping[str, Json] | None = None,
        provenance: Mapping[str, tuple[str, ...]] | None = None,
    ) -> Ticket:
        """Decide on a call; whoever runs it must tell ``done`` what became of it."""
        with self._lock:
            request = Request(tool, dict(arguments), dict(context or {}), dict(self._state), dict(provenance or {}))
            live = frozenset(rule.id for rule in self._policy.rules if rule.id in self._active and self._lasts(rule))
            decision = decide(self._policy, request, live)
            ticket = Ticket(self._calls, decision, request)
            self._calls += 1
            self._open[ticket.number] = ticket
            rule = self._rule(decision.rule)
            if rule is not None:
                self._assign(rule, ticket, "attempt")
            return ticket

    def done(self, ticket: Ticket, *, success: bool) -> None:
        """Take the report of a call: state and rules change if it succeeded. A second report changes nothing."""
        with self._lock:
            known = self._open.pop(ticket.number, None)
            if known is None or not success or known.decision.kind not in {"allow", "confirm"}:
                return
            rule = self._rule(known.decision.rule)
            if rule is not None:
                self._assign(rule, known, "success")
                self._active |= {other.id for other in self._policy.rules if other.id in rule.activates}
                self._active -= set(rule.retires)

    def _rule(self, name: str) -> Rule | None:
        return next((rule for rule in self._policy.rules if rule.id == name), None)

    def _lasts(self, rule: Rule) -> bool:
        return rule.ttl is None or self._calls < rule.ttl

    def _assign(self, rule: Rule, ticket: Ticket, when: str) -> None:
        """Compute all new values from the state as it is, then set them; a value that is none leaves the old one."""
        due = [each for each in rule.updates if each.on == when]
        if not due:
            return
        try:
            seen = normalise(self._policy, ticket.request)
            now = Request(seen.tool, seen.arguments, seen.context, dict(self._state), seen.provenance)
        except Malformed:
            return
        for each in due:
            value = computed(each, now, self._policy)
            if value is not None:
                self._state[each.name] = value


def computed(change: Assignment, request: Request, policy: PolicySet) -> Json:
    """Return the new value of a state variable, of its declared type and range; None if there is none."""
    field = policy.state.fields.get(change.name)
    if field is None:
        return None
    value: Json = _value(change.value, request, policy, number=isinstance(field.shape, Number))
    try:
        return canonical_facts(Record({change.name: field}), {change.name: value})[change.name]
    except (Malformed, KeyError):
        return None


def _value(term: Expression, request: Request, policy: PolicySet, *, number: bool) -> Json:
    if number:
        found = number_of(term, request)
        return None if found is None else found.numerator if found.denominator == 1 else float(found)
    text = text_of(term, request)
    return text if text is not None else evaluate(term, request, policy.lists)
