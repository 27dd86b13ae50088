"""The commands. Each loads what it needs when it is called, so that ``solon --help`` stays instant."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter

from solon import __version__
from solon.cli.arguments import (
    CpuSeconds,
    ExecutorName,
    Isolation,
    Json,
    JsonLines,
    MemoryMib,
    OneProgram,
    PartnerSeeds,
    Programs,
    ProposerText,
    Quiet,
    Rounds,
    RunFolder,
    StrategyText,
    TaskName,
    TaskOptions,
    Workers,
)
from solon.cli.guarding import guard

app = App(
    name="solon",
    help_format="plaintext",  # markdown would take a quarter of the time of `solon --help`
    version=__version__,
    help="LLM policy synthesis you can believe: programs are proposed, judged where they can touch nothing, and kept "
    "with the evidence.",
    help_epilogue="Exit codes: 0 done, 1 the program is invalid or the claim did not hold, 2 the call is wrong, "
    "3 the infrastructure failed, 130 interrupted.",
    default_parameter=Parameter(json_list=False, json_dict=False),  # a path may begin with a bracket
)


@app.command
def tasks(*, json: Json = False) -> None:
    """List the tasks with their objective, bound and best published figure."""
    from solon.cli import listing

    listing.show_tasks(as_json=json)


@app.command
def run(  # noqa: PLR0913  # one parameter an option
    task: TaskName,
    *,
    proposer: ProposerText = "offline",
    strategy: StrategyText = None,
    rounds: Rounds = None,
    feedback: Annotated[
        Literal["none", "sparse", "dense", "per-agent", "trace", "counterexample"],
        Parameter(help="What proposals may see of earlier results, from nothing to the worst episode in words."),
    ] = "dense",
    budget_seconds: Annotated[
        float | None, Parameter(help="Seconds of search; offline 120 if no limit is given.")
    ] = None,
    budget_episodes: Annotated[int | None, Parameter(help="Episodes of search.")] = None,
    budget_usd: Annotated[float | None, Parameter(help="US dollars for calls of a model.")] = None,
    budget_tokens: Annotated[int | None, Parameter(help="Tokens for calls, input and output together.")] = None,
    seeds: Annotated[int, Parameter(help="Sealed seeds that the final figures rest on.")] = 20,
    partner_seeds: PartnerSeeds = 3,
    seed: Annotated[int | None, Parameter(help="Root of all randomness; fresh and secret if not given.")] = None,
    out: Annotated[Path | None, Parameter(help="The run's folder; runs/TASK-PROPOSER-N if not given.")] = None,
    option: TaskOptions | None = None,
    isolation: Isolation = "auto",
    workers: Workers = 0,
    executor: ExecutorName = "local",
    cpu_seconds: CpuSeconds | None = None,
    memory_mib: MemoryMib | None = None,
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Synthesise a program for TASK and keep the evidence.

    Example: solon run cleanup --budget-seconds 40
    """
    from solon.cli import running

    return running.run(
        running.Request(
            task=task,
            proposer=proposer,
            strategy=strategy,
            rounds=rounds,
            feedback=feedback,
            budget_seconds=budget_seconds,
            budget_episodes=budget_episodes,
            budget_usd=budget_usd,
            budget_tokens=budget_tokens,
            sealed_seeds=seeds,
            partner_seeds=partner_seeds,
            seed=seed,
            out=out,
            options=tuple(option or ()),
            isolation=isolation,
            workers=workers,
            executor=executor,
            cpu_seconds=cpu_seconds,
            memory_mib=memory_mib,
        ),
        as_json=json,
        quiet=quiet,
    )


@app.command
def plan(  # noqa: PLR0913  # one parameter an option
    task: TaskName,
    *,
    proposer: ProposerText = "offline",
    strategy: StrategyText = None,
    rounds: Rounds = None,
    seeds: Annotated[int, Parameter(help="Sealed seeds.")] = 20,
    prices: Annotated[Path | None, Parameter(help="A price table of your own, laid over the built-in one.")] = None,
    option: TaskOptions | None = None,
    json: Json = False,
) -> int:
    """Say what a `run` with these options would call and cost at most, and call nothing.

    Example: solon plan cleanup --proposer openai:NAME --rounds 4
    """
    from solon.cli import planning

    return planning.plan(
        task,
        proposer,
        strategy=strategy,
        rounds=rounds,
        sealed_seeds=seeds,
        prices=prices,
        options=tuple(option or ()),
        as_json=json,
    )


@app.command
def resume(
    folder: RunFolder,
    *,
    workers: Workers = 0,
    executor: ExecutorName = "local",
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Go on with an interrupted run from its journal.

    Example: solon resume runs/cleanup-offline-1
    """
    from solon.cli import running

    return running.resume(folder, workers=workers, executor=executor, as_json=json, quiet=quiet)


@app.command(name="eval")
def evaluate(  # noqa: PLR0913  # one parameter an option
    task: TaskName,
    *programs: Programs,
    seeds: Annotated[int, Parameter(help="Judge on the public seeds 0, 1, ..., one less than this.")] = 5,
    option: TaskOptions | None = None,
    isolation: Isolation = "auto",
    workers: Workers = 0,
    executor: ExecutorName = "local",
    cpu_seconds: CpuSeconds | None = None,
    memory_mib: MemoryMib | None = None,
    json: JsonLines = False,
) -> int:
    """Judge PROGRAMS, files that hold what the task asks for, on public seeds.

    A name in place of a file, such as nearest_apple, takes the task's reference program.

    Example: solon eval cleanup-paper my_policy.py --seeds 5
    """
    from solon.cli import judging

    return judging.evaluate(
        task,
        programs,
        seeds=seeds,
        options=tuple(option or ()),
        isolation=isolation,
        workers=workers,
        executor=executor,
        cpu_seconds=cpu_seconds,
        memory_mib=memory_mib,
        as_json=json,
    )


@app.command
def match(  # noqa: PLR0913  # one parameter an option
    task: TaskName,
    *programs: Programs,
    seeds: Annotated[int, Parameter(help="Meet on the public seeds 0, 1, ..., one less than this.")] = 5,
    figure: Annotated[Path | None, Parameter(help="Write the invasion curves into this SVG file.")] = None,
    matrix: Annotated[Path | None, Parameter(help="Write the payoff matrix into this SVG file.")] = None,
    option: TaskOptions | None = None,
    isolation: Isolation = "auto",
    workers: Workers = 0,
    executor: ExecutorName = "local",
    cpu_seconds: CpuSeconds | None = None,
    memory_mib: MemoryMib | None = None,
    json: Json = False,
) -> int:
    """Let PROGRAMS meet in one game, in every proportion: payoffs, dominance, invasion, held-out partners.

    A name in place of a file, such as nearest_apple, takes the task's reference program; a run's folder, its winner.

    Example: solon match gathering nearest_apple exploiting --figure curves.svg
    """
    from solon.cli import matching

    return matching.match_programs(
        task,
        programs,
        seeds=seeds,
        options=tuple(option or ()),
        figure=figure,
        matrix=matrix,
        isolation=isolation,
        workers=workers,
        executor=executor,
        cpu_seconds=cpu_seconds,
        memory_mib=memory_mib,
        as_json=json,
    )


@app.command
def bench(  # noqa: PLR0913  # one parameter an option
    experiment: Annotated[str, Parameter(help="`social-dilemmas`, `grids`, `planning` or `guard`.")],
    *,
    quick: Annotated[bool, Parameter(negative="", help="Fewer seeds and shorter searches: minutes.")] = False,
    seeds: Annotated[int | None, Parameter(help="Sealed seeds of every row; 20, or 5 if quick.")] = None,
    seed: Annotated[int, Parameter(help="Root of all randomness: the same tables again.")] = 0,
    model: Annotated[
        list[str] | None, Parameter(negative="", help="A model to try, such as `openai:NAME`; may be repeated.")
    ] = None,
    usd: Annotated[float, Parameter(help="US dollars for the calls of one model's row; 0 for no model.")] = 1.0,
    out: Annotated[Path | None, Parameter(help="The folder; runs/bench-EXPERIMENT-N if not given.")] = None,
    isolation: Isolation = "auto",
    workers: Workers = 0,
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Do a published experiment again: its tables, with the published figures beside what is measured here.

    Finished rows are kept, and the same call goes on where an interrupted one stopped.

    Example: solon bench social-dilemmas --quick
    """
    from solon.cli import benching

    return benching.bench(
        benching.Request(
            experiment=experiment,
            quick=quick,
            seed=seed,
            seeds=seeds,
            models=None if model is None else tuple(model),
            usd=usd,
            out=out,
            isolation=isolation,
            workers=workers,
        ),
        as_json=json,
        quiet=quiet,
    )


@app.command
def research(  # noqa: PLR0913  # one parameter an option
    task: TaskName,
    *,
    proposer: Annotated[str, Parameter(help="Who writes programs: `offline` or a model, `openai:NAME`.")] = "offline",
    researcher: Annotated[
        str, Parameter(help="Who writes pipelines: `offline`, `paste`, `scripted:FILE,...` or a model.")
    ] = "offline",
    inner_episodes: Annotated[int, Parameter(help="Search episodes of every inner run, a hard limit.")] = 100,
    held_out: Annotated[int, Parameter(help="Episodes on which an inner run's winner is judged.")] = 5,
    repeats: Annotated[int, Parameter(help="Inner runs, of each, that compare tuned with untuned.")] = 8,
    inner_usd: Annotated[float | None, Parameter(help="US dollars for the calls of one inner run.")] = None,
    strategy: StrategyText = None,
    rounds: Rounds = None,
    budget_seconds: Annotated[float | None, Parameter(help="Seconds to choose a pipeline; 300 if not given.")] = None,
    budget_runs: Annotated[int | None, Parameter(help="Inner runs to choose a pipeline.")] = None,
    budget_usd: Annotated[float | None, Parameter(help="US dollars for the researcher's calls.")] = None,
    seed: Annotated[int | None, Parameter(help="Root of all randomness; fresh and secret if not given.")] = None,
    out: Annotated[Path | None, Parameter(help="The folder; an unfinished study there goes on.")] = None,
    option: TaskOptions | None = None,
    isolation: Isolation = "auto",
    workers: Workers = 0,
    executor: ExecutorName = "local",
    cpu_seconds: CpuSeconds | None = None,
    memory_mib: MemoryMib | None = None,
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Tune the pipeline that seeks programs for TASK, and report the gain over the untuned one at equal budget.

    Example: solon research gathering --inner-episodes 60 --budget-seconds 300
    """
    from solon.cli import researching

    return researching.run_research(
        researching.Request(
            task=task,
            proposer=proposer,
            researcher=researcher,
            inner_episodes=inner_episodes,
            held_out=held_out,
            repeats=repeats,
            inner_usd=inner_usd,
            strategy=strategy,
            rounds=rounds,
            budget_seconds=budget_seconds,
            budget_runs=budget_runs,
            budget_usd=budget_usd,
            seed=seed,
            out=out,
            options=tuple(option or ()),
            isolation=isolation,
            workers=workers,
            executor=executor,
            cpu_seconds=cpu_seconds,
            memory_mib=memory_mib,
        ),
        as_json=json,
        quiet=quiet,
    )


@app.command
def report(
    folder: RunFolder,
    *,
    out: Annotated[Path | None, Parameter(help="Write this file; report.html in the folder if not given.")] = None,
) -> None:
    """Write the report of a run again.

    Example: solon report runs/cleanup-offline-1
    """
    from solon import api

    print(api.report(folder, out=out))


@app.command
def view(
    folder: Path | None = None,
    *,
    port: Annotated[int, Parameter(help="The port; any free one if not given.")] = 0,
) -> int:
    """Show the runs in FOLDER (`runs` if not given) as a page on this machine: list, compare, open, watch them go on.

    Example: solon view runs
    """
    from solon.cli import viewing

    return viewing.view(folder, port=port)


@app.command
def play(  # noqa: PLR0913  # one parameter an option
    task: TaskName,
    program: Path,
    *,
    seed: Annotated[int, Parameter(help="Play this public seed.")] = 0,
    gif: Annotated[Path | None, Parameter(help="Write an animation.")] = None,
    mp4: Annotated[Path | None, Parameter(help="Write a video.")] = None,
    terminal: Annotated[bool, Parameter(negative="", help="Play it here, in colour.")] = False,
    out: Annotated[Path | None, Parameter(help="Write this page; PROGRAM-seedN.html if nothing else is asked.")] = None,
    every: Annotated[
        int | None, Parameter(help="Show each n-th step only; a GIF shows at most 350 steps if not given.")
    ] = None,
    fps: Annotated[float | None, Parameter(help="Pictures a second; 20, in the terminal 12.")] = None,
    option: TaskOptions | None = None,
    isolation: Isolation = "auto",
    cpu_seconds: CpuSeconds | None = None,
    memory_mib: MemoryMib | None = None,
) -> int:
    """Play one episode of PROGRAM and show it: as a page that opens offline, in the terminal, as a film.

    PROGRAM is a Python file, the name of a reference program or the folder of a run, whose winner plays.

    Example: solon play cleanup nearest_apple --gif cleanup.gif
    """
    from solon.cli import playing

    return playing.play(
        playing.Request(
            task=task,
            program=program,
            seed=seed,
            gif=gif,
            mp4=mp4,
            terminal=terminal,
            out=out,
            every=every,
            fps=fps,
            options=tuple(option or ()),
            isolation=isolation,
            cpu_seconds=cpu_seconds,
            memory_mib=memory_mib,
        )
    )


@app.command
def export(
    folder: RunFolder,
    out: Annotated[Path, Parameter(help="The file to write.")],
    *,
    form: Annotated[Literal["inspect"], Parameter(name="--format", help="`inspect`: a log of Inspect AI.")] = "inspect",
) -> int:
    """Write a finished run into the file OUT, in the format of another tool.

    Example: solon export runs/cleanup-offline-1 logs/cleanup.json --format inspect
    """
    from solon.cli import exporting

    return exporting.export_run(folder, out, form=form)


@app.command
def verify(folder: RunFolder, *, workers: Workers = 0, executor: ExecutorName = "local", json: Json = False) -> int:
    """Judge a run's winner and its control arms again, on the published sealed seeds, and say same or not.

    Everything that the card says is computed anew.

    Example: solon verify runs/cleanup-offline-1
    """
    from solon.cli import checking

    return checking.verify(folder, workers=workers, executor=executor, as_json=json)


@app.command
def replay(
    folder: RunFolder,
    *,
    out: Annotated[Path | None, Parameter(help="Keep the replay in this new folder.")] = None,
    workers: Workers = 0,
    executor: ExecutorName = "local",
    json: Json = False,
) -> int:
    """Do a finished run again, without a key, and say whether its journal and card are the same bytes.

    Example: solon replay runs/cleanup-offline-1
    """
    from solon.cli import checking

    return checking.replay(folder, workers=workers, executor=executor, out=out, as_json=json)


@app.command
def diff(  # noqa: PLR0913  # one parameter an option
    first: OneProgram,
    second: OneProgram,
    *,
    task: Annotated[str | None, Parameter(help="The task, if neither is a run or to take another.")] = None,
    seeds: Annotated[int, Parameter(help="Public seeds on which both are judged.")] = 10,
    option: TaskOptions | None = None,
    workers: Workers = 0,
    executor: ExecutorName = "local",
    json: Json = False,
) -> int:
    """Compare two programs, each a run's folder, a Python file or the name of a reference program.

    Metrics are paired by seed. Task and options are the runs' unless they are given.

    Example: solon diff runs/cleanup-offline-1 my_policy.py
    """
    from solon.cli import checking

    return checking.diff(
        first,
        second,
        task=task,
        options=tuple(option or ()),
        seeds=seeds,
        workers=workers,
        executor=executor,
        as_json=json,
    )


@app.command
def hack(
    task: TaskName = "cleanup",
    *,
    level: Annotated[
        list[str] | None,
        Parameter(negative="", help="A (full), B (no-namespaces), C (wasm), D (process) or none; may be repeated."),
    ] = None,
    workers: Workers = 0,
    json: Json = False,
) -> int:
    """Run the hostile corpus against TASK and print what each isolation level stopped.

    Example: solon hack cleanup --level A
    """
    from solon.cli import hacking

    return hacking.hack(task, levels=level, as_json=json, workers=workers)


@app.command
def doctor(*, json: Json = False) -> int:
    """Say what this machine offers: isolation levels, workers, optional parts, keys by name."""
    from solon.cli import listing

    return listing.doctor(as_json=json)


app.command(guard)

new = App(name="new", help="Write a first file of your own that already runs.")
app.command(new)


@new.command(name="task")
def new_task(name: str) -> int:
    """Write the task NAME.py into the working folder.

    Example: solon new task my_task
    """
    from solon.cli import scaffold

    return scaffold.new_task(name)
