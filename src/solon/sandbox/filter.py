"""The system-call filter: a classic BPF program that allows a few calls and answers EPERM to all others.

A refused call is an error that the program can catch and print, not a kill: honest programs stumble over missing
files too. ``mmap`` and ``mprotect`` pass only without PROT_EXEC, clocks only with the kernel's own numbers: a negative
one names a process, the judge included, and would tell its processor time. Layouts: linux/seccomp.h, linux/filter.h.
"""

import errno
import struct
from collections.abc import Mapping
from typing import Final, NamedTuple


class Architecture(NamedTuple):
    """Numbers of one processor family."""

    audit: int  # AUDIT_ARCH_* of linux/audit.h
    allowed: Mapping[str, int]
    mapping: Mapping[str, int]  # allowed without PROT_EXEC
    clocks: Mapping[str, int]  # allowed for the clocks that are nobody's
    seccomp: int
    foreign: int | None  # numbers from here on belong to another calling convention (x32)


ARCHITECTURES: Final[Mapping[str, Architecture]] = {
    "x86_64": Architecture(
        audit=0xC000003E,
        allowed={
            "read": 0,
            "write": 1,
            "munmap": 11,
            "brk": 12,
            "rt_sigreturn": 15,
            "mremap": 25,
            "madvise": 28,
            "getpid": 39,
            "exit": 60,
            "gettimeofday": 96,
            "time": 201,
            "futex": 202,
            "restart_syscall": 219,
            "exit_group": 231,
        },
        mapping={"mmap": 9, "mprotect": 10},
        clocks={"clock_gettime": 228, "clock_getres": 229},
        seccomp=317,
        foreign=0x40000000,
    ),
    "aarch64": Architecture(
        audit=0xC00000B7,
        allowed={
            "read": 63,
            "write": 64,
            "exit": 93,
            "exit_group": 94,
            "futex": 98,
            "restart_syscall": 128,
            "rt_sigreturn": 139,
            "gettimeofday": 169,
            "getpid": 172,
            "brk": 214,
            "munmap": 215,
            "mremap": 216,
            "madvise": 233,
        },
        mapping={"mmap": 222, "mprotect": 226},
        clocks={"clock_gettime": 113, "clock_getres": 114},
        seccomp=277,
        foreign=None,
    ),
}

ALLOW: Final = 0x7FFF0000
DENY: Final = 0x00050000 | errno.EPERM
NUMBER_OFFSET: Final = 0  # struct seccomp_data
ARCHITECTURE_OFFSET: Final = 4
CLOCK_OFFSET: Final = 16  # low half of the first argument, little-endian
PROTECTION_OFFSET: Final = 32  # low half of the third argument, little-endian
PROT_EXEC: Final = 0x4
NEGATIVE: Final = 0x80000000
LOAD: Final = 0x20  # BPF_LD | BPF_W | BPF_ABS
EQUAL: Final = 0x15  # BPF_JMP | BPF_JEQ | BPF_K
AT_LEAST: Final = 0x35  # BPF_JMP | BPF_JGE | BPF_K
ANY_BIT: Final = 0x45  # BPF_JMP | BPF_JSET | BPF_K
RETURN: Final = 0x06  # BPF_RET | BPF_K
INSTRUCTION: Final = struct.Struct("<HBBI")  # code, jump if true, jump if false, operand


def build_filter(architecture: Architecture) -> bytes:
    """Return the packed ``struct sock_filter`` array for one architecture."""
    # Tests jump forward to labels; a jump's length is known once all instructions stand in a row.
    tests: list[tuple[int, int, str, str]] = [
        (LOAD, ARCHITECTURE_OFFSET, "", ""),
        (EQUAL, architecture.audit, "", "deny"),
        (LOAD, NUMBER_OFFSET, "", ""),
    ]
    if architecture.foreign is not None:
        tests.append((AT_LEAST, architecture.foreign, "deny", ""))
    tests += [(EQUAL, number, "allow", "") for number in architecture.allowed.values()]
    tests += [(EQUAL, number, "protection", "") for number in architecture.mapping.values()]
    tests += [(EQUAL, number, "clock", "") for number in architecture.clocks.values()]
    tests.append((RETURN, DENY, "", ""))
    start = len(tests)
    labels = {"clock": start, "protection": start + 2, "deny": start + 4, "allow": start + 5}
    tests += [
        (LOAD, CLOCK_OFFSET, "", ""),
        (ANY_BIT, NEGATIVE, "deny", "allow"),
        (LOAD, PROTECTION_OFFSET, "", ""),
        (ANY_BIT, PROT_EXEC, "deny", "allow"),
        (RETURN, DENY, "", ""),
        (RETURN, ALLOW, "", ""),
    ]
    packed = b""
    for position, (code, operand, when_true, when_false) in enumerate(tests):
        jumps = [labels[label] - position - 1 if label else 0 for label in (when_true, when_false)]
        packed += INSTRUCTION.pack(code, *jumps, operand)
    return packed
