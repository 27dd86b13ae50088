"""Programs of guarded calls, proved for everything that the generators may ever propose.

A call is replaced by: assert what the contract asks of its input, forget its output, assume what the contract promises
(V2 of SEVerA). Together with a fallback that keeps each contract (V1) the conclusion holds for all parameter values of
all generators. Programs here are loop-free sequences of calls whose inputs are terms over what came before.
"""

from collections.abc import Iterator
from typing import Final

import msgspec

from solon.contract import Proved, Refuted, Unknown, Value, Verdict
from solon.tasks.guard.guarded import Contract, fallback_holds, formed
from solon.verify.requests.expression import TRUE, Expression, Path, conjunction, walk
from solon.verify.requests.meaning import Scope
from solon.verify.requests.prove import Counterexample, implies, satisfiable
from solon.verify.requests.request import Request
from solon.verify.requests.rewrite import NoPlace, replaced
from solon.verify.requests.schema import Field, Record, Tool
from solon.verify.requests.syntax import write

_WITNESS: Final = "a witness"
_BY_FORM: Final = "it is false by its form"  # what an implication is proved by that needs no engine


class Step(Value, frozen=True):
    """One guarded call: its contract, its fallback, and its inputs as terms over ``arg`` and earlier ``out.step``."""

    name: str
    contract: Contract
    fallback: dict[str, Expression]
    inputs: dict[str, Expression]


class Composed(Value, frozen=True):
    """A program of guarded calls with its specification over ``arg`` and ``out.step.field``."""

    name: str
    inputs: Record
    steps: tuple[Step, ...]
    before: Expression = TRUE
    after: Expression = TRUE

    @property
    def scope(self) -> Scope:
        """What its conditions may speak of."""
        outputs = Record({step.name: Field(step.contract.outputs, required=True) for step in self.steps})
        return Scope(Tool(self.name, self.inputs), output=outputs)


class Part(Value, frozen=True):
    """One proved or open part of the argument."""

    words: str
    verdict: Verdict


def prove(program: Composed) -> tuple[Part, ...]:
    """Return what became of each part: V1 for each call, V2 for its input and for the whole, and that some run is."""
    told = _misplaced(program)
    if told:
        return (Part("each call is given what was computed before it", Unknown(told)),)
    try:
        return tuple(_parts(program))
    except NoPlace as error:
        return (Part("the contracts can be told of the whole", Unknown(str(error))),)


def _misplaced(program: Composed) -> str:
    """Return why a program cannot be told as a sequence of calls, in one sentence; "" if it can."""
    done: set[str] = set()
    for step in program.steps:
        if step.name in done:
            return f"two calls are named {step.name}, so that one output would stand for both; name each its own way"
        lacking = next((name for name in step.contract.inputs.fields if name not in step.inputs), None)
        if lacking is not None:
            return f"it is not said what {lacking} of {step.name} is; give it a term"
        for part in (part for term in step.inputs.values() for part in walk(term)):
            if isinstance(part, Path) and part.root == "out" and (not part.keys or part.keys[0] not in done):
                return (
                    f"an input of {step.name} speaks of {write(part)}, which is not computed before it; order the calls"
                )
        done.add(step.name)
    return ""


def _parts(program: Composed) -> Iterator[Part]:
    known: list[Expression] = [program.before]
    for step in program.steps:
        fallback = fallback_holds(step.contract, step.fallback)
        yield Part(f"V1: the fallback of {step.name} keeps its contract", _plain(fallback))
        form = formed(step.inputs, step.contract.inputs, program.scope)
        due = _placed(step, step.contract.before)
        asked = (
            form if isinstance(form, Unknown) else implies(conjunction(*known), conjunction(form, due), program.scope)
        )
        yield Part(f"V2: {step.name} is called as its contract asks", _plain(asked))
        known.append(_placed(step, step.contract.after))
    whole = implies(conjunction(*known), program.after, program.scope)
    yield Part("V2: the whole keeps its specification, whatever is proposed", _plain(whole))
    run = satisfiable(conjunction(*known), program.scope)
    void: Verdict = run if isinstance(run, Unknown) else Refuted("no run is possible")
    yield Part("some run is possible", Proved(_WITNESS) if isinstance(run, Request) else void)


def verdict(parts: tuple[Part, ...]) -> Verdict:
    """Return the verdict on the whole argument."""
    for kind in (Refuted, Unknown):
        for part in parts:
            if isinstance(part.verdict, kind):
                told = msgspec.structs.asdict(part.verdict)
                text = f"{part.words}: {' '.join(map(str, told.values()))}"
                return Refuted(text) if kind is Refuted else Unknown(text)
    engines = dict.fromkeys(part.verdict.by for part in parts if isinstance(part.verdict, Proved))
    named = [engine for engine in engines if engine not in {_WITNESS, _BY_FORM}] or ["the form alone"]
    return Proved(
        f"{' and '.join(named)} (each fallback keeps its contract, each call is as its contract asks, and the whole "
        "keeps its specification, whatever is proposed)"
    )


def _plain(found: Verdict) -> Verdict:
    return Refuted(found.witness) if isinstance(found, Counterexample) else found


def _placed(step: Step, condition: Expression) -> Expression:
    """Return a condition of a contract as one on the whole program."""
    places: dict[Path, Expression] = {Path("arg", (name,)): term for name, term in step.inputs.items()}
    places |= {Path("out", (name,)): Path("out", (step.name, name)) for name in step.contract.outputs.fields}
    return replaced(condition, places)
