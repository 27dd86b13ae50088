"""The whole corpus, at every safe level of this machine."""

from collections import Counter

import pytest

from hostile.conftest import Lend
from solon.contract import InfrastructureError
from solon.hostile import CLASSES, Attack, available_levels, load_corpus
from solon.sandbox import survey

CORPUS = load_corpus()
SAFE = {row.level: row for row in survey() if row.level in ("A", "B")}
HERE = [letter for letter, row in SAFE.items() if row.available]

PAPER = {"teleport", "disable_rivals", "purge_waste", "spawn_apples", "combined"}


@pytest.mark.parametrize("letter", HERE)
@pytest.mark.parametrize("attack", CORPUS, ids=lambda attack: attack.name)
def test_every_attack_gets_its_verdict_and_leaves_nothing(arenas: Lend, attack: Attack, letter: str) -> None:
    result = arenas(letter).run(attack)
    assert result.stopped, result.detail
    assert (result.attack, result.level, result.expected) == (attack.name, letter, str(attack.expect))


@pytest.mark.parametrize("letter", ["A", "B"])
def test_a_safe_level_is_played_or_the_machine_says_why_not(letter: str) -> None:
    if SAFE[letter].available:
        assert available_levels([letter]) == (letter,)
    else:
        assert len(SAFE[letter].reason.partition(": ")[2]) > 3
        with pytest.raises(InfrastructureError, match=f"level {letter} is not available"):
            available_levels([letter])


@pytest.mark.parametrize("task", ["gathering", "commons", "cleanup-paper"])
@pytest.mark.parametrize("attack", [a for a in CORPUS if a.group in ("paper", "seed", "state")], ids=lambda a: a.name)
def test_the_attacks_on_the_game_are_stopped_in_the_other_games_too(arenas: Lend, attack: Attack, task: str) -> None:
    result = arenas(HERE[0], task).run(attack)
    assert result.stopped, result.detail


def test_there_are_more_than_sixty_attacks_and_some_of_every_class() -> None:
    count = Counter(attack.group for attack in CORPUS)
    assert len(CORPUS) >= 60
    assert min(count[group] for group in CLASSES) >= 3


def test_the_five_classes_of_the_paper_are_there() -> None:
    assert {attack.name for attack in CORPUS if attack.group == "paper"} >= PAPER


def test_no_attack_is_described_twice() -> None:
    assert len({attack.tries for attack in CORPUS}) == len(CORPUS)
    assert all(attack.tries.endswith(".") and len(attack.tries) <= 120 for attack in CORPUS)
