"""``solon run`` and ``solon resume``."""

import sys
from collections.abc import Generator
from contextlib import contextmanager, nullcontext, redirect_stdout
from pathlib import Path

from solon import api, evidence
from solon.assembly import usual_budget
from solon.cli.options import limits_of, parse_named, parse_options
from solon.cli.progress import Watch
from solon.cli.tables import card_table, console, heading, interval, print_json
from solon.contract import Value
from solon.engine import Budget, Bundle, Card, told
from solon.interop.cluster import open_executor
from solon.report.sections import excuse, unvarying
from solon.sandbox import WARNINGS

CLAIM_FAILED, INTERRUPTED = 1, 130


class Request(Value, frozen=True):
    """What the command line asked for."""

    task: str
    proposer: str
    strategy: str | None
    rounds: int | None
    feedback: str
    budget_seconds: float | None
    budget_episodes: int | None
    budget_usd: float | None
    budget_tokens: int | None
    sealed_seeds: int
    partner_seeds: int
    seed: int | None
    out: Path | None
    options: tuple[str, ...]
    isolation: str
    workers: int
    executor: str
    cpu_seconds: float | None
    memory_mib: int | None


def run(request: Request, *, as_json: bool, quiet: bool) -> int:
    """Synthesise a program and show the card."""
    strategy, strategy_options = parse_named(request.strategy) if request.strategy else (None, {})
    if request.rounds is not None:
        strategy_options["rounds"] = request.rounds
    budget = Budget(
        episodes=request.budget_episodes,
        seconds=request.budget_seconds,
        usd=request.budget_usd,
        tokens=request.budget_tokens,
    )
    if budget == Budget() and request.rounds is None:
        budget = usual_budget(request.proposer)
    if request.proposer.startswith("replay:"):
        return _replay(Path(request.proposer.removeprefix("replay:")), request, as_json=as_json)
    warn_about(request.isolation)
    try:
        with (
            open_executor(request.executor, request.workers) as executor,
            _aside(as_json=as_json),
            Watch(console(stderr=True), budget, quiet=quiet or as_json, talk=_talks(request.proposer)) as watch,
        ):
            card, folder = api.run(
                request.task,
                proposer=request.proposer,
                strategy=strategy,
                strategy_options=strategy_options,
                feedback=request.feedback,
                budget=budget,
                sealed_seeds=request.sealed_seeds,
                partner_seeds=request.partner_seeds,
                seed=request.seed,
                options=parse_options(request.options),
                isolation=request.isolation,
                workers=request.workers,
                limits=limits_of(request.cpu_seconds, request.memory_mib),
                out=request.out,
                observer=watch,
                executor=executor,
            )
    except KeyboardInterrupt as stop:
        return _interrupted(_folder_of(stop))
    return _show(card, folder, as_json=as_json)


def _replay(recorded: Path, request: Request, *, as_json: bool) -> int:
    """Do a recorded run again in a new folder, without a key; only its own task fits."""
    task = Bundle.open(recorded).configuration().task
    if task != request.task:
        raise ValueError(f"{recorded} is a run of {task!r}, not of {request.task!r}; name that task")
    folder = request.out or api.default_folder(request.task, request.proposer)
    with open_executor(request.executor, request.workers) as executor:
        it = evidence.replay(recorded, workers=request.workers, out=folder, executor=executor)
    for difference in it.differences:
        print(f"solon: {difference} from {recorded}", file=sys.stderr)
    code = _show(evidence.read_card(folder), folder, as_json=as_json)
    return code if it.same else CLAIM_FAILED


def resume(folder: Path, *, workers: int, executor: str, as_json: bool, quiet: bool) -> int:
    """Go on with a run and show the card."""
    bundle = Bundle.open(folder)
    if (folder / "card.json").exists():
        return _show(api.resume(folder), folder, as_json=as_json)
    configuration, log = bundle.configuration(), bundle.log()
    if log.dropped:
        print(f"solon: {log.dropped}", file=sys.stderr)
    warn_about(configuration.isolation)
    spent = bundle.timing().search_seconds
    try:
        with (
            open_executor(executor, workers) as opened,
            _aside(as_json=as_json),
            Watch(
                console(stderr=True),
                configuration.budget,
                quiet=quiet or as_json,
                spent=spent,
                talk=_talks(configuration.proposer),
            ) as watch,
        ):
            card = api.resume(folder, workers=workers, observer=watch, executor=opened)
    except KeyboardInterrupt:
        return _interrupted(folder)
    return _show(card, folder, as_json=as_json)


def _talks(proposer: str) -> bool:
    """Tell a proposer that speaks with the person at the terminal."""
    return proposer.partition(":")[0] == "paste"


@contextmanager
def _aside(*, as_json: bool) -> Generator[None]:
    """Where standard output is for one document of JSON, let what a proposer says go to standard error."""
    with redirect_stdout(sys.stderr) if as_json else nullcontext():
        yield


def warn_about(isolation: str) -> None:
    """Be loud about levels that do not isolate."""
    if isolation in WARNINGS:
        console(stderr=True).print(WARNINGS[isolation], style="bold red")


def _folder_of(stop: BaseException) -> Path | None:
    """Return the folder of the run that was interrupted, also when a second interrupt came on the way out."""
    found: BaseException | None = stop
    while found is not None and not isinstance(found, api.Interrupted):
        found = found.__context__
    return found.folder if found is not None else None


def _interrupted(folder: Path | None) -> int:
    started = folder is not None and (folder / "run.json").exists()
    hint = f"nothing is lost; go on with: {Bundle(folder).way_on}" if folder and started else "nothing was started"
    print(f"solon: interrupted; {hint}", file=sys.stderr)
    return INTERRUPTED


def _show(card: Card, folder: Path, *, as_json: bool) -> int:
    if as_json:
        print_json({"folder": str(folder), "card": card})
        return 0 if card.winner is not None and not card.fault else CLAIM_FAILED
    out = console()
    if card.winner is None:
        out.print(
            f"No valid program was found: {card.reason.rstrip('.')}. The reasons stand in {folder / 'journal.jsonl'}."
        )
        return CLAIM_FAILED
    out.print()
    if card.fault:
        out.print(f"The winner is invalid on the sealed seeds, so nothing is claimed: {card.fault}", style="bold red")
    over = "the same on each of" if unvarying(card) else "mean ± half of the 95 % interval over"
    out.print(heading(card.task, f"  {over} {card.sealed_seeds} sealed seeds"))
    out.print(card_table(card, out.width))
    for line in _claims(card):
        out.print(line)
    for finding in card.findings:
        if finding.severity != "note":
            out.print(f"{finding.severity}: {finding.message}", style=_STYLES[finding.severity])
    out.print(f"\nReport   {folder / 'report.html'}\nProgram  {folder / 'policy'}\nEvidence {folder / 'card.json'}")
    return CLAIM_FAILED if card.fault else 0


_STYLES = {"warning": "yellow", "alarm": "bold red"}


_ARMS = {"first": "first proposal"}


def _claims(card: Card) -> list[str]:
    lines: list[str] = []
    for it in card.comparisons:
        if it.arm == "first" and card.arms["first"].program == card.arms["winner"].program:
            lines.append("it is the first proposal: the search found none that it trusts more")
            continue
        word = "better than" if it.improved else "not shown to be better than"
        low, high = it.difference.low, it.difference.high
        side = "lower" if it.difference.mean < 0 else "higher"
        arm = _ARMS.get(it.arm, it.arm.replace("control:", "control ").replace("_", " "))
        by = f"{abs(it.difference.mean):.2f} {side} ({low:+.2f} to {high:+.2f}, paired)"
        lines.append(f"{word} the {arm}: {card.objective} {by}{excuse(card, it.arm)}")
    if card.held_out is not None and card.held_out.focal is not None and card.held_out.self_play is not None:
        with_others, own = interval(card.held_out.focal), interval(card.held_out.self_play)
        lines.append(f"a seat's return with partners it was not made with {with_others}, in self-play {own}")
    for it in card.constraints:
        if it.arm == "winner":
            times = (
                f"broken in {it.violations} of {card.sealed_seeds} episodes"
                if it.violations
                else "kept in every episode"
            )
            lines.append(f"constraint {it.constraint}: {it.verdict}, by {interval(it.margin)} on average; {times}")
    if card.verdict is not None:
        lines.append(told(card.verdict))
    if card.frontier:
        lines.append(f"{len(card.frontier)} candidates on the frontier of search seeds; card.json lists them")
    if card.objective in card.share_of_bound:
        lines.append(f"{card.share_of_bound[card.objective]:.0%} of the proved bound on {card.objective}")
    lines.append(f"isolation {card.isolation}; {card.cost.candidates} candidates, {card.cost.search_episodes} episodes")
    return lines
