"""The study's four strategies end to end, with a loopback server in the place of a model."""

from pathlib import Path

import pytest

from model.endpoints import KEY
from model.server import Server
from solon import api
from solon.contract import Ask, Program
from solon.engine import Budget, Card
from solon.propose import Noisy
from solon.propose.conversation import Staged
from solon.search import Refine, Verdicts, rehearse
from solon.tasks import load
from solon.tasks.grids.grasp_world import ACTIONS

GREEDY, PLANNER = (load("grasp").references()[name].source for name in ("greedy", "synthesised"))
USUAL = {"rounds": 4, "width": 1, "seeds": 1}


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCAL_API_KEY", KEY)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def model(body: dict) -> str:
    """A model that plans in words, then greedily, and better once it is shown where it falls short."""
    last = body["messages"][-1]["content"]
    if "Write no program yet" in last:
        return "repeat: take the nearest energy"
    shown = "made as small as it still fails" in last
    return f"```python\n{PLANNER if shown else GREEDY}```\n"


def run(folder: Path, turns: str, strategy: dict, feedback: str = "dense") -> tuple[Card, Server]:
    with Server(text=model) as server:
        card, _ = api.run(
            "grasp",
            proposer=f"local:{server.url}#m?turns={turns}",
            strategy="refine",
            strategy_options=strategy,
            feedback=feedback,
            budget=Budget(),
            sealed_seeds=2,
            seed=1,
            options={"instances": 5, "worst": 2},
            workers=1,
            out=folder,
        )
    return card, server


@pytest.mark.parametrize(("turns", "calls"), [("pseudocode", 2), ("extend", 2), ("curriculum", 6)])
def test_a_first_program_takes_as_many_calls_as_turns(tmp_path: Path, turns: str, calls: int) -> None:
    card, server = run(tmp_path / turns, turns, {**USUAL, "rounds": 1})
    assert card.winner == 0
    assert len(server.bodies) == calls
    assert [it["role"] for it in server.bodies[-1]["messages"]].count("user") == calls


def test_refinement_sees_the_worst_instances_made_small_and_stops_when_nothing_gets_better(tmp_path: Path) -> None:
    card, server = run(tmp_path / "run", "pseudocode", {**USUAL, "patience": 1}, "counterexample")
    assert card.cost.candidates == 3, "greedy, the planner, and one that is no better"
    assert card.winner == 1
    prompt = server.bodies[2]["messages"][-1]["content"]
    assert prompt.count("made as small as it still fails") == 2
    assert prompt.count("can be had") == 2
    assert "optimum" not in prompt


def test_refinement_that_gets_worse_or_crashes_keeps_the_best(tmp_path: Path) -> None:
    names = []
    for number, source in enumerate((PLANNER, GREEDY, "def policy(*arguments):\n    raise ValueError\n")):
        names.append(tmp_path / f"{number}.py")
        names[-1].write_text(source)
    card, _ = api.run(
        "grasp",
        proposer="scripted:" + ",".join(map(str, names)),
        strategy="refine",
        strategy_options={"rounds": 3, "width": 1, "seeds": 1},
        budget=Budget(),
        sealed_seeds=2,
        seed=1,
        options={"instances": 5},
        workers=1,
        out=tmp_path / "run",
    )
    assert card.winner == 0
    assert card.cost.candidates == 3


def test_programs_broken_at_random_are_survived_and_never_win() -> None:
    task, programs = load("grasp"), [Program((("policy.py", it),)) for it in (GREEDY, PLANNER) * 10]
    offered = Noisy(programs, 0.5).propose(task, (), Ask(20, 1), 7)
    broken = [it for it in offered if it.operator.startswith("broken")]
    assert 4 <= len(broken) <= 16
    assert len({it.operator for it in broken}) >= 3


def test_patience_ends_a_rehearsal_earlier_and_never_later() -> None:
    for entropy in range(20):
        ends = {
            patience: len(rehearse(Refine(rounds=12, width=2, seeds=1, patience=patience), Verdicts(), entropy).history)
            for patience in (0, 1, 3)
        }
        assert ends[1] <= ends[3] <= ends[0] == 24


@pytest.mark.parametrize("name", ["grasp", "grasp-all"])
def test_the_simplest_form_tells_no_constraint_and_the_stages_tell_them_all(name: str) -> None:
    task = load(name)
    assert isinstance(task, Staged)
    told = (str(ACTIONS), "UPLEFT", "fewer than", "obstacle", "cost")
    opening = task.opening().replace("carry_limit, step_cost", "").split("# An instance")[0]
    assert not [it for it in told if it in opening]
    assert not [
        it for it in ("at most", "UPLEFT", "carry no more", "obstacle", "costs") if it not in "".join(task.stages())
    ]
    assert "O" not in task.opening().split("# An instance")[1].replace("start =", "")
