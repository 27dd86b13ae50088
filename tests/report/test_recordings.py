"""The episodes that a run leaves to be watched: on a public seed, apart from the evidence, no trouble if missing."""

import gzip
import hashlib
import json
import shutil
from pathlib import Path

import pytest

import solon
from report.test_page import Reader, text
from solon import api, evidence
from solon.engine import Bundle, read_card
from solon.report import affordable, missing_arms, read_recordings, write_report
from solon.tasks import load

OPTIONS = {"steps": 20, "n_agents": 2}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small run of a task that can be watched, with two candidates from files."""
    here = tmp_path_factory.mktemp("finished")
    (here / "a.py").write_text("def policy(env, agent_id):\n    return env.step_count % 4\n")
    (here / "b.py").write_text("def policy(env, agent_id):\n    return 1 / 0\n")
    proposer = f"scripted:{here / 'a.py'},{here / 'b.py'}"
    solon.run(
        "gathering", proposer=proposer, options=OPTIONS, sealed_seeds=2, partner_seeds=0, workers=1, out=here / "run"
    )
    return here / "run"


@pytest.fixture
def copy(finished: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(finished, tmp_path / "run"))


def test_a_run_records_its_winner_and_its_control_arm_on_one_public_seed(finished: Path) -> None:
    found = read_recordings(finished)
    card = read_card(finished)
    assert [it.arm for it in found] == ["winner", "control:nearest_apple"]
    assert {it.seed for it in found} == {0}
    assert [it.program for it in found] == [card.arms[it.arm].program for it in found]
    assert all(len(it.recording.frames) == 21 for it in found)


def test_recordings_are_no_part_of_the_evidence(copy: Path) -> None:
    shutil.rmtree(copy / "recordings")
    assert evidence.verify(copy, workers=1).same
    assert evidence.replay(copy, workers=1).same


def test_a_report_records_what_is_missing_and_nothing_else(finished: Path, copy: Path) -> None:
    journal = hashlib.sha256((copy / "journal.jsonl").read_bytes()).hexdigest()
    before = (copy / "report.html").read_bytes()
    kept = (copy / "recordings" / "control.json.gz").stat().st_mtime_ns
    (copy / "recordings" / "winner.json.gz").unlink()
    assert api.report(copy).read_bytes() == before.replace(str(finished).encode(), str(copy).encode())
    assert (copy / "recordings" / "control.json.gz").stat().st_mtime_ns == kept
    assert len(read_recordings(copy)) == 2
    assert hashlib.sha256((copy / "journal.jsonl").read_bytes()).hexdigest() == journal


def test_a_damaged_recording_is_played_again(copy: Path) -> None:
    whole = (copy / "recordings" / "winner.json.gz").read_bytes()
    for damage in (b"", b"nonsense", whole[: len(whole) // 2], gzip.compress(b"{}")):
        (copy / "recordings" / "winner.json.gz").write_bytes(damage)
        assert [it.arm for it in read_recordings(copy)] == ["control:nearest_apple"]
    api.report(copy)
    assert (copy / "recordings" / "winner.json.gz").read_bytes() == whole


def test_a_recording_of_another_program_is_not_shown(copy: Path) -> None:
    other = json.loads(gzip.decompress((copy / "recordings" / "winner.json.gz").read_bytes()))
    other["program"] = "0" * 64
    (copy / "recordings" / "winner.json.gz").write_bytes(gzip.compress(json.dumps(other).encode()))
    page = Reader(write_report(copy).read_text())
    assert [it["program"] for it in json.loads(page.blocks["episodes"])] == ["control: nearest apple"]
    assert list(missing_arms(copy, load("gathering", **OPTIONS), read_card(copy))) == ["winner"]


def test_a_folder_that_cannot_be_written_is_reported_with_its_episodes(copy: Path, tmp_path: Path) -> None:
    shutil.rmtree(copy / "recordings")
    (copy / "recordings").write_text("in the way")
    page = Reader(api.report(copy, out=tmp_path / "page.html").read_text())
    assert len(json.loads(page.blocks["episodes"])) == 2


def test_slow_episodes_are_left_to_the_report_command(copy: Path) -> None:
    bundle, card = Bundle(copy), read_card(copy)
    assert affordable(bundle, card, 1)
    (copy / "timing.json").write_text('{"search_seconds":1,"sealed_seconds":100}')
    assert not affordable(bundle, card, 1)


def test_the_page_shows_the_feedback_of_candidates_where_the_task_can_be_asked(copy: Path) -> None:
    page = Reader((copy / "report.html").read_text())
    chunk = page.chunk("chunk-0")
    assert "efficiency" in text(chunk, chunk["documents"]["0"]["feedback"])
    assert chunk["documents"]["1"]["slip"]["kind"] == "raised"
    assert "feedback" not in Reader(write_report(copy).read_text()).chunk("chunk-0")["documents"]["0"]


def test_a_run_whose_task_is_gone_has_a_report(copy: Path, tmp_path: Path) -> None:
    configuration = json.loads((copy / "run.json").read_text())
    (copy / "run.json").write_text(json.dumps({**configuration, "task": "no-such-task"}))
    assert api.report(copy, out=tmp_path / "page.html").stat().st_size > 10_000
