"""A run as an evaluation log of Inspect AI (format version 2): a sample a candidate, and the sealed figures as results.

Written without that package; ``inspect view`` and ``inspect_ai.log.read_eval_log`` read it.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from statistics import fmean

import msgspec

from solon.contract import Fault, InfrastructureError, Invalid, Outcome, Scored
from solon.engine import Arm, Bundle, Card, Configuration, read_card
from solon.journal import Bodies, Fact, Judged, Proposed, Suggestion
from solon.journal.remedies import remedy
from solon.tasks import load

Record = dict[str, object]


def export(folder: Path, target: Path) -> Path:
    """Write the log of a finished run and return its path.

    Raises:
        ValueError: the run is unfinished, or the target's name does not end with .json.
        InfrastructureError: the run is damaged or the target cannot be written.
    """
    if target.suffix != ".json":
        raise ValueError(f"Inspect reads {target.name!r} only if its name ends with .json; rename it")
    bundle, card = Bundle.open(folder), read_card(folder)
    log = _log(bundle, card, bundle.log().facts)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(msgspec.json.format(msgspec.json.encode(log), indent=2) + b"\n")
    except OSError as error:
        raise InfrastructureError(f"cannot write {target} ({error.strerror}); {remedy(error)}") from None
    return target


def _log(bundle: Bundle, card: Card, facts: Sequence[Fact]) -> Record:
    configuration = bundle.configuration()
    samples = _samples(bundle.bodies, configuration, facts)
    started, ended = (_time(bundle.folder / name) for name in ("run.json", "card.json"))
    return {
        "version": 2,
        "status": "success",
        "eval": _spec(configuration, card, started, len(samples)),
        "plan": {
            "name": "plan",
            "steps": [{"solver": configuration.strategy, "params": configuration.strategy_options}],
        },
        "results": {
            "total_samples": len(samples),
            "completed_samples": len(samples),
            "scores": [_result(name, arm, card) for name, arm in card.arms.items()],
        },
        "stats": {"started_at": started, "completed_at": ended},
        "samples": samples,
    }


def _spec(configuration: Configuration, card: Card, created: str, samples: int) -> Record:
    return {
        "eval_id": card.commitment[:22],
        "run_id": card.commitment[22:44],
        "created": created,
        "task": card.task,
        "task_id": f"{card.task}@{card.version}",
        "task_version": card.version,
        "task_description": load(configuration.task, **configuration.options).brief(),
        "task_args": configuration.options,
        "dataset": {"name": "candidates", "samples": samples, "sample_ids": list(range(samples)), "shuffled": False},
        "model": f"solon/{configuration.proposer}",
        "config": {},
        "packages": configuration.packages | {"solon": metadata.version("solon")},
        "metadata": {
            "isolation": card.isolation,
            "feedback": configuration.feedback,
            "commitment": card.commitment,
            "winner": card.winner,
            "reason": card.reason,
            "share_of_bound": card.share_of_bound,
            "findings": [msgspec.to_builtins(finding) for finding in card.findings],
        },
    }


def _result(name: str, arm: Arm, card: Card) -> Record:
    metrics: dict[str, Record] = {}
    for metric, it in arm.metrics.items():
        bounds = (("", it.mean), (" low", it.low), (" high", it.high))
        metrics |= {metric + end: {"name": metric + end, "value": value} for end, value in bounds if value is not None}
    return {
        "name": f"sealed {name}",
        "scorer": f"sealed {name}",
        "scored_samples": card.sealed_seeds if arm.metrics else 0,
        "metrics": metrics,
        "metadata": {"program": arm.program, "slips": arm.slips, "note": arm.note, "interval": "95 %"},
    }


def _samples(bodies: Bodies, configuration: Configuration, facts: Sequence[Fact]) -> list[Record]:
    outcomes: dict[int, list[Outcome]] = {}
    for fact in facts:
        if isinstance(fact, Judged):
            outcomes.setdefault(fact.number, []).append(fact.outcome)
    return [
        _sample(fact.first + index, fact, suggestion, bodies, configuration, outcomes.get(fact.first + index, ()))
        for fact in facts
        if isinstance(fact, Proposed)
        for index, suggestion in enumerate(fact.suggestions)
    ]


def _sample(
    number: int,
    group: Proposed,
    suggestion: Suggestion,
    bodies: Bodies,
    configuration: Configuration,
    outcomes: Sequence[Outcome],
) -> Record:
    program = bodies.program(suggestion.program)
    wish = f"Propose a program for {configuration.task}."
    if suggestion.parents:
        wish += f" Parents: {', '.join(map(str, suggestion.parents))}."
    answer = {"role": "assistant", "content": program.source, "source": "generate"}
    sample: Record = {
        "id": number,
        "epoch": 1,
        "input": wish,
        "target": "",
        "messages": [{"role": "user", "content": wish, "source": "input"}, answer],
        "output": {
            "model": f"solon/{configuration.proposer}",
            "choices": [{"message": answer, "stop_reason": "stop"}],
        },
        "metadata": {
            "group": group.group,
            "operator": suggestion.operator,
            "parents": suggestion.parents,
            "holes": suggestion.holes,
            "program": suggestion.program,
        },
    }
    fault = next((outcome.fault for outcome in outcomes if isinstance(outcome, Invalid)), None)
    if fault is not None:
        sample["error"] = _error(fault)
    elif scores := _scores(outcomes, program.source):
        sample["scores"] = scores
    return sample


def _error(fault: Fault) -> Record:
    text = fault.traceback or fault.message
    return {
        "message": f"{fault.kind}: {fault.message} {fault.remedy}".strip(),
        "traceback": text,
        "traceback_ansi": text,
    }


def _scores(outcomes: Sequence[Outcome], answer: str) -> Mapping[str, Record]:
    episodes = [episode for outcome in outcomes if isinstance(outcome, Scored) for episode in outcome.episodes]
    if not episodes:
        return {}
    values = {name: [episode.metrics[name] for episode in episodes] for name in episodes[0].metrics}
    means = {name: fmean(figures) for name, figures in values.items()}
    return {
        "search": {
            "value": means,
            "answer": answer,
            "explanation": f"means over {len(episodes)} search seeds",
            "metadata": {"per_seed": values, "slips": sum(episode.slips for episode in episodes)},
        }
    }


def _time(path: Path) -> str:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat(timespec="seconds")
