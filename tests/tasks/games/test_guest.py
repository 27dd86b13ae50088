"""The guest loads a program, answers a byte an agent, and turns whatever a program does into a slip or a fault."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator

import msgspec
import numpy as np
import pytest

from solon.contract import Fault, Program, ProgramFault
from solon.sandbox import LocalJail, wire
from solon.sandbox.loading import forgotten
from solon.tasks.games import guest
from tasks.games.worlds import setup_of

AGENTS = 3
PAYLOAD = bytes([4, 1, *[1] * AGENTS, *[1, 2, 3], *[0] * (3 * AGENTS)]) + bytes([1] * 45) + bytes(45 + 24)
EPISODE = bytes(range(16))


@pytest.fixture(scope="module")
def prepared() -> guest.Prepared:
    return guest.prepare(msgspec.json.encode(setup_of("cleanup", "small", AGENTS)))


@pytest.fixture(autouse=True)
def _leave_no_program_behind() -> Iterator[None]:
    with forgotten(python("")):
        yield


Answer = Callable[..., tuple[list[int], list[str]]]


@pytest.fixture
def answer(prepared: guest.Prepared) -> Answer:
    """Return a function that loads a policy's source and answers one payload: the reply and the notes."""

    def ask(source: str, *, steps: int = 1) -> tuple[list[int], list[str]]:
        notes: list[str] = []
        reply = guest.begin(prepared, python(source), EPISODE, notes.append)
        return [action for _ in range(steps) for action in reply(PAYLOAD)], notes

    return ask


def python(source: str) -> Program:
    return Program(files=(("policy.py", source),))


def fault_of(prepared: guest.Prepared, program: Program) -> Fault:
    with pytest.raises(ProgramFault) as raised:
        guest.begin(prepared, program, EPISODE, print)
    return raised.value.fault


def returning(expression: str) -> str:
    return f"def policy(env, agent_id):\n    return {expression}\n"


@pytest.mark.parametrize(
    ("expression", "action"),
    [
        ("8", 8),
        ("Action.BEAM", 6),
        ("CleanupAction.CLEAN", 8),
        ("np.int64(3)", 3),
        ("np.uint8(2)", 2),
        ("env.agent_orient[agent_id]", 0),
        ("True", 1),
    ],
)
def test_whatever_counts_as_an_integer_is_an_action(answer: Answer, expression: str, action: int) -> None:
    assert answer(returning(expression)) == ([action] * AGENTS, [])


@pytest.mark.parametrize(
    "expression",
    ["None", "3.0", "np.float64(3)", "'3'", "(3,)", "9", "-1", "10**30", "np.int64(-1)", "np.array([1, 2])", "policy"],
)
def test_what_is_no_action_is_a_slip_of_its_own_kind(answer: Answer, expression: str) -> None:
    reply, (note,) = answer(returning(expression))
    assert reply == [guest.NO_ACTION] * AGENTS
    assert note.startswith("step 260, agent 0: the policy returned ")
    assert note.endswith("which is no integer from 0 to 8")


def test_cleaning_is_no_action_where_there_is_nothing_to_clean() -> None:
    prepared = guest.prepare(msgspec.json.encode(setup_of("gathering", "small", 1)))
    notes: list[str] = []
    reply = guest.begin(prepared, python(returning("8")), EPISODE, notes.append)
    assert reply(bytes(2 + 5 + 28)) == bytes([guest.NO_ACTION])
    assert notes == ["step 0, agent 0: the policy returned 8 of type int, which is no integer from 0 to 7"]


@pytest.mark.parametrize(
    "statement",
    [
        "1 / 0",
        "raise SystemExit(0)",
        "raise KeyboardInterrupt",
        "raise GeneratorExit",
        "policy(env, agent_id)",
        "env.agent_pos[0] = 0",
        "env.agent_timeout = 0",
        "undefined_name",
        "import no_such_module",
        "raise BaseExceptionGroup('many', [SystemExit()])",
    ],
)
def test_whatever_a_policy_raises_is_a_slip_of_that_agent_alone(answer: Answer, statement: str) -> None:
    reply, notes = answer(f"def policy(env, agent_id):\n    if agent_id == 1:\n        {statement}\n    return 7\n")
    assert reply == [7, guest.RAISED, 7]
    assert len(notes) == 1
    assert notes[0].startswith("step 260, agent 1: the policy raised ")


def test_running_out_of_memory_is_no_slip_but_the_end(answer: Answer) -> None:
    with pytest.raises(MemoryError):
        answer("def policy(env, agent_id):\n    raise MemoryError\n")


def test_only_the_first_slip_is_described(answer: Answer) -> None:
    reply, notes = answer("def policy(env, agent_id):\n    raise ValueError(f'agent {agent_id}')\n", steps=3)
    assert reply == [guest.RAISED] * 9
    assert [note.splitlines()[0] for note in notes] == ["step 260, agent 0: the policy raised ValueError: agent 0"]


def test_the_note_shows_the_line_of_the_source_that_raised(answer: Answer) -> None:
    _, (note,) = answer("def policy(env, agent_id):\n    apples = []\n    return apples[agent_id]  # the mistake\n")
    assert 'File "policy.py", line 3, in policy' in note
    assert "return apples[agent_id]  # the mistake" in note
    assert "guest.py" not in note


@pytest.mark.parametrize(
    "error", ["ValueError('x' * 1000000)", "ValueError('\\udc80')", "type('Bad', (Exception,), {'__str__': exit})"]
)
def test_a_hostile_exception_gives_a_short_note_in_utf8(answer: Answer, error: str) -> None:
    reply, (note,) = answer(f"def policy(env, agent_id): raise {error}\n")
    assert reply == [guest.RAISED] * AGENTS
    assert len(note.encode()) < wire.NOTE_BYTES


HOSTILE = {
    "a subclass of int with methods of its own": (
        "class Liar(int):\n"
        "    def __index__(self): return 300\n"
        "    def __lt__(self, other): return False\n"
        "    def __le__(self, other): return True\n"
        "    def __ge__(self, other): return True\n"
        "    def __add__(self, other): return 'x'\n"
        "    def __radd__(self, other): return 'x'\n"
        "    def __int__(self): raise SystemExit\n"
        "def policy(env, agent_id): return Liar(400)\n"
    ),
    "an index that leaves": (
        "class Exit:\n    def __index__(self): raise SystemExit\ndef policy(env, agent_id): return Exit()\n"
    ),
    "an index that is no integer": (
        "class Odd:\n    def __index__(self): return 'x'\ndef policy(env, agent_id): return Odd()\n"
    ),
    "a description that leaves": (
        "class Exit:\n    def __repr__(self): raise SystemExit\ndef policy(env, agent_id): return Exit()\n"
    ),
    "a type without a name": (
        "class Meta(type):\n    __name__ = property(lambda self: 1 / 0)\n"
        "class Exit(metaclass=Meta): pass\ndef policy(env, agent_id): return Exit()\n"
    ),
}


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_result_cannot_break_the_reply(answer: Answer, source: str) -> None:
    reply, notes = answer(source, steps=2)
    assert reply == [guest.NO_ACTION] * 6
    assert len(notes) == 1


def test_a_subclass_of_int_counts_by_its_value_not_by_its_methods(answer: Answer) -> None:
    source = "class Liar(int):\n    def __index__(self): return 5\ndef policy(env, agent_id): return Liar(6)\n"
    assert answer(source) == ([6] * AGENTS, [])


@pytest.mark.parametrize(
    ("source", "message", "remedy"),
    [
        ("", "The file policy.py defines no function 'policy'.", "Define: def policy(env, agent_id): ..."),
        ("policy = 7", "'policy' in policy.py is not a function but 7", "Define it as: def policy(env, agent_id): ..."),
    ],
)
def test_a_missing_policy_is_told_its_signature(
    prepared: guest.Prepared, source: str, message: str, remedy: str
) -> None:
    fault = fault_of(prepared, python(source))
    assert fault.kind == "entry"
    assert fault.message.startswith(message)
    assert fault.remedy == remedy


def test_every_file_of_a_program_sees_the_published_names(prepared: guest.Prepared) -> None:
    files = (
        ("policy.py", "from rules import action\n" + returning("action(env, agent_id)")),
        ("rules.py", "def action(env, agent_id): return int(Action.STEP_LEFT) + 0 * step_to(env, agent_id, [])\n"),
    )
    assert guest.begin(prepared, Program(files=files), EPISODE, print)(PAYLOAD) == bytes([2] * AGENTS)


NO_FILES = """
import sys
import msgspec
from solon.contract import Program, ProgramFault
from solon.sandbox.zygote import preload
from solon.tasks.games import guest
from solon.tasks.games.view import Setup

preload()
prepared = guest.prepare(msgspec.json.encode(Setup("gathering", "small", 1, 20, 1, 2, 25, 25)))

def refuse(event, arguments):
    if event == "open":
        raise PermissionError(1, "refused", str(arguments[0]))

sys.addaudithook(refuse)
for source in {sources!r}:
    try:
        answer = guest.begin(prepared, Program(files=(("policy.py", source),)), bytes(16), print)
        answer(bytes(2 + 5 + 28))
    except ProgramFault as error:
        print(error.fault.message, error.fault.traceback)
"""


def test_after_prepare_no_file_is_needed_not_even_for_a_traceback() -> None:
    sources = (
        "def policy(env, agent_id):\n    return env.hits[agent_id] / env.hits[agent_id]  # division\n",
        "def policy(env, agent_id):\n    return np.zeros(3).reshape(2, 2)  # NumPy\n",
        "def policy(env, agent_id):\n    return step_to(env, agent_id, [(1, 2)])  # helper\n",
        "def policy(env, agent_id):\n    return agent_idd  # name\n",
        "def policy(env, agent_id):\n    return sorted(apple_list, key=lambda a: a[0])[0]  # nested\n",
        "import heapq, bisect, itertools, functools, math, random, statistics, typing, dataclasses, copy, re\n1 / 0\n",
        "def policy(env, agent_id)  # syntax\n",
    )
    program = NO_FILES.format(sources=sources)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for shown in ("# division", "# NumPy", "# helper", "# name", "# nested", "1 / 0", "# syntax"):
        assert shown in done.stdout
    assert "refused" not in done.stdout
    assert "cannot be shown" not in done.stdout


def test_randomness_comes_from_the_episode_alone() -> None:
    source = "import random\n" + returning("(random.randrange(3) + np.random.randint(3) + int(np.random.random() * 3))")
    setup = msgspec.json.encode(setup_of("cleanup", "small", AGENTS))

    def play(episode: bytes) -> bytes:
        with LocalJail("none") as jail, jail.open(python(source), guest.__name__, setup, episode) as worker:
            return b"".join(worker.ask(PAYLOAD, AGENTS) for _ in range(20))

    assert play(EPISODE) == play(EPISODE)
    assert play(EPISODE) != play(bytes(16))


def test_workers_share_neither_globals_nor_caches(prepared: guest.Prepared) -> None:
    source = "calls = []\ndef policy(env, agent_id):\n    calls.append(1)\n    env.static[len(env.static)] = 1\n"
    source += "    return len(calls) + len(env.static)\n"
    for _ in range(2):
        assert guest.begin(prepared, python(source), EPISODE, print)(PAYLOAD) == bytes([2, 4, 6])


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"n_agent": 3}, "unknown field `n_agent`"),
        ({"game": "chess"}, "Invalid enum value 'chess'"),
        ({"n_agents": "3"}, "Expected `int`"),
        ({"map": "moon"}, "no map 'moon'"),
    ],
)
def test_a_setup_with_a_mistake_is_refused(change: dict[str, object], complaint: str) -> None:
    setup = json.dumps(msgspec.to_builtins(setup_of("cleanup", "small")) | change).encode()
    with pytest.raises(ValueError, match=complaint):
        guest.prepare(setup)


def test_every_helper_is_in_reach_under_both_name_sets() -> None:
    library = (
        "distance distance_row field_to step_to step_along step_to_cell move turn_to beam_cells clean_gain"
        " clean_gains match opponents_in_beam bfs_nearest_apple greedy_action np deque"
    )
    for game, name, extra in (("gathering", "small", 28), ("cleanup", "small", 90 + 24)):
        prepared = guest.prepare(msgspec.json.encode(setup_of(game, name, 1)))
        source = f"found = [{library.replace(' ', ', ')}]\n" + returning("7")
        assert guest.begin(prepared, python(source), EPISODE, print)(bytes(7 + extra)) == b"\x07"


def test_normalised_integers_are_plain() -> None:
    for value in (np.int8(5), True, Five(5)):
        assert type(guest.exact_integer(value)) is int


class Five(int):
    """A subclass, to be made plain."""
