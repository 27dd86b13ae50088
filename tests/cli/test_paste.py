"""A person at a terminal is the proposer: what they see, what they paste, and how they leave and come back."""

import json
import os
import pty
import select
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

TASK = f"{Path(__file__).parents[1] / 'toys.py'}:Sorting"
RUN = ("run", TASK, "--proposer", "paste", "--seeds", "2", "--seed", "3", "--workers", "1", "--isolation", "none")
ASKS = "Paste reply 1 of 1, then a line END."

PROSE = """Sure! This one sorts the first half.

```python
def policy(numbers):
    return sorted(numbers[:5]) + numbers[5:]
```

Tell me how it does.
END
"""
BROKEN = """```python
def policy(numbers):
    return sorted(
```
END
"""
GOOD = """```python
def policy(numbers):
    return sorted(numbers)
```
END
"""
CTRL_C, CTRL_D = "\x03", "\x04"


class Terminal:
    """One call of the command line in a pseudo-terminal of 60 columns."""

    def __init__(self, *arguments: str) -> None:
        self.screen = ""
        self._read = 0
        self._pid, self._terminal = pty.fork()
        if self._pid == 0:
            environment = {**os.environ, "COLUMNS": "60", "TERM": "xterm"}
            os.execve(sys.executable, [sys.executable, "-m", "solon.cli", *arguments], environment)

    def _take(self, seconds: float) -> bool:
        """Read what has come; False at the end."""
        if not select.select([self._terminal], [], [], seconds)[0]:
            return True
        try:
            content = os.read(self._terminal, 65536)
        except OSError:  # the other side has closed it
            return False
        self.screen += content.decode(errors="replace").replace("\r\n", "\n")
        return bool(content)

    def until(self, text: str) -> None:
        """Wait until a text is shown, later than what was waited for before."""
        deadline = time.monotonic() + 60
        while text not in self.screen[self._read :]:
            assert self._take(1), self.screen
            assert time.monotonic() < deadline, self.screen
        self._read = self.screen.index(text, self._read) + len(text)

    def paste(self, text: str) -> None:
        os.write(self._terminal, text.encode())

    def end(self) -> int:
        """Wait for the end and return the exit code."""
        while self._take(60):
            pass
        os.close(self._terminal)
        return os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    yield
    folders = [path for path in tmp_path.iterdir() if path.is_dir()]
    assert all((folder / "card.json").exists() for folder in folders)


def test_three_completions_are_pasted_and_each_is_answered() -> None:
    terminal = Terminal(*RUN, "--out", "r")
    terminal.until(ASKS)
    terminal.paste(PROSE)
    terminal.until("Candidate 0 scores")
    terminal.until(ASKS)
    terminal.paste(BROKEN)
    terminal.until(
        "The code block is not valid Python (line 2: '(' was never closed); send the whole corrected program."
    )
    terminal.until("Paste reply 1 of 1 again, then a line END:")
    terminal.paste(GOOD)
    terminal.until("Candidate 1 scores 1.000 on 3 seeds.")
    terminal.until(ASKS)
    terminal.paste(PROSE)
    terminal.until("The search is over: the strategy has nothing more to ask. Now judging on sealed seeds.")
    assert terminal.end() == 0
    card = json.loads(Path("r/card.json").read_text())
    assert (card["winner"], card["cost"]["candidates"], card["cost"]["invalid"]) == (1, 3, 0)
    assert Path("r/policy/policy.py").read_text() == GOOD.split("```")[1].removeprefix("python\n")


def test_a_prompt_can_be_copied_from_the_screen_because_nothing_is_drawn_over_it() -> None:
    terminal = Terminal(*RUN, "--out", "r")
    terminal.until(ASKS)
    shown = terminal.screen.partition("yourself. -----\n")[2].partition("----- The prompt ends.")[0]
    assert "that defines `policy` at the top level, in a single fenced block" in shown, "not wrapped at 60 columns"
    assert "\x1b" not in shown + ASKS
    before = len(terminal.screen)
    terminal.paste(PROSE)
    terminal.until("Thank you: a program of 2 lines")
    echoed = terminal.screen[before:].partition("Thank you")[0]
    assert echoed.strip() == PROSE.strip()
    terminal.until(ASKS)
    terminal.paste(CTRL_D)
    terminal.until("The search is over: the proposer has nothing more to offer.")
    assert terminal.end() == 0


def test_who_leaves_in_the_middle_of_a_reply_comes_back_to_the_same_question() -> None:
    terminal = Terminal(*RUN, "--out", "r")
    terminal.until(ASKS)
    terminal.paste(PROSE)
    terminal.until(ASKS)
    question = terminal.screen.rpartition("The prompt begins")[2].strip()  # the last line may end a moment later
    terminal.paste("```python\ndef policy(numbers):\n" + CTRL_C)
    terminal.until("solon: interrupted; nothing is lost; go on with: solon resume r")
    assert terminal.end() == 130
    assert "Traceback" not in terminal.screen
    again = Terminal("resume", "r", "--workers", "1")
    again.until(ASKS)
    assert again.screen.rpartition("The prompt begins")[2].strip() == question
    again.paste(GOOD)
    again.until("Candidate 1 scores 1.000")
    again.until(ASKS)
    again.paste(CTRL_D)
    assert again.end() == 0
    assert json.loads(Path("r/card.json").read_text())["winner"] == 1
