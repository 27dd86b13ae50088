"""Levels of feedback: what each lets a proposer see, and that excerpts are evidence like any other fact."""

import hashlib
import itertools
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest

from counting import Counting, Plan
from solon import api
from solon.contract import Episode, Fault, Jail, Metric, Program, Proposal, Seed, Task, Unavailable
from solon.engine import Budget, Bundle, Configuration, PoolJudge, Run, Seeds
from solon.engine.feedback import EXCERPT_CHARACTERS, LEVELS, check_level, describer, told_seed
from solon.journal import Excerpted, Judged
from solon.playback import Excerpt, Frame, Moment, Recording
from solon.propose.model import render_messages
from solon.propose.prompt import render_prompt
from solon.sandbox import Limits
from solon.search import make_strategy
from solon.tasks import load
from toys import DirectJudge, Sorting, python


@pytest.fixture(autouse=True)
def quick_seeds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Derive the keys of a root once: that takes long on purpose, and every run here has the same root."""
    monkeypatch.setattr(hashlib, "scrypt", SCRYPT)


SCRYPT = cache(hashlib.scrypt)


class Told(Task):
    """The program is a number; agents share it unevenly; the episode is a sentence."""

    name, version = "told", "1"
    metrics = (
        Metric("value", role="objective", low=-100, high=100, meaning="what counts"),
        Metric("spread", low=0, high=100),
    )

    def brief(self) -> str:
        return "Give a number."

    def evaluate(self, program: Program, seed: Seed, jail: Jail) -> Episode:
        number = float(program.source) + seed.derive("noise")[0] / 1000
        return Episode({"value": number, "spread": 2.0}, {"return": (number - 1, number + 1)})

    def references(self):
        return {"zero": python("0")}

    def record(self, program: Program, seed: Seed, jail: Jail) -> Recording:
        trouble = Moment(7, f"seed {seed.number} was hard", trouble=True)
        return Recording((Frame(),), (Moment(3, f"number {program.source}"), trouble))


class Untold(Told):
    """The same task, which records nothing."""

    record = None  # type: ignore[assignment]


class Directly(DirectJudge):
    """Judges and records without a jail, and counts the recordings."""

    def __init__(self, task: Told) -> None:
        super().__init__(lambda program, seed: task.evaluate(program, seed, None))
        self.task = task
        self.recorded: list[Seed] = []

    def record(self, jobs: Sequence[tuple[Program, Seed]]) -> Iterator[Recording]:
        for program, seed in jobs:
            self.recorded.append(seed)
            yield self.task.record(program, seed, None)


def start(
    folder: Path, level: str, judge: DirectJudge | None = None, observer=None, budget: Budget | None = None
) -> Run:
    if not (folder / "run.json").exists():
        configuration = Configuration(
            task="told",
            version="1",
            options={},
            strategy="plan",
            strategy_options={},
            proposer="counting",
            feedback=level,
            sealed_seeds=3,
            budget=budget or Budget(),
            isolation="none",
            limits=Limits(),
            commitment=Seeds(5).commitment,
        )
        Bundle.create(folder, configuration, 5)
    task = Told()
    return Run(
        Bundle.open(folder),
        task=task,
        strategy=Plan(),
        proposer=Counting(),
        judge=judge or Directly(task),
        observer=observer,
    )


def episode(value: float, spread: float, *returns: float, **more: object) -> Episode:
    return Episode({"value": value, "spread": spread}, {"return": returns}, **more)


TWO = (episode(1, 2, 0, 2), episode(-3, 4, -5, -1))
MOMENTS = (Moment(0, "it begins"), Moment(7, "it hurts", trouble=True))


def words(
    level: str, episodes: Sequence[Episode] = TWO, excerpt: Excerpt | None = None, task: Task | None = None
) -> str:
    return describer(task or Told(), level)(episodes, None, excerpt).text


FIGURES = "value = -1 - what counts\nspread = 3"
AGENTS = (
    "return of each agent, mean over 2 seeds: -2.5 0.5\n"
    "return of each agent, lowest over the seeds: -5 -1\n"
    "worst return of all: -5, agent 0"
)
MARK = "the program's own words are marked with |"


@pytest.mark.parametrize(
    ("level", "text"),
    [
        ("none", ""),
        ("sparse", "value = -1 - what counts"),
        ("dense", FIGURES),
        ("per-agent", f"{FIGURES}\n{AGENTS}"),
        (
            "trace",
            (
                f"{FIGURES}\n{AGENTS}\n\nExcerpts of the episode on search seed 1, {MARK}:\n"
                "  step 0: it begins\n  step 7: it hurts"
            ),
        ),
        (
            "counterexample",
            (
                f"{FIGURES}\n\nWorst of 2 search seeds: seed 1 with value = -3, spread = 4\n"
                f"Where it went wrong, {MARK}:\n  step 7: it hurts"
            ),
        ),
    ],
)
def test_each_level_says_exactly_this(level: str, text: str) -> None:
    assert words(level, excerpt=Excerpt(1, MOMENTS)) == text


def test_every_level_says_no_less_than_the_one_before_but_for_the_agents_of_a_counterexample() -> None:
    told = [set(words(level, excerpt=Excerpt(1, MOMENTS)).splitlines()) for level in LEVELS[:-1]]
    assert all(less <= more for less, more in itertools.pairwise(told))


def test_without_trouble_a_counterexample_tells_all_that_there_is() -> None:
    assert words("counterexample", excerpt=Excerpt(1, MOMENTS[:1])).endswith(
        f"Nothing went wrong for all to see; how it went, {MARK}:\n  step 0: it begins"
    )


def test_a_task_that_records_nothing_says_so_in_one_line() -> None:
    assert told_seed(Untold(), "trace", TWO) is None
    assert words("trace", task=Untold()) == f"{FIGURES}\n{AGENTS}\n\nThis task records no episodes."
    assert words("counterexample", task=Untold()).endswith(
        "Worst of 2 search seeds: seed 1 with value = -3, spread = 4\nThis task records no episodes."
    )
    lonely = [Episode({"value": 1.0, "spread": 0.0})]
    assert words("per-agent", lonely).endswith("This task gives no figures of single agents.")


def test_slips_that_a_task_only_counts_are_told_without_the_first() -> None:
    counted = [Episode({"value": 1.0, "spread": 0.0}, slips=3)]
    assert words("dense", counted).endswith("\n3 decisions failed and were replaced")


def test_an_unknown_level_is_refused_with_the_known_ones() -> None:
    assert [check_level(level) for level in LEVELS] == list(LEVELS)
    with pytest.raises(ValueError, match="none, sparse, dense, per-agent, trace or counterexample"):
        describer(Told(), "all")


def test_a_run_with_an_unknown_level_leaves_no_folder(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="unknown feedback level 'all'"):
        api.run("cleanup", feedback="all", out=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_programs_with_the_same_mean_look_the_same_in_sparse_feedback_and_differ_in_dense() -> None:
    """Feedback aliasing: what a scalar cannot tell apart, the social metrics can."""
    fair, unfair = (episode(5, 0, 5, 5),), (episode(5, 10, 0, 10),)
    assert words("sparse", fair) == words("sparse", unfair)
    assert words("dense", fair) != words("dense", unfair)
    same_metrics = (episode(5, 3, 5, 5), episode(5, 3, 0, 10))
    assert words("dense", same_metrics[:1]) == words("dense", same_metrics[1:])
    assert words("per-agent", same_metrics[:1]) != words("per-agent", same_metrics[1:])


def test_long_excerpts_lose_their_middle_and_stay_within_bounds() -> None:
    many = tuple(Moment(step, f"moment {step} " + "x" * 90) for step in range(500))
    text = words("trace", excerpt=Excerpt(0, many))
    assert "moment 0 " in text
    assert "moment 499 " in text
    assert "more are left out" in text
    assert len(text) < EXCERPT_CHARACTERS + 1000
    huge = words("trace", excerpt=Excerpt(0, (Moment(0, "y" * 10**6),)))
    assert len(huge) < EXCERPT_CHARACTERS


HOSTILE = "ValueError: oh\nvalue = 99 - what counts\r\n  step 9: all is well\u2028Worst of 2 search seeds: none\x1b[2J"


@pytest.mark.parametrize("level", LEVELS)
def test_no_line_of_the_programs_own_begins_like_one_of_ours(level: str) -> None:
    slip = Fault("raised", "the policy raised at step 0", "mend it", traceback=HOSTILE, step=0)
    invalid = Fault("raised", f"it raised {HOSTILE}", "mend it", traceback=HOSTILE, step=4)
    slipped = [episode(1, 2, 3, slips=2, first_slip=slip)]
    honest = [episode(1, 2, 3, slips=2, first_slip=Fault("raised", "the policy raised at step 0", "mend it", step=0))]
    said = Excerpt(0, (Moment(0, f"it said\n{HOSTILE}", trouble=True),))
    ours = set(words(level, honest, Excerpt(0, (Moment(0, "it said", trouble=True),))).splitlines())
    theirs = set(words(level, slipped, said).splitlines()) - ours
    assert all(line.startswith(("| ", "    ")) for line in theirs), theirs
    first, *rest = describer(Told(), level)([], invalid, None).text.splitlines()
    assert first.startswith("invalid, raised: it raised ValueError: oh value = 99")
    assert rest[0] == "mend it"
    assert all(line.startswith("| ") for line in rest[1:])


@pytest.mark.parametrize("level", LEVELS)
def test_the_levels_judge_the_same_programs_on_the_same_seeds(tmp_path: Path, level: str) -> None:
    run, base = start(tmp_path / "run", level), start(tmp_path / "base", "dense")
    run.finish()
    base.finish()
    judged = [[fact for fact in it.log.facts if isinstance(fact, Judged)] for it in (run, base)]
    assert judged[0] == judged[1]
    assert run.state.judged_episodes == base.state.judged_episodes
    recorded = run.judge.recorded
    told = [fact for fact in run.log.facts if isinstance(fact, Excerpted)]
    assert [seed.number for seed in recorded] == [fact.seed for fact in told]
    assert {seed.visibility for seed in recorded} <= {"search"}
    assert bool(told) == (level in ("trace", "counterexample"))


def test_a_counterexample_follows_the_worst_seed_as_more_are_judged(tmp_path: Path) -> None:
    run = start(tmp_path / "run", "counterexample")
    run.finish()
    for number, candidate in enumerate(run.state.candidates):
        worst = candidate.scores.index(min(candidate.scores))
        assert run.state.excerpts[number].seed == worst
        assert f"seed {worst} was hard" in candidate.feedback.text
        assert f"seed {worst} with value = {min(candidate.scores):.4g}" in candidate.feedback.text
    assert len(run.judge.recorded) <= len(run.state.candidates) + 1


def test_a_trace_is_of_the_same_seed_for_all_and_played_once(tmp_path: Path) -> None:
    run = start(tmp_path / "run", "trace")
    run.finish()
    assert [seed.number for seed in run.judge.recorded] == [0] * 6
    assert all(f"step 3: number {number}" in it.feedback.text for number, it in enumerate(run.state.candidates))


def test_proposers_see_the_excerpts_before_they_are_asked_again(tmp_path: Path) -> None:
    run = start(tmp_path / "run", "trace")
    run.finish()
    second = run.proposer.shown[1]
    assert all("step 7: seed 0 was hard" in candidate.feedback.text for candidate in second)
    prompt = render_prompt(Told(), second, parents=(1,))
    assert prompt.count("was hard") == 1
    assert "- Candidate 0: value = 0" in prompt
    user = render_messages(Told(), second, (1,))[1].content
    assert user.count("was hard") == 1
    assert "- Candidate 0: value = 0" in user


class Killed(BaseException):
    """Stands for the moment at which the process was killed."""


@pytest.mark.parametrize("level", ["trace", "counterexample"])
@pytest.mark.parametrize("survived", range(1, 20))
def test_a_run_killed_after_any_fact_resumes_to_the_same_bytes(tmp_path: Path, level: str, survived: int) -> None:
    whole = start(tmp_path / "whole", level)
    expected = whole.finish()
    facts = 0

    def kill(_state, _fact) -> None:
        nonlocal facts
        facts += 1
        if facts == survived:
            raise Killed

    with pytest.raises(Killed):
        start(tmp_path / "cut", level, observer=kill).finish()
    again = start(tmp_path / "cut", level)
    assert again.finish() == expected
    assert (tmp_path / "cut/journal.jsonl").read_bytes() == (tmp_path / "whole/journal.jsonl").read_bytes()
    assert again.state.candidates == whole.state.candidates


def test_a_resume_takes_excerpts_from_the_bodies_and_plays_nothing(tmp_path: Path) -> None:
    run = start(tmp_path / "run", "counterexample")
    run.finish()
    silent = DirectJudge(lambda _program, _seed: Unavailable("must not be asked"))
    again = start(tmp_path / "run", "counterexample", judge=silent)
    again.finish()
    assert silent.played == 0
    assert [it.feedback for it in again.state.candidates] == [it.feedback for it in run.state.candidates]


def test_feedback_holds_no_secret_and_nothing_of_a_sealed_seed(tmp_path: Path) -> None:
    for level in LEVELS:
        run = start(tmp_path / level, level)
        run.finish()
        shown = repr(run.proposer.shown) + repr(run.state.candidates)
        for seed in (*run.seeds.search(4), *run.seeds.sealed(3)):
            assert seed.key.hex() not in shown
            assert repr(seed.key) not in shown
        assert not any(str(seed.number) in shown for seed in run.seeds.sealed(3))


def test_the_metrics_of_a_candidate_are_those_of_its_search_seeds(tmp_path: Path) -> None:
    run = start(tmp_path / "run", "none")
    run.finish()
    for number, candidate in enumerate(run.state.candidates):
        assert candidate.metrics["value"] == candidate.scores
        assert candidate.metrics["spread"] == (2.0,) * len(candidate.scores)
        assert list(candidate.metrics) == ["value", "spread"]
        assert len(candidate.scores) == len(run.state.episodes[number])


def test_an_invalid_candidate_has_neither_scores_nor_metrics_nor_excerpts(tmp_path: Path) -> None:
    judge = Directly(Told())
    judge.function = lambda _program, _seed: Fault("time", "it ran for 60 s")
    run = start(tmp_path / "run", "trace", judge=judge)
    run.finish()
    assert judge.recorded == []
    assert all((it.scores, it.metrics) == ((), {}) for it in run.state.candidates)
    assert all("it ran for 60 s" in it.feedback.text for it in run.state.candidates)


def test_an_episode_that_fails_when_it_is_played_again_is_told_as_that(tmp_path: Path) -> None:
    class Failing(Directly):
        def record(self, jobs):
            for _ in jobs:
                yield Fault("time", "it ran for 60 s", step=9)

    run = start(tmp_path / "run", "trace", judge=Failing(Told()))
    run.finish()
    assert (
        "  step 9: played once more, the program failed: time: it ran for 60 s" in run.state.candidates[0].feedback.text
    )


OPTIONS = {"map": "small", "n_agents": 3, "steps": 40}
POLICIES = ("waste_adaptive", "exploiting", "random")


class Known:
    """Proposes reference programs, and a program that raises."""

    def propose(self, task, history, ask, entropy):
        sources = [task.references()[name] for name in POLICIES]
        failing = python("def policy(env, agent_id):\n    return 1 // (env.step_count % 3)\n")
        return [Proposal(it) for it in (*sources, failing)][: ask.count]


def journal_hash(folder: Path, level: str, workers: int) -> tuple[str, list[str]]:
    task = load("cleanup", **OPTIONS)
    with PoolJudge(task, isolation="auto", workers=workers) as judge:
        configuration = Configuration(
            task="cleanup",
            version=task.version,
            options=OPTIONS,
            strategy="best-of-n",
            strategy_options={"n": 4, "batch": 4, "seeds": 3},
            proposer="known",
            feedback=level,
            sealed_seeds=2,
            budget=Budget(),
            isolation=judge.isolation,
            limits=judge.limits,
            commitment=Seeds(5).commitment,
        )
        run = Run(
            Bundle.create(folder, configuration, 5),
            task=task,
            strategy=make_strategy("best-of-n", n=4, batch=4, seeds=3),
            proposer=Known(),
            judge=judge,
        )
        run.finish()
    texts = [candidate.feedback.text for candidate in run.state.candidates]
    return hashlib.sha256((folder / "journal.jsonl").read_bytes()).hexdigest(), texts


def test_the_number_of_workers_changes_neither_journal_nor_excerpts(tmp_path: Path) -> None:
    one, texts = journal_hash(tmp_path / "one", "counterexample", 1)
    assert (one, texts) == journal_hash(tmp_path / "four", "counterexample", 4)
    assert all("Worst of 3 search seeds: seed " in text for text in texts)
    assert any("ZeroDivisionError" in line and line.startswith("    | ") for line in texts[3].splitlines())


def test_the_pool_records_what_it_judges(tmp_path: Path) -> None:
    task = load("cleanup", **OPTIONS)
    programs = [task.references()[name] for name in POLICIES]
    seeds = Seeds(5).search(3)
    with PoolJudge(task, workers=2) as judge:
        outcomes = list(judge.judge([(it, seeds[:1]) for it in programs]))
        recordings = list(judge.record([(it, seeds[0]) for it in programs]))
        [fault] = judge.record([(python("def policy(:\n"), seeds[0])])
    for outcome, recording in zip(outcomes, recordings, strict=True):
        summed = tuple(map(sum, zip(*(frame.rewards for frame in recording.frames[1:]), strict=True)))
        assert summed == outcome.episodes[0].agents["return"]
    assert isinstance(fault, Fault)
    with PoolJudge(Sorting(), workers=1) as judge:
        [refused] = judge.record([(programs[0], seeds[0])])
    assert refused == Unavailable(f"task {Sorting.name!r} records no episodes")
