"""The text of a problem reads back as the problem, and what is no problem is told where and why."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from solon.verify.formal.check import check
from solon.verify.formal.expression import Arithmetic, Compare, Logic, Number, Reference
from solon.verify.formal.model import Decision, Formal, Objective, Rule, Sort, Table
from solon.verify.formal.text import LANGUAGE, TextError, language, read, write
from verify.formal.problems import problems

WORD = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters=","), min_size=1, max_size=8)
TEXT = st.text(max_size=12)
NUMBER = st.floats(allow_nan=False, allow_infinity=False)


@settings(max_examples=150)
@given(problem=problems(partial=True))
def test_reading_what_was_written_gives_the_same_problem(problem):
    assert read(write(problem)) == problem
    assert check(problem) == ()
    assert LANGUAGE.complaint(write(problem)) is None


@st.composite
def headers(draw):
    """A problem with any names, texts and attributes."""
    names = st.lists(WORD, min_size=6, max_size=6, unique=True)
    sort, one, two, table, decision, rule = draw(names)
    sorts = (Sort(sort, (one, two), draw(TEXT)),)
    cells = {one: draw(NUMBER), two: draw(NUMBER)}
    tables = (
        Table(
            table,
            (sort,),
            cells,
            draw(st.none() | NUMBER),
            draw(TEXT),
            draw(TEXT),
            draw(st.sampled_from(["text", "database", "derived"])),
        ),
        Table(f"{table}2", (sort, sort), {f"{one},{two}": draw(NUMBER)}),
    )
    domain = draw(st.sampled_from(["bool", "int", "real", "enum"]))
    choices = sort if domain == "enum" else ""
    low, high = draw(st.none() | NUMBER), draw(st.none() | NUMBER)
    decisions = (Decision(decision, (sort,), domain, low, high, choices, draw(TEXT), draw(TEXT)),)
    body = Compare("<=", Arithmetic("*", (Number(draw(NUMBER)), Reference(table))), Reference(decision))
    origin = draw(st.sampled_from(["stated", "implied", "linking"]))
    rules = (
        Rule(rule, body, draw(TEXT), draw(TEXT), draw(TEXT), origin, draw(st.none() | NUMBER), draw(st.booleans())),
    )
    objective = draw(
        st.none() | st.builds(Objective, WORD, st.sampled_from(["minimise", "maximise"]), st.just(body), TEXT)
    )
    return Formal(draw(TEXT), sorts, tables, decisions, rules, objective)


@settings(max_examples=150)
@given(problem=headers())
def test_names_texts_and_attributes_survive_whatever_they_are(problem):
    assert read(write(problem)) == problem


@settings(max_examples=200)
@given(text=st.text(max_size=60) | st.text("setvarixo ()[]+-*/^<=:,.#'\"\n12", max_size=80))
def test_a_complaint_never_raises(text):
    complaint = LANGUAGE.complaint(text)
    assert complaint is None or complaint.startswith("is not a formal model (line ")


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("make <= 3", 1, 1, "expected a section such as 'sets' or 'variables', found 'make'"),
        ("sets\n  a = b c", 2, 9, "expected the end of the entry"),
        ("variables\n  x integer >= y", 2, 16, "expected a number after '>=', found 'y'"),
        ("variables\n  x whole", 2, 5, "expected real, integer, binary or 'one of' a set"),
        ("constraints\n  a: (x + 1", 2, 12, "expected ')' to close the parenthesis, found the end"),
        ("constraints\n  a: x +\n    * y", 3, 5, "expected a name, a number or '(', found '*'"),
        ("constraints\n  a: x <= max", 2, 14, "expected '(' after max, found the end"),
        ("parameters\n  max = 3", 2, 3, "'max', which is a word of the language; write 'max' in quotes or rename it"),
        ("parameters\n  a[s] = x: 1, x: 2", 2, 16, "expected one value for 'x', found a second"),
        ('constraints\n  a "x: 3', 2, 5, "expected a closing quote"),
        ("constraints\n  a: x ? 3", 2, 8, "expected a name, a number or an operator, found '?'"),
        ("sets\n  t = 7am", 2, 7, "quote a name as '7am'"),
        ("minimise a\n  x\nmaximise b\n  x", 3, 1, "expected only one objective"),
        ("constraints\n  a: " + "(" * 99, 2, 38, "expected at most 32 nested parentheses"),
    ],
)
def test_an_error_names_line_column_and_what_was_expected(text, line, column, message):
    with pytest.raises(TextError) as caught:
        read(text)
    assert (caught.value.line, caught.value.column) == (line, column), str(caught.value)
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("x ≤ 3", "x <= 3"),
        ("x == 20%", "x = 0.2"),
        ("0 <= x <= 5", "0 <= x and x <= 5"),
        ("each(p in s) x <= 5", "forall(p in s) x <= 5"),
        ("x <= # a comment\n      5", "x <= 5"),
        ("(((x))) <= 5", "x <= 5"),
        ("true or false", "1 or 0"),
    ],
)
def test_there_are_kind_ways_to_write_the_same(written, plain):
    assert read(f"constraints\n  a: {written}") == read(f"constraints\n  a: {plain}")


def test_operators_bind_as_in_mathematics():
    (rule,) = read("constraints\n  a: not x > 1 + 2 * y ^ 2 and b or c implies d").rules
    assert isinstance(rule.body, Logic)
    assert rule.body.operator == "implies"
    same = read("constraints\n  a: (((not (x > (1 + (2 * (y ^ 2))))) and b) or c) implies d").rules[0]
    assert rule == same


def test_at_is_a_name_unless_it_counts():
    problem = read("variables\n  at binary\nconstraints\n  a: at most 1 of (at, at) or at")
    assert check(problem) == ()
    assert read(write(problem)) == problem


def test_flat_text_without_indentation_and_american_spelling_are_read():
    flat = "sets:\np = a, b\nvariables\nx[p] integer >= 0, <= 4\nmaximize gain:\nx[a]\nconstraints:\nr: x[a] <= 3"
    problem = read(flat)
    assert problem.objective.sense == "maximise"
    assert problem.decisions[0].high == 4.0
    assert read(write(problem)) == problem


def test_long_entries_are_broken_and_read_again():
    members = tuple(f"member number {number}" for number in range(60))
    problem = Formal("", (Sort("s", members),), (Table("t", ("s",), dict.fromkeys(members, 1.0)),))
    assert max(map(len, write(problem).splitlines())) <= 104
    assert read(write(problem)) == problem
    named = replace(problem, sorts=(Sort("s", ("sets", "maximise", "problem", "constraints")),), tables=())
    assert read(write(named)) == named


def test_the_language_names_its_kind_and_entry():
    assert (LANGUAGE.kind, language("smt").kind, LANGUAGE.entry) == ("milp", "smt", "model.txt:model")
    assert LANGUAGE.complaint("x") == (
        "is not a formal model (line 1, column 1: expected a section such as 'sets' or 'variables', found 'x')"
    )


def test_sections_in_capitals_and_subject_to_are_understood():
    text = "Variables\n  x real >= 1\nMaximize Profit\n  -x\nSubject To:\n  limit: x >= 2"
    found = read(text)
    assert (found.objective.sense, found.objective.name) == ("maximise", "Profit")
    assert [rule.name for rule in found.rules] == ["limit"]
    odd = Formal("", decisions=(Decision("Maximise", (), "real", 0, 1), Decision("Sets", (), "real", 0, 1)))
    assert read(write(odd)) == odd
