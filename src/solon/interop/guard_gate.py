"""What stands between an agent and its tools, wherever they are: decides, asks a person, logs and explains.

A gate belongs to one run. It fails closed: what it cannot decide, log or understand is blocked. The log holds no
arguments, only their hash.
"""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal, TextIO

import msgspec

from solon.contract import Value
from solon.tasks.guard.monitor import Ticket
from solon.tasks.guard.policy import Call as FrozenCall
from solon.tasks.guard.policy import Decision, PolicySet
from solon.tasks.guard.tools.calls import Call, Described, Json, Step
from solon.tasks.guard.tools.guards import PolicyGuard, final_call

Consent = Literal["once", "run", "no"]
Ask = Callable[[str], Consent]
HOPS: Final = 3  # calls that substitute one another


class Ruling(Value, frozen=True):
    """What happens with a call: ``call`` is carried out if there is one, else ``message`` is its error result."""

    ticket: Ticket | None
    call: Call | None
    message: str = ""


class Entry(Value, frozen=True):
    """One line of the log."""

    at: float  # seconds since 1970
    event: Literal["call", "result"]
    number: int
    tool: str
    decision: str = ""
    rule: str = ""
    asked: tuple[str, ...] = ()
    arguments: str = ""  # SHA-256 of the tool and the canonical arguments
    success: bool | None = None
    policy: str = ""  # its digest


class Log:
    """JSON lines in a file; a line that cannot be written raises OSError."""

    def __init__(self, path: Path | None) -> None:
        self._file: TextIO | None = None if path is None else path.open("a", encoding="utf-8")
        self._lock = threading.Lock()

    def write(self, entry: Entry) -> None:
        """Write a line at once."""
        if self._file is not None:
            with self._lock:
                self._file.write(msgspec.json.encode(entry).decode() + "\n")
                self._file.flush()

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()


def deny(question: str) -> Consent:  # noqa: ARG001 - one of the ways to ask
    """Answer for a person who is not there."""
    return "no"


def ask_terminal(question: str) -> Consent:
    """Ask at the terminal of this process, whatever its standard streams are; without one the answer is no."""
    try:
        with Path("/dev/tty").open("r+", encoding="utf-8", buffering=1) as terminal:
            terminal.write(f"\n{question}\nAllow? [y]es once / [r]un: always in this run / [N]o: ")
            answer = terminal.readline().strip().lower()
    except OSError:
        return "no"
    return "once" if answer in ("y", "yes") else "run" if answer in ("r", "run") else "no"


class Gate:
    """Decides the calls of one run, from any thread; ``tools`` may become known later than the policy."""

    def __init__(self, policy: PolicySet, query: str = "", *, log: Log | None = None, ask: Ask = deny) -> None:
        self.policy = policy
        self._digest = policy.digest
        self._query = query
        self._described: dict[str, Described] = {}
        self._guard = PolicyGuard(policy, query, ())
        self._guard.ledger.tools = self._described
        self._log = log or Log(None)
        self._ask = ask
        self._consented: set[str] = set()
        self._over = False
        self._lock = threading.Lock()

    def describe(self, tools: list[Described]) -> None:
        """Learn what the tools say of themselves; only what the policy knows counts."""
        with self._lock:
            self._described.update({each.name: each for each in tools})

    def offers(self, tool: str) -> bool:
        """Return whether any rule lets a tool be called, so that it is worth showing to the agent."""
        known = self.policy.tool(tool) is not None
        return known and any(rule.effect != "forbid" and rule.concerns(tool) for rule in self.policy.rules)

    def judge(self, call: Call) -> Ruling:
        """Return what happens with a call; blocks it on any failure of the guard itself."""
        try:
            return self._judged(call, HOPS)
        except Exception as error:  # noqa: BLE001 - a guard that failed must not let anything through
            return Ruling(
                None, None, f"The guard failed ({type(error).__name__}), so the call of {call.tool} is blocked."
            )

    def _judged(self, call: Call, hops: int) -> Ruling:
        with self._lock:
            over = self._over
            ticket = self._guard.consider(call)
        decision = ticket.decision
        if over:
            decision = msgspec.structs.replace(decision, kind="terminate", reason="The run was ended by a rule.")
        kind = self._settled(decision)
        frozen = decision.call
        self._log.write(
            Entry(
                time.time(), "call", ticket.number, call.tool, kind, decision.rule, decision.asked,
                "" if frozen is None else frozen.digest, None, self._digest,
            )
        )  # fmt: skip
        final = final_call(decision)
        if kind == "allow" and final is not None:
            return Ruling(ticket, final)
        with self._lock:
            self._over |= kind == "terminate"
        other = decision.fallback.call if kind == "block" and decision.fallback.mode == "substitute" else None
        if other is not None and hops:
            return self._judged(_thawed(other), hops - 1)
        return Ruling(ticket, None, explained(decision, self._query))

    def _settled(self, decision: Decision) -> str:
        if decision.kind != "confirm" or decision.call is None:
            return decision.kind
        # Consent for the run covers what one rule asks about; where only the default asks, this one call.
        given = decision.rule or decision.call.digest
        with self._lock:
            if given in self._consented:
                return "allow"
        shown = f"{decision.call.tool} {decision.call.content.decode()}"
        answer = self._ask(f"{decision.reason}\n{shown}")
        if answer == "run":
            with self._lock:
                self._consented.add(given)
        return "block" if answer == "no" else "allow"

    def report(self, ruling: Ruling, result: Json, *, error: str = "") -> None:
        """Note what became of a call that was carried out."""
        if ruling.ticket is None or ruling.call is None:
            return
        with self._lock:
            self._guard.report(ruling.ticket, Step(ruling.call, result, error))
        self._log.write(
            Entry(time.time(), "result", ruling.ticket.number, ruling.call.tool, success=not error, policy=self._digest)
        )


def _thawed(call: FrozenCall) -> Call:
    return Call(call.tool, msgspec.json.decode(call.content))


def explained(decision: Decision, query: str = "") -> str:
    """Return what an agent is told of a call that was not carried out."""
    words = [decision.fallback.text or decision.reason]
    words.append(f"Decided by {f'the rule {decision.rule}' if decision.rule else 'the default, which blocks'}.")
    if decision.remedy:
        words.append(decision.remedy)
    if query:
        words.append(f"The user's task is still: {query}")
    return " ".join(words)
