"""Checking what a run claims: judge its winner again, replay it whole, compare it with another."""

import difflib
import tempfile
from collections.abc import Mapping
from pathlib import Path

import msgspec

from solon.api import Evaluation, evaluate_all
from solon.contract import InfrastructureError, Invalid, Program, Proposal, Proposer, Scored, Value
from solon.engine import (
    Bundle,
    Card,
    Configuration,
    Ending,
    Estimate,
    PoolJudge,
    Run,
    Seeds,
    paired_difference,
    read_program,
)
from solon.journal import Chosen, Proposed
from solon.propose import make_proposer
from solon.propose.replayed import Replayed
from solon.search import make_strategy
from solon.tasks import load

_RECORDED = ("paste",)
"""Proposers that depend on a person: a replay takes what they offered from the journal."""


class Verification(Value, frozen=True):
    """What judging a winner again showed; the schema of ``solon verify --json``."""

    folder: str
    same: bool
    differences: tuple[str, ...]
    isolation: str
    schema: int = 1


class Comparison(Value, frozen=True):
    """Two programs on common public seeds; the schema of ``solon diff --json``."""

    task: str
    first: Evaluation
    second: Evaluation
    differences: dict[str, Estimate]  # second minus first, per metric, paired by seed
    source: str  # unified difference of the entry files
    schema: int = 1


def read_card(folder: Path) -> Card:
    """Read a finished run's card. Raises ValueError if there is none, InfrastructureError if it is damaged."""
    Bundle.open(folder)
    try:
        return msgspec.json.decode((folder / "card.json").read_bytes(), type=Card)
    except OSError:
        raise ValueError(f"{folder} is unfinished; first: solon resume {folder}") from None
    except msgspec.DecodeError as error:
        raise InfrastructureError(f"{folder / 'card.json'} is damaged ({error}); restore it from a copy") from None


def policy_of(folder: Path) -> Program:
    """Read the winner from a run's ``policy`` folder, as it stands there now."""
    card = read_card(folder)
    if card.program is None:
        raise ValueError(f"{folder} found no valid program, so there is nothing to judge; see its report")
    recorded = Bundle(folder).bodies.program(card.program)
    files = tuple((name, (folder / "policy" / name).read_text(encoding="utf-8")) for name, _ in recorded.files)
    return msgspec.structs.replace(recorded, files=files)


def verify(folder: str | Path, *, workers: int = 0, isolation: str = "auto") -> Verification:
    """Judge a run's winner again, from its ``policy`` folder on the published sealed seeds, and compare with the card.

    Every figure of every seed must be equal, the commitment must be that of the published root, and the program must
    have the digest that the card names.
    """
    path = Path(folder)
    bundle, card, program = Bundle.open(path), read_card(path), policy_of(path)
    configuration = bundle.configuration()
    differences: list[str] = []
    seeds = Seeds(int(card.root, 16))
    if not seeds.commitment == card.commitment == configuration.commitment:
        differences.append("the root in card.json is not the one that run.json committed to")
    if program.digest != card.program:
        differences.append(f"policy/ holds program {program.digest[:12]}, the card names {str(card.program)[:12]}")
    task = load(configuration.task, **configuration.options)
    if task.version != card.version:
        differences.append(f"the task is version {task.version} here, the card's is {card.version}")
    with PoolJudge(task, isolation=isolation, limits=configuration.limits, workers=workers) as judge:
        outcome = next(judge.judge([(program, seeds.sealed(card.sealed_seeds))]))
        level = judge.isolation
    if isinstance(outcome, Scored):
        for name, recorded in card.arms["winner"].metrics.items():
            for index, (then, now) in enumerate(zip(recorded.per_seed, outcome.values(name), strict=True)):
                if then != now:
                    differences.append(f"{name} on sealed seed {index}: the card says {then}, now {now}")
    elif isinstance(outcome, Invalid):
        differences.append(f"the program is invalid here: {outcome.fault.message}")
    else:
        raise InfrastructureError(f"the winner could not be judged: {outcome.reason}")
    return Verification(str(folder), not differences, tuple(differences), level)


def replay(folder: str | Path, *, workers: int = 0, out: str | Path | None = None) -> Verification:
    """Do a finished run again, from its root and configuration, and compare journal and card byte for byte.

    Proposers that search are asked again; what a person offered is taken from the journal. No key is needed.
    """
    path = Path(folder)
    bundle, card = Bundle.open(path), read_card(path)
    configuration = bundle.configuration()
    task = load(configuration.task, **configuration.options)
    facts = bundle.log().facts
    index = next((number for number, fact in enumerate(facts) if isinstance(fact, Chosen)), None)
    if index is None:
        raise ValueError(f"{folder} is unfinished; first: solon resume {folder}")
    with tempfile.TemporaryDirectory() as scratch:
        target = Path(out) if out is not None else Path(scratch) / "replay"
        again = Bundle.create(target, configuration, int(card.root, 16))
        with PoolJudge(task, isolation=configuration.isolation, limits=configuration.limits, workers=workers) as judge:
            Run(
                again,
                task=task,
                strategy=make_strategy(configuration.strategy, **configuration.strategy_options),
                proposer=_proposer(bundle, configuration),
                judge=judge,
                ending=Ending(index, card.reason),
            ).finish()
        differences = [
            f"{name} differs" for name in ("journal.jsonl", "card.json") if not _same(path / name, target / name)
        ]
    return Verification(str(folder), not differences, tuple(differences), configuration.isolation)


def _same(one: Path, other: Path) -> bool:
    return one.read_bytes() == other.read_bytes()


def _proposer(bundle: Bundle, configuration: Configuration) -> Proposer:
    if configuration.proposer.partition(":")[0] not in _RECORDED:
        return make_proposer(configuration.proposer)
    groups = [
        [Proposal(bundle.bodies.program(it.program), it.parents, it.operator, it.holes) for it in fact.suggestions]
        for fact in bundle.log().facts
        if isinstance(fact, Proposed)
    ]
    return Replayed(groups)


def compare(
    first: str | Path,
    second: str | Path,
    *,
    task: str | None = None,
    options: Mapping[str, str | int | float | bool] | None = None,
    seeds: int = 10,
    workers: int = 0,
) -> Comparison:
    """Judge two programs, each a run's folder or a Python file, on common public seeds, and compare their sources.

    The task is the runs' unless it is named; two runs of different tasks are refused.
    """
    paths = (Path(first), Path(second))
    runs = [Bundle.open(path).configuration() for path in paths if path.is_dir()]
    tasks = {(it.task, tuple(sorted(it.options.items()))) for it in runs} if task is None else {(task, ())}
    if len(tasks) != 1:
        raise ValueError("the two need one common task; name it: solon diff A B --task TASK")
    name, found = next(iter(tasks))
    programs = [policy_of(path) if path.is_dir() else read_program(path) for path in paths]
    chosen = dict(found) if options is None else options
    one, two = evaluate_all(name, programs, seeds=seeds, options=chosen, workers=workers)
    shared = one.metrics.keys() & two.metrics.keys()
    return Comparison(
        task=name,
        first=msgspec.structs.replace(one, program=str(first)),
        second=msgspec.structs.replace(two, program=str(second)),
        differences={
            key: paired_difference(two.metrics[key].per_seed, one.metrics[key].per_seed)
            for key in one.metrics
            if key in shared
        },
        source="".join(
            difflib.unified_diff(
                programs[0].source.splitlines(keepends=True),
                programs[1].source.splitlines(keepends=True),
                str(first),
                str(second),
            )
        ),
    )
