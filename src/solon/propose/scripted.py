"""Proposers whose programs are known beforehand: for tests, and for judging files."""

import random
from collections.abc import Sequence

import msgspec

from solon.contract import Ask, History, Program, Proposal, Proposer, Task


class Scripted:
    """Offer the given programs in order, then nothing."""

    def __init__(self, programs: Sequence[Program]) -> None:
        self._programs = tuple(programs)

    def propose(self, task: Task, history: History, ask: Ask, entropy: int) -> Sequence[Proposal]:
        """Return the next ``ask.count`` programs; the history's length says how many were used."""
        del task, entropy
        return [
            Proposal(program, operator="scripted")
            for program in self._programs[len(history) : len(history) + ask.count]
        ]


class Noisy:
    """Break another proposer's programs at random, in every way that a judge must survive."""

    def __init__(self, source: Proposer | Sequence[Program], rate: float) -> None:
        if not 0 <= rate <= 1:
            raise ValueError(f"Noisy needs a rate between 0 and 1, not {rate!r}.")
        self._source = Scripted(source) if isinstance(source, Sequence) else source
        self._rate = rate

    def propose(self, task: Task, history: History, ask: Ask, entropy: int) -> Sequence[Proposal]:
        """Return the source's proposals, each broken with probability ``rate`` in a way named by its operator."""
        dice = random.Random(f"noisy/{entropy}")  # noqa: S311 - reproducible on purpose, guards no secret
        proposals: list[Proposal] = []
        for proposal in self._source.propose(task, history, ask, entropy):
            broken = dice.random() < self._rate
            way = dice.choice(tuple(_BODIES))
            proposals.append(_broken(proposal, way) if broken else proposal)
        return proposals


_BODIES = {
    "syntax": "def {name}(*arguments:\n",
    "entry": "unrelated = 1\n",
    "raises": "def {name}(*arguments):\n    raise RuntimeError('broken on purpose')\n",
    "type": "def {name}(*arguments):\n    return 'not what was asked for'\n",
    "slow": "def {name}(*arguments):\n    while True:\n        pass\n",
}


def _broken(proposal: Proposal, way: str) -> Proposal:
    """Return the proposal with its entry file replaced by one that fails in the given way."""
    program = proposal.program
    file, _, name = program.entry.partition(":")
    body = _BODIES[way].format(name=name)
    files = tuple((path, body if path == file else text) for path, text in program.files)
    return msgspec.structs.replace(
        proposal, program=msgspec.structs.replace(program, files=files), operator=f"broken: {way}", holes={}
    )
