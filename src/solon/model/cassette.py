"""Recorded calls on disk: what was paid for once is never paid for again, and a run can be replayed without a key.

``texts/`` holds the contents of messages, each under its SHA-256, so that siblings share their prompt; ``calls/`` holds
one JSON file a call, under the key of its request; ``lost/`` one for each attempt that may have been billed for
nothing. Several threads and processes may write at once: the first recording of a call stays.
"""

import hashlib
import itertools
import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Literal

import msgspec

from solon.contract import InfrastructureError, Value
from solon.model.transport import Effort, Form, Message, Reply, Request, plain


class MissingRecording(InfrastructureError):
    """Raised in a replay when a call was never recorded."""


class Line(Value, frozen=True):
    """A message with its content replaced by its digest."""

    role: Literal["system", "user", "assistant"]
    digest: str


class Recording(Value, frozen=True):
    """A call on disk; without a reply, the call that a spent budget forbade."""

    model: str
    messages: tuple[Line, ...]
    max_tokens: int
    temperature: float | None
    effort: Effort | None
    sample: int
    reply: Reply | None
    refusal: str
    check: str  # SHA-256 of this record with an empty check
    schema: int = 1
    thinking: int | None = None
    form: Form | None = None


_FIELDS = ("model", "max_tokens", "temperature", "effort", "thinking", "form", "sample")
_DECODER = msgspec.json.Decoder(Recording)


class Cassette:
    """A folder of recorded calls."""

    def __init__(self, folder: Path) -> None:
        self.folder: Path = folder

    def recording(self, request: Request) -> Recording | None:
        """Return what was recorded for exactly this call; raise InfrastructureError if the file is damaged."""
        return self._load(self._path(request.key), _lines(request), request)

    def put(self, request: Request, reply: Reply | None, refusal: str = "") -> Reply | None:
        """Store a call and return the reply that counts: the one that was there before, if any.

        A refusal never hides a reply, and a reply replaces a refusal.
        """
        content = self._content(request, reply, refusal)
        before = self.recording(request)
        if before is None or before.reply is None:
            if self._write(self._path(request.key), content, replace=before is not None):
                return reply
            before = self.recording(request)
        return before.reply if before else None

    def lose(self, request: Request) -> None:
        """Store that an attempt got no reply and may have been billed all the same; no attempt hides another."""
        content = self._content(request, None, "lost")
        paths = (self.folder / "lost" / f"{request.key}.{number}.json" for number in itertools.count())
        while not self._write(next(paths), content, replace=False):
            pass

    def losses(self) -> Iterator[Request]:
        """Yield the request of every lost attempt; raise InfrastructureError at a damaged one."""
        for path in sorted((self.folder / "lost").glob("*.json")):
            recording = self._load(path)
            if recording is not None:
                yield self.request(recording)

    def _content(self, request: Request, reply: Reply | None, refusal: str) -> bytes:
        """Return the record of a call as it is written; the texts of its messages are stored here."""
        for message in request.messages:
            text = self.folder / "texts" / _digest(message.content)
            if not text.exists():
                self._write(text, message.content.encode(), replace=True)
        record = Recording(
            request.model,
            _lines(request),
            request.max_tokens,
            request.temperature,
            request.effort,
            request.sample,
            reply,
            refusal,
            "",
            thinking=request.thinking,
            form=request.form,
        )
        record = msgspec.structs.replace(record, check=_check(record))
        return msgspec.json.format(msgspec.json.encode(record), indent=1) + b"\n"

    def missing(self, request: Request) -> MissingRecording:
        """Return the error that names the nearest recorded call and the fields in which it differs."""
        wanted = _lines(request)
        nearest: tuple[tuple[int, int], Recording, list[str]] | None = None
        for recording in self.recordings():
            fields = _differing(recording, request, wanted)
            rank = (len(fields), abs(recording.sample - request.sample))
            if nearest is None or rank < nearest[0]:
                nearest = (rank, recording, fields)
        if nearest is None:
            return MissingRecording(f"{self.folder} holds no recorded call; give a run that was made with a model")
        _, recording, fields = nearest
        details = "; ".join(self._difference(recording, request, field) for field in fields)
        return MissingRecording(
            f"no recording of this call in {self.folder}; the nearest differs in {details}; "
            f"replay with the same task, options, seed and version as the recorded run"
        )

    def recordings(self) -> Iterator[Recording]:
        """Yield every recorded call, in the order of the keys; raise InfrastructureError at a damaged one."""
        for path in sorted((self.folder / "calls").glob("*.json")):
            recording = self._load(path)
            if recording is not None:
                yield recording

    def request(self, recording: Recording) -> Request:
        """Return the request that a recording answers; raise InfrastructureError if a text is missing or altered."""
        messages = tuple(Message(line.role, self._text(line.digest)) for line in recording.messages)
        return Request(
            recording.model,
            messages,
            recording.max_tokens,
            recording.temperature,
            recording.effort,
            recording.sample,
            recording.thinking,
            recording.form,
        )

    def _text(self, digest: str) -> str:
        path = self.folder / "texts" / digest
        try:
            text = path.read_bytes().decode()
        except (OSError, UnicodeDecodeError):
            raise _damaged(path, "cannot be read") from None
        if _digest(text) != digest:
            raise _damaged(path, "was altered")
        return text

    def _path(self, key: str) -> Path:
        return self.folder / "calls" / f"{key}.json"

    def _load(self, path: Path, lines: tuple[Line, ...] = (), request: Request | None = None) -> Recording | None:
        try:
            recording = _DECODER.decode(path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            raise _damaged(path, "cannot be read") from None
        if recording.check != _check(msgspec.structs.replace(recording, check="")):
            raise _damaged(path, "was altered")
        if request is not None and _differing(recording, request, lines):
            raise _damaged(path, "holds another call than its name says")
        return recording

    def _difference(self, recording: Recording, request: Request, field: str) -> str:
        if field != "messages":
            recorded, asked = getattr(recording, field), getattr(request, field)
            if field == "form":
                return f"form ({_forms(recorded, asked)})"
            return f"{field} (recorded {recorded!r}, asked {asked!r})"
        if len(recording.messages) != len(request.messages):
            return f"messages (recorded {len(recording.messages)}, asked {len(request.messages)})"
        for number, (line, message) in enumerate(zip(recording.messages, request.messages, strict=True), 1):
            if line.role != message.role:
                return f"the role of message {number} (recorded {line.role}, asked {message.role})"
            if line.digest != _digest(message.content):
                return f"message {number} ({line.role}), {self._first_difference(line.digest, message.content)}"
        return field

    def _first_difference(self, digest: str, asked: str) -> str:
        old, new = self._text(digest).split("\n"), asked.split("\n")
        place = next((i for i, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]), None)
        if place is None:
            place = min(len(old), len(new))
        was, now = ("\n".join(lines[place : place + 1])[:60] for lines in (old, new))
        return f"line {place + 1} (recorded {was!r}, asked {now!r})"

    def _write(self, path: Path, content: bytes, *, replace: bool) -> bool:
        """Write a whole file or none; return False if another writer was first."""
        part = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes(content)
            if replace or not _link(part, path):
                part.replace(path)
        except FileExistsError:
            return False
        except OSError as error:
            raise InfrastructureError(
                f"cannot record a call in {self.folder} ({error.strerror}); free some space, then resume the run"
            ) from None
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)
        return True


def _link(part: Path, path: Path) -> bool:
    """Give the part its final name unless that is taken; return False where the file system has no hard links."""
    try:
        path.hardlink_to(part)
    except FileExistsError:
        raise
    except OSError:
        return False  # the last writer wins there
    return True


def _lines(request: Request) -> tuple[Line, ...]:
    return tuple(Line(message.role, _digest(message.content)) for message in request.messages)


def _differing(recording: Recording, request: Request, wanted: tuple[Line, ...]) -> list[str]:
    fields = [field for field in _FIELDS if getattr(recording, field) != getattr(request, field)]
    return fields + (["messages"] if recording.messages != wanted else [])


def _forms(recorded: Form | None, asked: Form | None) -> str:
    was, now = (form.rung if form else "text" for form in (recorded, asked))
    return f"recorded {was}, asked {now}" if was != now else f"{now} with another name or schema"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _check(recording: Recording) -> str:
    return hashlib.sha256(msgspec.json.encode(plain(recording))).hexdigest()


def _damaged(path: Path, how: str) -> InfrastructureError:
    return InfrastructureError(
        f"the recorded call {path} {how}; restore it from a copy, or delete it and pay for that call again"
    )
