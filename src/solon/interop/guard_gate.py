"""What stands between an agent and its tools, wherever they are: decides, asks a person, logs and explains.

A gate belongs to one run. It fails closed: what it cannot decide, log or understand is blocked. The log holds no
arguments, only their hash.
"""

import contextlib
import os
import termios
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Literal

import msgspec

from solon.contract import Value
from solon.tasks.guard import analysis
from solon.tasks.guard.monitor import Ticket
from solon.tasks.guard.policy import Call as FrozenCall
from solon.tasks.guard.policy import Decision, Fallback, PolicySet, Rule
from solon.tasks.guard.tools.calls import Call, Described, Json, Step
from solon.tasks.guard.tools.guards import PolicyGuard, final_call

Consent = Literal["once", "run", "no"]
Ask = Callable[[str], Consent]
After = Callable[["Gate", Call, Json], object]
"""What is done with a result once it is noted, before the agent sees it."""
HOPS: Final = 3  # calls that substitute one another
NAMED: Final = 200  # characters of a tool's name in the log
_OVER: Final = "The run was ended by a rule."
_STALE: Final = "The rules changed while a person was asked; call again."
_TOLD: Final = Fallback()


class Ruling(Value, frozen=True):
    """What happens with a call: ``call`` is carried out if there is one, else ``message`` is its error result."""

    ticket: Ticket | None
    call: Call | None
    message: str = ""


class Entry(Value, frozen=True):
    """One line of the log."""

    at: float  # seconds since 1970
    event: Literal["call", "result", "update"]
    number: int  # of the decision in its run; -1 where there was none to be made
    tool: str
    decision: str = ""
    rule: str = ""
    asked: tuple[str, ...] = ()
    arguments: str = ""  # SHA-256 of the tool and the canonical arguments
    success: bool | None = None
    policy: str = ""  # its digest


class Log:
    """JSON lines in a file that its owner alone can read; a line that cannot be written whole raises OSError."""

    def __init__(self, path: Path | None) -> None:
        self._file = None if path is None else os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._open = path is not None
        self._lock = threading.Lock()

    def write(self, entry: Entry) -> None:
        """Write a line at once."""
        if self._file is None:
            return
        line = msgspec.json.encode(entry) + b"\n"
        with self._lock:
            if not self._open:
                raise OSError("the log is closed")
            if os.write(self._file, line) != len(line):
                raise OSError("the log takes no whole line")

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._file is not None and self._open:
                self._open = False
                os.close(self._file)


def deny(question: str) -> Consent:  # noqa: ARG001 - one of the ways to ask
    """Answer for a person who is not there."""
    return "no"


_ASKING: Final = threading.Lock()


def ask_terminal(question: str) -> Consent:
    """Ask at the terminal of this process, whatever its standard streams are; without one the answer is no.

    One question at a time; what was typed before it was asked is no answer to it.
    """
    try:
        with _ASKING, Path("/dev/tty").open("r+b", buffering=0) as terminal:
            asked = f"\n{plainly(question)}\nAllow? [y]es once / [r]un: always in this run / [N]o: "
            termios.tcflush(terminal.fileno(), termios.TCIFLUSH)
            terminal.write(asked.encode())
            answer = terminal.readline().decode(errors="replace").strip().lower()
    except (OSError, termios.error):
        return "no"
    return "once" if answer in ("y", "yes") else "run" if answer in ("r", "run") else "no"


def plainly(text: str) -> str:
    """Return a text with all that could hide or reorder a part of it on a screen written as escapes."""
    return "".join(it if it.isprintable() or it == "\n" else it.encode("unicode_escape").decode() for it in text)


class Gate:
    """Decides the calls of one run, from any thread; ``tools`` may become known later than the policy."""

    def __init__(
        self, policy: PolicySet, query: str = "", *, log: Log | None = None, ask: Ask = deny, after: After | None = None
    ) -> None:
        self.policy = policy
        self._after = after
        self._digest = policy.digest
        self.query = query
        self._described: dict[str, Described] = {}
        self._guard = PolicyGuard(policy, query, ())
        self._guard.ledger.tools = self._described
        self._log = log or Log(None)
        self._ask = ask
        self._consented: set[tuple[str, str]] = set()  # digest of the policy, and the rule or the call
        self._changed: set[str] = set()
        self.shown: dict[str, dict[str, Json]] = {}  # what the agent was first shown of each tool
        self._over = False
        self._lock = threading.Lock()

    def describe(self, tools: list[Described]) -> None:
        """Learn what the tools say of themselves, once: what takes other arguments later may not be called any more."""
        with self._lock:
            for each in tools:
                first = self._described.setdefault(each.name, each)
                if msgspec.structs.replace(first, description=each.description) != each:
                    self._changed.add(each.name)

    @property
    def described(self) -> tuple[Described, ...]:
        """The tools, as they were first described."""
        return tuple(self._described.values())

    def amend(self, rules: Sequence[Rule], *, person: bool = False, old: PolicySet | None = None) -> None:
        """Go on with other rules; without a person only if it is proved that they allow no more than those of now.

        ``old`` is the policy that they were made for; they are refused if it is not in force any more. What is open
        stays open, and counts as the rule says that let it run; consent for the run has to be given anew. Raises
        analysis.Refused, and OSError if the change cannot be logged: then all stays as it was.
        """
        old = self.policy if old is None else old
        new = analysis.amend(old, rules, person=person)  # the proof takes time, in which calls go on
        self.exchange(old, new, "by a person" if person else "proved")

    def exchange(self, old: PolicySet, new: PolicySet, decided: str) -> None:
        """Go on with the rules of a policy that may follow another one. Raises as ``amend``."""
        with self._lock:
            if self.policy != old:
                raise analysis.Refused("the rules were changed by somebody else meanwhile; try again")
            self._log.write(Entry(time.time(), "update", -1, "", decided, policy=new.digest))
            self._guard.exchange(new)
            self.policy, self._digest = new, new.digest

    def offers(self, tool: str) -> bool:
        """Return whether any rule lets a tool be called, so that it is worth showing to the agent."""
        known = self.policy.tool(tool) is not None and tool not in self._changed
        return known and any(rule.effect != "forbid" and rule.concerns(tool) for rule in self.policy.rules)

    def refused(self, what: str) -> None:
        """Note something that has no form to be decided on and goes nowhere; without a log there is no more to do."""
        with contextlib.suppress(OSError):
            self._log.write(Entry(time.time(), "call", -1, what[:NAMED], "refused", policy=self._digest))

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
            over, changed, digest = self._over, call.tool in self._changed, self._digest
            ticket = self._guard.consider(call)
        try:
            ruling, other = self._ruled(call, ticket, digest, over=over, changed=changed)
        except Exception:
            self._guard.drop(ticket)
            raise
        if ruling.call is None:
            self._guard.drop(ticket)
        return self._judged(_thawed(other), hops - 1) if other is not None and hops else ruling

    def _ruled(
        self, call: Call, ticket: Ticket, digest: str, *, over: bool, changed: bool
    ) -> tuple[Ruling, FrozenCall | None]:
        """Return what happens with a call, and the call to be judged instead of it."""
        decision = ticket.decision
        if over:
            decision = msgspec.structs.replace(decision, kind="terminate", reason=_OVER)
        elif changed:
            reason = f"The server changed what {call.tool} is after this run began."
            decision = msgspec.structs.replace(
                decision, kind="block", rule="", reason=reason, remedy="", fallback=_TOLD
            )
        kind = self._settled(decision, digest)
        frozen = decision.call
        with self._lock:
            self._over |= kind == "terminate"
            if self._over and kind != "terminate":  # it ended while a person was asked
                kind, decision = "terminate", msgspec.structs.replace(decision, kind="terminate", reason=_OVER)
            elif kind == "allow" and self._digest != digest:
                kind = "block"
                decision = msgspec.structs.replace(decision, kind="block", reason=_STALE, remedy="", fallback=_TOLD)
        self._log.write(
            Entry(
                time.time(), "call", ticket.number, call.tool[:NAMED], kind, decision.rule, decision.asked,
                "" if frozen is None else frozen.digest, None, digest,
            )
        )  # fmt: skip
        final = final_call(decision)
        if kind == "allow" and final is not None:
            return Ruling(ticket, final), None
        other = decision.fallback.call if kind == "block" and decision.fallback.mode == "substitute" else None
        return Ruling(ticket, None, explained(decision, self.query)), other

    def _settled(self, decision: Decision, digest: str) -> str:
        if decision.kind != "confirm" or decision.call is None:
            return decision.kind
        # Consent for the run covers what one rule asks about; where only the default asks, this one call.
        given = digest, decision.rule or decision.call.digest
        with self._lock:
            if given in self._consented:
                return "allow"
        shown = f"{decision.call.tool} {decision.call.content.decode()}"
        answer = self._ask(f"{decision.reason}\n{shown}")
        if answer == "run":
            with self._lock:
                self._consented.add(given)
        return "block" if answer == "no" else "allow"

    def report(self, ruling: Ruling, result: Json, *, error: str = "") -> str:
        """Note what became of a call that was carried out; return why nobody may see its result, if so."""
        if ruling.ticket is None or ruling.call is None:
            return ""
        entry = Entry(
            time.time(), "result", ruling.ticket.number, ruling.call.tool, success=not error, policy=self._digest
        )
        try:
            with self._lock:
                self._guard.report(ruling.ticket, Step(ruling.call, result, error))
            self._log.write(entry)
        except Exception as failure:  # noqa: BLE001 - what was not noted must not be read
            return (
                f"The call of {ruling.call.tool} was carried out, but the guard failed to note its result "
                f"({type(failure).__name__}), which is withheld."
            )
        if self._after is not None and not error:
            with contextlib.suppress(Exception):  # it may change the rules; if it fails they stay
                self._after(self, ruling.call, result)
        return ""


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
