"""The compiled kernels equal the Python kernels, state for state and reward for reward, whatever is played."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solon.contract import Seed
from solon.tasks import load
from solon.tasks.games.fast import compiler
from solon.tasks.games.streams import KeyedDraws, PaperDraws

pytestmark = [
    pytest.mark.slow,  # some ten seconds at the very first run; in it the rules are translated; then a cache has them
    pytest.mark.skipif(not compiler.installed(), reason="the extra 'fast' is missing: numba is not installed"),
]

GENTLE = (30, 10, 10, 10, 10, 10, 0.3, 4.7, 15, 2)  # beams are rare; 9 is no action
GAMES = ("cleanup", "gathering", "commons")
MAPS = (("cleanup", "full"), ("cleanup", "small"), ("gathering", "small"), ("gathering", "default"))


def differences(task, seeds, steps, weights=GENTLE, *, spoil=None):
    """Play the same actions on both kernels; return the steps after which state or rewards differ."""
    from solon.tasks.games.fast.batch import Batch

    chance = random.Random(seeds[0].number)
    batch, kernels = Batch(task, seeds), [task.kernel(seed) for seed in seeds]
    found = []
    for step in range(steps):
        actions = np.array([chance.choices(range(10), weights, k=task.n_agents) for _ in seeds]) - (step % 7 == 6)
        rewards = batch.step(actions)
        if spoil is not None:
            spoil(step, batch.state)
        expected = [kernel.step(row.tolist()) for kernel, row in zip(kernels, actions, strict=True)]
        snapshots = [kernel.snapshot() for kernel in kernels]
        if rewards.tolist() != expected or [row.tobytes() for row in batch.snapshots()] != snapshots:
            found.append(step)
    return found


@pytest.mark.parametrize("luck", ["", "-paper"])
@pytest.mark.parametrize("game", GAMES)
def test_whole_episodes_of_a_batch_are_those_of_the_python_kernel(game, luck):
    seeds = [Seed(number, key=b"k" * 16 * (number % 2)) for number in range(4)]
    assert differences(load(game + luck), seeds, 600) == []


@pytest.mark.parametrize("luck", ["", "-paper"])
@pytest.mark.parametrize("game", GAMES)
def test_with_equal_chances_of_all_actions_too(game, luck):
    assert differences(load(game + luck), [Seed(5), Seed(6)], 150, (1,) * 10) == []


@given(
    place=st.sampled_from(MAPS),
    n_agents=st.integers(1, 14),
    timeout=st.integers(0, 30),
    flags=st.tuples(st.booleans(), st.booleans(), st.booleans()),
    number=st.integers(0, 2**32),
)
@settings(max_examples=25)
def test_every_map_and_variant_is_played_alike(place, n_agents, timeout, flags, number):
    exclusive, stopped, fair = flags
    task = load(
        place[0],
        map=place[1],
        n_agents=n_agents,
        timeout_steps=timeout,
        exclusive_cells=exclusive,
        walls_stop_beams=stopped,
        fair_order=fair,
    )
    assert differences(task, [Seed(number)], 60, (4, 1, 1, 1, 1, 1, 2, 0, 2, 1)) == []


def test_the_world_without_apples_stays_without():
    assert differences(load("canary-cleanup"), [Seed(1)], 100) == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda step, state: step == 30 and state.orientations[1].__setitem__(2, (state.orientations[1, 2] + 1) % 4),
        lambda step, state: step == 30 and state.luck[0].__setitem__(2, 7),
        lambda step, state: step == 30 and state.counts[0].__setitem__(0, 3),
    ],
    ids=["orientation", "stream", "clock"],
)
def test_the_comparison_notices_a_broken_batch(spoil):
    found = differences(load("cleanup"), [Seed(0), Seed(1)], 80, spoil=spoil)
    assert found
    assert min(found) >= 30


def test_the_papers_generator_ends_in_the_state_that_numpy_reaches():
    from solon.tasks.games.fast.batch import Batch
    from solon.tasks.games.fast.luck import paper_luck

    task = load("cleanup-paper")
    batch, kernel = Batch(task, [Seed(3)]), task.kernel(Seed(3))
    chance = random.Random(3)
    for _ in range(300):
        actions = chance.choices(range(9), GENTLE[:9], k=task.n_agents)
        batch.step(np.array([actions]))
        kernel.step(actions)
    assert isinstance(kernel._draws, PaperDraws)
    assert batch.state.luck[0].tolist() == paper_luck(kernel._draws)


@given(count=st.integers(1, 2**32), seed=st.integers(0, 2**64))
@settings(max_examples=50)
def test_bounded_integers_and_halves_are_numpys(count, seed):
    from solon.tasks.games.fast.luck import paper_luck, pcg_below, pcg_word

    draws = PaperDraws(seed)
    luck = np.array(paper_luck(draws), np.uint64)
    for _ in range(5):
        assert pcg_below(luck, count) == draws.generator.integers(count)
        assert int(pcg_word(luck)) == draws.generator.bit_generator.random_raw()
    assert luck.tolist() == paper_luck(draws)


@given(number=st.integers(0, 2**32), step=st.integers(0, 200))
@settings(max_examples=20)
def test_any_row_of_a_keyed_stream_is_numpys(number, step):
    from solon.tasks.games.fast.luck import fill, stream_key

    board = load("cleanup").board
    width = 1 + len(board.river)
    row = np.zeros(width + 6)
    first = fill(np.array(stream_key(Seed(number), "waste"), np.uint64), step * width, width, row)
    assert row[first : first + width].tolist() == KeyedDraws(Seed(number), board, 10)._waste.row(step).tolist()


def test_many_steps_at_once_are_the_single_steps_and_restarting_repeats_them():
    from solon.tasks.games.fast.batch import Batch

    task = load("cleanup")
    actions = np.random.default_rng(0).integers(9, size=(50, 2, 10), dtype=np.uint8)
    one, other = Batch(task, [Seed(0), Seed(1)]), Batch(task, [Seed(0), Seed(1)])
    returns = one.play(actions)
    assert (sum(other.step(row) for row in actions) == returns).all()
    assert (one.snapshots() == other.snapshots()).all()
    one.restart(0, Seed(1))
    one.restart(1, Seed(0))
    one.play(actions[:, ::-1])
    assert (one.snapshots()[::-1] == other.snapshots()).all()


def test_actions_of_another_shape_are_refused():
    from solon.tasks.games.fast.batch import Batch

    with pytest.raises(ValueError, match=r"give \(steps, 1, 10\)"):
        Batch(load("gathering"), [Seed(0)]).play(np.zeros((3, 2, 10), np.uint8))


def test_machine_code_is_kept_in_a_folder_that_changes_with_the_sources(monkeypatch, tmp_path):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    own = compiler.cache_folder.__wrapped__()
    assert own.parent == tmp_path
    copy = tmp_path / "fast" / "compiler.py"
    copy.parent.mkdir()
    copy.write_text("# changed")
    monkeypatch.setattr(compiler, "__file__", str(copy))
    assert compiler.cache_folder.__wrapped__() != own
