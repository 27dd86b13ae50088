"""What a proposer offers is checked before any of it becomes a file."""

from pathlib import Path

import pytest

import solon
from counting import Counting, start
from solon.contract import Fault, Program, ProgramFault, Proposal
from solon.engine import check_program, early_fault, writable
from toys import Sorting

SOURCE = "def policy(env, agent_id):\n    return 7\n"


def program(*names: str, source: str = SOURCE, entry: str = "policy.py:policy") -> Program:
    return Program(files=(("policy.py", source), *((name, "x = 1\n") for name in names)), entry=entry)


def test_plain_programs_pass() -> None:
    check_program(program())
    check_program(program("helpers/a.py", "helpers/b.py", "notes.txt", "part.py", "runs/run.py"))


@pytest.mark.parametrize(
    ("names", "hint"),
    [
        (("a", "a/b"), "a file and the folder"),
        (("a/b/c", "a/b"), "a file and the folder"),
        (("policy.py/x",), "a file and the folder"),
        (("policy.py.part",), "no plain"),
        (("a.part/b.py",), "no plain"),
        (("run.py",), "no plain"),
        (("run.py/x.py",), "no plain"),
        (("../x.py",), "no plain"),
        (("a//b.py",), "no plain"),
        (("x" * 101,), "101 characters"),
        (("x.py", "x.py"), "two files"),
        (tuple(f"f{number}.py" for number in range(64)), "65 files"),
        (("\ud800.py",), "no plain"),
    ],
)
def test_names_that_could_collide_or_climb_are_faults(names: tuple[str, ...], hint: str) -> None:
    with pytest.raises(ProgramFault, match=hint) as raised:
        check_program(program(*names))
    assert raised.value.fault.kind == "entry"
    assert raised.value.fault.remedy


def test_the_size_of_all_files_together_is_limited() -> None:
    half = "#" * 600_000
    with pytest.raises(ProgramFault, match="1200006 bytes"):
        check_program(Program(files=(("policy.py", half), ("a.py", half), ("b.py", "x = 1\n"))))


def test_a_text_that_is_no_unicode_is_a_fault() -> None:
    with pytest.raises(ProgramFault, match="lone surrogate") as raised:
        check_program(program(source="x = '\ud800'\n"))
    assert raised.value.fault.kind == "syntax"


def test_a_text_that_is_no_unicode_is_written_down_as_a_rejection(tmp_path: Path) -> None:
    class Broken(Counting):
        def propose(self, task, history, ask, entropy):
            return [Proposal(program(source="x = '\ud800'\n"))]

    run = start(tmp_path / "run")
    run.proposer = Broken()
    card = run.finish()
    assert card.winner is None
    fault = run.state.candidates[0].fault
    assert fault is not None
    assert "lone surrogate" in fault.message
    assert "\\ud800" in writable(program(source="x = '\ud800'\n")).source
    evaluation = solon.evaluate(Sorting(), program(source="x = '\ud800'\n"), workers=1)
    assert evaluation.outcome == "invalid"


class Quoting(Sorting):
    """A task whose complaint quotes what the program holds."""

    def lint(self, program: Program) -> Fault | None:
        return (
            Fault("lint", f"it holds {program.source}", f"remove {program.source}") if "X" in program.source else None
        )


def test_an_early_fault_cannot_steer_the_terminal_that_shows_it() -> None:
    fault = early_fault(Quoting(), program(source="X\x1b[2J\x1b]0;solved\x07\n" + "y" * 10_000))
    assert fault is not None
    assert all(letter.isprintable() for letter in fault.message + fault.remedy)
    assert len(fault.message) <= 2000
    assert early_fault(Quoting(), program()) is None
    bad = early_fault(Quoting(), program("../x"))
    assert bad is not None
