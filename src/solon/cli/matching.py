"""``solon match``.

The document of ``--json`` is one object, ``solon.engine.match.Match``:

    task, version, isolation, schema          as in ``solon eval --json``
    seats, seeds                              seats of an episode, public seeds 0, 1, ...
    programs        [{name, digest, fault}]   in the order of the call; fault or null
    payoffs         [row][column]             estimate of the mean return of a seat of the row's program with half of
                                              the seats, the column's in the others; self-play on the diagonal; null
                                              where a program failed
    dominance       [{better, worse, strict, shown, margins}]    margins: what a seat gains with the better program,
                                              by the number of other seats that play it, the rest playing the worse;
                                              shown: every margin's interval lies above zero
    exploitability  [{program, response, gain}]                  gain of one deviating seat over self-play
    invasions       [{mutant, resident, points: [{mutants, mutant, resident, advantage}]}]     every ordered pair
    held_out        [{program, focal, self_play, partnerships, faults}]
                    partnerships: [{partner, role, focal_seats, focal, background}], role resident, even or visitor
    faults          [fault]                   meetings that failed between programs that are sound alone

An estimate is {mean, low, high, per_seed}; a fault {kind, message, remedy, traceback, step}, its message beginning
with the name of the program at fault.
"""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from rich.table import Table
from rich.text import Text

from solon.api import find_program
from solon.cli.options import limits_of, parse_options
from solon.cli.running import warn_about
from solon.cli.tables import console, heading, interval, needs, print_json, public, unbroken, word
from solon.contract import InfrastructureError, Program, Task
from solon.engine import Estimate, PoolJudge, public_seeds
from solon.engine.match import Invasion, InvasionPoint, Match, match
from solon.evidence import policy_of
from solon.interop.cluster import open_executor
from solon.journal.remedies import remedy
from solon.report.curves import curves
from solon.report.payoffs import payoff_matrix
from solon.tasks import load

MOST_POINTS = 5
"""Points of an invasion curve in the terminal; JSON and figure hold all."""


def match_programs(  # noqa: PLR0913  # the options of the command
    task: str,
    programs: Sequence[Path],
    *,
    seeds: int,
    options: Sequence[str],
    figure: Path | None,
    matrix: Path | None,
    isolation: str,
    workers: int,
    executor: str,
    cpu_seconds: float | None,
    memory_mib: int | None,
    as_json: bool,
) -> int:
    """Let programs meet and show or print what came out; exit code 0, or 1 if a program failed."""
    if len(programs) < 2:
        raise ValueError("name at least two programs: solon match TASK A B")
    if seeds < 1:
        raise ValueError(f"seeds must be 1 or more, got {seeds}")
    loaded = load(task, **parse_options(options))
    entrants = _read(loaded, programs)
    warn_about(isolation)
    limits = limits_of(cpu_seconds, memory_mib)
    with (
        open_executor(executor, workers) as opened,
        PoolJudge(loaded, isolation=isolation, limits=limits, workers=workers, executor=opened) as judge,
    ):
        found = match(loaded, entrants, judge, public_seeds(seeds))
    drawings = {figure: partial(curves, found.invasions), matrix: partial(_matrix, found)}
    for file, draw in drawings.items():
        if file is not None:
            _write(file, draw())
    if as_json:
        print_json(found)
    else:
        _show(found)
        for file in filter(None, drawings):
            console().print(f"Figure {file}")
    return 1 if found.faults or any(it.fault for it in found.programs) else 0


def _matrix(found: Match) -> str:
    title = f"{found.task}: payoff matrix, {public(found.seeds)}"
    return payoff_matrix([it.name for it in found.programs], found.payoffs, title=title)


def _write(file: Path, drawing: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(drawing, encoding="utf-8")
    except OSError as error:
        raise InfrastructureError(f"cannot write {file} ({error.strerror}); {remedy(error)}") from None


def _read(task: Task, paths: Sequence[Path]) -> dict[str, Program]:
    entrants: dict[str, Program] = {}
    for path in paths:
        name = str(path)
        if name in entrants:
            raise ValueError(f"{name} is named twice; a program always meets itself, name another one")
        entrants[name] = policy_of(path) if (path / "run.json").is_file() else find_program(task, name)
    return entrants


def _show(it: Match) -> None:
    out = console()
    out.print(heading(it.task, f" {it.version}, {public(it.seeds)}, isolation {it.isolation}"))
    out.print(f"mean return of a seat ± half of the 95 % interval, {it.seats // 2} of {it.seats} seats each")
    out.print(_payoff_table(it, out.width))
    for line in (*_dominance_lines(it), *_exploitability_lines(it)):
        out.print(line)
    out.print("\nmutants' return / residents' return, by seats of the mutants")
    out.print(_invasion_table(it, out.width))
    for line in _held_out_lines(it):
        out.print(line)
    errors = console(stderr=True)
    faults = [entrant.fault for entrant in it.programs if entrant.fault] + list(it.faults)
    faults += [fault for held_out in it.held_out for fault in held_out.faults]
    for fault in dict.fromkeys(faults):
        errors.print(f"invalid, {word(fault)}")


def _cell(it: Estimate | None, word: Callable[[Estimate], str]) -> str | Text:
    return word(it) if it is not None else Text("invalid", "red")


def _payoff_table(it: Match, width: int) -> Table:
    rows = [[_cell(payoff, interval) for payoff in row] for row in it.payoffs]
    if narrow := needs(rows) > width:
        rows = [[_cell(payoff, lambda it: f"{it.mean:.1f}") for payoff in row] for row in it.payoffs]
    names = [entrant.name for entrant in it.programs]
    laid = [(name, cells, "") for name, cells in zip(names, rows, strict=True)]
    table = unbroken("this program's return, against", names, laid, width)
    table.caption, table.caption_justify = "no room here for intervals" if narrow else None, "left"
    return table


def _dominance_lines(it: Match) -> list[str]:
    lines: list[str] = []
    for found in it.dominance:
        kind = "strictly" if found.strict else "weakly"
        if found.shown:
            text = f"{found.better} {kind} dominates {found.worse} in every mix of the two"
            lines.append(f"{text}: every margin's interval lies above zero")
        else:
            text = f"{found.better} {kind} dominates {found.worse} on average over these seeds"
            lines.append(f"{text}; not shown, because intervals of its margins reach zero")
    return lines or ["no program dominates another"]


def _exploitability_lines(it: Match) -> list[str]:
    lines: list[str] = []
    for found in it.exploitability:
        if found.response == found.program:
            lines.append(f"{found.program}: no seat gains by leaving it for another program of the match")
        else:
            gain = interval(found.gain)
            lines.append(f"{found.program}: a seat that leaves it gains {gain}, with {found.response}")
    return lines


def _invasion_table(it: Match, width: int) -> Table:
    most = MOST_POINTS
    while needs(rows := _invasion_rows(it, counts := _shown(it.seats, most))) > width and most > 2:
        most -= 1
    laid = [(_label(invasion), cells, "") for invasion, cells in zip(it.invasions, rows, strict=True)]
    return unbroken("mutants among residents", [str(count) for count in counts], laid, width)


def _invasion_rows(it: Match, counts: Sequence[int]) -> list[list[str]]:
    found = [[_pair(point) for point in invasion.points if point.mutants in counts] for invasion in it.invasions]
    return [cells or ["-"] * len(counts) for cells in found]


def _shown(seats: int, most: int = MOST_POINTS) -> list[int]:
    """Choose the first, the last and evenly spaced counts between."""
    last = seats - 1
    points = min(most, last)
    return sorted({1 + round(place * (last - 1) / max(1, points - 1)) for place in range(points)})


def _label(invasion: Invasion) -> str:
    return f"{invasion.mutant} among {invasion.resident}"


def _pair(point: InvasionPoint) -> str:
    return f"{point.mutant.mean:.1f} / {point.resident.mean:.1f}"


def _held_out_lines(it: Match) -> list[str]:
    lines: list[str] = []
    for found in it.held_out:
        if found.focal is None:
            continue
        worst = min(found.partnerships, key=lambda partnership: partnership.focal.mean)
        at = f"{worst.focal.mean:.1f} as {worst.role} with {worst.partner}"
        alone = f", in self-play {interval(found.self_play)}" if found.self_play else ""
        count = len({partnership.partner for partnership in found.partnerships})
        partners = f"{count} held-out partner{'s' * (count != 1)}"
        lines.append(f"{found.program} with {partners}: {interval(found.focal)}{alone}; least {at}")
    return lines
