"""A copy of the warm zygote that does nothing but copy itself, so that every worker starts from the same memory.

Where objects lie decides in which order a set of them is walked. The zygote's own memory changes with each order it
serves; a worker copied from it would depend on the workers before. The template serves no orders: one round of its
loop allocates nothing that outlives the round. A copy is the zygote's child, not the template's (CLONE_PARENT).
"""

import ctypes
import os
import platform
import signal
import socket
from typing import Final

from solon.sandbox import kernel, wire

CLONE_PARENT: Final = 0x00008000
CLONE: Final = {"x86_64": 56, "aarch64": 220}
NUMBER_BYTES: Final = 4


class Template:
    """The zygote's handle on its template."""

    def __init__(self, pid: int, wake: int, births: socket.socket) -> None:
        self.pid = pid
        self._wake = wake
        self._births = births

    def copy(self, incoming: int, outgoing: int) -> int:
        """Make one more worker that takes over two descriptors; return its process number."""
        socket.send_fds(self._births, [b"f"], [incoming, outgoing])
        os.write(self._wake, b"f")
        pid = int.from_bytes(wire.read_exactly(self._births.fileno(), NUMBER_BYTES), "little")
        if pid == 0:
            raise OSError(0, "the kernel starts no more processes")
        return pid


def split() -> Template | tuple[int, int]:
    """Fork the template off; return it here, and in each of its copies the two descriptors that the copy was given."""
    sleeping, wake = os.pipe()
    ours, theirs = socket.socketpair()
    parent = os.getpid()
    pid = os.fork()
    if pid:
        os.close(sleeping)
        theirs.close()
        return Template(pid, wake, ours)
    try:
        os.close(wake)
        ours.close()
        kernel.die_with(parent)
        _copy_on_demand(sleeping, theirs)
        _, (incoming, outgoing), _, _ = socket.recv_fds(theirs, 1, 2)
        theirs.send(os.getpid().to_bytes(NUMBER_BYTES, "little"))
    except BaseException:  # noqa: BLE001 - a copy of the zygote must never go on as the zygote
        os._exit(1)
    return incoming, outgoing


def _copy_on_demand(sleeping: int, births: socket.socket) -> None:
    """Copy this process at each byte that arrives; return in the copies only."""
    call = ctypes.CDLL(None).syscall
    arguments = [
        ctypes.c_long(value) for value in (CLONE[platform.machine()], CLONE_PARENT | signal.SIGCHLD, 0, 0, 0, 0)
    ]
    before, in_parent, in_child = (
        getattr(ctypes.pythonapi, f"PyOS_{name}") for name in ("BeforeFork", "AfterFork_Parent", "AfterFork_Child")
    )
    for function in (before, in_parent, in_child):
        function.restype = None
    while True:
        if not os.read(sleeping, 1):
            os._exit(0)
        before()
        result = call(*arguments)
        if result == 0:
            in_child()
            return
        in_parent()
        if result < 0:
            for descriptor in socket.recv_fds(births, 1, 2)[1]:
                os.close(descriptor)
            births.send(bytes(NUMBER_BYTES))
