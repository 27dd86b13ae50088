"""The field behaves as the library axelrod does, its matches are worth what is computed, and nobody beats the bound.

The golden figures were computed with axelrod 4.13.1 and are the same with 4.14.0.
"""

import hashlib
import itertools
import random

import numpy as np
import pytest

from solon.tasks.matrix.automata import Automaton, best_response, build, classics, expected
from solon.tasks.matrix.payoffs import CHICKEN, PRISONERS, STAG, Game
from solon.tasks.matrix.players import AutomataPlayer, play

FIELD = {automaton.name: automaton for automaton in classics()}
GAMES = (PRISONERS, CHICKEN, STAG)

MOVES = {  # first 16 digits of the SHA-256 of the moves against nine fixed sequences of 200 moves
    "cooperator": "6eff20abacfa6b12",
    "defector": "d9f7df726becad9e",
    "alternator": "9e471b5b51ec77a6",
    "cycler_ccd": "7ce3637103811b37",
    "tit_for_tat": "bfb382fc8af392b9",
    "suspicious_tit_for_tat": "341dbe0c61654a37",
    "win_stay_lose_shift": "3bb01e80c8cb08af",
    "bully": "fbbf470de225a837",
    "tit_for_two_tats": "9a0b7aab053ac73b",
    "two_tits_for_tat": "18367bc76ebc4274",
    "hard_tit_for_tat": "ba2e7dd5155c8ba9",
    "go_by_majority_5": "d7fa0a1aa7aeb19f",
    "grudger": "41fadac33000ea3c",
    "forgetful_grudger": "e884a11d11722901",
    "prober": "486c1ad81f8bdc4b",
    "handshake": "83ef530b95543a79",
}
ROUND_ROBIN = {  # points against all sixteen, itself included, 200 rounds each
    "cooperator": 6708,
    "defector": 6176,
    "alternator": 6755,
    "cycler_ccd": 6136,
    "tit_for_tat": 8381,
    "suspicious_tit_for_tat": 6106,
    "win_stay_lose_shift": 7686,
    "bully": 6223,
    "tit_for_two_tats": 7658,
    "two_tits_for_tat": 8036,
    "hard_tit_for_tat": 8166,
    "go_by_majority_5": 8264,
    "grudger": 8529,
    "forgetful_grudger": 8305,
    "prober": 6301,
    "handshake": 6283,
}
MEANS = (  # who, against whom, noise, mean payoff of 800 matches of 50 rounds, its standard error
    ("random", "defector", 0.1, 0.8509, 0.0061),
    ("random", "alternator", 0.0, 2.2521, 0.0040),
    ("random", "bully", 0.1, 2.2338, 0.0117),
    ("random", "win_stay_lose_shift", 0.0, 2.2896, 0.0083),
    ("generous_tit_for_tat", "defector", 0.0, 0.6558, 0.0023),
    ("generous_tit_for_tat", "alternator", 0.0, 2.1443, 0.0033),
    ("generous_tit_for_tat", "bully", 0.1, 1.8229, 0.0068),
    ("generous_tit_for_tat", "win_stay_lose_shift", 0.1, 2.2411, 0.0087),
    ("joss", "defector", 0.0, 0.9800, 0.0001),
    ("joss", "alternator", 0.1, 2.4481, 0.0035),
    ("joss", "bully", 0.0, 2.3473, 0.0033),
    ("joss", "win_stay_lose_shift", 0.0, 2.2751, 0.0060),
    ("firm_but_fair", "defector", 0.0, 0.5934, 0.0011),
    ("firm_but_fair", "defector", 0.1, 0.9025, 0.0051),
    ("firm_but_fair", "alternator", 0.1, 2.3201, 0.0037),
    ("firm_but_fair", "bully", 0.0, 1.6766, 0.0043),
    ("firm_but_fair", "win_stay_lose_shift", 0.1, 2.4271, 0.0068),
)


def against(automaton: Automaton, others: list[int]) -> str:
    """Return the moves of a strategy without luck against fixed moves."""
    state, text = 0, ""
    for other in others:
        assert automaton.cooperates[state] in (0.0, 1.0)
        own = int(automaton.cooperates[state] == 0.0)
        text += "CD"[own]
        state = automaton.follows[state][2 * own + other]
    return text


def fixed_moves(number: int) -> list[int]:
    dice = random.Random(f"oracle/{number}")
    return [int(dice.random() < (number + 1) / 10) for _ in range(200)]


def fingerprint(automaton: Automaton) -> str:
    text = "".join(against(automaton, fixed_moves(number)) for number in range(9))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@pytest.mark.parametrize("name", MOVES)
def test_strategies_without_luck_move_as_in_the_library(name: str) -> None:
    assert fingerprint(FIELD[name]) == MOVES[name]


def test_a_strategy_that_differs_in_one_state_is_noticed() -> None:
    true = FIELD["hard_tit_for_tat"]
    wrong = Automaton(true.name, (*true.cooperates[:-1], 1.0 - true.cooperates[-1]), true.follows)
    assert fingerprint(wrong) != MOVES["hard_tit_for_tat"]


def test_the_tournament_without_luck_ends_as_in_the_library() -> None:
    names = list(ROUND_ROBIN)
    pairs = list(itertools.product(names, names))
    luck = np.full((200, len(pairs)), 0.5)
    sides = [AutomataPlayer([FIELD[pair[side]] for pair in pairs], luck) for side in (0, 1)]
    moves = play(sides, [(0, 1)] * len(pairs), 200, np.zeros((200, len(pairs), 2), np.bool_))
    points = np.array(PRISONERS.payoffs)[moves[:, :, 0], moves[:, :, 1]].sum(axis=0)
    assert {name: points[16 * place : 16 * place + 16].sum() for place, name in enumerate(names)} == ROUND_ROBIN


@pytest.mark.parametrize(("name", "other", "noise", "mean", "error"), MEANS)
def test_strategies_with_luck_are_worth_what_they_are_in_the_library(
    name: str, other: str, noise: float, mean: float, error: float
) -> None:
    own, _ = expected(FIELD[name], FIELD[other], PRISONERS, 50, noise)
    assert abs(own - mean) < 4 * error


@pytest.mark.parametrize("noise", [0.0, 0.1])
def test_played_matches_are_worth_what_is_computed(noise: float) -> None:
    names = ("joss", "generous_tit_for_tat", "prober", "forgetful_grudger")
    once = list(itertools.product(names, FIELD))
    pairs = once * 40
    chance = np.random.default_rng(5)
    sides = [AutomataPlayer([FIELD[pair[side]] for pair in pairs], chance.random((30, len(pairs)))) for side in (0, 1)]
    moves = play(sides, [(0, 1)] * len(pairs), 30, chance.random((30, len(pairs), 2)) < noise)
    for game in GAMES:
        played = np.array(game.payoffs)[moves[:, :, 0], moves[:, :, 1]].mean()
        computed = np.mean([expected(FIELD[one], FIELD[other], game, 30, noise)[0] for one, other in once])
        assert played == pytest.approx(computed, abs=0.04)


def best_of_all_programs(opponents: list[Automaton], game: Game, noise: float) -> float:
    """Try every way to play two rounds, a move for each history: what it is worth against all opponents on average."""

    def worth(policy: tuple[int, ...], opponent: Automaton) -> float:
        total = 0.0
        for turns in itertools.product((0, 1), repeat=8):
            mine_1, theirs_1, mine_2, theirs_2, *luck = turns  # what happens, and what was turned by noise
            del luck
            state = opponent.follows[0][2 * theirs_1 + mine_1]
            weight = 1.0
            for wanted, mine, theirs, at in (
                (policy[0], mine_1, theirs_1, 0),
                (policy[1 + 2 * mine_1 + theirs_1], mine_2, theirs_2, state),
            ):
                likely = opponent.cooperates[at] * (1 - noise) + (1 - opponent.cooperates[at]) * noise
                weight *= (1 - noise if mine == wanted else noise) * (1 - likely if theirs else likely)
            total += weight * (game.payoffs[mine_1][theirs_1] + game.payoffs[mine_2][theirs_2]) / 16
        return total / 2

    policies = itertools.product((0, 1), repeat=5)
    return max(sum(worth(policy, opponent) for opponent in opponents) / len(opponents) for policy in policies)


@pytest.mark.parametrize("game", GAMES, ids=lambda game: game.title)
@pytest.mark.parametrize("noise", [0.0, 0.2])
def test_no_way_to_play_two_rounds_beats_the_bound_and_one_opponent_alone_is_solved_exactly(
    game: Game, noise: float
) -> None:
    field = list(classics())
    bounds = [best_response(automaton, game, 2, noise) for automaton in field]
    assert best_of_all_programs(field, game, noise) <= sum(bounds) / len(bounds) + 1e-9
    for automaton, bound in zip(field, bounds, strict=True):
        # After one round the history gives the state away, so the easier problem is no easier.
        assert best_of_all_programs([automaton], game, noise) == pytest.approx(bound)


def test_nobody_of_the_field_beats_the_best_response() -> None:
    for game, noise in itertools.product(GAMES, (0.0, 0.05)):
        for opponent in classics():
            bound = best_response(opponent, game, 30, noise)
            assert all(expected(other, opponent, game, 30, noise)[0] <= bound + 1e-9 for other in classics())


def test_the_best_answers_to_known_opponents_are_known() -> None:
    assert best_response(FIELD["cooperator"], PRISONERS, 200, 0.0) == pytest.approx(5)
    assert best_response(FIELD["defector"], PRISONERS, 200, 0.0) == pytest.approx(1)
    assert best_response(FIELD["tit_for_tat"], PRISONERS, 200, 0.0) == pytest.approx((199 * 3 + 5) / 200)
    assert best_response(FIELD["tit_for_two_tats"], PRISONERS, 200, 0.0) == pytest.approx((99 * 3 + 101 * 5) / 200)
    assert best_response(FIELD["defector"], CHICKEN, 200, 0.0) == pytest.approx(1)
    assert best_response(FIELD["random"], STAG, 200, 0.0) == pytest.approx(2.5)


def test_an_automaton_is_built_of_the_states_that_can_be_reached() -> None:
    counter = build("counter", 0, float, lambda state, own, other: min(state + other, 2) if state < 9 else 9)
    assert counter.follows == ((0, 1, 0, 1), (1, 2, 1, 2), (2, 2, 2, 2))
    assert [len(automaton.cooperates) for automaton in classics()] == [
        *(1, 1, 5, 3, 5, 5, 5, 5, 5, 5, 5, 5),
        *(7, 7, 15, 63, 2, 11, 7, 5),
    ]
