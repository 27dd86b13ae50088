"""What ``solon guard write`` does: mines a policy of tool calls from traces, or has a model write it for one query."""

import sys
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import msgspec

from solon.bench.asking import client_of
from solon.cli.arguments import DONE
from solon.cli.tables import print_json
from solon.contract import Value
from solon.interop.guard_update import answers
from solon.interop.mcp_messages import described
from solon.model import Caps, Ledger, load_prices, parse_address
from solon.tasks.guard import files
from solon.tasks.guard.policy import PolicySet
from solon.tasks.guard.tools.calls import Call, Described, Step, Trace
from solon.tasks.guard.tools.guards import PolicyGuard
from solon.tasks.guard.tools.mining import By, mine
from solon.tasks.guard.tools.query import for_query
from solon.tasks.guard.tools.synthesis import Reply, generate

_TOOLS: Final = 'write what the server answers to tools/list: {"tools": [{"name": ..., "inputSchema": {...}}]}'
_PARTS: Final = 10
_TRACE: Final = 'write a JSON line each: {"query": ..., "steps": [{"tool": ..., "arguments": {}, "result": ...}]}'


class Held(Value, frozen=True):
    """How many traces pass under policies that were mined without them, and where the others are blocked."""

    traces: int
    passed: int
    blocked: tuple[str, ...]  # the first call of each trace that is blocked


class _Step(Value, frozen=True, forbid_unknown_fields=True):
    tool: str
    arguments: dict[str, Any] = {}
    result: Any = None
    error: str = ""


class _Trace(Value, frozen=True, forbid_unknown_fields=True):
    """A trace as it stands in a file."""

    query: str
    steps: tuple[_Step, ...]
    group: str = ""


class _Listing(Value, frozen=True):
    tools: list[dict[str, Any]]


class Wanted(Value, frozen=True):
    """What a policy is to be written from."""

    tools: Path
    traces: Path | None
    query: str
    model: str
    by: By
    usd: float


def write(wanted: Wanted, *, out: Path | None, as_json: bool) -> int:
    """Write a policy to a file or standard output, and say how it did on traces that it had not seen."""
    policy, held = _made(wanted)
    text = files.write_text(policy)
    told = f"{len(policy.rules)} rules on {len(policy.tools)} tools"
    if held is not None:
        told += f"; held out, {held.passed} of {held.traces} traces pass"
    if as_json:
        print_json({"policy": text, "digest": policy.digest, "held_out": held, "schema": 1})
    elif out is None:
        print(text, end="")
    if out is not None:
        out.write_text(text, encoding="utf-8")
        told = f"{out}: {told}"
    aside = sys.stderr if as_json or out is None else sys.stdout
    print(told, *(f"  blocked: {it}" for it in (held.blocked if held else ())), sep="\n", file=aside)
    return DONE


def _made(wanted: Wanted) -> tuple[PolicySet, Held | None]:
    tools = read_tools(wanted.tools)
    if wanted.model:
        if wanted.traces is not None or not wanted.query:
            raise ValueError("a model writes rules for one query: give --query, and no --traces")
        with asking(wanted.model, wanted.usd) as reply:
            return generate(wanted.query, tools, reply), None
    traces = read_traces(wanted.traces) if wanted.traces is not None else ()
    policy = mine(traces, tools, by=wanted.by)
    held = held_out(traces, tools, wanted.by) if len({_group(it) for it in traces}) > 1 else None
    return (for_query(policy, wanted.query) if wanted.query else policy), held


@contextmanager
def asking(model: str, usd: float) -> Generator[Reply]:
    """Ask a model for up to so many dollars; what was said, results of tools among it, is kept nowhere."""
    at = parse_address(model)
    ledger = Ledger(load_prices(), Caps(dollars=Decimal(str(usd)) if at.key_needed else None))
    with tempfile.TemporaryDirectory(prefix="solon-") as folder:
        yield answers(*client_of(at, Path(folder), ledger))


def read_tools(file: Path) -> tuple[Described, ...]:
    """Read tools as a server lists them. Raises ValueError that names the file."""
    try:
        content = file.read_bytes()
        if content.lstrip()[:1] == b"{":
            listed = msgspec.json.decode(content, type=_Listing).tools
        else:
            listed = msgspec.json.decode(content, type=list[dict[str, Any]])
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{file} lists no tools ({error}); {_TOOLS}") from None
    if not all(isinstance(it.get("name"), str) for it in listed):
        raise ValueError(f"{file} lists no tools (one has no name); {_TOOLS}")
    return tuple(described(it) for it in listed)


def read_traces(file: Path) -> tuple[Trace, ...]:
    """Read a trace a line. Raises ValueError that names the file and the line."""
    found: list[Trace] = []
    for number, line in enumerate(file.read_bytes().splitlines(), 1):
        if not line.strip():
            continue
        try:
            told = msgspec.json.decode(line, type=_Trace)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"{file}, line {number} is no trace ({error}); {_TRACE}") from None
        steps = tuple(Step(Call(it.tool, it.arguments), it.result, it.error) for it in told.steps)
        found.append(Trace(told.query, steps, told.group))
    return tuple(found)


def held_out(traces: Sequence[Trace], tools: Sequence[Described], by: By) -> Held:
    """Return how many traces pass under policies that were mined without them, in at most ten parts of whole groups."""
    groups = list(dict.fromkeys(map(_group, traces)))
    blocked: list[str] = []
    for part in range(min(_PARTS, len(groups))):
        out = frozenset(groups[part::_PARTS])
        mined = mine([it for it in traces if _group(it) not in out], tools, by=by)
        for trace in (it for it in traces if _group(it) in out):
            guard = PolicyGuard(for_query(mined, trace.query), trace.query, tools)
            if (first := _first_blocked(guard, trace.steps)) is not None:
                blocked.append(f"{trace.query[:60]!r}: {first}")
    return Held(len(traces), len(traces) - len(blocked), tuple(blocked))


def _group(trace: Trace) -> str:
    return trace.group or trace.query


def _first_blocked(guard: PolicyGuard, steps: Sequence[Step]) -> str | None:
    for step in steps:
        answer = guard.ask(step.call)
        if not answer.allowed:
            return f"{step.call.tool}, {answer.reason}"
        guard.told(step)
    return None
