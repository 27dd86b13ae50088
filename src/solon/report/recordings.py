"""Episodes to be watched: when a run ends, its winner and its control arm are recorded on one public seed.

They lie in the folder ``recordings``, apart from the journal: nothing is claimed from them, and a run without them
verifies as well. A public seed says nothing about the sealed ones.
"""

import gzip
import zlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from solon.contract import InfrastructureError, Program, Seed, Task, Value
from solon.engine import Bundle, Card
from solon.engine.feedback import RecordingJudge
from solon.playback import Recordable, Recording

SEED = 0
"""The public seed on which arms are recorded."""

PATIENCE = 5.0
"""Seconds that a sealed episode may have taken, for the run to record two more when it ends."""

_FOLDER = "recordings"


class Recorded(Value, frozen=True):
    """An episode of one arm on a public seed, as it lies in the folder, with the program that played it."""

    arm: str
    program: str  # digest
    seed: int
    recording: Recording


_DECODER = msgspec.json.Decoder(Recorded)


def recorded_arms(card: Card) -> dict[str, str]:
    """Return the arms that are recorded, with the digests of their programs: the winner, and the first control arm."""
    control = next((arm for arm in card.arms if arm.startswith("control:")), None)
    names = ["winner", *([control] if control else [])]
    return {name: card.arms[name].program for name in names if name in card.arms and card.arms[name].metrics}


def missing_arms(folder: Path, task: Task, card: Card) -> dict[str, str]:
    """Return the arms that could be recorded and are not, with the digests of their programs."""
    if not isinstance(task, Recordable):
        return {}
    known = {it.arm: it.program for it in read_recordings(folder)}
    return {arm: digest for arm, digest in recorded_arms(card).items() if known.get(arm) != digest}


def record_arms(bundle: Bundle, arms: Mapping[str, str], judge: RecordingJudge) -> tuple[Recorded, ...]:
    """Play the arms once and store what is to be seen; an arm that fails here, or cannot be stored, is passed over."""
    programs: list[Program] = [bundle.bodies.program(digest) for digest in arms.values()]
    found: list[Recorded] = []
    for (arm, digest), it in zip(
        arms.items(), judge.record([(program, Seed(SEED)) for program in programs]), strict=True
    ):
        if isinstance(it, Recording):
            content = msgspec.json.encode(Recorded(arm, digest, SEED, it))
            found.append(_DECODER.decode(content))  # as it will be read, so that the page is the same
            with suppress(InfrastructureError):  # evidence may be read-only, and a full disk must not undo a run
                bundle.write(f"{_FOLDER}/{_file(arm)}", gzip.compress(content, mtime=0))
    return tuple(found)


def affordable(bundle: Bundle, card: Card, workers: int) -> bool:
    """Tell whether two more episodes are quick, as far as the sealed ones have shown."""
    seconds = bundle.timing().sealed_seconds * workers
    return seconds <= PATIENCE * max(1, card.cost.sealed_episodes)


def read_recordings(folder: Path) -> tuple[Recorded, ...]:
    """Return the recordings of a run, the winner's first; one that is damaged is passed over."""
    found: list[Recorded] = []
    for path in sorted((folder / _FOLDER).glob("*.json.gz")):
        with suppress(OSError, EOFError, zlib.error, msgspec.DecodeError):
            found.append(_DECODER.decode(gzip.decompress(path.read_bytes())))
    return ordered(found)


def ordered(recordings: Sequence[Recorded]) -> tuple[Recorded, ...]:
    """Return recordings, the winner's first."""
    return tuple(sorted(recordings, key=lambda it: (it.arm != "winner", it.arm)))


def _file(arm: str) -> str:
    return f"{arm.partition(':')[0]}.json.gz"
