"""The reference policies play full episodes on the published kernels without a slip, with known returns."""

from functools import cache
from pathlib import Path

import msgspec
import pytest

from solon.contract import Program
from solon.sandbox.worker import seed_generators
from solon.tasks import games
from solon.tasks.games import guest
from solon.tasks.games.cleanup import Cleanup
from solon.tasks.games.gathering import Commons, Gathering
from solon.tasks.games.maps import load_map
from solon.tasks.games.metrics import Tally
from solon.tasks.games.streams import PaperDraws
from tasks.games.worlds import MAPS, setup_of

FOLDER = Path(games.__file__).parent / "policies"
NAMES = sorted(path.stem for path in FOLDER.glob("*.py"))
OTHERS = ("harvest", "mining")  # games without published kernels, played by tests of their own
GENERAL = {"random", "stand", "nearest_apple", "nearest_apple_fast", "exploiting", "cooperating", "waste_adaptive"}
KERNELS = {"cleanup": Cleanup, "gathering": Gathering, "commons": Commons}
FAMILIES = {*KERNELS, "harvest", "mining"}  # the last two are played in their own tests

# sum of returns on seeds 0 to 4, 10 agents, 1000 steps; every agent's return equals the published code's, in which
# the same actions were played by its own functions (the first three) or by these files (the last)
RETURNS = {
    ("cleanup", "full", "nearest_apple"): [103, 103, 103, 103, 103],
    ("cleanup", "full", "exploiting"): [-10299, -8646, -10344, -16310, -13311],
    ("cleanup", "full", "cooperating"): [103, 103, 103, 103, 103],
    ("cleanup", "full", "waste_adaptive"): [3313, 3411, 3375, 3480, 3392],
    ("gathering", "large", "nearest_apple"): [1545, 2128, 1661, 2086, 2089],
    ("gathering", "large", "exploiting"): [980, 888, 947, 1028, 954],
    ("gathering", "large", "cooperating"): [3274, 3268, 3261, 3282, 3295],
    ("gathering", "large", "waste_adaptive"): [4313, 4504, 4502, 4551, 4497],
}


@cache
def prepared(game: str, name: str, n_agents: int = 10) -> guest.Prepared:
    return guest.prepare(msgspec.json.encode(setup_of(game, name, n_agents)))


def play(game: str, name: str, policy: str, seed: int = 0, steps: int = 1000) -> tuple[Tally, list[bytes], list[str]]:
    """Play one episode in this process; return its tally, all replies and the notes."""
    n_agents = prepared(game, name).setup.n_agents
    kernel = KERNELS[game](load_map(game, name), n_agents, PaperDraws(seed))
    program = Program(files=(("policy.py", (FOLDER / f"{policy}.py").read_text()),))
    tally, notes = Tally(n_agents), list[str]()
    seed_generators(bytes(16))
    answer = guest.begin(prepared(game, name), program, bytes(16), notes.append)
    replies: list[bytes] = []
    for step in range(steps):
        replies.append(answer(step.to_bytes(2, "little") + kernel.snapshot()))
        tally.add(kernel.step(replies[-1]), kernel.timeouts)
    return tally, replies, notes


def test_the_folder_holds_the_reference_policies() -> None:
    assert set(NAMES) >= GENERAL
    assert {name.partition("_")[0] for name in set(NAMES) - GENERAL} <= {"gathering", "cleanup", "commons", *OTHERS}


@pytest.mark.parametrize(
    ("game", "name", "policy"),
    [(*at, policy) for at in MAPS for policy in NAMES if policy in GENERAL or policy.partition("_")[0] == at[0]],
)
def test_every_policy_runs_under_every_name_set_without_a_slip(game: str, name: str, policy: str) -> None:
    _, replies, notes = play(game, name, policy, steps=40)
    assert notes == []
    assert max(max(reply) for reply in replies) <= (8 if game == "cleanup" else 7)


@pytest.mark.parametrize(("game", "name"), [("cleanup", "full"), ("gathering", "large")])
def test_the_fast_nearest_apple_acts_exactly_as_the_published_one(game: str, name: str) -> None:
    for seed in range(2):
        assert play(game, name, "nearest_apple", seed)[1] == play(game, name, "nearest_apple_fast", seed)[1]


@pytest.mark.parametrize(("game", "name", "policy"), RETURNS)
def test_returns_are_those_of_the_published_code(game: str, name: str, policy: str) -> None:
    played = [play(game, name, policy, seed) for seed in range(5)]
    assert [sum(tally.returns) for tally, _, _ in played] == RETURNS[game, name, policy]
    assert [notes for _, _, notes in played] == [[]] * 5


def test_nearest_apple_on_cleanup_has_the_measured_metrics_of_the_published_code() -> None:
    metrics = [play("cleanup", "full", "nearest_apple", seed)[0].metrics() for seed in range(2)]
    mean = {name: sum(episode[name] for episode in metrics) / 2 for name in metrics[0]}
    assert round(mean["efficiency"], 3) == 0.103
    assert round(mean["equality"], 3) == 0.640
    assert round(mean["sustainability"], 1) == 17.1


def test_the_same_episode_gives_the_same_actions_in_a_fresh_worker() -> None:
    assert play("cleanup", "small", "random", steps=50)[1] == play("cleanup", "small", "random", steps=50)[1]


@pytest.mark.parametrize("policy", NAMES)
def test_a_policy_explains_itself_in_its_first_line(policy: str) -> None:
    assert (FOLDER / f"{policy}.py").read_text().startswith('"""')
