"""What the documentation site takes from the code itself: pages of commands, tasks and schemas, and the design notes.

A hook of MkDocs (see mkdocs.yml). Nothing that it writes is kept in the repository, so it cannot fall behind the code.
"""

import json
from collections.abc import Callable, Iterator
from inspect import cleandoc
from pathlib import Path
from typing import Any, Final, get_args

import msgspec
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from solon.api import Evaluation
from solon.assembly import Ceiling
from solon.cli.app import app
from solon.contract import Task
from solon.engine import Card
from solon.evidence import Comparison, Verification
from solon.tasks import load, task_names

SCHEMAS: Final = {
    "solon eval": Evaluation,
    "solon run, card.json": Card,
    "solon plan": Ceiling,
    "solon verify, solon replay": Verification,
    "solon diff": Comparison,
}


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Add every design note to the navigation, under its own title."""
    notes = sorted((Path(config.docs_dir) / "design").glob("*.md"))
    entries = [{title(note): f"design/{note.name}"} for note in notes if note.name != "README.md"]
    for section in config.nav or []:
        if "Design notes" in section:
            section["Design notes"] = [*section["Design notes"], *entries]
    return config


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add the pages that are written from the code."""
    for name, write in GENERATED.items():
        files.append(File.generated(config, name, content=write()))
    return files


def title(page: Path) -> str:
    """Return a page's first heading."""
    return page.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ").strip()


def commands() -> str:
    """Return the reference of the command line, from the commands themselves."""
    parts = [
        "# Commands\n",
        "Written from the commands themselves; `solon COMMAND --help` says the same.\n",
        "Every command that prints figures takes `--json` ([fields](json.md), [schemas](schemas.md)).\n",
        f"{app.help_epilogue}\n",
    ]
    return "\n".join([*parts, *(_command(path, command) for path, command in _commands(app, ("solon",)))])


def _commands(parent: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name in sorted(parent):
        if not name.startswith("-"):
            command = parent[name]
            if command.default_command:
                yield (*path, name), command
            yield from _commands(command, (*path, name))


def _command(path: tuple[str, ...], command: Any) -> str:
    arguments = list(command.assemble_argument_collection())
    usage = [*path, *(_place(argument) for argument in arguments if argument.index is not None), "[OPTIONS]"]
    prose = [cleandoc(part) for part in cleandoc(command.help).split("\n\n")]
    said = [f"    {part.removeprefix('Example: ')}" if part.startswith("Example: ") else part for part in prose]
    lines = [f"## {' '.join(path)}\n", "\n\n".join([said[0], f"```text\n{' '.join(usage)}\n```", *said[1:]]), ""]
    rows = [_row(argument) for argument in sorted(arguments, key=lambda it: it.index is None)]
    if rows:
        lines += ["| Argument or option | Meaning | If not given |", "|---|---|---|", *rows, ""]
    return "\n".join(lines)


def _place(argument: Any) -> str:
    name = argument.names[0].lstrip("-").upper()
    return f"{name}..." if "..." in str(argument.hint) else name


def _row(argument: Any) -> str:
    names = ", ".join(f"`{name}`" for name in ([_place(argument)] if argument.index is not None else argument.names))
    choices = ", ".join(f"`{choice}`" for choice in get_args(argument.hint) if isinstance(choice, str))
    default = argument.field_info.default
    shown = "" if default is None or default is False or argument.required else f"`{default}`"
    meaning = f"{argument.parameter.help or ''}{f' One of {choices}.' if choices else ''}"
    return f"| {names} | {meaning.replace('|', chr(92) + '|')} | {shown} |"


def tasks() -> str:
    """Return a section for every task: what it measures, what is proved, what others reported."""
    parts = ["# Tasks\n", "Written from the tasks themselves; `solon tasks --json` says the same.\n"]
    parts += [_task(load(name)) for name in task_names()]
    return "\n".join(parts)


def _task(task: Task) -> str:
    lines = [f"## {task.name}\n", f"{_first_sentence(task)} Version `{task.version}`.\n"]
    lines += ["| Metric | Role | Better | Range | Meaning |", "|---|---|---|---|---|"]
    for metric in task.metrics:
        better = "more" if metric.direction == "maximise" else "less"
        lines.append(
            f"| `{metric.name}` | {metric.role} | {better} | {metric.low:g} to {metric.high:g} {metric.unit} "
            f"| {metric.meaning} |"
        )
    lines.append("")
    for figure in task.figures():
        values = ", ".join(f"{name} {value:.4g}" for name, value in figure.metrics.items())
        kind = "Proved bound" if figure.kind == "bound" else "Published"
        lines.append(f"- {kind}, {figure.label}: {values} ({figure.source})")
    names = ", ".join(f"`{name}`" for name in task.references())
    lines.append(f"\nReference programs: {names or 'none'}.\n")
    return "\n".join(lines)


def _first_sentence(task: Task) -> str:
    return (type(task).__doc__ or "").strip().partition("\n")[0]


def schemas() -> str:
    """Return the JSON schema of every documented output, from the types that write it."""
    parts = [
        "# Schemas\n",
        "JSON Schema (2020-12) of what the commands print with `--json`, from the types that write it.\n",
        "What each field holds is said in [JSON output](json.md).\n",
    ]
    for heading, kind in SCHEMAS.items():
        schema = json.dumps(msgspec.json.schema(kind), indent=2, ensure_ascii=False)
        parts.append(f"## {heading}\n\n```json\n{schema}\n```\n")
    return "\n".join(parts)


GENERATED: Final[dict[str, Callable[[], str]]] = {
    "reference/commands.md": commands,
    "reference/tasks.md": tasks,
    "reference/schemas.md": schemas,
}
