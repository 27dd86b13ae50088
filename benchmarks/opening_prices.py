"""Find prices that bound the opening of Gathering on the large map: ``python benchmarks/opening_prices.py``.

Subgradient descent on the dual of the routing problem, about a minute. What it prints goes into
``solon.tasks.games.opening``, where every use checks it; a worse table would only give a weaker bound.
"""

import numpy as np

from solon.tasks.games.geometry import UNIT_STEPS
from solon.tasks.games.maps import load_map
from solon.tasks.games.opening import opening_bound

STEPS, AGENTS, ROUNDS = 25, 10, 9000


def main() -> None:
    """Descend, and print the bound and the prices in thousandths."""
    board = load_map("gathering", "large")
    apples, starts = np.array(board.apples), board.spawns
    beyond = neighbours(board)
    prices = np.full(len(apples), 0.3)
    best, best_prices, stride, failures = np.inf, prices, 1.0, 0
    for _ in range(ROUNDS):
        bound, visits = descend(beyond, apples, starts, prices)
        if bound < best:
            best, best_prices, failures = bound, prices, 0
        else:
            failures += 1
        if failures > 60:
            stride, failures, prices = stride * 0.7, 0, best_prices
            continue
        slope = 1.0 - visits
        if not slope.any():
            break
        prices = np.maximum(0.0, prices - (bound - best + 2.0 * stride) / (slope**2).sum() * slope)
    whole = tuple(int(price) for price in np.round(np.minimum(best_prices, 1.0) * 1000))
    print(f"{opening_bound(board, AGENTS, STEPS, whole):.3f} of {len(apples)} apples in the first {STEPS} steps")
    print(whole)


def neighbours(board) -> np.ndarray:
    """Return the next cell by direction and cell; one past the last where there is none."""
    beyond = np.full((4, board.size), board.size)
    for cell in board.walkable:
        row, column = divmod(cell, board.width)
        for direction, (down, right) in enumerate(UNIT_STEPS):
            there = (row + down) * board.width + column + right
            if 0 <= row + down < board.height and 0 <= column + right < board.width and there not in board.walls:
                beyond[direction, cell] = there
    return beyond


def descend(beyond: np.ndarray, apples: np.ndarray, starts: tuple[int, ...], prices: np.ndarray):
    """Return the bound under these prices and how often the best walks visit each apple."""
    size = beyond.shape[1]
    prize = np.zeros(size + 1)
    prize[apples] = 1.0 - prices
    value = np.zeros((5, size + 1))
    choices = np.zeros((STEPS, 5, size), np.int8)
    for step in reversed(range(STEPS)):
        value[:, size] = -1e9
        returning = np.stack([value[direction, beyond[direction]] for direction in range(4)])
        options = np.vstack((returning + prize[beyond], value[4:5, :size]))
        value = np.zeros((5, size + 1))
        for last in range(5):
            own = options.copy()
            if last < 4:
                own[(last + 2) % 4] = returning[(last + 2) % 4]
            choices[step, last], value[last, :size] = own.argmax(axis=0), own.max(axis=0)
    share = AGENTS / len(starts)
    visits = np.zeros(size + 1)
    for start in starts:
        cell, last = start, 4
        for step in range(STEPS):
            choice = int(choices[step, last, cell])
            if choice < 4:
                cell = int(beyond[choice, cell])
                visits[cell] += share * (last == 4 or choice != (last + 2) % 4)
            last = choice
    return prices.sum() + share * value[4, list(starts)].sum(), visits[apples]


if __name__ == "__main__":
    main()
