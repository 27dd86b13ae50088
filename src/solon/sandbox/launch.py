"""Start clean interpreters: exec'd, with nothing of the runner's environment, memory or descriptors."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Final

_ENVIRONMENT: Final = {
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
    "PYTHON_JIT": "0",  # compiled code would need executable memory, which the jail refuses
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}
_INHERITED: Final = ("LD_LIBRARY_PATH",)  # some installations find the interpreter's libraries only through it


def _search_path() -> list[str]:
    package = str(Path(__file__).parents[2])
    entries = [str(Path(entry).resolve()) if entry else str(Path.cwd()) for entry in sys.path]
    return list(dict.fromkeys([*entries, package]))


def launch(
    module: str, arguments: Sequence[str], descriptors: Sequence[int], output: int | IO[bytes], errors: IO[bytes]
) -> subprocess.Popen[bytes]:
    """Run ``main(*arguments)`` of one of our modules in a clean interpreter; raises OSError when it cannot start."""
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    bootstrap = str(Path(__file__).with_name("bootstrap.py"))
    return subprocess.Popen(
        [sys.executable, "-s", "-S", "-P", bootstrap, "first", module, json.dumps(_search_path()), *arguments],
        env=_ENVIRONMENT | inherited,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=errors,
        pass_fds=descriptors,
        start_new_session=True,  # the terminal's interrupt key is for the runner, which then ends its zygotes
    )
