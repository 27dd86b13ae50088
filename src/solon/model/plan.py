"""What a run can cost at worst, before it starts."""

from decimal import Decimal

from solon.contract import Value
from solon.model.prices import Prices

COMPLAINT = 256  # tokens of the sentence that asks for a correction, at most


class Plan(Value, frozen=True):
    """The most that a run can spend on calls; ``dollars`` is None if the price is unknown."""

    model: str
    calls: int
    input_tokens: int
    output_tokens: int
    dollars: Decimal | None
    prices: str  # version of the price table

    @property
    def tokens(self) -> int:
        """Input and output together."""
        return self.input_tokens + self.output_tokens


def plan(prices: Prices, model: str, *, candidates: int, prompt_tokens: int, max_tokens: int) -> Plan:
    """Return the worst case: every candidate needs its correction, and every reply is as long as it may be.

    Args:
        prices: the price table.
        model: the model's name.
        candidates: the strategy's ceiling.
        prompt_tokens: size of the longest prompt.
        max_tokens: limit of one reply.

    Nothing is counted as cached. Attempts that fail without a usable reply come on top, see the ledger.
    """
    if min(candidates, prompt_tokens, max_tokens) < 0:
        raise ValueError("a plan needs numbers of candidates and tokens that are not negative")
    corrected = prompt_tokens + max_tokens + COMPLAINT
    first = prices.cost(model, prompt_tokens, max_tokens)
    second = prices.cost(model, corrected, max_tokens)
    dollars = candidates * (first + second) if first is not None and second is not None else None
    return Plan(
        model,
        2 * candidates,
        candidates * (prompt_tokens + corrected),
        2 * candidates * max_tokens,
        dollars,
        prices.version,
    )
