"""The filter is run here by a small interpreter of classic BPF, so that both processor families are tested on one."""

import pytest

from solon.sandbox import filter as bpf

ARM, INTEL = bpf.ARCHITECTURES["aarch64"], bpf.ARCHITECTURES["x86_64"]
FORBIDDEN = {
    "x86_64": {
        "open": 2, "close": 3, "socket": 41, "clone": 56, "fork": 57, "vfork": 58, "execve": 59, "kill": 62,
        "ptrace": 101, "personality": 135, "prctl": 157, "tgkill": 234, "openat": 257, "unshare": 272,
        "process_vm_readv": 310, "process_vm_writev": 311, "seccomp": 317, "execveat": 322, "pkey_mprotect": 329,
        "io_uring_setup": 425, "clone3": 435, "openat2": 437,
    },
    "aarch64": {
        "openat": 56, "close": 57, "personality": 92, "unshare": 97, "ptrace": 117, "kill": 129, "tgkill": 131,
        "prctl": 167, "socket": 198, "clone": 220, "execve": 221, "process_vm_readv": 270, "seccomp": 277,
        "execveat": 281, "pkey_mprotect": 288, "io_uring_setup": 425, "clone3": 435, "openat2": 437,
    },
}  # fmt: skip


def run(program: bytes, data: dict[int, int]) -> int:
    """Execute a filter on 32-bit words by offset, as the kernel does."""
    accumulator, position = 0, 0
    instructions = list(bpf.INSTRUCTION.iter_unpack(program))
    while True:
        code, when_true, when_false, operand = instructions[position]
        position += 1
        if code == bpf.RETURN:
            return operand
        if code == bpf.LOAD:
            accumulator = data.get(operand, 0)
            continue
        holds = {
            bpf.EQUAL: accumulator == operand,
            bpf.AT_LEAST: accumulator >= operand,
            bpf.ANY_BIT: bool(accumulator & operand),
        }[code]
        position += when_true if holds else when_false


def verdict(architecture: bpf.Architecture, number: int, protection: int = 0, audit: int | None = None) -> int:
    data = {0: number, 4: architecture.audit if audit is None else audit, 32: protection}
    return run(bpf.build_filter(architecture), data)


@pytest.mark.parametrize("architecture", [ARM, INTEL])
def test_exactly_the_listed_calls_pass(architecture: bpf.Architecture) -> None:
    passing = {number for number in range(1000) if verdict(architecture, number) == bpf.ALLOW}
    named = (architecture.allowed, architecture.mapping, architecture.clocks)
    assert passing == {number for calls in named for number in calls.values()}


@pytest.mark.parametrize("name", FORBIDDEN)
def test_dangerous_calls_are_refused_with_eperm(name: str) -> None:
    architecture = bpf.ARCHITECTURES[name]
    assert {verdict(architecture, number) for number in FORBIDDEN[name].values()} == {0x50001}


@pytest.mark.parametrize("architecture", [ARM, INTEL])
def test_memory_may_be_mapped_but_never_executable(architecture: bpf.Architecture) -> None:
    for number in architecture.mapping.values():
        assert verdict(architecture, number, protection=3) == bpf.ALLOW
        for protection in (4, 5, 7):
            assert verdict(architecture, number, protection) == bpf.DENY


@pytest.mark.parametrize("architecture", [ARM, INTEL])
def test_clocks_of_processes_are_refused(architecture: bpf.Architecture) -> None:
    """A negative clock names a process, for example the judge, whose processor time is nobody's business."""
    for number in architecture.clocks.values():
        words = {0: number, 4: architecture.audit}
        assert run(bpf.build_filter(architecture), words | {16: 1}) == bpf.ALLOW
        assert run(bpf.build_filter(architecture), words | {16: (~4711 << 3 | 2) & 0xFFFFFFFF}) == bpf.DENY


@pytest.mark.parametrize("architecture", [ARM, INTEL])
def test_calls_of_another_architecture_are_refused(architecture: bpf.Architecture) -> None:
    for number in architecture.allowed.values():
        assert verdict(architecture, number, audit=0x40000003) == bpf.DENY  # i386


def test_calls_of_the_x32_convention_are_refused() -> None:
    for number in INTEL.allowed.values():
        assert verdict(INTEL, number | 0x40000000) == bpf.DENY


def test_a_filter_without_the_protection_test_would_be_noticed() -> None:
    broken = INTEL._replace(allowed={**INTEL.allowed, **INTEL.mapping}, mapping={})
    assert verdict(broken, INTEL.mapping["mmap"], protection=4) == bpf.ALLOW
