"""Cross-play on a public-goods game whose figures are known, and once on a real game in the pool."""

import random
from collections.abc import Iterator, Mapping, Sequence

import pytest

from solon.contract import (
    Episode,
    Fault,
    InfrastructureError,
    Invalid,
    Jail,
    Metric,
    Outcome,
    Program,
    ProgramFault,
    Scored,
    Seed,
    Task,
    Unavailable,
)
from solon.crossplay import Crossplay, Meeting, MeetingFault, check_seating, program_means
from solon.engine import PoolJudge, public_seeds
from solon.engine.judge import play
from solon.engine.match import Match, held_out_partners, match
from solon.engine.meetings import Meetings, draw_seats
from solon.sandbox import Limits
from solon.tasks import load
from toys import Pattern, python

SEATS = 4


class PublicGoods(Task):
    """Whoever gives pays 1; three times what was given is shared by all. A low seat has a little more."""

    name, version = "public-goods", "1"
    metrics = (Metric("welfare", role="objective"),)
    seats = SEATS

    def brief(self) -> str:
        return "Say 'give' or 'keep'."

    def evaluate(self, program: Program, seed: Seed, jail: Jail) -> Episode:
        return self.meet([program], [0] * self.seats, seed, jail)

    def meet(self, programs: Sequence[Program], seating: Sequence[int], seed: Seed, jail: Jail) -> Episode:
        check_seating(programs, seating, self.seats)
        for index, program in enumerate(programs):
            if program.source == "break" or (program.source == "quarrel" and len(programs) > 1):
                raise MeetingFault(Fault("raised", "it broke"), index)
        gifts = [programs[index].source in ("give", "offer") for index in seating]
        luck = random.Random(seed.derive("luck")).random() / 10
        returns = [3 * sum(gifts) / self.seats - gift + luck - seat / 100 for seat, gift in enumerate(gifts)]
        agents = {"return": tuple(returns), "program": program_means(returns, seating, len(programs))}
        return Episode({"welfare": sum(returns)}, agents)

    def references(self) -> Mapping[str, Program]:
        return {"give": python("give"), "keep": python("keep")}


class HereJudge:
    """Plays meetings here and now."""

    isolation = "none"

    def __init__(self, task: Task) -> None:
        self.task = task
        self.meetings: list[tuple[Program | Meeting, Sequence[Seed]]] = []

    def judge(self, jobs: Sequence[tuple[Program | Meeting, Sequence[Seed]]]) -> Iterator[Outcome]:
        for subject, seeds in jobs:
            self.meetings.append((subject, seeds))
            (seed,) = seeds
            played = play(self.task, subject, seed, None)  # type: ignore[arg-type]  # this task opens no worker
            yield (
                Scored((played,))
                if isinstance(played, Episode)
                else (Invalid(played) if isinstance(played, Fault) else played)
            )


def run(*names: str, seeds: int = 12, **named: str) -> Match:
    task = PublicGoods()
    programs = {name: python(name) for name in names} | {name: python(source) for name, source in named.items()}
    return match(task, programs, HereJudge(task), public_seeds(seeds))


def means(found: Match) -> list[list[float]]:
    return [[round(it.mean, 1) if it else -99.0 for it in row] for row in found.payoffs]


def test_the_matrix_holds_the_rows_return_at_an_even_split_and_self_play_on_the_diagonal() -> None:
    found = run("give", "keep")
    # 3/4 a gift: two givers 1.5 - 1, keepers 1.5; four givers 3 - 1; luck and seats add less than 0.1
    assert means(found) == [[2.0, 0.5], [1.5, 0.0]]
    for row in found.payoffs:
        for it in row:
            assert it is not None
            assert len(it.per_seed) == 12
            assert it.low < it.mean < it.high  # type: ignore[operator]  # twelve seeds have an interval


def test_keeping_dominates_giving_although_all_would_gain_by_giving() -> None:
    found = run("give", "keep")
    (dominance,) = found.dominance
    assert (dominance.better, dominance.worse, dominance.strict, dominance.shown) == ("keep", "give", True, True)
    # whatever the three others do, the seat saves its gift, of which it would get 3/4 back
    assert [round(it.mean, 2) for it in dominance.margins] == pytest.approx([0.25] * SEATS, abs=0.02)
    giver, keeper = found.exploitability
    assert (giver.response, keeper.response) == ("keep", "keep")
    assert giver.gain.mean == pytest.approx(0.25, abs=0.02)
    assert keeper.gain.mean == 0


def test_a_copy_dominates_nothing_and_meets_as_in_self_play() -> None:
    found = run("give", copy="give")
    assert found.dominance == ()
    assert found.payoffs[0][0] == found.payoffs[0][1] == found.payoffs[1][0] == found.payoffs[1][1]


def test_invasion_curves_have_every_number_of_mutants_and_the_mirror_of_the_other_side() -> None:
    found = run("give", "keep")
    one, other = found.invasions
    assert (one.mutant, one.resident, other.mutant, other.resident) == ("give", "keep", "keep", "give")
    assert [point.mutants for point in one.points] == [1, 2, 3]
    assert [round(point.mutant.mean, 1) for point in one.points] == pytest.approx([-0.25, 0.5, 1.25], abs=0.11)
    assert [round(point.resident.mean, 1) for point in one.points] == pytest.approx([0.75, 1.5, 2.25], abs=0.11)
    for point, mirror in zip(one.points, reversed(other.points), strict=True):
        assert (point.mutant, point.resident) == (mirror.resident, mirror.mutant)
        assert point.advantage.mean == pytest.approx(-1, abs=0.04)


def test_permuting_the_labels_permutes_the_matrix() -> None:
    first, second = run("give", "keep", "wait"), run("wait", "give", "keep")
    order = [1, 2, 0]
    for row in range(3):
        for column in range(3):
            assert first.payoffs[row][column] == second.payoffs[order[row]][order[column]]
    assert {it.program: it.gain for it in first.exploitability} == {it.program: it.gain for it in second.exploitability}
    assert {(it.better, it.worse) for it in first.dominance} == {(it.better, it.worse) for it in second.dominance}
    assert {it.program: it.focal for it in first.held_out} == {it.program: it.focal for it in second.held_out}


def test_seats_are_drawn_by_seed_so_that_nobody_owns_the_good_ones() -> None:
    orders = [draw_seats(Seed(number), 6) for number in range(300)]
    assert all(sorted(order) == list(range(6)) for order in orders)
    firsts = [order[0] for order in orders]
    assert all(30 < firsts.count(seat) < 75 for seat in range(6))
    assert draw_seats(Seed(1), 6) == draw_seats(Seed(1), 6) != draw_seats(Seed(1, key=b"k" * 16), 6)


def test_every_meeting_is_played_once() -> None:
    task = PublicGoods()
    judge = HereJudge(task)
    match(task, {"give": python("give"), "keep": python("keep")}, judge, public_seeds(3))
    played = [(subject, seeds) for subject, seeds in judge.meetings]
    assert len(played) == len(set(played)) == (2 + 3) * 3  # two in self-play, three splits; references are the same


def test_a_program_that_fails_alone_is_named_and_meets_nobody() -> None:
    task = PublicGoods()
    judge = HereJudge(task)
    programs = {"give": python("give"), "mine.py": python("break"), "keep": python("keep")}
    found = match(task, programs, judge, public_seeds(2))
    assert found.programs[0].fault is None
    assert found.programs[1].fault == Fault("raised", "mine.py: it broke")
    assert [[it is None for it in row] for row in found.payoffs] == [
        [False, True, False], [True, True, True], [False, True, False]]  # fmt: skip
    assert found.faults == ()
    assert {len(it.points) for it in found.invasions if "mine.py" in (it.mutant, it.resident)} == {0}
    assert [it.program for it in found.exploitability] == ["give", "keep"]
    broken = [it for it, _ in judge.meetings if isinstance(it, Meeting) and programs["mine.py"] in it.programs]
    assert len(broken) == 2


def test_a_program_that_fails_only_in_company_voids_its_meetings_and_is_named() -> None:
    found = run("give", "quarrel", seeds=2)
    assert all(entrant.fault is None for entrant in found.programs)
    assert [[it is None for it in row] for row in found.payoffs] == [[False, True], [True, False]]
    assert found.faults == (Fault("raised", "quarrel: it broke"),)
    assert found.held_out[1].focal is None
    assert found.held_out[1].faults == (Fault("raised", "quarrel: it broke"),)


def test_a_bad_file_name_is_a_fault_before_anything_is_played() -> None:
    task = PublicGoods()
    bad = Program((("../x.py", "give"),), entry="../x.py:policy")
    found = match(task, {"give": python("give"), "bad": bad}, HereJudge(task), public_seeds(1))
    assert found.programs[1].fault is not None
    assert "bad: " in found.programs[1].fault.message


def test_held_out_partners_are_the_other_references_in_three_roles() -> None:
    task = PublicGoods()
    judge = HereJudge(task)
    found = held_out_partners(task, python("give"), judge, public_seeds(2))
    assert [(it.partner, it.role, it.focal_seats) for it in found.partnerships] == [
        ("keep", "resident", 3),
        ("keep", "even", 2),
        ("keep", "visitor", 1),
    ]
    assert found.focal is not None
    assert found.focal.mean == pytest.approx((1.25 + 0.5 - 0.25) / 3, abs=0.11)
    assert found.self_play is not None
    assert found.self_play.mean == pytest.approx(2, abs=0.11)
    assert len(judge.meetings) == 2 * 4
    both = held_out_partners(task, python("offer"), HereJudge(task), public_seeds(2))
    assert {it.partner for it in both.partnerships} == {"give", "keep"}
    assert both.program == "winner"


def test_what_cannot_be_matched_is_refused_in_a_sentence() -> None:
    task = PublicGoods()
    with pytest.raises(ValueError, match="two programs or more, got 1"):
        match(task, {"give": python("give")}, HereJudge(task), public_seeds(1))
    with pytest.raises(ValueError, match="at least one seed"):
        match(task, {"give": python("give"), "keep": python("keep")}, HereJudge(task), ())
    with pytest.raises(ValueError, match="cannot meet in task 'pattern'"):
        held_out_partners(Pattern(), python("a"), HereJudge(task), public_seeds(1))
    alone = load("gathering", n_agents=1)
    with pytest.raises(ValueError, match="nobody can meet"):
        Meetings(alone, {}, HereJudge(alone), public_seeds(1))
    assert isinstance(task, Crossplay)
    assert not isinstance(Pattern(), Crossplay)


def test_trouble_of_the_machine_is_no_programs_fault() -> None:
    class Down(HereJudge):
        def judge(self, jobs: Sequence[tuple[Program | Meeting, Sequence[Seed]]]) -> Iterator[Outcome]:
            for _ in jobs:
                yield Unavailable("no memory")

    task = PublicGoods()
    with pytest.raises(InfrastructureError, match="no memory"):
        match(task, {"give": python("give"), "keep": python("keep")}, Down(task), public_seeds(1))


def test_the_pool_plays_programs_and_meetings_with_the_same_figures_as_one_process() -> None:
    task = load("gathering", steps=60, n_agents=4)
    references = task.references()
    one, other = references["nearest_apple"], references["exploiting"]
    lost = python("def policy(env, agent_id):\n    while agent_id >= 0:\n        pass\n")
    jobs = [
        (one, public_seeds(2)),
        (Meeting((one,), (0,) * 4), public_seeds(2)),
        (Meeting((one, other), (0, 1, 0, 1)), public_seeds(2)),
        (Meeting((one, lost), (0, 1, 0, 1), ("A", "B.py")), public_seeds(1)),
    ]
    with PoolJudge(task, workers=2, limits=Limits(cpu_seconds=0.5)) as pool:
        alone, self_play, meeting, fault = pool.judge(jobs)
        found = match(task, {"nearest_apple": one, "exploiting": other}, pool, public_seeds(2))
    assert isinstance(alone, Scored)
    assert isinstance(self_play, Scored)
    assert isinstance(meeting, Scored)
    assert [it.agents["return"] for it in alone.episodes] == [it.agents["return"] for it in self_play.episodes]
    assert isinstance(fault, Invalid)
    assert fault.fault.kind == "time"
    assert fault.fault.message.startswith("B.py: ")
    home = found.payoffs[0][0]
    assert home is not None
    assert home.per_seed == tuple(it.agents["program"][0] for it in self_play.episodes)
    assert len(found.invasions[0].points) == 3
    assert {it.program for it in found.held_out} == {"nearest_apple", "exploiting"}


def test_a_meeting_in_a_task_without_meetings_is_the_callers_mistake() -> None:
    played = play(Pattern(), Meeting((python("a"),), (0,)), Seed(0), None)  # type: ignore[arg-type]  # opens no worker
    assert isinstance(played, Unavailable)
    assert "cannot meet" in played.reason


def test_a_fault_outside_a_meeting_is_told_as_it_is() -> None:
    class Broken(PublicGoods):
        def evaluate(self, program: Program, seed: Seed, jail: Jail) -> Episode:
            raise ProgramFault(Fault("raised", "it broke"))

    assert play(Broken(), python("give"), Seed(0), None) == Fault("raised", "it broke")  # type: ignore[arg-type]  # as above
