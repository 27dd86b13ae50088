"""Calls in order and at once: recordings first, then the budget, then the network."""

import itertools
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait

from solon.model.cassette import Cassette
from solon.model.ledger import BudgetSpent, Ledger
from solon.model.transport import CallFailed, Reply, Request, Transport


class Client:
    """Answers requests from a cassette, a transport, or both.

    - Cassette and transport: recorded replies are reused, others are paid for and recorded.
    - Cassette alone: replay; a call that was never recorded raises MissingRecording, and no connection is made.
    - Transport alone: nothing is kept.

    Results come in the order of the requests, and which calls a budget allows is decided in that order too, so the
    number of workers changes nothing but the time. What the cassette holds already counts as spent. ``interrupted`` is
    set when the user interrupts.
    """

    def __init__(
        self,
        transport: Transport | None = None,
        *,
        cassette: Cassette | None = None,
        ledger: Ledger | None = None,
        workers: int = 8,
        interrupted: threading.Event | None = None,
    ) -> None:
        if transport is None and cassette is None:
            raise ValueError("A client needs a transport or a cassette to answer from.")
        if workers < 1:
            raise ValueError(f"A client needs at least 1 worker, not {workers}.")
        self._transport = transport
        self._cassette = cassette
        self._ledger = ledger
        self._workers = workers
        self._interrupted = interrupted or threading.Event()
        if cassette is not None and ledger is not None:
            for recording in cassette.recordings():
                if recording.reply is not None:
                    ledger.restore(cassette.request(recording), recording.reply)
            for request in cassette.losses():
                ledger.restore_lost(request)

    def complete(self, request: Request) -> Reply:
        """Answer one request; raises CallFailed, MissingRecording or BudgetSpent."""
        return self.complete_all([request])[0]

    def complete_all(self, requests: Sequence[Request]) -> list[Reply]:
        """Answer requests; fewer than asked, but always the first ones, if the budget ends before.

        Raises BudgetSpent if it allows not even the first, MissingRecording in a replay, and CallFailed. In each case,
        and when interrupted, the calls that were under way are finished and recorded, and no other is begun.
        """
        stop = threading.Event()
        futures: list[Future[Reply]] = []
        spent: BudgetSpent | None = None
        pool = ThreadPoolExecutor(self._workers, thread_name_prefix="solon-model")
        try:
            for request in requests:
                if stop.is_set():
                    break
                futures.append(self._start(pool, request, stop))
            wait(futures)
        except BudgetSpent as error:
            spent = error
        except BaseException as error:
            stop.set()
            if isinstance(error, KeyboardInterrupt):
                self._interrupted.set()
            raise
        finally:
            pool.shutdown()
        failures = [future.exception() for future in futures]
        for failure in failures:
            if failure is not None and not isinstance(failure, BudgetSpent | _Abandoned):
                raise failure
        spent = next((failure for failure in failures if isinstance(failure, BudgetSpent)), spent)
        replies = [future.result() for future in itertools.takewhile(lambda it: it.exception() is None, futures)]
        if spent is not None and not replies:
            raise spent
        return replies

    def _start(self, pool: ThreadPoolExecutor, request: Request, stop: threading.Event) -> Future[Reply]:
        """Begin one call, or take its recording; raise BudgetSpent if it is not allowed."""
        recording = self._cassette.recording(request) if self._cassette else None
        if recording is not None and recording.reply is not None:
            return _done(recording.reply)
        if self._transport is None:
            assert self._cassette is not None
            if recording is not None:
                raise BudgetSpent(recording.refusal)
            raise self._cassette.missing(request)
        if self._ledger is not None:
            try:
                self._ledger.allow(request)
            except BudgetSpent as error:
                self._refuse(request, error)
                raise
        return pool.submit(self._pay, self._transport, request, stop)

    def _pay(self, transport: Transport, request: Request, stop: threading.Event) -> Reply:
        reply: Reply | None = None
        try:
            _go_on(stop)
            reply = transport.complete(request)
            return self._record(request, reply)
        except BudgetSpent as error:
            self._refuse(request, error)
            raise
        except BaseException:
            stop.set()
            raise
        finally:
            if self._ledger is not None:
                if reply is not None:
                    self._ledger.settle(request, reply)
                else:
                    self._ledger.release(request)

    def _record(self, request: Request, reply: Reply) -> Reply:
        """Store a reply and return the one that counts."""
        return (self._cassette.put(request, reply) or reply) if self._cassette is not None else reply

    def _refuse(self, request: Request, error: BudgetSpent) -> None:
        """Record that the budget ended here, so that a replay ends here too."""
        if self._cassette is not None:
            self._cassette.put(request, None, str(error))


class _Abandoned(CallFailed):
    """Raised for calls that were still waiting when another failed."""


def _go_on(stop: threading.Event) -> None:
    if stop.is_set():
        raise _Abandoned("the call was not made because another failed")


def _done(reply: Reply) -> Future[Reply]:
    future: Future[Reply] = Future()
    future.set_result(reply)
    return future
