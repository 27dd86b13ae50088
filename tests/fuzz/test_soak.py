"""Many episodes in one jail leave nothing behind."""

import subprocess
import sys
from pathlib import Path

SOAK = Path(__file__).parents[2] / "benchmarks" / "soak.py"


def test_three_hundred_episodes_leave_no_process_no_descriptor_and_no_memory() -> None:
    done = subprocess.run([sys.executable, SOAK, "300"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "wrong verdicts: none; processes left: none; flat" in done.stdout
