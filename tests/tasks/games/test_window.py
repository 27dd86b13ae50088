"""The decentralised mode: an agent is sent its window and not one bit more, and policies can live with that."""

import random
from collections.abc import Callable

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solon.contract import Program, Seed
from solon.tasks import load
from solon.tasks.games.geometry import Geometry
from solon.tasks.games.helpers import Helpers
from solon.tasks.games.maps import Map, load_map
from solon.tasks.games.paper_names import PaperNames
from solon.tasks.games.view import Setup, WindowedSnapshot, snapshot_class
from solon.tasks.games.window import Blinds, window_cells
from tasks.games.jails import FunctionJail, GuestJail
from tasks.games.strategies import Play, plays
from tasks.games.worlds import MAPS

WINDOWS = {"gathering": (15, 10), "commons": (20, 10), "cleanup": (7, 7)}
STAND = Program(files=(("policy.py", "def policy(env, agent_id):\n    return 7\n"),))


def in_view(board: Map, cell: int, orientation: int, target: int, ahead: int, sideways: int) -> bool:
    """Say whether a cell is in view, by turning the world until the agent faces north."""
    down, across = (a - b for a, b in zip(divmod(target, board.width), divmod(cell, board.width), strict=True))
    for _ in range(orientation):
        down, across = -across, down
    return 0 <= -down <= ahead and abs(across) <= sideways


def elsewhere(board: Map, snapshot: bytes, n: int, viewer: int, window: tuple[int, int], entropy: int) -> bytes:
    """Draw everything anew that the viewer cannot see: agents there, apples there, the river there."""
    chance = random.Random(entropy)
    here, facing = snapshot[viewer] * board.width + snapshot[n + viewer], snapshot[2 * n + viewer]

    def hidden(cell: int) -> bool:
        return not in_view(board, here, facing, cell, *window)

    changed = bytearray(snapshot)
    free = [cell for cell in board.walkable if hidden(cell)]
    for agent in range(n):
        if hidden(snapshot[agent] * board.width + snapshot[n + agent]):
            changed[agent], changed[n + agent] = divmod(chance.choice(free), board.width)
            for field, highest in ((2, 3), (3, 25), (4, 1)):
                changed[field * n + agent] = chance.randint(0, highest)
    start = 5 * n
    for places, highest in ((board.apples, 1), (board.apples, 25), (board.river, 1)):
        for number, cell in enumerate(places):
            if hidden(cell):
                changed[start + number] = chance.randint(0, highest)
        start += len(places)
    return bytes(changed)


def leaks(cut: Callable[[bytes, int], bytes], play: Play, viewer: int, entropy: int) -> bool:
    """Say whether what an agent is sent depends on anything out of its view."""
    kernel = play.kernel()
    for _ in play.steps(kernel):
        pass
    snapshot = kernel.snapshot()
    other = elsewhere(kernel.board, snapshot, play.n_agents, viewer, WINDOWS[play.game], entropy)
    return cut(snapshot, viewer) != cut(other, viewer)


@given(plays(max_steps=30), st.data())
def test_two_states_that_differ_out_of_view_are_sent_as_the_same_bytes(play: Play, data: st.DataObject) -> None:
    viewer = data.draw(st.integers(0, play.n_agents - 1))
    blinds = Blinds(load_map(play.game, play.name), play.n_agents, *WINDOWS[play.game])
    assert not leaks(blinds.cut, play, viewer, data.draw(st.integers(0, 2**32)))


@pytest.mark.parametrize("field", ["rows", "orientations", "timeouts", "alive", "timers", "waste"])
def test_the_check_for_leaks_catches_a_mask_that_forgets_a_field(field: str) -> None:
    board, n = load_map("cleanup", "full"), 10
    bounds = np.cumsum([0, n, n, n, n, n, len(board.apples), len(board.apples), len(board.river)])
    place = ["rows", "columns", "orientations", "timeouts", "hits", "alive", "timers", "waste"].index(field)
    blinds = Blinds(board, n, 7, 7)

    def forgetful(snapshot: bytes, agent: int) -> bytes:
        first, last = int(bounds[place]), int(bounds[place + 1])
        cut = blinds.cut(snapshot, agent)
        return cut[:first] + snapshot[first:last] + cut[last:]

    play = Play("cleanup", "full", n, 5, paper=False, variants={}, actions=(b"\x00" * n,) * 3)
    assert any(leaks(forgetful, play, agent, 1) for agent in range(n))
    assert not any(leaks(blinds.cut, play, agent, 1) for agent in range(n))


@given(plays(max_steps=30), st.data())
def test_what_is_in_view_is_sent_as_it_is_and_the_rest_has_the_documented_values(
    play: Play, data: st.DataObject
) -> None:
    viewer, kernel = data.draw(st.integers(0, play.n_agents - 1)), play.kernel()
    for _ in play.steps(kernel):
        pass
    n, board, window = play.n_agents, kernel.board, WINDOWS[play.game]
    truth = kernel.snapshot()
    cut = Blinds(board, n, *window).cut(truth, viewer)
    here, facing = kernel.cells[viewer], kernel.orientations[viewer]

    def seen(cell: int) -> bool:
        return in_view(board, here, facing, cell, *window)

    assert seen(here)
    expected = bytearray(truth)
    for agent, cell in enumerate(kernel.cells):
        if not seen(cell):
            expected[agent : 5 * n : n] = b"\xff" * 5
    rest = (
        [(cell, 0) for cell in board.apples] + [(cell, 255) for cell in board.apples] + [(it, 0) for it in board.river]
    )
    for place, (cell, blank) in enumerate(rest):
        if not seen(cell):
            expected[5 * n + place] = blank
    assert cut == bytes(expected)
    assert set(window_cells(board, here, facing, *window)) == {cell for cell in range(board.size) if seen(cell)}


def windowed(play: Play, viewer: int) -> tuple[WindowedSnapshot, Helpers, PaperNames]:
    kernel = play.kernel()
    for _ in play.steps(kernel):
        pass
    board, window = kernel.board, WINDOWS[play.game]
    setup = Setup(play.game, play.name, play.n_agents, 5, 3, 1, 25, 25, window=window)  # pyright: ignore[reportArgumentType]
    env = snapshot_class(setup, board, viewer)(
        bytes(2) + Blinds(board, play.n_agents, *window).cut(kernel.snapshot(), viewer)
    )
    assert isinstance(env, WindowedSnapshot)
    geometry = Geometry(board, beam_length=5, beam_width=3)
    helpers = Helpers(geometry)
    return env, helpers, PaperNames(geometry, helpers)


@given(plays(max_steps=10), st.data())
def test_lists_and_arrays_agree_and_the_unseen_count_as_no_opponents(play: Play, data: st.DataObject) -> None:
    viewer = data.draw(st.integers(0, play.n_agents - 1))
    env, helpers, _ = windowed(play, viewer)
    unseen = [agent for agent in range(play.n_agents) if env.positions[agent] < 0]
    assert viewer not in unseen
    assert [tuple(pair) for pair in env.agent_pos.tolist()] == [
        (-1, -1) if cell < 0 else divmod(cell, env.width) for cell in env.positions
    ]
    assert env.agent_orient.tolist() == env.orientations
    assert env.agent_beam_hits.tolist() == env.hits
    assert env.agent_timeout.tolist() == env.timeouts
    for agent in unseen:
        assert (env.positions[agent], env.orientations[agent], env.hits[agent], env.timeouts[agent]) == (
            -1,
            -1,
            -1,
            255,
        )
    assert not set(unseen) & set(helpers.opponents_in_beam(env, viewer))
    assert set(env.alive) | set(env.waste_cells) <= set(env.seen)
    assert {cell for cell in env.positions if cell >= 0} <= set(env.seen)
    assert not env.agent_pos.flags.writeable


@pytest.mark.parametrize(("game", "name"), MAPS)
def test_cell_minus_one_is_nowhere(game: str, name: str) -> None:
    board = load_map(game, name)
    setup = Setup(game, name, 2, 5, 3, 1, 25, 25, window=(1, 1))  # pyright: ignore[reportArgumentType]
    helpers = Helpers(Geometry(board, beam_length=5, beam_width=3))
    env = snapshot_class(setup, board)(bytes(2))
    assert set(helpers.distance_row(-1)) == {255}
    assert {helpers.distance(cell, -1) for cell in range(board.size)} == {255}
    assert set(helpers.field_to(env, [-1])) == {255}
    walk, corner = snapshot_class(setup, board)(bytes(2) + b"\1\1\1\1" + bytes(6)), board.walkable[-1]
    assert helpers.step_to(walk, 0, [-1]) == 7
    assert helpers.step_to(walk, 0, [-1, corner]) == helpers.step_to(walk, 0, [corner])
    assert all(helpers.beam_cells(env, -1, orientation) == () for orientation in range(-1, 4))
    assert game != "cleanup" or not any(helpers.clean_gain(env, -1, orientation) for orientation in range(4))


@pytest.mark.parametrize("name", ["cleanup", "gathering", "commons"])
def test_every_reference_program_plays_its_window_without_a_slip(name: str) -> None:
    task = load(name, steps=60, decentralised=True)
    for label, program in task.references().items():
        episode = task.evaluate(program, Seed(1), GuestJail())
        assert episode.slips == 0, (label, episode.first_slip)


def test_every_agent_has_a_worker_of_its_own_that_is_sent_its_view() -> None:
    task = load("gathering", steps=1, decentralised=True)
    sent: list[bytes] = []

    def answer(payload: bytes) -> bytes:
        sent.append(payload)
        return b"\x07"

    jail = FunctionJail(answer)
    task.evaluate(STAND, Seed(2), jail)
    public = Seed(2).derive("worker")
    assert [episode for _, _, episode in jail.opened] == [public + bytes([agent]) for agent in range(10)]
    blinds, truth = Blinds(task.board, 10, 15, 10), task.kernel(Seed(2)).snapshot()
    assert sent == [bytes(2) + blinds.cut(truth, agent) for agent in range(10)]
    assert len(set(sent)) == 10


@pytest.mark.parametrize("name", ["cleanup", "gathering", "commons"])
def test_the_brief_says_what_is_masked_and_the_version_that_it_is(name: str) -> None:
    task, usual = load(name, decentralised=True), load(name)
    assert task.version == "1[decentralised=True]"
    text, plain = (" ".join(it.brief().split()) for it in (task, usual))
    ahead, sideways = WINDOWS[name]
    assert f"up to {ahead} cells ahead, each as far as {sideways} cells" in text
    assert "Everybody sees the whole grid" not in text
    for word in ("env.seen", "position -1", "timeout 255", "a process of its own"):
        assert word in text
        assert word not in plain
    setup = msgspec.json.decode(task.setup(), type=Setup)
    env = snapshot_class(setup, task.board)(bytes(2) + task.kernel(Seed(0)).snapshot())
    assert env.seen
    assert max(map(len, task.brief().splitlines())) <= 110
    assert {figure.kind for figure in task.figures()} == {"bound"}
