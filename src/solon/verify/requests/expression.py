"""The closed language of conditions on a request: total, without side effects, three-valued.

Trees are frozen values. A text form is in ``syntax``, their meaning in ``evaluate`` and ``meaning``, their types in
``check``. Formulas are the terms whose type is boolean.
"""

from collections.abc import Iterator
from typing import Literal

from solon.contract import Value

Root = Literal["arg", "ctx", "st", "out", "var"]
Comparison = Literal["<", "<=", "==", "!=", ">", ">="]
Scalar = bool | int | float | str


class Constant(Value, frozen=True, tag="constant"):
    """A number, a text or a truth value."""

    value: Scalar


class Path(Value, frozen=True, tag="path"):
    """A place in the request: of the arguments, the facts of the session, the state of the monitor or the output.

    ``var`` is the variable of a quantifier, whose name is the first key. An integer key is a place in a list.
    """

    root: Root
    keys: tuple[str | int, ...]


class Length(Value, frozen=True, tag="length"):
    """How many characters a text or how many elements a list has."""

    of: Path


class Day(Value, frozen=True, tag="day"):
    """The day that a text begins with, as ``YYYY-MM-DD``; unknown if it does not. Days are compared, nothing else."""

    of: Path | Constant


class Arithmetic(Value, frozen=True, tag="arithmetic"):
    """A sum or a difference, exact."""

    operator: Literal["+", "-"]
    left: "Expression"
    right: "Expression"


class Scaled(Value, frozen=True, tag="scaled"):
    """A term times a constant."""

    factor: int | float
    term: "Expression"


class Compare(Value, frozen=True, tag="compare"):
    """Order of numbers or days; equality of numbers, texts, truth values or days."""

    operator: Comparison
    left: "Expression"
    right: "Expression"


class Among(Value, frozen=True, tag="among"):
    """Whether a term is one of some constants of its type."""

    term: "Expression"
    values: tuple[Scalar, ...]


class Listed(Value, frozen=True, tag="listed"):
    """Whether a text is in a list that the policy gives a name."""

    term: Path
    name: str


class Matches(Value, frozen=True, tag="matches"):
    """Whether the whole text is of a form: a regular expression, a glob (``*``, ``?``), a beginning or an end."""

    kind: Literal["fullmatch", "glob", "starts", "ends"]
    term: Path
    pattern: str


class Network(Value, frozen=True, tag="network"):
    """Whether a text is an IPv4 address of a block such as ``10.0.0.0/8``; unknown if it is no address."""

    term: Path
    block: str


class Present(Value, frozen=True, tag="present"):
    """Whether there is a value at a place; null counts as none. Never unknown."""

    path: Path


class Origin(Value, frozen=True, tag="origin"):
    """Who introduced a value: ``has`` any of the sources, or all of its sources lie ``within`` them.

    Unknown if nothing was recorded of the value's origin. A source is a label such as ``user`` or ``tool:read_file``.
    """

    path: Path
    kind: Literal["has", "within"]
    sources: tuple[str, ...]


class Logic(Value, frozen=True, tag="logic"):
    """``not`` takes one term, ``and`` and ``or`` any number; three-valued (Kleene 1952)."""

    operator: Literal["and", "or", "not"]
    terms: tuple["Expression", ...]


class Quantified(Value, frozen=True, tag="quantified"):
    """Whether the body holds for all, or for any, of the elements of a list in the request."""

    kind: Literal["all", "any"]
    variable: str
    path: Path
    body: "Expression"


Expression = (
    Constant
    | Path
    | Length
    | Day
    | Arithmetic
    | Scaled
    | Compare
    | Among
    | Listed
    | Matches
    | Network
    | Present
    | Origin
    | Logic
    | Quantified
)

TRUE = Constant(value=True)
FALSE = Constant(value=False)


def children(expression: Expression) -> tuple[Expression, ...]:  # noqa: PLR0911 - one case a variant
    """Return the parts that an expression is made of, in order."""
    match expression:
        case Constant() | Path():
            return ()
        case Length(of=part) | Day(of=part):
            return (part,)
        case Arithmetic(left=left, right=right) | Compare(left=left, right=right):
            return (left, right)
        case Scaled(term=term) | Among(term=term) | Listed(term=term) | Matches(term=term) | Network(term=term):
            return (term,)
        case Present(path=path) | Origin(path=path):
            return (path,)
        case Logic(terms=terms):
            return terms
        case Quantified(path=path, body=body):
            return (path, body)


def walk(expression: Expression) -> Iterator[Expression]:
    """Yield an expression and all of its parts, outermost first."""
    pending = [expression]
    while pending:
        part = pending.pop()
        yield part
        pending.extend(reversed(children(part)))


def conjunction(*terms: Expression) -> Expression:
    """Return the conjunction of formulas, flat and simplified."""
    return FALSE if FALSE in terms else _joined("and", terms, TRUE)


def disjunction(*terms: Expression) -> Expression:
    """Return the disjunction of formulas, flat and simplified."""
    return TRUE if TRUE in terms else _joined("or", terms, FALSE)


def negation(term: Expression) -> Expression:
    """Return the negation of a formula, without a double one."""
    match term:
        case Logic(operator="not", terms=(inner,)):
            return inner
        case Constant(value=bool(value)):
            return FALSE if value else TRUE
        case _:
            return Logic("not", (term,))


def _joined(operator: Literal["and", "or"], terms: tuple[Expression, ...], neutral: Expression) -> Expression:
    flat: list[Expression] = []
    for term in terms:
        if term == neutral:
            continue
        flat.extend(term.terms if isinstance(term, Logic) and term.operator == operator else (term,))
    return flat[0] if len(flat) == 1 else Logic(operator, tuple(flat)) if flat else neutral


def needed(expression: Expression) -> frozenset[str]:
    """Return the arguments that a condition names without asking anywhere whether they are present."""
    tested = {part.path for part in walk(expression) if isinstance(part, Present)}
    asked = {path.keys[0] for path in tested if path.root == "arg"}
    named = {part.keys[0] for part in walk(expression) if isinstance(part, Path) and part.root == "arg"}
    return frozenset(name for name in named - asked if isinstance(name, str))
