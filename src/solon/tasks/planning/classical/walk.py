"""Walks through the states of a problem: what can be done in a state, and what it changes."""

import random
from functools import cached_property

from solon.verify.pddl.ground import Task, ground
from solon.verify.pddl.syntax import Domain, Problem, Step
from solon.verify.pddl.world import State, World


class Walker:
    """A problem that is acted in, one step at a time."""

    def __init__(self, domain: Domain, problem: Problem) -> None:
        self._world = World(domain, problem)
        self._domain, self._problem = domain, problem
        self.start: State = self._world.start

    @cached_property
    def _ground(self) -> Task:
        return ground(self._domain, self._problem)

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """All steps that could ever be taken, in one order; some of those listed never can. Raises TooLarge."""
        return tuple(dict.fromkeys(operator.step for operator in self._ground.operators))

    def lacking(self, state: State, step: Step) -> tuple[str, ...]:
        """Return what a step needs that does not hold; nothing if it can be taken."""
        action = self._world.actions[step.name]
        return tuple(map(str, self._world.unmet(action.precondition, state, self._world.binding(action, step))))

    def after(self, state: State, step: Step) -> State | None:
        """Return the state after a step, None if it cannot be taken."""
        action = self._world.actions[step.name]
        binding = self._world.binding(action, step)
        if self._world.unmet(action.precondition, state, binding):
            return None
        added, removed = self._world.changes(action, state, binding)
        return (state - removed) | added

    def walk(self, length: int, dice: random.Random) -> list[State]:
        """Return the states of a random walk from the start, which avoids where it was if it can. Raises TooLarge."""
        task = self._ground
        states = [task.start]
        for _ in range(length):
            here = states[-1]
            choices = [operator.apply(here) for operator in task.operators if operator.applicable(here)]
            if not choices:
                break
            fresh = [state for state in choices if state not in states]
            states.append(dice.choice(fresh or choices))
        fixed = self.start - frozenset(task.facts)
        return [fixed | {fact for place, fact in enumerate(task.facts) if state >> place & 1} for state in states]
