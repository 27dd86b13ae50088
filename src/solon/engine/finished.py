"""The card and the journal of a finished run belong together."""

from solon.contract import InfrastructureError, Scored
from solon.engine.card import Card
from solon.journal import Chosen, Log, Sealed


def check_finished(card: Card, log: Log) -> None:
    """Raise InfrastructureError unless the journal ends as the card says: the same winner, arms and figures."""
    chosen = [fact.winner for fact in log.facts if isinstance(fact, Chosen)]
    arms = {fact.arm: (fact.program, _figures(fact)) for fact in log.facts if isinstance(fact, Sealed)}
    claimed = {
        arm: (it.program, {name: estimate.per_seed for name, estimate in it.metrics.items()})
        for arm, it in card.arms.items()
    }
    if chosen != [card.winner] or arms != claimed:
        raise InfrastructureError(
            f"card.json says that this run is finished, and {log.path} is missing or not that of the card; "
            "restore both from a copy, or start a new run"
        )


def _figures(fact: Sealed) -> dict[str, tuple[float, ...]]:
    outcome = fact.outcome
    if not isinstance(outcome, Scored) or not outcome.episodes:
        return {}
    return {name: outcome.values(name) for name in outcome.episodes[0].metrics}
