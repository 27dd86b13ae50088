"""Search seeds and sealed seeds never meet, and nothing leads from one to the other."""

import pytest

from solon.engine.seeds import Seeds, fresh_root, public_seeds


def test_the_same_root_gives_the_same_seeds() -> None:
    assert Seeds(7).search(5) == Seeds(7).search(5)
    assert Seeds(7).sealed(5) == Seeds(7).sealed(5)
    assert Seeds(7).entropy(3) == Seeds(7).entropy(3)


def test_search_and_sealed_seeds_never_overlap() -> None:
    seeds = Seeds(7)
    search, sealed = seeds.search(1000), seeds.sealed(1000)
    assert not {seed.number for seed in search} & {seed.number for seed in sealed}
    assert search[0].key != sealed[0].key
    assert len({seed.number for seed in sealed}) == 1000


def test_more_sealed_seeds_begin_with_the_same_ones() -> None:
    assert Seeds(7).sealed(9)[:4] == Seeds(7).sealed(4)


def test_public_seeds_are_those_of_published_experiments() -> None:
    assert [seed.number for seed in public_seeds(3)] == [0, 1, 2]
    assert public_seeds(1)[0].key == b""


def test_the_commitment_binds_the_sealed_key() -> None:
    assert Seeds(7).commitment != Seeds(8).commitment
    assert Seeds(7).commitment == Seeds(7).commitment


def test_streams_differ_by_purpose_number_and_key() -> None:
    a, b = Seeds(7).search(2)
    assert len({a.derive("apples"), a.derive("waste"), b.derive("apples"), Seeds(8).search(1)[0].derive("apples")}) == 4


@pytest.mark.parametrize("root", [-1, 2**128])
def test_a_root_out_of_range_is_refused(root: int) -> None:
    with pytest.raises(ValueError, match="seed must lie in"):
        Seeds(root)


def test_fresh_roots_differ() -> None:
    assert fresh_root() != fresh_root()
