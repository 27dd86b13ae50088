"""``solon research`` as a person calls it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

Call = Callable[..., tuple[int, str, str]]

TOYS = Path(__file__).parents[1] / "research" / "toys.py"
SMALL = ("--inner-episodes", "4", "--held-out", "1", "--repeats", "2", "--seed", "1", "--isolation", "none")


def test_a_study_is_shown_and_kept(call: Call) -> None:
    task = f"{TOYS}:Lottery"
    code, out, _ = call("research", task, *SMALL, "--budget-runs", "2", "--workers", "1", "--out", "study")
    assert code == 0
    assert "untuned" in out
    assert "gain shown: tuned minus untuned" in out
    assert "at equal budget" in out
    assert "inner runs (" in out
    code, out, _ = call("research", task, "--out", "study", "--json")
    found = json.loads(out)
    assert code == 0
    assert found["folder"] == "study"
    assert found["study"] == json.loads(Path("study/study.json").read_text())
    assert found["study"]["inner_episodes"] == 4


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--repeats", "1"), "repeats must be 2 or more, got 1"),
        (("--proposer", "paste"), "offline or a model's address, not 'paste'"),
        (("--inner-episodes", "0"), "episodes must be 1 or more, got 0"),
        (("--strategy", "rase"), "did you mean 'race'"),
    ],
)
def test_mistakes_are_one_sentence(call: Call, arguments: tuple[str, ...], sentence: str) -> None:
    code, out, err = call("research", "cleanup", *arguments)
    assert (code, out) == (2, "")
    assert sentence in err
    assert err.count("\n") == 1


def test_a_model_without_a_cap_is_announced(call: Call) -> None:
    code, out, err = call("research", "cleanup", "--proposer", "openai:m", "--inner-episodes", "8", "--repeats", "1")
    assert (code, out) == (2, "")
    assert "each inner run may make up to 16 calls, corrections included; --inner-usd caps what they cost" in err
