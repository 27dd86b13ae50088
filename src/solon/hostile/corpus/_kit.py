# Tools that the attacks share; served to them as the module ``kit``, inside the worker.
#
# They speak to whichever judge there is: by pipes and system calls, or by the one function of a WebAssembly instance.

import ctypes
import errno
import os
import struct
import sys
from types import ModuleType

from target import MACHINE

WASI = sys.platform == "wasi"

NUMBERS = {
    "x86_64": dict(
        open=2, mmap=9, mprotect=10, shmget=29, socket=41, clone=56, kill=62, ptrace=101, setuid=105, personality=135,
        pivot_root=155, prctl=157, adjtimex=159, setrlimit=160, mount=165, settimeofday=164, tgkill=234, openat=257,
        unshare=272, prlimit=302, setns=308, process_vm_readv=310, process_vm_writev=311, seccomp=317, memfd_create=319,
        bpf=321, userfaultfd=323, pidfd_send_signal=424, io_uring_setup=425, pidfd_open=434, clone3=435,
        pidfd_getfd=438, perf_event_open=298, keyctl=250, init_module=175, kexec_load=246, pkey_mprotect=329,
    ),
    "aarch64": dict(
        mmap=222, mprotect=226, shmget=194, socket=198, clone=220, kill=129, ptrace=117, setuid=146, personality=92,
        pivot_root=41, prctl=167, adjtimex=171, setrlimit=164, mount=40, settimeofday=170, tgkill=131, openat=56,
        unshare=97, prlimit=261, setns=268, process_vm_readv=270, process_vm_writev=271, seccomp=277, memfd_create=279,
        bpf=280, userfaultfd=282, pidfd_send_signal=424, io_uring_setup=425, pidfd_open=434, clone3=435,
        pidfd_getfd=438, perf_event_open=241, keyctl=219, init_module=105, kexec_load=104, pkey_mprotect=288,
    ),
}.get(MACHINE, {})  # where there are none by number, there are none at all

READY, REPLY, NOTE, FAULT = 0xC2, 0xC3, 0xC4, 0xC5
# what the system interface of WebAssembly answers where there is nothing: no such call, no right
NOTHING_THERE = (errno.ENOSYS, errno.ENOTSUP, errno.EBADF, getattr(errno, "ENOTCAPABLE", errno.EPERM))


class Reached(BaseException):
    """Raised when an attack got through: a slip, or a failed load, where none is due."""


def reached(what):
    raise Reached(str(what)[:2000])


def attempt(action, *refusals):
    """Do what must be refused with one of these errors; any other error is a mistake of the attack."""
    try:
        result = action()
    except refusals or PermissionError:
        return
    except Exception as error:
        if absent(error):
            return
        raise
    reached(result)


def absent(error):
    """Return whether an error says that WebAssembly lacks what was asked for; elsewhere nothing is lacking."""
    if not WASI:
        return False
    if isinstance(error, OSError):
        return isinstance(error, FileNotFoundError) or error.errno in NOTHING_THERE or "unavailable on wasm32-wasi" in str(error)
    if isinstance(error, AttributeError):
        return isinstance(error.obj, ModuleType)  # the library leaves functions out that the system cannot do
    return isinstance(error, ImportError)


def syscall(name, *arguments):
    """Make a system call by its number, or by name."""
    library = ctypes.CDLL(None, use_errno=True)
    library.syscall.restype = ctypes.c_long
    packed = [ctypes.c_long(each) if isinstance(each, int) else each for each in arguments]
    result = library.syscall(ctypes.c_long(NUMBERS.get(name, name)), *packed)
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def refused(name, *arguments):
    """Reach unless the filter refuses a call: with EPERM, before its (senseless) arguments are looked at."""
    try:
        result = syscall(name, *arguments)
    except OSError as error:
        if error.errno == errno.EPERM or absent(error):
            return
        result = error
    reached(f"system call {name}: {result}")


def write(place, value, size):
    """Fill memory at an address, if there is a way to."""
    try:
        ctypes.memset(place, value, size)
    except OSError as error:
        if not absent(error):
            raise


def tag():
    """Look up the tag of the question that the worker's loop is answering; instances have none."""
    if WASI:
        return 0
    frame = sys._getframe()
    while not (frame.f_code.co_name == "serve" and "tag" in frame.f_locals):
        frame = frame.f_back
    return frame.f_locals["tag"]


def frame(kind, payload=b"", *, tag_, length=None):
    return struct.pack("<BII", kind, tag_, len(payload) if length is None else length) + payload


def send(kind, payload=b"", *, tag_=None, length=None):
    """Send the judge a frame past the worker's loop. An instance can lie about neither tag nor length."""
    if WASI:
        import _host

        return _host.call(bytes([kind]) + payload)
    return os.write(4, frame(kind, payload, tag_=tag() if tag_ is None else tag_, length=length))


def change_replies(change):
    """Let the worker's own loop send something else than what the policy answered."""
    if WASI:
        door = sys.modules["__main__"].Door
        honest_ask = door.ask
        door.ask = lambda self, kind, payload=b"": honest_ask(
            self, kind, change(payload) if kind == REPLY else payload
        )
    else:
        import solon.sandbox.wire as wire

        honest_pack = wire.pack
        wire.pack = lambda kind, tag_=0, payload=b"": honest_pack(
            kind, tag_, change(payload) if kind == REPLY else payload
        )
