"""Training data from problems with known truth, as JSON lines: conversations, triples, and what was right or wrong."""

from collections.abc import Iterator, Sequence

import msgspec

from solon.contract import Program
from solon.tasks.planning.models.brief import Form, write
from solon.tasks.planning.models.cases import Case
from solon.verify.formal.text import write as write_model


def chat(cases: Sequence[Case], form: Form = "five-elements") -> Iterator[bytes]:
    """Yield conversations: the brief, and the true model as the answer."""
    for case in cases:
        yield _line(
            {
                "messages": [
                    {"role": "user", "content": write(case, form)},
                    {"role": "assistant", "content": _fenced(write_model(case.truth))},
                ]
            }
        )


def triples(cases: Sequence[Case]) -> Iterator[bytes]:
    """Yield question, formal scenario, and named results with the optimum, which a solver has proved."""
    for case in cases:
        results = {
            f"{decision.name}[{key}]" if key else decision.name: value
            for decision in case.named
            for key, value in case.solution[decision.name].items()
        }
        yield _line(
            {
                "source": case.source,
                "number": case.number,
                "question": case.words,
                "scenario": write_model(case.truth),
                "results": results,
                "optimum": case.optimum,
                "unique": case.unique,
                "price": case.price,
            }
        )


def preferences(judged: Sequence[tuple[Case, Program, bool]], form: Form = "five-elements") -> Iterator[bytes]:
    """Yield (prompt, completion, whether it was right), as Kahneman-Tversky optimisation takes them."""
    for case, program, right in judged:
        yield _line({"prompt": write(case, form), "completion": _fenced(program.source), "label": right})


def _fenced(text: str) -> str:
    return f"```model\n{text.rstrip()}\n```"


def _line(record: object) -> bytes:
    return msgspec.json.encode(record)
