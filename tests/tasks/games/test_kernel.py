"""The rules that hold for every game, map, variant and joint action."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solon.contract import Seed
from solon.tasks.games.cleanup import Cleanup, CleanupRules
from solon.tasks.games.gathering import Gathering, GatheringRules
from solon.tasks.games.kernel import BEAM, CLEAN, FORWARD, STAND, beam_cells
from solon.tasks.games.maps import Map, load_map
from solon.tasks.games.streams import KeyedDraws, PaperDraws
from tasks.games.strategies import PLACES, Play, make, plays


def violations(play: Play, kernel) -> list[str]:
    """Play and return the sentences of the specification that were broken."""
    board, n, broken = kernel.board, play.n_agents, []
    width, most = board.width, kernel.rules.timeout_steps
    length = 5 * n + 2 * len(board.apples) + len(board.river)
    for before, _, rewards in play.steps(kernel):
        after = kernel.snapshot()
        moved = [abs(after[i] - before[i]) + abs(after[n + i] - before[n + i]) for i in range(n)]
        sitting = [i for i in range(n) if before[3 * n + i] > 1]
        apples = after[5 * n : 5 * n + len(board.apples)]
        crowded = kernel.rules.exclusive_cells and len(set(kernel.cells)) < n
        rules = {
            "a snapshot has five bytes an agent, two an apple and one a river cell": len(before)
            == len(after)
            == length,
            "an agent moves by at most one cell a step": max(moved) <= 1,
            "no agent stands in a wall": not board.walls & {after[i] * width + after[n + i] for i in range(n)},
            "no timeout is longer than the rules say": max(after[3 * n : 4 * n]) <= most,
            "an agent in timeout neither moves nor earns": not any(moved[i] or rewards[i] > 0 for i in sitting),
            "orientations are 0 to 3": max(after[2 * n : 3 * n]) <= 3,
            "apples live or do not": max(apples) <= 1,
            "nobody takes two apples in a step": max(rewards) <= 1,
            "with exclusive cells no two agents share one": not crowded,
            "the spare entry of the apples stays empty": not kernel.alive[-1],
        }
        broken += [sentence for sentence, holds in rules.items() if not holds]
    return broken


@given(plays())
@settings(deadline=None)
def test_every_step_keeps_the_invariants(play):
    assert violations(play, play.kernel()) == []


class _Teleporting(Gathering):
    def _act(self, order, actions, rewards):
        super()._act(order, actions, rewards)
        self.cells[0] = self.board.walkable[-1] if self.clock % 2 else self.board.walkable[0]


class _Generous(Gathering):
    def _collect(self, order, rewards):
        super()._collect(order, rewards)
        rewards[0] += 2


class _Crowded(Gathering):
    def _act(self, order, actions, rewards):
        self.cells[:] = [self.cells[0]] * self.n_agents


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [(_Teleporting, "at most one cell"), (_Generous, "two apples"), (_Crowded, "exclusive cells")],
)
def test_the_checker_rejects_a_broken_kernel(kind, sentence):
    play = Play("gathering", "large", 3, 0, True, {"exclusive_cells": True}, (bytes(3), bytes(3)))
    assert any(sentence in found for found in violations(play, play.kernel(kind)))


@given(plays(games=("gathering", "commons")))
@settings(deadline=None)
def test_rewards_are_the_apples_taken(play):
    taken = []
    kernel = play.kernel()
    noted = kernel._taken
    kernel._taken = lambda apple: (taken.append(apple), noted(apple))
    for _, _, rewards in play.steps(kernel):
        assert sum(rewards) == len(taken)
        taken.clear()


@given(plays(games=("cleanup",)))
@settings(deadline=None)
def test_rewards_in_cleanup_are_the_apples_taken_less_the_cleaning(play):
    taken = []
    kernel = play.kernel()
    kernel._taken = taken.append
    calm = Play(**{**vars(play), "actions": tuple(row.replace(bytes([BEAM]), b"\x07") for row in play.actions)})
    for _, actions, rewards in calm.steps(kernel):
        assert sum(rewards) == len(taken) - actions.count(CLEAN)
        taken.clear()


@given(plays(games=("cleanup",)))
@settings(deadline=None)
def test_waste_bytes_and_polluted_cells_tell_the_same_and_at_most_one_cell_a_step_is_added(play):
    kernel = play.kernel()
    for before, _, _ in play.steps(kernel):
        marked = {cell for cell, waste in zip(kernel.board.river, kernel.waste, strict=True) if waste}
        assert marked == kernel._polluted
        earlier = before[len(before) - len(kernel.waste) :]
        assert sum(new > old for new, old in zip(kernel.waste, earlier, strict=True)) <= 1


@given(plays(games=("gathering",)))
@settings(deadline=None)
def test_an_apple_is_dead_exactly_while_its_timer_runs(play):
    kernel = play.kernel()
    for _ in play.steps(kernel):
        assert [not timer for timer in kernel.timers] == [bool(alive) for alive in kernel.alive[:-1]]


@given(plays(games=("commons",)))
@settings(deadline=None)
def test_the_stock_of_an_apple_counts_its_live_neighbours(play):
    kernel = play.kernel()
    for _ in play.steps(kernel):
        counted = [sum(kernel.alive[other] for other in near) for near in kernel._neighbours]
        assert counted == kernel._stock


@given(plays(max_steps=20))
@settings(deadline=None)
def test_one_seed_gives_one_episode(play):
    one, other = play.kernel(), play.kernel()
    assert [(before, rewards) for before, _, rewards in play.steps(one)] == [
        (before, rewards) for before, _, rewards in play.steps(other)
    ]


@given(st.integers(0, 10**6), st.binary(min_size=16, max_size=16), st.binary(min_size=16, max_size=16))
@settings(deadline=None, max_examples=20)
def test_different_keys_give_different_episodes(number, key, other):
    board = load_map("cleanup", "full")
    first, second = (Cleanup(board, 10, KeyedDraws(Seed(number, own), board, 10)) for own in (key, other))
    assert (first.snapshot() == second.snapshot()) == (key == other)


@given(st.sampled_from(PLACES), st.integers(0, 200), st.binary(min_size=10, max_size=10), st.integers(1, 150))
@settings(deadline=None, max_examples=40)
def test_keyed_luck_does_not_depend_on_what_agents_do(place, number, row, steps):
    game, name = place
    board = load_map(game, name)
    luck = []
    for actions in (bytes([STAND]) * 10, bytes(byte % 9 for byte in row)):
        draws = KeyedDraws(Seed(number), board, 10)
        kernel = make(game, name, 10, draws)
        for _ in range(steps):
            kernel.step(actions)
        luck.append(
            (
                draws.apples(steps, bytearray(len(board.apples) + 1), 0.5),
                draws.waste_appears(steps, 0.5),
                draws.waste_place(steps, range(len(board.river))) if board.river else None,
                draws.order(steps, 10),
            )
        )
    assert luck[0] == luck[1]


def test_one_purpose_does_not_move_another_purposes_numbers():
    board = load_map("cleanup", "full")
    one, other = (KeyedDraws(Seed(3), board, 10) for _ in range(2))
    for step in range(100):
        one.waste_appears(step, 0.5)
        one.order(step, 10)
    blocked = bytearray(len(board.apples) + 1)
    assert one.apples(100, blocked, 0.3) == other.apples(100, blocked, 0.3)


def test_a_candidate_that_vanishes_changes_the_place_of_waste_only_if_it_was_chosen():
    board = load_map("cleanup", "full")
    everywhere = list(range(len(board.river)))
    for step in range(50):
        chosen = KeyedDraws(Seed(1), board, 10).waste_place(step, everywhere)
        fewer = [cell for cell in everywhere if cell != (chosen + 1) % len(everywhere)]
        assert KeyedDraws(Seed(1), board, 10).waste_place(step, fewer) == chosen


def _facing(kernel, agent: int, cell: int, orientation: int) -> None:
    kernel.cells[agent], kernel.orientations[agent] = cell, orientation


def test_two_hits_tag_in_gathering_and_a_tagged_agent_sits_out_25_steps():
    kernel = Gathering(load_map("gathering", "large"), 2, PaperDraws(0))
    _facing(kernel, 0, 14 * 38 + 1, 1)
    _facing(kernel, 1, 14 * 38 + 9, 0)
    kernel.step([BEAM, STAND])
    assert (kernel.hits[1], kernel.timeouts[1]) == (1, 0)
    kernel.step([BEAM, STAND])
    assert (kernel.hits[1], kernel.timeouts[1]) == (0, 25)
    place, seen = kernel.cells[1], []
    for _ in range(25):
        kernel.step([STAND, FORWARD])
        seen.append((kernel.timeouts[1], kernel.cells[1] == place))
    assert seen == [*((left, True) for left in range(24, 0, -1)), (0, False)]


def test_beams_in_cleanup_cost_the_firer_1_and_the_victim_50():
    kernel = Cleanup(load_map("cleanup", "full"), 3, PaperDraws(0))
    _facing(kernel, 0, 12 * 18 + 8, 1)
    _facing(kernel, 1, 12 * 18 + 10, 0)
    _facing(kernel, 2, 12 * 18 + 2, 0)
    assert kernel.step([BEAM, FORWARD, STAND]) == [-1.0, -50.0, 0.0]
    assert kernel.cells[1] == 12 * 18 + 10


def test_walls_shade_the_cells_behind_them_only_in_the_variant():
    board = load_map("gathering", "default")
    cell, east = 2 * 29 + 20, 1
    through, stopped = (beam_cells(board, cell, east, 20, 1, walls_stop=stop) for stop in (False, True))
    assert 2 * 29 + 24 in through
    assert stopped == {2 * 29 + 21, 2 * 29 + 22}


def test_the_lower_index_wins_a_tie_and_the_fair_order_shares_it():
    board = load_map("gathering", "small")
    apple = board.apples[0]

    def winner(number: int, *, fair: bool) -> int:
        draws = KeyedDraws(Seed(number), board, 2)
        kernel = Gathering(board, 2, draws, GatheringRules(fair_order=fair))
        _facing(kernel, 0, apple - 1, 1)
        _facing(kernel, 1, apple - 1, 1)
        return kernel.step([FORWARD, FORWARD]).index(1.0)

    assert {winner(number, fair=False) for number in range(40)} == {0}
    assert 8 <= sum(winner(number, fair=True) for number in range(40)) <= 32


@pytest.mark.parametrize("paper", [True, False])
def test_with_exclusive_cells_agents_start_apart_beyond_the_marked_spawns_too(paper):
    board = load_map("gathering", "small")
    for seed in range(5):
        draws = PaperDraws(seed) if paper else KeyedDraws(Seed(seed), board, 60)
        assert len(set(make("gathering", "small", 60, draws, exclusive_cells=True).cells)) == 60


@pytest.mark.parametrize("polluted", [1, 2])
def test_at_the_depletion_exactly_neither_waste_nor_apples_appear(polluted):
    board = Map(
        name="ditch",
        height=1,
        width=8,
        walls=frozenset(),
        apples=(7,),
        spawns=(5,),
        open_cells=(5,),
        walkable=tuple(range(8)),
        river=(0, 1, 2, 3, 4),
        polluted=tuple(range(polluted)),
    )
    kernel = Cleanup(board, 1, PaperDraws(0), CleanupRules(waste_chance=1.0, apple_chance=1.0))
    kernel.alive[0] = 0
    for _ in range(50):
        kernel.step([STAND])
    assert kernel.waste.count(1) == 2
    assert not kernel.alive[0]


def test_the_papers_draws_refuse_the_fair_order():
    kernel = make("cleanup", "full", 4, PaperDraws(0), fair_order=True)
    with pytest.raises(ValueError, match="keyed draws"):
        kernel.step(bytes(4))


@pytest.mark.parametrize(
    "bad",
    [
        lambda: CleanupRules(timeout_steps=256),
        lambda: CleanupRules(beam_length=0),
        lambda: GatheringRules(respawn_time=0),
        lambda: make("cleanup", "full", 0, PaperDraws(0)),
        lambda: make("gathering", "small", 200, PaperDraws(0), exclusive_cells=True),
    ],
)
def test_constants_that_cannot_be_are_refused(bad):
    with pytest.raises(ValueError, match=r"must|room"):
        bad()
