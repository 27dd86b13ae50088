"""Drive the frame decoder and the runner's side of the wire by coverage, until stopped or the time is over.

    pip install atheris
    python tests/fuzz/fuzz_wire.py -max_total_time=120

An input that breaks a check is written to a file ``crash-*``; it becomes an ``@example`` of test_wire.py.
"""

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["solon.sandbox", "solon.contract"]):
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from fuzz import targets


def one_input(data: bytes) -> None:
    """The first byte chooses the target and the second its parameter."""
    choice, parameter, rest = data[:1], (data[1:2] or b"\0")[0], data[2:]
    match choice:
        case b"f":
            targets.check_frames(rest, [parameter, 7 * parameter])
        case b"j":
            targets.check_result(rest)
        case _:
            targets.check_answers(rest, None if parameter > 64 else parameter)


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
