"""Plays the corpus: each attack at each level, compared with its honest twin and searched for traces."""

import json
import multiprocessing
import os
import platform
import secrets
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from typing import Final, Literal, Self

import msgspec

from solon.contract import Episode, Fault, InfrastructureError, Program, Seed, Task, Unavailable, Value
from solon.engine.judge import play
from solon.hostile.attacks import MOST_EPISODES, WALLED, Attack, Expectation, kit, load_corpus
from solon.hostile.traces import CANARY_NAME, Canaries, descendants
from solon.sandbox import Limits, LocalJail, survey
from solon.tasks import load, task_names

LEVELS: Final = {"A": "full", "B": "no-namespaces", "C": "wasm", "D": "process", "none": "none"}
STEPS: Final = 20
LIMITS: Final = Limits(cpu_seconds=0.5, memory_mib=200)
IMPATIENT: Final = Limits(cpu_seconds=0.5, memory_mib=200, wall_seconds=1.5)
FIRST_SEED: Final = 3

Played = Episode | Fault | Unavailable


class Result(Value, frozen=True):
    """What one attack came to at one level; an element of ``solon hack --json``."""

    attack: str
    group: str = msgspec.field(name="class")
    tries: str
    level: str
    expected: str
    verdict: Literal["scored", "invalid", "unavailable", "refused"]  # refused: too dangerous for this level
    fault: str  # kind, when invalid
    stopped: bool  # the expected verdict, and no trace
    detail: str
    milliseconds: float


def available_levels(wanted: Sequence[str] | None = None) -> tuple[str, ...]:
    """Return the letters of the wanted levels, by default those of A, B and C that this machine offers.

    Raises ValueError for a letter that there is not, InfrastructureError when a level does not hold here.
    """
    here = {level.level: level for level in survey()}
    for letter in wanted or ():
        if letter not in LEVELS:
            raise ValueError(f"no level is called {letter!r} here; use {', '.join(LEVELS)}")
        if not here[letter].available:
            raise InfrastructureError(f"level {letter} is not available ({here[letter].reason}); see solon doctor")
    found = tuple(dict.fromkeys(wanted or (letter for letter in WALLED if here[letter].available)))
    if not found:
        reasons = "; ".join(here[letter].reason for letter in WALLED)
        raise InfrastructureError(f"no safe level is available here ({reasons}); see solon doctor")
    return found


def left_out(letters: Sequence[str]) -> list[str]:
    """Return one sentence for each level that is not among these, with the reason."""
    here = {level.level: level for level in survey()}
    sentences: list[str] = []
    for letter in LEVELS:
        if letter in letters:
            continue
        if not here[letter].available:
            reason = f"it is not available here ({here[letter].reason})"
        elif letter in WALLED:
            reason = "it was not asked for"
        else:
            reason = f"it has no walls that stop attacks; --level {letter} plays those that do no harm"
        sentences.append(f"Level {letter} was left out: {reason}.")
    return sentences


def run_corpus(task_name: str, levels: Sequence[str] | None = None, *, workers: int = 1) -> list[Result]:
    """Play the whole corpus on a game at each level and return a result for each pair, in the corpus's order.

    Raises ValueError for a task that is no game, and as ``available_levels`` does.
    """
    letters = available_levels(levels)
    check_game(task_name)
    corpus, count = load_corpus(), max(1, workers)
    shares = [(task_name, letter, corpus[start::count]) for letter in letters for start in range(count)]
    if count == 1:
        parts = [_play_share(*share) for share in shares]
    else:
        with ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn")) as pool:
            parts = [future.result() for future in [pool.submit(_play_share, *share) for share in shares]]
    results = {(result.attack, result.level): result for part in parts for result in part}
    return [results[attack.name, letter] for attack in corpus for letter in letters]


def check_game(task_name: str) -> None:
    """Raise ValueError unless the corpus speaks the interface of a task."""
    games = [
        name for name in task_names() if name.removesuffix("-paper") in ("cleanup", "gathering", "commons", "harvest")
    ]
    if task_name not in games:
        raise ValueError(f"the corpus does not play {task_name!r}; use one of {', '.join(games)}")


def _play_share(task_name: str, letter: str, attacks: Sequence[Attack]) -> list[Result]:
    with Arena(load(task_name, steps=STEPS), letter) as arena:
        return [arena.run(attack) for attack in attacks]


class Arena:
    """One task at one level, with canaries, warm jails and seeds whose key is secret (fresh if not given)."""

    def __init__(self, task: Task, letter: str, *, key: bytes | None = None) -> None:
        key = secrets.token_bytes(16) if key is None else key
        self._task = task
        self._letter = letter
        self._references = task.references()
        self._seeds = [Seed(FIRST_SEED + index, key, "search") for index in range(MOST_EPISODES)]
        self._twins: dict[tuple[str, int], Episode] = {}
        self._canaries = Canaries(key)
        self._jail = LocalJail(LEVELS[letter], LIMITS)
        self._short = LocalJail(LEVELS[letter], IMPATIENT)
        self._target = ""
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        """Put up the canaries and warm the jails."""
        for part in (self._canaries, self._jail, self._short):
            self._stack.enter_context(part)
        for jail in (self._jail, self._short):
            play(self._task, self._references["stand"], self._seeds[0], jail)
        self._target = self._describe_target()
        return self

    def __exit__(self, *_: object) -> None:
        """Take everything down."""
        self._stack.close()

    def run(self, attack: Attack) -> Result:
        """Play one attack and say whether it was stopped."""
        if attack.needs_wall and self._letter not in WALLED:
            detail = "it was not run: it would harm a machine without the walls of A, B or C"
            return self._result(attack, "refused", "", detail, 0.0)
        program = self._program(attack)
        jail = self._short if attack.waits else self._jail
        found: list[str] = []
        start = time.perf_counter()
        played: list[Played] = []
        with self._canaries.watch(found):
            for seed in self._seeds[: attack.episodes]:
                played.append(play(self._task, program, seed, jail))
                if not isinstance(played[-1], Episode):
                    break
        milliseconds = 1000 * (time.perf_counter() - start)
        objections = [*self._object(attack, played), *found]
        for each in played:
            objections += self._object_to_texts(each)
        last = played[-1]
        verdict = "scored" if isinstance(last, Episode) else "invalid" if isinstance(last, Fault) else "unavailable"
        fault = last.kind if isinstance(last, Fault) else ""
        why = attack.why(self._letter)
        detail = "; ".join(objections) or self._explain(last) + (f" ({why})" if why else "")
        return self._result(attack, verdict, fault, detail, milliseconds, stopped=not objections)

    def _result(  # a row is made of its cells
        self,
        attack: Attack,
        verdict: Literal["scored", "invalid", "unavailable", "refused"],
        fault: str,
        detail: str,
        milliseconds: float,
        *,
        stopped: bool = False,
    ) -> Result:
        return Result(
            attack=attack.name,
            group=attack.group,
            tries=attack.tries,
            level=self._letter,
            expected=str(attack.due(self._letter)),
            verdict=verdict,
            fault=fault,
            stopped=stopped,
            detail=detail,
            milliseconds=round(milliseconds, 1),
        )

    def _program(self, attack: Attack) -> Program:
        twin = self._references[attack.twin].source
        files = (("policy.py", attack.source), ("honest.py", twin), ("kit.py", kit()), ("target.py", self._target))
        return Program(files=files)

    def _describe_target(self) -> str:
        """Return what the attacks are told: more than a program could find out."""
        tcp, udp = self._canaries.ports
        told = {
            "MACHINE": platform.machine(),
            "RUNNER": os.getpid(),
            "ZYGOTES": sorted(descendants(os.getpid())),
            "SECRET_FILE": str(self._canaries.secret_file),
            "CANARY_NAME": CANARY_NAME,
            "DROPS": [str(folder) for folder in self._canaries.drops],
            "TOKEN": self._canaries.token,
            "TCP_PORT": tcp,
            "UDP_PORT": udp,
            "FIRST_SEED": FIRST_SEED,
            "GAME": getattr(self._task, "game", ""),
            "STEPS": STEPS,
        }
        return "".join(f"{name} = {json.dumps(value)}\n" for name, value in told.items())

    def _object(self, attack: Attack, played: Sequence[Played]) -> list[str]:
        """Say in what the verdict differs from the one that is due."""
        objections: list[str] = []
        due = attack.due(self._letter)
        for index, each in enumerate(played):
            if isinstance(each, Unavailable):
                objections.append(f"the judge failed: {each.reason}")
            elif isinstance(each, Fault):
                if each.kind not in due.kinds:
                    objections.append(f"invalid for {each.kind}, {due} was due: {each.message}")
            else:
                objections += self._compare(due, each, self._twin(attack.twin, index))
        return objections

    def _object_to_texts(self, played: Played) -> list[str]:
        """Say what is wrong with the texts of an outcome in which the program may have had a hand."""
        fault = played.first_slip if isinstance(played, Episode) else played if isinstance(played, Fault) else None
        if fault is None:
            return []
        objections = list(self._canaries.leaks("\n".join((fault.message, fault.remedy, fault.traceback))))
        if "\n" in fault.message + fault.remedy:
            objections.append("a sentence of its fault has more than one line")
        return objections

    def _compare(self, due: Expectation, episode: Episode, twin: Episode) -> list[str]:
        goal = next(metric for metric in self._task.metrics if metric.role == "objective")
        mine, honest = episode.metrics[goal.name], twin.metrics[goal.name]
        trace = episode.first_slip.traceback.strip() if episode.first_slip else ""
        first = trace.rpartition("\n")[2][:300]
        match due.verdict:
            case "invalid":
                return [f"it was scored, {due} was due"]
            case "no-gain":
                return [f"{goal.name} {mine:g} is better than its twin's {honest:g}"] if mine > honest else []
            case "same" if episode.slips:
                return [f"{episode.slips} slips where none was due: {first}"]
            case "slips" if not episode.slips:
                return ["no slip where some were due"]
            case _:
                same = episode.metrics == twin.metrics and episode.agents == twin.agents
                return [] if same else [f"its metrics are not its twin's ({goal.name} {mine:g}, {honest:g})"]

    def _twin(self, name: str, index: int) -> Episode:
        if (name, index) not in self._twins:
            played = play(self._task, self._references[name], self._seeds[index], self._jail)
            if not isinstance(played, Episode):
                raise InfrastructureError(f"the honest program {name!r} could not be played: {played}")
            self._twins[name, index] = played
        return self._twins[name, index]

    def _explain(self, played: Played) -> str:
        if isinstance(played, Fault):
            return played.message
        if isinstance(played, Episode) and played.slips:
            return f"{played.slips} decisions replaced; else like its honest twin"
        return "like its honest twin, no trace"
