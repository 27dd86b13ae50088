import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from propose.samples import HOLES, Holed, Plain, grow, render, value
from solon.contract import Ask, Candidate, History, Proposal, Task
from solon.propose import Offline, check_proposer
from solon.sketch import Hole, Sketch


def test_the_first_candidate_of_a_run_is_the_default_filling() -> None:
    proposals = Offline().propose(Holed(), (), Ask(8, 1), 1)
    assert proposals[0].holes == {hole.name: hole.default for hole in HOLES}
    assert proposals[0].program == render(proposals[0].holes)
    assert len({proposal.program.digest for proposal in proposals}) == len(proposals) == 8


def test_offline_keeps_the_rules_of_proposers() -> None:
    check_proposer(Offline, Holed())


class Remembering:
    """Broken on purpose: counts its own calls, so a resumed run would go another way."""

    def __init__(self) -> None:
        self.calls = 0

    def propose(self, task: Task, history: History, ask: Ask, entropy: int) -> Sequence[Proposal]:
        self.calls += 1
        return Offline().propose(task, history, ask, entropy + self.calls)


class Generous(Offline):
    """Broken on purpose: offers more than it was asked for."""

    def propose(self, task: Task, history: History, ask: Ask, entropy: int) -> Sequence[Proposal]:
        return super().propose(task, history, Ask(ask.count + 1, ask.seeds), entropy)


class Silent:
    """Broken on purpose: offers nothing."""

    def propose(self, task: Task, history: History, ask: Ask, entropy: int) -> Sequence[Proposal]:
        return ()


@pytest.mark.parametrize(
    ("broken", "message"), [(Remembering, "fresh proposer"), (Generous, "respect count"), (Silent, "offered nothing")]
)
def test_the_check_rejects_proposers_that_break_a_rule(broken: type, message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        check_proposer(broken, Holed())


def test_a_run_continued_by_a_fresh_proposer_goes_on_as_if_uninterrupted() -> None:
    veteran = Offline()
    history = grow(veteran, Holed(), [10] * 5, noise=0.05, broken=0.2)
    later = veteran.propose(Holed(), history, Ask(10, 1), 77)
    assert Offline().propose(Holed(), tuple(history), Ask(10, 1), 77) == later


def test_another_process_proposes_the_same() -> None:
    """Neither hash randomisation nor the number of threads may change a proposal."""
    code = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parents[1])!r})\n"
        "from propose.samples import Holed, grow\n"
        "from solon.propose import Offline\n"
        "print([c.proposal.program.digest for c in grow(Offline(), Holed(), [8] * 4, noise=0.1)])"
    )
    environment = {"PYTHONHASHSEED": "5", "OMP_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.strip() == str([c.proposal.program.digest for c in grow(Offline(), Holed(), [8] * 4, noise=0.1)])


def test_entropy_changes_the_proposals() -> None:
    first, second = (Offline().propose(Holed(), (), Ask(8, 1), entropy) for entropy in (1, 2))
    assert first != second


def test_the_search_finds_a_near_optimum_within_two_hundred_candidates() -> None:
    """The default is worth less than -2; a search that ignores the scores stays far behind."""

    class Blind(Offline):
        def propose(self, task: Task, history: History, ask: Ask, entropy: int) -> Sequence[Proposal]:
            return super().propose(task, (), ask, entropy)

    best, blind = (
        max(value(candidate.proposal) for candidate in grow(make(), Holed(), [20] * 10, noise=0.05))
        for make in (Offline, Blind)
    )
    assert best > -0.05
    assert blind < -0.2


def test_no_program_is_offered_twice() -> None:
    history = grow(Offline(), Holed(), [16] * 6, noise=0.05)
    assert len({candidate.proposal.program.digest for candidate in history}) == len(history) == 96


def test_an_exhausted_space_offers_one_known_program_so_that_the_run_goes_on() -> None:
    task = Holed((Hole("share", "no", options=("no", "yes")),))
    history = [
        Candidate(number, proposal, 0, scores=(0.0,))
        for number, proposal in enumerate(Offline().propose(task, (), Ask(9, 1), 1))
    ]
    assert len(history) == 2
    assert len(Offline().propose(task, history, Ask(5, 1), 2)) == 1


def test_candidates_that_do_not_fill_the_sketch_are_ignored() -> None:
    """Programs from elsewhere, other holes or values out of range teach the optimiser nothing and do no harm."""
    strangers = [
        Candidate(0, Proposal(render({})), 0, scores=(5.0,)),
        Candidate(1, Proposal(render({"a": 1}), holes={"a": 1}), 0, scores=(5.0,)),
    ]
    proposals = Offline().propose(Holed(), strangers, Ask(4, 1), 3)
    assert proposals[0].holes == {hole.name: hole.default for hole in HOLES}
    assert all(not proposal.parents for proposal in proposals)


names = st.integers(0, 5).map("hole {}".format)
floats = st.builds(lambda n, low, width: Hole(n, low, low, low + width), names, st.floats(-9, 9), st.floats(0.1, 9))
wholes = st.builds(
    lambda n, low, width: Hole(n, low + width, low, low + width, integer=True),
    names,
    st.integers(-9, 9),
    st.integers(1, 9),
)
choices = st.builds(
    lambda n, options: Hole(n, options[0], options=tuple(options)),
    names,
    st.lists(st.text(min_size=1, max_size=3), min_size=1, max_size=4, unique=True),
)


@given(
    st.lists(st.one_of(floats, wholes, choices), min_size=1, max_size=6, unique_by=lambda hole: hole.name),
    st.lists(st.integers(1, 9), min_size=2, max_size=8),
    st.integers(0, 2**64),
)
@settings(max_examples=40, deadline=None)
def test_any_sketch_is_searched_within_its_ranges(holes: list[Hole], counts: list[int], entropy: int) -> None:
    task = Holed(tuple(holes))
    history: list[Candidate] = []
    for group, count in enumerate(counts):
        proposals = Offline().propose(task, history, Ask(count, 1), entropy + group)
        assert 1 <= len(proposals) <= count
        for proposal in proposals:
            assert set(proposal.holes) == {hole.name for hole in holes}
            for hole in holes:
                filled = proposal.holes[hole.name]
                assert filled in hole.options if hole.options else hole.low <= float(filled) <= hole.high
                assert isinstance(filled, int) or not hole.integer
        history += [
            Candidate(len(history) + place, proposal, group, scores=(float(place % 3),))
            for place, proposal in enumerate(proposals)
        ]


def test_a_task_without_a_sketch_is_refused_with_a_way_out() -> None:
    with pytest.raises(ValueError, match=r"'plain' offers no sketch.*polish:FILE"):
        Offline().propose(Plain(), (), Ask(1, 1), 0)


@pytest.mark.parametrize(
    ("holes", "message"),
    [
        ((), "no holes"),
        ((Hole("a", 1.0), Hole("a", 0.5)), "two holes called 'a'"),
        ((Hole("a", 5.0),), "finite range"),
        ((Hole("a", 1.0, 1.0, 1.0),), "finite range"),
        ((Hole("a", "x"),), "finite range"),
        ((Hole("a", "x", options=("y",)),), "options that include its default"),
        ((Hole("a", "x", options=("x", "x")),), "different options"),
        ((Hole("a", 1, 0.5, 3, integer=True),), "whole number"),
    ],
)
def test_senseless_holes_are_refused_by_name(holes: tuple[Hole, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Offline().propose(Holed(holes), (), Ask(1, 1), 0)


def test_importing_the_proposers_loads_no_numeric_library() -> None:
    code = "import sys, solon.propose, solon.search; print(sorted({'numpy', 'cmaes'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_a_sketch_is_only_rendered_with_values_in_range() -> None:
    seen: list[float] = []

    class Watched(Plain):
        def sketch(self) -> Sketch:
            return Sketch((Hole("a", 0.5),), lambda values: seen.append(float(values["a"])) or render(values))

    history: list[Candidate] = []
    for group in range(6):
        for proposal in Offline().propose(Watched(), tuple(history), Ask(8, 1), group):
            history.append(Candidate(len(history), proposal, group, (float(proposal.holes["a"]),)))
    assert all(0 <= share <= 1 for share in seen)
    assert max(seen) > 0.9
