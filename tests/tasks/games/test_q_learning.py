"""Tabular Q-learning: the compiled path learns what the Python path learns, and shipped tables are what they say."""

import re
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from solon.contract import Program, Seed
from solon.engine.signs import signs
from solon.tasks import load
from solon.tasks.games.fast import compiler
from solon.tasks.games.learning.__main__ import main
from solon.tasks.games.learning.lesson import LESSONS, STATES, Course
from solon.tasks.games.learning.plain import Player, state_reader
from solon.tasks.games.learning.source import FEATURES, ROW, render
from solon.tasks.games.learning.table import (
    best_actions,
    command,
    digest,
    greedy_efficiency,
    learn,
    make_player,
    policy,
)
from tasks.games.jails import GuestJail

GAMES = sorted(STATES)
PUBLISHED = {"gathering": 0.77, "cleanup": -0.16}
SMALL = {  # of two episodes of 60 steps and one check on one world
    "cleanup": "e8229e390df2ed5fa65b6ce92205e04fd90e27ba2b96ea138c42b5d61b8d2f68",
    "gathering": "d0ae73d3ee53ebca2b067073dcda456936094a809d01d10c6c6f791eade6cd86",
}

missing = pytest.mark.skipif(not compiler.installed(), reason="the extra 'fast' is missing: numba is not installed")


def needs_numba(test):
    """Mark a test that translates to machine code: some ten seconds at its very first run, then read from a cache."""
    return pytest.mark.slow(missing(test))


def small(game: str, steps: int = 60):
    return replace(load(game), steps=steps), Course(game, 2, 5, check_every=2, worlds=1)


@cache
def learned_in_python(game: str):
    task, course = small(game)
    return learn(course, task=task, player=Player(task))


@cache
def shipped(game: str) -> str:
    return load(game).references()[f"{game}_q_learning"].source


def course_of(text: str) -> Course:
    found = re.search(r"learning (\w+) --episodes (\d+) --seed (\d+) --out", text)
    return Course(found[1], int(found[2]), int(found[3]))


@pytest.mark.parametrize("game", GAMES)
def test_a_small_table_is_learned_the_same_everywhere(game):
    assert digest(learned_in_python(game)) == SMALL[game]


@needs_numba
@pytest.mark.parametrize("game", GAMES)
def test_the_compiled_path_learns_the_same_table_bit_for_bit(game):
    task, course = small(game)
    table = learn(course, task=task, player=make_player(task, compiled=True))
    assert table.tobytes() == learned_in_python(game).tobytes()


@needs_numba
@pytest.mark.parametrize("game", GAMES)
def test_compiled_features_are_those_of_the_policies_text(game):
    from solon.tasks.games.fast.batch import Batch
    from solon.tasks.games.learning.compiled import Player as Compiled

    task = load(game, n_agents=14, walls_stop_beams=True)
    batch, kernel, chance = Batch(task, [Seed(2)]), task.kernel(Seed(2)), np.random.default_rng(2)
    read, player = state_reader(task), Compiled(task)
    seen = set()
    for step in range(200):
        assert player.states(batch) == read(kernel), step
        seen.update(read(kernel))
        actions = chance.choice(9, p=np.array([30, 10, 10, 10, 10, 10, 2, 3, 15]) / 100, size=(1, 14))
        batch.step(actions)
        kernel.step(actions[0].tolist())
    assert len(seen) > 100
    assert max(seen) < STATES[game]


def test_a_broken_feature_would_be_noticed(monkeypatch):
    task = replace(load("gathering"), steps=60)
    right = state_reader(task)
    wrong = FEATURES["gathering"].replace("bin_of(steps, 0, 3, 8)", "bin_of(steps, 1, 3, 8)")
    assert wrong != FEATURES["gathering"]
    monkeypatch.setitem(FEATURES, "gathering", wrong)
    broken, kernel, differs = state_reader(task), task.kernel(Seed(0)), 0
    for _ in range(60):
        differs += right(kernel) != broken(kernel)
        kernel.step([0, 2] * 5)
    assert differs


def test_epsilon_falls_linearly_and_no_public_world_is_learned_on():
    course = Course("cleanup", 101, 0)
    assert [round(course.epsilon(it), 4) for it in (0, 50, 100)] == [1.0, 0.525, 0.05]
    seeds = [course.luck(0), course.check(0), Course("cleanup", 101, 1).luck(0), Seed(0)]
    assert len({seed.derive("waste") for seed in seeds}) == 4


@pytest.mark.parametrize("game", GAMES)
def test_one_update_moves_the_value_a_tenth_of_the_way_to_the_shaped_reward(game):
    task = replace(load(game), steps=1, n_agents=1)
    lesson = LESSONS[game]._replace(epsilon=1.0)
    changed = 0
    for number in range(40):
        table = np.zeros((STATES[game], 9 if game == "cleanup" else 8))
        (own,) = Player(task).play(table, Seed(number), lesson)
        for state, action in np.argwhere(table):
            bonus = lesson.clean_bonus if action == 8 and state // 6 % 2 else 0.0
            assert table[state, action] == pytest.approx(0.1 * (own + bonus - lesson.beam_penalty * (action == 6)))
            changed += 1
    assert changed > 1


@pytest.mark.parametrize("game", GAMES)
def test_the_table_of_a_policys_text_is_the_one_that_was_learned(game):
    _, course = small(game)
    text = policy(course, learned_in_python(game))
    assert digest(learned_in_python(game)) in text
    assert command(course) in text
    scope = {}
    exec(text, {"np": np}, scope)
    assert scope["ACTIONS"] == best_actions(learned_in_python(game))


def test_the_command_writes_the_policy(tmp_path, monkeypatch, capsys):
    file = tmp_path / "cleanup_q_learning.py"
    course = Course("cleanup", 1, 3, worlds=1)
    monkeypatch.setattr("solon.tasks.games.learning.__main__.learn", lambda given, report: learned_in_python("cleanup"))
    main(["cleanup", "--episodes", "1", "--seed", "3", "--out", str(file)])
    assert file.read_text() == policy(course, learned_in_python("cleanup"))
    assert digest(learned_in_python("cleanup")) in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["cleanup", "--episodes", "0", "--out", str(file)])
    assert "at least 1" in capsys.readouterr().err


@pytest.mark.parametrize("game", GAMES)
def test_a_shipped_policy_is_what_its_header_says_but_for_the_learning(game):
    text = shipped(game)
    course = course_of(text)
    actions = "".join(re.findall(rf"^[0-8]{{{ROW[game]}}}$", text, re.MULTILINE))
    value = re.search(r"read from: ([0-9a-f]{64})", text)[1]
    assert text == render(game, actions, command=command(course), digest=value)
    assert len(actions) == STATES[game]


@pytest.mark.parametrize("game", GAMES)
def test_a_shipped_table_hides_nothing_but_is_reported_as_a_table(game):
    found = list(signs(Program(files=(("policy.py", shipped(game)),)), "q_learning"))
    assert [(finding.kind, finding.severity) for finding in found] == [("table", "note")]


@pytest.mark.parametrize("game", GAMES)
def test_a_shipped_table_beats_the_published_one_on_the_public_worlds(game):
    task = load(game)
    program = task.references()[f"{game}_q_learning"]
    episodes = [task.evaluate(program, Seed(number), GuestJail()) for number in range(2)]
    assert sum(episode.slips for episode in episodes) == 0
    assert sum(episode.metrics["efficiency"] for episode in episodes) / 2 > PUBLISHED[game]


@needs_numba
@pytest.mark.measurement
@pytest.mark.parametrize("game", GAMES)
def test_the_shipped_policy_is_rebuilt_bit_for_bit_and_beats_the_published_one_on_five_worlds(game):
    text = shipped(game)
    course, task = course_of(text), load(game)
    player = make_player(task, compiled=True)
    table = learn(course, task=task, player=player)
    assert policy(course, table) == text
    assert greedy_efficiency(task, player, table, [Seed(number) for number in range(5)]) > PUBLISHED[game]


@needs_numba
@pytest.mark.parametrize("game", GAMES)
def test_the_compiled_player_scores_a_policy_as_the_guest_does(game):
    task = replace(load(game), steps=150)
    actions = "".join(re.findall(rf"^[0-8]{{{ROW[game]}}}$", shipped(game), re.MULTILINE))
    table = np.zeros((STATES[game], 9))[:, : 9 if game == "cleanup" else 8]
    table[np.arange(STATES[game]), [int(action) for action in actions]] = 1.0
    judged = task.evaluate(task.references()[f"{game}_q_learning"], Seed(0), GuestJail())
    assert greedy_efficiency(task, make_player(task, compiled=True), table, [Seed(0)]) == judged.metrics["efficiency"]


def test_games_without_features_are_refused():
    with pytest.raises(ValueError, match="choose one of"):
        Course("commons", 1, 0)
