"""Patience with a server: waiting, trying again, and no more calls in flight than it bears."""

import itertools
import random
import threading
import time
from collections.abc import Callable
from datetime import UTC

from solon.contract import Value
from solon.model.transport import CallFailed, Reply, Request, Transport


class Patience(Value, frozen=True):
    """How long one call is tried; times in seconds. An attempt under way is not cut short by ``total_seconds``."""

    attempts: int = 8
    first_wait: float = 0.5
    longest_wait: float = 60.0
    total_seconds: float = 900.0


class Gate:
    """Bounds the calls in flight: one more after a run of successes, half as many when the server is busy.

    Additive increase, multiplicative decrease; a burst of refusals counts once (Chiu and Jain 1989).
    """

    def __init__(self, start: int = 8, most: int = 64, run: int = 8) -> None:
        self.limit: int = max(1, min(start, most))
        self._most = most
        self._run = run
        self._successes = 0
        self._in_flight = 0
        self._epoch = 0
        self._changed = threading.Condition()

    def enter(self) -> int:
        """Wait for a place and return the epoch in which the call starts."""
        with self._changed:
            while self._in_flight >= self.limit:
                self._changed.wait()
            self._in_flight += 1
            return self._epoch

    def leave(self) -> None:
        """Give the place back."""
        with self._changed:
            self._in_flight -= 1
            self._changed.notify_all()

    def succeeded(self) -> None:
        """Count a reply."""
        with self._changed:
            self._successes += 1
            if self._successes >= self._run and self.limit < self._most:
                self.limit += 1
                self._successes = 0
                self._changed.notify_all()

    def refused(self, epoch: int) -> int:
        """Count a refusal of a call that started in ``epoch``; return the epoch that holds now."""
        with self._changed:
            self._successes = 0
            if epoch == self._epoch:
                self.limit = max(1, self.limit // 2)
                self._epoch += 1
            return self._epoch


class Patient:
    """A transport that tries again: exponential backoff with jitter, never sooner than Retry-After says.

    A waiting call keeps its place, so that waiting lowers the load. The jitter is a function of the request and the
    attempt. ``lost`` is told each attempt that may have been billed without a reply, and may raise to stop. A ``sleep``
    that returns True, as an event's wait does, ends the call.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        patience: Patience | None = None,
        gate: Gate | None = None,
        lost: Callable[[Request], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], bool | None] = time.sleep,
        calendar: Callable[[], float] = time.time,
    ) -> None:
        self._transport = transport
        self._patience = patience or Patience()
        self._gate = gate or Gate()
        self._lost = lost
        self._clock = clock
        self._sleep = sleep
        self._calendar = calendar

    def complete(self, request: Request) -> Reply:
        """Return the first reply; raise CallFailed when the call is hopeless or patience is at its end."""
        epoch = self._gate.enter()
        try:
            return self._persist(request, epoch)
        finally:
            self._gate.leave()

    def _persist(self, request: Request, epoch: int) -> Reply:
        start = self._clock()
        for attempt in itertools.count(1):
            failure = self._attempt(request)
            if isinstance(failure, Reply):
                self._gate.succeeded()
                return failure
            if failure.billed and self._lost is not None:
                self._lost(request)
            if failure.busy:
                epoch = self._gate.refused(epoch)
            if not failure.retry:
                raise failure
            self._wait(request, attempt, failure, self._clock() - start)
        raise AssertionError("unreachable: waiting ends by raising")

    def _attempt(self, request: Request) -> Reply | CallFailed:
        try:
            return self._transport.complete(request)
        except CallFailed as failure:
            return failure

    def _wait(self, request: Request, attempt: int, failure: CallFailed, elapsed: float) -> None:
        """Sleep before the next attempt, or raise if there is to be none."""
        patience = self._patience
        if attempt >= patience.attempts:
            raise CallFailed(f"{failure}; given up after {attempt} attempts, go on with `solon resume` later")
        seconds = backoff(request, attempt, patience)
        asked = retry_after(failure.retry_after, self._calendar())
        if asked is not None:
            seconds = max(seconds, asked)
        if elapsed + seconds > patience.total_seconds:
            raise CallFailed(
                f"{failure}; given up after {elapsed:.0f} s because the next attempt would be in {seconds:.0f} s, "
                f"go on with `solon resume` later"
            )
        if self._sleep(seconds):
            raise CallFailed(f"{failure}; interrupted before the next attempt, go on with `solon resume`")


def backoff(request: Request, attempt: int, patience: Patience) -> float:
    """Return the seconds to wait after the given failed attempt, counted from 1: between half and all of its bound."""
    bound = min(patience.longest_wait, patience.first_wait * 2.0 ** (attempt - 1))
    dice = random.Random(f"backoff/{request.key}/{attempt}")  # noqa: S311 - spreads load, guards no secret
    return bound * (0.5 + 0.5 * dice.random())


def retry_after(header: str | None, now: float) -> float | None:
    """Return the seconds that a Retry-After header asks for, a number or an HTTP date; None if it is neither.

    ``now`` is in seconds since 1970, UTC (RFC 9110, section 10.2.3).
    """
    from email.utils import parsedate_to_datetime

    text = (header or "").strip()
    if text.isascii() and text.replace(".", "", 1).isdigit():
        return float(text)
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    if date.tzinfo is None:
        date = date.replace(tzinfo=UTC)
    return max(0.0, date.timestamp() - now)
