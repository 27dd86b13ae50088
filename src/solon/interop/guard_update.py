"""The policy file of a guard at work: read again, it may only narrow what is allowed, unless a person agrees."""

import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from solon.interop.guard_gate import Ask, Gate
from solon.tasks.guard import analysis
from solon.tasks.guard.policy import PolicySet

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
        if new == self.policy:
            return f"{self._file} holds the rules that are in force"
        decided = "proved"
        try:
            analysis.amend(self.policy, new.rules)
        except analysis.Refused as refused:
            if ask(f"The rules in {self._file} are others now; {refused}.") == "no":
                raise
            decided = "by a person"
        for gate in list(self._gates):
            gate.exchange(self.policy, new, decided)
        self.policy = new
        why = "proved to allow nothing more" if decided == "proved" else "a person allowed it"
        return f"{self._file} is in force: {why}"
