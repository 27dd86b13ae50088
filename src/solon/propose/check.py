"""The rules that every proposer keeps, as a check that third parties can run on theirs."""

from collections.abc import Callable, Sequence

from solon.contract import Ask, Candidate, Proposal, Proposer, Task

_COUNT = 6
_GROUPS = 3


def check_proposer(make: Callable[[], Proposer], task: Task) -> None:
    """Raise AssertionError, in one sentence, if the proposers that ``make`` builds break a rule on this task.

    The rules: at most as many proposals as asked, and one at least at first; programs with an entry file that is not
    empty; parents that exist; and the same proposals from the same arguments, whether by a fresh proposer or by one
    that has lived through the whole run, so that an interrupted run can be resumed.
    """
    veteran = make()
    history: list[Candidate] = []
    for group in range(_GROUPS):
        ask = Ask(_COUNT, 1, parents=tuple(candidate.number for candidate in history[:1]))
        entropy = 1_000_003 * (group + 1)
        proposals = list(veteran.propose(task, tuple(history), ask, entropy))
        _check_shape(proposals, known=len(history))
        for fresh in (make(), make()):
            again = list(fresh.propose(task, tuple(history), ask, entropy))
            if again != proposals:
                raise AssertionError(
                    f"Group {group} differs between a fresh proposer and one that saw the whole run; "
                    f"derive all randomness from entropy and all knowledge from the history."
                )
        history += [
            Candidate(len(history) + place, proposal, group, scores=(_score(proposal),))
            for place, proposal in enumerate(proposals)
        ]


def _check_shape(proposals: Sequence[Proposal], known: int) -> None:
    if len(proposals) > _COUNT:
        raise AssertionError(f"The proposer offered {len(proposals)} programs when asked for {_COUNT}; respect count.")
    if not proposals and not known:
        raise AssertionError("The proposer offered nothing to start from; offer one program at least.")
    for proposal in proposals:
        program = proposal.program
        file = program.entry.partition(":")[0]
        if not dict(program.files).get(file, "").strip():
            raise AssertionError(f"A proposed program has no text in its entry file {file!r}; offer no empty program.")
        if not all(0 <= parent < known for parent in proposal.parents):
            raise AssertionError(f"A proposal names parents {proposal.parents} of which some do not exist yet.")


def _score(proposal: Proposal) -> float:
    """Return an arbitrary but reproducible score, the same for the same program."""
    return int(proposal.program.digest[:8], 16) / 2**32
