"""Guest of ``verify.limited``: answers an SMT-LIB script with what cvc5 says to its ``check-sat``."""

# pyright: basic, reportMissingTypeStubs=false, reportAttributeAccessIssue=false
# cvc5 is a compiled module without types; this file is the only one that touches it for texts

import cvc5


def answer(payload: bytes) -> bytes:
    """Return ``sat``, ``unsat`` or ``unknown``."""
    solver = cvc5.Solver(cvc5.TermManager())
    solver.setOption("strings-exp", "true")
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, payload.decode(), "script")
    symbols = parser.getSymbolManager()
    said = ""
    while not (command := parser.nextCommand()).isNull():
        said += command.invoke(solver, symbols)
    return said.strip().encode()
