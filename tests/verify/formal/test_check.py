"""What is wrong with a problem is said in one sentence that names the place and the remedy."""

import pytest

from solon.verify.formal.check import check, traits
from solon.verify.formal.model import Decision, Formal, Objective, Rule, Sort, Table
from solon.verify.formal.text import read

HEAD = """
sets
  product = bread, cake
  oven = small, large
parameters
  profit[product] = bread: 3, cake: 5
  hours = 40
variables
  make[product] integer >= 0 <= 30
  use one of oven
  warm[oven] binary
  heat real >= 0
constraints
"""


@pytest.mark.parametrize(
    ("rule", "message", "remedy"),
    [
        ("mak[bread] <= 3", "'mak' is neither a parameter, a variable nor a member of a set", "did you mean 'make'?"),
        ("make[bred] <= 3", "'bred' is neither a parameter, a variable nor a member", "did you mean 'bread'?"),
        ("make[small] <= 3", "'make' is indexed by 'product', but 'small' may be 'small'", ""),
        ("sum(o in oven) make[o] <= 3", "'make' is indexed by 'product', but 'o' runs over 'oven'", ""),
        ("sum(p in products) 1 <= 3", "'products' is no set", "did you mean 'product'?"),
        ("make <= 3", "'make' has 0 indices; 'make' takes [product]", ""),
        ("hours[bread] <= 3", "'hours[bread]' has 1 indices; 'hours' takes no index", ""),
        ("make[bread]", "the rule 'r' states no condition", "end it with a comparison such as <= 10"),
        ("make[bread] and warm[small]", "'make[bread]' in 'and' is no condition", "write a comparison"),
        ("count(p in product) make[p] <= 3", "'make[p]' in 'count' is no condition", "in parentheses after count"),
        ("use + 1 <= 3", "'use' in '+' is a name, not a number", "compare names with = and !="),
        ("use = 3", "'use = 3' compares a name with a number", ""),
        ("use = bread", "'use = bread' compares names of different sets", ""),
        ("use < bread", "'use < bread' compares names that have no order", "use = or !="),
        ("sum(p in product where make[p] > 0) 1 <= 3", "'where' uses the variable 'make'", "move what depends"),
        ("forall(make in product) 1 <= 3", "the name 'make' of a bound variable is taken already", "rename it"),
        ("different(use, 3)", "'different' mixes names and numbers", ""),
    ],
)
def test_a_faulty_rule_is_named_with_what_is_wrong_and_what_helps(rule, message, remedy):
    (error,) = check(read(f"{HEAD}  r: {rule}"))
    assert error.rule == "r"
    assert message in error.message
    assert remedy in error.remedy


@pytest.mark.parametrize(
    ("problem", "message"),
    [
        (Formal("", (Sort("s", ("a", "a")),)), "has the member 'a' twice"),
        (Formal("", (Sort("s", ("a,b",)),)), "has a comma"),
        (Formal("", (Sort("s", ("x",)),), (), (Decision("x"),)), "a parameter or variable as well"),
        (Formal("", (), (Table("t", (), {"": 1.0}),), (Decision("t"),)), "would replace a parameter of that name"),
        (Formal("", (), (Table("t", ("s",), {}),)), "'s' is no set"),
        (Formal("", (Sort("s", ("a",)),), (Table("t", ("s",), {"b": 1.0}),)), "'b' in 't' is no member of 's'"),
        (Formal("", (), (Table("t", (), {"a": 1.0}),)), "needs 0 members as its index"),
        (Formal("", (), (Table("t", (), {"": float("inf")}),)), "is inf"),
        (Formal("", (), (), (Decision("x", low=2, high=1),)), "leave no value between 2 and 1"),
        (Formal("", (), (), (Decision("x", domain="enum", choices="s"),)), "chooses from 's', which is no set"),
        (
            Formal("", (), (), (), (Rule("a", read_body := read("constraints\n  a: 1 <= 2").rules[0].body),) * 2),
            "two rules",
        ),
        (Formal("", (), (), (), (Rule("a", read_body, weight=-1.0),)), "the weight of 'a' is -1"),
        (
            Formal("", (), (), (), (), Objective("o", "minimise", read("constraints\n  a: b").rules[0].body)),
            "neither a",
        ),
    ],
)
def test_a_faulty_declaration_is_named(problem, message):
    assert any(message in error.message for error in check(problem)), check(problem)


def test_a_set_that_is_part_of_another_may_index_its_tables():
    problem = read(HEAD.replace("sets\n", "sets\n  sweet = cake\n") + "  r: sum(p in sweet) make[p] <= 3")
    assert check(problem) == ()


def test_products_of_chosen_numbers_and_strict_real_inequalities_are_flagged():
    found = traits(
        read(
            f"{HEAD}  a: make[bread] * heat <= 3\n  b: profit[bread] * heat <= 3\n  c: heat > 3\n  d: make[bread] > 3\n"
            "  e: heat / make[cake] <= 1\n  f: warm[use] * heat <= 3\n  g: heat ^ 2 < 3"
        )
    )
    assert {name for name, traits in found.items() if "nonlinear" in traits} == {"a", "e", "g"}
    assert {name for name, traits in found.items() if "strict" in traits} == {"c", "g"}
