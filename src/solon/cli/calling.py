"""One call of the command line: every failure is one sentence on standard error and an exit code."""

import linecache
import os
import shlex
import sys
import sysconfig
import traceback
from collections.abc import Sequence

from cyclopts import CycloptsError

from solon.cli.app import app
from solon.cli.arguments import DONE, INFRASTRUCTURE, WRONG_CALL
from solon.contract import InfrastructureError
from solon.journal.remedies import remedy


def call(arguments: Sequence[str]) -> int:
    """Do what the arguments ask for and return the exit code; KeyboardInterrupt passes through."""
    if reconfigure := getattr(sys.stdout, "reconfigure", None):
        reconfigure(errors="replace")  # a terminal that has no plus-minus sign still shows the figures
    try:
        _check_letters(arguments)
        code = app(arguments, print_error=False, exit_on_error=False, result_action="return_value")
        sys.stdout.flush()
    except CycloptsError as error:
        return _fail(f"{_sentence(str(error))} See: solon --help", WRONG_CALL)
    except BrokenPipeError:
        _let_go(sys.stdout.fileno())  # the reader, such as head, has seen enough
        return DONE
    except SystemExit as left:  # rich leaves with 1 when it meets a broken pipe
        if isinstance(left.__context__, BrokenPipeError):
            return DONE
        raise
    except (InfrastructureError, OSError) as error:
        return _fail(_word(error) if isinstance(error, OSError) else str(error), INFRASTRUCTURE)
    except Exception as error:  # noqa: BLE001  # the last resort: an exit code of 1 would read as a claim that failed
        return _fail_at_last(error)
    return code if isinstance(code, int) else DONE


def _check_letters(arguments: Sequence[str]) -> None:
    for word in arguments:
        if any("\ud800" <= letter <= "\udfff" for letter in word):  # bytes that the locale cannot read
            raise ValueError(f"{word!a} is no text here; rename the file, or set a locale with UTF-8")


def _fail_at_last(error: Exception) -> int:
    if isinstance(error, ValueError) and raised_on_purpose(error):
        return _fail(str(error), WRONG_CALL)
    traceback.print_exception(error)
    return _fail("this is a defect of Solon, not of the call; please report it with these lines", INFRASTRUCTURE)


def raised_on_purpose(error: BaseException) -> bool:
    """Tell an error that this package or a user's file raises from one that comes from deep inside.

    The last frame of the first kind stands at a ``raise`` statement outside the standard library and what is installed
    beside it; ``int("x")`` or a decoder that is written in C leave a frame that stands elsewhere.
    """
    frames = list(traceback.walk_tb(error.__traceback__))
    if not frames:
        return False
    frame, line = frames[-1]
    file = frame.f_code.co_filename
    ours = str(frame.f_globals.get("__name__", "")).partition(".")[0] == "solon"
    foreign = any(file.startswith(sysconfig.get_path(kind) + os.sep) for kind in ("stdlib", "purelib", "platlib"))
    return (ours or not foreign) and linecache.getline(file, line).lstrip().startswith("raise")


def _word(error: OSError) -> str:
    place = shlex.quote(os.fsdecode(error.filename)) if isinstance(error.filename, str | bytes) else "a file"
    return f"trouble with {place} ({error.strerror or error}); {remedy(error)}"


def _sentence(text: str) -> str:
    text = text.strip()
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _fail(message: str, code: int) -> int:
    try:
        print(f"solon: {message}", file=sys.stderr)
    except OSError:
        _let_go(sys.stderr.fileno())
    try:
        sys.stdout.flush()
    except OSError:
        _let_go(sys.stdout.fileno())  # otherwise the interpreter complains once more on its way out
    return code


def _let_go(descriptor: int) -> None:
    """Send what is still buffered for a closed stream to nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)
