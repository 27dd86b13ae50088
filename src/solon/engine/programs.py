"""Reading programs from files, and the checks that every program passes before it is judged or written down."""

import difflib
import re
from pathlib import Path

from solon.contract import Fault, Program, ProgramFault

_FILE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*")
MAXIMUM_BYTES = 1_000_000
RESERVED = "run.py"


def check_program(program: Program) -> None:
    """Raise ProgramFault unless file names are plain and relative, sizes are sane and the entry's file exists.

    File names come from a proposer and later become paths in the bundle, so nothing that climbs may pass.
    """
    names = [name for name, _ in program.files]
    for name, text in program.files:
        if not _FILE_NAME.fullmatch(name) or name == RESERVED:
            raise ProgramFault(Fault("entry", f"{name!r} is no plain relative file name", "name it like policy.py"))
        if len(text.encode(errors="surrogatepass")) > MAXIMUM_BYTES:
            raise ProgramFault(
                Fault("entry", f"{name} is larger than {MAXIMUM_BYTES} bytes", "make the program shorter")
            )
    if len(set(names)) != len(names):
        raise ProgramFault(Fault("entry", "two files have the same name", "give every file a name of its own"))
    file, _, _ = program.entry.partition(":")
    if file not in names:
        near = difflib.get_close_matches(file, names, 1, 0)
        remedy = f"did you mean {near[0]!r}?" if near else "add that file"
        raise ProgramFault(Fault("entry", f"the entry point {program.entry!r} names a file that is missing", remedy))


def read_program(path: Path) -> Program:
    """Read a one-file Python program; raises ValueError with cause and remedy."""
    try:
        return Program(files=(("policy.py", path.read_text(encoding="utf-8")),))
    except FileNotFoundError:
        near = difflib.get_close_matches(path.name, [it.name for it in path.parent.glob("*")], 1)
        hint = f"did you mean {path.parent / near[0]}?" if near else "give the path of a Python file"
        raise ValueError(f"there is no file {path}; {hint}") from None
    except UnicodeDecodeError:
        raise ValueError(f"{path} is not UTF-8 text; give the path of a Python source file") from None
    except OSError as error:
        raise ValueError(f"cannot read {path} ({error.strerror}); give the path of a Python file") from None
