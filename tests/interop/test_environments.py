"""The games behind PettingZoo's and Gymnasium's faces pass these packages' own checkers and stay the same games."""

import random
import warnings
from collections.abc import Iterator

import numpy as np
import pytest

gymnasium = pytest.importorskip("gymnasium", reason="needs the extra envs")
pettingzoo = pytest.importorskip("pettingzoo", reason="needs the extra envs")

from gymnasium.utils.env_checker import check_env  # noqa: E402  # after the check that it is there

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # its checkers load environments in a way that it calls old
    from pettingzoo.test import parallel_api_test, parallel_seed_test

from solon.contract import Program, ProgramFault, Seed  # noqa: E402
from solon.interop.environments import FocalEnv, focal_env, parallel_env  # noqa: E402
from solon.sandbox import LocalJail  # noqa: E402
from solon.tasks import load  # noqa: E402

SMALL = {"map": "small", "n_agents": 3, "steps": 40}


@pytest.fixture
def focal() -> Iterator[FocalEnv]:
    env = focal_env("cleanup", "nearest_apple", **SMALL)
    yield env
    env.close()


@pytest.mark.parametrize("game", ["cleanup", "gathering"])
@pytest.mark.parametrize("view", ["state", "colours"])
def test_all_agents_pass_the_checkers_of_pettingzoo(game: str, view: str) -> None:
    parallel_api_test(parallel_env(game, view, **SMALL), num_cycles=100)
    parallel_seed_test(lambda: parallel_env(game, view, **SMALL), num_cycles=50)


@pytest.mark.parametrize("view", ["state", "colours"])
def test_one_agent_passes_the_checker_of_gymnasium(view: str) -> None:
    env = focal_env("gathering", "nearest_apple", view, **SMALL)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*render_mode.*")  # the check asks for a registered spec
        check_env(env, skip_render_check=True)
    env.close()


def test_the_same_actions_give_the_same_game_as_the_kernel() -> None:
    task, env, rng = load("cleanup", **SMALL), parallel_env("cleanup", **SMALL), random.Random(1)
    kernel = task.kernel(Seed(5))
    observations, _ = env.reset(seed=5)
    for _ in range(40):
        assert bytes(observations["agent_2"]) == bytes([2]) + kernel.snapshot()
        actions = [rng.randrange(9) for _ in range(3)]
        expected = kernel.step(bytes(actions))
        observations, rewards, ended, cut, _ = env.step(dict(zip(env.agents, actions, strict=True)))
        assert list(rewards.values()) == expected
        assert not any(ended.values())
    assert all(cut.values())
    assert env.agents == []
    with pytest.raises(ValueError, match="call reset first"):
        env.step({})


def test_a_focal_agent_that_plays_the_partners_program_scores_as_the_judge_says(focal: FocalEnv) -> None:
    task = load("cleanup", **SMALL)
    program = task.references()["nearest_apple"]
    with LocalJail("auto") as jail:
        episode = task.evaluate(program, Seed(3), jail)
    focal.reset(seed=3)
    from solon.tasks.games.crew import Crew, Post

    total, over = 0.0, False
    with LocalJail("auto") as jail:
        public = Seed(3).derive("worker")
        with Crew.working(
            (Post(program, 0, (0,)),), jail, "solon.tasks.games.guest", task.setup(), public, n_agents=3
        ) as own:
            while not over:
                kernel = focal._kernel
                assert kernel is not None
                action = own.decide(kernel.clock, kernel.snapshot())[0]
                _, reward, ended, over, information = focal.step(action)
                total += reward + information["others"]
                assert not ended
    assert total == sum(episode.agents["return"])
    with pytest.raises(ValueError, match="call reset first"):
        focal.step(0)


def test_a_picture_looks_ahead_of_the_agent_and_turns_with_it() -> None:
    env = parallel_env("gathering", "colours", map="small", n_agents=1, steps=20)
    seen, _ = env.reset(seed=1)
    assert seen["agent_0"].shape == (16, 21, 3)
    assert tuple(seen["agent_0"][-1, 10]) == (120, 200, 255)
    first = seen["agent_0"]
    for _ in range(4):
        seen, *_ = env.step({"agent_0": 4})
    assert np.array_equal(first, seen["agent_0"])
    assert env.render().shape == (10, 18, 3)


def test_gold_is_seen_and_looks_unlike_iron() -> None:
    env = parallel_env("mining", "colours", steps=400)
    env.reset(seed=0)
    for _ in range(300):
        env.step({})
    shown = {tuple(pixel) for pixel in env.render().reshape(-1, 3).tolist()}
    assert {(86, 180, 80), (255, 150, 20)} <= shown


def test_partners_that_do_not_load_are_a_typed_fault() -> None:
    env = focal_env("cleanup", Program((("policy.py", "def policy(:"),)), **SMALL)
    with pytest.raises(ProgramFault):
        env.reset(seed=0)
    env.close()


def test_wrong_wishes_are_told(focal: FocalEnv) -> None:
    with pytest.raises(ValueError, match="no file and no reference"):
        focal_env("cleanup", "nobody")
    with pytest.raises(ValueError, match="no game"):
        parallel_env("gameable-tests")
