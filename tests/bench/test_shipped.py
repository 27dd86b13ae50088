"""The shipped programs are those of their evidence, and the evidence holds what is claimed for them."""

from pathlib import Path

import pytest

from solon import evidence
from solon.contract import Program, Proved
from solon.crossplay import background
from solon.engine import check_commitment, read_card
from solon.tasks import games, load

ROOT = Path(__file__).parents[2]
POLICIES = Path(games.__file__).parent / "policies"
BARS = {
    "gathering_synthesised": {"efficiency": 5.3, "equality": 0.95},
    "cleanup_synthesised": {"efficiency": 3.5, "equality": 0.90},
    "cleanup_maximin": {"maximin": 280.0},
}
LARGEST = 1_000_000  # bytes of a bundle


@pytest.mark.parametrize("name", BARS)
def test_the_shipped_file_is_the_program_of_its_bundle(name: str) -> None:
    text = (POLICIES / f"{name}.py").read_text(encoding="utf-8")
    card = read_card(ROOT / "evidence" / name)
    assert (ROOT / "evidence" / name / "policy" / "policy.py").read_text(encoding="utf-8") == text
    assert evidence.policy_of(ROOT / "evidence" / name).digest == card.program
    assert load(name.partition("_")[0]).references()[name] == Program((("policy.py", text),))


@pytest.mark.parametrize(("name", "bars"), BARS.items())
def test_the_card_meets_the_bars_with_the_whole_interval(name: str, bars: dict[str, float]) -> None:
    card = read_card(ROOT / "evidence" / name)
    low = {metric: card.arms["winner"].metrics[metric].low for metric in bars}
    assert all((low[metric] or 0) >= bar for metric, bar in bars.items()), low
    assert card.sealed_seeds >= 20
    assert card.arms["winner"].slips == 0
    assert card.held_out is not None
    assert not [it for it in card.findings if it.severity == "alarm"]


@pytest.mark.parametrize("name", BARS)
def test_a_bundle_is_small_whole_and_kept_its_promise(name: str) -> None:
    folder = ROOT / "evidence" / name
    files = {path.relative_to(folder).as_posix(): path.stat().st_size for path in folder.rglob("*") if path.is_file()}
    assert {"run.json", "journal.jsonl", "card.json", "policy/policy.py"} <= set(files)
    assert sum(files.values()) < LARGEST
    assert "secret.json" not in files
    assert isinstance(check_commitment(folder), Proved)


@pytest.mark.parametrize("game", ["gathering", "cleanup"])
def test_the_background_of_a_game_does_not_grow_with_what_is_shipped(game: str) -> None:
    names = ["nearest_apple", "stand", "random", "exploiting", "cooperating"]
    assert list(background(load(game))) == [*names, *(["waste_adaptive"] if game == "cleanup" else [])]


@pytest.mark.measurement
@pytest.mark.parametrize("name", BARS)
def test_judging_it_again_gives_the_same_card(name: str) -> None:
    found = evidence.verify(ROOT / "evidence" / name)
    assert found.same, found.differences
