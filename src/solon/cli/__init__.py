"""The command line."""

import signal
import sys
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from types import FrameType


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code; loading it can be interrupted like anything else."""
    try:
        with _endings_as_interrupts():
            from solon.cli.calling import call

            code = call(sys.argv[1:] if arguments is None else arguments)
    except KeyboardInterrupt:
        print("solon: interrupted", file=sys.stderr)
        code = 130
    sys.exit(code)


@contextmanager
def _endings_as_interrupts() -> Generator[None]:
    """Let a request to end (SIGTERM) and a closed terminal (SIGHUP) do what Ctrl-C does, unless they are handled."""
    numbers = (signal.SIGTERM, signal.SIGHUP) if threading.current_thread() is threading.main_thread() else ()
    ours = [number for number in numbers if signal.getsignal(number) == signal.SIG_DFL]
    for number in ours:
        signal.signal(number, _interrupt)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


__all__ = ["main"]
