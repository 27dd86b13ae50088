"""The facts that a journal may hold, one a line. No fact carries a clock reading: a replay gives the same bytes."""

from solon.contract import Ask, Finding, Outcome, Value


class Suggestion(Value, frozen=True):
    """A proposal as the journal keeps it: the program by its digest, its text among the bodies."""

    program: str
    parents: tuple[int, ...] = ()
    operator: str = ""
    holes: dict[str, float | int | str] = {}


class Proposed(Value, frozen=True, tag="proposed"):
    """A group was asked for and answered; one line, so that a torn write loses the whole group or nothing."""

    group: int
    first: int  # number of the group's first candidate
    ask: Ask
    suggestions: tuple[Suggestion, ...]


class Judged(Value, frozen=True, tag="judged"):
    """A candidate was judged on search seeds ``first``, ``first`` + 1, ..."""

    number: int
    first: int
    outcome: Outcome


class Excerpted(Value, frozen=True, tag="excerpted"):
    """A candidate has played search seed ``seed`` once more, for the moments whose digest this is; no score counts."""

    number: int
    seed: int
    moments: str


class Found(Value, frozen=True, tag="found"):
    """Something suspicious was seen; ``number`` is the candidate's, if it concerns one."""

    finding: Finding
    number: int | None = None


class Chosen(Value, frozen=True, tag="chosen"):
    """The search ended; ``winner`` is the candidate whose sealed figures follow, None if none was valid."""

    winner: int | None
    reason: str


class Sealed(Value, frozen=True, tag="sealed"):
    """One arm's outcome on the sealed seeds: "winner", "first" or "control:NAME"."""

    arm: str
    program: str
    outcome: Outcome


Fact = Proposed | Judged | Excerpted | Found | Chosen | Sealed
