"""Reading NAME=VALUE options; a value becomes a number or a truth value when it reads as one."""

from collections.abc import Iterable

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
