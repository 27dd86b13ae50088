"""Plans read from text and run step by step; a verdict that names the first step that fails and why."""

import re
from typing import Final

from solon.contract import Value
from solon.verify.pddl.check import check
from solon.verify.pddl.issue import Issue, errors
from solon.verify.pddl.lexer import ParseError, Place
from solon.verify.pddl.syntax import Action, Atom, Domain, Plan, Problem, Step, print_formula, print_typed
from solon.verify.pddl.world import State, Transition, World

_GROUP: Final = re.compile(r"[()]|[^()]+")
_STEP: Final = re.compile(r"\(\s*([^\s(),;]+)")


class Verdict(Value, frozen=True):
    """What a plan does: the steps that could be taken, and what is wrong with it."""

    valid: bool  # every step applicable and the goal true at the end
    issues: tuple[Issue, ...] = ()  # in the order of the plan; empty for a valid plan without a redundant tail
    trace: tuple[Transition, ...] = ()  # of the steps that were taken
    cost: float = 0.0  # of the steps that were taken, under the problem's metric
    reached: int | None = None  # length of the shortest prefix after which the goal holds
    met: int = 0  # literals of the goal that hold at the end, and how many there are
    literals: int = 0
    best: int = 0  # the most literals of the goal that held after any step, or at first

    @property
    def progress(self) -> float:
        """Best fraction of the goal's literals that held at any time (AgentBoard's progress rate)."""
        return self.best / self.literals if self.literals else 1.0


def validate(domain: Domain, problem: Problem, plan: Plan, *, persist: bool = False) -> Verdict:
    """Run a plan from the initial state and judge it; independent of every planner.

    The first step that cannot be taken ends the run; with ``persist`` such steps are reported and left out. A domain
    or a problem that ``check`` finds in error gives a verdict with those errors and no step taken.
    """
    wrong = errors(check(domain, problem))
    if wrong:
        return Verdict(valid=False, issues=wrong)
    world = World(domain, problem)
    run = _Run(world)
    complete = True
    for number, step in enumerate(plan, 1):
        issue = run.take(number, step)
        if issue is not None:
            run.issues.append(issue)
            if not persist:
                complete = False
                break
    return run.verdict(len(plan), complete=complete)


def states(problem: Problem, verdict: Verdict) -> tuple[State, ...]:
    """Return the initial state and the state after each step that a verdict's run took."""
    found = [frozenset(problem.init)]
    for transition in verdict.trace:
        found.append((found[-1] - frozenset(transition.removed)) | frozenset(transition.added))
    return tuple(found)


def refusal(world: World, step: Step) -> Issue | None:
    """Return why a step makes no sense in any state: unknown names, number of arguments, types."""
    action = world.actions.get(step.name)
    if action is None:
        known = ", ".join(sorted(world.actions))
        return Issue("UndefinedSymbol", f"{step} is no action", f"the actions are {known}", names=(step.name,))
    if len(step.arguments) != len(action.parameters):
        message = f"{step} has {len(step.arguments)} arguments, {action.name} takes {len(action.parameters)}"
        return Issue("WrongArity", message, _call(action), names=(str(step),))
    for parameter, name in zip(action.parameters, step.arguments, strict=True):
        if name not in world.objects:
            message = f"{step} names '{name}', which is no object"
            return Issue("UndefinedSymbol", message, "name an object of the problem", names=(name,))
        if not world.hierarchy.fits(world.objects[name], parameter.types):
            own, wanted = " or ".join(world.objects[name]), " or ".join(parameter.types)
            message = f"{step} has '{name}', of type {own}, for {parameter.name}, of type {wanted}"
            return Issue("TypeMismatch", message, _call(action), names=(str(step), name))
    return None


def read_plan(text: str, domain: Domain) -> Plan:
    """Return the parenthesised actions of a text, in order; prose around them is ignored, and comments from ';' on.

    Raises ParseError for an unknown action, parentheses that do not match, a text without any action, and an action in
    a comment behind something else; ``()`` stands for the empty plan.
    """
    steps: list[Step] = []
    known = {action.name for action in domain.actions}
    opened: Place | None = None
    content, place, closed = "", Place(), 0
    for place, word in _pieces(text, known):
        if word == "(":
            if opened is not None:
                raise ParseError(place, "a parenthesis inside a step", "write each step as (ACTION NAME NAME)")
            opened, content = place, ""
        elif word == ")":
            if opened is None:
                raise ParseError(place, "')' closes nothing", "write each step as (ACTION NAME NAME)")
            steps += _step(content, opened, known)
            closed, opened = closed + 1, None
        elif opened is not None:
            content += word
    if opened is not None:
        raise ParseError(opened, "'(' is never closed", "write each step as (ACTION NAME NAME)")
    if not closed and any(not line.lstrip().startswith(";") for line in text.splitlines() if line.strip()):
        raise ParseError(place, "there is no step here", "write each step as (ACTION NAME NAME), or () for no step")
    return tuple(steps)


def _pieces(text: str, known: set[str]) -> list[tuple[Place, str]]:
    found: list[tuple[Place, str]] = []
    for line, content in enumerate(text.split("\n"), 1):
        code, _, comment = content.partition(";")
        if code.strip():
            found += [(Place(line, m.start() + 1), m.group()) for m in _GROUP.finditer(code + " ")]
            # prose may join steps by ';', and a plan without some of its steps would be another plan
            if any(step.lower() in known for step in _STEP.findall(comment)):
                place = Place(line, len(code) + 1)
                raise ParseError(place, "a step behind ';', which starts a comment", "write each step on its own line")
    return found


def _step(content: str, place: Place, known: set[str]) -> list[Step]:
    words = content.lower().replace(",", " ").split()
    if not words:
        return []
    if words[0] not in known:
        raise ParseError(place, f"'{words[0]}' is no action", f"the actions are {', '.join(sorted(known))}")
    return [Atom(words[0], tuple(words[1:]))]


def _call(action: Action) -> str:
    return f"write ({' '.join(filter(None, (action.name, print_typed(action.parameters))))}) with objects"


class _Run:
    """The state between two steps and what has been found so far."""

    def __init__(self, world: World) -> None:
        self._world, self._state = world, world.start
        self._goal = world.literals(world.problem.goal, {})
        self.issues: list[Issue] = []
        self._trace: list[Transition] = []
        self._taken = 0
        self._reached: int | None = None
        self._best = 0
        self._look(0)

    def _look(self, number: int) -> None:
        self._unmet = [part for part in self._goal if not self._world.holds(part, self._state, {})]
        if self._reached is None and not self._unmet:
            self._reached = number
        self._best = max(self._best, len(self._goal) - len(self._unmet))

    def take(self, number: int, step: Step) -> Issue | None:
        """Take a step, or return why it cannot be taken."""
        world = self._world
        found = refusal(world, step)
        if found is not None:
            return Issue(
                found.kind, found.message, found.remedy, where=f"step {number}", names=found.names, step=number
            )
        action = world.actions[step.name]
        binding = world.binding(action, step)
        missing = [print_formula(part) for part in world.unmet(action.precondition, self._state, binding)]
        cost = world.cost(action, binding)
        if isinstance(cost, Atom):
            missing.append(f"(= {cost} NUMBER)")
            cost = 0.0
        if missing:
            message = f"{step} cannot be taken, because it needs {' and '.join(missing)}"
            remedy = "put steps before it that achieve this, or take another step"
            names = tuple(missing)
            return Issue("InapplicableAction", message, remedy, where=f"step {number}", names=names, step=number)
        added, removed = world.changes(action, self._state, binding)
        new, gone = sorted(added - self._state, key=str), sorted(removed & self._state, key=str)
        self._state = (self._state - removed) | added
        self._trace.append(Transition(step, tuple(new), tuple(gone), cost))
        self._look(number)
        return None

    def verdict(self, length: int, *, complete: bool) -> Verdict:
        """Return the judgement after the last step."""
        failed = bool(self.issues)
        unmet = tuple(map(print_formula, self._unmet))
        if unmet and complete:
            message = f"the goal is not reached, because {' and '.join(unmet)} does not hold at the end"
            remedy = "add steps that achieve it"
            self.issues.append(Issue("GoalUnmet", message, remedy, where="goal", names=unmet, step=length))
        elif not failed and not unmet and self._reached is not None and self._reached < length:
            message = (
                f"the goal holds after step {self._reached} already" if self._reached else "the goal holds at once"
            )
            remedy = f"leave out the {length - self._reached} steps behind it"
            self.issues.append(
                Issue("RedundantTail", message, remedy, "warning", f"step {self._reached + 1}", step=self._reached + 1)
            )
        return Verdict(
            valid=not failed and not unmet,
            issues=tuple(self.issues),
            trace=tuple(self._trace),
            cost=sum((transition.cost for transition in self._trace), 0.0),
            reached=self._reached,
            met=len(self._goal) - len(unmet),
            literals=len(self._goal),
            best=self._best,
        )
