"""Proposers by the text that the command line takes."""

import difflib
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

from solon.contract import Program, Proposer
from solon.journal.remedies import remedy
from solon.language import PYTHON, Language
from solon.propose.noisy import StandIn
from solon.propose.offline import Offline
from solon.propose.paste import Paste
from solon.propose.polish import Polish
from solon.propose.scripted import Scripted

_USES = {
    "offline": "offline",
    "paste": "paste or paste:PROMPT_FILE",
    "polish": "polish:FILE",
    "scripted": "scripted:FILE[,FILE]",
    "noisy": "noisy or noisy:mistakes=1,rate=0.1",
}


def proposer_names() -> tuple[str, ...]:
    """Return the names that ``make_proposer`` knows, sorted."""
    return tuple(sorted(_USES))


def make_proposer(
    text: str,
    *,
    language: Language = PYTHON,
    screen: TextIO | None = None,
    keyboard: TextIO | None = None,
    sources: Mapping[str, bytes] | None = None,
) -> Proposer:
    """Build a proposer from a text such as ``offline``, ``polish:FILE``, ``paste`` or ``scripted:FILE,FILE``.

    ``language`` is what programs read from files are written in; ``screen`` and ``keyboard`` are what paste
    writes to and reads from, the standard streams unless given; ``sources`` are contents of files, by the path in the
    text, that are taken instead of what lies there now. Raises ValueError in one sentence for anything else.
    """
    name, _, argument = text.partition(":")

    def program(file: str) -> Program:
        return read_program(Path(file), language, content=(sources or {}).get(file))

    match name:
        case "offline" if not argument:
            return Offline()
        case "paste":
            prompt_file = Path(argument) if argument else None
            if prompt_file is not None and not prompt_file.parent.is_dir():
                raise ValueError(f"there is no folder {prompt_file.parent} for the prompt; make it or name another")
            return Paste(screen or sys.stdout, keyboard or sys.stdin, prompt_file)
        case "noisy":
            return StandIn.of(argument)
        case "polish" if argument and language.kind != PYTHON.kind:
            raise ValueError(f"polish changes the constants of Python, and this task's programs are {language.name}")
        case "polish" if argument:
            return Polish(program(argument))
        case "scripted" if argument:
            return Scripted([program(file) for file in argument.split(",")])
        case _:
            raise ValueError(_unknown(text, name))


def files_of(text: str) -> tuple[str, ...]:
    """Return the paths of the program files that a proposer's text names."""
    name, _, argument = text.partition(":")
    return tuple(argument.split(",")) if name == "scripted" else (argument,) if name == "polish" else ()


def read_program(file: Path, language: Language = PYTHON, *, content: bytes | None = None) -> Program:
    """Read a program of one file, which takes the name that the entry point expects. Raises ValueError.

    ``content`` is what the file held, if it is not to be read again.
    """
    try:
        source = (file.read_bytes() if content is None else content).decode("utf-8-sig")
    except FileNotFoundError:
        near = difflib.get_close_matches(file.name, _neighbours(file), 1)
        hint = f"did you mean {file.parent / near[0]}?" if near else f"give the path of a {language.name} file"
        raise ValueError(f"there is no file {file}; {hint}") from None
    except OSError as error:
        raise ValueError(f"cannot read {file} ({error.strerror}); {remedy(error)}") from None
    except UnicodeDecodeError:
        raise ValueError(f"{file} is not UTF-8 text; give the path of a {language.name} source file") from None
    return Program(((language.file, source),), language.entry, language.kind)


def _neighbours(file: Path) -> list[str]:
    try:
        return [it.name for it in file.parent.iterdir()]
    except OSError:
        return []


def _unknown(text: str, name: str) -> str:
    if name in _USES:
        return f"The proposer {text!r} is incomplete or says too much; write {_USES[name]}."
    close = difflib.get_close_matches(name, _USES, n=1)
    advice = f"did you mean {_USES[close[0]]!r}?" if close else f"choose from {', '.join(_USES.values())}."
    return f"There is no proposer {text!r} (a model is written openai:NAME or local:URL#NAME); {advice}"
