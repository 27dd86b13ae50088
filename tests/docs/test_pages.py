"""Every page of the documentation is carried out from top to bottom, as a reader would do it."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from docs.blocks import Block, beginnings, blocks, commands
from model.server import Server
from solon.cli.app import app

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    page for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")] if "design" not in page.parts and blocks(page)
)
SHOWN_URL = "http://127.0.0.1:8000/v1"
NEEDS = {"use-a-model": "openai", "gymnasium": "gymnasium", "train-against-a-game": "pettingzoo", "grids": "minigrid"}
POLICY = "```python\ndef policy(env, agent_id):\n    return 7\n```"


def names(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.fixture
def endpoint() -> Iterator[str]:
    with Server(text=POLICY) as server:
        yield server.url


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=names)
def test_a_page_works_from_top_to_bottom(page: Path, tmp_path: Path, endpoint: str) -> None:
    if page.stem in NEEDS:
        pytest.importorskip(NEEDS[page.stem], reason=f"this page needs the package {NEEDS[page.stem]}")
    printed = ""
    for block in blocks(page):
        if block.kind == "python" or block.title:
            save(block, tmp_path)
        elif block.kind == "sh" and block.mark:
            assert_parses(block)
        elif block.kind == "sh":
            printed = carry_out(block, tmp_path, endpoint)
        elif block.kind == "text" and printed and not block.mark:
            missing = [start for start in beginnings(block.body) if start not in printed]
            assert not missing, f"shown, but not printed: {missing}\n{printed}"
            printed = ""


def save(block: Block, folder: Path) -> None:
    path = folder / (block.title or "script.py")
    path.write_text(block.body, encoding="utf-8")
    if not block.title:
        run([sys.executable, path.name], folder, 0)


def carry_out(block: Block, folder: Path, endpoint: str) -> str:
    texts = []
    for command in commands(block):
        program, *arguments = (word.replace(SHOWN_URL, endpoint) for word in command.words)
        start = {"solon": [sys.executable, "-m", "solon.cli"], "python": [sys.executable]}[program]
        texts.append(run([*start, *arguments], folder, command.code))
    return "\n".join(texts)


def run(words: list[str], folder: Path, code: int) -> str:
    done = subprocess.run(
        words,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env={"PATH": "/usr/bin:/bin", "COLUMNS": "200", "HOME": str(folder)},
    )
    assert done.returncode == code, f"{' '.join(words)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def assert_parses(block: Block) -> None:
    """Commands that are not run must at least be commands of ours, and somebody must have said why."""
    assert block.why
    for command in commands(block):
        program, *arguments = command.shown
        if program == "solon":
            app.parse_args(arguments, print_error=False, exit_on_error=False)


def test_a_command_with_an_unknown_option_is_noticed() -> None:
    """The checker rejects a broken page."""
    with pytest.raises(Exception, match="--bugdet"):
        assert_parses(Block("sh", "solon run cleanup --bugdet 3\n", mark="not run", why="broken on purpose"))


def test_an_output_that_nobody_prints_is_noticed() -> None:
    assert beginnings(" this program   3.25 ± 0.03\n\n ──────\n70% of the bound\n") == ["this program"]


def test_searches_of_the_pages_are_made_small() -> None:
    (command,) = commands(Block("sh", "solon run cleanup --budget-seconds 30 -o objective=welfare\n"))
    assert command.words[2:5] == ("cleanup", "--budget-episodes", "12")
    assert "steps=60" in command.words
