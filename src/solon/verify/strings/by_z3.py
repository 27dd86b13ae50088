"""Guest of ``verify.limited``: answers an SMT-LIB script with what Z3 says to it."""

# pyright: basic, reportMissingTypeStubs=false
# Z3's Python module has no types; this file is the only one that touches it for texts

import z3


def answer(payload: bytes) -> bytes:
    """Return ``sat``, ``unsat`` or ``unknown``."""
    solver = z3.Solver()
    solver.from_string(payload.decode())
    return str(solver.check()).encode()
