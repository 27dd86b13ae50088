"""The language of conditions: its text, its values, its types, and what is proved of it."""

import pytest

from solon.contract import Proved, Unknown
from solon.verify.requests.check import complaints
from solon.verify.requests.declare import WrongDeclaration, json_schema, read_fields, write_fields
from solon.verify.requests.evaluate import evaluate
from solon.verify.requests.prove import ENGINES, Counterexample, Engine, equivalent, implies, satisfiable
from solon.verify.requests.request import Json, Request
from solon.verify.requests.schema import tool
from solon.verify.requests.syntax import WrongText, read
from verify.requests.worlds import SCOPE, TOOL

FULL: dict[str, Json] = {
    "to": "ada@x.org",
    "amount": 2.5,
    "urgent": True,
    "mode": "slow",
    "ip": "10.0.0.1",
    "items": [],
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("arg.amount < 3 and not arg.urgent", False),
        ("arg.count < 3", None),
        ("arg.count < 3 or arg.urgent", True),
        ("arg.count < 3 and not arg.urgent", False),
        ("present(arg.count)", False),
        ("2 * arg.amount - 1 == 4", True),
        ("0.1 + 0.2 == 0.3", False),  # floating-point numbers are taken as the numbers that they are
        ("arg.amount == true", None),
        ("arg.to > 3", None),
        ('arg.to in {"ada@x.org"} and arg.to in list(friends)', True),
        ("arg.to in list(unknown)", None),
        ('fullmatch(arg.to, r"\\w+@x\\.org")', True),
        ('fullmatch(arg.to, "(")', None),
        ('cidr(arg.ip, "10.0.0.0/31")', True),
        ('cidr(arg.to, "10.0.0.0/31")', None),
        ('date(arg.day) < date("2024-01-01")', None),
        ('date("2024-01-31") <= date("2024-02-01")', True),
        ('all i in arg.items: i.email == "x"', True),
        ("any i in arg.items: true", False),
        ("all n in arg.names: true", None),
        ('origin(arg.to) has {"user"}', True),
        ('origin(arg.to) within {"user"}', False),
        ('origin(arg.amount) has {"user"}', None),
        ('origin(arg.to) within {"tool:inbox", "user"}', True),
        ("arg.items[0].email == arg.to", None),
        ("len(arg.to) == 9", True),
    ],
)
def test_conditions_have_three_values(text: str, value: bool | None) -> None:
    request = Request("send", FULL, {}, {"sent": 0, "open": False}, {"to": ("user", "tool:inbox")})
    assert evaluate(read(text), request, SCOPE.lists) is value


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "'the end'"),
        ("arg", "needs a name"),
        ("arg.a <", "is no value"),
        ("arg.a < 3 )", "left over"),
        ("foo(arg.a)", "'foo'"),
        ("x == 3", "is unknown"),
        ('arg.a == "un', "starts nothing"),
        ('arg.a == "\\q"', "no text of JSON"),
        ("not " * 100 + "arg.a", "nested too deeply"),
        ("(" * 100 + "arg.a" + ")" * 100, "nested too deeply"),
        ("arg.a == 1e999", "too large"),
        ("all and in arg.a: true", "means something else"),
        ("arg.a in list(f) and arg.b[x] == 1", "is no text"),
        ("a" * 30_000, "characters"),
        ("".join(f"all v{n} in arg.a: " for n in range(5)) + "true", "inside more than 4 quantifiers"),
    ],
)
def test_what_is_no_condition_is_told_in_one_sentence(text: str, told: str) -> None:
    with pytest.raises(WrongText, match=told.replace("(", "\\(")):
        read(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("arg.amuont < 3", "did you mean 'amount'?"),
        ('arg.amount == "3"', "compares a number with a text"),
        ('arg.to < "b"', "has no order"),
        ("arg.items == 3", "compares a list with a number"),
        ("arg.to", "it is no condition"),
        ('fullmatch(arg.to, "(?=a)")', "the pattern"),
        ('cidr(arg.ip, "10.0.0.1/8")', "is no IPv4 block"),
        ('date(arg.day) < date("soon")', "is no day"),
        ('arg.mode == "fats"', "did you mean 'fast'?"),
        ("arg.to in list(freinds)", "did you mean 'friends'?"),
        ("all x in arg.to: true", "is no list"),
        ('arg.to == "e\u0301"', "composed form"),
    ],
)
def test_mistakes_of_types_are_told_with_the_nearest_right_name(text: str, told: str) -> None:
    assert any(told in complaint for complaint in complaints(read(text), SCOPE)), complaints(read(text), SCOPE)


PAIRS = (
    (r'fullmatch(arg.to, r".*@corp\.com")', 'ends(arg.to, "@corp.com")', True),
    (r'fullmatch(arg.to, r".*@corp.com")', 'ends(arg.to, "@corp.com")', False),
    ("arg.count + 2 * st.sent <= 4 and st.sent >= 3", "arg.count <= -2", True),
    ("arg.count <= 4", "arg.count < 5", True),
    ("arg.amount < 5", "arg.amount <= 4", False),
    ('all n in arg.names: n == "a"', 'not (any n in arg.names: n != "a")', True),
    ('any n in arg.names: n == "a"', "len(arg.names) <= 2", False),
    ("len(arg.names) >= 4", "arg.urgent", True),  # there are at most 3
    ("arg.to == ctx.user and ctx.user != arg.cc", "arg.to != arg.cc", True),
    ('date(arg.day) < date("2024-03-01")', 'not starts(arg.day, "2024-03")', True),
    ('cidr(arg.ip, "10.0.0.0/8")', 'starts(arg.ip, "10.")', True),
    ('origin(arg.to) has {"user"}', 'origin(arg.to) within {"user"}', False),
    ('arg.mode == "fast"', 'arg.mode != "slow"', True),
    ("not present(ctx.level) or ctx.level > 3", "ctx.level > 3", False),
    ("len(arg.to) > 3", 'fullmatch(arg.to, ".{4,}")', True),
)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("given", "then", "due"), PAIRS)
def test_implications_are_proved_or_refuted_by_each_engine(given: str, then: str, due: bool, engine: Engine) -> None:
    verdict = implies(read(given), read(then), SCOPE, (engine,))
    if isinstance(verdict, Unknown):
        assert engine == "automata"
        assert "added up" in verdict.reason
    else:
        assert isinstance(verdict, Proved if due else Counterexample)


def test_what_lists_of_unknown_length_may_do_is_unknown_and_not_proved() -> None:
    scope = SCOPE.__class__(
        tool("t", {"type": "object", "properties": {"xs": {"type": "array", "items": {"type": "string"}}}})
    )
    crossed = read("all x in arg.xs: any y in arg.xs: x != y")
    assert isinstance(implies(crossed, read("len(arg.xs) != 1"), scope), Unknown)
    assert isinstance(equivalent(crossed, crossed, scope), Proved | Unknown)


def test_a_request_is_found_or_proved_not_to_be() -> None:
    found = satisfiable(read('arg.to in list(friends) and len(arg.to) > 8 and not starts(arg.to, "a")'), SCOPE)
    assert isinstance(found, Request)
    assert found.arguments["to"] == "bob@x.org"
    assert satisfiable(read("arg.to in list(nobody)"), SCOPE) is None
    assert isinstance(satisfiable(read("date(arg.day) < date(arg.cc)"), SCOPE), Unknown)


def test_declarations_are_kept_as_text_and_as_json_schema() -> None:
    assert read_fields(write_fields(TOOL.parameters)) == TOOL.parameters
    assert tool("send", json_schema(TOOL)) == TOOL
    for wrong in ("a", "a: texts", "a: text, a: text", "a: integer 3", "a: [text", 'a: "b" |', "a: text = nope"):
        with pytest.raises(WrongDeclaration):
            read_fields(wrong)
