"""Verdicts of one level only: what they forgive there, and that they forgive nothing else."""

import json
import sys
import types
from collections.abc import Callable
from pathlib import Path

import pytest

from hostile.conftest import Lend
from solon.hostile import WALLED, Result, load_corpus, parse_attack
from solon.hostile.attacks import kit
from solon.sandbox import survey

HERE = [row.level for row in survey() if row.level in ("A", "B") and row.available]
HONEST = "from honest import policy"
SLIPPING = "def policy(env, agent_id):\n    return None"
REACHING = "from kit import reached\n\ndef policy(env, agent_id):\n    reached('all of it')"
STANDING = "def policy(env, agent_id):\n    return 7"
SHOOTING = "def policy(env, agent_id):\n    return 6"


def play(arenas: Lend, source: str, letter: str, *, expect: str = "scored:same", **own: str) -> Result:
    header = {"name": "probe", "tries": "A test.", "class": "files", "expect": expect, "twin": "stand"}
    for level, verdict in own.items():
        header |= {f"expect-{level}": verdict, f"why-{level}": "It differs there."}
    header["needs-wall"] = "false"
    text = "".join(f"# {key}: {value}\n" for key, value in header.items())
    return arenas(letter).run(parse_attack("probe", f"{text}\n{source}\n"))


@pytest.mark.parametrize("letter", HERE)
def test_a_verdict_of_one_level_is_due_there_and_its_reason_is_told(arenas: Lend, letter: str) -> None:
    result = play(arenas, SLIPPING, letter, **{letter.lower(): "slips"})
    assert (result.stopped, result.expected) == (True, "slips")
    assert result.detail.endswith("(It differs there.)")


@pytest.mark.parametrize("letter", HERE)
@pytest.mark.parametrize(
    ("source", "own", "words"),
    [
        (HONEST, "slips", "no slip where some were due"),
        (HONEST, "invalid:crash", "it was scored, invalid:crash was due"),
        (SLIPPING, "invalid:crash", "it was scored, invalid:crash was due"),
        (SHOOTING, "slips", "no slip"),
        ("import os\nos._exit(0)", "invalid:time", "invalid for crash, invalid:time was due"),
        ("import os\nos._exit(0)", "slips", "invalid for crash, slips was due"),
    ],
)
def test_an_attack_that_ends_otherwise_than_its_level_demands_is_not_stopped(
    arenas: Lend, letter: str, source: str, own: str, words: str
) -> None:
    result = play(arenas, source, letter, **{letter.lower(): own})
    assert not result.stopped
    assert words in result.detail


@pytest.mark.parametrize("letter", HERE)
def test_a_verdict_of_another_level_forgives_nothing_here(arenas: Lend, letter: str) -> None:
    result = play(arenas, SLIPPING, letter, c="slips")
    assert (result.stopped, result.expected) == (False, "scored:same")
    assert play(arenas, STANDING, letter, c="slips").stopped


@pytest.mark.parametrize("letter", HERE)
def test_an_attack_that_got_through_is_not_stopped_whatever_level_c_expects(arenas: Lend, letter: str) -> None:
    result = play(arenas, REACHING, letter, c="slips")
    assert not result.stopped
    assert "all of it" in result.detail


def test_every_verdict_of_its_own_has_a_reason_and_none_is_weaker() -> None:
    deviations = [each for attack in load_corpus() for each in attack.deviations]
    assert deviations
    assert all(each.level in WALLED and len(each.why) > 20 and each.expect.verdict != "no-gain" for each in deviations)
    assert {each.level for each in deviations} == {"C"}


@pytest.fixture
def absent(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Callable[[BaseException], bool]]:
    """Return the kit's judgement of errors, as if it ran on a system."""

    def on(system: str) -> Callable[[BaseException], bool]:
        target = types.ModuleType("target")
        target.MACHINE = "x86_64"  # pyright: ignore[reportAttributeAccessIssue]
        monkeypatch.setitem(sys.modules, "target", target)
        monkeypatch.setattr(sys, "platform", system)
        space: dict[str, Callable[[BaseException], bool]] = {}
        exec(kit(), space)
        return space["absent"]

    return on


NOTHING = {
    "a function that the library leaves out": lambda: json.fork,  # pyright: ignore[reportAttributeAccessIssue]
    "a module that the library leaves out": lambda: __import__("no_such_module"),
    "a file": lambda: Path("/no/such/file").read_text(),
}
MISTAKES = {
    "an attribute of an object": lambda: (1).fork,  # pyright: ignore[reportAttributeAccessIssue]
    "a name": lambda: fork,  # pyright: ignore[reportUndefinedVariable] # noqa: F821
    "a value": lambda: int("x"),
    "a type": lambda: len(3),  # pyright: ignore[reportArgumentType]
    "a file that is there": lambda: Path(__file__, "x").read_text(),
    "too much memory": lambda: bytearray(1 << 62),
}


def error_of(action: Callable[[], object]) -> Exception:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - which one is the question
        action()
    return caught.value


@pytest.mark.parametrize("what", NOTHING)
def test_what_webassembly_lacks_is_lacking_there_only(
    absent: Callable[[str], Callable[[BaseException], bool]], what: str
) -> None:
    error = error_of(NOTHING[what])
    assert absent("wasi")(error)
    assert not absent("linux")(error)


@pytest.mark.parametrize("what", MISTAKES)
def test_a_mistake_of_an_attack_is_not_taken_for_a_wall_of_webassembly(
    absent: Callable[[str], Callable[[BaseException], bool]], what: str
) -> None:
    assert not absent("wasi")(error_of(MISTAKES[what]))
