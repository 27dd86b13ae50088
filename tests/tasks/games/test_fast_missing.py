"""Without numba everything but the compiled kernels works, and those say what to install."""

import subprocess
import sys

import pytest

HIDDEN = "import sys; sys.modules['numba'] = None; "


@pytest.mark.parametrize("module", ["fast.batch", "learning.compiled"])
def test_without_numba_the_error_names_the_remedy(module):
    code = f"{HIDDEN}import solon.tasks.games.{module}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "InfrastructureError: the compiled kernels need the package numba" in done.stderr
    assert "pip install 'solon[fast]'" in done.stderr


def test_without_numba_learning_falls_back_to_python():
    code = (
        f"{HIDDEN}from solon.tasks.games.learning.table import *; print(make_player(make_task('cleanup')).__module__)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "solon.tasks.games.learning.plain"


def test_neither_the_games_nor_the_command_line_load_numba():
    code = "import sys, solon.cli.app, solon.tasks.games.task, solon.tasks.games.fast; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
