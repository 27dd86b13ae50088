"""Learning behind a guarantee: a program proposes, contracts check, fallbacks stand in, and the proof never changes."""

import random
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from solon.contract import (
    Episode,
    Fault,
    Figure,
    Jail,
    Metric,
    Program,
    ProgramFault,
    Proved,
    Seed,
    Task,
    Verdict,
    Worker,
)
from solon.playback import Frame, Moment, Recording, quote
from solon.sketch import Hole, HoleValue, Sketch
from solon.tasks.guard.generators.composition import prove, verdict
from solon.tasks.guard.generators.exhibits import Made, about, calls
from solon.tasks.guard.generators.mutation import mutation_score
from solon.tasks.guard.generators.problems import PROBLEMS, Case, GuardedProblem, Outputs
from solon.tasks.guard.guarded import judged
from solon.verify.requests.evaluate import evaluate, number_of
from solon.verify.requests.expression import Expression
from solon.verify.requests.request import Json, Request

_REVISION = "1"
_GUEST = "solon.tasks.guard.generators.guest"

_PUBLISHED: Final = {
    "regression: genetic search": {"violations": 62.9},
    "regression: SEVerA": {"violations": 0.0},
    "HumanEvalDafny: best before": {"score": 0.869, "violations": 4.0},
    "HumanEvalDafny: SEVerA": {"score": 0.970, "violations": 0.0},
    "DafnyBench: best before": {"score": 0.816, "violations": 8.2},
    "DafnyBench: SEVerA": {"score": 0.891, "violations": 0.0},
    "GSM-Symbolic: best before": {"score": 0.447, "violations": 2.1},
    "GSM-Symbolic: SEVerA": {"score": 0.660, "violations": 0.0},
    "tau2 airline: best before": {"score": 0.394, "violations": 0.0},
    "tau2 airline: SEVerA": {"score": 0.526, "violations": 0.0},
    "tau2 retail: best before": {"score": 0.422, "violations": 0.0},
    "tau2 retail: SEVerA": {"score": 0.536, "violations": 0.0},
}

_BRIEF = """\
You write one Python function `policy(step, given, tries, said)` that proposes outputs for {title}. Each proposal is \
checked against a contract; one that breaks it is thrown away and you are asked again, at most {budget} times, with \
`tries` = 1, 2, ... and `said` telling what was wrong; then a fallback answers. So nothing that you propose can break \
the rules, but fallbacks score badly.

# Steps

{words}

`given` is a dict of the inputs; return a dict of the outputs.

# Objective

{aim} Maximise score. All metrics:
{metrics}

Answer with one complete Python program that defines `policy(step, given, tries, said)`.
"""


@dataclass(frozen=True, kw_only=True)
class GeneratorTask(Task):
    """A generator behind proved contracts; the soft objective is learned, the hard one holds by construction."""

    name = "guard-generator"
    metrics = (
        Metric("score", role="objective", low=0.0, high=1.0, meaning="how well the outputs suit the aim, mean"),
        Metric(
            "violations", "minimise", "constraint", 0.0, meaning="outputs that break the specification of the whole"
        ),
        Metric("fallback_rate", "minimise", low=0.0, high=1.0, meaning="share of calls that a fallback answered"),
        Metric("acceptance_rate", low=0.0, high=1.0, meaning="share of proposals that keep their contract"),
    )

    problem: str = "refund"
    budget: int = 3
    cases: int = 50

    def __post_init__(self) -> None:
        if self.problem not in PROBLEMS:
            raise ValueError(f"no problem {self.problem!r}; choose one of {', '.join(PROBLEMS)}")
        if not 0 <= self.budget <= 20 or not 1 <= self.cases <= 2000:
            raise ValueError(f"budget must lie in 0..20 and cases in 1..2000, got {self.budget} and {self.cases}")
        chosen = f"problem={self.problem},budget={self.budget},cases={self.cases}"
        object.__setattr__(self, "version", f"{_REVISION}[{chosen}]")

    @property
    def guarded(self) -> GuardedProblem:
        """The program of guarded calls."""
        return PROBLEMS[self.problem]

    def brief(self) -> str:
        """Return the complete system prompt."""
        problem = self.guarded
        text = _BRIEF.format(
            title=problem.title,
            budget=self.budget,
            words="\n".join(f"- {words}" for words in problem.words),
            aim=problem.aim,
            metrics="\n".join(f"- {metric.name}: {metric.meaning}" for metric in self.metrics),
        )
        return "\n".join(textwrap.fill(line, 110) if len(line) > 110 else line for line in text.split("\n"))

    def evaluate(self, program: Program, seed: Seed, jail: Jail) -> Episode:
        """Run the program of guarded calls on drawn cases."""
        run = self._run(program, seed, jail)
        whole = self.guarded.program
        broken = sum(
            evaluate(whole.after, Request(whole.name, case, output=dict(outputs))) is not True
            for case, outputs in zip(run.cases, run.outputs, strict=True)
        )
        scores = [self.guarded.score(case, out) for case, out in zip(run.cases, run.outputs, strict=True)]
        metrics = {
            "score": sum(scores) / len(scores),
            "violations": float(broken),
            "fallback_rate": run.fallbacks / run.calls,
            "acceptance_rate": (run.calls - run.fallbacks) / run.samples if run.samples else 0.0,
        }
        return Episode(metrics)

    def record(self, program: Program, seed: Seed, jail: Jail) -> Recording:
        """Run as ``evaluate`` does and write each case down."""
        run = self._run(program, seed, jail)
        frames = tuple(
            Frame(caption=f"{_json(case)}: {_json(outputs)}", rewards=(self.guarded.score(case, outputs),))
            for case, outputs in zip(run.cases, run.outputs, strict=True)
        )
        troubles = tuple(Moment(at, text, trouble=True) for at, text in run.troubles[:8])
        worst = sorted(range(len(frames)), key=lambda at: frames[at].rewards[0])[:3]
        rest = tuple(Moment(at, f"score {frames[at].rewards[0]:.2f}: {frames[at].caption}") for at in worst)
        return Recording(frames, troubles + rest, exhibits=(*about(self.problem), calls(run.made)))

    def _run(self, program: Program, seed: Seed, jail: Jail) -> "_Run":
        dice = random.Random(seed.derive("cases"))  # noqa: S311 - reproducible on purpose
        run = _Run([self.guarded.draw(dice) for _ in range(self.cases)])
        with jail.open(program, _GUEST, b"", Seed(seed.number).derive("worker")) as worker:
            for place in range(len(self.guarded.program.steps)):
                self._step(place, run, worker)
            if worker.note:
                run.troubles.append((0, quote(worker.note)))
        return run

    def _step(self, place: int, run: "_Run", worker: Worker) -> None:
        """Answer one step of all cases: up to ``budget`` proposals each, then the fallback."""
        step = self.guarded.program.steps[place]
        given = [self.guarded.given(step.name, case, out) for case, out in zip(run.cases, run.outputs, strict=True)]
        said = dict.fromkeys(range(len(given)), "")
        run.calls += len(given)
        for tries in range(self.budget):
            asked = [(step.name, given[at], tries, said[at]) for at in said]
            if not asked:
                break
            run.samples += len(asked)
            for at, proposed in zip(list(said), _replies(worker, asked), strict=True):
                found, why = judged(step.contract, given[at], proposed)
                if found is not None:
                    run.outputs[at][step.name] = found
                    run.made.append(Made(at, step.name, given[at], found, tries))
                    del said[at]
                else:
                    said[at] = why
        for at, why in said.items():
            run.fallbacks += 1
            run.troubles.append((at, f"{step.name}({_json(given[at])}): the fallback answered; {why}"))
            stood_in: Case = {name: _term(term, given[at]) for name, term in step.fallback.items()}
            run.outputs[at][step.name] = stood_in
            run.made.append(Made(at, step.name, given[at], stood_in, self.budget, why, fallback=True))

    def verify(self, program: Program) -> Verdict:
        """Prove that the whole keeps its specification whatever any generator proposes; the program does not matter."""
        del program
        found = verdict(prove(self.guarded.program))
        return Proved(f"{found.by}; {mutation_score(self.problem).words}") if isinstance(found, Proved) else found

    def figures(self) -> Sequence[Figure]:
        """Return the bound, and what SEVerA reports; its violations are out of 100 outputs."""
        source = "SEVerA (2025), as its reviews quote it; violations out of 100; other tasks, needs a model"
        bound = Figure("bound", "every case as the aim has it", {"score": 1.0, "violations": 0.0}, "by definition")
        return bound, *(Figure("published", label, dict(metrics), source) for label, metrics in _PUBLISHED.items())

    def references(self) -> Mapping[str, Program]:
        """Return a generator that proposes nothing, a hostile one, and the sketch as it stands."""
        return {
            "nothing": _program("def policy(step, given, tries, said):\n    return None\n"),
            "hostile": _program(_HOSTILE),
            "plain": self.sketch().render({hole.name: hole.default for hole in self.sketch().holes}),
        }

    def sketch(self) -> Sketch:
        """Return generators with numbers to learn; none of them touches the guarantee."""
        return _REFUND_SKETCH if self.problem == "refund" else _CURVE_SKETCH


class _Run:
    """What happened to the cases of one episode."""

    def __init__(self, cases: list[Case]) -> None:
        self.cases = cases
        self.outputs: list[Outputs] = [{} for _ in cases]
        self.calls = self.samples = self.fallbacks = 0
        self.troubles: list[tuple[int, str]] = []
        self.made: list[Made] = []


def _replies(worker: Worker, asked: list[tuple[str, Case, int, str]]) -> list[object]:
    """Return one proposal for each request; a reply that is no such list is the program's fault."""
    try:
        found = msgspec.json.decode(worker.ask(msgspec.json.encode(asked)), type=list[object])
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ProgramFault(Fault("output", f"The proposals are no JSON ({error}).", "Return plain dicts.")) from None
    if len(found) != len(asked):
        raise ProgramFault(Fault("output", "The number of proposals is wrong.", "Return one dict a call."))
    return found


def _term(term: Expression, given: Case) -> Json:
    found = number_of(term, Request("fallback", given))
    return None if found is None else found.numerator if found.denominator == 1 else float(found)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _program(source: str) -> Program:
    return Program(files=(("policy.py", source),))


_HOSTILE = """\
import random

BAD = (None, -1, 10**30, 10**9, float("inf"), float("nan"), "1", True, [], {}, 0.5, -0.0)


def policy(step, given, tries, said):
    names = ("cents",) if step != "fit" else ("a", "b", "c")
    kind = random.randrange(6)
    if kind == 0:
        raise ValueError("no")
    if kind == 1:
        return random.choice(BAD)
    found = {name: random.choice(BAD + (random.randint(-10**6, 10**6),)) for name in names}
    if kind == 2:
        found["extra"] = 1
    return found
"""

_REFUND_SOURCE = """\
def policy(step, given, tries, said):
    if step == "offer":
        share = {base} + {slope} * given["damage"] / 100
        if given["days"] > 30:
            share *= {late}
        return {{"cents": int(share * given["price"])}}
    if given["damage"] >= {edge}:
        return {{"cents": 0}}
    return {{"cents": min(int({part} * given["left"]), {cap})}}
"""

_CURVE_SOURCE = """\
def policy(step, given, tries, said):
    y0, y1, y2 = given["y0"], given["y1"], given["y2"]
    c = (y0 - 2 * y1 + y2) / 50 * {bend}
    b = (y2 - y0) / 10 - 10 * c
    if tries:
        b = max(b, 0.0, -20 * c) + {push}
    return {{"a": max(0.0, y0 + {shift}), "b": b, "c": c}}
"""


def _rendered(template: str, values: Mapping[str, HoleValue]) -> Program:
    return _program(template.format(**{name: f"{value:.6g}" for name, value in values.items()}))


_REFUND_SKETCH = Sketch(
    (
        Hole("base", 0.5, 0.0, 1.5),
        Hole("slope", 0.0, 0.0, 2.0),
        Hole("late", 1.0, 0.0, 1.0),
        Hole("edge", 0.0, 0.0, 101.0),
        Hole("part", 0.0, 0.0, 0.5),
        Hole("cap", 1000, 0, 4000, integer=True),
    ),
    lambda values: _rendered(_REFUND_SOURCE, values),
)
_CURVE_SKETCH = Sketch(
    (Hole("bend", 0.0, -1.0, 2.0), Hole("push", 0.5, 0.0, 2.0), Hole("shift", 1.0, -2.0, 2.0)),
    lambda values: _rendered(_CURVE_SOURCE, values),
)
