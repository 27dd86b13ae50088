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


def plan(  # one keyword a thing that calls depend on
    prices: Prices, model: str, *, candidates: int, prompt_tokens: int, max_tokens: int, turns: int = 0
) -> Plan:
    """Return the worst case: every candidate needs its correction, and every reply is as long as it may be.

    Args:
        prices: the price table.
        model: the model's name.
        candidates: the strategy's ceiling.
        prompt_tokens: size of the longest prompt, with all that is said in earlier turns but their replies.
        max_tokens: limit of one reply.
        turns: calls that lead up to the one that brings a program.

    Nothing is read from a cache, and everything may be written to one. Attempts that fail without a usable reply come
    on top, see the ledger.
    """
    if min(candidates, prompt_tokens, max_tokens, turns) < 0:
        raise ValueError("a plan needs numbers of candidates, tokens and turns that are not negative")
    sizes = [prompt_tokens + turn * max_tokens for turn in range(turns + 1)]
    sizes.append(sizes[-1] + max_tokens + COMPLAINT)
    bounds = [prices.bound(model, size, max_tokens) for size in sizes]
    known = [bound for bound in bounds if bound is not None]
    return Plan(
        model,
        candidates * len(sizes),
        candidates * sum(sizes),
        candidates * len(sizes) * max_tokens,
        candidates * sum(known, Decimal()) if len(known) == len(bounds) else None,
        prices.version,
    )
