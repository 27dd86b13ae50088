"""A guard in front of an MCP server that talks on its standard streams.

The proxy reads the client's messages, one a line, and starts the server itself. If either side ends, or the proxy is
killed, the pipes close: the client sees the end of the stream and the server gets no further call.
"""

import asyncio
import os
import stat
import sys
from collections.abc import Sequence
from typing import BinaryIO, Final, Protocol

from solon.interop.guard_gate import Gate
from solon.interop.mcp_messages import Desk, Message, decoded, encoded, failure

LONGEST: Final = 64 * 2**20
"""Bytes of one message."""
GRACE: Final = 5.0
"""Seconds that a server gets to end after its input closed."""


def serve(command: Sequence[str], gate: Gate, *, source: BinaryIO | None = None, sink: BinaryIO | None = None) -> int:
    """Guard a server until the client or the server ends; return the server's exit status."""
    return asyncio.run(_serve(command, Desk(gate), source or sys.stdin.buffer, sink or sys.stdout.buffer))


async def _serve(command: Sequence[str], desk: Desk, source: BinaryIO, sink: BinaryIO) -> int:
    server = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=LONGEST
    )
    assert server.stdin is not None
    assert server.stdout is not None
    client = await _reader(source)
    lock = asyncio.Lock()

    async def answer(message: Message) -> None:
        async with lock:
            await asyncio.get_running_loop().run_in_executor(None, _put, sink, message)

    outward = asyncio.create_task(_outward(client, server.stdin, desk, answer))
    inward = asyncio.create_task(_inward(server.stdout, desk, answer))
    try:
        await asyncio.wait({outward, inward}, return_when=asyncio.FIRST_COMPLETED)
        server.stdin.close()
        if not inward.done():
            await asyncio.wait({inward}, timeout=GRACE)
        while desk.noting and not inward.done():  # the call was carried out: its result is not thrown away
            await asyncio.wait({inward}, timeout=GRACE)
        for key in desk.open:
            await answer(failure(key, "the server ended before it answered; whether the call took effect is unknown"))
    finally:
        for task in (outward, inward):
            task.cancel()
        try:
            await asyncio.wait_for(server.wait(), GRACE)
        except TimeoutError:
            server.kill()
    return await server.wait()


async def _outward(client: asyncio.StreamReader, server: asyncio.StreamWriter, desk: Desk, answer: "_Answer") -> None:
    """Carry what the client says to the server, as far as the guard lets it."""
    while line := await _line(client):
        message = decoded(line)
        if message is None:
            await answer(failure(None, "the line is no single JSON-RPC message"))
            continue
        onward, back = await asyncio.to_thread(desk.outgoing, message)
        if back is not None:
            await answer(back)
        if onward is not None:
            server.write(encoded(onward) + b"\n")
            await server.drain()


async def _inward(server: asyncio.StreamReader, desk: Desk, answer: "_Answer") -> None:
    while line := await _line(server):
        message = decoded(line)
        passed = None if message is None else await asyncio.to_thread(desk.incoming, message)  # it may ask a model
        if passed is not None:
            await answer(passed)


async def _line(stream: asyncio.StreamReader) -> bytes:
    """Return the next line, and nothing at the end or where a line is too long to go on."""
    try:
        return await stream.readline()
    except ValueError:
        return b""


class _Answer(Protocol):
    """Something that carries a message to the client."""

    async def __call__(self, message: Message) -> None: ...


def _put(sink: BinaryIO, message: Message) -> None:
    sink.write(encoded(message) + b"\n")
    sink.flush()


async def _reader(source: BinaryIO) -> asyncio.StreamReader:
    reader = asyncio.StreamReader(limit=LONGEST)
    loop = asyncio.get_running_loop()
    own = os.fdopen(os.dup(source.fileno()), "rb")
    mode = os.fstat(own.fileno()).st_mode
    if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or own.isatty():
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), own)
        return reader
    with own:  # a file, which no event loop can wait for
        reader.feed_data(own.read())
    reader.feed_eof()
    return reader
