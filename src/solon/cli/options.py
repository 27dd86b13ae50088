"""Reading NAME=VALUE options; a value becomes a number or a truth value when it reads as one."""

from collections.abc import Iterable

from solon.sandbox import Limits

Option = str | int | float | bool
StrategyOption = Option | tuple[Option, ...]

_CLOSING = {"(": ")", "[": "]"}


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


def parse_named(text: str) -> tuple[str, dict[str, StrategyOption]]:
    """Parse NAME or NAME:OPTION=VALUE,OPTION=VALUE; a value in brackets, such as (1,3,8), is a list of values.

    Raises ValueError for anything else.
    """
    name, _, rest = text.partition(":")
    options: dict[str, StrategyOption] = {}
    for item in _split(rest):
        for option, value in parse_options([item]).items():
            inner = value[1:-1] if isinstance(value, str) and _CLOSING.get(value[:1]) == value[-1:] else None
            options[option] = value if inner is None else tuple(parse_value(part) for part in _split(inner))
    return name, options


def _split(text: str) -> list[str]:
    """Split at the commas that stand outside brackets; empty parts are left out. Raises ValueError."""
    parts, open_ = [""], list[str]()
    for sign in text:
        if sign == "," and not open_:
            parts.append("")
            continue
        if sign in _CLOSING:
            open_.append(_CLOSING[sign])
        elif sign in _CLOSING.values() and (not open_ or open_.pop() != sign):
            raise ValueError(f"{sign!r} closes no bracket in {text!r}; write lists as (1,3,8)")
        parts[-1] += sign
    if open_:
        raise ValueError(f"{open_[-1]!r} is missing in {text!r}; write lists as (1,3,8), in quotes for the shell")
    return [part.strip() for part in parts if part.strip()]


def limits_of(cpu_seconds: float | None, memory_mib: int | None) -> Limits:
    """Return the limits that were given, the usual ones in place of the others."""
    usual = Limits()
    return Limits(
        cpu_seconds=usual.cpu_seconds if cpu_seconds is None else cpu_seconds,
        memory_mib=usual.memory_mib if memory_mib is None else memory_mib,
    )
