"""The live view of a run: calm on a terminal of any width, plain in a pipe, silent when asked."""

import io
import re
from pathlib import Path

import msgspec
import pytest
from rich.console import Console

from report.runs import Made, write_run
from solon.api import Onlooker
from solon.cli.progress import Watch
from solon.cli.watching import draw, ending, plain
from solon.contract import Episode, Fault, Feedback, Finding, Program
from solon.engine import Bill, Budget
from solon.journal import Fact, Log, State
from solon.view.tally import Context, Tally

FAULTS = [Fault("lint", "no"), Fault("lint", "no"), Fault("time", "slow")]
ROUNDS = [
    [Made("a = 1\n", 0.5), *(Made("b = 1\n", None, fault=it) for it in FAULTS)],
    [Made("c = 1\n", 0.75, (0,), "breed", finding=Finding("score", "alarm", "too \x1b[31mgood"))],
    [Made("d = 1\n", 0.6, (4, 0), "merge")],
]
BUDGET = Budget(seconds=60, episodes=100, usd=2.0, tokens=50_000)


@pytest.fixture
def facts(tmp_path: Path) -> list[Fact]:
    bundle = write_run(tmp_path / "run", ROUNDS, winner=4)
    return Log(bundle.folder / "journal.jsonl").facts


def new_state() -> State:
    def score(episode: Episode) -> float:
        return episode.metrics["score"]

    program = Program((("policy.py", ""),))
    return State(lambda _: program, score, lambda *_: Feedback("none", ""), lambda _: ())


def told(facts: list[Fact], tally: Tally | None = None) -> tuple[State, Tally]:
    state, tally = new_state(), tally or Tally()
    for fact in facts:
        state.apply(fact)
        tally.note(state, fact, 12.0)
    return state, tally


def lines(context: Context, tally: Tally, width: int) -> list[str]:
    console = Console(file=io.StringIO(), width=width, force_terminal=True, color_system=None)
    with console.capture() as shown:
        console.print(draw(context, tally, 42.0, width))
    return shown.get().splitlines()


def context() -> Context:
    return Context(
        BUDGET, name="cleanup", proposer="offline", strategy="race", bill=lambda: Bill("4 calls", 4, 9_000, 1_000, 0.25)
    )


@pytest.mark.parametrize("width", [20, 40, 80, 120, 300])
def test_every_entry_is_one_line_at_any_width(facts: list[Fact], width: int) -> None:
    _, tally = told(facts[:-3])
    shown = lines(context(), tally, width)
    assert all(len(line) <= width for line in shown)
    assert shown[0].startswith("cle")
    assert [line.split()[0] for line in shown[1:] if line[:1].strip()] == [
        "best", "candidates", "episodes", "seconds", "budget", "dollars", "tokens", "leaders", "findings",
    ]  # fmt: skip


def test_the_view_tells_what_happened(facts: list[Fact]) -> None:
    _, tally = told(facts[:-3])
    shown = "\n".join(lines(context(), tally, 100))
    for words in (
        "cleanup  offline · race",
        "round 3  0:42",
        "0.75 ± 1.27 score  on 2 search seeds",
        "6 (3 valid, 2 rejected: 2 lint, 1 invalid: 1 time)",
        "42 of 60",
        "6 of 100 episodes",
        "0.2500 of 2 in 4 calls",
        "10,000 of 50,000 in 4 calls",
        "0.750  breed of #0",
        "1 alarm: too  [31mgood",
    ):
        assert words in shown
    assert "\x1b[31m" not in shown
    _, tally = told(facts)
    shown = "\n".join(lines(context(), tally, 100))
    assert "judging on sealed seeds  0:42" in shown
    assert "winner, control:stand_still" in shown


def test_nothing_yet_is_shown_as_nothing(facts: list[Fact]) -> None:
    shown = "\n".join(lines(Context(Budget()), Tally(), 80))
    assert "none yet" in shown
    assert "of the bound" not in shown
    assert plain(Context(Budget()), Tally()) == "round 0, no score, 0 candidates, 0 episodes"


def test_a_tally_that_starts_late_knows_what_was_before(facts: list[Fact]) -> None:
    _, whole = told(facts)
    state, late = new_state(), Tally()
    for fact in facts[:-1]:
        state.apply(fact)
    state.apply(facts[-1])
    late.note(state, facts[-1], 12.0)
    for name in ("rounds", "candidates", "episodes", "verdicts", "findings"):
        assert getattr(late, name) == getattr(whole, name)
    assert late.best is not None
    assert whole.best is not None
    assert late.best.number == whole.best.number == 4


def test_a_leader_that_turns_out_invalid_gives_way(facts: list[Fact]) -> None:
    from solon.contract import Invalid
    from solon.journal import Judged

    state, tally = told(facts[:-3])
    last = Judged(4, 2, Invalid(Fault("raised", "at last")))
    state.apply(last)
    tally.note(state, last, 13.0)
    assert tally.best is not None
    assert tally.best.number == 5
    assert tally.verdicts["valid"] == 2
    assert tally.verdicts["raised"] == 1


def test_a_leader_is_told_once_however_often_it_was_overtaken(facts: list[Fact]) -> None:
    from solon.contract import Scored
    from solon.journal import Judged

    state, tally = told(facts[:-3])
    assert [it.number for it in tally.improvements] == [0, 4]
    for number, leaders in ((0, [4, 0]), (4, [0, 4])):  # each has one more seed than the other had
        last = Judged(number, 2, Scored((Episode({"score": 0.6, "peace": 1.0}),)))
        state.apply(last)
        tally.note(state, last, 13.0)
        assert [it.number for it in tally.improvements] == leaders


def watch(facts: list[Fact], **console: object) -> str:
    out = io.StringIO()
    terminal = Console(file=out, **console)  # type: ignore[arg-type]
    state = new_state()
    with Watch(terminal, BUDGET, quiet=bool(console.get("quiet"))) as it:
        for fact in facts:
            state.apply(fact)
            it(state, fact)
    return out.getvalue()


def test_a_pipe_gets_plain_lines_without_a_control_sequence(facts: list[Fact]) -> None:
    shown = watch(facts, width=160)
    assert "\x1b" not in shown
    assert "search over: the strategy has nothing more to ask; judging on sealed seeds" in shown


def test_a_dumb_terminal_is_treated_as_a_pipe(facts: list[Fact], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    assert "\x1b" not in watch(facts, force_terminal=True)


def test_a_terminal_is_left_with_one_line_and_the_cursor(facts: list[Fact], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    shown = watch(facts, force_terminal=True, width=80, height=24, color_system="truecolor", _environ={})
    assert shown.rindex("\x1b[?25h") > shown.index("\x1b[?25l")
    end = shown[shown.rindex("\x1b[2K") :]
    assert "search over after 0:" in end
    words = re.sub(r"\x1b\[[\d;]*[a-zA-Z]", "", end)
    assert "3 rounds, 6 candidates (3 invalid), 6 episodes" in " ".join(words.split())
    assert all(len(line) <= 80 for line in words.splitlines())


def test_quiet_says_nothing(facts: list[Fact], tmp_path: Path) -> None:
    out, state = io.StringIO(), new_state()
    with Watch(Console(file=out, force_terminal=True), BUDGET, quiet=True) as it:
        for fact in facts:
            state.apply(fact)
            it(state, fact)
    assert not out.getvalue()


def test_an_interrupted_view_ends_without_a_summary(facts: list[Fact], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    out, state = io.StringIO(), new_state()

    def interrupted() -> None:
        with Watch(Console(file=out, force_terminal=True, width=80, _environ={}), BUDGET, quiet=False) as it:
            state.apply(facts[0])
            it(state, facts[0])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert "search over" not in out.getvalue()
    assert "\x1b[?25h" in out.getvalue()


def test_the_objective_and_its_bound_come_from_the_task(tmp_path: Path) -> None:
    from solon.tasks import load

    task = load("cleanup", steps=10)
    bundle = write_run(tmp_path / "run", [[Made("a = 1\n", 0.5)]])
    context = Context.of(task, msgspec.structs.replace(bundle.configuration(), task="cleanup"))
    assert context.objective == "efficiency"
    assert ending(context, Tally(rounds=1, candidates=1, episodes=1, seconds=3.0, reason="it is over.")) == (
        "search over after 0:03: it is over; 1 round, 1 candidate, 1 episode"
    )


def test_a_run_tells_the_view_what_it_is_before_the_first_fact() -> None:
    assert isinstance(Watch(Console(file=io.StringIO()), BUDGET, quiet=True), Onlooker)
