"""``solon guard``: check, compare and explain policies, and enforce one of tool calls in front of an MCP server."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter

from solon.cli.arguments import Json

PolicyFile = Annotated[Path, Parameter(help="A policy file, as text or JSON.")]
Within = Annotated[
    str | None,
    Parameter(help="For policies of AWS IAM: one that allows what can occur, or `types` for types of resources."),
]
Query = Annotated[
    str, Parameter(help="What the user asked for, in their words; rules on the origin of values need it.")
]

Model = Annotated[str, Parameter(help="A model, such as `openai:NAME`; its key comes from the environment.")]
Usd = Annotated[float, Parameter(help="The most dollars that a model may cost.")]

guard = App(name="guard", help="Check, compare, explain and enforce policies of tool calls; compare those of AWS IAM.")


@guard.command
def check(file: PolicyFile, *, within: Within = None, json: Json = False) -> int:
    """Look for mistakes of types, dead rules, overlaps and tools that can never be called; 1 if there are any.

    A policy of AWS IAM is told by its "Statement": what is dead, wide or odd in it, and how much it allows.

    Example: solon guard check policy.txt
    """
    from solon.cli import guard_reports

    return guard_reports.check(file, within=within, as_json=json)


@guard.command
def diff(first: PolicyFile, second: PolicyFile, *, within: Within = None, json: Json = False) -> int:
    """Say whether SECOND allows more than FIRST, with a call that shows it; 1 if it allows more or that is unknown.

    Two policies of AWS IAM are told by their "Statement" and compared on all requests, which are counted as well.

    Example: solon guard diff old.txt new.txt
    """
    from solon.cli import guard_reports

    return guard_reports.diff(first, second, within=within, as_json=json)


@guard.command
def explain(
    file: PolicyFile,
    call: Annotated[
        Path, Parameter(help='A file with {"tool": ..., "arguments": {...}}, and context, state, provenance.')
    ],
    *,
    query: Query = "",
    json: Json = False,
) -> int:
    """Say what a policy decides on one call, by which rule and why; 1 if the call is not allowed.

    Example: solon guard explain policy.txt call.json
    """
    from solon.cli import guard_reports

    return guard_reports.explain(file, call, query=query, as_json=json)


@guard.command
def write(  # noqa: PLR0913  # one parameter an option
    *,
    tools: Annotated[Path, Parameter(help="What a server answers to tools/list, as JSON.")],
    traces: Annotated[
        Path | None, Parameter(help="Honest traces to mine, a JSON line each: query, and steps with call and result.")
    ] = None,
    query: Query = "",
    model: Model = "",
    by: Annotated[
        Literal["provenance", "values"], Parameter(help="Mine who introduced the values, or the values themselves.")
    ] = "provenance",
    usd: Usd = 1.0,
    out: Annotated[Path | None, Parameter(help="Write the policy to this file.")] = None,
    json: Json = False,
) -> int:
    """Write a policy of least privilege: mined from honest traces without a model, or by a model for one query.

    It says how it did on traces that it had not seen.

    Example: solon guard write --tools tools.json --traces traces.jsonl --out policy.txt
    """
    from solon.cli import guard_writing

    wanted = guard_writing.Wanted(tools, traces, query, model, by, usd)
    return guard_writing.write(wanted, out=out, as_json=json)


@guard.command
def proxy(  # noqa: PLR0913  # one parameter an option
    *command: Annotated[str, Parameter(allow_leading_hyphen=True, help="After `--`: how to start the server.")],
    policy: PolicyFile,
    url: Annotated[str | None, Parameter(help="The address of a server that is reached over HTTP.")] = None,
    listen: Annotated[str, Parameter(help="With --url: where to listen, on this machine alone.")] = "127.0.0.1:8765",
    one_run: Annotated[
        bool, Parameter(help="With --url: let all sessions be one run, so that limits bind them together.")
    ] = False,
    query: Query = "",
    log: Annotated[Path | None, Parameter(help="Append a JSON line for each decision; arguments as hashes.")] = None,
    ask: Annotated[bool, Parameter(help="Ask at the terminal where a rule wants consent; otherwise deny.")] = True,
    model: Model = "",
    usd: Usd = 1.0,
) -> int:
    """Stand between an agent and an MCP server: every tool call is decided on, everything else passes.

    A model may change the rules after results: narrower ones by proof, others only if a person agrees.

    Example: solon guard proxy --policy policy.txt -- python server.py
    """
    from solon.cli import guard_reports

    where = guard_reports.Place(tuple(command), url, listen, one_run=one_run)
    return guard_reports.proxy(where, policy=policy, query=query, log=log, ask=ask, model=model, usd=usd)
