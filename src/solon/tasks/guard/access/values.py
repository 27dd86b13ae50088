"""Values of conditions as exact whole numbers: numbers, dates, addresses and truth values."""

import ipaddress
import re
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Final

from solon.tasks.guard.access.model import Operator, PolicyError

SCALE: Final = 10**6  # numbers are exact to a millionth
NUMBERS: Final = (1 - 10**18, 10**18 - 1)  # in millionths: twelve digits before the point
DATES: Final = (-62_135_596_800_000, 253_402_300_799_999)  # milliseconds of the years 1 to 9999
V6: Final = 1 << 32  # addresses of version 6 are numbered behind those of version 4
ADDRESSES: Final = (0, V6 + (1 << 128) - 1)

_MILLISECOND: Final = datetime.resolution * 1000
_DATE: Final = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?(?:Z|([+-])(\d\d):?(\d\d))?)?", re.ASCII
)
_EPOCH: Final = re.compile(r"\d{1,11}", re.ASCII)
_NETWORK: Final = re.compile(r"[0-9A-Fa-f:.]{2,45}(/\d{1,3})?", re.ASCII)  # no masks and no zones
_NUMBER: Final = re.compile(r"[+-]?\d{1,12}(?:\.\d{1,6})?", re.ASCII)


def number(text: str) -> int | None:
    """Return a number in millionths, or None for a text that is none or is out of range."""
    if not _NUMBER.fullmatch(text):
        return None
    try:
        found = int(Decimal(text).scaleb(6))
    except InvalidOperation:
        return None
    return found if NUMBERS[0] <= found <= NUMBERS[1] else None


def date(text: str) -> int | None:
    """Return a date in milliseconds since 1970, or None; dates are ISO 8601, or whole seconds of that time."""
    if _EPOCH.fullmatch(text):
        return int(text) * 1000
    found = _DATE.fullmatch(text)
    if not found:
        return None
    fields = [int(part or 0) for part in found.groups()[:6]]
    try:
        moment = datetime(*fields, tzinfo=UTC)  # pyright: ignore[reportArgumentType]  # six numbers
    except ValueError:
        return None
    offset = int(f"{found[8]}1") * (60 * int(found[9]) + int(found[10])) if found[8] else 0
    milliseconds = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // _MILLISECOND
    at = milliseconds + int((found[7] or "0").ljust(3, "0")) - offset * 60_000
    return at if DATES[0] <= at <= DATES[1] else None


def date_text(at: int) -> str:
    """Return the ISO 8601 text of a number of milliseconds."""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + at * _MILLISECOND
    fraction = f".{at % 1000:03d}" if at % 1000 else ""
    return f"{moment.year:04d}-{moment:%m-%dT%H:%M:%S}{fraction}Z"


def number_text(millionths: int) -> str:
    """Return the shortest text of a number."""
    whole, rest = divmod(abs(millionths), SCALE)
    text = f"{whole}.{rest:06d}".rstrip("0").rstrip(".") if rest else str(whole)
    return f"-{text}" if millionths < 0 else text


def network(text: str) -> tuple[int, int] | None:
    """Return the first and last number of a range of addresses, or None."""
    if not _NETWORK.fullmatch(text):
        return None
    try:
        found = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None
    start = int(found.network_address) + (V6 if found.version == 6 else 0)
    return start, start + found.num_addresses - 1


def address(text: str) -> int | None:
    """Return the number of one address, or None."""
    if not _NETWORK.fullmatch(text):
        return None
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    return int(found) + (V6 if found.version == 6 else 0)


def address_text(numbered: int) -> str:
    """Return the text of a numbered address."""
    return str(ipaddress.IPv4Address(numbered) if numbered < V6 else ipaddress.IPv6Address(numbered - V6))


def truth(text: str) -> bool | None:
    """Return a truth value, or None."""
    return {"true": True, "false": False}.get(text.lower())


def check(operator: Operator, text: str, where: str) -> None:
    """Raise PolicyError for a value that its operator cannot read."""
    if operator.family == "numeric" and number(text) is None:
        raise PolicyError(f"{where} has the value {text!r}; write a number with at most six decimals")
    if operator.family == "date" and date(text) is None:
        raise PolicyError(f"{where} has the value {text!r}; write a date such as 2026-01-31T00:00:00Z")
    if operator.family == "ip" and network(text) is None:
        raise PolicyError(f"{where} has the value {text!r}; write an address or a range such as 203.0.113.0/24")
    if operator.family in ("bool", "null") and truth(text) is None:
        raise PolicyError(f'{where} has the value {text!r}; write "true" or "false"')
