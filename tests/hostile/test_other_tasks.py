"""The corpus of Python programs in tasks that are no grid game, in a disguise, and in Mining."""

import pytest

from hostile.conftest import Lend
from solon.contract import Program
from solon.hostile import available_levels, load_corpus, parse_attack, run_corpus
from solon.hostile.runner import Arena
from solon.hostile.stage import disguised, staged
from solon.language import PYTHON, language_of
from solon.tasks import load, task_names
from solon.tasks.games.task import GameTask

BY_NAME = {attack.name: attack for attack in load_corpus()}
PICKED = ("read_judge_secret", "exit_at_once", "forged_reply", "frame_walk", "index_that_raises", "state_in_modules")
PYTHONIC = [name for name in task_names() if language_of(load(name)).kind == PYTHON.kind]
OTHERS = [name for name in PYTHONIC if not isinstance(load(name), GameTask)]
QUICK = ("matrix-prisoners", "guard-verified", "guard-document", "guard-journey", "guard-generator", "planning-order")
HEADER = "# name: probe\n# tries: A test.\n# class: files\n# expect: {}\n# twin: nearest_apple\n# needs-wall: false\n"


@pytest.mark.parametrize("task", QUICK)
def test_attacks_of_several_classes_are_stopped_in_each_family(task: str) -> None:
    [letter, *_] = available_levels()
    with Arena(load(task), letter) as arena:
        results = [arena.run(BY_NAME[name]) for name in PICKED]
    assert [(it.attack, it.detail) for it in results if not it.stopped] == []


@pytest.mark.parametrize(
    "name", ["teleport", "unlock_arrays", "worker_generators", "read_judge_secret", "endless_loop"]
)
def test_attacks_are_stopped_in_mining(arenas: Lend, name: str) -> None:
    result = arenas(available_levels()[0], "mining").run(BY_NAME[name])
    assert result.stopped, result.detail


@pytest.mark.slow
@pytest.mark.measurement
@pytest.mark.parametrize("task", ["mining", *OTHERS])
def test_every_attack_is_stopped(task: str) -> None:
    assert [(it.attack, it.detail) for it in run_corpus(task, available_levels()[:1]) if not it.stopped] == []


@pytest.mark.parametrize(
    ("expect", "source", "words"),
    [
        ("scored:same", "from kit import reached\ndef policy(env, agent_id): reached('all')", "Reached: all"),
        ("scored:same", "def policy(env, agent_id): return 1", "not its twin's"),
    ],
)
def test_what_gets_through_is_found_in_a_disguise_too(expect: str, source: str, words: str) -> None:
    with Arena(load("matrix-prisoners", rounds=5, field="classics"), available_levels()[0]) as arena:
        result = arena.run(parse_attack("probe", f"{HEADER.format(expect)}\n{source}\n"))
    assert not result.stopped
    assert words in result.detail


def test_a_score_above_every_twin_is_no_success_whatever_was_due() -> None:
    source = "import stage\n\ndef policy(env, agent_id): return 0 < stage.named['cents'] <= 5000"
    with Arena(load("guard-verified"), available_levels()[0]) as arena:
        result = arena.run(parse_attack("probe", f"{HEADER.format('invalid:time')}\n{source}\n"))
    assert not result.stopped
    assert "is better than its twin's" in result.detail


def test_a_disguise_lets_the_honest_program_play_as_it_does_alone() -> None:
    task = load("matrix-prisoners", rounds=5)
    twins = staged(task)
    assert twins["nearest_apple"] == task.references()["tit_for_tat"]
    program = disguised("from honest import policy\n", twins["nearest_apple"], (("kit.py", ""),))
    assert isinstance(program, Program)
    with Arena(task, available_levels()[0]) as arena:
        honest = arena.run(parse_attack("probe", f"{HEADER.format('scored:same')}\nfrom honest import policy\n"))
    assert honest.stopped, honest.detail
