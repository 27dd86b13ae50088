"""Models that are made to hang or to crash the judge: each ends at once in a sentence about the model."""

import time

import pytest

from solon.verify.formal.check import check
from solon.verify.formal.expression import Function, Number
from solon.verify.formal.interpret import value
from solon.verify.formal.model import Formal, ModelError, Result, Solved, Sort, Unbounded
from solon.verify.formal.solve import solve
from solon.verify.formal.text import TextError, read
from solon.verify.limited import Limits

TEXT = """
sets
  p = a, b
parameters
  c[p] = a: 3, b: 5
variables
  x[p] integer >= 0 <= 30
maximise worth
  {}
constraints
  cap: {}
"""
CAP, WORTH = "x[a] <= 10", "x[a] + x[b]"
FORTY = ", ".join(f"i{number} in p" for number in range(40))


def written(worth: str = WORTH, cap: str = CAP) -> str:
    return TEXT.format(worth, cap)


@pytest.mark.parametrize(
    "text",
    [
        written("if x[a] <= 1 then 1 else " * 3_000 + "2"),
        written("c[" * 3_000 + "a" + "]" * 3_000),
        written("(" * 3_000 + "1" + ")" * 3_000),
        written(cap="not " * 3_000 + CAP),
        written(cap=f"at most {'9' * 5_000} of ({CAP})"),
        written("9" * 5_000),
        "sets\n  p = " + ", ".join(f"m{number}" for number in range(60_000)),
        "sets\n" + "'" * 199_000,
        "#" * 1_000_000,
    ],
    ids=range(9),
)
def test_what_is_too_deep_or_too_long_cannot_be_read_and_the_error_is_short(text: str) -> None:
    with pytest.raises(TextError) as caught:
        read(text)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("worth", "cap", "said"),
    [
        ("x[a]^64^2".replace("^64^2", "^1000000000"), CAP, "multiplies"),
        ("(((x[a]^64)^64)^64)^64", CAP, "multiplies"),
        ("*".join(["x[a]"] * 3_000), CAP, "multiplies"),
        ("((((2^64)^64)^64)^64)^64", CAP, "digits"),
        ("*".join(["2"] * 20_000) + " * x[a]", CAP, "digits"),
        ("1e308 * 1e308 * x[a]", CAP, "digits"),
        ("1" + " - 1" * 5_000, CAP, "operators inside each other"),
        (WORTH, f"forall({FORTY}) x[a] <= 3", "millions"),
        (WORTH, f"forall({FORTY} where 1 = 2) x[a] <= 3", "millions"),
        ("".join(f"sum(i{number} in p) " for number in range(25)) + "x[a]", CAP, "millions"),
    ],
    ids=range(10),
)
def test_what_would_take_minutes_or_gigabytes_is_refused(worth: str, cap: str, said: str) -> None:
    found = solve(read(written(worth, cap)))
    assert isinstance(found, ModelError)
    assert said in found.message


def test_variables_over_sets_that_are_large_together_are_refused() -> None:
    many = "  q = " + ", ".join(f"m{number}" for number in range(2_000))
    text = written().replace("  p = a, b", f"  p = a, b\n{many}").replace("variables", "variables\n  z[q, q, q] binary")
    assert "millions" in check(read(text))[0].message


def test_a_member_that_stands_twice_is_found_in_a_large_set() -> None:
    members = tuple(f"m{number}" for number in range(50_000))
    assert check(Formal("", (Sort("s", members),))) == ()
    assert "twice" in check(Formal("", (Sort("s", (*members, "m7")),)))[0].message


def test_the_interpreter_has_no_value_for_a_power_of_thousands_of_digits() -> None:
    tower = Number(2.0)
    for _ in range(8):
        tower = Function("power", tower, 64.0)
    with pytest.raises(ValueError, match="no value"):
        value(Formal(""), {}, tower)


def optimum(goal: str, *variables: str) -> Result:
    return solve(read("variables\n" + "".join(f"  {it}\n" for it in variables) + goal))


@pytest.mark.parametrize("body", ["x*x", "x^3", "x^2 - x", "sqrt(x)", "1/z"])
def test_a_nonlinear_objective_without_end_is_never_called_solved(body: str) -> None:
    found = optimum(f"maximise f\n  {body}", "x real >= 0", "y real >= 0", "z real >= 0 <= 3")
    assert isinstance(found, Unbounded)


def test_where_no_solver_can_tell_that_it_ends_bounds_are_asked_for() -> None:
    found = optimum("maximise f\n  log(x + 1)", "x real >= 0")
    assert isinstance(found, ModelError)
    assert "'x' has no bounds" in found.message
    assert "bounds" in found.remedy


def test_a_nonlinear_optimum_inside_needs_no_bounds() -> None:
    found = optimum("minimise f\n  x + 4/x", "x real >= 0")
    assert isinstance(found, Solved)
    assert found.objective == pytest.approx(4)


@pytest.mark.parametrize(("body", "best"), [("x^(-1)", -0.25), ("x^(-2)", 1), ("x^(-3)", -1 / 64), ("1/x", -0.25)])
@pytest.mark.parametrize("domain", ["real", "integer"])
def test_a_negative_power_of_a_negative_number_has_its_value(body: str, best: float, domain: str) -> None:
    found = optimum(f"maximise f\n  {body}", f"x {domain} >= -4 <= -1")
    assert isinstance(found, Solved)
    assert found.objective == pytest.approx(best, abs=1e-6)


def test_a_bound_that_solvers_take_for_infinite_is_refused() -> None:
    found = optimum("maximise f\n  x", "x real >= 0 <= 1e300")
    assert isinstance(found, ModelError)
    assert found.remedy == "use larger units"


def test_thousands_of_variables_are_answered_within_the_limits() -> None:
    members = ", ".join(f"a{number}" for number in range(3_000))
    head = f"sets\n  s = {members}\nvariables\n  x[s] {{}}\n"
    chosen = solve(read(head.format("binary") + "constraints\n  a: sum(i in s) x[i] = 77"))
    assert isinstance(chosen, Solved)
    curved = head.format("real >= 0 <= 1") + "maximise f\n  sum(i in s) x[i] * x[i]"
    start = time.process_time()
    solve(read(curved), limits=Limits(1.0))
    assert time.process_time() - start < 4
