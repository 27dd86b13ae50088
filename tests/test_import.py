"""Importing costs nothing and pulls nothing in; the public names are pinned."""

import subprocess
import sys
from graphlib import TopologicalSorter

import grimp
import pytest

import solon

HEAVY = ("numpy", "rich", "cyclopts", "cmaes", "concurrent.futures", "multiprocessing")


def loaded_after(statement: str) -> set[str]:
    code = f"import sys; {statement}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_the_package_loads_nothing_heavy() -> None:
    assert not loaded_after("import solon") & set(HEAVY)


def test_help_loads_no_arrays_and_no_optimiser() -> None:
    assert not loaded_after("import solon.cli.app") & {"numpy", "cmaes", "solon.api"}


def test_no_module_is_imported_by_what_it_imports_not_even_inside_a_function() -> None:
    graph = grimp.build_graph("solon", cache_dir=None)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    TopologicalSorter(imports).prepare()  # raises CycleError with the circle


def test_public_names_are_these() -> None:
    assert solon.__all__ == ["Evaluation", "__version__", "evaluate", "evaluate_all", "load", "record", "resume", "run"]
    assert all(hasattr(solon, name) for name in solon.__all__)
    assert set(dir(solon)) == set(solon.__all__)


def test_an_unknown_name_is_an_error_that_lists_the_known_ones() -> None:
    with pytest.raises(AttributeError, match="evaluate_all"):
        solon.simulate  # noqa: B018  # the access is the test


@pytest.mark.measurement
def test_import_and_help_are_instant() -> None:
    """At most 0.15 s and 0.3 s, medians of nine whole processes."""
    import statistics
    import time

    def median(*command: str) -> float:
        seconds: list[float] = []
        for _ in range(9):
            start = time.perf_counter()
            subprocess.run([sys.executable, *command], capture_output=True, check=True)
            seconds.append(time.perf_counter() - start)
        return statistics.median(seconds)

    bare = median("-c", "pass")
    assert median("-c", "import solon") - bare <= 0.15
    assert median("-m", "solon.cli", "--help") <= 0.3
