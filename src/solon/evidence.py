"""Checking what a run claims: judge its arms again, replay it whole, compare it with another."""

import difflib
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, cast

import msgspec

from solon.api import Evaluation, evaluate_all, find_program
from solon.assembly import Option, Options, load_task, open_proposer
from solon.contract import (
    InfrastructureError,
    Invalid,
    Outcome,
    Program,
    Refuted,
    Scored,
    Task,
    Unavailable,
    Unknown,
    Value,
)
from solon.crossplay import Crossplay
from solon.engine import (
    Bill,
    Bundle,
    Card,
    Configuration,
    Ending,
    Estimate,
    PoolJudge,
    Run,
    Seeds,
    check_commitment,
    objective,
    package_versions,
    paired_difference,
    read_card,
    scorer,
)
from solon.engine.card import make_card, minimised, sealed_arms
from solon.engine.feedback import describer
from solon.engine.findings import after
from solon.engine.match import held_out_partners
from solon.journal import Chosen, Fact, Found, Sealed, State
from solon.search import make_strategy
from solon.tasks import load

if TYPE_CHECKING:
    from solon.engine.meetings import MeetingJudge


class Verification(Value, frozen=True):
    """What judging a winner again showed; the schema of ``solon verify --json``."""

    folder: str
    same: bool
    differences: tuple[str, ...]
    isolation: str
    judged: tuple[str, ...] = ()  # what was judged again
    schema: int = 1


MOST_SHOWN = 20
LONGEST = 120
"""Differences that are named, and characters of a value."""


class Comparison(Value, frozen=True):
    """Two programs on common public seeds; the schema of ``solon diff --json``."""

    task: str
    first: Evaluation
    second: Evaluation
    differences: dict[str, Estimate]  # second minus first, per metric, paired by seed, the objective first
    source: str  # unified difference of all files
    objective: str = ""
    minimised: tuple[str, ...] = ()  # metrics of which less is better
    schema: int = 1


def policy_of(folder: Path) -> Program:
    """Read the winner from a run's ``policy`` folder, as it stands there now."""
    card = read_card(folder)
    if card.program is None:
        raise ValueError(f"{folder} found no valid program, so there is nothing to judge; see its report")
    return _standing(folder, Bundle(folder).bodies.program(card.program))


def _standing(folder: Path, recorded: Program) -> Program:
    """Return a program with the texts that lie in the ``policy`` folder now."""
    files: list[tuple[str, str]] = []
    for name, _ in recorded.files:
        path = folder / "policy" / name
        try:
            files.append((name, path.read_bytes().decode()))
        except OSError as error:
            raise InfrastructureError(
                f"{path} cannot be read ({error.strerror}); copy it back from bodies/{recorded.digest[:12]}..."
            ) from None
        except UnicodeDecodeError:
            raise InfrastructureError(f"{path} is no UTF-8 text; restore it from a copy") from None
    return msgspec.structs.replace(recorded, files=tuple(files))


def verify(
    folder: str | Path, *, workers: int = 0, isolation: str = "auto", executor: Executor | None = None
) -> Verification:
    """Judge a run's arms again on the published sealed seeds, and compare everything that the card says.

    The winner is taken from the ``policy`` folder, the other arms from the bodies; winner and first proposal are those
    that the strategy and the journal name. Figures, intervals, shares, comparisons, findings and costs are computed
    anew, also the bill, from the recorded calls of a model. The commitment must be that of the root.
    """
    path = Path(folder)
    bundle, card = Bundle.open(path), read_card(path)
    configuration = bundle.configuration()
    match check_commitment(path):
        case Refuted(witness):
            return Verification(str(folder), False, (f"not what run.json committed to: {witness}",), isolation)  # noqa: FBT003  # a field of a record
        case Unknown(reason):
            raise InfrastructureError(reason)
        case _:
            pass
    with tempfile.TemporaryDirectory() as scratch:  # the evidence itself may be read-only
        task = load_task(bundle, into=Bundle(Path(scratch)))
        with PoolJudge(
            task, isolation=isolation, limits=configuration.limits, workers=workers, executor=executor
        ) as judge:
            differences, expected = _judge_again(bundle, card, task, judge)
            level = judge.isolation
    if task.version != configuration.version:
        differences.insert(0, f"the task is version {task.version} here, the run's is {configuration.version}")
    differences += card_differences(card, expected)
    judged = [*expected.arms, *(["held-out partners"] if expected.held_out else [])]
    return Verification(str(folder), not differences, tuple(differences), level, tuple(judged))


def _judge_again(bundle: Bundle, card: Card, task: Task, judge: PoolJudge) -> tuple[list[str], Card]:
    """Return what the journal and the policy folder get wrong, and the card as it should be."""
    configuration, root = bundle.configuration(), int(card.root, 16)
    facts = bundle.log().facts
    describe = describer(task, configuration.feedback)
    state = State(bundle.bodies.program, scorer(task), describe, bundle.bodies.moments)
    for fact in facts:
        if not isinstance(fact, Found | Sealed):
            _apply(task, state, fact)
    if state.chosen is None:
        raise InfrastructureError(f"{bundle.log().path} names no winner, so it is not that of card.json; restore it")
    arms, differences = _arms(bundle, configuration, task, state)
    recorded = {fact.arm: fact for fact in facts if isinstance(fact, Sealed)}
    standing = arms.get("winner")
    seeds = Seeds(root)
    jobs = [(program, seeds.sealed(configuration.sealed_seeds)) for program in arms.values()]
    for (arm, program), outcome in zip(arms.items(), judge.judge(jobs), strict=True):
        if isinstance(outcome, Unavailable):
            raise InfrastructureError(f"the {arm} could not be judged: {outcome.reason}")
        fact = Sealed(arm, program.digest, outcome)
        if arm not in recorded or _figures(recorded[arm].outcome) != _figures(outcome):
            differences.append(f"{arm}: the journal's outcome is not that of judging it now")
        _apply(task, state, fact)
    held_out = None
    scored = standing is not None and isinstance(state.sealed["winner"].outcome, Scored)
    if standing is not None and scored and configuration.partner_seeds and isinstance(task, Crossplay):
        meeting = cast("MeetingJudge", judge)  # whoever can judge a task of meetings can judge meetings
        held_out = held_out_partners(task, standing, meeting, seeds.sealed(configuration.partner_seeds))
    bill = _bill(bundle, configuration, task, card)
    return differences, make_card(task, configuration, state, root=root, bill=bill, held_out=held_out)


def _bill(bundle: Bundle, configuration: Configuration, task: Task, card: Card) -> Bill:
    """Add up the recorded calls of a run anew; another version of Solon may know other prices."""
    _, total = open_proposer(bundle, configuration, task, replay=True)
    found = total()
    if card.packages.get("solon") != package_versions()["solon"]:
        found = msgspec.structs.replace(found, words=card.cost.bill.words, usd=card.cost.bill.usd)
    return found


def _arms(
    bundle: Bundle, configuration: Configuration, task: Task, state: State
) -> tuple[dict[str, Program], list[str]]:
    """Return the arms, the winner as it lies in the ``policy`` folder, and what is wrong with the choice of it."""
    assert state.chosen is not None
    differences: list[str] = []
    strategy = make_strategy(configuration.strategy, **configuration.strategy_options)
    if (choice := strategy.winner(tuple(state.candidates))) != state.chosen.winner:
        differences.append(f"the strategy chooses candidate {choice}, the journal says {state.chosen.winner}")
    arms = sealed_arms(task, state)
    if "winner" in arms:
        chosen, arms["winner"] = arms["winner"], _standing(bundle.folder, arms["winner"])
        if arms["winner"].digest != chosen.digest:
            now, then = arms["winner"].digest[:12], chosen.digest[:12]
            differences.append(f"policy/ holds program {now}, the journal's winner is {then}")
    return arms, differences


def _apply(task: Task, state: State, fact: Fact) -> None:
    """Take a fact into account, and then what is suspicious about it, as a run does."""
    state.apply(fact)
    for found in after(task, state, fact):
        state.apply(found)


def _figures(outcome: Outcome) -> object:
    """Return what of an outcome must not depend on the machine: no traceback, no wording of the jail."""
    return outcome.fault.kind if isinstance(outcome, Invalid) else outcome


def card_differences(then: Card, now: Card) -> list[str]:
    """Name every field in which a card differs from what it should be; versions of packages may."""
    one, other = (msgspec.to_builtins(it) for it in (then, now))
    found = [
        f"{_place(path)}: the card says {_short(first)}, now {_short(second)}"
        for path, first, second in _unequal((), one, other)
        if path[0] not in ("packages", "schema")
    ]
    return found[:MOST_SHOWN] + ([f"and {len(found) - MOST_SHOWN} more"] if len(found) > MOST_SHOWN else [])


_ABSENT = object()
Place = tuple[str | int, ...]


def _unequal(path: Place, then: object, now: object) -> Iterator[tuple[Place, object, object]]:
    """Yield the place and both values of every leaf that differs, in the order of the record."""
    if isinstance(then, dict) and isinstance(now, dict):
        one, other = cast("dict[str, object]", then), cast("dict[str, object]", now)
        for key in dict.fromkeys((*one, *other)):
            yield from _unequal((*path, key), one.get(key, _ABSENT), other.get(key, _ABSENT))
    elif isinstance(then, list | tuple) and isinstance(now, list | tuple):
        pairs = zip_longest(cast("list[object]", then), cast("list[object]", now), fillvalue=_ABSENT)
        for index, (first, second) in enumerate(pairs):
            yield from _unequal((*path, index), first, second)
    elif then != now:
        yield path, then, now


def _place(path: Place) -> str:
    match path:
        case ("arms", arm, "metrics", name, "per_seed", index):
            return f"{arm}: {name} on sealed seed {index}"
        case ("arms", arm, "metrics", name, end):
            return f"{arm}: {end} of {name}"
        case ("findings", int(index), *rest):
            return ", ".join([f"finding {index + 1}", *map(str, rest)])
        case _:
            return ".".join(map(str, path))


def _short(value: object) -> str:
    if value is _ABSENT:
        return "nothing"
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


def replay(
    folder: str | Path, *, workers: int = 0, out: str | Path | None = None, executor: Executor | None = None
) -> Verification:
    """Do a finished run again, from its root and configuration, and compare journal and card byte for byte.

    Proposers that search are asked again; what a person offered is taken from the journal. No key is needed.
    """
    path = Path(folder)
    bundle, card = Bundle.open(path), read_card(path)
    configuration = bundle.configuration()
    facts = bundle.log().facts
    index = next((number for number, fact in enumerate(facts) if isinstance(fact, Chosen)), None)
    if index is None:
        raise ValueError(f"{folder} is unfinished; first: {bundle.way_on}")
    with tempfile.TemporaryDirectory() as scratch:
        target = Path(out) if out is not None else Path(scratch) / "replay"
        sources = [bundle.bodies.get(digest) for digest in configuration.sources.values()]
        again = Bundle.create(target, configuration, int(card.root, 16), sources=sources)
        task = load_task(bundle, into=again)
        proposer, bill = open_proposer(bundle, configuration, task, replay=True)
        with PoolJudge(
            task,
            isolation=configuration.isolation,
            limits=configuration.limits,
            workers=workers,
            executor=executor,
        ) as judge:
            Run(
                again,
                task=task,
                strategy=make_strategy(configuration.strategy, **configuration.strategy_options),
                proposer=proposer,
                judge=judge,
                ending=Ending(index, card.reason),
                bill=bill,
            ).finish()
        differences = _circumstances(configuration, task)
        differences += _journal_difference(bundle.log().path, again.log().path)
        if (path / "card.json").read_bytes() != (target / "card.json").read_bytes():
            named = card_differences(card, read_card(target))
            differences += [f"card.json differs: {it}" for it in named] or ["card.json differs"]
    return Verification(str(folder), not differences, tuple(differences), configuration.isolation)


def _circumstances(configuration: Configuration, task: Task) -> list[str]:
    """Name what differs between the machine of a run and this one."""
    found: list[str] = []
    if task.version != configuration.version:
        found.append(f"the task is version {task.version} here, the run's is {configuration.version}")
    here = package_versions()
    for name in dict.fromkeys((*configuration.packages, *here)):
        then, now = configuration.packages.get(name, "absent"), here.get(name, "absent")
        if then != now:
            found.append(f"{name} is {now} here, the run had {then}")
    return found


def _journal_difference(recorded: Path, again: Path) -> list[str]:
    one, other = recorded.read_bytes().splitlines(), again.read_bytes().splitlines()
    for number, (then, now) in enumerate(zip_longest(one, other, fillvalue=b""), 1):
        if then != now:
            which = "is missing" if not then else "is not in the replay" if not now else "differs"
            return [f"{recorded.name} differs: line {number} of {len(one)} {which}"]
    return []


def compare(
    first: str | Path,
    second: str | Path,
    *,
    task: str | None = None,
    options: Options | None = None,
    seeds: int = 10,
    workers: int = 0,
    executor: Executor | None = None,
) -> Comparison:
    """Judge two programs on common public seeds, and compare their sources.

    Each is a run's folder, a Python file or the name of a reference program. Task and options are the runs' unless
    they are named; an option that is named is laid over the runs'. Two runs of different tasks are refused.
    """
    texts = (str(first), str(second))
    runs = {text: Bundle.open(Path(text)).configuration() for text in texts if Path(text).is_dir()}
    name, found = _common_task(list(runs.values()), task)
    chosen = {**found, **(options or {})}
    loaded = load(name, **chosen)
    programs = [policy_of(Path(text)) if text in runs else find_program(loaded, text) for text in texts]
    one, two = evaluate_all(loaded, programs, seeds=seeds, workers=workers, executor=executor)
    goal = objective(loaded).name
    shared = [key for key in dict.fromkeys((goal, *one.metrics)) if key in one.metrics and key in two.metrics]
    return Comparison(
        task=name,
        first=msgspec.structs.replace(one, program=texts[0]),
        second=msgspec.structs.replace(two, program=texts[1]),
        differences={key: paired_difference(two.metrics[key].per_seed, one.metrics[key].per_seed) for key in shared},
        source=_source_difference(programs, texts),
        objective=goal,
        minimised=minimised(loaded),
    )


def _source_difference(programs: Sequence[Program], names: Sequence[str]) -> str:
    """Return the unified difference of two programs, file by file; where there are several, each is named."""
    one, other = (dict(program.files) for program in programs)
    both = dict.fromkeys((*one, *other))
    lines: list[str] = []
    for file in both:
        labels = names if len(both) == 1 else [f"{name} {file}" for name in names]
        texts = (one.get(file, "").splitlines(), other.get(file, "").splitlines())
        lines += difflib.unified_diff(*texts, labels[0], labels[1], lineterm="")
    return "".join(f"{line}\n" for line in lines)


def _common_task(runs: Sequence[Configuration], task: str | None) -> tuple[str, dict[str, Option]]:
    """Return the task of the runs and its options; those of runs of another task than the one named do not count."""
    same = [it for it in runs if task is None or it.task == task]
    if not same and task is not None:
        return task, {}
    if len({(it.task, tuple(sorted(it.options.items()))) for it in same}) != 1:
        raise ValueError("the two need one common task with the same options; name it: solon diff A B --task TASK")
    return same[0].task, dict(same[0].options)
