"""What tokens cost: a dated table of list prices, which a file of the user overrides. Unknown is never zero."""

import re
from decimal import Decimal
from pathlib import Path

import msgspec

from solon.contract import Value

_MILLION = 1_000_000
_SNAPSHOT = re.compile(r"-(\d{4}-\d{2}-\d{2}|\d{8})$")


class Price(Value, frozen=True):
    """US dollars for one million tokens, at the given date."""

    input: Decimal
    output: Decimal
    source: str
    date: str
    cached: Decimal | None = None  # input read from the server's cache; None: like other input
    up_to: int | None = None  # longest prompt at this price, in tokens; the price of longer ones is unknown

    def __post_init__(self) -> None:
        for amount in (self.input, self.output, self.cached):
            if amount is not None and not (amount.is_finite() and amount >= 0):
                raise ValueError("a price must be a finite number that is not negative")


class Prices(Value, frozen=True):
    """A versioned price table by model name."""

    version: str
    models: dict[str, Price]
    note: str = ""

    def price(self, model: str) -> Price | None:
        """Return a model's price, a dated snapshot's under the name without the date; None if it is unknown."""
        return self.models.get(model) or self.models.get(_SNAPSHOT.sub("", model))

    def cost(self, model: str, input_tokens: int, output_tokens: int, cached_tokens: int = 0) -> Decimal | None:
        """Return US dollars, exactly; None if the price is unknown."""
        price = self.price(model)
        if price is None or (price.up_to is not None and input_tokens > price.up_to):
            return None
        cached = min(cached_tokens, input_tokens) if price.cached is not None else 0
        amount = price.input * (input_tokens - cached) + price.output * output_tokens
        return (amount + (price.cached or Decimal(0)) * cached) / _MILLION


def load_prices(override: Path | None = None) -> Prices:
    """Return the built-in table, with the entries of a user's file on top. Raises ValueError for a bad file."""
    built_in = msgspec.json.decode(Path(__file__).with_name("prices.json").read_bytes(), type=Prices)
    if override is None:
        return built_in
    try:
        own = msgspec.json.decode(override.read_bytes(), type=Prices)
    except OSError as error:
        raise ValueError(f"The price file {override} cannot be read ({error.strerror}); check the path.") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"The price file {override} is no price table: {error}.") from None
    return Prices(f"{built_in.version} with {own.version}", {**built_in.models, **own.models}, built_in.note)
