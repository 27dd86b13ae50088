"""A transport, a clock and requests for tests of the model layer."""

import threading
from collections.abc import Callable

from solon.model import CallFailed, Message, Reply, Request

POLICY = "```python\ndef policy(env, agent_id):\n    return {}\n```\n"


def ask(text: str = "Write it.", sample: int = 0, model: str = "gpt-4.1-mini", **parameters) -> Request:
    return Request(model, (Message("system", "Rules."), Message("user", text)), sample=sample, **parameters)


def answer(text: str = "Yes.", finish_reason: str = "stop", **usage) -> Reply:
    return Reply(text, finish_reason, **{"input_tokens": 10, "output_tokens": 5, **usage})


class Fake:
    """Answers by a function of the request; counts calls and how many were in flight at once."""

    def __init__(self, function: Callable[[Request], Reply | Exception] = lambda _request: answer()) -> None:
        self.function = function
        self.requests: list[Request] = []
        self.in_flight = self.most = 0
        self._lock = threading.Lock()

    def complete(self, request: Request) -> Reply:
        with self._lock:
            self.requests.append(request)
            self.in_flight += 1
            self.most = max(self.most, self.in_flight)
        try:
            result = self.function(request)
        finally:
            with self._lock:
                self.in_flight -= 1
        if isinstance(result, Exception):
            raise result
        return result


class Script(Fake):
    """Gives scripted results in order, whatever is asked."""

    def __init__(self, *results: Reply | Exception) -> None:
        self.results = list(results)
        super().__init__(lambda _request: self.results.pop(0))


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def busy(retry_after: str | None = None) -> CallFailed:
    return CallFailed("busy", retry=True, busy=True, retry_after=retry_after)


def broken(*, billed: bool = False) -> CallFailed:
    return CallFailed("broken", retry=True, billed=billed)
