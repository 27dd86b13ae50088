"""The whole corpus at level C, with the extra ``wasm`` installed; without it none of these is collected."""

import json

import pytest

from hostile.conftest import Lend
from solon.cli.hacking import hack
from solon.hostile import Attack, load_corpus, parse_attack
from solon.sandbox import wasm

__test__ = not wasm.missing()
pytestmark = [pytest.mark.wasm, pytest.mark.slow]
CORPUS = load_corpus()
HEADER = "# name: probe\n# tries: A test.\n# class: files\n# expect: {}\n# twin: stand\n# needs-wall: false\n"


@pytest.mark.parametrize("attack", CORPUS, ids=lambda attack: attack.name)
def test_every_attack_gets_its_verdict_and_leaves_nothing(arenas: Lend, attack: Attack) -> None:
    result = arenas("C").run(attack)
    assert result.stopped, result.detail
    assert (result.attack, result.level, result.expected) == (attack.name, "C", str(attack.due("C")))


@pytest.mark.parametrize("task", ["gathering", "commons", "cleanup-paper"])
@pytest.mark.parametrize("attack", [a for a in CORPUS if a.group == "paper"], ids=lambda a: a.name)
def test_the_attacks_of_the_paper_are_stopped_in_the_other_games_too(arenas: Lend, attack: Attack, task: str) -> None:
    result = arenas("C", task).run(attack)
    assert result.stopped, result.detail


@pytest.mark.parametrize(
    ("expect", "source", "words"),
    [
        ("scored:same", "from kit import reached\ndef policy(env, agent_id): reached('all')", "Reached: all"),
        ("scored:same", "def policy(env, agent_id): return 6", "not its twin's"),
        ("scored:same", "import os\ndef policy(env, agent_id): os._exit(0)", "invalid for crash"),
        (
            "scored:same",
            "from kit import attempt\ndef policy(env, agent_id): attempt(lambda: env.fork)",
            "no attribute",
        ),
        ("invalid:time", "def policy(env, agent_id): return 7", "it was scored, invalid:time was due"),
    ],
)
def test_an_attack_that_gets_through_or_ends_otherwise_is_reported(
    arenas: Lend, expect: str, source: str, words: str
) -> None:
    result = arenas("C").run(parse_attack("probe", f"{HEADER.format(expect)}\n{source}\n"))
    assert not result.stopped
    assert words in result.detail


def test_the_command_lists_level_c(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    picked = tuple(attack for attack in CORPUS if attack.name in ("teleport", "dead_lock"))
    monkeypatch.setattr("solon.hostile.runner.load_corpus", lambda: picked)
    assert hack("cleanup", levels=["C"], as_json=True, workers=1) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [(row["attack"], row["level"], row["expected"], row["verdict"], row["stopped"]) for row in rows] == [
        ("dead_lock", "C", "invalid:crash", "invalid", True),
        ("teleport", "C", "scored:same", "scored", True),
    ]
