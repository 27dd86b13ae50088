"""A walk that rebuilds domains and problems; subclasses change what they care about."""

from solon.verify.pddl.syntax import (
    Action,
    And,
    Atom,
    Change,
    Domain,
    Effect,
    Equal,
    Every,
    Formula,
    Imply,
    Not,
    Or,
    Problem,
    Quantified,
    Symbol,
    Typed,
    When,
)


class Rewriter:
    """Rebuilds what it is given, unchanged; every method is there to be overridden."""

    def term(self, name: str) -> str:
        """Return a variable or an object."""
        return name

    def kind(self, name: str) -> str:
        """Return a type."""
        return name

    def typed(self, entries: tuple[Typed, ...]) -> tuple[Typed, ...]:
        """Return declared objects or variables."""
        return tuple(Typed(self.term(entry.name), tuple(map(self.kind, entry.types))) for entry in entries)

    def types(self, entries: tuple[Typed, ...]) -> tuple[Typed, ...]:
        """Return declared types."""
        return tuple(Typed(self.kind(entry.name), tuple(map(self.kind, entry.types))) for entry in entries)

    def atom(self, atom: Atom) -> Atom:
        """Return an atom of a predicate or a function."""
        return Atom(atom.name, tuple(map(self.term, atom.arguments)))

    def symbol(self, symbol: Symbol) -> Symbol:
        """Return a declaration of a predicate or a function."""
        return Symbol(symbol.name, self.typed(symbol.parameters))

    def formula(self, formula: Formula) -> Formula:
        """Return a condition or a goal."""
        match formula:
            case Atom():
                return self.atom(formula)
            case Equal(left=left, right=right):
                return Equal(self.term(left), self.term(right))
            case Not(body=body):
                return Not(self.formula(body))
            case And(parts=parts) | Or(parts=parts):
                return type(formula)(tuple(map(self.formula, parts)))
            case Imply(condition=condition, conclusion=conclusion):
                return Imply(self.formula(condition), self.formula(conclusion))
            case Quantified(kind=kind, variables=variables, body=body):
                return Quantified(kind, self.typed(variables), self.formula(body))

    def effect(self, effect: Effect) -> Effect:
        """Return an effect."""
        match effect:
            case Change(atom=atom, adds=adds):
                return Change(self.atom(atom), adds)
            case When(condition=condition, effects=effects):
                return When(self.formula(condition), tuple(map(self.effect, effects)))
            case Every(variables=variables, effects=effects):
                return Every(self.typed(variables), tuple(map(self.effect, effects)))

    def action(self, action: Action) -> Action:
        """Return an action."""
        return Action(
            action.name,
            self.typed(action.parameters),
            self.formula(action.precondition),
            tuple(map(self.effect, action.effects)),
            tuple(self.atom(part) if isinstance(part, Atom) else part for part in action.cost),
        )

    def domain(self, domain: Domain) -> Domain:
        """Return a domain."""
        return Domain(
            domain.name,
            domain.requirements,
            self.types(domain.types),
            self.typed(domain.constants),
            tuple(map(self.symbol, domain.predicates)),
            tuple(map(self.symbol, domain.functions)),
            tuple(map(self.action, domain.actions)),
        )

    def problem(self, problem: Problem) -> Problem:
        """Return a problem."""
        return Problem(
            name=problem.name,
            domain=problem.domain,
            objects=self.typed(problem.objects),
            init=tuple(map(self.atom, problem.init)),
            goal=self.formula(problem.goal),
            metric=problem.metric,
            values=tuple((self.atom(atom), value) for atom, value in problem.values),
            denied=tuple(map(self.atom, problem.denied)),
            requirements=problem.requirements,
        )
