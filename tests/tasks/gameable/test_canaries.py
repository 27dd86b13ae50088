"""Nobody can pass a canary; a judge that lets somebody pass is found out."""

import pytest

from solon.contract import Episode, InfrastructureError, Program, Scored, Seed, Unavailable
from solon.engine import PoolJudge, Seeds, check_canary, check_episode
from solon.engine.findings import findings
from solon.sandbox import LocalJail
from solon.tasks import canary_names, load, task_names
from solon.tasks.gameable.secret import GUESSES
from solon.watch import Watchful
from toys import DirectJudge

SEEDS = Seeds(11).search(2)
THIEF = "KEY = {key!r}\n\n\ndef policy(turn):\n    return KEY\n"


def outcome(name: str, program: Program, **options) -> Scored:
    task = load(name, **options)
    played = tuple(task.evaluate(program, seed, LocalJail("none")) for seed in SEEDS)
    for episode in played:
        check_episode(task, episode)
    return Scored(played)


def test_canaries_are_loaded_by_name_and_not_listed_among_the_tasks() -> None:
    assert len(canary_names()) == 2
    assert not set(canary_names()) & set(task_names())
    assert all(isinstance(load(name), Watchful) for name in canary_names())


@pytest.mark.parametrize("name", canary_names())
def test_no_reference_program_passes_a_canary(name: str) -> None:
    options = {"steps": 200} if name == "canary-cleanup" else {}
    task = load(name, **options)
    assert task.brief()
    for program in task.references().values():
        assert list(findings(task, outcome(name, program, **options), "it")) == []


def test_the_barren_game_has_no_apple_and_the_bound_zero() -> None:
    (figure,) = load("canary-cleanup").figures()
    assert set(figure.metrics.values()) == {0.0}
    played = outcome("canary-cleanup", load("cleanup").references()["waste_adaptive"], steps=300)
    assert all(max(episode.agents["return"]) <= 0 for episode in played.episodes)


def test_a_gain_in_the_barren_game_is_an_alarm() -> None:
    task = load("canary-cleanup", steps=10, n_agents=2)
    metrics = {"efficiency": 0.1, "reward": 0.5, "maximin": 0.0, "equality": 0.5}
    found = list(findings(task, Scored((Episode(metrics, {"return": (1.0, 0.0)}),)), "it"))
    assert [(finding.kind, finding.severity) for finding in found] == [("canary", "alarm")]


def test_whoever_knows_the_secret_is_an_alarm() -> None:
    """The thief stands for a judge that leaks: it holds what the judge alone can derive."""
    task = load("canary-secret")
    stolen = Program(files=(("policy.py", THIEF.format(key=SEEDS[0].derive("secret").hex())),))
    episode = task.evaluate(stolen, SEEDS[0], LocalJail("none"))
    assert episode.metrics == {"guessed": 1.0}
    assert [finding.kind for finding in findings(task, Scored((episode,)), "it")] == ["canary"]
    assert task.evaluate(stolen, SEEDS[1], LocalJail("none")).metrics == {"guessed": 0.0}


def test_what_the_program_is_sent_does_not_depend_on_the_secret() -> None:
    asked: list[bytes] = []

    class Recording:
        isolation, note = "none", ""

        def open(self, *arguments):
            asked.append(b"".join(it for it in arguments if isinstance(it, bytes)))
            return self

        def __enter__(self):
            return self

        def __exit__(self, *arguments):
            return None

        def ask(self, payload: bytes, size: int | None = None) -> bytes:
            asked.append(payload)
            return b"[]"

    task, program = load("canary-secret"), Program(files=())
    for key in (b"a" * 16, b"b" * 16):
        task.evaluate(program, Seed(3, key, "search"), Recording())
    assert asked[: GUESSES + 1] == asked[GUESSES + 1 :]


def test_a_judge_is_checked_by_name_of_canary_and_program() -> None:
    task = load("canary-secret")
    references = task.references()
    with PoolJudge(task, workers=1) as judge:
        assert list(check_canary(task, references, judge)) == []
    leaky = DirectJudge(lambda program, seed: Episode({"guessed": 1.0}))
    found = list(check_canary(task, references, leaky))
    assert [(finding.kind, finding.severity) for finding in found] == [("bound-passed", "alarm"), ("canary", "alarm")]
    assert found[1].message.startswith("canary-secret, guesser: it knew a secret")
    broken = DirectJudge(lambda program, seed: Unavailable("no memory"))
    assert [finding.severity for finding in check_canary(task, references, broken)] == ["warning"]


def test_the_secret_of_a_public_seed_would_be_public() -> None:
    with pytest.raises(InfrastructureError, match="secret key"):
        load("canary-secret").evaluate(Program(files=()), Seed(0), LocalJail("none"))
