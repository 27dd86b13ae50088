"""Documentation is executed: examples run, README's program is judged, its commands exist."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import solon
from solon.cli.app import app
from solon.contract import Program

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXPECTED = {"hello_task.py": "100% right", "judge_a_policy.py": "efficiency", "smallest_loop.py": "sealed:"}


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize("name", sorted(path.name for path in (ROOT / "examples").glob("*.py")))
def test_every_example_runs_and_prints_what_it_promises(name: str) -> None:
    done = subprocess.run([sys.executable, ROOT / "examples" / name], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert EXPECTED[name] in done.stdout


def test_the_policy_of_the_readme_plays_without_a_slip() -> None:
    (source,) = blocks("python")
    result = solon.evaluate("cleanup", Program((("policy.py", source),)), seeds=1, options={"steps": 100}, workers=1)
    assert result.outcome == "scored"
    assert result.slips == 0
    assert result.metrics["efficiency"].mean > 0


def test_every_command_of_the_readme_parses() -> None:
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    assert len(lines) >= 5
    for line in lines:
        program, *arguments = shlex.split(line, comments=True)
        assert program == "solon"
        app.parse_args(arguments, print_error=False, exit_on_error=False)


def test_links_of_the_documentation_lead_somewhere() -> None:
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
            if not target.startswith("http"):
                assert (page.parent / target).exists(), f"{page.name}: {target}"
