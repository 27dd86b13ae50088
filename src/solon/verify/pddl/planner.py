"""Fast Downward as a process with limits: its outcomes as types, its files in a folder of their own.

It reads the normalised export; plans come back with the original names. Fast Downward (Helmert 2006) is the
distribution ``up-fast-downward``, of which only the planner itself is used.
"""

import importlib.util
import re
import sys
import tempfile
from pathlib import Path
from typing import Final, Literal

from solon.contract import InfrastructureError, Value
from solon.verify import limited
from solon.verify.limited import Finished, Stopped
from solon.verify.pddl.check import check, errors
from solon.verify.pddl.normalise import Normal, normalise
from solon.verify.pddl.outcome import GaveUp, Planned, PlannerResult, ProvenUnsolvable, Rejected
from solon.verify.pddl.simulate import read_plan
from solon.verify.pddl.syntax import Domain, Problem, print_domain, print_problem
from solon.verify.pddl.world import World

Alias = Literal["lama-first", "lama", "seq-opt-lmcut", "seq-opt-fdss-1"]
"""Configurations of Fast Downward: the first plan, ever cheaper plans until the time is over, and two optimal ones."""

_MODULE: Final = "up_fast_downward"
_COST: Final = re.compile(r"^; cost = (\d+)", re.MULTILINE)
_FOUND: Final = frozenset({0, 1, 2, 3})
_UNSOLVABLE: Final = frozenset({10, 11})
_GAVE_UP: Final[dict[int, Literal["time", "memory", "incomplete", "unsupported"]]] = {
    12: "incomplete",
    20: "memory",
    21: "time",
    22: "memory",
    23: "time",
    24: "memory",
    34: "unsupported",
    256 - 24: "time",  # the signal at the end of processor time reached the translator
}
_REJECTED: Final = frozenset({31, 33})
_PORTFOLIO: Final = 20.0  # seconds, below which a portfolio's driver fails instead of giving up
_ROOM: Final = 1024  # megabytes of address space beyond the limit, so that the planner notices its own first


class PlannerLimits(Value, frozen=True):
    """What one call may use: processor seconds, wall seconds (nothing: a multiple of those) and megabytes."""

    seconds: float = 10.0
    wall: float | None = None
    megabytes: int = 2048


_USUAL: Final = PlannerLimits()


def installed() -> bool:
    """Return whether Fast Downward is there."""
    return limited.installed(_MODULE)


def plan(
    domain: Domain, problem: Problem, alias: Alias = "lama-first", limits: PlannerLimits = _USUAL
) -> PlannerResult:
    """Ask Fast Downward for a plan.

    Plans of the ``seq-opt`` aliases are proved to be cheapest. Raises MissingSolver if it is not installed, and
    InfrastructureError if it crashes.
    """
    wrong = errors(check(domain, problem))
    if wrong:
        return Rejected(str(wrong[0]))
    program = _program()
    world = World(domain, problem)
    if world.holds(problem.goal, world.start, {}):
        return Planned((), 0.0, proved=True)
    if alias == "seq-opt-fdss-1" and limits.seconds < _PORTFOLIO:
        return GaveUp("time", f"the portfolio shares its time among four searches; allow at least {_PORTFOLIO:g} s")
    normal = normalise(domain, problem)
    with tempfile.TemporaryDirectory(prefix="solon-planner-") as name:
        folder = Path(name)
        (folder / "domain.pddl").write_text(print_domain(normal.domain), encoding="utf-8")
        (folder / "problem.pddl").write_text(print_problem(normal.problem), encoding="utf-8")
        arguments = [
            *(sys.executable, str(program), "--alias", alias),
            *("--overall-time-limit", f"{limits.seconds:g}s", "--overall-memory-limit", f"{limits.megabytes}M"),
            *("--plan-file", "found", "--sas-file", "translated.sas", "domain.pddl", "problem.pddl"),
        ]
        # processor time is what decides: a busy machine must not turn a plan into none
        wall = limits.wall or 4 * limits.seconds + 30
        ended = limited.run(arguments, folder, limited.Limits(wall, limits.megabytes + _ROOM))
        found = _cheapest(folder, normal)
    if found is not None and (isinstance(ended, Stopped) or ended.status in _FOUND):
        # an optimal search writes only cheapest plans; a portfolio says "out of time" of its other searches
        proved = isinstance(ended, Finished) and alias.startswith("seq-opt")
        return Planned(normal.restore(found.plan), found.cost, proved=proved)
    return _without_plan(ended, limits)


def _program() -> Path:
    """Return the planner's driver, found without importing the package around it."""
    limited.require(_MODULE)
    found = importlib.util.find_spec(_MODULE)
    folders = found.submodule_search_locations if found is not None else None
    for folder in folders or ():
        program = Path(folder) / "downward" / "fast-downward.py"
        if program.exists():
            return program
    raise limited.MissingSolver("Fast Downward is incomplete; run: pip install --force-reinstall up-fast-downward")


def _cheapest(folder: Path, normal: Normal) -> Planned | None:
    """Return the cheapest of the plans that were written; unfinished files are left out."""
    plans: list[Planned] = []
    for path in sorted(folder.glob("found*")):
        text = path.read_text(encoding="utf-8")
        cost = _COST.search(text)
        if cost is not None:
            plans.append(Planned(read_plan(text, normal.domain), float(cost.group(1))))
    return min(plans, key=lambda planned: planned.cost, default=None)


def _without_plan(ended: Finished | Stopped, limits: PlannerLimits) -> PlannerResult:
    if isinstance(ended, Stopped):
        if ended.reason == "crash":
            raise InfrastructureError(f"Fast Downward crashed ({ended.message}); try again with more memory")
        return GaveUp(ended.reason, f"no plan: {ended.message}")
    if ended.status in _UNSOLVABLE:
        return ProvenUnsolvable()
    if ended.status in _GAVE_UP:
        reason = _GAVE_UP[ended.status]
        amount = f"{limits.seconds:g} s of processor time and {limits.megabytes} MB"
        return GaveUp(reason, f"no plan within {amount} ({reason})")
    last = _last_words(ended)
    if ended.status in _REJECTED:
        return Rejected(f"the planner does not accept it: {last}")
    raise InfrastructureError(f"Fast Downward ended with status {ended.status} ({last}); is the installation complete?")


def _last_words(ended: Finished) -> str:
    """Return the sentences of an error, without the lines of a traceback."""
    text = ended.said.strip() or ended.reply[-2000:].decode(errors="replace")
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith((" ", "Traceback"))]
    kept = [line for line in lines if not line.startswith(("Driver", "INFO", "translate exit", "search exit"))]
    return " ".join(kept[-4:])[:500] or "no message"
