"""A formal problem: sorts, trusted tables, decisions, named rules and an objective; content decides identity.

It is the one representation that all views are read into and written from: five elements, declarations of
optimisation problems, requests for trips, and paragraphs. Problems of classical planning have a view of their own,
``solon.verify.pddl``, because their dynamics are written in a language that planners read.
"""

import hashlib
from typing import Final, Literal

import msgspec

from solon.contract import Value
from solon.verify.formal.expression import Expression


class Sort(Value, frozen=True):
    """A finite set of named things, in a fixed order."""

    name: str
    members: tuple[str, ...]
    meaning: str = ""


class Table(Value, frozen=True):
    """Trusted data, indexed by sorts; a program may read it and never rebind it.

    ``values`` has the members of the indices joined by commas as keys ("" where there are none). What is missing is
    ``default``, or an error if there is none.
    """

    name: str
    sorts: tuple[str, ...]
    values: dict[str, float]
    default: float | None = None
    unit: str = ""
    meaning: str = ""
    origin: Literal["text", "database", "derived"] = "text"


class Decision(Value, frozen=True):
    """What a solver chooses: a number, a truth value or a member of a sort, one for each index."""

    name: str
    sorts: tuple[str, ...] = ()
    domain: Literal["bool", "int", "real", "enum"] = "real"
    low: float | None = None
    high: float | None = None
    choices: str = ""  # the sort that an enum chooses from
    unit: str = ""
    meaning: str = ""


class Rule(Value, frozen=True):
    """A constraint with a name that survives into cores, feedback and words; names are unique in a problem."""

    name: str
    body: Expression
    group: str = ""  # the part of the request that it belongs to, for example "budget"
    meaning: str = ""  # in words, for people and for feedback
    template: str = ""  # the kind of sentence that it came from
    origin: Literal["stated", "implied", "linking"] = "stated"
    weight: float | None = None  # of a soft rule: the price of breaking it
    negotiable: bool = True  # whether a suggestion may change it


class Objective(Value, frozen=True):
    name: str
    sense: Literal["minimise", "maximise"]
    body: Expression
    meaning: str = ""


class Formal(Value, frozen=True):
    """A whole problem; without an objective any solution will do."""

    title: str
    sorts: tuple[Sort, ...] = ()
    tables: tuple[Table, ...] = ()
    decisions: tuple[Decision, ...] = ()
    rules: tuple[Rule, ...] = ()
    objective: Objective | None = None

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON, 64 hexadecimal digits."""
        return hashlib.sha256(to_json(self)).hexdigest()


def to_json(problem: Formal) -> bytes:
    """Return the canonical JSON of a problem: sorted keys, no blanks."""
    return msgspec.json.encode(problem, order="deterministic")


def from_json(content: bytes) -> Formal:
    """Read a problem. Raises ValueError in one sentence for what is none."""
    try:
        return msgspec.json.decode(content, type=Formal)
    except (msgspec.DecodeError, msgspec.ValidationError, RecursionError) as error:
        raise ValueError(f"this is no formal problem ({error}); write it as the documentation shows") from None


Values = dict[str, dict[str, float | str]]
"""A solution: decision to indices (members joined by commas) to a number, or to a member for an enum."""


class Solved(Value, frozen=True, tag="solved"):
    """A solution; ``proved`` if no better one exists, otherwise the best within the limits with its bound."""

    values: Values
    objective: float | None = None
    proved: bool = True
    bound: float | None = None


class Infeasible(Value, frozen=True, tag="infeasible"):
    core: tuple[str, ...]  # names of rules that cannot hold together; empty if the solver gives none
    minimal: bool = False  # whether every proper part of the core can hold


class Unbounded(Value, frozen=True, tag="unbounded"):
    objective: str  # its name


class OutOfTime(Value, frozen=True, tag="out-of-time"):
    """The solver gave up within its limits: no verdict; ``best`` is what it had."""

    message: str
    best: Values | None = None


class ModelError(Value, frozen=True, tag="model-error"):
    """The problem is at fault: an unknown name, a wrong index, something that the solver cannot take."""

    rule: str  # the rule, decision or table; "" for the whole
    message: str
    remedy: str = ""


Result = Solved | Infeasible | Unbounded | OutOfTime | ModelError
"""What a solver says of a problem. A solver that crashed raises InfrastructureError instead."""

BACKENDS: Final = ("smt", "milp", "nonlinear")
