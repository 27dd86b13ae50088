"""A person, or a model in another window, as the proposer."""

from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from solon.contract import Ask, History, Proposal, Task
from solon.language import Language, language_of
from solon.propose.parse import ReplyError, parse_reply
from solon.propose.prompt import render_prompt

END = "END"  # a line of its own that ends a reply where the stream goes on

_BEGIN = "----- The prompt begins: give it to a model, or write the program yourself. -----"
_END = "----- The prompt ends. -----"


class Paste:
    """Show the prompt and read replies, each ended by a line ``END`` or by the end of the stream.

    The only proposer whose programs depend on more than its arguments: a person decides them.
    """

    def __init__(
        self,
        screen: TextIO,
        keyboard: TextIO,
        prompt_file: Path | None = None,
        attempts: int = 3,
    ) -> None:
        if attempts < 1:
            raise ValueError(f"Paste needs at least 1 attempt, not {attempts}.")
        self._screen = screen
        self._keyboard = keyboard
        self._prompt_file = prompt_file
        self._attempts = attempts

    def propose(self, task: Task, history: History, ask: Ask, entropy: int) -> Sequence[Proposal]:
        """Return up to ``ask.count`` pasted programs, fewer when the stream ends. Raises ReplyError."""
        del entropy
        prompt = render_prompt(task, history, ask.parents, ask.operator)
        if self._prompt_file is None:
            self._say(f"\n{_BEGIN}\n\n{prompt}\n{_END}\n")
        else:
            self._prompt_file.write_text(prompt, encoding="utf-8")
            self._say(f"\nThe prompt is in {self._prompt_file}: give it to a model, or write the program yourself.")
        proposals: list[Proposal] = []
        for number in range(1, ask.count + 1):
            proposal = self._reply(f"reply {number} of {ask.count}", ask.parents, language_of(task))
            if proposal is None:
                break
            proposals.append(proposal)
        return proposals

    def _reply(self, request: str, parents: tuple[int, ...], language: Language) -> Proposal | None:
        """Read replies until one holds a program; None when the stream is at its end."""
        complaint = ""
        self._say(f"Paste {request}, then a line {END}. Ctrl-D ends the search, Ctrl-C leaves it to be resumed.")
        for attempt in range(self._attempts):
            if attempt:
                self._say(f"{complaint}\nPaste {request} again, then a line {END}:")
            text = self._read()
            if text is None:
                return None
            try:
                program = parse_reply(text, language)
            except ReplyError as error:
                complaint = str(error)
            else:
                self._say(f"Thank you: a program of {len(program.source.splitlines())} lines, which is now judged.")
                return Proposal(program, parents, "paste")
        raise ReplyError(
            f"None of {self._attempts} replies held a usable program; the last complaint: {complaint} Resume the run "
            "to try again."
        )

    def _read(self) -> str | None:
        lines: list[str] = []
        for line in self._keyboard:
            if line.strip() == END:
                return "".join(lines)
            lines.append(line)
        return "".join(lines) if "".join(lines).strip() else None

    def _say(self, text: str) -> None:
        self._screen.write(text.rstrip("\n") + "\n")
        self._screen.flush()
