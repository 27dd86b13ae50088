r"""The text form of conditions, read and written: ``arg.amount <= 100 and arg.to in {"a@x.org", "b@x.org"}``.

    formula   or, and, not, (...), all x in arg.list: ..., any x in arg.list: ...
    atom      term < <= == != > >= term · term in {constants} · path in list(name) · present(path) · path · true
              fullmatch(path, r"...") · glob(path, "...") · starts(path, "...") · ends(path, "...")
              cidr(path, "10.0.0.0/8") · origin(path) has {"user"} · origin(path) within {"user", "tool:search"}
    term      constant · path · len(path) · date(path or text) · term + term · term - term · number * term
    path      arg.name, ctx.name, st.name, out.name or a variable, then .name, ["any name"] or [0]

Reading what was written gives the same tree.
"""

import json
import re
from typing import Final, NamedTuple, cast, get_args

from solon.verify.requests.expression import (
    Among,
    Arithmetic,
    Compare,
    Comparison,
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
    Root,
    Scalar,
    Scaled,
)
from solon.verify.requests.text import Form

DEEPEST: Final = 60
LONGEST: Final = 20_000
MOST_QUANTIFIERS: Final = 4
"""Quantifiers inside each other: each visits all elements of its list for each element of those around it."""
_TOKEN: Final = re.compile(
    r"""\s*(?:(?P<raw>r"[^"\n]*")|(?P<text>"(?:[^"\\\n]|\\.)*")|(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)"""
    r"""|(?P<name>[A-Za-z_]\w*)|(?P<sign><=|>=|==|!=|[-+*<>(){}\[\],.:]))""",
    re.ASCII,
)
_ROOTS: Final = frozenset(get_args(Root)) - {"var"}
_FORMS: Final = frozenset(get_args(Form))
_WORDS: Final = (
    _ROOTS | _FORMS | {"and", "or", "not", "all", "any", "in", "list", "present", "origin", "has", "within"}
    | {"cidr", "len", "date", "true", "false"}
)  # fmt: skip
_SIGNS: Final = frozenset(get_args(Comparison))


class WrongText(ValueError):
    """Raised for a text that is no condition; one sentence with the place."""


class _Token(NamedTuple):
    kind: str
    text: str
    at: int


def read(text: str) -> Expression:
    """Read a condition. Raises WrongText."""
    if len(text) > LONGEST:
        raise WrongText(f"the condition has {len(text)} characters; write at most {LONGEST}")
    reader = _Reader(_tokens(text), text)
    found = reader.formula(0)
    reader.end()
    return found


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    at = 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise WrongText(
                f"{text[at:].strip()[:12]!r} starts nothing (character {at + 1}); see the form of conditions"
            )
        found.append(_Token(match.lastgroup, match[match.lastgroup], match.start(match.lastgroup)))
        at = match.end()
    return found


class _Reader:
    """Recursive descent with a bound on its depth."""

    def __init__(self, tokens: list[_Token], text: str) -> None:
        self._tokens = tokens
        self._text = text
        self._at = 0
        self._variables: list[str] = []
        self._multiplied = 0  # quantifiers around this place that do not go through the elements of the one around

    def formula(self, depth: int) -> Expression:
        if depth > DEEPEST:
            raise self._wrong("is nested too deeply; use named lists or several rules")
        return self._joined("or", depth)

    def end(self) -> None:
        if self._at < len(self._tokens):
            raise self._wrong("is left over; join conditions by and, or")

    def _joined(self, word: str, depth: int) -> Expression:
        def part() -> Expression:
            return self._joined("and", depth) if word == "or" else self._negated(depth)

        terms = [part()]
        while self._skip(word):
            terms.append(part())
        return terms[0] if len(terms) == 1 else Logic("or" if word == "or" else "and", tuple(terms))

    def _negated(self, depth: int) -> Expression:
        if self._skip("not"):
            if depth > DEEPEST:
                raise self._wrong("is nested too deeply; remove double negations")
            return Logic("not", (self._negated(depth + 1),))
        if self._peek().text in {"all", "any"} and self._peek().kind == "name":
            return self._quantified(depth)
        return self._comparison(depth)

    def _quantified(self, depth: int) -> Expression:
        kind = "all" if self._take().text == "all" else "any"
        variable = self._name()
        if variable in _WORDS:
            raise self._wrong(f"follows the variable {variable!r}, which means something else; choose another name")
        self._expect("in")
        path = self._path()
        self._expect(":")
        inside = path.root == "var" and self._variables[-1:] == [path.keys[0]] and len(path.keys) == 1
        self._multiplied += not inside
        if self._multiplied > MOST_QUANTIFIERS:
            raise self._wrong(f"is inside more than {MOST_QUANTIFIERS} quantifiers; write several rules")
        self._variables.append(variable)
        body = self.formula(depth + 1)
        self._variables.pop()
        self._multiplied -= not inside
        return Quantified(kind, variable, path, body)

    def _comparison(self, depth: int) -> Expression:
        left = self._sum(depth)
        sign = self._peek().text
        if sign in _SIGNS:
            self._take()
            return Compare(cast("Comparison", sign), left, self._sum(depth))
        if not self._skip("in"):
            return left
        if self._skip("list"):
            self._expect("(")
            name = self._name()
            self._expect(")")
            if not isinstance(left, Path):
                raise self._wrong("follows a list; only a path can be in it")
            return Listed(left, name)
        return Among(left, self._constants())

    def _sum(self, depth: int) -> Expression:
        found = self._product(depth)
        terms = 1
        while self._peek().text in {"+", "-"} and self._peek().kind == "sign":
            terms += 1
            if terms > DEEPEST:
                raise self._wrong(f"is one term too many; add up at most {DEEPEST}")
            sign = "+" if self._take().text == "+" else "-"
            found = Arithmetic(sign, found, self._product(depth))
        return found

    def _product(self, depth: int) -> Expression:
        found = self._primary(depth)
        if not self._skip("*"):
            return found
        if not isinstance(found, Constant) or isinstance(found.value, bool | str):
            raise self._wrong("is multiplied by something that is no number; write the number first")
        if depth > DEEPEST:
            raise self._wrong("is nested too deeply; multiply the constants")
        return Scaled(found.value, self._product(depth + 1))

    def _primary(self, depth: int) -> Expression:
        token = self._peek()
        if token.kind in {"text", "raw", "number"} or token.text in {"true", "false", "-"}:
            return Constant(self._constant())
        if self._skip("("):
            inner = self.formula(depth + 1)
            self._expect(")")
            return inner
        if token.kind != "name":
            raise self._wrong("is no value; write a path such as arg.amount, or a constant")
        if token.text in _ROOTS or token.text in self._variables:
            return self._path()
        return self._call()

    def _call(self) -> Expression:
        word = self._name()
        if word not in _FORMS | {"present", "origin", "cidr", "len", "date"}:
            self._at -= 1
            raise self._wrong("is unknown; a path starts with arg., ctx., st. or out.")
        self._expect("(")
        if word == "date":
            token = self._peek()
            of = Constant(self._string()) if token.kind in {"text", "raw"} else self._path()
            self._expect(")")
            return Day(of)
        path = self._path()
        if word in {"present", "len", "origin"}:
            self._expect(")")
            return self._origin(path) if word == "origin" else Present(path) if word == "present" else Length(path)
        self._expect(",")
        pattern = self._string()
        self._expect(")")
        return Network(path, pattern) if word == "cidr" else Matches(cast("Form", word), path, pattern)

    def _origin(self, path: Path) -> Expression:
        kind = self._name()
        if kind not in {"has", "within"}:
            raise self._wrong("follows an origin; write origin(...) has {...} or origin(...) within {...}")
        sources = self._constants()
        return Origin(path, "has" if kind == "has" else "within", tuple(str(source) for source in sources))

    def _constants(self) -> tuple[Scalar, ...]:
        self._expect("{")
        found: list[Scalar] = []
        while not self._skip("}"):
            found.append(self._constant())
            if self._peek().text != "}":
                self._expect(",")
        return tuple(found)

    def _constant(self) -> Scalar:
        token = self._take()
        match token.kind:
            case "text" | "raw":
                return _unquoted(token)
            case "number":
                return _numeral(token)
            case "name" if token.text in {"true", "false"}:
                return token.text == "true"
            case "sign" if token.text == "-" and self._peek().kind == "number":
                return -_numeral(self._take())
            case _:
                self._at -= 1
                raise self._wrong("is no constant; write a number, a text in double quotes, true or false")

    def _string(self) -> str:
        if self._peek().kind not in {"text", "raw"}:
            raise self._wrong("is no text; write it in double quotes")
        return _unquoted(self._take())

    def _path(self) -> Path:
        root = self._name()
        if root in self._variables:
            keys: list[str | int] = [root]
            kind: Root = "var"
        elif root in _ROOTS:
            keys, kind = [], cast("Root", root)
        else:
            self._at -= 1
            raise self._wrong("starts no path; write arg., ctx., st., out. or the variable of a quantifier")
        while self._peek().text in {".", "["} and self._peek().kind == "sign":
            if self._skip("."):
                keys.append(self._name())
            else:
                self._take()
                keys.append(self._key())
                self._expect("]")
        if not keys:
            raise self._wrong(f"follows {root}, which needs a name; write {root}.name")
        return Path(kind, tuple(keys))

    def _key(self) -> str | int:
        if self._peek().kind != "number":
            return self._string()
        token = self._take()
        if not token.text.isdecimal():
            self._at -= 1
            raise self._wrong("is no place in a list; write 0, 1, ...")
        return int(token.text)

    def _peek(self) -> _Token:
        return self._tokens[self._at] if self._at < len(self._tokens) else _Token("end", "", len(self._text))

    def _take(self) -> _Token:
        token = self._peek()
        self._at += 1
        return token

    def _skip(self, text: str) -> bool:
        token = self._peek()
        if token.text != text or token.kind not in {"name", "sign"}:
            return False
        self._at += 1
        return True

    def _expect(self, text: str) -> None:
        if not self._skip(text):
            raise self._wrong(f"stands where {text!r} is due")

    def _name(self) -> str:
        if self._peek().kind != "name":
            raise self._wrong("is no name")
        return self._take().text

    def _wrong(self, what: str) -> WrongText:
        token = self._peek()
        return WrongText(f"{token.text or 'the end'!r} (character {token.at + 1}) {what}")


def _unquoted(token: _Token) -> str:
    if token.kind == "raw":
        return token.text[2:-1]
    try:
        return cast("str", json.loads(token.text))
    except ValueError:
        raise WrongText(
            f'{token.text[:20]} (character {token.at + 1}) is no text of JSON; write backslashes twice, or r"..."'
        ) from None


def _numeral(token: _Token) -> int | float:
    if token.text.isdecimal():
        if len(token.text) > 19:
            raise WrongText(f"{token.text[:20]} (character {token.at + 1}) has too many digits; write at most 19")
        return int(token.text)
    value = float(token.text)
    if value in {float("inf"), float("-inf")}:
        raise WrongText(f"{token.text} (character {token.at + 1}) is too large; write at most 1.7e308")
    return value


# Writing


def write(expression: Expression) -> str:
    """Return the text of a condition."""
    return _written(expression, 0)


_OR, _AND, _NOT, _COMPARE, _SUM, _PRODUCT, _ATOM = range(7)


def _written(part: Expression, outer: int) -> str:
    """Return a part's text, in brackets where what is around it (``outer``) binds more tightly."""
    text, level = _plain(part)
    return f"({text})" if level < outer else text


def _plain(part: Expression) -> tuple[str, int]:  # noqa: PLR0911 - one case a variant
    match part:
        case Logic(operator="not", terms=terms):
            return f"not {_written(terms[0], _NOT)}", _NOT
        case Logic(operator=operator, terms=terms):
            if not terms:
                return ("true" if operator == "and" else "false"), _ATOM
            level = _AND if operator == "and" else _OR
            return f" {operator} ".join(_written(term, level + 1) for term in terms), level
        case Quantified(kind=kind, variable=variable, path=path, body=body):
            return f"{kind} {variable} in {_path(path)}: {_written(body, 0)}", -1
        case Compare(operator=sign, left=left, right=right):
            return f"{_written(left, _SUM)} {sign} {_written(right, _SUM)}", _COMPARE
        case Among(term=term, values=values):
            return f"{_written(term, _SUM)} in {_set(values)}", _COMPARE
        case Listed(term=term, name=name):
            return f"{_path(term)} in list({name})", _COMPARE
        case Arithmetic(operator=sign, left=left, right=right):
            return f"{_written(left, _SUM)} {sign} {_written(right, _PRODUCT)}", _SUM
        case Scaled(factor=factor, term=term):
            return f"{_constant(factor)} * {_written(term, _PRODUCT)}", _PRODUCT
        case _:
            return _atom(part), _ATOM


def _atom(part: Expression) -> str:  # noqa: PLR0911 - one case a variant
    match part:
        case Constant(value=value):
            return _constant(value)
        case Path():
            return _path(part)
        case Length(of=path):
            return f"len({_path(path)})"
        case Day(of=of):
            return f"date({_path(of) if isinstance(of, Path) else _constant(of.value)})"
        case Matches(kind=kind, term=term, pattern=pattern):
            return f"{kind}({_path(term)}, {_pattern(pattern)})"
        case Network(term=term, block=block):
            return f"cidr({_path(term)}, {_constant(block)})"
        case Present(path=path):
            return f"present({_path(path)})"
        case Origin(path=path, kind=kind, sources=sources):
            return f"origin({_path(path)}) {kind} {_set(sources)}"
        case _:
            return f"({_plain(part)[0]})"


def _path(path: Path) -> str:
    keys = path.keys if path.root != "var" else path.keys[1:]
    parts = [str(path.keys[0]) if path.root == "var" else path.root]
    for key in keys:
        if isinstance(key, int):
            parts.append(f"[{key}]")
        else:
            named = re.fullmatch(r"[A-Za-z_]\w*", key, re.ASCII)
            parts.append(f".{key}" if named else f"[{json.dumps(key, ensure_ascii=False)}]")
    return "".join(parts)


def _set(values: tuple[Scalar, ...]) -> str:
    return "{" + ", ".join(map(_constant, values)) + "}"


def _constant(value: Scalar) -> str:
    return json.dumps(value, ensure_ascii=False)


def _pattern(pattern: str) -> str:
    return f'r"{pattern}"' if "\\" in pattern and '"' not in pattern and pattern.isprintable() else _constant(pattern)
