"""match() finds a cheapest assignment, the same one every time."""

from itertools import permutations
from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solon.tasks.games.assignment import match


@st.composite
def tables(draw: st.DrawFn, costs: st.SearchStrategy[float]) -> list[list[float]]:
    rows, columns = draw(st.integers(1, 5)), draw(st.integers(1, 6))
    return [draw(st.lists(costs, min_size=columns, max_size=columns)) for _ in range(rows)]


def complete(table: list[list[float]]) -> list[list[tuple[int, int]]]:
    """Return every way to make as many (row, column) pairs as possible."""
    rows, columns = len(table), len(table[0])
    if rows <= columns:
        return [list(enumerate(chosen)) for chosen in permutations(range(columns), rows)]
    return [[(row, column) for column, row in enumerate(chosen)] for chosen in permutations(range(rows), columns)]


@given(tables(st.integers(0, 9) | st.integers(-300, 300)))
def test_the_total_cost_is_the_least_of_all_assignments(table: list[list[float]]) -> None:
    columns = match(table)
    pairs = [(row, column) for row, column in enumerate(columns) if column >= 0]
    assert len({column for _, column in pairs}) == len(pairs) == min(len(table), len(table[0]))
    cheapest = min(sum(table[row][column] for row, column in way) for way in complete(table))
    assert sum(table[row][column] for row, column in pairs) == cheapest


@given(tables(st.sampled_from([0, 1, 2, 5, inf])))
def test_infinite_costs_are_avoided_first_and_then_left_unmatched(table: list[list[float]]) -> None:
    columns = match(table)
    pairs = [(row, column) for row, column in enumerate(columns) if column >= 0]

    def quality(way: list[tuple[int, int]]) -> tuple[int, float]:
        allowed = [table[row][column] for row, column in way if table[row][column] < inf]
        return -len(allowed), sum(allowed)

    assert all(table[row][column] < inf for row, column in pairs)
    assert quality(pairs) == min(map(quality, complete(table)))


@given(tables(st.integers(0, 3)))
def test_lists_and_arrays_of_any_number_type_give_the_same_answer(table: list[list[float]]) -> None:
    assert match(table) == match(np.array(table)) == match(np.array(table, np.uint8)) == match(np.asfortranarray(table))


def test_ties_go_to_low_columns() -> None:
    assert match(np.zeros((3, 5))) == [0, 1, 2]
    assert match(np.zeros((5, 3)))[:3] == [0, 1, 2]


def test_nothing_to_match_leaves_every_row_alone() -> None:
    assert match([]) == []
    assert match([[], []]) == [-1, -1]
    assert match([[inf], [inf]]) == [-1, -1]


@pytest.mark.parametrize("costs", [[1, 2, 3], [[1, 2], [3]], [[float("nan")]], [["a"]], [[-inf]]])
def test_what_is_no_table_of_numbers_is_refused(costs: list[object]) -> None:
    with pytest.raises(ValueError, match="match\\(\\) needs a table of numbers"):
        match(costs)
