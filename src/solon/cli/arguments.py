"""What commands share: the arguments that mean the same everywhere, and the exit codes."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

DONE, CLAIM_FAILED, WRONG_CALL, INFRASTRUCTURE, INTERRUPTED = 0, 1, 2, 3, 130

TaskName = Annotated[
    str,
    Parameter(help="A name that `solon tasks` lists, `FILE.py:NAME` for a task of your own, or `gym:ID`."),
]
RunFolder = Annotated[Path, Parameter(help="The folder of a run, such as runs/cleanup-offline-1.")]
Programs = Annotated[Path, Parameter(help="Files, or names of reference programs of the task.")]
OneProgram = Annotated[Path, Parameter(help="The folder of a run, a Python file or the name of a reference program.")]
Json = Annotated[bool, Parameter(name="--json", negative="", help="Print one JSON document and nothing else.")]
JsonLines = Annotated[
    bool, Parameter(name="--json", negative="", help="Print one JSON object a program, each on a line of its own.")
]
Quiet = Annotated[bool, Parameter(name=["--quiet", "-q"], negative="", help="Print no progress.")]
Isolation = Annotated[
    Literal["auto", "full", "no-namespaces", "wasm", "process", "none"],
    Parameter(
        help="How programs are jailed; `auto` takes the strongest level here, `none` is for trusted programs only."
    ),
]
Workers = Annotated[int, Parameter(help="Judging processes; 0 for one a core. Never changes a result.")]
ExecutorName = Annotated[
    str, Parameter(name="--executor", help="Where to judge: `local`, `ray` or `ray:ADDRESS`. Never changes a result.")
]
TaskOptions = Annotated[
    list[str], Parameter(name=["--option", "-o"], negative="", help="A task option as NAME=VALUE; may be repeated.")
]
CpuSeconds = Annotated[
    float, Parameter(help="Processor seconds that a program may use in one episode; 60 if not given.")
]
ProposerText = Annotated[
    str,
    Parameter(
        help="`offline`, `polish:FILE`, `paste`, `scripted:FILE,...`, `noisy` (a stand-in for a model that plants "
        "mistakes, `noisy:mistakes=1,rate=0.1`), `replay:RUN`, or a model: `openai:NAME`, "
        "`anthropic:NAME`, `google:NAME`, `openrouter:NAME`, `local:URL#NAME`."
    ),
]
StrategyText = Annotated[
    str | None,
    Parameter(
        help="`race`, `refine`, `best-of-n`, `beam`, `islands`, `pareto`, `tree` or `thoughts`, with options: "
        "`race:batch=12,rounds=8`. If not given, the proposer's usual one."
    ),
]
Rounds = Annotated[int | None, Parameter(help="Rounds of the strategy; makes a run the same on every machine.")]
PartnerSeeds = Annotated[
    int, Parameter(help="Sealed seeds on which the winner meets programs it was not made with; 0 for none.")
]
MemoryMib = Annotated[
    int, Parameter(help="Memory that a program may use beyond what its interpreter needs, in MiB; 512 if not given.")
]
