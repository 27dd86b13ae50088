"""The question whether one policy allows what another does not, for a solver of SMT-LIB's theory of strings.

Written from the evaluator's rules and without the automata, whose verdicts it checks.
"""

from collections.abc import Callable, Sequence

from solon.contract import Unknown
from solon.tasks.guard.access import patterns, values
from solon.tasks.guard.access.compare import Relation
from solon.tasks.guard.access.model import Elements, Policy, Statement, Test
from solon.tasks.guard.access.references import Case, cases
from solon.tasks.guard.access.space import Unsupported
from solon.verify.limited import USUAL, Limits
from solon.verify.strings import smt


def relation(
    first: Policy,
    second: Policy,
    solver: smt.Solver = "cvc5",
    limits: Limits = USUAL,
    *,
    within: Policy | None = None,
) -> Relation | Unknown:
    """Return how two policies stand to each other, by two questions for each case of the keys referred to.

    ``within`` allows the requests that can occur, of which alone is asked.

    Raises Unsupported, TooLarge and MissingSolver.
    """
    answers: list[smt.Answer] = []
    for pair in ((first, second), (second, first)):
        answer: smt.Answer = "unsat"
        for case in cases([*pair, *([within] if within else [])]):
            said = smt.decide(question(*pair, case, within), solver, limits)
            if isinstance(said, Unknown):
                return said
            if said == "sat":
                answer = said
                break
        answers.append(answer)
    kinds: dict[tuple[smt.Answer, smt.Answer], Relation] = {
        ("sat", "sat"): "incomparable",
        ("sat", "unsat"): "more",
        ("unsat", "sat"): "less",
        ("unsat", "unsat"): "equivalent",
    }
    return kinds[answers[0], answers[1]]


def question(allowing: Policy, denying: Policy, case: Case, within: Policy | None = None) -> str:
    """Return the script that is satisfiable if the first policy allows a request that the second does not."""
    occurring = [within] if within else []
    writer = _Writer([allowing, denying, *occurring], case)
    allowed = [writer.allowed(policy) for policy in (allowing, *occurring)]
    formula = smt.every([*allowed, f"(not {writer.allowed(denying)})"])
    lines = ["(set-logic ALL)", *writer.declared, *(f"(assert {fact})" for fact in writer.facts)]
    return "\n".join([*lines, f"(assert {formula})", "(check-sat)"])


class _Key:
    """The slots of a condition key: as many values as there are lines on it, so that each can have one of its own."""

    def __init__(self, number: int, tests: Sequence[Test]) -> None:
        families = {test.operator.family for test in tests} - {"null"}
        self.textual = families <= {"string", "arn", "bool"}
        if families - {"string", "arn"} and not families <= {"string", "bool"} and len(families) > 1:
            raise Unsupported(f"the key {tests[0].key} is compared as {' and as '.join(sorted(families))}")
        self.boolean = "bool" in families
        count = len(tests) if any(test.operator.quantifier for test in tests) else 1
        self.slots = [(f"k{number}_{slot}", f"u{number}_{slot}") for slot in range(count)]
        self.domain = {"numeric": values.NUMBERS, "date": values.DATES, "ip": values.ADDRESSES}.get(
            next(iter(families), ""), (0, 0)
        )

    @property
    def present(self) -> str:
        return self.slots[0][1]


class _Writer:
    def __init__(self, policies: Sequence[Policy], case: Case) -> None:
        self.case = case
        self.declared = ["(declare-const act String)"]
        self.facts: list[str] = []
        statements = [statement for policy in policies for statement in policy.statements]
        for name, elements in (
            ("res", [statement.resource for statement in statements]),
            ("pri", [statement.principal for statement in statements]),
        ):
            self.declared += [f"(declare-const {name} String)", f"(declare-const has_{name} Bool)"]
            if all(elements):
                self.facts.append(f"has_{name}")
        tests: dict[str, list[Test]] = {}
        for statement in statements:
            for test in statement.condition:
                tests.setdefault(test.key, []).append(test)
        self.keys = {key: _Key(number, found) for number, (key, found) in enumerate(tests.items())}
        for key in self.keys.values():
            self._declare(key)
        for name, value in case.items():
            if (key := self.keys.get(name)) is None:
                continue
            if not key.textual:
                raise Unsupported(f"the key {name} is no text, and a pattern refers to it")
            if value is None:
                self.facts += [f"(not {used})" for _, used in key.slots]
            else:
                self.facts += [key.present, f"(= {key.slots[0][0]} {smt.text(value)})"]
                self.facts += [f"(not {used})" for _, used in key.slots[1:]]

    def _declare(self, key: _Key) -> None:
        for place, (value, used) in enumerate(key.slots):
            self.declared += [
                f"(declare-const {value} {'String' if key.textual else 'Int'})",
                f"(declare-const {used} Bool)",
            ]
            if place:
                self.facts.append(f"(=> {used} {key.slots[place - 1][1]})")
            if key.boolean:
                self.facts.append(f'(or (= {value} "true") (= {value} "false"))')
            if not key.textual:
                self.facts.append(f"(and (<= {_number(key.domain[0])} {value}) (<= {value} {_number(key.domain[1])}))")

    def allowed(self, policy: Policy) -> str:
        by_effect = {
            effect: smt.some(
                self._applies(statement, policy) for statement in policy.statements if statement.effect == effect
            )
            for effect in ("Allow", "Deny")
        }
        return f"(and {by_effect['Allow']} (not {by_effect['Deny']}))"

    def _applies(self, statement: Statement, policy: Policy) -> str:
        lookup = self.case.get if policy.variables else None

        def plain(value: str) -> str:
            return smt.matched("act", patterns.tokens(value, wild=True, lookup=None) or ())

        def resource(value: str) -> str:
            pattern = patterns.tokens(value, wild=True, lookup=lookup)
            return "false" if pattern is None else smt.matched("res", pattern)

        def principal(value: str) -> str:
            return smt.matched("pri", patterns.principal(value))

        action = smt.some(plain(value) for value in statement.action.values)
        return smt.every(
            [
                f"(not {action})" if statement.action.negated else action,
                self._element(statement.resource, "has_res", resource),
                self._element(statement.principal, "has_pri", principal),
                *(self._holds(test, lookup) for test in statement.condition),
            ]
        )

    def _element(self, elements: Elements | None, present: str, matched: Callable[[str], str]) -> str:
        if elements is None:
            return f"(not {present})"
        met = smt.some("true" if value == "*" else f"(and {present} {matched(value)})" for value in elements.values)
        return f"(not {met})" if elements.negated else met

    def _holds(self, test: Test, lookup: patterns.Lookup | None) -> str:
        operator, key = test.operator, self.keys[test.key]
        if operator.family == "null":
            wanted = {values.truth(value) for value in test.values}
            return smt.some(f"(not {key.present})" if absent else key.present for absent in sorted(map(bool, wanted)))
        hits = [
            (used, smt.some(self._one(test, value, name, lookup) for value in test.values)) for name, used in key.slots
        ]
        each = [(used, f"(not {hit})" if operator.negated else hit) for used, hit in hits]
        if operator.quantifier == "ForAllValues" or (not operator.quantifier and operator.negated):
            present = smt.every(f"(=> {used} {hit})" for used, hit in each)
        else:
            present = smt.some(f"(and {used} {hit})" for used, hit in each)
        absent = operator.if_exists or operator.quantifier == "ForAllValues"
        absent = absent or (operator.negated and operator.quantifier != "ForAnyValue")
        return f"(ite {key.present} {present} {'true' if absent else 'false'})"

    def _one(self, test: Test, value: str, name: str, lookup: patterns.Lookup | None) -> str:
        operator = test.operator
        if operator.family in ("string", "arn"):
            pattern = patterns.tokens(value, wild=operator.mode == "like", lookup=lookup)
            if pattern is None:
                return "false"
            if operator.family == "arn":
                return smt.matched(name, patterns.arn(pattern))
            return smt.matched(name, patterns.fold(pattern) if operator.ignore_case else pattern)
        if operator.family == "bool":
            return f"(= {name} {smt.text(value.lower())})"
        if operator.family == "ip":
            low, high = values.network(value) or (1, 0)
            return f"(and (<= {low} {name}) (<= {name} {high}))"
        at = (values.number if operator.family == "numeric" else values.date)(value) or 0
        sign = {"less": "<", "less-equals": "<=", "greater": ">", "greater-equals": ">="}.get(operator.mode, "=")
        return f"({sign} {name} {_number(at)})"


def _number(value: int) -> str:
    return str(value) if value >= 0 else f"(- {-value})"
