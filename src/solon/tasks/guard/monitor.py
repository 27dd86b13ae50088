"""A policy at work in one run of an agent: its state, the rules that are active, and a lock around both.

Nothing here is shared between runs. Attempts are counted when a call is decided, everything else changes only after
the tool reported success. What was proved is pinned by a digest: a policy that was exchanged unasked is an error.

While calls are open, another one is allowed only if it is allowed whichever of them succeed, in any order: otherwise
calls at the same time would pass a limit together. A call whose changes of the state cannot be carried out (a value
out of its range, or none) is blocked, because a state that is not kept guards nothing.
"""

import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Literal

import msgspec

from solon.contract import Value
from solon.tasks.guard.policy import Assignment, Decision, PolicySet, Rule, decide, normalise
from solon.verify.requests.evaluate import evaluate, number_of, text_of
from solon.verify.requests.expression import Expression
from solon.verify.requests.request import Json, Request
from solon.verify.requests.schema import Malformed, Number, Record, canonical_facts

OPEN: Final = 64
"""States that the open calls may lead to; beyond them no other call is allowed until one is reported."""

_When = Literal["attempt", "success"]


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
        self._active = policy.awake
        self._calls = 0
        self._open: dict[int, tuple[Ticket, Rule]] = {}  # those that will change something if they succeed
        self._lock = threading.Lock()

    @property
    def policy(self) -> PolicySet:
        """The policy as it is now."""
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
            ticket = Ticket(self._calls, *self._decided(request))
            self._calls += 1
            rule = self._rule(ticket.decision)
            if rule is None:
                return ticket
            changed = self._changed(rule, ticket.request, self._state, "attempt")
            self._state |= changed or {}
            later = rule.activates or rule.retires or any(each.on == "success" for each in rule.updates)
            if later and ticket.decision.kind in {"allow", "confirm"}:
                self._open[ticket.number] = ticket, rule
            return ticket

    def exchange(self, policy: PolicySet) -> None:
        """Go on with the rules of another policy; ``solon.tasks.guard.analysis.amend`` says whether they may follow.

        The state stays. Open calls change it as the rule says that let them run. Of the rules, those that calls can
        wake or retire stay as awake as they are; all others are as they start, which is what the proof went by.
        Raises ValueError if anything but rules and name differs.
        """
        with self._lock:
            if msgspec.structs.replace(policy, rules=self._policy.rules, name=self._policy.name) != self._policy:
                raise ValueError("the policies differ in more than their rules; start a new run for the other one")
            kept = _changing(policy) & {rule.id for rule in self._policy.rules}
            self._active = (self._active & kept) | (policy.awake - kept)
            self._policy = policy

    def done(self, ticket: Ticket, *, success: bool) -> None:
        """Take the report of a call: state and rules change if it succeeded. A second report changes nothing."""
        with self._lock:
            known = self._open.pop(ticket.number, None)
            if known is not None and success:
                self._state, self._active = self._succeeded(*known, self._state, self._active)

    def _decided(self, request: Request) -> tuple[Decision, Request]:
        """Return the decision that holds whichever open calls succeed, and the request in canonical form."""
        found: tuple[Decision, Request] | None = None
        for number, (state, active) in enumerate(self._worlds()):
            if number >= OPEN:
                reason = "Too many calls that change the state are still open."
                decision = Decision("block", None, "", reason, "Wait until they have ended.", self._policy.fallback)
                return decision, request
            here = self._judged(msgspec.structs.replace(request, state=dict(state)), active)
            if found is None or here[0].kind != "allow":
                found = here
            if found[0].kind != "allow":
                break
        assert found is not None
        return found

    def _judged(self, request: Request, active: frozenset[str]) -> tuple[Decision, Request]:
        """Decide in one state; a call whose changes cannot be carried out is blocked."""
        live = frozenset(rule.id for rule in self._policy.rules if rule.id in active and self._lasts(rule))
        decision = decide(self._policy, request, live)
        rule = self._rule(decision)
        if rule is None or not rule.updates:
            return decision, request
        clean = normalise(self._policy, request)  # a copy that no caller can change
        if decision.kind not in {"allow", "confirm"}:
            return decision, clean
        state = self._changed(rule, clean, request.state, "attempt")
        after = None if state is None else self._changed(rule, clean, {**request.state, **state}, "success")
        if after is not None:
            return decision, clean
        reason = f"The state that the rule {rule.id} keeps cannot take what this call of {clean.tool} would add to it."
        remedy = "Use other arguments, or ask the person who wrote the policy."
        blocked = Decision("block", decision.call, "", reason, remedy, self._policy.fallback, decision.asked)
        return blocked, clean

    def _worlds(self) -> Iterator[tuple[dict[str, Json], frozenset[str]]]:
        """Yield the state and the active rules as they are, then as open calls may leave them, in any order."""
        pending = [(dict(self._state), self._active, frozenset(self._open))]
        seen: set[tuple[bytes, frozenset[str], frozenset[int]]] = set()
        for state, active, left in pending:
            key = (msgspec.json.encode(state, order="sorted"), active, left)
            if key in seen:
                continue
            seen.add(key)
            yield state, active
            pending.extend(
                (*self._succeeded(*self._open[number], state, active), left - {number}) for number in sorted(left)
            )

    def _succeeded(
        self, ticket: Ticket, rule: Rule, state: dict[str, Json], active: frozenset[str]
    ) -> tuple[dict[str, Json], frozenset[str]]:
        """Return state and active rules after the success of a call that a rule, perhaps a former one, let run."""
        changed = self._changed(rule, ticket.request, state, "success") or {}
        can = _changing(self._policy)
        return {**state, **changed}, (active | (can & set(rule.activates))) - (can & set(rule.retires))

    def _rule(self, decision: Decision) -> Rule | None:
        return next((rule for rule in self._policy.rules if rule.id == decision.rule), None) if decision.rule else None

    def _lasts(self, rule: Rule) -> bool:
        return rule.ttl is None or self._calls < rule.ttl

    def _changed(self, rule: Rule, clean: Request, state: Mapping[str, Json], when: _When) -> dict[str, Json] | None:
        """Return the new values, all computed from the state as it is; None if one of them is none."""
        now = msgspec.structs.replace(clean, state=dict(state))
        due = (each for each in rule.updates if each.on == when)
        return _values((each.name, computed(each, now, self._policy)) for each in due)


def _changing(policy: PolicySet) -> frozenset[str]:
    """Return the rules that a call can wake or retire."""
    named = {name for rule in policy.rules for name in (*rule.activates, *rule.retires)}
    return frozenset(named & {rule.id for rule in policy.rules})


def _values(changes: Iterable[tuple[str, Json]]) -> dict[str, Json] | None:
    found = dict(changes)
    return None if None in found.values() else found


def computed(change: Assignment, request: Request, policy: PolicySet) -> Json:
    """Return the new value of a state variable, of its declared type and range; None if there is none."""
    field = policy.state.fields.get(change.name)
    if field is None:
        return None
    value: Json = _value(change.value, request, policy, number=isinstance(field.shape, Number))
    if value is None:  # and not the default
        return None
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
