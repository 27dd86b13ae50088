"""Any environment of Gymnasium is a task: same episodes as Gymnasium's own, typed slips, solved offline."""

import pickle
from collections.abc import Iterator

import numpy as np
import pytest

gymnasium = pytest.importorskip("gymnasium", reason="needs the extra envs")

from hypothesis import given  # noqa: E402  # after the check that it is there
from hypothesis import strategies as st  # noqa: E402

import solon  # noqa: E402
from solon.contract import InfrastructureError, Program, Seed  # noqa: E402
from solon.sandbox import LocalJail  # noqa: E402
from solon.tasks import load  # noqa: E402
from solon.tasks.gym.planning import best_actions, best_value  # noqa: E402
from solon.tasks.gym.recording import told  # noqa: E402
from solon.tasks.gym.spaces import admit, plain, stand_in, words  # noqa: E402

spaces = gymnasium.spaces


def program(body: str) -> Program:
    return Program((("policy.py", f"def policy(observation, memory):\n{body}"),))


@pytest.fixture(scope="module")
def jail() -> Iterator[LocalJail]:
    with LocalJail("auto") as found:
        yield found


def test_an_episode_is_the_one_that_gymnasium_plays(jail: LocalJail) -> None:
    task, seed = load("gym:CartPole-v1"), Seed(4)
    leaning = "    return int(observation[2] + observation[3] > 0)\n"
    episode = task.evaluate(program(leaning), seed, jail)
    env = gymnasium.make("CartPole-v1")
    observation, _ = env.reset(seed=int.from_bytes(seed.derive("environment")[:4], "little"))
    total, ended, cut, steps = 0.0, False, False, 0
    while not (ended or cut):
        observation, reward, ended, cut, _ = env.step(int(observation[2] + observation[3] > 0))
        total, steps = total + reward, steps + 1
    assert episode.metrics == {"return": total, "length": steps, "terminated": float(ended), "truncated": float(cut)}
    assert episode.slips == 0


def test_an_episode_that_is_cut_off_is_not_called_ended(jail: LocalJail) -> None:
    episode = load("gym:Taxi-v4").evaluate(program("    return 4\n"), Seed(0), jail)
    assert (episode.metrics["truncated"], episode.metrics["terminated"]) == (1.0, 0.0)


def test_an_episode_that_ends_at_its_limit_of_steps_was_not_cut_off(jail: LocalJail) -> None:
    """Gymnasium calls its last step both; an episode is one or the other."""
    steady = program("    return 0\n")
    length = int(load("gym:CartPole-v1").evaluate(steady, Seed(0), jail).metrics["length"])
    for limit, outcome in ((length, (1.0, 0.0)), (length - 1, (0.0, 1.0))):
        metrics = load("gym:CartPole-v1", max_episode_steps=limit).evaluate(steady, Seed(0), jail).metrics
        assert (metrics["terminated"], metrics["truncated"]) == outcome


@pytest.mark.parametrize(
    ("body", "kind", "words_in_it"),
    [
        ("    return 2\n", "output", "no action of the space"),
        ("    return True\n", "output", "no action of the space"),
        ("    return 'left'\n", "output", "no action of the space"),
        ("    return {1, 2}\n", "output", "no JSON"),
        ("    return float('nan')\n", "output", "no JSON"),
        ("    return 1 // 0\n", "raised", "raised at step 0"),
    ],
)
def test_what_is_no_action_is_a_slip_that_says_what_is_wanted(
    jail: LocalJail, body: str, kind: str, words_in_it: str
) -> None:
    episode = load("gym:CartPole-v1").evaluate(program(body), Seed(0), jail)
    assert episode.slips == episode.metrics["length"]
    assert episode.first_slip is not None
    assert episode.first_slip.kind == kind
    assert words_in_it in episode.first_slip.message
    assert "an integer from 0 to 1" in episode.first_slip.remedy


def test_memory_lasts_an_episode_and_no_longer(jail: LocalJail) -> None:
    counting = "    memory['n'] = memory.get('n', 0) + 1\n    return 0 if memory['n'] < 5 else 'stop'\n"
    task = load("gym:CartPole-v1")
    first, second = (task.evaluate(program(counting), Seed(1), jail) for _ in range(2))
    assert first == second
    assert first.slips == first.metrics["length"] - 4


@given(st.one_of(st.integers(-3, 12), st.floats(), st.text(), st.none(), st.booleans(), st.lists(st.integers())))
def test_what_is_admitted_lies_in_the_space(value: object) -> None:
    for space in (
        spaces.Discrete(5, start=2),
        spaces.Box(-1, 1, (2,), np.float32),
        spaces.MultiBinary(3),
        spaces.MultiDiscrete([2, 3]),
        spaces.Tuple((spaces.Discrete(2), spaces.Discrete(3))),
    ):
        admitted = admit(space, value)
        assert admitted is None or space.contains(admitted)
        assert space.contains(stand_in(space))


@given(st.integers(0, 2**16))
def test_every_action_survives_the_way_through_json(number: int) -> None:
    for space in (
        spaces.Discrete(5, start=2),
        spaces.Box(-1, 1, (2,), np.float32),
        spaces.MultiDiscrete([2, 3]),
        spaces.Dict({"go": spaces.Discrete(3), "by": spaces.Box(0, 1, (1,), np.float64)}),
    ):
        space.seed(number)
        action = space.sample()
        admitted = admit(space, plain(action))
        assert admitted is not None
        assert str(plain(admitted)) == str(plain(action))


def test_spaces_are_told_in_words() -> None:
    assert words(spaces.Box(0, 255, (7, 7, 3), np.uint8)) == "a list of shape (7, 7, 3) of integers from 0 to 255"
    assert words(spaces.Tuple((spaces.Discrete(2), spaces.Text(3)))).startswith("a list of: [0] an integer from 0 to 1")
    brief = load("gym:Blackjack-v1").brief()
    assert "[0] an integer from 0 to 31" in brief
    assert "an integer from 0 to 1" in brief


def test_planning_finds_the_known_value_of_the_frozen_lake() -> None:
    env = gymnasium.make("FrozenLake-v1", is_slippery=False).unwrapped
    assert best_value(env, 100) == 1.0
    slippery = gymnasium.make("FrozenLake-v1").unwrapped
    value = best_value(slippery, 100)
    assert value == pytest.approx(0.744, abs=0.001)
    assert best_value(slippery, 5) == 0.0  # six steps are needed
    assert len(best_actions(slippery, 0.99)) == 16
    assert best_value(gymnasium.make("CartPole-v1").unwrapped, 500) is None


@pytest.mark.parametrize(
    ("environment", "rounds", "solved"),
    [
        ("FrozenLake-v1", 1, 0.6),
        pytest.param("Taxi-v4", 1, 7.0, marks=pytest.mark.slow),
        pytest.param("Blackjack-v1", 3, -0.35, marks=pytest.mark.slow),
    ],
)
def test_text_environments_are_solved_offline(environment: str, rounds: int, solved: float, tmp_path) -> None:
    options = {"rounds": rounds}
    card, _ = solon.run(
        f"gym:{environment}", strategy_options=options, seed=1, sealed_seeds=60, out=tmp_path / "r", workers=2
    )
    assert card.arms["winner"].metrics["return"].mean > solved
    assert not [finding for finding in card.findings if finding.severity == "alarm"]


def test_a_task_is_the_same_in_another_process_and_names_its_options() -> None:
    task = load("gym:FrozenLake-v1", is_slippery=False)
    again = pickle.loads(pickle.dumps(task))
    assert (again.name, again.version) == (task.name, task.version)
    assert "is_slippery=False" in task.version


def test_what_cannot_be_had_is_told_with_the_nearest() -> None:
    with pytest.raises(ValueError, match="did you mean 'CartPole-v1'"):
        load("gym:CartPole-v11")
    with pytest.raises(ValueError, match="check its options"):
        load("gym:FrozenLake-v1", is_slipery=False)
    with pytest.raises(ValueError, match="has no sketch"):
        _unsketched()


def _unsketched() -> None:
    from solon.tasks.gym.sketches import sketch_for

    class Shown:
        observation_space, action_space = spaces.Text(3), spaces.Discrete(2)

    sketch_for("words", Shown())


def test_without_the_extra_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "gymnasium", None)
    with pytest.raises(InfrastructureError, match=r"solon\[envs\]"):
        load("gym:CartPole-v1")


def test_an_environment_that_fails_blames_no_program(jail: LocalJail, monkeypatch: pytest.MonkeyPatch) -> None:
    task = load("gym:CartPole-v1")

    class Broken(gymnasium.Wrapper):
        def step(self, action):
            raise RuntimeError("the pole is gone")

    monkeypatch.setattr(task, "make", lambda **more: Broken(gymnasium.make("CartPole-v1")))
    with pytest.raises(InfrastructureError, match="failed at step 0: RuntimeError: the pole is gone"):
        task.evaluate(program("    return 0\n"), Seed(0), jail)


def test_texts_and_truths_are_no_numbers_of_a_box() -> None:
    box = spaces.Box(-1, 1, (1,), np.float32)
    assert admit(box, [0.5]) is not None
    assert [admit(box, value) for value in (["0.5"], [True], 0.5, [[0.5]], [1.5], [None])] == [None] * 6


def test_colours_of_a_text_picture_become_brackets(jail: LocalJail) -> None:
    recording = load("gym:FrozenLake-v1").record(program("    return 2\n"), Seed(0), jail)
    assert "[S]FFF" in recording.frames[0].caption
    assert not any("\x1b" in frame.caption for frame in recording.frames)


def test_an_option_that_the_environment_cannot_take_is_the_callers_error() -> None:
    with pytest.raises(ValueError, match="check its options"):
        load("gym:FrozenLake-v1", map_name="9x9")
    with pytest.raises(ValueError, match="solon play"):
        load("gym:CartPole-v1", render_mode="human")


@pytest.mark.parametrize("environment", ["CartPole-v1", "MountainCar-v0", "Acrobot-v1", "Pendulum-v1"])
def test_every_filling_of_a_sketch_of_numbers_acts_within_the_space(environment: str, jail: LocalJail) -> None:
    from solon.propose.space import Point, space_of

    task = load(f"gym:{environment}")
    sketch = task.sketch()
    space = space_of(sketch)
    for share in (0.0, 0.3, 1.0):
        for last in (False, True):
            choices = tuple(len(hole.options) - 1 if last else 0 for hole in space.choices)
            filled = sketch.render(space.filling(Point((share,) * len(space.numbers), choices)))
            assert task.evaluate(filled, Seed(0), jail).slips == 0


def test_scales_come_from_bounds_or_from_what_is_seen() -> None:
    source = load("gym:CartPole-v1").sketch()
    program_of_defaults = source.render({hole.name: hole.default for hole in source.holes})
    assert "(0, 4.8)," in program_of_defaults.source
    again = load("gym:CartPole-v1").sketch()
    assert again.render({hole.name: hole.default for hole in again.holes}) == program_of_defaults


def test_an_environment_without_a_limit_gets_one(jail: LocalJail, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("solon.tasks.gym.task.LONGEST", 30)
    task = load("gym:CliffWalking-v1")
    assert "cut off after 30 steps" in task.brief()
    metrics = task.evaluate(program("    return 0\n"), Seed(0), jail).metrics
    assert (metrics["length"], metrics["truncated"], metrics["terminated"]) == (30, 1.0, 0.0)
    assert next(figure.metrics["return"] for figure in task.figures() if figure.kind == "bound") == -13.0


def test_a_recording_tells_what_was_no_action(jail: LocalJail) -> None:
    recording = load("gym:CartPole-v1").record(program("    return 7\n"), Seed(0), jail)
    assert recording.board is None
    assert recording.frames[0].caption.startswith("observation [")
    assert recording.frames[1].caption.startswith("returned no action of the space, replaced by 0\nobservation [")
    assert recording.moments[0].trouble


def test_a_caption_rounds_numbers_and_sums_up_what_nobody_reads() -> None:
    seen = {"at": np.array([0.1234567, -2.0]), "picture": np.zeros((8, 8, 3), np.uint8), "mode": (1, 2.5)}
    assert told(seen) == "{at: [0.1235, -2], picture: 192 numbers from 0 to 0, mode: [1, 2.5]}"
