"""A pipeline as a value and as a program: how programs for a task are to be sought.

It is written as one Python assignment of a literal, because every proposer can already write, edit and be corrected
on a Python file; it is read as data and never executed.
"""

import ast
import difflib
import json
import pprint
from collections.abc import Mapping, Sequence
from typing import Literal
from urllib.parse import urlencode

import msgspec

from solon.assembly import Option, usual
from solon.contract import Fault, Program, ProgramFault, Value
from solon.language import parse_python
from solon.model import is_address, parse_address
from solon.search import make_strategy
from solon.search.limits import Bounded

NAMES = ("policy", "pipeline")
"""What the assignment may be called; the first is what proposers are asked for."""

_FILE, _KIND, _LONGEST = "policy.py", "pipeline", 20_000
_CALLS = ("temperature", "effort", "thinking", "structured")  # not max_tokens: a longer reply costs more


class Pipeline(Value, frozen=True, kw_only=True):
    """How programs are sought; what is left out is what ``solon run`` does."""

    strategy: str = ""  # empty: the proposer's usual one with its usual options
    options: dict[str, Option | tuple[Option, ...]] = {}  # of the strategy: rounds, width, seeds, ...
    feedback: Literal["none", "sparse", "dense", "per-agent", "trace", "counterexample"] = "dense"
    brief: tuple[str, ...] | None = None  # names of the brief's sections in the order shown; None: all of them
    hide: tuple[str, ...] = ()  # names of functions that the brief does not mention
    calls: dict[str, str | int | float] = {}  # parameters of a model's calls, for example temperature


def program_of(pipeline: Pipeline) -> Program:
    """Write a pipeline down; what stands at its default is left out."""
    default, given = Pipeline(), msgspec.structs.asdict(pipeline)
    changed = {name: value for name, value in given.items() if value != getattr(default, name)}
    text = pprint.pformat(changed, width=100, sort_dicts=False)
    return Program(((_FILE, f"{NAMES[0]} = {text}\n"),), f"{_FILE}:{NAMES[0]}", _KIND)


def read_pipeline(program: Program) -> Pipeline:
    """Read a pipeline from a program: ``policy = {...}``, or a JSON object. Raises ProgramFault."""
    text = program.source
    if len(text) > _LONGEST:
        raise _fault("syntax", f"the pipeline has {len(text)} characters", f"write at most {_LONGEST}")
    found = _literal(text)
    try:
        names = msgspec.convert(found, dict[str, object])
    except msgspec.ValidationError:
        raise _fault("output", "the pipeline is no dictionary with names", _EXAMPLE) from None
    for name in names:
        if name not in Pipeline.__struct_fields__:
            raise _fault("output", f"a pipeline has no part {name!r}", _nearest(name, Pipeline.__struct_fields__))
    try:
        return msgspec.convert(found, Pipeline)
    except msgspec.ValidationError as error:
        raise _fault("output", f"the pipeline cannot be read: {error}", _EXAMPLE) from None


def check_pipeline(pipeline: Pipeline, proposer: str, sections: Sequence[str], helpers: Sequence[str]) -> None:
    """Raise ProgramFault unless a pipeline can be run with this proposer, on a task whose brief has these parts."""
    try:
        strategy_of(pipeline, proposer)
        address_of(pipeline, proposer)
    except ValueError as error:
        raise _fault("output", str(error).rstrip("."), "take what the brief names") from None
    for what, names, known in (("section", pipeline.brief or (), sections), ("function", pipeline.hide, helpers)):
        for name in names:
            if name not in known:
                raise _fault("output", f"the brief has no {what} {name!r}", _nearest(name, known))
        if len(set(names)) < len(names):
            raise _fault("output", f"a {what} is named twice", "name each once")
    if pipeline.brief is not None and not pipeline.brief:
        raise _fault("output", "the brief would be empty", "keep at least one section")


def strategy_of(pipeline: Pipeline, proposer: str) -> tuple[str, Bounded]:
    """Return the strategy and its name. Raises ValueError."""
    name, options, _ = usual(proposer)
    if pipeline.strategy:
        name, options = pipeline.strategy, {}
    chosen: Mapping[str, object] = {**options, **pipeline.options}
    return name, make_strategy(name, **chosen)


def address_of(pipeline: Pipeline, proposer: str) -> str:
    """Return the inner proposer's text with the pipeline's parameters of calls. Raises ValueError."""
    if not pipeline.calls:
        return proposer
    if not is_address(proposer):
        raise ValueError(f"the proposer {proposer} makes no calls, so they have no parameters; leave out calls")
    for name in pipeline.calls:
        if name not in _CALLS:
            raise ValueError(f"calls have no parameter {name!r} here; {_nearest(name, _CALLS)}")
    joint = "&" if "?" in proposer.rpartition("#")[2] else "?"
    text = proposer + joint + urlencode(pipeline.calls)  # a value must not smuggle in another parameter
    parse_address(text)
    return text


def _literal(text: str) -> object:
    if text.lstrip().startswith("{"):
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            pass  # a dictionary as Python writes it is read below
    try:
        tree = parse_python(text)
        for node in tree.body:
            match node:
                case ast.Assign([ast.Name(name)], value) if name in NAMES:
                    return ast.literal_eval(value)
                case ast.Expr(ast.Dict() as value):
                    return ast.literal_eval(value)
                case _:
                    continue
    except SyntaxError as error:
        raise _fault(
            "syntax", f"the pipeline is not valid Python (line {error.lineno}: {error.msg})", _EXAMPLE
        ) from None
    except (ValueError, RecursionError, MemoryError, TypeError):
        raise _fault("syntax", "the pipeline holds more than literals", _EXAMPLE) from None
    raise _fault("entry", f"no {NAMES[0]} is assigned", _EXAMPLE)


_EXAMPLE = 'write one assignment such as: policy = {"strategy": "refine", "options": {"rounds": 4}}'


def _fault(kind: Literal["syntax", "entry", "output"], message: str, remedy: str) -> ProgramFault:
    return ProgramFault(Fault(kind, message, remedy))


def _nearest(name: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, known, 1)
    return f"did you mean {close[0]!r}?" if close else f"choose from {', '.join(known)}"
