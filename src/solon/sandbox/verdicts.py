"""Words for what goes wrong in a worker; every sentence names the limit and the remedy."""

import signal
from typing import Final

import msgspec

from solon.contract import Fault, InfrastructureError, ProgramFault
from solon.sandbox import wire
from solon.sandbox.limits import Limits
from solon.sandbox.zygote import Reaped

TEXT_CHARACTERS: Final = 500
FAULT_CHARACTERS: Final = 2000
TRACEBACK_CHARACTERS: Final = 8000


def clean(text: str, characters: int) -> str:
    """Cut an untrusted text and drop what could steer a terminal."""
    return "".join(
        letter if letter.isprintable() or letter in "\n\t" else "\N{REPLACEMENT CHARACTER}"
        for letter in text[:characters]
    )


def sentence(text: str) -> str:
    """Clean an untrusted text that must stay on one line: a program must not write lines of our output."""
    return " ".join(clean(text, TEXT_CHARACTERS).split())


def cleaned(fault: Fault) -> Fault:
    """Return a fault whose texts fit a terminal: the judge's own may quote what a program is made of."""
    return msgspec.structs.replace(
        fault,
        message=" ".join(clean(fault.message, FAULT_CHARACTERS).split()),
        remedy=" ".join(clean(fault.remedy, FAULT_CHARACTERS).split()),
        traceback=clean(fault.traceback, TRACEBACK_CHARACTERS),
    )


def protocol_fault(detail: str, step: int | None) -> ProgramFault:
    """Return the fault of a worker that sent what it must not send."""
    return ProgramFault(
        Fault(
            kind="protocol",
            message=f"The program broke the message protocol: {detail}.",
            remedy="Answer only by returning a value; leave file descriptors alone.",
            step=step,
        )
    )


def processor_fault(limits: Limits, step: int | None) -> ProgramFault:
    """Return the fault of a worker that used up its processor time."""
    return ProgramFault(
        Fault(
            kind="time",
            message=f"The program used up its {limits.cpu_seconds:g} s of processor time.",
            remedy="Do less work in each step, or raise the limit cpu_seconds.",
            step=step,
        )
    )


def waiting_fault(limits: Limits, step: int | None) -> ProgramFault:
    """Return the fault of a worker that did not answer though the processor was free for it."""
    return ProgramFault(
        Fault(
            kind="time",
            message=f"The program kept the judge waiting for {limits.wall:g} s without computing.",
            remedy="Do not sleep, wait for locks or read from the judge's channel.",
            step=step,
        )
    )


def reported_fault(payload: bytes, step: int | None) -> ProgramFault:
    """Return the fault that a worker reported about its program; a forged report harms only its sender."""
    try:
        fault = msgspec.json.decode(payload, type=Fault)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return protocol_fault("it sent a fault that is none", step)
    return ProgramFault(
        Fault(
            kind=fault.kind,
            message=sentence(fault.message),
            remedy=sentence(fault.remedy),
            traceback=clean(fault.traceback, TRACEBACK_CHARACTERS),
            step=step,
        )
    )


def death(reaped: Reaped, level: str, limits: Limits, step: int | None) -> ProgramFault | InfrastructureError:
    """Say why a worker is gone: its program's doing, or that of the machine."""
    if reaped.killed:
        return protocol_fault("it closed its channel", step)
    number = reaped.status & 0x7F
    if number == signal.SIGXCPU or (number == signal.SIGKILL and reaped.cpu_seconds >= limits.cpu_seconds):
        return processor_fault(limits, step)
    if number == signal.SIGKILL and reaped.peak_bytes > limits.memory_mib << 19:
        return _memory_fault(limits, step)
    if number == signal.SIGKILL and level != "process":
        # inside the filter nothing can send a signal, so somebody outside did
        return InfrastructureError("a worker was killed from outside; free memory on this machine, then run it again")
    if number:
        name = signal.Signals(number).name if number in set(signal.Signals) else f"signal {number}"
        how = f"The program crashed its interpreter ({name})."
    else:
        how = f"The program ended its own process (exit code {reaped.status >> 8})."
    return ProgramFault(
        Fault(kind="crash", message=how, remedy="Return a value, and leave processes and memory alone.", step=step)
    )


def _memory_fault(limits: Limits, step: int | None) -> ProgramFault:
    return ProgramFault(
        Fault(
            kind="memory",
            message=f"The program was killed for using too much memory; the limit is {limits.memory_mib} MiB.",
            remedy="Keep less data at a time, or raise the limit memory_mib.",
            step=step,
        )
    )


def refusal(payload: bytes) -> InfrastructureError:
    """Say that a worker could not be locked up."""
    text = clean(payload[: wire.NOTE_BYTES].decode(errors="replace"), TEXT_CHARACTERS)
    return InfrastructureError(
        f"a worker could not be locked up ({text}); see solon doctor for what this machine offers"
    )
