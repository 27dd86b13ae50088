"""``solon research``: the outer loop, which tunes the pipeline that seeks programs."""

import sys
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.table import Table

from solon import api
from solon.assembly import usual_budget
from solon.cli.arguments import CLAIM_FAILED, DONE, INTERRUPTED
from solon.cli.options import limits_of, parse_named, parse_options
from solon.cli.progress import Watch
from solon.cli.running import warn_about
from solon.cli.tables import console, heading, interval, print_json
from solon.contract import Value
from solon.engine import Budget, Estimate
from solon.interop.cluster import open_executor
from solon.model import is_address
from solon.research import Study, research
from solon.research.study import difference

SECONDS = 300.0
"""The search for a pipeline, where the call names no limit and nobody is asked."""


class Request(Value, frozen=True):
    """What the command line asked for."""

    task: str
    proposer: str
    researcher: str
    inner_episodes: int
    held_out: int
    repeats: int
    inner_usd: float | None
    strategy: str | None
    rounds: int | None
    budget_seconds: float | None
    budget_runs: int | None
    budget_usd: float | None
    seed: int | None
    out: Path | None
    options: tuple[str, ...]
    isolation: str
    workers: int
    executor: str
    cpu_seconds: float | None
    memory_mib: int | None


def run_research(request: Request, *, as_json: bool, quiet: bool) -> int:
    """Tune the pipeline and show what it gained; exit code 1 if no pipeline was valid."""
    strategy, strategy_options = parse_named(request.strategy) if request.strategy else (None, {})
    if request.rounds is not None:
        strategy_options["rounds"] = request.rounds
    budget = _budget(request)
    talks = request.researcher.partition(":")[0] == "paste"
    warn_about(request.isolation)
    if is_address(request.proposer) and request.inner_usd is None and not quiet:
        most = f"each inner run may make up to {2 * request.inner_episodes} calls, corrections included"
        console(stderr=True).print(f"{most}; --inner-usd caps what they cost", style="yellow")
    try:
        with (
            open_executor(request.executor, request.workers) as executor,
            Watch(console(stderr=True), budget, quiet=quiet or as_json, talk=talks) as watch,
        ):
            study, folder = research(
                request.task,
                proposer=request.proposer,
                researcher=request.researcher,
                inner_episodes=request.inner_episodes,
                held_out=request.held_out,
                repeats=request.repeats,
                inner_usd=request.inner_usd,
                strategy=strategy,
                strategy_options=strategy_options,
                budget=budget,
                seed=request.seed,
                options=parse_options(request.options),
                isolation=request.isolation,
                workers=request.workers,
                limits=limits_of(request.cpu_seconds, request.memory_mib),
                out=request.out,
                observer=watch,
                executor=executor,
            )
    except api.Interrupted as stop:
        hint = f"nothing is lost; go on with: solon research {request.task} --out {stop.folder}"
        print(f"solon: interrupted; {hint}", file=sys.stderr)
        return INTERRUPTED
    if as_json:
        print_json({"folder": str(folder), "study": study})
    else:
        show(study, folder)
    return DONE if study.pipeline is not None else CLAIM_FAILED


def _budget(request: Request) -> Budget:
    given = Budget(episodes=request.budget_runs, seconds=request.budget_seconds, usd=request.budget_usd)
    if given == Budget() and request.rounds is None and usual_budget(request.researcher).seconds is not None:
        return Budget(seconds=SECONDS)
    return given


def show(study: Study, folder: Path) -> None:
    """Print the two pipelines side by side, the gain, and what everything cost."""
    out = console()
    if study.pipeline is None:
        out.print(f"No valid pipeline was found{f': {study.fault}' if study.fault else ''}; see {folder}.")
        return
    rest = f"  {study.repeats} inner runs each, mean ± half of the 95 % interval"
    out.print()
    out.print(heading(f"research {study.task}", rest))
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name in ("pipeline", study.objective, "search episodes", "held-out episodes"):
        table.add_column(name, justify="left" if name == "pipeline" else "right")
    rows = (
        ("tuned", study.tuned_score, study.tuned_episodes),
        ("untuned", study.untuned_score, study.untuned_episodes),
    )
    for label, score, spent in rows:
        cells = (_cell(score), "-" if spent is None else f"{spent:.0f} of {study.inner_episodes}", str(study.held_out))
        table.add_row(label, *cells, style="bold green" if label == "tuned" else "")
    out.print(table)
    for line in _lines(study):
        out.print(line)
    out.print(f"\nPipeline {folder / 'policy' / 'policy.py'}\nStudy    {folder / 'study.json'}")
    out.print(f"Evidence {folder / 'card.json'}, checked by: solon verify {folder}")


def _cell(score: Estimate | None) -> str:
    return "invalid" if score is None else interval(score)


def _lines(study: Study) -> list[str]:
    assert study.pipeline is not None
    lines: list[str] = []
    if study.gain is not None and study.gain.low is not None and study.gain.high is not None:
        word = "gain shown" if study.improved else "no gain shown"
        paired = f"({study.gain.low:+.3f} to {study.gain.high:+.3f}, paired by root)"
        lines.append(f"{word}: tuned minus untuned {study.gain.mean:+.3f} {paired}, at equal budget")
    changed = difference(study.pipeline, study.untuned)
    lines += [f"  {name}: {was!r} -> {now!r}" for name, (was, now) in changed.items()]
    if not changed:
        lines.append("  the untuned pipeline was the best found")
    calls = "" if not study.calls else f", {study.calls} calls, {study.tokens} tokens, {_money(study.usd)}"
    lines.append(
        f"cost: {study.pipelines} pipelines, {study.inner_runs} inner runs ({study.search_runs} to choose), "
        f"{study.episodes} episodes{calls}; isolation {study.isolation}"
    )
    return lines


def _money(usd: float | None) -> str:
    return "price unknown" if usd is None else f"{usd:.4f} US dollars"
