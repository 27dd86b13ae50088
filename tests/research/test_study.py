"""A study finds the pipeline that is known to be best, claims what it may, and can be checked."""

import json
from concurrent.futures import Executor
from pathlib import Path

import pytest

from research.conftest import Studying
from solon import evidence
from solon.engine import Budget
from solon.research import Pipeline, Study, program_of, read_study, research

BEST = Pipeline(strategy="best-of-n", options={"n": 40, "batch": 8, "seeds": 1})
POOR = Pipeline(strategy="best-of-n", options={"n": 40, "batch": 8, "seeds": 10})
LAZY = Pipeline(strategy="best-of-n", options={"n": 1, "batch": 1, "seeds": 1})


def scripted(folder: Path, *pipelines: Pipeline) -> str:
    for place, pipeline in enumerate(pipelines):
        (folder / f"{place}.py").write_text(program_of(pipeline).source)
    return "scripted:" + ",".join(str(folder / f"{place}.py") for place in range(len(pipelines)))


def test_the_pipeline_that_looks_at_most_programs_wins_where_nothing_is_noisy(study: Studying, tmp_path: Path) -> None:
    found = study("Lottery", researcher=scripted(tmp_path, POOR, BEST, LAZY), inner_episodes=40, repeats=8)
    assert found.pipeline == BEST
    assert found.improved
    assert found.gain is not None
    assert found.gain.low is not None
    assert found.gain.low > 0
    assert (found.tuned_episodes, found.inner_episodes) == (40, 40)
    assert found.untuned_episodes is not None
    assert found.untuned_episodes <= 40
    assert (found.pipelines, found.search_runs, found.inner_runs) == (3, 9, 9 + 3 * 8)
    assert (found.calls, found.usd) == (0, 0)


def test_the_offline_researcher_finds_a_better_pipeline_by_itself(study: Studying) -> None:
    found = study("Lottery", budget=Budget(episodes=14), inner_episodes=20, repeats=8)
    assert found.pipeline not in (None, found.untuned)
    assert found.improved


def test_a_pipeline_cannot_buy_itself_more_episodes(study: Studying, tmp_path: Path) -> None:
    greedy = Pipeline(strategy="best-of-n", options={"n": 3, "batch": 3, "seeds": 1000})
    found = study("Lottery", researcher=scripted(tmp_path, greedy), inner_episodes=10, repeats=2)
    assert found.tuned_episodes == 10


def test_where_no_pipeline_is_valid_nothing_is_claimed(study: Studying, tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text("policy = {'strategy': 'rase'}\n")
    found = study("Lottery", researcher=f"scripted:{tmp_path / 'bad.py'}", inner_episodes=10, repeats=2)
    assert (found.pipeline, found.gain, found.improved) == (None, None, False)
    assert found.untuned_score is not None


def test_a_study_verifies_and_replays_and_an_embellished_gain_is_named(
    study: Studying, tmp_path: Path, executor: Executor
) -> None:
    folder = tmp_path / "study"
    found = study("Lottery", researcher=scripted(tmp_path, POOR, BEST), inner_episodes=10, repeats=2)
    assert json.loads((folder / "study.json").read_text())["gain"]["mean"] == found.gain.mean
    assert evidence.verify(folder, executor=executor, isolation="none").same
    assert evidence.replay(folder, executor=executor).same
    card = json.loads((folder / "card.json").read_text())
    card["comparisons"][-1]["difference"]["low"] += 1.0
    (folder / "card.json").write_text(json.dumps(card))
    assert not evidence.verify(folder, executor=executor, isolation="none").same


def test_an_interrupted_study_goes_on_where_it_stopped(study: Studying, tmp_path: Path) -> None:
    facts: list[object] = []

    def stop(_state: object, fact: object) -> None:
        facts.append(fact)
        if len(facts) == 5:
            raise KeyboardInterrupt

    settings = {"researcher": scripted(tmp_path, POOR, BEST), "inner_episodes": 10, "repeats": 2}
    with pytest.raises(KeyboardInterrupt):
        study("Lottery", observer=stop, **settings)
    found = study("Lottery", **settings)
    assert found == study("Lottery", out=tmp_path / "again", **settings)
    assert found == read_study(tmp_path / "study")


def test_the_reference_names_every_field() -> None:
    text = (Path(__file__).parents[2] / "docs/reference/json.md").read_text(encoding="utf-8")
    names = (*Study.__struct_fields__, *Pipeline.__struct_fields__)
    assert [name for name in names if f"`{name}`" not in text] == []


def test_mistakes_are_one_sentence(study: Studying, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="repeats must be 2 or more, got 1"):
        study("Lottery", repeats=1)
    with pytest.raises(ValueError, match="offline or a model's address, not 'paste'"):
        study("Lottery", proposer="paste")
    with pytest.raises(ValueError, match="offers no sketch"):
        study("Copying")
    with pytest.raises(ValueError, match="episodes must be 1 or more"):
        study("Lottery", inner_episodes=0)
    other = tmp_path / "other"
    study("Lottery", researcher=scripted(tmp_path, LAZY), inner_episodes=2, repeats=2, out=other)
    with pytest.raises(ValueError, match="holds no study of cleanup"):
        research("cleanup", out=other)
