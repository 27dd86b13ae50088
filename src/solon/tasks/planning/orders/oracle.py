"""Mock tools that log what was called, and the verdict on the log; no text of an agent is ever read."""

from collections import Counter
from typing import Final, Literal

from solon.contract import Value
from solon.tasks.planning.orders.cases import Case, tool
from solon.tasks.planning.orders.guest import Call
from solon.tasks.planning.orders.order import broken

Error = Literal["", "timeout", "act error", "action lost", "order error", "parameter error"]
ERRORS: Final[tuple[Error, ...]] = ("timeout", "act error", "action lost", "order error", "parameter error")
MOST_CALLS: Final = 50
RESTART: Final = "restart"
WAIT: Final = "wait"


class Verdict(Value, frozen=True):
    """How a case ended; the error is empty for a success, and the reason names the action."""

    error: Error
    reason: str = ""
    calls: int = 0


class Desk:
    """The tools of one case; one action at a time, and in the extended mode each takes some hours."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._numbers = {tool(name): number for number, name in enumerate(case.names)}
        self._log: list[tuple[int, int]] = []  # (action, start)
        self._calls = 0
        self._failed: Verdict | None = None

    @property
    def over(self) -> bool:
        """Whether the case has ended by an error that nothing can mend."""
        return self._failed is not None

    def use(self, call: Call) -> object:
        """Carry out a call and return what the tool says: hours that it took in the extended mode, else a word."""
        name, start = call
        self._calls += 1
        if self._calls > MOST_CALLS:
            self._fail("timeout", f"more than {MOST_CALLS} calls")
        elif name == WAIT:
            return "done"
        elif name == RESTART and self._case.extended:
            self._log.clear()
        elif name not in self._numbers:
            self._fail("act error", f"there is no tool {name!r}")
        elif (start is None) == self._case.extended:
            said = "needs the hour at which it starts" if self._case.extended else "takes no hour"
            self._fail("act error", f"the tool {name} {said}")
        elif any(action == self._numbers[name] for action, _ in self._log):
            self._fail("act error", f"the tool {name} was used before")
        else:
            action = self._numbers[name]
            self._log.append((action, start or 0))
            return self._case.durations[action] if self._case.extended else "done"
        return "done" if not self.over else "error"

    def fail(self, reason: str) -> None:
        """End the case because the agent returned no call."""
        self._fail("act error", reason)

    def _fail(self, error: Error, reason: str) -> None:
        if self._failed is None:
            self._failed = Verdict(error, reason, self._calls)

    def verdict(self) -> Verdict:
        """Return how the case ended, once the agent has finished."""
        if self._failed is not None:
            return self._failed
        case, sequence = self._case, [action for action, _ in self._log]
        missing = [name for number, name in enumerate(case.names) if number not in sequence]
        if missing:
            return Verdict("action lost", f"nobody did {missing[0]!r}", self._calls)
        hurried = self._hurried() if case.extended else ""
        if hurried:
            return Verdict("parameter error", hurried, self._calls)
        wrong = broken(sequence, case.pairs)
        if wrong:
            earlier, later = wrong[0]
            reason = f"{case.names[later]!r} was done before {case.names[earlier]!r}, and the text wants it after"
            return Verdict("order error", reason, self._calls)
        late = self._untimely() if case.extended else ""
        return Verdict("order error", late, self._calls) if late else Verdict("", "", self._calls)

    def _hurried(self) -> str:
        end = 0
        for action, start in self._log:
            if start < end:
                return f"{self._case.names[action]!r} starts at hour {start}, and the action before ends at hour {end}"
            end = start + self._case.durations[action]
        return ""

    def _untimely(self) -> str:
        starts = dict(self._log)
        for window in self._case.windows:
            start, name = starts[window.action], self._case.names[window.action]
            if window.bound == "earliest" and start < window.hour:
                return f"{name!r} starts at hour {start}, and the text allows it from hour {window.hour} on"
            end = start + self._case.durations[window.action]
            if window.bound == "latest" and end > window.hour:
                return f"{name!r} ends at hour {end}, and the text wants it over by hour {window.hour}"
        return ""


def tally(verdicts: list[Verdict]) -> Counter[Error]:
    """Return how often each error came; "" counts successes."""
    return Counter(verdict.error for verdict in verdicts)
