"""What ``solon guard`` does and prints."""

import json
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any, Final, cast

import msgspec
from rich.text import Text

from solon.cli import access_reports
from solon.cli.arguments import CLAIM_FAILED, DONE
from solon.cli.tables import console, print_json
from solon.contract import Value
from solon.tasks.guard import analysis, files
from solon.tasks.guard.access import reading
from solon.tasks.guard.access.model import Policy
from solon.tasks.guard.access.occurring import occurring
from solon.tasks.guard.policy import PolicySet, decide
from solon.tasks.guard.tools.calls import Call
from solon.tasks.guard.tools.guards import PolicyGuard
from solon.verify.requests.request import Request, shown
from solon.verify.requests.syntax import write

LONGEST: Final = 600
"""Characters of what is said of a file."""
_NOT_WITHIN: Final = "--within is for policies of AWS IAM; leave it out"


class _Asked(Value, frozen=True, forbid_unknown_fields=True):
    """A call to be explained, as it stands in a file."""

    tool: str
    arguments: dict[str, Any] = {}
    context: dict[str, Any] = {}
    state: dict[str, Any] = {}
    provenance: dict[str, tuple[str, ...]] = {}


def load(file: Path) -> PolicySet:
    """Read a file of a policy of tool calls. Raises ValueError that names the file."""
    return _of_tools(file, _read(file))


def _of_tools(file: Path, found: PolicySet | Policy) -> PolicySet:
    if not isinstance(found, Policy):
        return found
    raise ValueError(f"{file} is a policy of AWS IAM, not of tool calls; check takes it, and diff takes two of them")


def _read(file: Path) -> PolicySet | Policy:
    """Read a policy of tool calls or of AWS IAM. Raises ValueError that names the file."""
    if not file.exists():
        raise ValueError(f"there is no file {file}; give the path of a policy")
    try:
        content = file.read_text(encoding="utf-8")
        return reading.parse(content) if _of_access(content) else files.read(content)
    except ValueError as error:
        told = str(error)
        told = told if len(told) <= LONGEST else f"{told[: LONGEST // 2]} ... {told[-LONGEST // 2 :]}"
        raise ValueError(f"{file} is no policy ({told}); mend it and try again") from None


def check(file: Path, *, within: str | None = None, as_json: bool) -> int:
    """Print what analysis finds."""
    policy = _read(file)
    if isinstance(policy, Policy):
        return access_reports.check(file, policy, _occurring(within, [policy]), as_json=as_json)
    if within is not None:
        raise ValueError(_NOT_WITHIN)
    found = analysis.check(policy)
    if as_json:
        print_json({"policy": policy.name, "digest": policy.digest, "remarks": found, "schema": 1})
        return CLAIM_FAILED if found else DONE
    out = console()
    for remark in found:
        rule = f" {remark.rule}" if remark.rule else ""
        out.print(Text.assemble((remark.kind, "bold"), f"{rule}: {remark.message}"))
        if remark.request is not None:
            out.print(f"  for example {shown(remark.request)}")
    rules, tools = len(policy.rules), len(policy.tools)
    count = f"{rules} rule{'s' * (rules != 1)} on {tools} tool{'s' * (tools != 1)}"
    out.print(f"{file}: {count}, {len(found) or 'no'} remark{'' if len(found) == 1 else 's'}")
    return CLAIM_FAILED if found else DONE


def diff(first: Path, second: Path, *, within: str | None = None, as_json: bool) -> int:
    """Print how the second policy relates to the first."""
    old, new = _read(first), _read(second)
    if isinstance(old, Policy) and isinstance(new, Policy):
        compared = access_reports.Compared(old, new, _occurring(within, [old, new]))
        return access_reports.diff((first, second), compared, as_json=as_json)
    if within is not None:
        raise ValueError(_NOT_WITHIN)
    found = analysis.diff(_of_tools(second, new), _of_tools(first, old))
    widens = found.relation not in ("equal", "narrower")
    if as_json:
        print_json({**msgspec.structs.asdict(found), "schema": 1})
        return CLAIM_FAILED if widens else DONE
    out = console()
    out.print(access_reports.related(first, second, "calls", found.reason)[found.relation])
    for word, requests in (("new", found.gained), ("gone", found.lost)):
        for request in requests:
            out.print(f"  {word}: {shown(request)}")
    return CLAIM_FAILED if widens else DONE


def _occurring(within: str | None, policies: Sequence[Policy]) -> Policy | None:
    """Read the policy of what can occur, or make it of the types of resources. Raises ValueError."""
    if within is None:
        return None
    if within == "types":
        return occurring(policies)
    found = _read(Path(within))
    if isinstance(found, Policy):
        return found
    raise ValueError(f"{within} is a policy of tool calls; give one of AWS IAM, or `types`")


def _of_access(content: str) -> bool:
    try:
        tree: object = json.loads(content)
    except (ValueError, RecursionError):
        return False
    return isinstance(tree, dict) and bool({"Statement", "Version"} & cast("dict[str, object]", tree).keys())


def explain(file: Path, call: Path, *, query: str, as_json: bool) -> int:
    """Print what a policy says of one call."""
    policy = load(file)
    asked = _asked(call)
    if query and (asked.context or asked.state or asked.provenance):
        raise ValueError(f"{call} has facts of its own, and --query computes them; leave one of the two out")
    if query:
        decision = PolicyGuard(policy, query, ()).consider(Call(asked.tool, asked.arguments)).decision
    else:
        request = Request(asked.tool, asked.arguments, asked.context, asked.state, asked.provenance)
        decision = decide(policy, request)
    code = DONE if decision.kind == "allow" else CLAIM_FAILED
    if as_json:
        print_json({"kind": decision.kind, "rule": decision.rule, "reason": decision.reason, "remedy": decision.remedy,
                    "asked": decision.asked, "fallback": decision.fallback, "schema": 1})  # fmt: skip
        return code
    out = console()
    out.print(Text.assemble((decision.kind, "bold"), f" by {decision.rule or 'default'}: {decision.reason}"))
    if decision.remedy:
        out.print(f"  {decision.remedy}")
    for name in decision.asked:
        rule = next(rule for rule in policy.rules if rule.id == name)
        fired = "fired" if name == decision.rule else "did not fire"
        out.print(f"  {name} ({rule.effect} {rule.tool}) {fired}: when {write(rule.when)}")
    return code


def _asked(file: Path) -> _Asked:
    """Read a call. Raises ValueError that names the file."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=_Asked)
    except (ValueError, RecursionError) as error:
        form = 'write {"tool": "NAME", "arguments": {...}}'
        raise ValueError(f"{file} is no call ({str(error)[:LONGEST]}); {form}") from None


class Place(Value, frozen=True):
    """Where the guarded server is: started by a command, or at a URL and guarded where ``listen`` says."""

    command: tuple[str, ...]
    url: str | None
    listen: str
    one_run: bool = False  # all sessions at the URL share one state


def proxy(  # one parameter an option
    place: Place, *, policy: Path, query: str, log: Path | None, ask: bool, model: str = "", usd: float = 1.0
) -> int:
    """Guard a server until it ends; a model may change the rules of a run after results."""
    from solon.interop.guard_gate import Gate, Log, ask_terminal, deny
    from solon.interop.guard_update import Standing, following

    if bool(place.command) == (place.url is not None):
        raise ValueError("say either how to start the server, after --, or where it is, with --url")
    if model and not query:
        raise ValueError("a model changes rules for one query; give it with --query")
    asking = ask_terminal if ask else deny
    writer = Log(log)
    with ExitStack() as stack:
        stack.callback(writer.close)
        after = None
        if model:
            from solon.cli import guard_writing

            after = following(stack.enter_context(guard_writing.asking(model, usd)), asking, _say)
        standing = Standing(policy, _sound, lambda rules: Gate(rules, query, log=writer, ask=asking, after=after))
        _on_signal(lambda: standing.reload(asking))
        if place.url is None:
            from solon.interop import mcp_proxy_stdio

            return mcp_proxy_stdio.serve(place.command, standing.gate())
        from solon.interop import mcp_proxy_http

        gates = cache(standing.gate) if place.one_run else standing.gate
        return mcp_proxy_http.serve(place.url, place.listen, gates)


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def _sound(file: Path) -> PolicySet:
    """Read a policy whose rules speak of what is there: one about what is not never fires. Raises ValueError."""
    rules = load(file)
    if wrong := next(analysis.typecheck(rules), None):
        raise ValueError(f"{file}, rule {wrong.rule or '-'}: {wrong.message}; see: solon guard check {file}")
    return rules


def _on_signal(reload: Callable[[], str]) -> None:
    """Read the policy again, beside the calls, at each SIGUSR1; say on stderr what became."""
    if threading.current_thread() is not threading.main_thread():
        return

    def started(*_: object) -> None:
        threading.Thread(target=lambda: _say(reload()), daemon=True).start()

    signal.signal(signal.SIGUSR1, started)
