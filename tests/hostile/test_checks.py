"""The runner's own checks, tried on judges without walls: what gets through there must be reported."""

import contextlib
import os
import signal
from pathlib import Path

import pytest

from hostile.conftest import Lend
from solon.hostile import load_corpus, parse_attack
from solon.hostile.runner import FIRST_SEED, Arena
from solon.hostile.traces import descendants

BY_NAME = {attack.name: attack for attack in load_corpus()}

# an action and the phrase that must stand in the result; each is done once, in the first decision
LEFT = {
    "a file": ("open(f'{DROPS[0]}/{TOKEN}', 'w').close()", "left * in"),
    "a file in the temporary folder": ("open(f'{DROPS[2]}/{TOKEN}.x', 'w').close()", "left *.x in"),
    "a folder": ("os.mkdir(f'{DROPS[0]}/{TOKEN}')", "left * in"),
    "a changed secret": ("open(SECRET_FILE, 'w').close()", "changed a canary"),
    "a secret that all may read": ("os.chmod(SECRET_FILE, 0o777)", "changed a canary"),
    "no secret": ("os.unlink(SECRET_FILE)", "changed a canary"),
    "a changed environment": ("os.environ[CANARY_NAME] = 'changed'", "changed a canary"),
    "another working folder": ("os.chdir('/')", "changed the working folder"),
    "printed text": ("print('hello')", "wrote 6 characters to the judge's output"),
    "text on a descriptor": ("os.write(2, b'hello')", "wrote 5 characters to the judge's output"),
    "a printed secret": ("print(os.environ[CANARY_NAME])", "a secret stands in its texts"),
    "terminal controls": ("print(chr(27) + '[2J')", "control characters"),
    "a flood": ("print('x' * 100_000)", "longer than"),
    "a descriptor": ("os.open('/dev/null', os.O_RDONLY)", "left 1 more descriptors open"),
    "a process": ("os.posix_spawn('/bin/sleep', ['sleep', '60'], {})", "left process"),
    "a message": ("socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', UDP_PORT))", "knocked at"),
    "a call": ("socket.create_connection(('127.0.0.1', TCP_PORT)).close()", "knocked at"),
    "memory": ("bytearray(b'x') * ((resource.getrusage(0).ru_maxrss + 100_000) << 10)", "made the judge grow"),
}
ACTING = """
import os, resource, socket
from honest import policy as honest
from target import *

def policy(env, agent_id):
    if env.step_count == 0 and agent_id == 0:
        {action}
    return honest(env, agent_id)
"""
# programs that do nothing wrong but are not what their header says
UNLIKE = {
    "another play": (
        "scored:same",
        "stand",
        "from honest import policy as p\npolicy = lambda e, a: 6",
        "not its twin's",
    ),
    "a better score": ("scored:no-gain", "stand", "policy = lambda e, a: NEAREST(e, a)", "is better than its twin's"),
    "slips": ("scored:same", "stand", "policy = lambda e, a: 99", "200 slips where none was due"),
    "no slips": ("slips", "stand", "policy = lambda e, a: 7", "no slip where some were due"),
    "no fault": ("invalid:time", "stand", "policy = lambda e, a: 7", "it was scored, invalid:time was due"),
    "a fault": ("scored:same", "stand", "policy = (", "invalid for syntax"),
    "another fault": ("invalid:time", "stand", "policy = (", "invalid for syntax, invalid:time was due"),
}
NEAREST = """
def NEAREST(env, agent_id):
    step = bfs_nearest_apple(env, agent_id)
    return 7 if step is None else direction_to_action(*step, int(env.agent_orient[agent_id]))
"""
SCORE_WRITER = """
import sys
from honest import policy as honest

def policy(env, agent_id):
    frame = sys._getframe()
    while frame:
        if "tally" in frame.f_locals:
            frame.f_locals["tally"].returns[0] = 15.25  # no honest return has a fraction
        frame = frame.f_back
    return honest(env, agent_id)
"""
KEY_TELLER = """
import sys

def policy(env, agent_id):
    frame = sys._getframe()
    while "seed" not in frame.f_locals:
        frame = frame.f_back
    raise ValueError(frame.f_locals["seed"].key.hex())
"""
# attacks of the corpus that need a wall to stop them, and harm nothing where there is none
REACHING = """
    read_password_file read_judge_secret read_while_loading list_folders write_drops write_result spoil_judge_file
    numpy_file_doors importer_doors environment_variables environment_of_libc environment_of_others connect_home
    unix_sockets frame_walk generator_frame_walk traceback_walk collector_walk forged_terminal_line state_in_the_map
    remembered_texts
"""


def judge(arena: Arena, source: str, expect: str = "scored:same", twin: str = "nearest_apple") -> tuple[bool, str]:
    header = (
        f"# name: probe\n# tries: A test.\n# class: files\n# expect: {expect}\n# twin: {twin}\n# needs-wall: false\n"
    )
    result = arena.run(parse_attack("probe", f"{header}\n{source}"))
    return result.stopped, result.detail


def numbers() -> set[int]:
    return {int(entry.name) for entry in Path("/proc/self/fd").iterdir()}


@pytest.mark.parametrize("what", LEFT)
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_what_an_attack_leaves_is_found_and_does_not_stain_the_next(arenas: Lend, what: str) -> None:
    arena = arenas("none")
    action, phrase = LEFT[what]
    descriptors, processes = numbers(), descendants(os.getpid())
    stopped, detail = judge(arena, ACTING.replace("{action}", action))
    for descriptor in numbers() - descriptors:
        with contextlib.suppress(OSError):  # the one that listed them
            os.close(descriptor)
    for pid in descendants(os.getpid()) - processes:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    assert not stopped
    assert phrase in detail
    assert judge(arena, ACTING.replace("{action}", "pass")) == (True, "like its honest twin, no trace")


@pytest.mark.parametrize("what", UNLIKE)
def test_a_wrong_verdict_is_no_success(arenas: Lend, what: str) -> None:
    expect, twin, source, phrase = UNLIKE[what]
    stopped, detail = judge(arenas("none"), NEAREST + source, expect, twin)
    assert not stopped
    assert phrase in detail


def test_a_score_written_into_the_judge_is_found(arenas: Lend) -> None:
    stopped, detail = judge(arenas("none"), SCORE_WRITER)
    assert not stopped
    assert "its metrics are not its twin's" in detail


def test_a_key_told_in_a_traceback_is_found(arenas: Lend) -> None:
    assert judge(arenas("none"), KEY_TELLER, "slips", "stand") == (False, "a secret stands in its texts")


@pytest.mark.parametrize("name", REACHING.split())
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_the_attacks_are_real(arenas: Lend, name: str) -> None:
    """Without walls they get through, so it is the walls that stop them."""
    assert not arenas("none").run(BY_NAME[name]).stopped


@pytest.mark.parametrize(
    ("name", "task", "key"),
    [
        ("guess_small_seeds", "cleanup", b""),
        ("guess_published_seeds", "cleanup-paper", b""),
        ("guess_weak_keys", "cleanup", bytes(16)),
        ("resimulate", "cleanup", b""),
    ],
)
def test_guessing_seeds_works_where_no_secret_key_is_mixed_in(arenas: Lend, name: str, task: str, key: bytes) -> None:
    result = arenas("none", task, key).run(BY_NAME[name])
    assert not result.stopped
    assert "Reached" in result.detail
    assert str(FIRST_SEED) in result.detail or name == "guess_weak_keys"


@pytest.mark.parametrize("letter", ["none", "D"])
def test_an_attack_that_needs_walls_is_not_run_without(arenas: Lend, letter: str) -> None:
    for attack in BY_NAME.values():
        if attack.needs_wall:
            result = arenas(letter).run(attack)
            assert (result.verdict, result.stopped) == ("refused", False)
