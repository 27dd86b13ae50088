"""Whatever a program's files hold, loading it is a function to call or a typed fault; never another exception."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from fuzz import targets
from solon.contract import Program, ProgramFault
from solon.sandbox import Limits, LocalJail, survey
from solon.sandbox.call import GUEST

SAFE = {"A": "full", "B": "no-namespaces"}
LEVELS = [SAFE[level] for level, available, _ in survey() if level in SAFE and available]
WORDS = [
    *("def ", "main", "(", ")", ":", "\n", " ", "    ", "return ", "lambda ", "class ", "import ", "from ", "raise "),
    *(
        "x",
        "0",
        "1",
        "'",
        '"',
        "'''",
        "\\",
        "\t",
        "\r",
        "\x00",
        "\x0c",
        "\ufeff",
        "\ud7ff",
        "é",
        "[",
        "]",
        "{",
        "}",
        "@",
    ),
    *("=", "*", "**", "-", ".", ",", ";", "#", "# coding: utf-7\n", "# coding: nonsense\n", "f'{x!r}'", "0x", "1e999"),
    *("async ", "await ", "yield ", "match ", "case ", "global ", "nonlocal ", "del ", "assert ", "try", "except*"),
]
sources = st.text(max_size=60) | st.lists(st.sampled_from(WORDS), max_size=30).map("".join)
names = st.sampled_from(
    ["program.py", "helper.py", "a/b.py", "", ".", "sys.py", "solon.py", "\0", "__main__.py"]
) | st.text(max_size=8)
entries = st.sampled_from(["program.py:main", "helper.py:", ":", "", "program.py", "program.py:__class__"]) | st.text(
    max_size=8
)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
@example(b"a.py:main\xfea.py\xfd" + b"(" * 5000)
@example(b"a.py:main\xfea.py\xfd" + b"-" * 200_000 + b"1")
@example(b"a.py:main\xfea.py\xfd" + b"x" + b".x" * 100_000)
@example(b"a.py:main\xfea.py\xfdx=" + b"9" * 10_000)
@example(b"a.py:main\xfea.py\xfd# coding: nonsense\nx")
@example(b"a.py:main\xfea.py\xfd\xef\xbb\xbfx\0")
@example(b"a.py:main\xfea.py\xfd" + b"".join(b" " * depth + b"if x:\n" for depth in range(200)))
def test_any_bytes_make_a_program_that_is_compiled_or_a_typed_fault(data: bytes) -> None:
    targets.check_loading(data)


@pytest.mark.parametrize("jail", LEVELS, indirect=True)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(names, sources), max_size=3, unique_by=lambda file: file[0]), entries)
@example([("program.py", "raise BaseException")], "program.py:main")
@example(
    [("program.py", "class E(BaseException):\n __class__ = property(lambda s: 1 / 0)\nraise E")], "program.py:main"
)
@example([("program.py", "import helper"), ("helper.py", "import program")], "program.py:main")
@example([("program.py", "import sys\nsys.modules.clear()\nmain = 1")], "program.py:main")
@example([("program.py", "import builtins\nbuiltins.__dict__.clear()\nraise ValueError")], "program.py:main")
@example([("program.py", "main = type('C', (), {'__call__': 1})()")], "program.py:main")
@example([("program.py", "def __getattr__(n): raise SystemExit")], "program.py:other")
@example([("sys.py", "main = print"), ("program.py", "import sys")], "sys.py:main")
def test_any_files_are_a_program_that_loads_or_a_typed_fault(
    jail: LocalJail, files: list[tuple[str, str]], entry: str
) -> None:
    program = Program(files=tuple(files), entry=entry)
    try:
        with jail.open(program, GUEST, b"", b""):
            pass
    except ProgramFault as raised:
        targets.check_fault(raised.fault)
    [nursery] = jail._nurseries.values()
    assert nursery.alive


@pytest.fixture(scope="module")
def jail(request: pytest.FixtureRequest) -> Iterator[LocalJail]:
    with LocalJail(request.param, Limits(cpu_seconds=0.5, memory_mib=128, wall_seconds=5)) as jail:
        jail.warm(GUEST, b"")
        yield jail
