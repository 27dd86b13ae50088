"""First code of a clean interpreter: fix addresses and module search path, then run ``main`` of one module.

Started as a script with ``-s -S -P`` and an environment of our own. Not ``-I``: that would ignore PYTHONHASHSEED, and
the order of sets of strings would differ from run to run. Imports nothing of ours before the second exec.
"""

import ctypes
import importlib
import json
import os
import sys

ADDR_NO_RANDOMIZE = 0x0040000
CURRENT = 0xFFFFFFFF


def main(stage: str, module: str, search_path: str, *arguments: str) -> None:
    """Run ``module.main(*arguments)`` at addresses that are equal from run to run, where the kernel allows it."""
    if stage == "first":
        library = ctypes.CDLL(None)
        library.personality(ctypes.c_ulong(int(library.personality(CURRENT)) | ADDR_NO_RANDOMIZE))
        os.execv(sys.executable, [*sys.orig_argv[:5], "second", module, search_path, *arguments])  # noqa: S606 - no shell is meant
    sys.path[:] = json.loads(search_path)
    importlib.import_module(module).main(*arguments)


if __name__ == "__main__":
    main(*sys.argv[1:])
