"""``solon export``."""

import shlex
from pathlib import Path

from solon.cli.tables import console
from solon.interop.inspect_log import export


def export_run(folder: Path, out: Path, *, form: str) -> int:
    """Write a run in another tool's format."""
    if form != "inspect":
        raise ValueError(f"no export format is called {form!r}; use inspect")
    console().print(f"{export(folder, out)}   read it with: inspect view --log-dir {shlex.quote(str(out.parent))}")
    return 0
