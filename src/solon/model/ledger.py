"""Tokens and money: what was spent, by call, candidate and run, and what may still be."""

import threading
from collections.abc import Iterable
from decimal import Decimal
from typing import Literal

import msgspec

from solon.contract import InfrastructureError, Value
from solon.model.prices import Prices
from solon.model.transport import Reply, Request


class BudgetSpent(InfrastructureError):
    """Raised before a call that could pass a cap; what was done so far stands."""


class Caps(Value, frozen=True):
    """What a run may spend on calls; None is unlimited."""

    dollars: Decimal | None = None
    tokens: int | None = None

    def __post_init__(self) -> None:
        if self.dollars is not None and self.dollars.is_nan():
            raise ValueError(f"a cap of {self.dollars} dollars is none; give a number")
        if (self.dollars is not None and self.dollars < 0) or (self.tokens is not None and self.tokens < 0):
            raise ValueError("a cap on money or tokens must not be negative")


class Entry(Value, frozen=True):
    """One call in the ledger."""

    candidate: int
    model: str
    kind: Literal["paid", "recorded", "lost"]  # recorded: paid in an earlier sitting; lost: billed perhaps, no reply
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    dollars: Decimal | None  # None: the price is unknown
    estimated: bool  # the server stated no usage, so the upper bound is counted
    written_tokens: int = 0
    thinking_tokens: int = 0


class Total(Value, frozen=True):
    """A sum over calls; ``dollars`` leaves out the ``unpriced`` ones and is None if there is no other."""

    calls: int = 0
    lost: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    dollars: Decimal | None = Decimal(0)
    unpriced: int = 0
    estimated: int = 0
    written_tokens: int = 0  # part of the input that was written to a cache
    thinking_tokens: int = 0  # part of the output that was reasoning

    @property
    def tokens(self) -> int:
        """Input and output together."""
        return self.input_tokens + self.output_tokens

    def __str__(self) -> str:
        """State the money in words that never take unknown for nothing."""
        known = f"{self.dollars:.4f} US dollars" if self.dollars is not None else "price unknown"
        part = f", {self.unpriced} more calls of unknown price" if self.unpriced and self.dollars is not None else ""
        return f"{self.calls} calls, {self.input_tokens} + {self.output_tokens} tokens, {known}{part}"


class Ledger:
    """Counts calls and guards caps; safe to use from several threads.

    A call is allowed only while what was spent, the upper bounds of the calls in flight and its own stay within the
    caps. Actual spending can pass a cap only where a server uses more than it was allowed, and then by no more than
    the calls in flight.
    """

    def __init__(self, prices: Prices, caps: Caps | None = None) -> None:
        self.prices: Prices = prices
        self.caps: Caps = caps or Caps()
        self._entries: list[Entry] = []
        self._tokens = 0
        self._dollars = Decimal(0)
        self._in_flight = 0
        self._reserved_tokens = 0
        self._reserved_dollars = Decimal(0)
        self._changed = threading.Condition()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Every call so far, in the order in which they ended."""
        with self._changed:
            return tuple(self._entries)

    def total(self) -> Total:
        """Return the sum over the run."""
        return add(self.entries)

    def by_candidate(self) -> dict[int, Total]:
        """Return the sum for each candidate number."""
        groups: dict[int, list[Entry]] = {}
        for entry in self.entries:
            groups.setdefault(entry.candidate, []).append(entry)
        return {number: add(groups[number]) for number in sorted(groups)}

    def allow(self, request: Request) -> None:
        """Reserve a call's upper bound, once the calls in flight leave room for it; settle or release it afterwards.

        Raises BudgetSpent if it could pass a cap even when nothing is in flight.
        """
        tokens, dollars = self._bound(request)
        with self._changed:
            while complaint := self._complaint(tokens, dollars):
                if not self._in_flight:
                    raise BudgetSpent(complaint)
                self._changed.wait()
            self._in_flight += 1
            self._reserved_tokens += tokens
            self._reserved_dollars += dollars

    def settle(self, request: Request, reply: Reply) -> None:
        """Replace a reservation by what the call used."""
        self._release(request, self._entry(request, reply, "paid"))

    def release(self, request: Request) -> None:
        """Give a reservation back: the call was not made, or failed unbilled."""
        self._release(request, None)

    def lose(self, request: Request) -> None:
        """Count an attempt that may have been billed, at its upper bound; the reservation stays for the next attempt.

        Raises BudgetSpent if there is no room for another attempt.
        """
        entry = self._entry(request, Reply("", ""), "lost")
        with self._changed:
            self._count(entry)
            complaint = self._complaint(0, Decimal(0))
        if complaint:
            raise BudgetSpent(complaint)

    def restore(self, request: Request, reply: Reply) -> None:
        """Count a call that was paid in an earlier sitting of the same run."""
        entry = self._entry(request, reply, "recorded")
        with self._changed:
            self._count(entry)

    def restore_lost(self, request: Request) -> None:
        """Count an attempt that was lost in an earlier sitting of the same run."""
        entry = self._entry(request, Reply("", ""), "lost")
        with self._changed:
            self._count(entry)

    def _release(self, request: Request, entry: Entry | None) -> None:
        tokens, dollars = self._bound(request)
        with self._changed:
            self._in_flight -= 1
            self._reserved_tokens -= tokens
            self._reserved_dollars -= dollars
            if entry is not None:
                self._count(entry)
            self._changed.notify_all()

    def _count(self, entry: Entry) -> None:
        self._entries.append(entry)
        self._tokens += entry.input_tokens + entry.output_tokens
        self._dollars += entry.dollars or Decimal(0)

    def _bound(self, request: Request) -> tuple[int, Decimal]:
        """Return the most tokens and dollars that a call can cost; raise ValueError if a cap needs a missing price."""
        dollars = self.prices.bound(request.model, request.input_bound, request.max_tokens)
        if dollars is None and self.caps.dollars is not None:
            raise ValueError(
                f"The price of {request.model} for such a prompt is unknown, so a cap on money cannot be kept; "
                f"give a price file, or cap tokens instead."
            )
        return request.input_bound + request.max_tokens, dollars or Decimal(0)

    def _complaint(self, tokens: int, dollars: Decimal) -> str:
        caps = self.caps
        all_tokens = self._tokens + self._reserved_tokens + tokens
        if caps.tokens is not None and all_tokens > caps.tokens:
            return f"the budget of {caps.tokens} tokens is spent ({self._tokens} used, the next call could pass it)"
        all_dollars = self._dollars + self._reserved_dollars + dollars
        if caps.dollars is not None and all_dollars > caps.dollars:
            used = f"{self._dollars:.4f}"
            return f"the budget of {caps.dollars} US dollars is spent ({used} used, the next call could pass it)"
        return ""

    def _entry(self, request: Request, reply: Reply, kind: Literal["paid", "recorded", "lost"]) -> Entry:
        known = reply.input_tokens is not None and reply.output_tokens is not None
        taken = reply.input_tokens if reply.input_tokens is not None else request.input_bound
        given = reply.output_tokens if reply.output_tokens is not None else request.max_tokens
        cost = self.prices.bound(request.model, taken, given)
        if known:
            cost = self.prices.cost(request.model, taken, given, reply.cached_tokens, reply.written_tokens)
        return Entry(
            request.sample,
            request.model,
            kind,
            taken,
            given,
            reply.cached_tokens,
            cost,
            not known,
            reply.written_tokens,
            reply.thinking_tokens,
        )


def add(entries: Iterable[Entry]) -> Total:
    """Sum entries."""
    total, priced = Total(), 0
    for entry in entries:
        priced += entry.dollars is not None
        total = msgspec.structs.replace(
            total,
            calls=total.calls + (entry.kind != "lost"),
            lost=total.lost + (entry.kind == "lost"),
            input_tokens=total.input_tokens + entry.input_tokens,
            output_tokens=total.output_tokens + entry.output_tokens,
            cached_tokens=total.cached_tokens + entry.cached_tokens,
            dollars=(total.dollars or Decimal(0)) + (entry.dollars or Decimal(0)),
            unpriced=total.unpriced + (entry.dollars is None),
            estimated=total.estimated + entry.estimated,
            written_tokens=total.written_tokens + entry.written_tokens,
            thinking_tokens=total.thinking_tokens + entry.thinking_tokens,
        )
    return msgspec.structs.replace(total, dollars=None) if total.unpriced and not priced else total
