"""Proposers by the text that the command line takes."""

import difflib
import sys
from pathlib import Path
from typing import TextIO

from solon.contract import Program, Proposer
from solon.propose.offline import Offline
from solon.propose.paste import Paste
from solon.propose.polish import Polish
from solon.propose.scripted import Scripted

_USES = {
    "offline": "offline",
    "paste": "paste or paste:PROMPT_FILE",
    "polish": "polish:FILE",
    "scripted": "scripted:FILE[,FILE]",
}


def proposer_names() -> tuple[str, ...]:
    """Return the names that ``make_proposer`` knows, sorted."""
    return tuple(sorted(_USES))


def make_proposer(
    text: str,
    *,
    entry: str = "policy.py:policy",
    kind: str = "python-policy",
    screen: TextIO | None = None,
    keyboard: TextIO | None = None,
) -> Proposer:
    """Build a proposer from a text such as ``offline``, ``polish:FILE``, ``paste`` or ``scripted:FILE,FILE``.

    ``entry`` and ``kind`` are given to programs read from files or pasted; ``screen`` and ``keyboard`` are what paste
    writes to and reads from, the standard streams unless given. Raises ValueError in one sentence for anything else.
    """
    name, _, argument = text.partition(":")
    match name:
        case "offline" if not argument:
            return Offline()
        case "paste":
            prompt_file = Path(argument) if argument else None
            return Paste(screen or sys.stdout, keyboard or sys.stdin, prompt_file, entry)
        case "polish" if argument:
            return Polish(read_program(Path(argument), entry, kind))
        case "scripted" if argument:
            return Scripted([read_program(Path(file), entry, kind) for file in argument.split(",")])
        case _:
            raise ValueError(_unknown(text, name))


def read_program(file: Path, entry: str = "policy.py:policy", kind: str = "python-policy") -> Program:
    """Read a program of one file, which takes the name that the entry point expects. Raises ValueError."""
    try:
        source = file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ValueError(f"The program {str(file)!r} cannot be read: {error.strerror}; check the path.") from None
    except UnicodeDecodeError:
        raise ValueError(f"The program {str(file)!r} is not UTF-8 text; save it as UTF-8.") from None
    return Program(((entry.partition(":")[0], source),), entry, kind)


def _unknown(text: str, name: str) -> str:
    if name in _USES:
        return f"The proposer {text!r} is incomplete or says too much; write {_USES[name]}."
    close = difflib.get_close_matches(name, _USES, n=1)
    advice = f"did you mean {_USES[close[0]]!r}?" if close else f"choose from {', '.join(_USES.values())}."
    return (
        f"There is no proposer {text!r} (models as proposers come with the model layer, not in this version); {advice}"
    )
