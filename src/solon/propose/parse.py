"""Reading a program out of a reply, whoever wrote it."""

import ast
import json
import re
import textwrap
import warnings

import msgspec

from solon.contract import Program, Value

_FENCE = re.compile(r"^[ \t]*(?P<mark>`{3,}|~{3,})[ \t]*(?P<language>[\w+.-]*)[^\n`]*$")
_LANGUAGES = ("", "python", "python3", "py")
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


def parse_reply(text: str, entry: str = "policy.py:policy", kind: str = "python-policy") -> Program:
    """Return the program of the last Python block that defines the entry point, or of the whole text if that does.

    Raises ReplyError when there is none: cut off, not valid Python, without the entry point or without code.
    """
    if len(text) > _LONGEST_REPLY:
        raise ReplyError(f"The reply has {len(text)} characters; send at most {_LONGEST_REPLY}.")
    text = text.replace("\r\n", "\n").removeprefix("\ufeff")
    file, _, name = entry.partition(":")
    blocks = _python_blocks(text)
    whole = [text] if _complaint(text, name) is None else []
    if not whole and blocks and not blocks[-1].closed:
        raise ReplyError("The reply was cut off inside its code block; send the whole program again, but shorter.")
    for source in (*whole, *(block.text for block in reversed(blocks))):
        if _complaint(source, name) is None:
            return Program(((file, source.rstrip() + "\n"),), entry, kind)
    raise ReplyError(_explained(text, name))


def parse_python(source: str) -> ast.Module:
    """Parse a source text; what the compiler merely warns about is accepted in silence."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(source)


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


def _python_blocks(text: str) -> list[Block]:
    """Return the blocks that may hold Python; a fence that opens nothing at the very end is none."""
    blocks = fenced_blocks(text)
    return [b for b in blocks if b.language.lower() in _LANGUAGES and (b.closed or b.text.strip())]


def _explained(text: str, name: str) -> str:
    """Return one sentence on why a reply is unusable, and what to send instead."""
    if not text.strip():
        return "The reply is empty; send one fenced python block."
    blocks = _python_blocks(text)
    if not blocks:
        complaint = _complaint(text, name) or ""
        missing = complaint.startswith("does not define")
        return f"The reply {complaint}." if missing else "The reply holds no python code block; send exactly one."
    return f"The code block {_complaint(blocks[-1].text, name)}."


def _complaint(source: str, name: str) -> str | None:
    """Return what is wrong with a source text as the end of a sentence, or None."""
    try:
        tree = parse_python(source)
    except SyntaxError as error:
        return f"is not valid Python (line {error.lineno}: {error.msg}); send the whole corrected program"
    except (ValueError, RecursionError, MemoryError):
        return "cannot be read as Python; send plain source text without null bytes and with less nesting"
    if name not in _defined(tree):
        return f"does not define {name!r} at the top level; send the whole program with that name"
    return None


def _defined(tree: ast.Module) -> set[str]:
    """Return the names that a module binds at its top level."""
    names: set[str] = set()
    for node in tree.body:
        match node:
            case ast.FunctionDef(name) | ast.ClassDef(name) | ast.AsyncFunctionDef(name):
                names.add(name)
            case ast.Assign(targets):
                names |= {target.id for target in targets if isinstance(target, ast.Name)}
            case ast.AnnAssign(ast.Name(name)):
                names.add(name)
            case _:
                pass
    return names
