"""The three back ends agree with each other and with trying everything; what they cannot take they refuse by name."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solon.contract import InfrastructureError
from solon.verify.formal import backends
from solon.verify.formal.interpret import interpret
from solon.verify.formal.model import Infeasible, ModelError, OutOfTime, Solved, Unbounded
from solon.verify.formal.solve import solve
from solon.verify.formal.text import read
from solon.verify.limited import Limits, MissingSolver
from verify.formal.problems import feasible, problems, solutions, worth

EVERY = ["smt", "milp", "nonlinear"]


def best(problem):
    """The optimum by trying everything: (is there a solution, its worth)."""
    found = [worth(problem, values) for values in solutions(problem) if feasible(problem, values)]
    if not found or found[0] is None:
        return bool(found), None
    lowest = problem.objective is None or problem.objective.sense == "minimise"
    return True, float(min(found) if lowest else max(found))


@pytest.mark.parametrize("backend", EVERY)
@pytest.mark.parametrize("partial", [False, True])
@settings(max_examples=25)
@given(data=st.data())
def test_a_back_end_finds_what_trying_everything_finds(backend, partial, data):
    problem = data.draw(problems(partial=partial))
    result = solve(problem, backend=backend)
    solvable, value = best(problem)
    if isinstance(result, ModelError):
        assert backend != "smt" or "divides by zero" in result.message, result
        return
    assert isinstance(result, Solved if solvable else Infeasible), result
    if isinstance(result, Solved):
        assert feasible(problem, result.values)
        assert result.objective == value or result.objective == pytest.approx(value, abs=1e-6, rel=1e-6)
        assert interpret(problem, result.values).accepted


def mixed(seed):
    """A random linear problem of real and whole variables with a condition, as text."""
    rng = random.Random(seed)
    names = ["x", "y", "z", "k"][: rng.randint(2, 4)]
    domains = {name: "integer" if name == "k" or rng.random() < 0.3 else "real" for name in names}

    def total():
        return " + ".join(f"{rng.randint(-5, 9)} * {name}" for name in names)

    lines = [
        "variables",
        "  b binary",
        *(f"  {name} {domains[name]} >= {rng.randint(-3, 0)} <= 12.5" for name in names),
    ]
    lines += [f"{rng.choice(['minimise', 'maximise'])} goal", f"  {total()} - {rng.randint(0, 9)} * b", "constraints"]
    lines += [
        f"  r{n}: {total()} {rng.choice(['<=', '<=', '>='])} {rng.randint(-9, 40)}" for n in range(rng.randint(1, 3))
    ]
    lines += [f"  c: b implies {total()} <= {rng.randint(0, 20)}", f"  d: max({names[0]}, {names[1]}) <= 7 or b"]
    lines += [f"  e: abs({names[0]} - {names[1]}) >= 0.5 * floor({names[0]})"] if domains[names[0]] == "integer" else []
    return read("\n".join(lines))


@settings(max_examples=30)
@given(seed=st.integers(0, 10**6))
def test_the_back_ends_agree_on_real_numbers_within_one_in_a_million(seed):
    problem = mixed(seed)
    results = [solve(problem, backend=backend) for backend in EVERY]
    assert len({type(result) for result in results}) == 1, results
    if isinstance(results[0], Solved):
        for result in results[1:]:
            assert result.objective == pytest.approx(results[0].objective, rel=1e-6, abs=1e-6)


def test_an_optimum_that_the_optimiser_of_z3_misses_is_found():
    """Z3 5.4's own optimiser says that this comes close to 92, where b = 0, x = 4, y = 7, z = 12.5 is worth 93."""
    problem = read(
        "variables\n  b binary\n  x integer >= -2 <= 12.5\n  y real >= -1 <= 12.5\n  z real >= -3 <= 12.5\n"
        "maximise goal\n  3 * x + 8 * y + 2 * z - 7 * b\nconstraints\n  r0: -1 * x + 7 * y + 6 * z >= 2\n"
        "  c: b implies 8 * x + 8 * y + 8 * z <= 17\n  d: max(x, y) <= 7 or b\n  e: abs(x - y) >= 0.5 * floor(x)"
    )
    assert [solve(problem, backend=backend).objective for backend in EVERY] == pytest.approx([93.0] * 3)


def test_a_convex_quadratic_goes_to_highs_and_any_other_to_scip():
    convex = "variables\n  x real >= 0 <= 9\n  y real >= 0 <= 9\nminimise c\n  (x - 3) ^ 2 + x * y + y * y - 4 * y\n"
    rules = "constraints\n  r: x + y >= 1"
    one, two = (solve(read(convex + rules), backend=backend) for backend in ("milp", "nonlinear"))
    assert one.objective == pytest.approx(two.objective, abs=1e-5)
    saddle = read(
        "variables\n  x real >= 0 <= 9\n  y real >= 0 <= 9\nmaximise c\n  x * y - x\nconstraints\n  r: x + y <= 7"
    )
    assert "not convex" in solve(saddle, backend="milp").message
    assert solve(saddle).objective == pytest.approx(9.0, abs=1e-5)


def test_a_can_of_a_given_volume_needs_the_least_tin():
    can = read(
        "variables\n  r real >= 0.1 <= 20\n  h real >= 0.1 <= 20\nminimise tin\n  2 * 3.14159265359 * r * (r + h)\n"
        "constraints\n  volume: 3.14159265359 * r ^ 2 * h >= 100"
    )
    result = solve(can)
    assert result.objective == pytest.approx(119.265421, rel=1e-6)  # three times the cube root of 2 pi 100^2
    assert solve(can) == result


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("minimise c\n  exp(x) - 2 * x", 2 - 2 * 0.6931471806),
        ("maximise c\n  log(x + 1) - 0.25 * x", 1.3862943611 - 0.75),
        ("maximise c\n  sqrt(x) - 0.25 * x", 1.0),
        ("maximise c\n  x / (x * x + 4)", 0.25),
    ],
)
def test_curved_objectives_have_their_known_optima(text, value):
    result = solve(read(f"variables\n  x real >= 0 <= 9\n{text}"))
    assert isinstance(result, Solved)
    assert result.objective == pytest.approx(value, abs=1e-5)


@pytest.mark.parametrize("backend", EVERY)
def test_unbounded_infeasible_and_empty_problems_are_results(backend):
    assert solve(read("variables\n  x real >= 0\nmaximise c\n  x"), backend=backend) == Unbounded("c")
    assert solve(read("variables\n  x integer >= 0\nmaximise c\n  2 * x"), backend=backend) == Unbounded("c")
    contradiction = read("variables\n  x real\nmaximise c\n  x\nconstraints\n  a: x <= 1\n  b: x >= 2")
    assert isinstance(solve(contradiction, backend=backend), Infeasible)
    assert solve(contradiction, backend=backend, without=("b",)).objective == 1.0
    assert solve(contradiction, backend=backend, core=True) == Infeasible(("a", "b"), minimal=True)
    assert isinstance(solve(read("constraints\n  a: 1 <= 2"), backend=backend), Solved)
    assert isinstance(solve(read("constraints\n  a: 2 <= 1"), backend=backend), Infeasible)
    assert isinstance(solve(read("variables\n  k integer >= 0.2 <= 0.8"), backend=backend), Infeasible)


@pytest.mark.parametrize("backend", ["auto", "smt", "nonlinear"])
@pytest.mark.parametrize("goal", ["minimise c\n  1 / (x + 1)", "maximise c\n  x / (x + 1)"])
def test_a_best_value_that_is_only_approached_far_out_is_refused(backend, goal):
    result = solve(read(f"variables\n  x real >= 0\n{goal}"), backend=backend)
    assert isinstance(result, ModelError)
    assert "no best value" in result.message
    assert "while 'x' has no bounds" in result.message
    bounded = solve(read(f"variables\n  x real >= 0 <= 9\n{goal}"), backend=backend)
    assert bounded.values["x"][""] == pytest.approx(9.0)


def test_an_irrational_best_value_of_a_variable_without_bounds_is_enclosed():
    problem = read("variables\n  x real\nmaximise c\n  x\nconstraints\n  a: x * x <= 2")
    assert solve(problem, backend="smt").objective == pytest.approx(2**0.5)


@pytest.mark.parametrize("backend", EVERY)
def test_a_strict_inequality_is_shifted_over_whole_numbers(backend):
    problem = read("variables\n  k integer >= 0 <= 9\nmaximise c\n  k\nconstraints\n  a: 2 * k < 8\n  b: k != 3")
    assert solve(problem, backend=backend).objective == 2.0


def test_a_strict_inequality_of_real_numbers_is_for_the_smt_solver_alone():
    strict = "variables\n  x real >= 0 <= 9\n{}constraints\n  a: x < 4\n  b: x > 3"
    for backend in ("milp", "nonlinear"):
        refused = solve(read(strict.format("")), backend=backend)
        assert refused == ModelError(
            "a",
            "'a' needs a strict inequality of real numbers, which only the SMT solver takes",
            "write <= or >=, or let the variable be whole",
        )
    assert 3 < solve(read(strict.format(""))).values["x"][""] < 4
    refused = solve(read(strict.format("maximise c\n  x\n")))
    assert refused.message == "'c' comes ever closer to 4 and never reaches it"


def test_a_condition_needs_bounds_from_which_its_constant_follows():
    text = "variables\n  b binary\n  x real >= 0\nmaximise c\n  x - 5 * b\nconstraints\n  a: b implies x <= 4\n  d: {}"
    refused = solve(read(text.format("b or x <= 2")), backend="milp")
    assert refused.message == "'a' needs bounds: x may be as large as it likes"
    assert solve(read(text.format("x <= 3")), backend="milp").objective == 3.0  # a rule that bounds is a bound
    assert solve(read(text.format("b or x <= 2"))).objective == 2.0


def test_a_soft_rule_costs_its_weight_where_it_is_broken():
    text = "variables\n  x integer >= 0 <= 9\nmaximise c\n  x\nconstraints\n  a (weight {}): x <= 3"
    for backend in EVERY:
        assert solve(read(text.format(2)), backend=backend).objective == 7.0
        assert solve(read(text.format(8)), backend=backend).objective == 3.0


def test_a_faulty_problem_is_an_error_of_its_rule():
    assert solve(read("variables\n  x real\nconstraints\n  a: y <= 1")).rule == "a"
    missing = read("sets\n  s = p, q\nparameters\n  t[s] = p: 1\nconstraints\n  a: sum(i in s) t[i] <= 1")
    assert solve(missing).message == "'t' has no value for 'q'"
    assert solve(read("parameters\n  t = 0\nconstraints\n  a: 1 / t <= 1")).message == "'a' divides by zero"


@pytest.mark.parametrize("backend", ["smt", "nonlinear"])
def test_a_search_without_end_is_out_of_time(backend):
    fermat = read(
        "variables\n  x integer >= 1 <= 90000\n  y integer >= 1 <= 90000\n  z integer >= 1 <= 90000\n"
        "constraints\n  a: x ^ 3 + y ^ 3 = z ^ 3"
    )
    assert isinstance(solve(fermat, backend=backend, limits=Limits(seconds=0.5)), OutOfTime)


@pytest.mark.parametrize("lie", ["breaks a rule", "proved a bound"])
def test_a_solver_that_lies_is_the_machinerys_fault(monkeypatch, lie):
    problem = read("variables\n  x integer >= 0 <= 9\nmaximise c\n  x\nconstraints\n  a: x <= 3")
    answer = backends.asked("milp", *_asked(problem))

    def lying(*_, **__):
        values = (4.0,) if lie == "breaks a rule" else (2.0,)
        return type(answer)("solved", values, bound=3.0, proved=True)

    monkeypatch.setattr(backends, "asked", lying)
    with pytest.raises(InfrastructureError, match=lie):
        solve(problem)


def _asked(problem):
    from solon.verify.formal.ground import ground

    return ground(problem), Limits()


def test_a_missing_solver_is_named_with_the_command_that_installs_it(monkeypatch):
    monkeypatch.setattr("solon.verify.limited.importlib.util.find_spec", lambda _: None)
    with pytest.raises(MissingSolver, match=r"HiGHS is not installed; run: pip install 'solon\[planning\]'"):
        solve(read("variables\n  x real >= 0\nminimise c\n  x"))


@pytest.mark.parametrize("backend", ["smt", "nonlinear"])
def test_a_divisor_that_can_only_be_zero_leaves_no_solution(backend):
    problem = read("variables\n  x integer >= 0 <= 0\nconstraints\n  a: 1 / x >= 1")
    assert isinstance(solve(problem, backend=backend), Infeasible)


def test_the_same_question_has_the_same_answer():
    for seed in range(2):
        problem = mixed(seed)
        for backend in EVERY:
            assert solve(problem, backend=backend) == solve(problem, backend=backend)
