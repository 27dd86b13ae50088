"""The commands. Each loads what it needs when it is called, so that ``solon --help`` stays instant."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, CycloptsError, Parameter

from solon import __version__

DONE, CLAIM_FAILED, WRONG_CALL, INFRASTRUCTURE, INTERRUPTED = 0, 1, 2, 3, 130

app = App(
    name="solon",
    version=__version__,
    help="LLM policy synthesis you can believe: programs are proposed, judged where they can touch nothing, and kept "
    "with the evidence.",
    help_epilogue="Exit codes: 0 done, 1 the program is invalid or the claim did not hold, 2 the call is wrong, "
    "3 the infrastructure failed, 130 interrupted.",
)

Json = Annotated[bool, Parameter(name="--json", negative="", help="Print one JSON document and nothing else.")]
Quiet = Annotated[bool, Parameter(name=["--quiet", "-q"], negative="", help="Print no progress.")]
Isolation = Annotated[
    Literal["auto", "full", "no-namespaces", "process", "none"],
    Parameter(
        help="How programs are jailed; `auto` takes the strongest level here, `none` is for trusted programs only."
    ),
]
Workers = Annotated[int, Parameter(help="Judging processes; 0 for one a core. Never changes a result.")]
TaskOptions = Annotated[
    list[str], Parameter(name=["--option", "-o"], negative="", help="A task option as NAME=VALUE; may be repeated.")
]
CpuSeconds = Annotated[float, Parameter(help="CPU time that a program may use in one episode.")]
MemoryMib = Annotated[int, Parameter(help="Memory that a program may use, in MiB.")]


@app.command
def tasks(*, json: Json = False) -> None:
    """List the tasks with their objective, bound and best published figure."""
    from solon.cli import listing

    listing.show_tasks(as_json=json)


@app.command
def run(  # noqa: PLR0913  # one parameter an option
    task: str,
    *,
    proposer: Annotated[str, Parameter(help="`offline`, `polish:FILE`, `paste`, or `scripted:FILE,...`.")] = "offline",
    strategy: Annotated[
        str | None,
        Parameter(help="`race`, `best-of-n` or `refine`, with options: `race:batch=12,rounds=8`. Usual: by proposer."),
    ] = None,
    rounds: Annotated[
        int | None, Parameter(help="Rounds of the strategy; makes a run the same on every machine.")
    ] = None,
    feedback: Annotated[
        Literal["none", "sparse", "dense"], Parameter(help="What proposals may see of earlier results.")
    ] = "dense",
    budget_seconds: Annotated[
        float | None, Parameter(help="Seconds of search; 120 if neither this, episodes nor rounds are given.")
    ] = None,
    budget_episodes: Annotated[int | None, Parameter(help="Episodes of search.")] = None,
    seeds: Annotated[int, Parameter(help="Sealed seeds that the final figures rest on.")] = 20,
    seed: Annotated[int | None, Parameter(help="Root of all randomness; fresh and secret if not given.")] = None,
    out: Annotated[Path | None, Parameter(help="The run's folder; runs/TASK-PROPOSER-N if not given.")] = None,
    option: TaskOptions | None = None,
    isolation: Isolation = "auto",
    workers: Workers = 0,
    cpu_seconds: CpuSeconds = 60.0,
    memory_mib: MemoryMib = 1024,
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
            sealed_seeds=seeds,
            seed=seed,
            out=out,
            options=tuple(option or ()),
            isolation=isolation,
            workers=workers,
            cpu_seconds=cpu_seconds,
            memory_mib=memory_mib,
        ),
        as_json=json,
        quiet=quiet,
    )


@app.command
def resume(folder: Path, *, workers: Workers = 0, json: Json = False, quiet: Quiet = False) -> int:
    """Go on with an interrupted run from its journal.

    Example: solon resume runs/cleanup-offline-1
    """
    from solon.cli import running

    return running.resume(folder, workers=workers, as_json=json, quiet=quiet)


@app.command(name="eval")
def evaluate(  # noqa: PLR0913  # one parameter an option
    task: str,
    *programs: Path,
    seeds: Annotated[int, Parameter(help="Judge on the public seeds 0, 1, ..., one less than this.")] = 5,
    option: TaskOptions | None = None,
    isolation: Isolation = "auto",
    workers: Workers = 0,
    cpu_seconds: CpuSeconds = 60.0,
    memory_mib: MemoryMib = 1024,
    json: Json = False,
) -> int:
    """Judge PROGRAMS, Python files that define what the task asks for, on public seeds.

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
        cpu_seconds=cpu_seconds,
        memory_mib=memory_mib,
        as_json=json,
    )


@app.command
def report(folder: Path) -> None:
    """Write report.html of a run again.

    Example: solon report runs/cleanup-offline-1
    """
    from solon.report import write_report

    print(write_report(folder))


@app.command
def verify(folder: Path, *, workers: Workers = 0, json: Json = False) -> int:
    """Judge a run's winner again, from its policy folder on the published sealed seeds, and say same or not.

    Example: solon verify runs/cleanup-offline-1
    """
    from solon.cli import checking

    return checking.verify(folder, workers=workers, as_json=json)


@app.command
def replay(
    folder: Path,
    *,
    out: Annotated[Path | None, Parameter(help="Keep the replay in this new folder.")] = None,
    workers: Workers = 0,
    json: Json = False,
) -> int:
    """Do a finished run again, without a key, and say whether its journal and card are the same bytes.

    Example: solon replay runs/cleanup-offline-1
    """
    from solon.cli import checking

    return checking.replay(folder, workers=workers, out=out, as_json=json)


@app.command
def diff(  # one parameter an option
    first: Path,
    second: Path,
    *,
    task: Annotated[str | None, Parameter(help="The task, if neither is a run or to take another.")] = None,
    seeds: Annotated[int, Parameter(help="Public seeds on which both are judged.")] = 10,
    option: TaskOptions | None = None,
    workers: Workers = 0,
    json: Json = False,
) -> int:
    """Compare two programs, each a run's folder or a Python file: metrics paired by seed, and sources.

    Example: solon diff runs/cleanup-offline-1 my_policy.py
    """
    from solon.cli import checking

    return checking.diff(
        first, second, task=task, options=tuple(option or ()), seeds=seeds, workers=workers, as_json=json
    )


@app.command
def doctor(*, json: Json = False) -> int:
    """Say what this machine offers: isolation levels, workers, optional parts, keys by name."""
    from solon.cli import listing

    return listing.doctor(as_json=json)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code; every failure is one sentence on standard error."""
    from solon.contract import InfrastructureError

    given = sys.argv[1:] if arguments is None else arguments
    try:
        code = app(given, print_error=False, exit_on_error=False, result_action="return_value")
    except CycloptsError as error:
        code = _fail(str(error) + " See: solon --help", WRONG_CALL)
    except ValueError as error:
        code = _fail(str(error), WRONG_CALL)
    except InfrastructureError as error:
        code = _fail(str(error), INFRASTRUCTURE)
    except KeyboardInterrupt:
        code = _fail("interrupted", INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()
        code = DONE
    sys.exit(code if isinstance(code, int) else DONE)


def _fail(message: str, code: int) -> int:
    print(f"solon: {message}", file=sys.stderr)
    return code
