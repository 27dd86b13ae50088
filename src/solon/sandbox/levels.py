"""Which walls this machine offers, and the choice among them."""

import os
import subprocess
import sys
import tempfile
from functools import cache
from typing import Final, Literal, NamedTuple, get_args

import msgspec

from solon.contract import InfrastructureError, Value
from solon.sandbox import wasm
from solon.sandbox.launch import launch

Isolation = Literal["full", "no-namespaces", "wasm", "process", "none"]
PROBE_SECONDS: Final = 60.0
WARNINGS: Final = {
    "process": (
        "WARNING: isolation is 'process': programs can read your files, use the network and end your processes. "
        "Use it only in a container or a virtual machine that holds nothing else. Scores are still kept out of reach."
    ),
    "none": (
        "WARNING: isolation is 'none': programs run inside this process, can do all that you can do, can change "
        "their own scores and have no limits. Use it only for programs that you wrote yourself."
    ),
}


class Level(NamedTuple):
    """One rung of the ladder, as ``solon doctor`` shows it."""

    level: str
    available: bool
    reason: str


class _Probed(Value, frozen=True):
    reasons: dict[str, str]  # why a level does not hold; empty where it does
    landlock: int = 0
    fixed: bool = False  # addresses, see addresses_are_fixed


@cache
def _probe() -> _Probed:
    if not sys.platform.startswith("linux"):
        reason = f"it needs Linux, and this is {sys.platform}"
        return _Probed(reasons=dict.fromkeys(("full", "no-namespaces", "process"), reason))
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        with launch("solon.sandbox.probe", [], [], output, errors) as probe:
            try:
                probe.wait(PROBE_SECONDS)
            except subprocess.TimeoutExpired:
                probe.kill()
        output.seek(0)
        errors.seek(0)
        try:
            return msgspec.json.decode(output.read(), type=_Probed)
        except msgspec.DecodeError:
            reason = f"the probe failed: {errors.read().decode(errors='replace').strip()[-300:] or 'no answer'}"
            return _Probed(reasons=dict.fromkeys(("full", "no-namespaces", "process"), reason))


def addresses_are_fixed() -> bool:
    """Return whether workers lie at the same addresses in every run.

    Where a container refuses that, a program that walks a set of plain objects meets them in another order each run.
    """
    return _probe().fixed


def survey() -> list[Level]:
    """Return every level, best first, with what it consists of or why it is out of reach; probed, not assumed."""
    probed = _probe()
    landlock = f"Landlock {probed.landlock}" if probed.landlock else "no Landlock here"
    addresses = "" if probed.fixed else "; addresses are random here, so a set of plain objects has no fixed order"
    rows = (
        ("A", "full", "full: system-call filter, Landlock, resource limits and namespaces"),
        ("B", "no-namespaces", f"no-namespaces: system-call filter, {landlock} and resource limits"),
        ("D", "process", "process: a separate process with resource limits; only when asked for"),
    )
    levels = [
        Level(letter, not probed.reasons[name], f"{name}: {why}" if (why := probed.reasons[name]) else text + addresses)
        for letter, name, text in rows
    ]
    levels.insert(2, Level("C", available=not wasm.missing(), reason=f"wasm: {wasm.described()}"))
    levels.append(Level("none", available=True, reason="none: inside this process, no limits; only when asked for"))
    return levels


def choose(isolation: str) -> Isolation:
    """Return the level meant by a name, ``auto`` being the best of the three safe ones.

    Raises InfrastructureError when it does not hold here, ValueError when there is no such level.
    """
    if isolation == "none":
        return "none"
    reasons = _probe().reasons | {"wasm": wasm.missing()}
    if isolation == "auto":
        if not reasons["full"]:
            return "full"
        if not reasons["no-namespaces"]:
            return "no-namespaces"
        if not reasons["wasm"]:
            return "wasm"
        raise InfrastructureError(
            f"no safe isolation is available here ({reasons['no-namespaces']}); {wasm.INSTALL}, or run on Linux 5.3 or "
            "later in a container or virtual machine that allows seccomp, or ask for isolation 'process' where nothing "
            "can be lost"
        )
    for level in get_args(Isolation):
        if level == isolation:
            if reasons[level]:
                raise InfrastructureError(
                    f"isolation {isolation!r} is not available here ({reasons[level]}); use 'auto', or see solon doctor"
                )
            return level
    raise ValueError(f"isolation is {isolation!r}; use auto, {', '.join(get_args(Isolation))}")


def pin_to_core(index: int) -> None:
    """Bind this process to one of its cores, counted round; call it in a pool's initialiser.

    A runner and its workers take turns, so they are several times faster on one core than on two. Zygotes inherit the
    binding: call it before a jail starts one. Does nothing where the system offers no binding.
    """
    if sys.platform.startswith("linux"):
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cores[index % len(cores)]})
