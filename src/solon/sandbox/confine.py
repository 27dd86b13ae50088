"""How the layers are stacked at each level of isolation; runs in the zygote and in its workers."""

from typing import Final

from solon.sandbox import kernel

NAMESPACED: Final = frozenset({"full"})
FILTERED: Final = frozenset({"full", "no-namespaces"})


def confine_zygote(level: str) -> None:
    """Lock up the zygote once its guest is warm; its workers inherit the namespaces.

    A namespace of one's own for each worker would cost a millisecond or more and buy nothing: the filter leaves no
    call that could put anything into one.
    """
    kernel.hide_memory()
    kernel.adopt_orphans()
    if level in NAMESPACED:
        kernel.unshare_namespaces()
        kernel.drop_capabilities()


def confine_worker(level: str, parent: int, cpu_seconds: float, address_space: int) -> None:
    """Lock up a freshly forked worker; raises OSError naming the layer that the kernel refused."""
    kernel.forbid_new_privileges()
    if level in NAMESPACED or (level in FILTERED and kernel.landlock_version()):
        kernel.deny_files()
    kernel.hide_memory()
    if level in FILTERED:
        kernel.drop_capabilities()
    kernel.limit_resources(cpu_seconds, address_space)
    kernel.die_with(parent)
    if level in FILTERED:
        kernel.install_filter()
