"""What the report shows of guarded generators: the contracts, the proof, and what became of the first calls."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

import msgspec

from solon.contract import Proved, Refuted, Unknown, Value
from solon.playback import Exhibit
from solon.tasks.guard.generators.composition import Composed, Part, prove
from solon.tasks.guard.generators.mutation import mutation_score
from solon.tasks.guard.generators.problems import PROBLEMS, Case
from solon.verify.requests.declare import write_fields
from solon.verify.requests.expression import TRUE, Expression
from solon.verify.requests.syntax import write

_CALLS = 20  # that are shown


class Made(Value, frozen=True):
    """One call: its case, the inputs and outputs, how many proposals came before, and why none was kept."""

    case: int
    step: str
    given: Case
    output: Case
    refused: int
    why: str = ""
    fallback: bool = False


@lru_cache(maxsize=16)
def about(problem: str) -> tuple[Exhibit, ...]:
    """Return what holds whatever a program proposes: the contracts and their proof."""
    program = PROBLEMS[problem].program
    parts = prove(program)
    open_ = (place for place, part in enumerate(parts) if not isinstance(part.verdict, Proved))
    rows = tuple((part.words, *_word(part)) for part in parts)
    head = ("what is to be proved", "verdict", "by whom, or why")
    return (
        Exhibit("The contracts", text="\n".join(_contracts(program))),
        Exhibit("Proof", head=head, rows=rows, trouble=tuple(open_)),
        Exhibit("What the proof is worth", text=_worth(problem)),
    )


def _worth(problem: str) -> str:
    """Say what the proof rejects, and which changes it takes: those that the specification of the whole allows."""
    found = mutation_score(problem)
    return "\n".join((f"{found.words}.", *(f"It takes {change}" for change in found.taken)))


def calls(made: Sequence[Made]) -> Exhibit:
    """Return the calls of the first cases: the proposal that was kept, or the fallback and why."""
    shown = sorted(made, key=lambda call: call.case)[:_CALLS]
    rows = tuple(
        (str(call.case + 1), f"{call.step}({_values(call.given)})", _values(call.output), _became(call))
        for call in shown
    )
    trouble = tuple(place for place, call in enumerate(shown) if call.fallback)
    left = f"the first {len(shown)} of {len(made)}" if len(made) > len(shown) else ""
    return Exhibit("Calls", text=left, head=("case", "call", "output", "whose"), rows=rows, trouble=trouble)


def _values(values: Case) -> str:
    return ", ".join(f"{name}={msgspec.json.encode(value).decode()}" for name, value in values.items())


def _became(call: Made) -> str:
    if call.fallback:
        return f"the fallback's: {call.why or 'no proposal was asked for'}"
    return f"proposal {call.refused + 1}, kept" if call.refused else "the proposal, kept"


def _contracts(program: Composed) -> Iterator[str]:
    for step in program.steps:
        contract = step.contract
        yield f"{step.name}({write_fields(contract.inputs)})"
        yield f"  is given  {_set(step.inputs)}"
        if contract.before != TRUE:
            yield f"  asks      {write(contract.before)}"
        yield f"  returns   {write_fields(contract.outputs)}"
        yield f"  promises  {write(contract.after)}"
        yield f"  fallback  {_set(step.fallback)}"
        yield ""
    yield f"{program.name}({write_fields(program.inputs)}), the whole"
    if program.before != TRUE:
        yield f"  asks      {write(program.before)}"
    yield f"  promises  {write(program.after)}"


def _set(values: Mapping[str, Expression]) -> str:
    return ", ".join(f"{name} = {write(value)}" for name, value in values.items())


def _word(part: Part) -> tuple[str, str]:
    match part.verdict:
        case Proved(by=by):
            return "proved", by
        case Refuted(witness=witness):
            return "refuted", witness
        case Unknown(reason=reason):
            return "unknown", reason
