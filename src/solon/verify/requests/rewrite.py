"""Substitution in conditions."""

from collections.abc import Mapping

import msgspec

from solon.verify.requests.expression import (
    Among,
    Arithmetic,
    Compare,
    Constant,
    Day,
    Expression,
    Length,
    Listed,
    Logic,
    Matches,
    Network,
    Origin,
    Path,
    Present,
    Quantified,
    Scaled,
)


class NoPlace(ValueError):
    """Raised where a place is asked for and a term that is none would have to stand; one sentence."""


def replaced(condition: Expression, values: Mapping[Path, Expression]) -> Expression:  # noqa: C901, PLR0911, PLR0912 - one case a variant
    """Return a condition with terms in the place of paths, and of what lies below them; other paths stay.

    Raises NoPlace where only a path may stand and the term is none, and for the source of a value: a term has none.
    """
    match condition:
        case Path():
            return _term(condition, values)
        case Arithmetic(operator=sign, left=left, right=right):
            return Arithmetic(sign, replaced(left, values), replaced(right, values))
        case Compare(operator=sign, left=left, right=right):
            return Compare(sign, replaced(left, values), replaced(right, values))
        case Scaled(factor=factor, term=term):
            return Scaled(factor, replaced(term, values))
        case Among(term=term, values=choices):
            return Among(replaced(term, values), choices)
        case Day(of=of):
            return Day(of if isinstance(of, Constant) else _place(of, values))
        case Logic(operator=operator, terms=terms):
            return Logic(operator, tuple(replaced(term, values) for term in terms))
        case Quantified(kind=kind, variable=variable, path=path, body=body):
            return Quantified(kind, variable, _place(path, values), replaced(body, values))
        case Length(of=path):
            return Length(_place(path, values))
        case Present(path=path):
            return Present(_place(path, values))
        case Listed(term=path) | Matches(term=path) | Network(term=path):
            return msgspec.structs.replace(condition, term=_place(path, values))
        case Origin(path=path):
            if _term(path, values) != path:
                raise NoPlace("the source of a value is asked for, and what stands for it has none; ask for values")
            return condition
        case _:
            return condition


def _term(path: Path, values: Mapping[Path, Expression]) -> Expression:
    for depth in range(len(path.keys), 0, -1):
        found = values.get(Path(path.root, path.keys[:depth]))
        if found is None:
            continue
        rest = path.keys[depth:]
        if not rest:
            return found
        if not isinstance(found, Path):
            raise NoPlace("a part of a value is asked for, and a term that has no parts stands for it; use a path")
        return Path(found.root, (*found.keys, *rest))
    return path


def _place(path: Path, values: Mapping[Path, Expression]) -> Path:
    found = _term(path, values)
    if not isinstance(found, Path):
        raise NoPlace("presence, form or length is asked of a value that is computed; use a path in its place")
    return found
