"""A program's files become its function, or a fault that says what to change and where."""

import linecache
import random
import sys
from collections.abc import Callable, Iterator

import pytest

from solon.contract import Fault, Program, ProgramFault
from solon.sandbox.loading import forgotten, load

FILES = ("policy.py", "rules.py", "random.py", "a.py")


@pytest.fixture(autouse=True)
def _leave_no_program_behind() -> Iterator[None]:
    with forgotten(Program(files=tuple((file, "") for file in FILES))):
        yield


def python(source: str, **others: str) -> Program:
    files = (("policy.py", source), *((f"{name}.py", text) for name, text in others.items()))
    return Program(files=files)


def returning(expression: str) -> str:
    return f"def policy():\n    return {expression}\n"


def fault_of(program: Program, load: Callable[..., object] = load) -> Fault:
    with pytest.raises(ProgramFault) as caught:
        load(program)
    return caught.value.fault


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("def policy()\n    return 7\n", 1),
        ("x = 1\n\ndef policy():\nreturn 7\n", 4),
        ("return 7", 1),
    ],
)
def test_a_program_that_does_not_compile_is_told_where(source: str, line: int) -> None:
    fault = fault_of(python(source))
    assert fault.kind == "syntax"
    assert fault.message.startswith(f"The file policy.py is not valid Python in line {line}: ")
    assert fault.message.endswith(".")
    assert fault.remedy == f"Correct line {line} of policy.py."
    assert f'File "policy.py", line {line}' in fault.traceback
    assert "loading.py" not in fault.traceback


@pytest.mark.parametrize("source", ["x = 1\x00", "x = '\udc80'", "(" * 5000 + ")" * 5000, "-" * 200_000 + "1"])
def test_a_program_that_chokes_the_compiler_is_a_syntax_fault(source: str) -> None:
    fault = fault_of(python(source))
    assert fault.kind == "syntax"
    assert fault.message.startswith("The file policy.py is not valid Python")
    assert fault.remedy.startswith("Correct ")


@pytest.mark.parametrize("error", [SyntaxError("odd"), ValueError("odd"), RecursionError("odd"), MemoryError("odd")])
def test_whatever_the_compiler_raises_is_a_syntax_fault(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def compile_nothing(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("solon.sandbox.loading.compile", compile_nothing, raising=False)
    fault = fault_of(python(returning("7")))
    assert fault.kind == "syntax"
    assert "odd" in fault.message
    assert fault.remedy == "Correct policy.py."


def test_a_mistake_in_another_file_is_found_before_anything_runs() -> None:
    fault = fault_of(python("1 / 0", rules="x = 1\ndef broken(:\n"))
    assert fault.message.startswith("The file rules.py is not valid Python in line 2: ")


def test_files_that_are_no_python_are_left_alone() -> None:
    program = Program(files=(("policy.py", returning("7")), ("notes.txt", "two words")))
    assert load(program)() == 7


@pytest.mark.parametrize(
    ("program", "message", "remedy"),
    [
        (python(""), "The file policy.py defines no function 'policy'.", "Define: def policy(...): ..."),
        (
            python("def polcy(): return 7"),
            "The file policy.py defines no function 'policy'.",
            "Rename 'polcy' to 'policy'.",
        ),
        (
            python("globals()[3] = print"),
            "The file policy.py defines no function 'policy'.",
            "Define: def policy(...): ...",
        ),
        (
            python("policy = 7"),
            "'policy' in policy.py is not a function but 7 of type int.",
            "Define it as: def policy(...): ...",
        ),
        (
            Program(files=(("a.py", ""),), entry="b.py:policy"),
            "The program has no file 'b.py', which its entry point 'b.py:policy' names.",
            "Name one of a.py before the colon.",
        ),
        (
            Program(files=(), entry="b.py:policy"),
            "The program has no file 'b.py', which its entry point 'b.py:policy' names.",
            "Add the file b.py.",
        ),
    ],
)
def test_a_missing_entry_point_is_named_with_a_remedy(program: Program, message: str, remedy: str) -> None:
    assert fault_of(program) == Fault("entry", message, remedy)


def test_a_remedy_shows_the_signature_but_never_a_name_that_the_program_was_given() -> None:
    def given(program: Program) -> object:
        return load(program, {"polcy": print}, signature="env, agent_id")

    assert fault_of(python(""), given).remedy == "Define: def policy(env, agent_id): ..."


@pytest.mark.parametrize(
    "statement",
    [
        "1 / 0",
        "raise SystemExit",
        "raise KeyboardInterrupt",
        "raise GeneratorExit",
        "import no_such_module",
        "(f := lambda: f())()",
        "raise BaseExceptionGroup('many', [SystemExit()])",
        "raise type('Own', (BaseException,), {})",
    ],
)
def test_whatever_loading_raises_is_the_programs_fault(statement: str) -> None:
    fault = fault_of(python(f"{statement}\n{returning('7')}"))
    assert fault.kind == "raised"
    assert fault.message.startswith("Loading policy.py raised ")
    assert fault.message.endswith(".")
    assert statement in fault.traceback
    assert "loading.py" not in fault.traceback


def test_running_out_of_memory_is_left_to_the_worker() -> None:
    with pytest.raises(MemoryError):
        load(python("raise MemoryError"))


def test_a_fault_that_is_raised_while_loading_stays_what_it_is() -> None:
    source = "from solon.contract import Fault, ProgramFault\nraise ProgramFault(Fault('lint', 'ugly'))"
    assert fault_of(python(source)) == Fault("lint", "ugly")


def test_files_import_each_other_by_name_once_and_see_the_same_extra_names() -> None:
    source = "import rules\nfrom rules import action\nimport rules as again\nassert rules is again\n"
    program = python(source + returning("action() + rules.count"), rules=RULES)
    assert load(program, {"STEP": 4})() == 4 + 3 + 1


RULES = """
import math
count = globals().get("count", 0) + 1
def action():
    import policy  # the entry's file, already loaded
    return STEP + int(math.sqrt(9)) + 0 * policy.rules.count
"""


def test_a_file_may_be_imported_as_late_as_in_a_call() -> None:
    assert load(python("def policy():\n    from rules import x\n    return x\n", rules="x = 5"))() == 5


def test_an_error_in_another_file_shows_the_programs_own_frames_only() -> None:
    fault = fault_of(python("import rules  # first", rules="x = 1\nx.y  # second"))
    assert fault.kind == "raised"
    assert [line.strip() for line in fault.traceback.splitlines() if "File" in line or "#" in line] == [
        'File "policy.py", line 1, in <module>',
        "import rules  # first",
        'File "rules.py", line 2, in <module>',
        "x.y  # second",
    ]


def test_a_file_that_failed_is_tried_again_by_the_next_import() -> None:
    source = f"for _ in range(2):\n try: import rules\n except ValueError: tried.append(1)\n{returning('len(tried)')}"
    assert load(python(source, rules="raise ValueError"), {"tried": []})() == 2


def test_a_file_named_like_a_module_of_the_library_wins_for_the_program_alone() -> None:
    policy = load(python("import random\n" + returning("random.choice()"), random="def choice(): return 5"))
    assert policy() == 5
    assert sys.modules["random"] is random
    assert __import__("random") is random


def test_dataclasses_work_in_every_file_with_postponed_annotations_too() -> None:
    plan = "from __future__ import annotations\nfrom dataclasses import dataclass\n"
    plan += "@dataclass\nclass Plan:\n    goal: int = 7\n"
    assert (
        load(python(plan + "from rules import Plan as Other\n" + returning("Plan().goal + Other().goal"), rules=plan))()
        == 14
    )


def test_programs_share_neither_globals_nor_modules() -> None:
    program = python(
        "import rules\ncalls = []\n" + returning("calls.append(1) or rules.count(calls)"), rules="count = len"
    )
    assert [load(program)() for _ in range(2)] == [1, 1]


def test_a_program_can_be_forgotten_down_to_its_source_lines() -> None:
    program = python("import a\n" + returning("7"), a="x = 1")
    modules, lines = dict(sys.modules), dict(linecache.cache)
    with forgotten(program):
        load(program)
        assert {"program", "program.a"} <= sys.modules.keys()
        assert linecache.getline("a.py", 1) == "x = 1"
    assert sys.modules == modules
    assert linecache.cache == lines
