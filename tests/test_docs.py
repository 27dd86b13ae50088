"""Documentation is true: examples run, README's program plays, links lead somewhere, figures are those of the cards.

Pages are carried out in ``tests/docs``.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import solon
from solon.contract import Program

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
WRITTEN = ("commands.md", "tasks.md", "schemas.md")  # by tools/pages.py, while the site is built
EXPECTED = {"hello_task.py": "100% right", "judge_a_policy.py": "efficiency", "smallest_loop.py": "sealed:"}


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}[^\n]*\n(.*?)```", README, re.DOTALL)


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


def test_links_of_the_documentation_lead_somewhere() -> None:
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
            if not target.startswith("http") and not target.endswith(WRITTEN):
                assert (page.parent / target).exists(), f"{page.name}: {target}"


@pytest.mark.parametrize("name", ["gathering_synthesised", "cleanup_synthesised"])
def test_measured_figures_of_a_published_system_are_those_of_the_card(name: str) -> None:
    page = (ROOT / "docs/systems/social-dilemmas.md").read_text(encoding="utf-8")
    card = json.loads((ROOT / "evidence" / name / "card.json").read_text(encoding="utf-8"))
    metrics, (bound,) = card["arms"]["winner"]["metrics"], card["bounds"]
    efficiency = metrics["efficiency"]
    half = (efficiency["high"] - efficiency["low"]) / 2
    assert f"| **`{name}`** | **{efficiency['mean']:.3f} ± {half:.3f}** | **{metrics['equality']['mean']:.3f}**" in page
    assert f"*{bound['metrics']['efficiency']:.3f}*" in page
