"""Minimum-cost assignment by shortest augmenting paths (Jonker and Volgenant 1987)."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Costs = Sequence[Sequence[float]] | npt.NDArray[np.integer | np.floating]


def match(costs: Costs) -> list[int]:
    """Return for each row the column of a minimum-cost assignment, or -1 for a row left over.

    As many pairs as the shape allows are made; an infinite cost forbids a pair. Ties go to low column numbers, the
    same way in every process. Raises ValueError for costs that are no such table.
    """
    table = _table(costs)
    if table.size == 0:
        return [-1] * len(costs)
    forbidden = np.isinf(table)
    if forbidden.any():
        allowed = table[~forbidden]
        # dearer than any complete set of allowed pairs, so that a forbidden pair is taken only when it must be
        span = float(np.ptp(allowed)) if allowed.size else 0.0
        table[forbidden] = (allowed.max() if allowed.size else 0.0) + span * min(table.shape) + 1.0
    transposed = table.shape[0] > table.shape[1]
    columns = _assign(table.T.copy() if transposed else table)
    if transposed:
        rows = [-1] * len(table)
        for column, row in enumerate(columns):
            rows[row] = column
    else:
        rows = columns
    return [-1 if column >= 0 and forbidden[row, column] else column for row, column in enumerate(rows)]


def _table(costs: Costs) -> npt.NDArray[np.float64]:
    message = "match() needs a table of numbers above minus infinity, with rows of equal length"
    try:
        table = np.array(costs, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(message) from error
    if table.size and (table.ndim != 2 or not (table > -np.inf).all()):
        raise ValueError(message)
    return table


def _assign(table: npt.NDArray[np.float64]) -> list[int]:
    """Assign each row of a table with at least as many columns as rows."""
    n_rows, n_columns = table.shape
    best = table.argmin(axis=1).tolist()
    row_potential = table.min(axis=1)
    column_potential = np.zeros(n_columns)
    column_of = [-1] * n_rows
    row_of = [-1] * n_columns
    for row, column in enumerate(best):
        if row_of[column] < 0:  # the cheapest column is free: no search needed while column potentials are zero
            row_of[column], column_of[row] = row, column
    for row in range(n_rows):
        if column_of[row] < 0:
            _augment(table, row, (row_potential, column_potential), (column_of, row_of))
    return column_of


def _augment(
    table: npt.NDArray[np.float64],
    free_row: int,
    potentials: tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]],
    assigned: tuple[list[int], list[int]],
) -> None:
    """Assign one more row along a shortest augmenting path and update the potentials (Dijkstra)."""
    row_potential, column_potential = potentials
    column_of, row_of = assigned
    distance = np.full(table.shape[1], np.inf)  # of the columns not scanned yet; the scanned ones are at infinity
    before = np.full(table.shape[1], free_row)
    scanned: list[tuple[int, int, float]] = []  # (row, its column, distance)
    blocked = np.zeros(table.shape[1])
    row, lowest = free_row, 0.0
    while True:
        reduced = table[row] - (row_potential[row] - lowest) - column_potential + blocked
        nearer = reduced < distance
        np.copyto(distance, reduced, where=nearer)
        np.copyto(before, row, where=nearer)
        column = int(distance.argmin())
        lowest = float(distance[column])
        if row_of[column] < 0:
            break
        distance[column] = blocked[column] = np.inf
        row = row_of[column]
        scanned.append((row, column, lowest))
    row_potential[free_row] += lowest
    for reached, through, at in scanned:
        row_potential[reached] += lowest - at
        column_potential[through] -= lowest - at
    while True:
        row = int(before[column])
        row_of[column] = row
        column, column_of[row] = column_of[row], column
        if row == free_row:
            return
