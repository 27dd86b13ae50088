"""Stand-ins that read the words by templates, plant mistakes and mend what the feedback names.

They know the words, the trusted domain, their own drafts and the feedback, and nothing of the judge.
"""

import random
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from msgspec import structs

from solon.contract import Feedback, Program
from solon.standin import Draft
from solon.tasks.planning.classical.judged import literal
from solon.tasks.planning.classical.scene import World
from solon.tasks.planning.classical.words import parse
from solon.verify.pddl.mutate import PLAN_KINDS, PROBLEM_KINDS, TextKind, mutate_plan, mutate_problem, mutate_text
from solon.verify.pddl.read import ParseError, peel, read_problem
from solon.verify.pddl.simulate import read_plan, states, validate
from solon.verify.pddl.syntax import And, Atom, Formula, Plan, Problem, Typed, conjuncts, print_plan, print_problem

_LACKS: Final = re.compile(r"at the start, the words say: (.+); init lacks it")
_SAYS: Final = re.compile(r"init says: (.+); the words do not say it of the start")
_GOAL_LACKS: Final = re.compile(r"of the goal, the words say: (.+); the goal lacks it")
_GOAL_SAYS: Final = re.compile(r"the goal says: (.+); the words do not want it")
_OBJECT_LACKS: Final = re.compile(r"the words tell of ([^ ,]+), of type [^;]+; the objects lack it")
_OBJECT_HAS: Final = re.compile(r"the objects have ([^ ,]+), of type [^;]+; the words do not tell of it")
_QUOTED: Final = re.compile(r"'([a-z][a-z0-9-]*)'")
_FORM: Final[tuple[TextKind, ...]] = ("unbalanced parenthesis", "duplicated section")
_SECTIONS: Final = ("objects", "init", "goal", "domain", "metric")


class ProblemAuthor:
    """Writes problem files."""

    def __init__(self, world: World, text: str, program: Callable[[str], Program]) -> None:
        self._world, self._program = world, program
        self._own = world.problem(parse(world, text))

    def draft(self, mistakes: int, entropy: int) -> Draft:
        """Return the template's formalisation with planted mistakes."""
        return self._planted(self._own, mistakes, random.Random(entropy))  # noqa: S311 - reproducible on purpose

    def mend(self, draft: Program, feedback: Feedback, rate: float, entropy: int) -> Draft:
        """Write anew what the feedback names: facts, goals, objects, a section, or all of a text nobody can read."""
        dice = random.Random(entropy)  # noqa: S311 - reproducible on purpose
        try:
            problem = read_problem(peel(draft.source))
        except ParseError:
            problem, mended = self._own, 1
        else:
            problem, mended = self._mended(problem, feedback.text)
            if not mended:
                part = dice.choice(_SECTIONS[:3])
                problem, mended = self._anew(problem, part), 1
        again = sum(dice.random() < rate for _ in range(mended))
        return self._planted(problem, again, dice)

    def _planted(self, problem: Problem, mistakes: int, dice: random.Random) -> Draft:
        kinds: list[str] = []
        form: list[TextKind] = []
        while len(kinds) + len(form) < mistakes:
            place = dice.randrange(len(PROBLEM_KINDS) + len(_FORM))
            if place >= len(PROBLEM_KINDS):
                form.append(_FORM[place - len(PROBLEM_KINDS)])
                continue
            mutant = mutate_problem(self._world.domain, problem, PROBLEM_KINDS[place], dice.getrandbits(32))
            if mutant is not None:
                problem = mutant.thing
                kinds.append(mutant.kind)
        text = print_problem(problem)
        for kind in form:
            spoilt = mutate_text(text, kind, dice.getrandbits(32))
            if spoilt is not None:
                text = spoilt.thing
                kinds.append(kind)
        return Draft(self._program(text), tuple(kinds))

    def _mended(self, problem: Problem, text: str) -> tuple[Problem, int]:
        """Return the problem with what the feedback names written anew, and how many parts that were."""
        objects, some = self._objects(problem.objects, text)
        init, more = self._formulas(problem.init, self._own.init, (_LACKS, _SAYS), text)
        goal, most = self._formulas(conjuncts(problem.goal), conjuncts(self._own.goal), (_GOAL_LACKS, _GOAL_SAYS), text)
        atoms = tuple(it for it in init if isinstance(it, Atom))
        denied = tuple(it for it in problem.denied if it not in atoms)
        found = structs.replace(problem, objects=objects, init=atoms, denied=denied, goal=And(goal))
        count = some + more + most
        if not count:
            for part in self._named_sections(text):
                found, count = self._anew(found, part), count + 1
            quoted = set(_QUOTED.findall(text))
            kept = tuple(entry for entry in found.objects if entry.name not in quoted)
            right = tuple(entry for entry in self._own.objects if entry.name in quoted)
            if right or kept != found.objects:
                found, count = structs.replace(found, objects=(*kept, *right)), count + 1
        return found, count

    def _objects(self, objects: tuple[Typed, ...], text: str) -> tuple[tuple[Typed, ...], int]:
        named = {*_OBJECT_LACKS.findall(text), *_OBJECT_HAS.findall(text)}
        kept = tuple(entry for entry in objects if entry.name not in named)
        return (*kept, *(entry for entry in self._own.objects if entry.name in named)), len(named)

    def _formulas(
        self,
        given: Sequence[Formula],
        own: Sequence[Formula],
        patterns: tuple[re.Pattern[str], re.Pattern[str]],
        text: str,
    ) -> tuple[tuple[Formula, ...], int]:
        lacking, spare = (set(pattern.findall(text)) for pattern in patterns)
        kept = tuple(it for it in given if literal(self._world, it) not in spare)
        added = tuple(it for it in own if literal(self._world, it) in lacking and it not in kept)
        return (*kept, *added), len(given) - len(kept) + len(added)

    def _named_sections(self, text: str) -> Iterator[str]:
        """Yield the sections that an error names, by name or by a word that stands in them and not in the words."""
        for part in _SECTIONS:
            if re.search(rf"\b(?:in|of) (?:the )?{part}\b|\b{part}:", text):
                yield part

    def _anew(self, problem: Problem, part: str) -> Problem:
        own = self._own
        if part == "domain":
            return structs.replace(problem, domain=own.domain, requirements=own.requirements)
        if part == "metric":
            return structs.replace(problem, metric=own.metric, values=own.values)
        if part == "init":
            return structs.replace(problem, init=own.init, denied=own.denied, values=own.values)
        return structs.replace(problem, **{part: getattr(own, part)})


_STEP: Final = re.compile(r"step (\d+)")


class PlanAuthor:
    """Writes plans: it plans for the template's formalisation, errs, and plans anew from the step that fails."""

    def __init__(
        self, world: World, text: str, program: Callable[[str], Program], planner: Callable[[Problem], Plan | None]
    ) -> None:
        self._world, self._program, self._planner = world, program, planner
        self._own = world.problem(parse(world, text))

    def draft(self, mistakes: int, entropy: int) -> Draft:
        """Return a plan with planted mistakes."""
        return self._planted(self._planner(self._own) or (), mistakes, random.Random(entropy))  # noqa: S311 - reproducible on purpose

    def mend(self, draft: Program, feedback: Feedback, rate: float, entropy: int) -> Draft:
        """Keep what comes before the first step that the feedback names and plan from there."""
        dice = random.Random(entropy)  # noqa: S311 - reproducible on purpose
        try:
            plan = read_plan(peel(draft.source), self._world.domain)
        except ParseError:
            plan = ()
        steps = [int(number) for number in _STEP.findall(feedback.text) if int(number) > 0]
        if "the goal is not reached" in feedback.text:
            first = len(plan) + 1
        else:
            first = min(steps) if steps else dice.randint(1, len(plan) + 1)
        kept = plan[: first - 1]
        run = validate(self._world.domain, self._own, kept, persist=True)
        here = states(self._own, run)[-1]
        taken = tuple(transition.step for transition in run.trace)
        rest = self._planner(structs.replace(self._own, init=tuple(sorted(here, key=str))))
        if rest is None:  # a dead end: what was kept is of no use
            taken, rest = (), self._planner(self._own) or ()
        return self._planted((*taken, *rest), int(dice.random() < rate), dice)

    def _planted(self, plan: Plan, mistakes: int, dice: random.Random) -> Draft:
        kinds: list[str] = []
        for _ in range(mistakes):
            for kind in dice.sample(PLAN_KINDS, len(PLAN_KINDS)):
                mutant = mutate_plan(self._world.domain, self._own, plan, kind, dice.getrandbits(32))
                if mutant is not None:
                    plan = mutant.thing
                    kinds.append(mutant.kind)
                    break
        return Draft(self._program(print_plan(plan) or "()\n"), tuple(kinds))
