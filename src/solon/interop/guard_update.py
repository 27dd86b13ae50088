"""New rules for a guard at work, from its file or a model: they may only narrow, unless a person agrees."""

import threading
import weakref
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import msgspec

from solon.contract import InfrastructureError
from solon.interop.guard_gate import After, Ask, Gate
from solon.model import Client, Message, Request
from solon.tasks.guard import analysis
from solon.tasks.guard.policy import PolicySet
from solon.tasks.guard.tools.calls import Call, Described, Json
from solon.tasks.guard.tools.rules import rules_of
from solon.tasks.guard.tools.synthesis import Reply, Turns, update

_SAME: Final = "declares tools, facts, state or defaults differently; restart the proxy for that"


class Standing:
    """The rules that a proxy goes by now, and the gates that go by them; one change at a time, from any thread."""

    def __init__(self, file: Path, load: Callable[[Path], PolicySet], make: Callable[[PolicySet], Gate]) -> None:
        self._file, self._load, self._make = file, load, make
        self.policy: PolicySet = load(file)
        self._gates: weakref.WeakSet[Gate] = weakref.WeakSet()
        self._lock = threading.Lock()

    def gate(self) -> Gate:
        """Return a gate for a new run."""
        with self._lock:
            gate = self._make(self.policy)
            self._gates.add(gate)
            return gate

    def reload(self, ask: Ask) -> str:
        """Read the file again and return in a sentence what became of it; on any failure the rules stay."""
        with self._lock:
            try:
                return self._reloaded(ask)
            except Exception as error:  # noqa: BLE001 - a guard that cannot read new rules goes on with its own
                told = str(error) if isinstance(error, ValueError | OSError) else type(error).__name__
                return f"{self._file} is not taken, the rules stay as they are: {told}"

    def _reloaded(self, ask: Ask) -> str:
        new = self._load(self._file)
        if msgspec.structs.replace(new, rules=self.policy.rules, name=self.policy.name) != self.policy:
            raise ValueError(_SAME)
        new = msgspec.structs.replace(new, name=self.policy.name)
        runs = [(gate, gate.policy) for gate in self._gates]  # a model may have changed the rules of some
        before = list({old.digest: old for old in (self.policy, *(old for _, old in runs))}.values())
        if before == [new]:
            return f"{self._file} holds the rules that are in force"
        decided = "proved"
        try:
            for old in before:
                analysis.amend(old, new.rules)
        except analysis.Refused as refused:
            if ask(f"The rules in {self._file} are others now; {refused}.") == "no":
                raise
            decided = "by a person"
        self.policy = new
        left: list[Exception] = []
        for gate, old in runs:
            try:
                gate.exchange(old, new, decided)
            except (ValueError, OSError) as error:
                left.append(error)
        if left:
            return f"{self._file} is in force, but not in {len(left)} of {len(runs)} runs: {left[0]}"
        why = "proved to allow nothing more" if decided == "proved" else "a person allowed it"
        return f"{self._file} is in force: {why}"


def follow(gate: Gate, tools: Sequence[Described], call: Call, result: Json, reply: Reply, ask: Ask) -> str:
    """Let a model change the rules of a run after a result; return in a sentence what became of it.

    What is proved to narrow is taken at once; the rest only if a person agrees, who is shown the new rules. On any
    failure the rules stay, also if they were changed by somebody else meanwhile.
    """
    old = gate.policy
    try:
        rules = update(old, gate.query, tools, call, result, reply)
        if rules == old.rules:
            return "the rules stay as they are"
        try:
            gate.amend(rules, old=old)
        except analysis.Refused as refused:
            wanted = rules_of(msgspec.structs.replace(old, rules=tuple(it for it in rules if it not in old.rules)))
            if ask(f"After a call of {call.tool} a model wants other rules; {refused}. New are:\n{wanted}") == "no":
                raise
            gate.amend(rules, person=True, old=old)
            return "the rules are others now: a person allowed it"
    except Exception as error:  # noqa: BLE001 - whatever a model or a prover does, the rules of now go on
        told = isinstance(error, ValueError | OSError | InfrastructureError)
        return f"the rules stay as they are: {error if told else type(error).__name__}"
    return "the rules are others now: proved to allow nothing more"


def following(reply: Reply, ask: Ask, say: Callable[[str], None]) -> After:
    """Return what has a model look at each result of a run; what becomes of the rules is said in a sentence."""

    def after(gate: Gate, call: Call, result: Json) -> None:
        say(f"After {call.tool}: {follow(gate, gate.described, call, result, reply, ask)}.")

    return after


def answers(client: Client, pattern: Request) -> Reply:
    """Return what a model says to messages; ``pattern`` has its name and settings. Raises InfrastructureError."""

    def reply(turns: Turns) -> str:
        messages = tuple(Message(role, text) for role, text in turns)
        return client.complete(msgspec.structs.replace(pattern, messages=messages)).text

    return reply
