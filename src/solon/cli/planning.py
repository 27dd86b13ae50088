"""``solon plan``."""

from collections.abc import Sequence
from pathlib import Path

from solon.assembly import plan_run
from solon.cli.options import parse_named, parse_options
from solon.cli.tables import console, print_json
from solon.tasks import load


def plan(  # noqa: PLR0913  # the options of the command
    task: str,
    proposer: str,
    *,
    strategy: str | None,
    rounds: int | None,
    sealed_seeds: int,
    prices: Path | None,
    options: Sequence[str],
    as_json: bool,
) -> int:
    """Print the worst case of a run."""
    name, strategy_options = parse_named(strategy) if strategy else (None, {})
    if rounds is not None:
        strategy_options["rounds"] = rounds
    it = plan_run(
        load(task, **parse_options(options)),
        proposer,
        strategy=name,
        strategy_options=strategy_options,
        sealed_seeds=sealed_seeds,
        prices=prices,
    )
    if as_json:
        print_json(it)
        return 0
    out = console()
    out.print(f"{it.task} by {it.proposer}, strategy {it.strategy}: at most")
    out.print(f"  {it.candidates} candidates, {it.search_episodes} search and {it.sealed_episodes} sealed episodes")
    if not it.calls:
        out.print("  no calls, no money")
        return 0
    money = "price unknown: give it with --prices" if it.usd is None else f"{it.usd:.2f} US dollars"
    out.print(f"  {it.calls} calls, {it.input_tokens:,} input and {it.output_tokens:,} output tokens, {money}")
    out.print(f"  list prices of {it.prices}; they may be outdated, and a cap is --budget-usd")
    return 0
