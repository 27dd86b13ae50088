"""Substitution in conditions."""

from collections.abc import Mapping

from solon.verify.requests.expression import (
    Among,
    Arithmetic,
    Compare,
    Expression,
    Logic,
    Path,
    Quantified,
    Scaled,
)


def replaced(condition: Expression, values: Mapping[Path, Expression]) -> Expression:  # noqa: PLR0911 - one case a variant
    """Return a condition with terms in the place of paths, where any term may stand; other places stay."""
    match condition:
        case Path():
            return values.get(condition, condition)
        case Arithmetic(operator=sign, left=left, right=right):
            return Arithmetic(sign, replaced(left, values), replaced(right, values))
        case Compare(operator=sign, left=left, right=right):
            return Compare(sign, replaced(left, values), replaced(right, values))
        case Scaled(factor=factor, term=term):
            return Scaled(factor, replaced(term, values))
        case Among(term=term, values=choices):
            return Among(replaced(term, values), choices)
        case Logic(operator=operator, terms=terms):
            return Logic(operator, tuple(replaced(term, values) for term in terms))
        case Quantified(kind=kind, variable=variable, path=path, body=body):
            return Quantified(kind, variable, path, replaced(body, values))
        case _:
            return condition
