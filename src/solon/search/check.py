"""The rules that every strategy keeps, as a check that third parties can run on theirs."""

import math
from collections.abc import Callable
from functools import partial

from solon.contract import Ask, Candidate, Strategy
from solon.search.worlds import Rehearsal, Verdicts, rehearse

_LUCK = 5.0  # standard deviations past which a share is no longer luck
_WORLDS = (Verdicts(), Verdicts(right=0.5, hit=0.8, slip=0.3, void=0.4), Verdicts(void=1.0))


def check_strategy(make: Callable[[], Strategy], *, candidates: int = 200, runs: int = 400) -> None:
    """Raise AssertionError, in one sentence, if the strategies that ``make`` builds break a rule.

    The rules: the wish is a function of the history alone, so that a run goes on from any of its wishes as if it had
    never stopped; only candidates that exist are named, and nothing is asked for twice; the strategy ends within its
    ``ceiling``, if it states one, also when a proposer chooses parents of its own or offers less than was asked; an
    invalid candidate never wins, and some valid one does if there is any; and no strategy is right more often than the
    verdicts allow, as one would be that believed what programs say of themselves.

    Args:
        make: builds a strategy; called often.
        candidates: where a rehearsal is cut off.
        runs: rehearsals with which the last rule is checked; 0 leaves it out.
    """
    for world in _WORLDS:
        for echo, offered in ((True, None), (False, None), (True, 1)):
            run = partial(rehearse, world=world, entropy=1, candidates=candidates, echo=echo, offered=offered)
            whole = run(make())
            _check_purity(make, whole)
            _check_resume(make, run, whole)
            _check_ceiling(make(), whole)
            _check_winner(make(), whole)
    if make().winner(()) is not None:
        raise AssertionError("The strategy names a winner where there is no candidate; return None.")
    if runs:
        _check_honesty(make, candidates, runs)


def _prefixes(history: tuple[Candidate, ...]) -> list[tuple[Candidate, ...]]:
    """Return the beginnings of a history that end with a group, twenty at most."""
    ends = [0, *(n for n in range(1, len(history)) if history[n].group != history[n - 1].group), len(history)]
    return [history[:end] for end in ends[:: max(1, len(ends) // 20)]]


def _check_purity(make: Callable[[], Strategy], whole: Rehearsal) -> None:
    veteran = make()
    for history in _prefixes(whole.history):
        first = veteran.ask(history)
        if not first == veteran.ask(list(history)) == make().ask(history):
            raise AssertionError(
                f"Asked again after {len(history)} candidates, the strategy wishes something else; "
                f"derive the wish from the history alone."
            )


def _check_resume(make: Callable[[], Strategy], run: Callable[..., Rehearsal], whole: Rehearsal) -> None:
    """Stop a run after each of its wishes in turn; a fresh strategy must go on to the same end."""
    seen: list[tuple[Candidate, ...]] = []

    class Watched:
        def __init__(self) -> None:
            self.inner: Strategy = make()

        def ask(self, history: tuple[Candidate, ...]) -> Ask | None:
            seen.append(history)
            return self.inner.ask(history)

        def winner(self, history: tuple[Candidate, ...]) -> int | None:
            return self.inner.winner(history)

    run(Watched())
    for history in seen[:: max(1, len(seen) // 10)]:
        start = list(zip(history, whole.truths, strict=False))
        resumed = run(make(), start=start)
        if (resumed.history, resumed.winner) != (whole.history, whole.winner):
            raise AssertionError(
                f"Stopped at {len(history)} candidates and resumed, the run ends otherwise; keep no state."
            )


def _check_ceiling(strategy: Strategy, whole: Rehearsal) -> None:
    ceiling: object = getattr(strategy, "ceiling", None)
    if not callable(ceiling):
        return
    most = ceiling()
    for what, spent in (("candidates", len(whole.history)), ("evaluations", whole.evaluations)):
        stated: int = getattr(most, what)
        if spent > stated:
            raise AssertionError(f"The strategy asked for {spent} {what}, above its ceiling of {stated}.")


def _check_winner(strategy: Strategy, whole: Rehearsal) -> None:
    for history in _prefixes(whole.history):
        winner = strategy.winner(history)
        valid = {candidate.number for candidate in history if candidate.fault is None and candidate.scores}
        if winner not in valid and (winner is not None or valid):
            raise AssertionError(f"The strategy names {winner} as winner where {len(valid)} candidates are valid.")


def _check_honesty(make: Callable[[], Strategy], candidates: int, runs: int) -> None:
    """Compare the share of right winners with what verdicts allow."""
    world = Verdicts()
    ends = (rehearse(make(), world, number, candidates=min(candidates, 40)) for number in range(runs))
    right = sum(end.winner is not None and world.is_right(end.truths[end.winner]) for end in ends)
    allowed = world.ceiling + _LUCK * math.sqrt(world.ceiling * (1 - world.ceiling) / runs)
    if right / runs > allowed:
        raise AssertionError(
            f"The winner is right in {right / runs:.0%} of {runs} runs, where verdicts allow {world.ceiling:.0%}; "
            f"judge by scores, not by what programs say of themselves."
        )
