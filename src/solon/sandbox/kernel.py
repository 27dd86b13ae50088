"""What the Linux kernel offers to lock a process up, called through the C library; one function a layer.

Each function raises OSError that names the layer when the kernel refuses. Order matters: namespaces, files,
resources, capabilities, parent's death, and last the filter, after which none of these calls exists any more.
"""

import ctypes
import math
import os
import platform
import resource
import signal
import struct
from functools import cache
from pathlib import Path
from typing import Final

from solon.sandbox.filter import ARCHITECTURES, INSTRUCTION, build_filter

PR_SET_PDEATHSIG: Final = 1
PR_SET_DUMPABLE: Final = 4
PR_SET_CHILD_SUBREAPER: Final = 36
PR_SET_NO_NEW_PRIVS: Final = 38
ADDR_NO_RANDOMIZE: Final = 0x0040000
CLONE_NEWNS: Final = 0x00020000
CLONE_NEWUTS: Final = 0x04000000
CLONE_NEWIPC: Final = 0x08000000
CLONE_NEWUSER: Final = 0x10000000
CLONE_NEWNET: Final = 0x40000000
LANDLOCK_CREATE_RULESET: Final = 444  # the same numbers on every architecture
LANDLOCK_RESTRICT_SELF: Final = 446
LANDLOCK_VERSION: Final = 1
CAPSET: Final = {"x86_64": 126, "aarch64": 91}
CAPABILITY_VERSION_3: Final = 0x20080522
SECCOMP_SET_MODE_FILTER: Final = 1


class _FilterProgram(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


@cache
def _library() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _call(function: str, *arguments: object, layer: str) -> int:
    packed = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    result = int(getattr(_library(), function)(*packed))
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{layer}: {os.strerror(number)}")
    return result


def addresses_are_fixed() -> bool:
    """Return whether this process lies at the same addresses in every run."""
    try:
        return bool(_call("personality", 0xFFFFFFFF, layer="personality") & ADDR_NO_RANDOMIZE)
    except OSError:
        return False


def unshare_namespaces() -> None:
    """Enter fresh user, network, IPC, host-name and mount namespaces; needs a single thread."""
    flags = CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNS
    _call("unshare", flags, layer="namespaces")


@cache
def landlock_version() -> int:
    """Return the version of the kernel's Landlock interface, 0 when there is none."""
    try:
        return _call("syscall", LANDLOCK_CREATE_RULESET, None, 0, LANDLOCK_VERSION, layer="Landlock")
    except OSError:
        return 0


def deny_files() -> None:
    """Refuse every file, and TCP, foreign signals and abstract sockets where the kernel can; needs no_new_privs."""
    version = landlock_version()
    if version < 1:
        raise OSError(0, "Landlock: this kernel has none")
    file_rights = {1: 13, 2: 14, 3: 15, 4: 15}.get(version, 16)  # rights known to that version, one bit each
    fields = [(1 << file_rights) - 1]
    if version >= 4:
        fields.append(0b11)  # TCP bind and connect
    if version >= 6:
        fields.append(0b11)  # abstract sockets and signals stay inside
    attributes = struct.pack(f"={len(fields)}Q", *fields)
    rules = _call("syscall", LANDLOCK_CREATE_RULESET, attributes, len(attributes), 0, layer="Landlock")
    try:
        _call("syscall", LANDLOCK_RESTRICT_SELF, rules, 0, layer="Landlock")
    finally:
        os.close(rules)


def forbid_new_privileges() -> None:
    """Let no later exec gain rights; also what Landlock and the filter ask for."""
    _call("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, layer="no_new_privs")


def hide_memory() -> None:
    """Keep other processes of the same user from reading this one's memory, and from dumping it."""
    _call("prctl", PR_SET_DUMPABLE, 0, 0, 0, 0, layer="dumpable")


def adopt_orphans() -> None:
    """Become the parent of all descendants whose own parent dies."""
    _call("prctl", PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0, layer="subreaper")


def drop_capabilities() -> None:
    """Give up every capability of this process."""
    number = CAPSET.get(platform.machine())
    if number is None:
        raise OSError(0, f"capabilities: no call number is known for {platform.machine()}")
    header = struct.pack("=Ii", CAPABILITY_VERSION_3, 0)
    _call("syscall", number, header, bytes(24), layer="capabilities")


def die_with(parent: int) -> None:
    """Ask for SIGKILL when the parent dies; raises when it is dead already. A change of credentials undoes it."""
    _call("prctl", PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0, layer="parent's death")
    if os.getppid() != parent:
        raise OSError(0, "parent's death: the parent is gone")


def mapped_bytes() -> int:
    """Return the size of this process's address space."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    return pages * resource.getpagesize()


def limit_resources(cpu_seconds: float, address_space: int) -> None:
    """Set the kernel's own limits: a backstop in whole seconds, and the size of the address space in bytes."""
    seconds = math.ceil(cpu_seconds) + 1
    for what, soft, hard in (
        (resource.RLIMIT_CPU, seconds, seconds + 1),
        (resource.RLIMIT_AS, address_space, address_space),
        (resource.RLIMIT_NPROC, 0, 0),
        (resource.RLIMIT_NOFILE, 16, 16),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        ceiling = resource.getrlimit(what)[1]
        if ceiling != resource.RLIM_INFINITY:
            soft, hard = min(soft, ceiling), min(hard, ceiling)  # noqa: PLW2901 - a limit can only be lowered
        resource.setrlimit(what, (soft, hard))


def install_filter() -> None:
    """Allow only the calls that an interpreter needs to compute and to answer; needs no_new_privs."""
    architecture = ARCHITECTURES.get(platform.machine())
    if architecture is None:
        raise OSError(0, f"seccomp: no table of system calls for {platform.machine()}")
    instructions = build_filter(architecture)
    program = _FilterProgram(len(instructions) // INSTRUCTION.size, instructions)
    _call("syscall", architecture.seccomp, SECCOMP_SET_MODE_FILTER, 0, ctypes.byref(program), layer="seccomp")
