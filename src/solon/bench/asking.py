"""What all rows share that ask a model: whether it can be asked, what that may cost, and where its answers are kept."""

import os
from decimal import Decimal
from pathlib import Path

from solon.bench.workshop import Means
from solon.model import Address, Caps, Cassette, Client, Endpoint, Ledger, Patient, Request, check_at_hand, load_prices


def why_not(at: Address, means: Means) -> str:
    """Return why a model is not asked: no key, or no money; "" if it is."""
    if at.key_needed and not os.environ.get(at.variable):
        return f"no key ({at.variable})"
    return "--usd 0" if means.usd <= 0 else ""


def ledger_of(at: Address, means: Means) -> Ledger:
    """Return a ledger that ends a row at its dollars; a server of one's own has no price list and no such end."""
    return Ledger(load_prices(), Caps(dollars=Decimal(str(means.usd)) if at.key_needed else None))


def client_of(at: Address, calls: Path, ledger: Ledger) -> tuple[Client, Request]:
    """Return what asks a model and keeps its answers in the folder ``calls``, and the pattern of the requests.

    What was answered already is not paid again. Raises ValueError if the package that asks is not installed.
    """
    check_at_hand(at)
    client = Client(Patient(Endpoint(at)), cassette=Cassette(calls), ledger=ledger)
    return client, Request(at.model, (), at.max_tokens, at.temperature, at.effort, thinking=at.thinking)


def dollars(ledger: Ledger) -> float | None:
    """Return what was spent; None if a price is not known."""
    total = ledger.total().dollars
    return None if total is None else float(total)


def folder_name(text: str) -> str:
    """Return a text as the name of a folder."""
    return "".join(letter if letter.isalnum() or letter in "._-" else "-" for letter in text)
