import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from propose.samples import Plain, program
from solon.contract import Ask, Candidate, Program
from solon.propose import Polish, check_proposer, sketch_of
from solon.sketch import HoleValue

RICH = '''"""Docstring with 3 and 4.5 in it."""
# A comment — with 7 and ünïcödé.
import numpy as np

STAND = 7
WEIGHTS = (0.25, -1.5, 2e-3)
TABLE = {3: 4.0, "near": 12}
LIMIT: int = 5  # the limit
ZERO, ONE, FLAG = 0, 1, True
SHIFT = 1_000


def policy(env, agent_id, patience=3.5, *, reach=6):
    """Wait 9 steps."""
    label = "é"; gap = 2.5  # after two-byte characters
    if env.timeouts[2] > 4 or len(env.alive) % 3 == 2:
        return STAND
    for step in range(10):
        gap += step * 0.125 - max(3, step) / 8
    row = [0] * 20
    best = min(row, key=lambda item: item * 1.75)
    text = f"{gap:.3f} {best + 2}"
    near = (patience
            + 2.25 * WEIGHTS[0]) if reach >= 3 else -4.0
    gap //= 3
    gap -= SHIFT
    return 8 if near ** 2 > LIMIT and gap != 6 else int(near)
'''

TUNED = {
    *("0.25", "1.5", "2e-3", "4.0", "12", "5", "1_000", "3.5", "6", "2.5", "4", "0.125", "3", "8", "1.75", "2.25"),
    *("3", "4.0"),
}


def spelt(subject: Program) -> list[str]:
    """Return the source text of every hole, by the position that its name gives."""
    found: list[str] = []
    for hole in sketch_of(subject).holes:
        _, line, column = hole.name.split(":")
        for node in ast.walk(ast.parse(subject.source)):
            place = (getattr(node, "lineno", 0), getattr(node, "col_offset", -1))
            if isinstance(node, ast.Constant) and place == (int(line), int(column) - 1):
                found.append(ast.get_source_segment(subject.source, node) or "")
    return found


def test_thresholds_and_weights_are_tunable_and_codes_indices_and_formats_are_not() -> None:
    found = spelt(program(RICH))
    assert set(found) == TUNED
    assert len(found) == 18


@pytest.mark.parametrize(
    "line",
    [
        "x = y[3]",
        "x = y[2:5]",
        "for x in range(3, 9): pass",
        "x = y == 5",
        "x = y % 4 + z",
        "x = y // 4",
        "x = y ** 2",
        "x = y << 3",
        "x = [None] * 30",
        "x = '-' * 30",
        "x = f'{y:5}{3}'",
        "x = True",
        "x = 0",
        "x = 1",
        "x = 0.0",
        "x = 5j",
        "x = open(y, 4)",
        "x = numpy.zeros((3, 4))",
        "x = y.index(5)",
        "x: Array[3] = y",
        "x = {3: y}",
        "x = 1e300",
        "x = 10**30",
        "def f() -> T[4]: return 8",
        "@cache(5)\ndef f(x: T[3]): return x",
        "class C(B, size=4): pass",
        "match y:\n    case 4: pass",
        "ACTION = 5\ndef f(): return ACTION",
        "ACTION = 5\nx = y == ACTION",
        "ACTION = 5\nx = [ACTION] * y",
        "x = (4 + y * 6) // z",
        "SIZE = 5\nfor x in range(SIZE): pass",
        "INDEX = 5\nx = y[INDEX]",
        "x = 3if y else z",
    ],
)
def test_what_is_no_threshold_is_left_alone(line: str) -> None:
    with pytest.raises(ValueError, match="no constants to polish"):
        sketch_of(program(f"y = z = None\n{line}\n"))


def test_the_defaults_give_the_same_bytes() -> None:
    for source in (RICH, RICH.replace("\n", "\r\n"), "x = 0x1F + 2.50 # odd spelling"):
        sketch = sketch_of(program(source))
        assert sketch.render({hole.name: hole.default for hole in sketch.holes}) == program(source)


@given(st.data(), st.sampled_from([RICH, RICH.replace("\n", "\r\n"), "x=(2.5)*-3.5;y=4<x<9.5#end"]))
@settings(max_examples=60, deadline=None)
def test_any_filling_parses_and_differs_in_the_chosen_literals_only(data: st.DataObject, source: str) -> None:
    sketch = sketch_of(program(source))
    values: dict[str, HoleValue] = {}
    for hole in sketch.holes:
        inside = st.integers(int(hole.low), int(hole.high)) if hole.integer else st.floats(hole.low, hole.high)
        values[hole.name] = data.draw(st.one_of(st.just(hole.default), inside))
    rendered = sketch.render(values)
    assert skeleton(rendered.source) == skeleton(source)
    expected = sorted(float(value) for value in values.values())
    assert [float(h.default) for h in sketch_of(rendered).holes] or not expected
    originals = constants(source)
    changed = [(old, new) for old, new in zip(originals, constants(rendered.source), strict=True) if old != new]
    assert len(changed) <= sum(values[hole.name] != hole.default for hole in sketch.holes)
    for _, new in changed:
        assert any(new == pytest.approx(float(value), rel=1e-5) for value in values.values())


def skeleton(source: str) -> list[str]:
    """Return the text around the numbers, so that only a number's spelling can differ."""
    import io
    import tokenize

    tokens = tokenize.generate_tokens(io.StringIO(source, newline="").readline)
    return ["#" if token.type == tokenize.NUMBER else token.string for token in tokens]


def constants(source: str) -> list[float]:
    return [
        float(node.value)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float)
    ]


def test_ranges_reach_from_a_third_to_three_times_and_two_either_way() -> None:
    holes = {hole.default: hole for hole in sketch_of(program("x = 0.6 + 2 - 9\ny = x / 2.5\nz = x / 3\n")).holes}
    assert (holes[0.6].low, holes[0.6].high) == pytest.approx((0.2, 1.8))
    assert (holes[2].low, holes[2].high, holes[2].integer) == (0, 6, True)
    assert (holes[9].low, holes[9].high) == (3, 27)
    assert holes[3].low == 1, "a divisor never becomes zero"


def test_the_first_proposal_is_the_program_itself_and_the_rest_are_variations() -> None:
    original = program(RICH)
    proposals = Polish(original).propose(Plain(), (), Ask(6, 1), 5)
    assert proposals[0].program == original
    assert len({proposal.program.digest for proposal in proposals}) == 6
    history = [Candidate(n, proposal, 0, scores=(float(n),)) for n, proposal in enumerate(proposals)]
    assert all(
        5 in proposal.parents or proposal.parents
        for proposal in Polish(original).propose(Plain(), history, Ask(6, 1), 6)
    )


def test_every_python_file_of_a_program_is_polished_and_others_are_kept() -> None:
    files = (
        ("policy.py", "from aid import LIMIT\nSLACK = 1.5 + LIMIT\n"),
        ("aid.py", "LIMIT = 8\n"),
        ("notes.txt", "a = 5"),
    )
    sketch = sketch_of(Program(files))
    assert [hole.name for hole in sketch.holes] == ["policy.py:2:9", "aid.py:1:9"]
    rendered = dict(sketch.render({"policy.py:2:9": 2.0, "aid.py:1:9": 11}).files)
    assert rendered == {
        "policy.py": "from aid import LIMIT\nSLACK = 2.0 + LIMIT\n",
        "aid.py": "LIMIT = 11\n",
        "notes.txt": "a = 5",
    }


def test_polish_keeps_the_rules_of_proposers() -> None:
    check_proposer(lambda: Polish(program(RICH)), Plain())


@pytest.mark.parametrize(("source", "message"), [("x = (", "not valid Python"), ("x = 1\n", "no constants")])
def test_what_cannot_be_polished_is_refused_in_one_sentence(source: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Polish(program(source))
