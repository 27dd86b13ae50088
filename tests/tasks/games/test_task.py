import pickle
import re
import subprocess
import sys

import msgspec
import pytest

from solon.contract import Program, ProgramFault, Seed, Task
from solon.sketch import Sketched
from solon.tasks import NoTask, UnknownName, load, task_names
from solon.tasks.games.brief import example
from solon.tasks.games.task import GameTask
from solon.tasks.games.view import Setup, snapshot_class
from tasks.games.jails import FunctionJail, GuestJail

ANY = Program(files=(("policy.py", "def policy(env, agent_id):\n    return 7\n"),))


def stand(payload: bytes) -> bytes:
    return b"\x07" * 10


def forward(payload: bytes) -> bytes:
    return bytes(10)


GAMES = [name for name in task_names() if isinstance(load(name), GameTask)]


@pytest.mark.parametrize("name", GAMES)
def test_a_listed_task_loads_pickles_and_declares_one_objective(name):
    task = load(name)
    assert isinstance(task, Task)
    assert task.name == name
    assert task.version == "1"
    assert pickle.loads(pickle.dumps(task)) == task
    assert pickle.loads(pickle.dumps(task)).metrics == task.metrics
    assert [metric.name for metric in task.metrics if metric.role == "objective"] == ["efficiency"]
    assert task.figures()[0].kind == "bound"


def test_the_defaults_are_the_papers():
    assert [(load(name).map, load(name).n_agents) for name in ("cleanup", "gathering", "commons")] == [
        ("full", 10),
        ("large", 10),
        ("commons", 12),
    ]


def test_options_that_differ_from_the_defaults_show_in_the_version():
    task = load("cleanup", n_agents=5, fair_order=True, objective="maximin")
    assert task.version == "1[n_agents=5,objective=maximin,fair_order=True]"
    assert load("cleanup", n_agents=10).version == "1"
    assert [metric.name for metric in task.metrics if metric.role == "objective"] == ["maximin"]


def test_only_games_with_a_sketch_look_sketched():
    looks = {name: isinstance(load(name), Sketched) for name in GAMES}
    assert looks == {name: not name.startswith("commons") for name in GAMES}
    assert set(looks.values()) == {True, False}


def test_the_worker_is_sent_step_and_snapshot_and_opened_with_setup_and_public_randomness():
    sent = []

    def answer(payload: bytes) -> bytes:
        sent.append(payload)
        return stand(payload)

    task, jail = load("cleanup", steps=300), FunctionJail(answer)
    task.evaluate(ANY, Seed(4, key=b"secret"), jail)
    assert [int.from_bytes(payload[:2], "little") for payload in sent] == list(range(300))
    assert {len(payload) for payload in sent} == {2 + 5 * 10 + 2 * 103 + 119}
    [(guest, setup, episode)] = jail.opened
    assert guest == "solon.tasks.games.guest"
    assert msgspec.json.decode(setup)["game"] == "cleanup"
    other = FunctionJail(stand)
    task.evaluate(ANY, Seed(4, key=b"another"), other)
    assert len(episode) == 16
    assert other.opened[0][2] == episode


def test_an_episode_carries_all_declared_metrics_and_the_returns():
    task = load("gathering", steps=50)
    episode = task.evaluate(ANY, Seed(0), FunctionJail(forward))
    assert set(episode.metrics) == {metric.name for metric in task.metrics}
    assert len(episode.agents["return"]) == 10
    assert sum(episode.agents["return"]) == pytest.approx(episode.metrics["efficiency"] * 50)
    assert (episode.slips, episode.first_slip) == (0, None)


def test_one_seed_gives_one_episode_and_keys_change_it():
    task = load("gathering", steps=50)
    one, same, other = (
        task.evaluate(ANY, Seed(1, key=key), FunctionJail(forward)) for key in (b"a" * 16, b"a" * 16, b"b" * 16)
    )
    assert one == same
    assert one != other


def test_the_papers_task_is_the_published_generator_without_a_key_and_another_with_one():
    task = load("cleanup-paper", steps=5)
    plain, sealed = task.kernel(Seed(3)), task.kernel(Seed(3, key=b"k" * 16))
    assert plain.snapshot() != sealed.snapshot()
    assert plain.snapshot() == task.kernel(Seed(3, visibility="search")).snapshot()


@pytest.mark.parametrize(("byte", "kind"), [(255, "raised"), (254, "output"), (9, "output"), (100, "output")])
def test_a_bad_decision_stands_still_counts_and_keeps_the_first_note(byte, kind):
    def answer(payload: bytes) -> bytes:
        step = int.from_bytes(payload[:2], "little")
        return stand(payload) if step < 3 else bytes([7, 7, byte, 7, 7, byte, 7, 7, 7, 7])

    task = load("cleanup", steps=6)
    episode = task.evaluate(ANY, Seed(0), FunctionJail(answer, note="Traceback: one"))
    assert episode.slips == 6
    assert (episode.first_slip.kind, episode.first_slip.step) == (kind, 3)
    assert episode.first_slip.traceback == "Traceback: one"
    assert "agent 2" in episode.first_slip.message
    assert episode.metrics == task.evaluate(ANY, Seed(0), FunctionJail(stand)).metrics


def test_cleaning_is_no_action_in_gathering():
    episode = load("gathering", steps=2).evaluate(ANY, Seed(0), FunctionJail(lambda payload: b"\x08" * 10))
    assert episode.slips == 20


def test_a_reply_of_the_wrong_length_is_the_programs_fault():
    with pytest.raises(ProgramFault, match="3 actions for 10 agents"):
        load("cleanup").evaluate(ANY, Seed(0), FunctionJail(lambda payload: bytes(3)))


def test_the_control_arm_comes_first_and_waste_policies_play_only_cleanup():
    for name in GAMES:
        references = load(name).references()
        assert next(iter(references)) == ("mining_nearest_iron" if name == "mining" else "nearest_apple")
        assert ("waste_adaptive" in references) == name.startswith("cleanup")


def test_nearest_apple_on_the_papers_cleanup_gives_the_figures_measured_on_the_papers_code():
    task = load("cleanup-paper")
    program = task.references()["nearest_apple"]
    episodes = [task.evaluate(program, Seed(number), GuestJail()) for number in (0, 1)]
    means = {name: sum(episode.metrics[name] for episode in episodes) / 2 for name in episodes[0].metrics}
    assert means["efficiency"] == pytest.approx(0.103)
    assert means["equality"] == pytest.approx(0.640, abs=5e-4)
    assert means["sustainability"] == pytest.approx(17.1, abs=0.05)
    assert sum(episode.slips for episode in episodes) == 0


@pytest.mark.parametrize("name", ["cleanup", "gathering", "commons"])
def test_the_example_of_the_brief_plays_without_a_slip(name):
    task = load(name, steps=100)
    assert isinstance(task, GameTask)
    source = example(task.rules())
    assert source in task.brief()
    episode = task.evaluate(Program(files=(("policy.py", source),)), Seed(0), GuestJail())
    assert episode.slips == 0
    assert sum(episode.agents["return"]) != 0


@pytest.mark.parametrize("name", ["cleanup", "gathering", "commons"])
def test_the_brief_names_the_attributes_that_a_snapshot_has(name):
    task = load(name)
    setup = msgspec.json.decode(task.setup(), type=Setup)
    env = snapshot_class(setup, task.board)(bytes(2) + task.kernel(Seed(0)).snapshot())
    text = task.brief()
    mentioned = set(re.findall(r"\benv\.(\w+)", text))
    assert len(mentioned) > 20
    assert [attribute for attribute in mentioned if not hasattr(env, attribute)] == []
    assert max(map(len, text.splitlines())) <= 110


def test_the_brief_tells_the_variants():
    text = load("gathering", exclusive_cells=True, walls_stop_beams=True, fair_order=True).brief()
    for sentence in ("A cell holds one agent", "walls stop it", "in a random order"):
        assert sentence in " ".join(text.split())
        assert sentence not in " ".join(load("gathering").brief().split())


@pytest.mark.parametrize("objective", ["efficiency", "welfare", "reward", "maximin"])
def test_the_bound_covers_every_objective_that_returns_can_raise_without_limit(objective):
    bound = load("cleanup", objective=objective).figures()[0]
    assert bound.metrics[objective] > 0


def test_published_figures_stand_beside_the_bound_only_in_the_published_setting():
    assert {figure.kind for figure in load("cleanup").figures()} == {"bound", "published"}
    assert {figure.kind for figure in load("cleanup", objective="maximin").figures()} == {"bound", "published"}
    assert {figure.kind for figure in load("cleanup", n_agents=4).figures()} == {"bound"}


def test_unknown_names_and_options_name_the_nearest():
    with pytest.raises(UnknownName, match="did you mean 'cleanup'"):
        load("clenup")
    with pytest.raises(UnknownName, match="did you mean 'n_agents'"):
        load("cleanup", agents=3)
    with pytest.raises(UnknownName, match="no file"):
        load("nowhere.py:make")
    with pytest.raises(UnknownName, match="no module"):
        load("solon.nowhere:make")
    with pytest.raises(UnknownName, match="did you mean 'CleanupTask'"):
        load("solon.tasks.games.task:CleanTask")


@pytest.mark.parametrize(
    "options",
    [
        {"objective": "happiness"},
        {"map": "huge"},
        {"steps": 0},
        {"steps": 70000},
        {"n_agents": 0},
        {"timeout_steps": 300},
    ],
)
def test_an_options_value_that_cannot_be_is_refused_when_the_task_is_made(options):
    with pytest.raises(ValueError, match=r"choose one of|must lie"):
        load("gathering", **options)
    with pytest.raises(ValueError, match="take 'cleanup'"):
        load("cleanup-paper", fair_order=True)


OWN = """
from solon.contract import Episode, Metric, Task

class Own(Task):
    name, version, metrics = "own", "1", (Metric("score", role="objective"),)
    def __init__(self, size=1):
        self.size = size
    def brief(self):
        return "anything"
    def evaluate(self, program, seed, jail):
        return Episode({"score": float(self.size)})

def wrong():
    return 3
"""


def test_tasks_of_others_load_from_a_file_or_a_module(tmp_path, monkeypatch):
    (tmp_path / "own_task.py").write_text(OWN)
    assert load(f"{tmp_path}/own_task.py:Own", size=4).size == 4
    monkeypatch.syspath_prepend(tmp_path)
    assert load("own_task:Own").name == "own"
    with pytest.raises(UnknownName, match="did you mean 'size'"):
        load("own_task:Own", sise=4)
    with pytest.raises(NoTask, match="made a int"):
        load("own_task:wrong")


def test_importing_the_registry_loads_no_numpy():
    code = "import sys, solon.tasks; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
