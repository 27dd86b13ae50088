"""Folders of finished runs, written without playing anything, so that a page can be tried on any of them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from solon.contract import Ask, Episode, Fault, Figure, Finding, Invalid, Program, Scored
from solon.engine import (
    Arm,
    Bill,
    Budget,
    Bundle,
    Card,
    Comparison,
    Configuration,
    Cost,
    Seeds,
    Timing,
    estimate,
    read_card,
)
from solon.engine.constraints import Held
from solon.journal import Chosen, Fact, Found, Judged, Proposed, Sealed, Suggestion
from solon.journal.log import _encode
from solon.playback import Board, Frame, Moment, Recording
from solon.report.recordings import Recorded
from solon.sandbox import Limits

CONTROL = Program((("policy.py", "def policy(env, agent_id):\n    return 7\n"),))


@dataclass
class Made:
    """One candidate of a written run; without a score it is rejected for the fault, or never judged."""

    source: str
    score: float | None = 1.0
    parents: tuple[int, ...] = ()
    operator: str = "vary"
    fault: Fault | None = None
    holes: dict[str, float | int | str] = field(default_factory=dict)
    finding: Finding | None = None
    peace: float = 10.0


def program(source: str) -> Program:
    return Program((("policy.py", source),))


def write_run(
    folder: Path,
    rounds: Sequence[Sequence[Made]],
    *,
    winner: int | None = 0,
    task: str = "toy",
    less: bool = False,
    figures: Sequence[Figure] = (),
    proposer: str = "offline",
    note: str = "",
) -> Bundle:
    """Write run.json, journal, bodies and card of a run with these rounds of candidates."""
    configuration = Configuration(
        task=task, version="1", options={"steps": 3}, strategy="best-of-n", strategy_options={"n": 4},
        proposer=proposer, feedback="dense", sealed_seeds=4, budget=Budget(seconds=9), isolation="full",
        limits=Limits(), commitment=Seeds(1).commitment,
    )  # fmt: skip
    bundle = Bundle.create(folder, configuration, 1)
    facts: list[Fact] = []
    made = [it for one in rounds for it in one]
    findings = [it.finding for it in made if it.finding]
    number = 0
    for group, one in enumerate(rounds):
        suggestions = [
            Suggestion(bundle.bodies.put_program(program(it.source)), it.parents, it.operator, it.holes) for it in one
        ]
        facts.append(Proposed(group, number, Ask(len(one), 2), tuple(suggestions)))
        for it in one:
            if it.fault is not None:
                facts.append(Judged(number, 0, Invalid(it.fault)))
            elif it.score is not None:
                facts.append(Judged(number, 0, Scored(tuple(_episode(it.score + by, it.peace) for by in (-0.1, 0.1)))))
            if it.finding is not None:
                facts.append(Found(it.finding, number))
            number += 1
    facts.append(Chosen(winner, "the strategy has nothing more to ask"))
    arms = {} if winner is None else {"winner": program(made[winner].source), "control:stand_still": CONTROL}
    scores = {"winner": made[winner].score or 0.0 if winner is not None else 0.0, "control:stand_still": 0.1}
    outcomes = {arm: Scored(tuple(_episode(scores[arm] + shift) for shift in (-0.2, 0.0, 0.1, 0.1))) for arm in arms}
    digests = {arm: bundle.bodies.put_program(it) for arm, it in arms.items()}
    facts += [Sealed(arm, digests[arm], outcome) for arm, outcome in outcomes.items()]
    (folder / "journal.jsonl").write_bytes(b"".join(map(_encode, facts)))
    card = Card(
        task=task, version="1", options={"steps": 3}, objective="score", winner=winner, program=digests.get("winner"),
        reason="the strategy has nothing more to ask",
        arms={
            arm: Arm(digests[arm], {name: estimate(it.values(name)) for name in ("score", "peace")}, note=note)
            for arm, it in outcomes.items()
        },
        comparisons=(Comparison("control:stand_still", estimate([0.8, 0.9, 1.0]), True),) if arms else (),
        held_out=None, share_of_bound={"score": 0.5} if arms else {},
        bounds=tuple(it for it in figures if it.kind == "bound"),
        published=tuple(it for it in figures if it.kind == "published"),
        findings=tuple(findings), isolation="full", sealed_seeds=4,
        cost=Cost(len(made), sum(it.fault is not None for it in made), 2 * len(made), 8, Bill()),
        commitment=configuration.commitment, root=f"{1:032x}", packages={"solon": "0"},
        minimised=("score",) if less else (),
    )  # fmt: skip
    bundle.write("timing.json", msgspec.json.encode(Timing(8.0, 2.0)))
    bundle.publish(card)
    return bundle


def _episode(score: float, peace: float = 10.0) -> Episode:
    return Episode({"score": score, "peace": peace}, {"return": (score, 0.0)})


def keep_peace(bundle: Bundle) -> None:
    """Say in a card that peace is a constraint, which the winner keeps and the control arm violates."""
    card = read_card(bundle.folder)
    margin = card.arms["winner"].metrics["peace"]
    held = (Held("winner", "peace", margin, "holds", 0), Held("control:stand_still", "peace", margin, "violated", 4))
    bundle.publish(msgspec.structs.replace(card, constraints=held))


def recordings(bundle: Bundle, arms: Sequence[str], *, words: str = "") -> tuple[Recorded, ...]:
    """Return a short episode on a small board for each arm of a written run."""
    card = read_card(bundle.folder)
    return tuple(
        Recorded(arm, card.arms[arm].program, 0, episode(words, shift=place)) for place, arm in enumerate(arms)
    )


def episode(words: str = "", *, shift: int = 0, steps: int = 12, board: bool = True) -> Recording:
    """Return an episode in which two agents walk along a row and take apples."""
    names = (f"first {words}".strip(), "second")
    frames = [Frame(((8, 1, 0), (15, -1, 0)), {"apple": (9, 10, 11)}, {}, {}, (), "")]
    for step in range(1, steps + 1):
        cell = 8 + min(step, 5)
        taken = {"apple": (cell,)} if cell in (9, 10, 11) and step < 5 else {}
        rewards = (float(bool(taken)) * (2 - shift), -0.5 * (step % 3 == 0))
        flashes = {f"beam{words}": (cell + 1,)} if step % 4 == 0 else {}
        away = int(step > 9)
        frames.append(
            Frame(((cell, 1, 0), (15, -1, away)), {}, taken, flashes, rewards, f"step of the walk {step} {words}")
        )
    if not board:
        frames = [Frame(caption=it.caption or "the start", rewards=it.rewards) for it in frames]
    grid = Board(3, 7, {"wall": (*range(7), *range(14, 21)), f"lava{words}": (13,)}, ("apple",)) if board else None
    return Recording(tuple(frames), (Moment(4, f"an apple is gone {words}", trouble=True),), grid, names)


def many(count: int, *, width: int = 50, lines: int = 120) -> list[list[Made]]:
    """Return rounds of candidates as a long search has them: families, progress, rejects of several kinds."""
    body = "\n".join(
        f"    value_{line} = weigh(env, {line}, agent_id) * {line}.5  # term {line}" for line in range(lines)
    )
    rounds: list[list[Made]] = []
    valid, best = list[int](), (0.0, 0)
    for number in range(count):
        if number % width == 0:
            rounds.append([])
        spread = math.sin(number * 12.9898) * 43758.5453 % 1
        parents = (valid[-1 - number % min(7 * width, len(valid))],) if number >= width else ()
        parents += (best[1],) if number % 3 == 1 and number >= width else ()
        head = f'"""Variation {number}."""\n\nWEIGHT = {spread}\n\n\ndef policy(env, agent_id):\n'
        source = f"{head}{body}\n    return {number % 8}\n"
        kind = ("syntax", "time", "raised", "crash")[number % 4]
        fault = Fault(kind, f"candidate {number} went wrong", "mend it") if spread < 0.15 else None
        score = None if fault else 3 * (1 - math.exp(-number / count)) + spread
        if score is not None:
            valid.append(number)
            best = max(best, (score, number))
        rounds[-1].append(
            Made(source, score, parents, ("perturb", "breed", "cma-es")[number % 3], fault, {"weight": spread})
        )
    return rounds
