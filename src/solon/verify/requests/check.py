"""The types of conditions: what is wrong with one, in sentences that name the part and the remedy.

A condition without complaints is still total where it has some: a mistake of types makes it unknown, and so closed.
"""

import difflib
from collections.abc import Mapping
from ipaddress import IPv4Network
from typing import Literal

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
from solon.verify.requests.meaning import Scope
from solon.verify.requests.schema import Anything, Items, Malformed, Number, Record, Shape, Text, Truth, normal
from solon.verify.requests.syntax import write
from solon.verify.requests.text import automaton_of, day_of, regex_of
from solon.verify.strings.regex import RegexError

Kind = Literal["text", "number", "truth", "day", "list", "object", "anything", "formula"]
_ORDERED = frozenset({"number", "day"})


def complaints(condition: Expression, scope: Scope) -> tuple[str, ...]:
    """Return what is wrong with a condition in a scope; nothing if it is sound."""
    checker = _Checker(scope)
    checker.formula(condition, {})
    return tuple(dict.fromkeys(checker.found))


class _Checker:
    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self.found: list[str] = []

    def formula(self, part: Expression, variables: Mapping[str, Shape | None]) -> None:
        match part:
            case Logic(terms=terms):
                for term in terms:
                    self.formula(term, variables)
            case Quantified(variable=variable, path=path, body=body):
                shape = self._shape(path, variables)
                if shape is not None and not isinstance(shape, Items):
                    self._note(part, f"{write(path)} is no list; quantify over a list")
                item = shape.item if isinstance(shape, Items) else None
                self.formula(body, {**variables, variable: item})
            case _:
                self._atom(part, variables)

    def _atom(self, part: Expression, variables: Mapping[str, Shape | None]) -> None:  # noqa: C901, PLR0912 - one case a variant
        match part:
            case Present(path=path):
                self._shape(path, variables)
            case Origin(path=path, sources=sources):
                self._shape(path, variables)
                if not sources:
                    self._note(part, "no source is named; name one, such as user")
            case Matches(term=term):
                self._must(term, "text", part, variables)
                self._pattern(part)
            case Network(term=term, block=block):
                self._must(term, "text", part, variables)
                try:
                    IPv4Network(block)
                except ValueError as error:
                    self._note(part, f"{block!r} is no IPv4 block ({error}); write such as 10.0.0.0/8")
            case Listed(term=term, name=name):
                self._must(term, "text", part, variables)
                if name not in self._scope.lists:
                    self._note(part, f"the policy has no list {name!r}; {_near(name, self._scope.lists)}")
            case Among(term=term, values=values):
                kind = self._kind(term, part, variables)
                for value in values:
                    self._same(kind, self._kind(Constant(value), part, variables), part)
                    self._choice(term, value, part, variables)
            case Compare():
                self._compare(part, variables)
            case _:
                if self._kind(part, part, variables) not in {"truth", None}:
                    self._note(part, "it is no condition; compare it with something")

    def _compare(self, part: Compare, variables: Mapping[str, Shape | None]) -> None:
        left, right = self._kind(part.left, part, variables), self._kind(part.right, part, variables)
        self._same(left, right, part)
        if part.operator not in {"==", "!="} and left is not None and left not in _ORDERED:
            self._note(part, f"a {left} has no order; compare numbers, lengths or days")
        for side, other in ((part.left, part.right), (part.right, part.left)):
            if isinstance(other, Constant):
                self._choice(side, other.value, part, variables)

    def _choice(self, term: Expression, value: object, part: Expression, variables: Mapping[str, Shape | None]) -> None:
        shape = self._shape(term, variables) if isinstance(term, Path) else None
        if isinstance(shape, Text) and shape.choices and isinstance(value, str) and value not in shape.choices:
            self._note(part, f"{write(term)} is never {value!r}; {_near(value, shape.choices)}")
        if isinstance(value, str):
            try:
                if normal(value) != value:
                    self._note(part, f"{value!r} is not in Unicode's composed form, as requests are; compose it")
            except Malformed as error:
                self._note(part, str(error))

    def _pattern(self, part: Matches) -> None:
        try:
            regex_of(part.kind, part.pattern)
        except RegexError as error:
            self._note(part, f"the pattern {error}; use what is regular")
            return
        if automaton_of(part.kind, part.pattern) is None:
            self._note(part, "the pattern makes too large an automaton; write smaller repetitions")

    def _kind(self, term: Expression, part: Expression, variables: Mapping[str, Shape | None]) -> Kind | None:  # noqa: C901, PLR0911 - one case a variant
        match term:
            case Constant(value=value):
                return "truth" if isinstance(value, bool) else "text" if isinstance(value, str) else "number"
            case Path():
                shape = self._shape(term, variables)
                if isinstance(shape, Anything):
                    self._note(part, f"{write(term)} has no declared type; declare it in the schema of the tool")
                    return None
                return None if shape is None else _KINDS[type(shape)]
            case Length(of=path):
                if _KINDS.get(type(self._shape(path, variables))) not in {"text", "list", None}:
                    self._note(part, f"{write(path)} has no length; use a text or a list")
                return "number"
            case Day(of=of):
                if isinstance(of, Constant) and day_of(str(of.value)) is None:
                    self._note(part, f"{of.value!r} is no day; write such as 2024-05-31")
                self._same(self._kind(of, part, variables), "text", part)
                return "day"
            case Arithmetic(left=left, right=right):
                for side in (left, right):
                    self._same(self._kind(side, part, variables), "number", part)
                return "number"
            case Scaled(term=inner):
                self._same(self._kind(inner, part, variables), "number", part)
                return "number"
            case _:
                self._note(part, f"{write(term)} is a condition where a value is due; compare values")
                return None

    def _must(self, term: Path, kind: Kind, part: Expression, variables: Mapping[str, Shape | None]) -> None:
        self._same(self._kind(term, part, variables), kind, part)

    def _same(self, one: Kind | None, other: Kind | None, part: Expression) -> None:
        if one is not None and other is not None and one != other:
            self._note(part, f"it compares a {one} with a {other}; both must be of one type")

    def _shape(self, path: Path, variables: Mapping[str, Shape | None]) -> Shape | None:
        keys = path.keys
        if path.root == "var":
            if str(keys[0]) not in variables:
                self.found.append(f"the variable {keys[0]} is bound by no quantifier around it; bind it")
                return None
            shape = variables[str(keys[0])]
            keys = keys[1:]
        else:
            shape = self._scope.record(path.root)
        for key in keys:
            match shape:
                case Record(fields=fields, open=loose) if isinstance(key, str):
                    if key not in fields:
                        if not loose:
                            self.found.append(f"{write(path)}: there is no {key!r}; {_near(key, fields)}")
                        return Anything() if loose else None
                    shape = fields[key].shape
                case Items(item=item) if isinstance(key, int):
                    shape = item
                case None:
                    return None
                case _:
                    self.found.append(
                        f"{write(path)}: {key!r} leads nowhere; see the schema of {self._scope.tool.name}"
                    )
                    return None
        return shape

    def _note(self, part: Expression, what: str) -> None:
        self.found.append(f"{write(part)}: {what}")


_KINDS: dict[type, Kind] = {
    Text: "text",
    Number: "number",
    Truth: "truth",
    Items: "list",
    Record: "object",
    Anything: "anything",
}


def _near(name: str, known: "Mapping[str, object] | tuple[str, ...]") -> str:
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.0)
    return f"did you mean {close[0]!r}?" if close else "none is declared"
