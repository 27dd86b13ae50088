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

from solon.contract import Episode, Fault, InfrastructureError, Program, Seed, Task, Unavailable
from solon.engine.judge import Played, play
from solon.hostile.attacks import MOST_EPISODES, WALLED, Attack, Expectation, kit, load_corpus
from solon.hostile.desk import Desk
from solon.hostile.documents import Document
from solon.hostile.results import Result
from solon.hostile.rewriting import documents
from solon.hostile.stage import disguised, staged
from solon.hostile.traces import CANARY_NAME, Canaries, descendants
from solon.language import PYTHON, language_of
from solon.sandbox import Limits, LocalJail, survey
from solon.tasks import load
from solon.tasks.games.task import GameTask

LEVELS: Final = {"A": "full", "B": "no-namespaces", "C": "wasm", "D": "process", "none": "none"}
STEPS: Final = 20
LIMITS: Final = Limits(cpu_seconds=0.5, memory_mib=200)
IMPATIENT: Final = Limits(cpu_seconds=0.5, memory_mib=200, wall_seconds=1.5)
FIRST_SEED: Final = 3


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
    """Play what attacks a task at each level and return a result for each pair, in the corpus's order.

    Documents are judged at the first of the levels only: they are never executed. Raises ValueError for a task that
    does not exist, as ``available_levels`` does, and for one that has no program to compare with.
    """
    letters = available_levels(levels)
    corpus, count = attacks_on(task_name), max(1, workers)
    letters = letters[:1] if reads_documents(task_name) else letters
    shares = [(task_name, letter, corpus[start::count]) for letter in letters for start in range(count)]
    if count == 1:
        parts = [_play_share(*share) for share in shares]
    else:
        with ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn")) as pool:
            parts = [future.result() for future in [pool.submit(_play_names, *_named(share)) for share in shares]]
    results = {(result.attack, result.level): result for part in parts for result in part}
    pairs = [(attack.name, letter) for attack in corpus for letter in letters]
    return [results[pair] for pair in pairs if pair in results]


def attacks_on(task_name: str) -> Sequence[Attack | Document]:
    """Return the attacks that speak a task's language and interface. Raises ValueError."""
    task = _loaded(task_name)
    if not task.references():
        raise ValueError(f"the corpus cannot play {task_name!r}, which has no reference program to compare with")
    if reads_documents(task_name):
        return documents(language_of(task).kind)
    return [attack for attack in load_corpus() if isinstance(task, GameTask) or not attack.needs_game]


def reads_documents(task_name: str) -> bool:
    """Return whether a task's programs are texts that are read and never executed. Raises ValueError."""
    return language_of(load(task_name)).kind != PYTHON.kind


def _named(share: tuple[str, str, Sequence[Attack | Document]]) -> tuple[str, str, list[str]]:
    """Return a share that can be sent to another process: what writes a document cannot."""
    task_name, letter, attacks = share
    return task_name, letter, [attack.name for attack in attacks]


def _play_names(task_name: str, letter: str, names: Sequence[str]) -> list[Result]:
    return _play_share(task_name, letter, [attack for attack in attacks_on(task_name) if attack.name in names])


def _play_share(task_name: str, letter: str, attacks: Sequence[Attack | Document]) -> list[Result]:
    task = _loaded(task_name)
    read = [attack for attack in attacks if isinstance(attack, Document)]
    if read:
        with Desk(task, LEVELS[letter], letter) as desk:
            return [result for each in read if (result := desk.run(each)) is not None]
    with Arena(task, letter) as arena:
        return [arena.run(attack) for attack in attacks if isinstance(attack, Attack)]


def _loaded(task_name: str) -> Task:
    """Return a task, with short episodes where it has an option for that."""
    task = load(task_name)
    if isinstance(task, GameTask):
        return load(task_name, steps=STEPS)
    return load(task_name, rounds=STEPS) if hasattr(task, "rounds") else task


class Arena:
    """One task at one level, with canaries, warm jails and seeds whose key is secret (fresh if not given)."""

    def __init__(self, task: Task, letter: str, *, key: bytes | None = None) -> None:
        key = secrets.token_bytes(16) if key is None else key
        self._task = task
        self._letter = letter
        self._goal = next(metric.name for metric in task.metrics if metric.role == "objective")
        self._game = isinstance(task, GameTask)
        self._references = task.references() if self._game else staged(task)
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
            play(self._task, self._reference("stand"), self._seeds[0], jail)
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
        twin = self._reference(attack.twin)
        tools = (("kit.py", kit()), ("target.py", self._target))
        if not self._game:
            return disguised(attack.source, twin, tools)
        return Program(files=(("policy.py", attack.source), ("honest.py", twin.source), *tools))

    def _reference(self, twin: str) -> Program:
        """Return the honest program that a twin's name stands for: in some games its control has another name."""
        return self._references[twin] if twin in self._references else next(iter(self._references.values()))

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
            "GAME": self._task.game if isinstance(self._task, GameTask) else "",
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
                if not self._is_due(due, each):
                    objections.append(f"invalid for {each.kind}, {due} was due: {each.message}")
            elif self._game or due.verdict not in ("invalid", "slips"):
                objections += self._compare(due, each, self._twin(attack.twin, index))
            else:  # a reply of its own may be one that the task can read
                objections += self._compare(Expectation("no-gain"), each, self._best_twin(index))
        return objections

    def _is_due(self, due: Expectation, fault: Fault) -> bool:
        """Return whether a fault was to come; which one is known of the games, whose replies have one form."""
        return fault.kind in due.kinds or (not self._game and due.verdict in ("invalid", "slips"))

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
        goal, mine, honest = self._goal, self._worth(episode), self._worth(twin)
        trace = episode.first_slip.traceback.strip() if episode.first_slip else ""
        first = trace.rpartition("\n")[2][:300]
        match due.verdict:
            case "invalid":
                return [f"it was scored, {due} was due"]
            case "no-gain":
                return [f"{goal} {mine:g} is better than its twin's {honest:g}"] if mine > honest else []
            case "same" if episode.slips:
                return [f"{episode.slips} slips where none was due: {first}"]
            case "slips" if not episode.slips:
                return ["no slip where some were due"]
            case _:
                same = episode.metrics == twin.metrics and episode.agents == twin.agents
                return [] if same else [f"its metrics are not its twin's ({goal} {mine:g}, {honest:g})"]

    def _worth(self, episode: Episode) -> float:
        return episode.metrics[self._goal]

    def _twin(self, name: str, index: int) -> Episode:
        if (name, index) not in self._twins:
            played = play(self._task, self._reference(name), self._seeds[index], self._jail)
            if not isinstance(played, Episode):
                raise InfrastructureError(f"the honest program {name!r} could not be played: {played}")
            self._twins[name, index] = played
        return self._twins[name, index]

    def _best_twin(self, index: int) -> Episode:
        """Return the better of acting honestly and not at all, which is a fault in some tasks."""
        honest = self._twin("nearest_apple", index)
        idle = play(self._task, self._reference("stand"), self._seeds[index], self._jail)
        return max((honest, idle), key=self._worth) if isinstance(idle, Episode) else honest

    def _explain(self, played: Played) -> str:
        if isinstance(played, Fault):
            return played.message
        if isinstance(played, Episode) and played.slips:
            return f"{played.slips} decisions replaced; else like its honest twin"
        return "like its honest twin, no trace"
