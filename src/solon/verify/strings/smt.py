"""Texts for solvers: terms of SMT-LIB's theory of strings, and one satisfiability question with limits."""

from collections.abc import Iterable
from typing import Literal

from solon.contract import InfrastructureError, Unknown
from solon.verify.limited import USUAL, Finished, Limits, call, require
from solon.verify.strings.globs import ANY, ANY_PART, ONE, ONE_PART, Pattern

Solver = Literal["cvc5", "z3"]
Answer = Literal["sat", "unsat"]

_PART = '(re.diff re.allchar (str.to_re ":"))'
_TOKENS = {ANY: "re.all", ONE: "re.allchar", ANY_PART: f"(re.* {_PART})", ONE_PART: _PART}


def decide(script: str, solver: Solver = "cvc5", limits: Limits = USUAL) -> Answer | Unknown:
    """Return whether a script is satisfiable; running out of time or memory is Unknown.

    Raises MissingSolver, and InfrastructureError for a script that the solver cannot read.
    """
    require(solver)
    found = call(f"solon.verify.strings.by_{solver}", script.encode(), limits)
    if not isinstance(found, Finished):
        if found.reason == "crash":
            raise InfrastructureError(f"{solver} crashed ({found.message}); report the script")
        return Unknown(f"{solver}: {found.message}")
    said = found.reply.decode()
    if said == "sat" or said == "unsat":  # noqa: PLR1714  # narrows the type
        return said
    if said != "unknown":
        raise InfrastructureError(f"{solver} cannot read the script ({said[:200]})")
    return Unknown(f"{solver} says unknown")


def text(value: str) -> str:
    """Return the literal of a text."""
    found = (
        letter if 32 <= ord(letter) < 127 and letter not in '\\"' else f"\\u{{{ord(letter):x}}}" for letter in value
    )
    return f'"{"".join(found)}"'


def matched(name: str, pattern: Pattern) -> str:
    """Return the formula that the text ``name`` matches a pattern."""
    if all(len(token) == 1 for token in pattern):
        return f"(= {name} {text(''.join(pattern))})"
    parts: list[str] = []
    run = ""
    for token in pattern:
        if len(token) == 1:
            run += token
            continue
        if run:
            parts.append(f"(str.to_re {text(run)})")
            run = ""
        both = f"(re.union {' '.join(f'(str.to_re {text(letter)})' for letter in token)})" if len(token) == 2 else ""
        parts.append(both or _TOKENS[token])
    if run:
        parts.append(f"(str.to_re {text(run)})")
    whole = parts[0] if len(parts) == 1 else f"(re.++ {' '.join(parts)})"
    return f"(str.in_re {name} {whole})"


def every(formulas: Iterable[str]) -> str:
    """Return the conjunction."""
    return _joined("and", "true", formulas)


def some(formulas: Iterable[str]) -> str:
    """Return the disjunction."""
    return _joined("or", "false", formulas)


def _joined(operator: str, neutral: str, formulas: Iterable[str]) -> str:
    found = list(formulas)
    return neutral if not found else found[0] if len(found) == 1 else f"({operator} {' '.join(found)})"
