import os
from collections.abc import Iterator

import pytest

from sandbox.bench import Bench, descendants, descriptors, lend
from solon.sandbox import survey

NAMES = {"A": "full", "B": "no-namespaces", "D": "process"}
AVAILABLE = [NAMES[level] for level, available, _ in survey() if level in NAMES and available]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for ``bench`` at each safe level of this machine, for ``anywhere`` also without a filter."""
    for fixture, left_out in (("bench", {"process"}), ("anywhere", set[str]())):
        if fixture in metafunc.fixturenames:
            levels = [level for level in AVAILABLE if level not in left_out]
            metafunc.parametrize(fixture, levels, indirect=True)


@pytest.fixture(scope="session")
def benches() -> Iterator[dict[str, Bench]]:
    benches: dict[str, Bench] = {}
    yield benches
    for bench in benches.values():
        bench.jail.close()


def checked(level: str, benches: dict[str, Bench]) -> Iterator[Bench]:
    """Lend a warm bench and check that the test left no process and no descriptor."""
    bench = lend(level, benches)
    before, alive = descriptors(), descendants(os.getpid())
    assert alive >= {pid for each in benches.values() for pid in each.idle}
    yield bench
    # Whatever other tests keep, such as the tracker of multiprocessing, was there before; a warm bench may be renewed.
    lent = {pid for each in benches.values() for pid in each.idle}
    assert descendants(os.getpid()) - alive <= lent
    assert descendants(os.getpid()) >= lent
    assert descriptors() == before


@pytest.fixture
def bench(request: pytest.FixtureRequest, benches: dict[str, Bench]) -> Iterator[Bench]:
    yield from checked(request.param, benches)


@pytest.fixture
def anywhere(request: pytest.FixtureRequest, benches: dict[str, Bench]) -> Iterator[Bench]:
    yield from checked(request.param, benches)
