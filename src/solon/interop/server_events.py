"""Streams of server-sent events with messages in them, as a guard passes them on.

Lines end as the standard has it (WHATWG HTML, section 9.2.6) and nowhere else: other separators belong to texts.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any, Final

from solon.interop.extras import require
from solon.interop.mcp_messages import Desk, decoded, encoded

LARGEST: Final = 64 * 2**20
"""Bytes of one line or event; a longer one ends the stream."""
_END: Final = re.compile(rb"\r\n|\n|\r")
_MARK: Final = b"\xef\xbb\xbf"


async def events(answer: Any, desk: Desk) -> AsyncIterator[bytes]:
    """Yield the events of an answer; one whose data is no message for the client is left out."""
    event: list[bytes] = []
    size = 0
    try:
        async for line in lines(answer.aiter_bytes()):
            size += len(line)
            if size > LARGEST:
                return
            if line:
                event.append(line)
                continue
            yield await asyncio.to_thread(_passed, event, desk)
            event, size = [], 0
    except require("httpx2", "guard").HTTPError:
        return  # the client sees the end of the stream
    finally:
        await answer.aclose()


async def lines(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield the lines of a stream without their ends; a last one without an end is no line."""
    parts: list[bytes] = []
    size, first, returned = 0, True, False
    async for received in chunks:
        chunk = received.removeprefix(b"\n") if returned else received  # "\r\n" may come in two parts
        returned = received.endswith(b"\r") or (returned and not received)
        *whole, rest = _END.split(chunk)
        for line in whole:
            joined = b"".join([*parts, line])
            yield joined.removeprefix(_MARK) if first else joined
            parts, size, first = [], 0, False
        parts.append(rest)
        size += len(rest)
        if size > LARGEST:
            return


def _passed(event: list[bytes], desk: Desk) -> bytes:
    data = b"\n".join(line[5:].removeprefix(b" ") for line in event if line.startswith(b"data:"))
    others = [line for line in event if not re.match(rb"data(:|$)", line)]
    if data:
        message = decoded(data)
        passed = None if message is None else desk.incoming(message)
        if passed is None:
            return b""
        others.append(b"data: " + encoded(passed))
    elif len(others) < len(event):
        others.append(b"data:")
    return b"\n".join([*others, b"", b""]) if others else b""
