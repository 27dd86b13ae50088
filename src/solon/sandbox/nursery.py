"""The runner's side of a zygote: starts it, orders forks and ends, and notices when it has died."""

import os
import select
import socket
import subprocess
import tempfile
import threading
from typing import Final

import msgspec

from solon.contract import InfrastructureError
from solon.sandbox import wire
from solon.sandbox.launch import launch
from solon.sandbox.limits import Limits
from solon.sandbox.zygote import Prepare, Reap, Reaped

PREPARE_SECONDS: Final = 300.0
ORDER_SECONDS: Final = 60.0
CLOSE_SECONDS: Final = 10.0


class Nursery:
    """One zygote, warm for one guest and setup; orders are taken one at a time, from any thread."""

    def __init__(self, guest: str, setup: bytes, level: str, limits: Limits) -> None:
        self._guest = guest
        self._lock = threading.Lock()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the zygote
        ours, theirs = socket.socketpair()
        self._control = ours
        try:
            with theirs:
                self._process = launch(
                    "solon.sandbox.zygote",
                    [str(theirs.fileno()), str(os.getpid())],
                    [theirs.fileno()],
                    subprocess.DEVNULL,
                    self._errors,
                )
        except OSError as error:
            ours.close()
            self._errors.close()
            raise InfrastructureError(f"no zygote can be started ({error}); free processes or memory") from error
        order = Prepare(
            guest=guest, setup=setup, level=level, cpu_seconds=limits.cpu_seconds, memory_bytes=limits.memory_mib << 20
        )
        try:
            self._order(wire.PREPARE, msgspec.msgpack.encode(order), PREPARE_SECONDS)
        except BaseException:
            self.close()
            raise

    @property
    def pid(self) -> int:
        """Process number of the zygote."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the zygote can take orders."""
        return self._control.fileno() >= 0 and self._process.poll() is None

    def fork(self, incoming: int, outgoing: int) -> int:
        """Start a worker on two pipe ends and return its process number."""
        reply = self._order(wire.FORK, b"", ORDER_SECONDS, (incoming, outgoing))
        return reply.tag

    def reap(self, pid: int, *, at_once: bool) -> Reaped:
        """End a worker, after a moment of grace unless ``at_once``, and return how it ended."""
        order = msgspec.msgpack.encode(Reap(pid=pid, at_once=at_once))
        return msgspec.msgpack.decode(self._order(wire.REAP, order, ORDER_SECONDS).payload, type=Reaped)

    def close(self) -> None:
        """End the zygote, and with it all its workers."""
        with self._lock:
            self._abandon()

    def forget(self) -> None:
        """Let go of a zygote that belongs to the process this one was forked from."""
        self._control.close()
        self._errors.close()
        self._process.returncode = 0  # not ours to wait for

    def _abandon(self) -> None:
        self._control.close()
        try:
            self._process.wait(CLOSE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._errors.close()

    def _order(self, kind: int, payload: bytes, seconds: float, descriptors: tuple[int, ...] = ()) -> wire.Frame:
        with self._lock:
            if self._control.fileno() < 0:
                raise InfrastructureError("the zygote has ended; open another worker to start a new one")
            try:
                frame = self._exchange(wire.pack(kind, 0, payload), seconds, descriptors)
            except (EOFError, OSError) as error:
                self._process.kill()
                self._process.wait()
                reason = self._last_words() or str(error)
                self._abandon()
                raise InfrastructureError(
                    f"the zygote for {self._guest} has died ({reason}); a new one starts with the next worker"
                ) from error
            except BaseException:  # an interrupt in the middle: the channel is out of step for good
                self._process.kill()
                self._abandon()
                raise
        if frame.kind == wire.FAILED:
            text = frame.payload.decode(errors="replace")
            raise InfrastructureError(
                f"the zygote for {self._guest} could not do its work ({text}); check the module and the machine"
            )
        return frame

    def _exchange(self, data: bytes, seconds: float, descriptors: tuple[int, ...]) -> wire.Frame:
        self._control.settimeout(seconds)
        if descriptors:
            socket.send_fds(self._control, [data], descriptors)
        else:
            self._control.sendall(data)
        self._control.settimeout(None)
        answered = select.poll()
        answered.register(self._control, select.POLLIN)
        if not answered.poll(1000 * seconds):
            raise TimeoutError(f"no answer within {seconds:g} s")
        return wire.read_frame(self._control.fileno())

    def _last_words(self) -> str:
        self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(0, self._errors.tell() - 2000))
        lines = self._errors.read().decode(errors="replace").strip().splitlines()
        return lines[-1][:300] if lines else ""
