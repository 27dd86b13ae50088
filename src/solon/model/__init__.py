"""The model layer: calls, recordings, patience, money. It knows neither tasks nor programs nor runs."""

from solon.model.address import Address, is_address, key_variables, model_providers, parse_address
from solon.model.cassette import Cassette, MissingRecording, Recording
from solon.model.client import Client
from solon.model.edits import Edit, EditError, apply_edits, named_parts, read_edits
from solon.model.endpoint import Endpoint, check_at_hand
from solon.model.ledger import BudgetSpent, Caps, Entry, Ledger, Total
from solon.model.limit import Gate, Patience, Patient
from solon.model.plan import Plan, plan
from solon.model.prices import Price, Prices, load_prices
from solon.model.transport import (
    UNSUPPORTED,
    CallFailed,
    Effort,
    Form,
    Message,
    Rejected,
    Reply,
    Request,
    Rung,
    Transport,
    Turns,
    screen,
)

__all__ = [
    "UNSUPPORTED",
    "Address",
    "BudgetSpent",
    "CallFailed",
    "Caps",
    "Cassette",
    "Client",
    "Edit",
    "EditError",
    "Effort",
    "Endpoint",
    "Entry",
    "Form",
    "Gate",
    "Ledger",
    "Message",
    "MissingRecording",
    "Patience",
    "Patient",
    "Plan",
    "Price",
    "Prices",
    "Recording",
    "Rejected",
    "Reply",
    "Request",
    "Rung",
    "Total",
    "Transport",
    "Turns",
    "apply_edits",
    "check_at_hand",
    "is_address",
    "key_variables",
    "load_prices",
    "model_providers",
    "named_parts",
    "parse_address",
    "plan",
    "read_edits",
    "screen",
]
