"""Ray: an actor a core, the same journal as everywhere, also when a node dies in the middle."""

import hashlib
import importlib.util
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor
from pathlib import Path

import pytest

import solon
from solon.contract import InfrastructureError
from solon.engine import Budget
from solon.interop import cluster
from solon.interop.cluster import RayExecutor, open_executor

HERE = importlib.util.find_spec("ray") is not None
MISSING = r"this needs the package ray; install it with: pip install 'solon\[ray\]'"

pytestmark = pytest.mark.filterwarnings("ignore")  # Ray's own; it leaves sockets and processes to the collector


def needs_ray(test: Callable[[], None]) -> None:
    """Do a test against the real package, or see that its absence is told in one sentence."""
    if HERE:
        test()
    else:
        with pytest.raises(InfrastructureError, match=MISSING):
            RayExecutor()


def until(condition: Callable[[], bool]) -> None:
    """Wait for something that other processes do."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def two_nodes() -> Iterator[object]:
    """A cluster of two nodes of two cores on this machine; None without Ray."""
    if not HERE:
        yield None
        return
    import ray
    from ray.cluster_utils import Cluster

    it = Cluster(initialize_head=True, head_node_args={"num_cpus": 2, "include_dashboard": False})
    yield it
    ray.shutdown()
    it.shutdown()


def journal_hash(folder: Path, **options: object) -> str:
    solon.run(
        "gathering",
        options={"steps": 100},
        proposer="offline",
        strategy="best-of-n",
        strategy_options={"n": 12, "seeds": 2},
        budget=Budget(episodes=10_000),
        sealed_seeds=4,
        seed=5,
        out=folder,
        **options,
    )
    return hashlib.sha256((folder / "journal.jsonl").read_bytes()).hexdigest()


@pytest.mark.slow
def test_a_run_that_loses_a_node_ends_with_the_journal_of_a_local_run(tmp_path: Path, two_nodes) -> None:
    def test() -> None:
        second = two_nodes.add_node(num_cpus=2)
        two_nodes.wait_for_nodes()
        facts = 0

        def kill(_state, _fact) -> None:
            nonlocal facts
            facts += 1
            if facts == 4:
                two_nodes.remove_node(second, allow_graceful=False)

        with open_executor(f"ray:{two_nodes.address}") as executor:
            assert executor._max_workers == 4
            on_ray = journal_hash(tmp_path / "ray", executor=executor, observer=kill)
            assert facts > 12
            assert len(executor._ranks) == 2
        assert on_ray == journal_hash(tmp_path / "local", workers=2)

    needs_ray(test)


@pytest.mark.slow
def test_calls_end_with_their_result_their_exception_or_a_lost_cluster(
    two_nodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def test() -> None:
        with RayExecutor(two_nodes.address, workers=1) as executor:
            assert executor.submit(divmod, 7, 2).result() == (3, 1)
            with pytest.raises(ValueError, match="invalid literal"):
                executor.submit(int, "x").result()
            with pytest.raises(InfrastructureError, match="3 times over"):
                executor.submit(os._exit, 1).result()  # a call that kills every actor it meets
            assert executor.submit(len, "abc").result() == 3
        with pytest.raises(RuntimeError, match="after shutdown"):
            executor.submit(len, "abc")
        with RayExecutor(two_nodes.address, workers=3) as executor:  # one more than there are cores
            assert [it.result() for it in [executor.submit(abs, -n) for n in range(9)]] == list(range(9))
            until(lambda: len(executor._ranks) == 2)
            monkeypatch.setattr(cluster, "PLACE_SECONDS", 2.0)
            with RayExecutor(workers=1) as late, pytest.raises(BrokenExecutor, match="gave no core for 2 s"):
                late.submit(abs, 1).result()
            assert executor.submit(abs, -7).result() == 7

    needs_ray(test)


def test_an_executor_has_one_of_three_names() -> None:
    with open_executor("local") as executor:
        assert executor is None
    with pytest.raises(ValueError, match="local, ray or ray:ADDRESS"), open_executor("cloud"):
        pass


def test_without_ray_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(InfrastructureError, match=MISSING), open_executor("ray"):
        pass


def test_an_address_where_nothing_listens_is_told_at_once() -> None:
    def test() -> None:
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))  # bound and not listening: nobody else can answer there
            port = closed.getsockname()[1]
            with pytest.raises(InfrastructureError, match="ray start --head"):
                RayExecutor(f"127.0.0.1:{port}")

    needs_ray(test)
