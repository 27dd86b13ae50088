"""An episode written down step by step, so that people can watch it and proposers can read excerpts."""

from typing import Final, Protocol, runtime_checkable

from solon.contract import Jail, Program, Seed, Value

QUOTED: Final = 20  # lines of a program's own words


class Board(Value, frozen=True):
    """What never changes in an episode on a grid; cells are numbered row * columns + column."""

    rows: int
    columns: int
    fixed: dict[str, tuple[int, ...]] = {}  # layer, such as "wall" or "water", to its cells
    layers: tuple[str, ...] = ()  # names of the layers that frames change, in drawing order


class Frame(Value, frozen=True, array_like=True):
    """One step: where the agents are after it and what it changed; the first frame is the start."""

    agents: tuple[tuple[int, int, int], ...] = ()  # cell, orientation 0..3 clockwise from north (-1 none), 1 if away
    added: dict[str, tuple[int, ...]] = {}  # layer to cells that it gained since the last frame
    removed: dict[str, tuple[int, ...]] = {}
    flashes: dict[str, tuple[int, ...]] = {}  # shown in this frame alone, such as "beam"
    rewards: tuple[float, ...] = ()  # of this step, one an agent
    caption: str = ""


class Moment(Value, frozen=True):
    """An excerpt in words; where something went wrong, ``trouble`` says so."""

    step: int
    text: str
    trouble: bool = False


class Exhibit(Value, frozen=True):
    """Something to look at beside an episode: a text, steps in order, or a table; a family's panel of the report."""

    title: str
    text: str = ""  # shown as it is, such as a formal problem or a policy
    steps: tuple[str, ...] = ()
    head: tuple[str, ...] = ()  # of the table's columns
    rows: tuple[tuple[str, ...], ...] = ()
    trouble: tuple[int, ...] = ()  # numbers of the steps or rows that went wrong


class Recording(Value, frozen=True):
    """A whole episode; ``board`` is None where there is no grid, and captions carry the story."""

    frames: tuple[Frame, ...]
    moments: tuple[Moment, ...] = ()
    board: Board | None = None
    agents: tuple[str, ...] = ()  # names, in the order of the frames
    exhibits: tuple[Exhibit, ...] = ()


class Excerpt(Value, frozen=True):
    """What a proposer may read of one episode; ``seed`` is its place among the search seeds of the candidate."""

    seed: int
    moments: tuple[Moment, ...]


@runtime_checkable
class Recordable(Protocol):
    """A task whose episodes can be watched."""

    def record(self, program: Program, seed: Seed, jail: Jail) -> Recording:
        """Play one episode as ``evaluate`` does and write it down. Raises ProgramFault."""
        ...


def quote(words: str) -> str:
    """Mark each line of a program's own words with "| ", so that none can be taken for the judge's.

    Of many lines the middle is left out; what is not printable is escaped.
    """
    lines = words.splitlines()
    if len(lines) > QUOTED:
        lines = [*lines[: QUOTED // 4], "...", *lines[1 + QUOTED // 4 - QUOTED :]]
    return "\n".join(f"| {_printable(line)}" for line in lines)


def _printable(line: str) -> str:
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in line.expandtabs(4))
