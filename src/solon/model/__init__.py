"""The model layer: calls, recordings, patience, money. It knows neither tasks nor programs nor runs."""

from solon.model.address import Address, is_address, parse_address
from solon.model.cassette import Cassette, MissingRecording, Recording
from solon.model.client import Client
from solon.model.edits import Edit, EditError, apply_edits, named_parts, read_edits
from solon.model.ledger import BudgetSpent, Caps, Entry, Ledger, Total
from solon.model.limit import Gate, Patience, Patient
from solon.model.openai import OpenAITransport
from solon.model.plan import Plan, plan
from solon.model.prices import Price, Prices, load_prices
from solon.model.transport import CallFailed, Effort, Message, Rejected, Reply, Request, Transport, screen

__all__ = [
    "Address",
    "BudgetSpent",
    "CallFailed",
    "Caps",
    "Cassette",
    "Client",
    "Edit",
    "EditError",
    "Effort",
    "Entry",
    "Gate",
    "Ledger",
    "Message",
    "MissingRecording",
    "OpenAITransport",
    "Patience",
    "Patient",
    "Plan",
    "Price",
    "Prices",
    "Recording",
    "Rejected",
    "Reply",
    "Request",
    "Total",
    "Transport",
    "apply_edits",
    "is_address",
    "load_prices",
    "named_parts",
    "parse_address",
    "plan",
    "read_edits",
    "screen",
]
