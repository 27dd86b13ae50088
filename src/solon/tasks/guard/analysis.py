"""What can be said of a policy without running it: mistakes, dead rules, overlaps, differences, narrowing.

Each answer is by proof over all requests of a tool, or by a request that ``decide`` confirms, or it is unknown.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from typing import Final, Literal

import msgspec

from solon.contract import Proved, Unknown, Value
from solon.tasks.guard.policy import Decision, PolicySet, Rule, decide, fires, normalise, ordered
from solon.verify.requests.apart import Facts, apart, facts
from solon.verify.requests.check import complaints
from solon.verify.requests.expression import Expression, Path, walk
from solon.verify.requests.formula import NEVER, Formula, both, either, no
from solon.verify.requests.meaning import Question, Scope, Unsupported
from solon.verify.requests.prove import ENGINES, Answer, Counterexample, Engine, refute
from solon.verify.requests.request import Request, shown
from solon.verify.requests.schema import Malformed, Tool

Engines = Sequence[Engine]

_ROUNDS: Final = 12  # calls that are looked at before all rules come into question


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
            yield rule, _when(question, rule)


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
        rules = _Rules(policy, engines)
        found += [*rules.dead(), *rules.overlaps(), *rules.vacuity()]
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


def dead_rules(policy: PolicySet, engines: Engines = ENGINES) -> Iterator[Remark]:
    """Yield the rules that never decide, whatever is called and whichever rules are active besides those now."""
    yield from _Rules(policy, engines).dead()


def overlaps(policy: PolicySet, engines: Engines = ENGINES) -> Iterator[Remark]:
    """Yield pairs of rules of opposite effect and equal rank that fire on one and the same call, with that call.

    All arguments count together: rules that differ in one argument do not overlap. Where priorities (or deny-overrides)
    settle the matter there is nothing to report.
    """
    yield from _Rules(policy, engines).overlaps()


def vacuity(policy: PolicySet, engines: Engines = ENGINES) -> Iterator[Remark]:
    """Yield a remark if a policy allows nothing at all, or not even a call of some tool that a rule allows."""
    yield from _Rules(policy, engines).vacuity()


class _Rules:
    """What is found of the rules of one policy, each question asked once.

    A rule before another comes into question only where a call shows that it fires first, so that most questions stay
    small however many rules there are; a verdict is the same as of the question that names them all.
    """

    def __init__(self, policy: PolicySet, engines: Engines) -> None:
        self._policy = policy
        self._engines = engines
        self._alone: dict[tuple[str, str], Answer] = {}
        self._decides: dict[tuple[str, str], Answer] = {}
        self._facts: dict[tuple[str, str], Facts] = {}

    def dead(self) -> Iterator[Remark]:
        for rule in self._policy.rules:
            tools = [tool for tool in self._policy.tools if rule.concerns(tool.name)]
            verdicts = [self._ever(tool, rule) for tool in tools]
            if verdicts and all(isinstance(verdict, Proved) for verdict in verdicts):
                shadow = self._shadow(rule, tools)
                reason = f"the rule {shadow} decides first" if shadow else "no request fulfils its condition"
                yield Remark("dead", rule.id, f"it never decides: {reason}; remove it or change its priority")
            elif verdicts and not any(isinstance(verdict, Counterexample) for verdict in verdicts):
                reasons = [verdict.reason for verdict in verdicts if isinstance(verdict, Unknown)]
                yield Remark("unknown", rule.id, f"whether it ever decides is unknown ({reasons[0]})")

    def overlaps(self) -> Iterator[Remark]:
        if self._policy.combine == "deny-overrides":
            return
        for tool in self._policy.tools:
            ranks: dict[int, list[Rule]] = {}
            for rule in ordered(self._policy, tool.name):
                if rule.id in self._policy.awake:
                    ranks.setdefault(rule.priority, []).append(rule)
            for one, other in (pair for rules in ranks.values() for pair in combinations(rules, 2)):
                verdict = None if one.effect == other.effect else self._overlap(tool, one, other)
                if isinstance(verdict, Counterexample):
                    text = f"{one.effect} and {other.effect} by {other.id} fire together on {verdict.witness}"
                    yield Remark("overlap", one.id, f"{text}; give them different priorities", verdict.request)

    def vacuity(self) -> Iterator[Remark]:
        for tool in self._policy.tools:
            if not any(rule.effect != "forbid" and rule.concerns(tool.name) for rule in self._policy.rules):
                continue
            if self._allows(tool) is False:
                yield Remark("vacuous", "", f"no call of {tool.name} is ever allowed at the start; is that meant?")
        if not any(rule.effect != "forbid" for rule in self._policy.rules):
            yield Remark("vacuous", "", "no rule allows anything; add one with the effect allow")

    def _allows(self, tool: Tool) -> bool | None:
        """Return whether some rule that allows ever decides at the start; None if that is unknown."""
        unknown = False
        for rule in ordered(self._policy, tool.name):
            if rule.effect == "allow" and rule.id in self._policy.awake:
                verdict = self._ever(tool, rule)
                if isinstance(verdict, Counterexample):
                    return True
                unknown |= isinstance(verdict, Unknown)
        return None if unknown else False

    def _ever(self, tool: Tool, rule: Rule) -> Answer:
        """Prove that a rule never decides on a tool with the rules active that are so at the start, or give a call."""
        key = (tool.name, rule.id)
        if key not in self._decides:
            self._decides[key] = self._first(tool, rule, self._before(tool, rule))
        return self._decides[key]

    def _before(self, tool: Tool, rule: Rule) -> list[Rule]:
        every = ordered(self._policy, tool.name)
        place = next(place for place, other in enumerate(every) if other.id == rule.id)
        return [other for other in every[:place] if other.id in self._policy.awake]

    def _first(self, tool: Tool, rule: Rule, before: Sequence[Rule]) -> Answer:
        """Prove that a rule never fires on a tool where none of those before it does, or give a call."""
        asked: set[str] = set()
        for _ in range(_ROUNDS):
            answer = self._among(tool, rule, [other for other in before if other.id in asked])
            if isinstance(answer, Proved):
                return answer
            if isinstance(answer, Unknown):
                break
            found = [other.id for other in before if fires(other, answer.request, self._policy)]
            if not found:
                return answer
            asked.update(found)
        return self._among(tool, rule, before)

    def _among(self, tool: Tool, rule: Rule, before: Sequence[Rule]) -> Answer:
        """Prove what ``_first`` does with all rules named at once."""
        key = (tool.name, rule.id)
        if not before and key in self._alone:
            return self._alone[key]
        answer = _ask(
            scope_of(self._policy, tool),
            [rule.when, *(other.when for other in before)],
            lambda question: both(_when(question, rule), *(no(_when(question, other)) for other in before)),
            lambda request: (
                fires(rule, request, self._policy) and not any(fires(other, request, self._policy) for other in before)
            ),
            self._engines,
        )
        if not before:
            self._alone[key] = answer
        return answer

    def _shadow(self, rule: Rule, tools: Sequence[Tool]) -> str:
        """Return the id of one rule that alone always decides before another, if there is one."""
        for tool in tools:
            alone = self._among(tool, rule, [])
            if isinstance(alone, Proved):
                continue
            for other in self._before(tool, rule):
                if isinstance(alone, Counterexample) and not fires(other, alone.request, self._policy):
                    continue
                if isinstance(self._among(tool, rule, [other]), Proved):
                    return other.id
        return ""

    def _overlap(self, tool: Tool, one: Rule, other: Rule) -> Answer:
        for rule, rival in ((one, other), (other, one)):
            alone = self._among(tool, rule, [])
            if isinstance(alone, Counterexample) and fires(rival, alone.request, self._policy):
                return alone
            if isinstance(alone, Proved):
                return alone
        if apart(self._fact(tool, one), self._fact(tool, other)):
            return Proved("what they ask of one argument contradicts itself")
        return overlap(self._policy, tool, one, other, self._engines)

    def _fact(self, tool: Tool, rule: Rule) -> Facts:
        key = (tool.name, rule.id)
        if key not in self._facts:
            question = Question(scope_of(self._policy, tool), [rule.when])
            try:
                self._facts[key] = facts(question, _when(question, rule))
            except Unsupported:
                self._facts[key] = Facts()
        return self._facts[key]


def _when(question: Question, rule: Rule) -> Formula:
    """Return when a rule fires."""
    return question.holds(rule.when) if rule.effect == "allow" else question.may_hold(rule.when)


def overlap(policy: PolicySet, tool: Tool, one: Rule, other: Rule, engines: Engines = ENGINES) -> Answer:
    """Prove that two rules never fire on the same call of a tool, or give a call on which both do."""
    return _ask(
        scope_of(policy, tool),
        [one.when, other.when],
        lambda question: both(_when(question, one), _when(question, other)),
        lambda request: fires(one, request, policy) and fires(other, request, policy),
        engines,
    )


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
        fired = _when(question, other)
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
