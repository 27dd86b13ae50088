"""The checks that every program passes before it is judged or written down."""

import difflib
import re

from solon.contract import Fault, Program, ProgramFault, Task
from solon.propose.model import REJECTED, rejection
from solon.sandbox.verdicts import cleaned

_FILE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*")
NAME_CHARACTERS = 100
MAXIMUM_FILES = 64
MAXIMUM_BYTES = 1_000_000
RUNNER = "run.py"
PART = ".part"  # ends the names of files that are being written
REMEDY = "name it like policy.py"


def early_fault(task: Task, program: Program) -> Fault | None:
    """Return what is wrong with a program before it is played, in texts that fit a terminal."""
    try:
        check_program(program)
    except ProgramFault as raised:
        return cleaned(raised.fault)
    fault = task.lint(program)
    return None if fault is None else cleaned(fault)


def check_program(program: Program) -> None:
    """Raise ProgramFault unless file names are plain and relative, sizes are sane and the entry's file exists.

    File names come from a proposer and later become paths in the bundle, so nothing that climbs or collides may pass.
    """
    if reason := rejection(program):
        raise ProgramFault(Fault("syntax", f"the reply holds no program: {reason}", "send a complete program"))
    names = [name for name, _ in program.files]
    if len(names) > MAXIMUM_FILES:
        raise _entry(f"the program has {len(names)} files, at most {MAXIMUM_FILES} are taken", "join some of them")
    for name in names:
        _check_name(name, names)
    if not is_text(program):
        raise ProgramFault(
            Fault(
                "syntax", "the program is not valid Unicode (a lone surrogate)", "write characters, not halves of them"
            )
        )
    size = sum(len(text.encode()) for _, text in program.files)
    if size > MAXIMUM_BYTES:
        raise _entry(f"the program has {size} bytes, more than {MAXIMUM_BYTES}", "make it shorter")
    file, _, _ = program.entry.partition(":")
    if file not in names:
        near = difflib.get_close_matches(file, names, 1, 0)
        remedy = f"did you mean {near[0]!r}?" if near else "add that file"
        raise _entry(f"the entry point {program.entry!r} names a file that is missing", remedy)


def _check_name(name: str, names: list[str]) -> None:
    parts = name.split("/")
    if not _FILE_NAME.fullmatch(name) or parts[0] == RUNNER or any(part.endswith(PART) for part in parts):
        raise _entry(f"{name!r} is no plain relative file name that is free", REMEDY)
    if len(name) > NAME_CHARACTERS:
        raise _entry(f"{name[:20]!r}... has {len(name)} characters, at most {NAME_CHARACTERS} are taken", REMEDY)
    if names.count(name) > 1:
        raise _entry(f"two files have the name {name!r}", "give every file a name of its own")
    for depth in range(1, len(parts)):
        if (folder := "/".join(parts[:depth])) in names:
            raise _entry(f"{folder!r} is a file and the folder of {name!r}", "give every file a name of its own")


def _entry(message: str, remedy: str) -> ProgramFault:
    return ProgramFault(Fault("entry", message, remedy))


def is_text(program: Program) -> bool:
    """Return whether a program can be encoded: Python knows texts with half characters, UTF-8 does not."""
    texts = (program.entry, program.kind, *(text for file in program.files for text in file))
    try:
        for text in texts:
            text.encode()
    except UnicodeEncodeError:
        return False
    return True


def writable(program: Program) -> Program:
    """Return a program that can be written down: itself, or an unusable one that shows what was offered."""
    if is_text(program):
        return program
    shown = "\n".join(text for _, text in program.files).encode("utf-8", "backslashreplace").decode()
    return Program(
        ((_UNFIT, f"the program is not valid Unicode (a lone surrogate)\n{shown}"),), f"{_UNFIT}:none", REJECTED
    )


_UNFIT = "unfit.txt"
