"""Reading NAME=VALUE options; a value becomes a number or a truth value when it reads as one."""

from collections.abc import Iterable

from solon.sandbox import Limits

Option = str | int | float | bool


def parse_value(text: str) -> Option:
    """Return the integer, number or truth value that a text spells, else the text."""
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def parse_options(items: Iterable[str]) -> dict[str, Option]:
    """Parse NAME=VALUE items; raises ValueError for anything else."""
    options: dict[str, Option] = {}
    for item in items:
        name, equals, value = item.partition("=")
        if not equals or not name:
            raise ValueError(f"an option must be written NAME=VALUE, got {item!r}")
        options[name.strip().replace("-", "_")] = parse_value(value.strip())
    return options


def parse_named(text: str) -> tuple[str, dict[str, Option]]:
    """Parse NAME or NAME:OPTION=VALUE,OPTION=VALUE."""
    name, _, rest = text.partition(":")
    return name, parse_options(item for item in rest.split(",") if item)


def limits_of(cpu_seconds: float | None, memory_mib: int | None) -> Limits:
    """Return the limits that were given, the usual ones in place of the others."""
    usual = Limits()
    return Limits(
        cpu_seconds=usual.cpu_seconds if cpu_seconds is None else cpu_seconds,
        memory_mib=usual.memory_mib if memory_mib is None else memory_mib,
    )
