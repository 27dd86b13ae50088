"""What can be said of a policy without running it: mistakes, dead rules, overlaps, differences, narrowing.

Each answer is by proof over all requests of a tool, or by a request that ``decide`` confirms, or it is unknown.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Literal

import msgspec

from solon.contract import Proved, Unknown, Value
from solon.tasks.guard.policy import Decision, PolicySet, Rule, decide, fires, normalise, ordered
from solon.verify.requests.check import complaints
from solon.verify.requests.expression import Expression, Path, walk
from solon.verify.requests.formula import NEVER, Formula, both, either, no
from solon.verify.requests.meaning import Question, Scope, Unsupported
from solon.verify.requests.prove import ENGINES, Answer, Counterexample, Engine, refute
from solon.verify.requests.request import Request, shown
from solon.verify.requests.schema import Malformed, Tool

Engines = Sequence[Engine]


class Remark(Value, frozen=True):
    """One finding about a policy; ``request`` shows it where one can."""

    kind: Literal["type", "dead", "overlap", "vacuous", "uncovered", "unknown"]
    rule: str
    message: str
    request: Request | None = None


class Difference(Value, frozen=True):
    """How the calls that one policy allows relate to those of another, with a call of each kind."""

    relation: Literal["equal", "wider", "narrower", "incomparable", "unknown"]  # of the new one to the old one
    gained: tuple[Request, ...] = ()  # allowed by the new policy only
    lost: tuple[Request, ...] = ()
    reason: str = ""


def scope_of(policy: PolicySet, tool: Tool) -> Scope:
    """Return what conditions of a policy on a tool may speak of."""
    return Scope(tool, policy.context, policy.state, lists=policy.lists)


# When a policy allows, as a formula


def allowed(policy: PolicySet, question: Question, active: frozenset[str] | None = None) -> Formula:
    """Return when a policy allows a call of the question's tool without asking a person.

    Without ``active`` the rules count that are active at the start.
    """
    free: list[Formula] = []
    stopped: list[Formula] = []
    for rule, formula in _fired(policy, question, active):
        if rule.effect == "allow":
            free.append(both(formula, *map(no, stopped)))
        else:
            stopped.append(formula)
    return either(*free)


def _fired(policy: PolicySet, question: Question, active: frozenset[str] | None) -> Iterator[tuple[Rule, Formula]]:
    """Yield the rules on a tool in order, with when each fires."""
    live = policy.awake if active is None else active
    for rule in ordered(policy, question.scope.tool.name):
        if rule.id in live:
            yield rule, question.holds(rule.when) if rule.effect == "allow" else question.may_hold(rule.when)


def _conditions(policy: PolicySet, tool: Tool) -> list[Expression]:
    return [rule.when for rule in ordered(policy, tool.name)]


def _ask(
    scope: Scope,
    conditions: list[Expression],
    formula: Callable[[Question], Formula],
    confirm: Callable[[Request], bool],
    engines: Engines,
) -> Answer:
    question = Question(scope, conditions)
    try:
        asked = formula(question)
    except Unsupported as error:
        return Unknown(str(error))
    return refute(question, asked, confirm, engines)


# Mistakes in one policy


def check(policy: PolicySet, engines: Engines = ENGINES) -> tuple[Remark, ...]:
    """Return what is wrong with a policy: types first; dead rules, overlaps and vacuity only if the types are sound."""
    found = list(typecheck(policy))
    if not found:
        found += [*dead_rules(policy, engines), *overlaps(policy, engines), *vacuity(policy, engines)]
    return tuple(found)


def typecheck(policy: PolicySet) -> Iterator[Remark]:  # noqa: C901 - one case a variant
    """Yield mistakes of types, names and patterns."""
    known = {rule.id for rule in policy.rules}
    for rule in policy.rules:
        tools = [tool for tool in policy.tools if rule.concerns(tool.name)]
        if not tools:
            yield Remark("type", rule.id, f"no tool is called {rule.tool}; declare it or mend the name")
        for tool in tools:
            scope = scope_of(policy, tool)
            for complaint in complaints(rule.when, scope):
                yield Remark("type", rule.id, f"on {tool.name}: {complaint}")
        for name in (*rule.activates, *rule.retires):
            if name not in known:
                yield Remark("type", rule.id, f"there is no rule {name!r} to activate or retire; mend the name")
        for change in rule.updates:
            if change.name not in policy.state.fields:
                yield Remark("type", rule.id, f"there is no state {change.name!r}; declare it")
        call = rule.fallback.call if rule.fallback is not None else None
        if call is not None and policy.tool(call.tool) is None:
            yield Remark("type", rule.id, f"its fallback calls {call.tool!r}, which is no tool; declare it")
    for name, field in policy.state.fields.items():
        if not field.defaulted:
            yield Remark("type", "", f"the state {name} has no start; give it a default")


def _decides(policy: PolicySet, question: Question, rule: Rule, active: frozenset[str]) -> Formula:
    """Return when a rule decides: it fires and none before it does."""
    before: list[Formula] = []
    for other, formula in _fired(policy, question, active):
        if other.id == rule.id:
            return both(formula, *map(no, before))
        before.append(formula)
    return NEVER


def dead_rules(policy: PolicySet, engines: Engines = ENGINES) -> Iterator[Remark]:
    """Yield the rules that never decide, whatever is called and whichever rules are active besides those now."""
    for rule in policy.rules:
        tools = [tool for tool in policy.tools if rule.concerns(tool.name)]
        active = policy.awake | {rule.id}
        verdicts = [
            _ask(
                scope_of(policy, tool),
                _conditions(policy, tool),
                lambda question, rule=rule, active=active: _decides(policy, question, rule, active),
                lambda request, rule=rule, active=active: decide(policy, request, active).rule == rule.id,
                engines,
            )
            for tool in tools
        ]
        if verdicts and all(isinstance(verdict, Proved) for verdict in verdicts):
            shadow = _shadow(policy, rule, tools, engines)
            reason = f"the rule {shadow} decides first" if shadow else "no request fulfils its condition"
            yield Remark("dead", rule.id, f"it never decides: {reason}; remove it or change its priority")
        elif verdicts and not any(isinstance(verdict, Counterexample) for verdict in verdicts):
            reasons = [verdict.reason for verdict in verdicts if isinstance(verdict, Unknown)]
            yield Remark("unknown", rule.id, f"whether it ever decides is unknown ({reasons[0]})")


def _shadow(policy: PolicySet, rule: Rule, tools: Sequence[Tool], engines: Engines) -> str:
    """Return the id of one rule that alone always decides before another, if there is one."""
    for tool in tools:
        for other in ordered(policy, tool.name):
            if other.id == rule.id:
                break
            pair = msgspec.structs.replace(policy, rules=(other, rule))
            both_live = frozenset((other.id, rule.id))
            verdict = _ask(
                scope_of(policy, tool),
                [other.when, rule.when],
                lambda question, pair=pair, live=both_live: _decides(pair, question, rule, live),
                lambda request, pair=pair, live=both_live: decide(pair, request, live).rule == rule.id,
                engines,
            )
            alone = Question(scope_of(policy, tool), [rule.when])
            formula = alone.holds(rule.when) if rule.effect == "allow" else alone.may_hold(rule.when)
            fulfilled = not isinstance(refute(alone, formula, lambda _: True, engines), Proved)
            if isinstance(verdict, Proved) and fulfilled:
                return other.id
    return ""


def overlaps(policy: PolicySet, engines: Engines = ENGINES) -> Iterator[Remark]:
    """Yield pairs of rules of opposite effect and equal rank that fire on one and the same call, with that call.

    All arguments count together: rules that differ in one argument do not overlap. Where priorities (or deny-overrides)
    settle the matter there is nothing to report.
    """
    for tool in policy.tools:
        rules = [rule for rule in ordered(policy, tool.name) if rule.id in policy.awake]
        for place, one in enumerate(rules):
            for other in rules[place + 1 :]:
                if one.effect == other.effect or one.priority != other.priority:
                    continue
                if policy.combine == "deny-overrides":
                    continue
                verdict = overlap(policy, tool, one, other, engines)
                if isinstance(verdict, Counterexample):
                    text = f"{one.effect} and {other.effect} by {other.id} fire together on {verdict.witness}"
                    yield Remark("overlap", one.id, f"{text}; give them different priorities", verdict.request)


def overlap(policy: PolicySet, tool: Tool, one: Rule, other: Rule, engines: Engines = ENGINES) -> Answer:
    """Prove that two rules never fire on the same call of a tool, or give a call on which both do."""

    def fired(question: Question, rule: Rule) -> Formula:
        return question.holds(rule.when) if rule.effect == "allow" else question.may_hold(rule.when)

    return _ask(
        scope_of(policy, tool),
        [one.when, other.when],
        lambda question: both(fired(question, one), fired(question, other)),
        lambda request: fires(one, request, policy) and fires(other, request, policy),
        engines,
    )


def vacuity(policy: PolicySet, engines: Engines = ENGINES) -> Iterator[Remark]:
    """Yield a remark if a policy allows nothing at all, or not even a call of some tool that a rule allows."""
    named = [rule.tool for rule in policy.rules if rule.effect != "forbid"]
    for tool in policy.tools:
        if not any(rule.effect != "forbid" and rule.concerns(tool.name) for rule in policy.rules):
            continue
        verdict = example(policy, tool, engines)
        if isinstance(verdict, Proved):
            yield Remark("vacuous", "", f"no call of {tool.name} is ever allowed at the start; is that meant?")
    if not named:
        yield Remark("vacuous", "", "no rule allows anything; add one with the effect allow")


def example(policy: PolicySet, tool: Tool, engines: Engines = ENGINES) -> Answer:
    """Return an allowed call of a tool as a counterexample to there being none (obligation PO7)."""
    return _ask(
        scope_of(policy, tool),
        _conditions(policy, tool),
        lambda question: allowed(policy, question),
        lambda request: decide(policy, request).kind == "allow",
        engines,
    )


def coverage(policy: PolicySet, requests: Sequence[Request]) -> tuple[dict[str, int], tuple[Request, ...]]:
    """Return how often each rule decided on recorded calls, and the calls that were not allowed."""
    counts = {rule.id: 0 for rule in policy.rules} | {"": 0}
    blocked: list[Request] = []
    for request in requests:
        decision: Decision = decide(policy, request)
        counts[decision.rule] += 1
        if decision.kind != "allow":
            blocked.append(request)
    return counts, tuple(blocked)


# Two policies


def narrows(new: PolicySet, old: PolicySet, engines: Engines = ENGINES) -> Answer:
    """Prove that whatever a new policy allows the old one allows too (obligation PO4), or give a call that is new.

    Rules may be activated and retired in both; so each rule that is dormant, or that another retires or that expires,
    counts in the way that is worse: as active in the new policy if it allows and in the old one if it forbids. Tools,
    facts and state must be declared alike: calls that are read differently cannot be compared.
    """
    told = _alike(new, old)
    if told:
        return Unknown(told)
    loosest = _worst(new, widest=True)
    tightest = _worst(old, widest=False)
    for tool in new.tools:
        verdict = _gained(new, loosest, old, tightest, tool, engines)
        if not isinstance(verdict, Proved):
            return verdict
    told = _counts_otherwise(new, old, engines) if new.rules != old.rules else ""
    return Unknown(told) if told else Proved("automata and solvers, tool by tool")


def _counts_otherwise(new: PolicySet, old: PolicySet, engines: Engines) -> str:
    """Return why the state may come to differ, so that what narrows each decision may widen a run; "" if it cannot.

    Where the old policy keeps no state, nothing depends on it.
    """
    if not any(rule.updates or _reads_state(rule.when) for rule in old.rules):
        return ""
    for tool in new.tools:
        for one in ordered(new, tool.name):
            for other in (*ordered(old, tool.name), None):
                if _alike_changes(one, other):
                    continue
                verdict = _both_decide(new, one, old, other, tool, engines)
                if not isinstance(verdict, Proved):
                    name = "the default" if other is None else f"the rule {other.id}"
                    return f"on {tool.name} the rule {one.id} may change the state otherwise than {name} did"
    return ""


def _reads_state(condition: Expression) -> bool:
    return any(isinstance(part, Path) and part.root == "st" for part in walk(condition))


def _alike_changes(one: Rule, other: Rule | None) -> bool:
    """Return whether it makes no difference to the state that a new rule decides where another one did."""
    updates = () if other is None else other.updates
    if one.effect == "forbid":  # the call does not run: attempts alone count
        mine = [each for each in one.updates if each.on == "attempt"]
        return not mine or mine == [each for each in updates if each.on == "attempt"]
    if one.effect == "allow" and (other is None or other.effect != "allow"):
        return True  # it allows nothing that was not allowed
    return one.updates == updates


def _both_decide(new: PolicySet, one: Rule, old: PolicySet, other: Rule | None, tool: Tool, engines: Engines) -> Answer:
    """Prove that two rules never decide on the same call, the one in the new and the other in the old policy."""
    conditions = [*_conditions(new, tool), *_conditions(old, tool)]
    question, earlier = Question(scope_of(new, tool), conditions), Question(scope_of(old, tool), conditions)
    try:
        formula = both(_may_decide(new, question, one), _may_decide(old, earlier, other))
    except Unsupported as error:
        return Unknown(str(error))
    question.variables.update(earlier.variables)
    question.complete &= earlier.complete
    return refute(question, formula, lambda _: True, engines)


def _may_decide(policy: PolicySet, question: Question, rule: Rule | None) -> Formula:
    """Return when a rule may decide in some state of the rules; None is the default."""
    steady = _worst(policy, widest=True) & _worst(policy, widest=False)
    before: list[Formula] = []
    for other in ordered(policy, question.scope.tool.name):
        fired = question.holds(other.when) if other.effect == "allow" else question.may_hold(other.when)
        if rule is not None and other.id == rule.id:
            return both(fired, *map(no, before))
        if other.id in steady:
            before.append(fired)
    return both(*map(no, before)) if rule is None else NEVER


def _alike(new: PolicySet, old: PolicySet) -> str:
    for tool in new.tools:
        known = old.tool(tool.name)
        if known is None:
            return f"the old policy does not know the tool {tool.name}"
        if known.parameters != tool.parameters:
            return f"the arguments of {tool.name} are declared differently"
    if new.context != old.context or new.state != old.state:
        return "the facts or the state are declared differently"
    return ""


def _worst(policy: PolicySet, *, widest: bool) -> frozenset[str]:
    """Return the rules to count as active so that as much (or as little) as ever is allowed."""
    retired = {name for rule in policy.rules for name in rule.retires}
    activated = {name for rule in policy.rules for name in rule.activates}
    live: set[str] = set()
    for rule in policy.rules:
        changes = rule.id in retired or rule.ttl is not None or (rule.dormant and rule.id in activated)
        starts = not rule.dormant
        live |= {rule.id} if (starts if not changes else (rule.effect == "allow") == widest) else set()
    return frozenset(live)


def _gained(
    new: PolicySet, live: frozenset[str], old: PolicySet, before: frozenset[str], tool: Tool, engines: Engines
) -> Answer:
    scope = scope_of(new, tool)
    question = Question(scope, [*_conditions(new, tool), *_conditions(old, tool)])
    earlier = Question(scope_of(old, tool), [*_conditions(new, tool), *_conditions(old, tool)])
    try:
        wider, narrower = allowed(new, question, live), allowed(old, earlier, before)
    except Unsupported as error:
        return Unknown(str(error))
    question.variables.update(earlier.variables)
    question.complete &= earlier.complete

    def confirm(request: Request) -> bool:
        return decide(new, request, live).kind == "allow" and decide(old, request, before).kind != "allow"

    return refute(question, both(wider, no(narrower)), confirm, engines)


def diff(new: PolicySet, old: PolicySet, engines: Engines = ENGINES) -> Difference:
    """Compare what two policies allow at their start, tool by tool, with witnesses."""
    told = _alike(new, old) or _alike(old, new)
    if told:
        return Difference("unknown", reason=told)
    gained: list[Request] = []
    lost: list[Request] = []
    for tool in new.tools:
        for one, other, into in ((new, old, gained), (old, new, lost)):
            verdict = _gained(one, one.awake, other, other.awake, tool, engines)
            if isinstance(verdict, Counterexample):
                into.append(verdict.request)
            elif isinstance(verdict, Unknown):
                return Difference("unknown", tuple(gained), tuple(lost), f"{tool.name}: {verdict.reason}")
    relations: dict[tuple[bool, bool], Literal["equal", "wider", "narrower", "incomparable"]] = {
        (False, False): "equal",
        (True, False): "wider",
        (False, True): "narrower",
        (True, True): "incomparable",
    }
    return Difference(relations[bool(gained), bool(lost)], tuple(gained), tuple(lost))


class Refused(ValueError):
    """Raised for an update that widens a policy and that no person stands behind; the message holds a witness."""


def amend(policy: PolicySet, rules: Sequence[Rule], *, person: bool = False, engines: Engines = ENGINES) -> PolicySet:
    """Return a policy with its rules exchanged; without a person only if that is proved to narrow it.

    Raises Refused if it widens the policy, or if that cannot be told.
    """
    new = msgspec.structs.replace(policy, rules=tuple(rules))
    if len({rule.id for rule in rules}) < len(rules):
        raise Refused("two rules have one name; give each a name of its own")
    if person:
        return new
    verdict = narrows(new, policy, engines)
    match verdict:
        case Proved():
            return new
        case Counterexample(request=request):
            raise Refused(f"the update allows {shown(request)}, which was not allowed; let a person confirm it")
        case Unknown(reason=reason):
            raise Refused(f"it is unknown whether the update only narrows ({reason}); let a person confirm it")


def replay(policy: PolicySet, request: Request) -> bool:
    """Return whether a recorded call is allowed at the start (obligation PO7)."""
    try:
        normalise(policy, request)
    except Malformed:
        return False
    return decide(policy, request).kind == "allow"
