"""The general guest, and how programs are loaded."""

import json
import random
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.bench import Bench, program
from solon.contract import Program, ProgramFault
from solon.sandbox import LocalJail, wire
from solon.sandbox.call import GUEST, call

SORT = "def main(items):\n return sorted(items)"
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


def test_a_function_is_called_with_arguments_and_returns_its_result(anywhere: Bench) -> None:
    assert anywhere.run(SORT, [3, 1, 2]) == [1, 2, 3]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=values)
def test_json_values_survive_the_way_there_and_back(bench: Bench, value: object) -> None:
    assert bench.run("def main(value): return value", value) == json.loads(json.dumps(value))


@pytest.mark.parametrize("size", [70_000, 3_000_000])
def test_questions_and_answers_may_be_larger_than_a_pipe(bench: Bench, size: int) -> None:
    assert bench.run("def main(text): return text", "x" * size) == "x" * size


@pytest.mark.parametrize(
    "result",
    [
        "float('nan')",
        "[float('inf')]",
        "{1, 2}",
        "object()",
        "b'x'",
        "'\\ud800'",
        "__import__('numpy').int64(1)",
        "deep()",
    ],
)
def test_results_that_are_no_json_are_output_faults(bench: Bench, result: str) -> None:
    source = f"def deep():\n x = []\n for _ in range(10**5): x = [x]\n return x\ndef main(): return {result}"
    fault = bench.fault(source)
    assert fault.kind == "output"
    assert fault.remedy


def test_an_oversized_result_is_an_output_fault(bench: Bench) -> None:
    assert bench.fault(f"def main(): return 'x' * {wire.REPLY_BYTES}").kind == "output"


def test_a_forged_result_that_is_no_json_is_an_output_fault(bench: Bench) -> None:
    source = "import solon.sandbox.call as guest\nguest._encode = lambda result: b'NaN'\ndef main(): return 1"
    assert bench.fault(source).kind == "output"


def test_what_a_function_raises_comes_with_its_traceback_and_source_lines(anywhere: Bench) -> None:
    fault = anywhere.fault("def main():\n answer = {}\n return answer['missing']  # here")
    assert fault.kind == "raised"
    assert "KeyError" in fault.message
    assert "return answer['missing']  # here" in fault.traceback
    assert "sandbox" not in fault.traceback
    assert fault.step == 0


@pytest.mark.parametrize(
    ("source", "kind", "words"),
    [
        ("def main(:", "syntax", "line 1"),
        ("def other(): pass", "entry", "'main'"),
        ("main = 3", "entry", "'main'"),
        ("x = 1\nx.y", "raised", "AttributeError"),
        ("raise SystemExit", "raised", "SystemExit"),
        ("raise KeyboardInterrupt", "raised", "KeyboardInterrupt"),
        ("class E(Exception):\n def __str__(self): raise self\nraise E", "raised", "cannot be shown"),
        ("class E(BaseException): pass\nraise E", "raised", "E"),
        ("def f(): f()\nf()", "raised", "RecursionError"),
        ("raise MemoryError", "memory", "memory"),
        ("x = '\\x00'\x00", "syntax", "null"),
    ],
)
def test_programs_that_cannot_be_loaded_say_why(anywhere: Bench, source: str, kind: str, words: str) -> None:
    fault = anywhere.fault(source)
    assert fault.kind == kind
    assert words in fault.message


def test_a_program_without_its_entry_file_says_so(bench: Bench) -> None:
    with pytest.raises(ProgramFault) as caught, bench.jail.open(Program(files=(), entry="a.py:f"), GUEST, b"", b""):
        pass
    assert caught.value.fault.kind == "entry"


def test_a_program_may_have_several_files(anywhere: Bench) -> None:
    files = (
        ("program.py", "from helper import twice\ndef main(x): return twice(x)"),
        ("helper.py", "def twice(x): return 2 * x"),
    )
    with anywhere.jail.open(Program(files=files, entry="program.py:main"), GUEST, b"", b"") as worker:
        assert call(worker, 21) == 42


@pytest.mark.parametrize(
    "source",
    [
        "import numpy as np\ndef main(): return float(np.linalg.det(np.eye(3)) + 0 * np.random.rand())",
        "import heapq, collections, statistics, re, dataclasses, bisect\ndef main(): return 1.0",
        "from dataclasses import dataclass\n@dataclass\nclass P:\n x: int = 1\ndef main(): return float(P().x)",
        "import numpy as np\ndef main(): return float((np.ones((300, 300)) @ np.ones((300, 300))).mean() / 300)",
        "import traceback\ndef main():\n try: 1 / 0\n except Exception: return float(bool(traceback.format_exc()))",
    ],
)
def test_honest_programs_find_what_they_need_inside(bench: Bench, source: str) -> None:
    assert bench.run(source) == pytest.approx(1.0)


def test_isolation_none_gives_the_same_answers_and_faults_and_keeps_the_runners_generators() -> None:
    random.seed(5)
    expected = random.random()
    random.seed(5)
    with LocalJail("none") as jail:
        with jail.open(program(SORT), GUEST, b"", b"") as worker:
            assert call(worker, [2, 1]) == [1, 2]
            with pytest.raises(ProgramFault) as caught:
                worker.ask(b"[[1]]", 1)
            assert caught.value.fault.kind == "protocol"
        files = (("program.py", "import json\ndef main(): return json.mine"), ("json.py", "mine = 5"))
        with jail.open(Program(files=files, entry="program.py:main"), GUEST, b"", b"") as worker:
            assert call(worker) == 5
            assert {"program", "program.json"} <= sys.modules.keys()
            assert sys.modules["json"] is json
        assert "program" not in sys.modules
        assert "program.json" not in sys.modules
        assert sys.modules["json"] is json
        for source, kind in (("def main(:", "syntax"), ("raise ValueError", "raised"), ("raise SystemExit", "raised")):
            with pytest.raises(ProgramFault) as caught, jail.open(program(source), GUEST, b"", b""):
                pass
            assert caught.value.fault.kind == kind
    assert random.random() == expected


def test_the_step_of_a_fault_counts_from_zero_and_there_is_none_before_play(anywhere: Bench) -> None:
    assert anywhere.fault("def main(:\n").step is None
    assert anywhere.fault("def main(): return 1 / 0").step == 0
