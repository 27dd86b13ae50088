"""What runs inside WebAssembly: fetches our modules through the one door there is, warms the guest, plays one episode.

There are no files of ours and no pipes. ``_host.call(bytes)`` hands the host one frame, its kind and payload, and
returns the host's next one. This text is started as a program, and then imports itself as a module.
"""

import gc
import importlib
import json
import os
import sys
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Final, NoReturn

# guest -> host, besides the kinds of wire.py
MODULE: Final = 0xD0  # asks for the source of a module
ORDER: Final = 0xD1  # asks for the name and the setup of the guest
WARM: Final = 0xD2  # asks for the program; an empty answer means to leave
PRELOADED: Final = ("numpy", "numpy.random", "traceback", "linecache", "random", "secrets")
LEFT: Final = 0
NOTE_BYTES: Final = 8 * 1024


class Door:
    """The host's end of everything."""

    def __init__(self, call: Callable[[bytes], bytes]) -> None:
        self._call = call

    def ask(self, kind: int, payload: bytes = b"") -> bytes:
        """Send one frame and return the answer."""
        return self._call(bytes([kind]) + payload)


class Served(MetaPathFinder, Loader):
    """Imports modules whose sources the host serves."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._sources: dict[str, bytes] = {}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None, /
    ) -> ModuleSpec | None:
        """Ask the host; it has no answer for what is not of the project or the task."""
        del path, target
        answer = self._door.ask(MODULE, fullname.encode())
        if not answer:
            return None
        place, _, source = answer.partition(b"\0")
        self._sources[fullname] = source
        package = place.endswith(b"__init__.py")
        spec = ModuleSpec(fullname, self, origin=place.decode(), is_package=package)
        spec.has_location = True
        return spec

    def exec_module(self, module: ModuleType) -> None:
        """Execute the source that was served."""
        spec = module.__spec__
        assert spec is not None
        code = compile(self._sources.pop(module.__name__), spec.origin or module.__name__, "exec", dont_inherit=True)
        exec(code, module.__dict__)  # noqa: S102 - trusted text, sent by the host before any program


class Note:
    """Sends the first text that it is called with."""

    def __init__(self, door: Door, kind: int) -> None:
        self._door: Door | None = door
        self._kind = kind

    def __call__(self, text: str) -> None:
        """Send the text, unless one was sent before."""
        if self._door is not None:
            door, self._door = self._door, None
            door.ask(self._kind, text.encode("utf-8", "replace")[:NOTE_BYTES])


class Entropy:
    """Stands for the kernel's entropy: zeros while warming up, so that all workers are equal, then refused."""

    closed = False

    def __call__(self, size: int, /) -> bytes:
        """Return zeros. Raises OSError once a program is there."""
        if self.closed:
            raise PermissionError(1, "Operation not permitted")
        return bytes(size)


def close_entropy() -> Entropy:
    """Take the kernel's entropy away from this interpreter's libraries; what is left is the clock."""
    import random

    entropy = Entropy()
    for module, name in ((os, "urandom"), (sys.modules["posix"], "urandom"), (random, "_urandom")):
        setattr(module, name, entropy)
    return entropy


def serve(door: Door, finder: Served) -> NoReturn:
    """Warm up, load the one program that this instance is for, then answer until stopped."""
    entropy = close_entropy()
    order = json.loads(door.ask(ORDER))
    for name in PRELOADED:
        importlib.import_module(name)
    import msgspec

    from solon.contract import Program
    from solon.sandbox import wire, worker

    guest = importlib.import_module(order["guest"])
    prepared = guest.prepare(bytes.fromhex(order["setup"]))
    out_of_memory = msgspec.json.encode(worker.describe(MemoryError()))
    gc.collect()
    gc.freeze()
    sys.meta_path.remove(finder)
    os.environ.clear()  # the package gives the interpreter some variables
    entropy.closed = True
    begun = door.ask(WARM)
    if not begun:
        os._exit(LEFT)
    try:
        start = json.loads(begun)
        program = Program(files=tuple((name, text) for name, text in start["files"]), entry=start["entry"])
        episode = bytes.fromhex(start["episode"])
        worker.seed_generators(episode)
        answer = guest.begin(prepared, program, episode, Note(door, wire.NOTE))
        payload = door.ask(wire.READY)
        while True:
            payload = door.ask(wire.REPLY, answer(payload))
    except BaseException as error:  # noqa: BLE001 - whatever escapes is reported, the instance ends either way
        try:
            data = msgspec.json.encode(worker.describe(error))
        except BaseException:  # noqa: BLE001 - out of memory or a hostile exception; say what can still be said
            data = out_of_memory if isinstance(error, MemoryError) else b"{}"
        door.ask(wire.FAULT, data)
        os._exit(LEFT)


def start(call: Callable[[bytes], bytes]) -> NoReturn:
    """Begin where nothing of ours can be imported yet."""
    door = Door(call)
    finder = Served(door)
    sys.meta_path.append(finder)
    importlib.import_module("solon.sandbox.wasm_guest").serve(door, finder)
    os._exit(LEFT)


if __name__ == "__main__":
    start(importlib.import_module("_host").call)
