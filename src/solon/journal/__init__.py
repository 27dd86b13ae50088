"""What happened in a run, on disk: checksummed facts, content-addressed bodies, and the state folded from them."""

from solon.journal.bodies import Bodies
from solon.journal.facts import Chosen, Excerpted, Fact, Found, Judged, Proposed, Sealed, Suggestion
from solon.journal.fold import State, fold
from solon.journal.log import Damaged, Log
from solon.journal.tail import Tail

__all__ = [
    "Bodies",
    "Chosen",
    "Damaged",
    "Excerpted",
    "Fact",
    "Found",
    "Judged",
    "Log",
    "Proposed",
    "Sealed",
    "State",
    "Suggestion",
    "Tail",
    "fold",
]
