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
    written: Decimal | None = None  # input written to the server's cache; None: like other input
    up_to: int | None = None  # longest prompt at this price, in tokens; the price of longer ones is unknown

    def __post_init__(self) -> None:
        for amount in (self.input, self.output, self.cached, self.written):
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

    def cost(  # one argument a kind of token
        self, model: str, input_tokens: int, output_tokens: int, cached_tokens: int = 0, written_tokens: int = 0
    ) -> Decimal | None:
        """Return US dollars, exactly; None if the price is unknown.

        Of the input, ``cached_tokens`` were read from the server's cache and ``written_tokens`` written to it.
        Reasoning is part of the output, and costs the same with every provider of the table.
        """
        price = self.price(model)
        if price is None or (price.up_to is not None and input_tokens > price.up_to):
            return None
        cached = min(cached_tokens, input_tokens)
        written = min(written_tokens, input_tokens - cached)
        amount = price.input * (input_tokens - cached - written) + price.output * output_tokens
        amount += cached * (price.input if price.cached is None else price.cached)
        amount += written * (price.input if price.written is None else price.written)
        return amount / _MILLION

    def bound(self, model: str, input_tokens: int, output_tokens: int) -> Decimal | None:
        """Return the most that a call can cost: nothing is read from the cache, and all may be written to it."""
        price = self.price(model)
        dearer = price is not None and price.written is not None and price.written > price.input
        return self.cost(model, input_tokens, output_tokens, 0, input_tokens if dearer else 0)


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
