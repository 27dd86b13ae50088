# name: kernel_doors
# tries: Knocks at the kernel's wide doors: namespaces, mounts, BPF, io_uring, modules, keys, new filters.
# class: processes
# expect: scored:same
# twin: nearest_apple
# needs-wall: true

from honest import policy as honest
from kit import refused

NAMES = ("unshare", "setns", "mount", "pivot_root", "bpf", "userfaultfd", "perf_event_open", "io_uring_setup", "keyctl",
         "init_module", "kexec_load", "personality", "prctl", "seccomp", "setuid", "shmget", "ptrace", "pidfd_open")


def policy(env, agent_id):
    if env.step_count:
        return honest(env, agent_id)
    for name in NAMES:
        refused(name, -1, -1, -1, -1, -1)
    return honest(env, agent_id)
