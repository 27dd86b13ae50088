"""Anyone can check afterwards that a run's sealed seeds were fixed before its first proposal."""

from pathlib import Path

import msgspec

from solon.contract import Proved, Refuted, Unknown, Verdict
from solon.engine.bundle import Bundle
from solon.engine.seeds import ROOT_BITS, Seeds


class _Configured(msgspec.Struct, frozen=True):
    commitment: str


class _Carded(msgspec.Struct, frozen=True):
    commitment: str
    root: str


def check_commitment(folder: Path) -> Verdict:
    """Tell whether the root in card.json is the one that run.json committed to.

    Refuted names what differs; unknown is a run that is unfinished or cannot be read. That run.json is older than the
    proposals is shown only by a copy of the commitment that somebody else kept, or by the folder's history.
    """
    try:
        configured = msgspec.json.decode((folder / "run.json").read_bytes(), type=_Configured)
        card = msgspec.json.decode((folder / "card.json").read_bytes(), type=_Carded)
        root = int(card.root, 16)
    except OSError as error:
        return Unknown(f"{error.filename} cannot be read ({error.strerror}); finish the run: {Bundle(folder).way_on}")
    except ValueError as error:  # a msgspec.DecodeError is one
        return Unknown(f"run.json or card.json in {folder} is damaged ({error}); restore it from a copy")
    if not 0 <= root < 2**ROOT_BITS:
        return Refuted(f"the root {card.root[:40]!r} in card.json is no number of {ROOT_BITS} bits")
    commitment = Seeds(root).commitment
    if commitment != configured.commitment:
        return Refuted(f"the root in card.json gives {commitment[:16]}, run.json has {configured.commitment[:16]}")
    if card.commitment != configured.commitment:
        return Refuted(f"card.json names {card.commitment[:16]}, run.json has {configured.commitment[:16]}")
    return Proved("the SHA-256 of the sealed key that scrypt derives from the published root")
