"""Real transports of each provider in front of the loopback server."""

import msgspec

from model.fakes import Clock
from model.protocols import PROVIDERS
from model.server import Server
from solon.model import Address, Endpoint, Gate, Ledger, Patience, Patient, parse_address

KEY = "sk-test-open-sesame-0123456789"
HANG, PATIENT = 1.0, 30.0  # seconds until the client gives up


def address(provider: str, server: Server, options: str = "") -> Address:
    """Return the provider's address, with the loopback server in the place of its own."""
    model = PROVIDERS[provider].model
    if provider == "local":
        return parse_address(f"local:{server.url}#{model}{options}")
    return msgspec.structs.replace(parse_address(f"{provider}:{model}{options}"), url=server.url)


def endpoint(provider: str, server: Server, options: str = "") -> Endpoint:
    return Endpoint(address(provider, server, options), timeout=HANG if "hang" in server.script else PATIENT)


def patient(
    provider: str, server: Server, clock: Clock, ledger: Ledger | None = None, gate: Gate | None = None
) -> Patient:
    return Patient(
        endpoint(provider, server),
        patience=Patience(attempts=40, total_seconds=10_000),  # one call may meet all the faults of a script
        gate=gate,
        lost=ledger.lose if ledger else None,
        clock=clock,
        sleep=clock.sleep,
        calendar=lambda: clock.now,
    )
