"""Reading a program out of a reply, whoever wrote it."""

import json
import re
import textwrap

import msgspec

from solon.contract import Program, Value
from solon.language import PYTHON, Language

_FENCE = re.compile(r"^[ \t]*(?P<mark>`{3,}|~{3,})[ \t]*(?P<language>[\w+.-]*)[^\n`]*$")
_LONGEST_REPLY = 1_000_000


class ReplyError(ValueError):
    """Raised when a reply holds no usable program; the message is one sentence that can be sent back."""


class Block(Value, frozen=True):
    """A fenced block of a reply; one that is not closed was cut off."""

    language: str
    text: str
    closed: bool


class AnswerFile(Value, frozen=True):
    """A whole file of a structured answer."""

    name: str
    source: str


class AnswerEdit(Value, frozen=True):
    """Text of a file that a structured answer replaces."""

    file: str
    search: str
    replace: str


class Answer(Value, frozen=True):
    """A structured answer: the files of a program, or edits of one that was shown."""

    thoughts: str
    files: tuple[AnswerFile, ...]
    edits: tuple[AnswerEdit, ...]


def _object(**properties: object) -> dict[str, object]:
    return {"type": "object", "properties": properties, "required": [*properties], "additionalProperties": False}


_TEXT = {"type": "string"}
ANSWER_SCHEMA = json.dumps(
    _object(
        thoughts=_TEXT,
        files={"type": "array", "items": _object(name=_TEXT, source=_TEXT)},
        edits={"type": "array", "items": _object(file=_TEXT, search=_TEXT, replace=_TEXT)},
    )
)
"""JSON schema of ``Answer``, within what strict modes of providers allow."""


def parse_answer(text: str) -> Answer:
    """Return a structured answer; raise ReplyError for anything but the JSON object that was asked for."""
    if len(text) > _LONGEST_REPLY:
        raise ReplyError(f"The reply has {len(text)} characters; send at most {_LONGEST_REPLY}.")
    try:
        # the standard reader takes the lone surrogates that models do produce; no file could hold them
        content = json.dumps(json.loads(text), ensure_ascii=False).encode(errors="replace")
        answer = msgspec.json.decode(content, type=Answer)
    except (ValueError, RecursionError) as error:
        reason = str(error).partition("\n")[0][:120].rstrip(".")
        raise ReplyError(f"The reply is not the JSON object that was asked for ({reason}); send it alone.") from None
    if bool(answer.files) == bool(answer.edits):
        raise ReplyError("The answer must hold either files or edits; send one of them and leave the other empty.")
    if len({file.name for file in answer.files}) < len(answer.files):
        raise ReplyError("The answer names a file twice; send each file once.")
    return answer


def parse_reply(text: str, language: Language = PYTHON) -> Program:
    """Return the program of the last block in a language that it takes, or of the whole text if it takes that.

    Raises ReplyError when there is none: cut off, not in the language, without the entry point or empty.
    """
    if len(text) > _LONGEST_REPLY:
        raise ReplyError(f"The reply has {len(text)} characters; send at most {_LONGEST_REPLY}.")
    text = text.replace("\r\n", "\n").removeprefix("\ufeff")
    blocks = _usable_blocks(text, language)
    # a Python file may hold fenced blocks in its texts; formal languages may put up with the words around a block
    takes_whole = language.kind == PYTHON.kind or not blocks
    whole = [text] if takes_whole and language.complaint(text) is None else []
    if not whole and blocks and not blocks[-1].closed:
        raise ReplyError("The reply was cut off inside its code block; send the whole program again, but shorter.")
    for source in (*whole, *(block.text for block in reversed(blocks))):
        if language.complaint(source) is None:
            return Program(((language.file, source.rstrip() + "\n"),), language.entry, language.kind)
    raise ReplyError(_explained(text, language))


def fenced_blocks(text: str) -> list[Block]:
    """Return the fenced blocks of a text in order; indentation that all lines of a block share is taken off."""
    blocks: list[Block] = []
    mark = language = ""
    lines: list[str] = []
    for line in text.split("\n"):
        fence = _FENCE.match(line)
        if not mark and fence:
            mark, language, lines = fence["mark"], fence["language"], []
        elif mark and line.strip() == mark[0] * len(line.strip()) and len(line.strip()) >= len(mark):
            blocks.append(Block(language, textwrap.dedent("\n".join(lines)), closed=True))
            mark = ""
        elif mark:
            lines.append(line)
    if mark:
        blocks.append(Block(language, textwrap.dedent("\n".join(lines)), closed=False))
    return blocks


def _usable_blocks(text: str, language: Language) -> list[Block]:
    """Return the blocks that may hold a program; a fence that opens nothing at the very end is none."""
    blocks = fenced_blocks(text)
    return [b for b in blocks if b.language.lower() in language.fences and (b.closed or b.text.strip())]


def _explained(text: str, language: Language) -> str:
    """Return one sentence on why a reply is unusable, and what to send instead."""
    label = language.fences[0]
    if not text.strip():
        return f"The reply is empty; send one fenced {label} block."
    blocks = _usable_blocks(text, language)
    if not blocks:
        complaint = language.complaint(text) or ""
        missing = complaint.startswith("does not define")
        return f"The reply {complaint}." if missing else f"The reply holds no {label} code block; send exactly one."
    return f"The code block {language.complaint(blocks[-1].text)}."
