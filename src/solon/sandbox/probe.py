"""Tries each level in a process of its own and prints what held; nothing is assumed of kernels and containers."""

import json
import os
import socket
import sys
from collections.abc import Callable
from typing import Final

from solon.sandbox import kernel
from solon.sandbox.confine import FILTERED, confine_worker, confine_zygote

LEVELS: Final = ("full", "no-namespaces", "process")
ROOM: Final = 1 << 30


def _held(level: str) -> str:
    """Lock this process up and return the reason why the level does not hold, or nothing."""
    try:
        os.close(os.pidfd_open(os.getppid()))
    except OSError as error:
        return f"process handles: {error.strerror}; Linux 5.3 has them"
    try:
        confine_zygote(level)
        confine_worker(level, os.getppid(), 5, kernel.mapped_bytes() + ROOM)
    except OSError as error:
        return error.strerror or str(error)
    if level not in FILTERED:
        return ""
    attempts: tuple[tuple[str, Callable[[], object]], ...] = (
        ("opening a file", lambda: os.open("/", os.O_RDONLY)),
        ("opening a socket", socket.socket),
        ("starting a process", os.fork),
    )
    for what, attempt in attempts:
        try:
            attempt()
        except OSError:
            continue
        return f"{what} was still possible inside"
    return ""


def _try(level: str) -> str:
    incoming, outgoing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.write(outgoing, _held(level).encode())
            os._exit(0)
        finally:
            os._exit(1)
    os.close(outgoing)
    with os.fdopen(incoming, "rb") as answer:
        reason = answer.read().decode()
    status = os.waitpid(pid, 0)[1]
    return reason or ("" if status == 0 else f"the attempt ended with status {status}")


def main() -> None:
    """Print, as JSON, why each level does not hold (nothing where it does), and what else was found."""
    reasons = {level: _try(level) for level in LEVELS}
    found = {"reasons": reasons, "landlock": kernel.landlock_version(), "fixed": kernel.addresses_are_fixed()}
    json.dump(found, sys.stdout)
