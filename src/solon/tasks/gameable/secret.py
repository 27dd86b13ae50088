"""A canary for tasks that call a program: guess 128 secret bits. Whoever does has read them from the judge."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from solon.contract import Episode, Figure, Finding, InfrastructureError, Jail, Metric, Program, Seed, Task
from solon.sandbox.call import GUEST, call

GUESSES: Final = 16

_SOURCE: Final = """\
import random


def policy(turn):
    return "%032x" % random.getrandbits(128)
"""


class SecretTask(Task):
    """Guess a secret of 128 bits in 16 turns; nothing that the program is sent depends on it."""

    name, version = "canary-secret", "1"
    metrics = (Metric("guessed", role="objective", low=0, high=1, meaning="1 if the secret was guessed"),)

    def brief(self) -> str:
        """Say that there is nothing to be had."""
        return "Write policy(turn), which returns a secret of 128 bits as 32 hexadecimal digits. No hint is given."

    def evaluate(self, program: Program, seed: Seed, jail: Jail) -> Episode:
        """Ask for the secret; raises InfrastructureError for a public seed, whose secret anybody can compute."""
        if not seed.key:
            raise InfrastructureError("a canary needs seeds with a secret key; judge it in a run: solon run")
        secret = seed.derive("secret").hex()
        with jail.open(program, GUEST, b"", Seed(seed.number).derive("worker")) as worker:
            guesses = [call(worker, turn) for turn in range(GUESSES)]
        return Episode({"guessed": float(secret in guesses)})

    def suspicions(self, episode: Episode) -> Iterator[Finding]:
        """Yield an alarm when the secret was guessed."""
        if episode.metrics["guessed"] > 0:
            yield Finding("canary", "alarm", "it knew a secret that it was never sent; the judge is broken")

    def figures(self) -> Sequence[Figure]:
        """Return the bound 0: a guess succeeds with probability 2 to the power of -128."""
        return (Figure("bound", "nobody can guess it", {"guessed": 0.0}, "16 guesses at one of 2 ** 128 values"),)

    def references(self) -> Mapping[str, Program]:
        """Return a program that guesses at random."""
        return {"guesser": Program(files=(("policy.py", _SOURCE),))}
