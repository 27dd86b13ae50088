"""Read the expressions of a formal problem's text, from the loosest operator to the tightest."""

from collections.abc import Callable, Collection
from typing import Final, Literal, TypeVar

from solon.verify.formal.expression import (
    Arithmetic,
    Binder,
    Bound,
    Cardinality,
    Choice,
    Compare,
    Comparison,
    Different,
    Expression,
    Function,
    Logic,
    Member,
    Number,
    Reference,
)
from solon.verify.formal.tokens import WORDS, TextError, Token

_DEEPEST: Final = 32  # each takes some twenty calls inside each other
_DIGITS: Final = 18
_COMPARISONS: Final[dict[str, Comparison]] = {"<": "<", "<=": "<=", "=": "=", ">=": ">=", ">": ">", "!=": "!="}
_FUNCTIONS: Final[dict[str, Literal["abs", "floor", "ceil", "sqrt", "exp", "log"]]] = {
    "abs": "abs",
    "floor": "floor",
    "ceil": "ceil",
    "sqrt": "sqrt",
    "exp": "exp",
    "log": "log",
}
_BINDERS: Final[dict[str, Literal["sum", "count", "min", "max", "forall", "exists", "different"]]] = {
    "sum": "sum",
    "count": "count",
    "min": "min",
    "max": "max",
    "forall": "forall",
    "each": "forall",
    "exists": "exists",
    "different": "different",
}
T = TypeVar("T")


class Reader:
    """A cursor over the tokens of one entry that knows which names are tables, decisions and members."""

    def __init__(
        self, tokens: tuple[Token, ...], declared: Collection[str] = (), members: Collection[str] = ()
    ) -> None:
        self._tokens, self._at = tokens, 0
        self._declared, self._members = declared, members
        self._scope: list[str] = []
        self._depth = 0

    # the cursor

    @property
    def token(self) -> Token:
        """The next token."""
        return self._tokens[self._at]

    def next(self) -> Token:
        """Take the next token; the end stays where it is."""
        token = self.token
        if token.kind != "end":
            self._at += 1
        return token

    def sees(self, *texts: str) -> bool:
        """Return whether the next token is one of some symbols or words."""
        token = self.token
        return token.text in texts and token.kind in {"symbol", "name"} and not token.quoted

    def takes(self, *texts: str) -> bool:
        """Pass over the next token if it is one of some symbols or words."""
        seen = self.sees(*texts)
        if seen:
            self._at += 1
        return seen

    def ahead(self, *texts: str) -> bool:
        """Return whether the token after the next is one of some symbols or words."""
        later = self._tokens[min(self._at + 1, len(self._tokens) - 1)]
        return later.text in texts and later.kind in {"symbol", "name"} and not later.quoted

    def needs(self, text: str, where: str = "") -> None:
        """Take a symbol or word that must come next."""
        if not self.takes(text):
            raise self.error(f"expected {text!r}{where}")

    def error(self, message: str) -> TextError:
        """Return an error at the next token that says what was expected."""
        return TextError(f"{message}, found {self.token.shown}", self.token.line, self.token.column)

    def name(self, what: str) -> str:
        """Take a name of something; words of expressions need quotes."""
        token = self.token
        if token.kind != "name":
            raise self.error(f"expected {what}")
        if not token.quoted and token.text in WORDS:
            raise TextError(
                f"expected {what}, found {token.text!r}, which is a word of the language; "
                f"write '{token.text}' in quotes or rename it",
                token.line,
                token.column,
            )
        return self.next().text

    def member(self, what: str) -> str:
        """Take a member of a set; whole numbers need no quotes here."""
        if self.token.kind == "number" and self.token.text.isdigit():
            return self.next().text
        return self.name(what)

    def number(self, what: str) -> float:
        """Take a number with its sign."""
        sign = -1.0 if self.takes("-") else 1.0
        if self.token.kind != "number":
            raise self.error(f"expected {what}")
        return sign * self._literal()

    def listed(self, one: Callable[[], T], closing: str) -> tuple[T, ...]:
        """Take things between commas up to a closing bracket."""
        found: list[T] = []
        while not self.takes(closing):
            if found:
                self.needs(",", f" or {closing!r}")
                if self.takes(closing):  # a comma at the end does no harm
                    break
            found.append(one())
        return tuple(found)

    def _literal(self) -> float:
        token = self.next()
        value = float(token.text.rstrip("%"))
        if value == float("inf"):
            raise TextError(f"expected a number below 1e308, found {token.text!r}", token.line, token.column)
        return value / 100 if token.text.endswith("%") else value

    # expressions, from the loosest operator to the tightest

    def expression(self) -> Expression:
        """Take an expression, as long as it goes."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self.error(f"expected at most {_DEEPEST} nested parentheses")
        found = self._iff()
        self._depth -= 1
        return found

    def _iff(self) -> Expression:
        left = self._implies()
        while self.takes("iff"):
            left = Logic("iff", (left, self._implies()))
        return left

    def _implies(self) -> Expression:
        left = self._joined("or")
        if self.takes("implies"):
            self._depth += 1
            if self._depth > _DEEPEST:
                raise self.error(f"expected at most {_DEEPEST} implications in a row")
            left = Logic("implies", (left, self._implies()))
            self._depth -= 1
        return left

    def _joined(self, operator: Literal["or", "and"]) -> Expression:
        part: Callable[[], Expression] = self._not if operator == "and" else lambda: self._joined("and")
        terms = [part()]
        while self.takes(operator):
            terms.append(part())
        return terms[0] if len(terms) == 1 else Logic(operator, tuple(terms))

    def _not(self) -> Expression:
        if self.sees("not"):
            self.next()
            return Logic("not", (self._nested(self._not),))
        return self._comparison()

    def _comparison(self) -> Expression:
        left = self._sum()
        found: list[Expression] = []
        while self.token.kind == "symbol" and self.token.text in _COMPARISONS:
            operator = _COMPARISONS[self.next().text]
            right = self._sum()
            found.append(Compare(operator, left, right))
            left = right
        if not found:
            return left
        return found[0] if len(found) == 1 else Logic("and", tuple(found))  # 0 <= x <= 5

    def _sum(self) -> Expression:
        return self._chain(self._product, "+", "-")

    def _product(self) -> Expression:
        return self._chain(self._signed, "*", "/")

    def _chain(self, part: Callable[[], Expression], many: Literal["+", "*"], two: Literal["-", "/"]) -> Expression:
        terms: list[Expression] = [part()]
        while self.sees(many, two):
            if self.next().text == two:
                left = terms[0] if len(terms) == 1 else Arithmetic(many, tuple(terms))
                terms = [Arithmetic(two, (left, part()))]
            else:
                terms.append(part())
        return terms[0] if len(terms) == 1 else Arithmetic(many, tuple(terms))

    def _signed(self) -> Expression:
        if not self.sees("-"):
            return self._power()
        self.next()
        if self.token.kind == "number" and not self.ahead("^"):
            return Number(-self._literal())
        return Arithmetic("-", (Number(0.0), self._nested(self._signed)))

    def _power(self) -> Expression:
        base = self._atom()
        if not self.takes("^"):
            return base
        bracket = self.takes("(")
        exponent = self.number("a constant exponent")
        if bracket:
            self.needs(")")
        if self.sees("^"):
            raise self.error("expected parentheses around a power of a power")
        return Function("power", base, exponent)

    def _nested(self, part: Callable[[], Expression]) -> Expression:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self.error(f"expected at most {_DEEPEST} nested operators")
        found = part()
        self._depth -= 1
        return found

    def _atom(self) -> Expression:
        token = self.token
        if token.kind == "number":
            return Number(self._literal())
        if token.kind == "name":
            counts = self.sees("at") and self.ahead("most", "least")
            word = (token.text in WORDS and not token.quoted) or counts
            return self._word(token) if word else self._named()
        if self.takes("("):
            found = self.expression()
            self.needs(")", " to close the parenthesis")
            return found
        raise self.error("expected a name, a number or '('")

    def _word(self, token: Token) -> Expression:
        word = token.text
        if word in {"true", "false"}:
            self.next()
            return Number(float(word == "true"))
        if word in {"at", "exactly"}:
            return self._cardinality()
        if word == "if":
            return self._choice()
        if word in {"and", "or"} and self.ahead("("):
            self.next()
            self.needs("(")
            return Logic("and" if word == "and" else "or", self.listed(self.expression, ")"))
        if word in _FUNCTIONS:
            self.next()
            self.needs("(", f" after {word}")
            term = self.expression()
            self.needs(")", f" after the number of {word}")
            return Function(_FUNCTIONS[word], term)
        if word in _BINDERS:
            return self._binder_or_list(token)
        raise self.error("expected a name, a number or '('")

    def _cardinality(self) -> Expression:
        kind: Literal["at most", "at least", "exactly"] = "exactly"
        if self.next().text == "at":
            kind = "at most" if self.sees("most") else "at least"
            if not self.takes("most", "least"):
                raise self.error("expected 'most' or 'least' after 'at'")
        sign = -1 if self.takes("-") else 1
        if self.token.kind != "number" or not self.token.text.isdigit():
            raise self.error(f"expected a whole number after {kind!r}")
        if len(self.token.text) > _DIGITS:
            raise self.error(f"expected a whole number of at most {_DIGITS} digits")
        count = sign * int(self.next().text)
        self.needs("of", f" after '{kind} {count}'")
        self.needs("(", " after 'of'")
        return Cardinality(kind, count, self.listed(self.expression, ")"))

    def _choice(self) -> Expression:
        self.next()
        return self._nested(self._chosen)

    def _chosen(self) -> Expression:
        condition = self.expression()
        self.needs("then", " after the condition of 'if'")
        then = self.expression()
        self.needs("else", " after 'then' and its value")
        return Choice(condition, then, self.expression())

    def _binder_or_list(self, token: Token) -> Expression:
        word = self.next().text
        self.needs("(", f" after {word}")
        if self.ahead("in") or word in {"sum", "count", "forall", "each", "exists"}:
            return self._binder(word, token)
        terms = self.listed(self.expression, ")")
        if word == "different":
            return Different(terms)
        if len(terms) < 2:
            raise TextError(f"expected at least two numbers in {word}(...)", token.line, token.column)
        return Arithmetic("min" if word == "min" else "max", terms)

    def _binder(self, word: str, token: Token) -> Expression:
        kind = _BINDERS[word]
        variables: list[tuple[str, str]] = []
        while not variables or self.takes(","):
            variable = self.name(f"a variable of {word}")
            self.needs("in", f" after the variable {variable!r} of {word}")
            variables.append((variable, self.name("the name of a set")))
        self._scope += [variable for variable, _ in variables]
        where = self.expression() if self.takes("where") else None
        self.needs(")", f" after the variables of {word}")
        loose = kind in {"forall", "exists"}
        if self.token.kind == "end":
            raise TextError(f"expected what {word}(...) is about after its parenthesis", token.line, token.column)
        body = self.expression() if loose else self._nested(self._product)
        del self._scope[-len(variables) :]
        return Binder(kind, tuple(variables), body, where)

    def _named(self) -> Expression:
        name = self.next().text
        if self.takes("["):
            return Reference(name, self.listed(self._index, "]"))
        if name in self._scope:
            return Bound(name)
        if name not in self._declared and name in self._members:
            return Member(name)
        return Reference(name)

    def _index(self) -> Expression:
        if self.token.kind == "number" and self.token.text.isdigit() and self.ahead(",", "]"):
            return Member(self.next().text)
        return self.expression()
