"""Every strategy through the Python face and the command line: a jail, a journal, a card."""

import json
from pathlib import Path

import pytest

import toys
from solon import api
from solon.cli import main
from solon.engine import Bundle
from solon.journal import Proposed
from solon.propose import render_prompt
from solon.search import OPERATORS, make_strategy, strategy_names

TASK = f"{toys.__file__}:Sorting"

SMALL = {
    "beam": {"width": 2, "branching": 2, "rounds": 2, "seeds": 1},
    "best-of-n": {"n": 6, "seeds": 1},
    "islands": {"islands": 2, "rounds": 2, "width": 2, "every": 1, "seeds": 1},
    "pareto": {"rounds": 3, "width": 2, "seeds": 2, "merge": 2},
    "race": {"batch": 4, "rounds": 2},
    "refine": {"rounds": 3, "width": 3, "seeds": 1, "alpha": 0.1, "limit": 12},
    "thoughts": {"plan": "generate+refine+split+merge+vote", "rounds": 1, "width": 2, "seeds": 2},
    "tree": {"rounds": 4, "branching": 2, "seeds": 1, "low": 0.0, "high": 1.0},
}


def test_the_table_of_this_file_names_every_strategy() -> None:
    assert tuple(sorted(SMALL)) == strategy_names()


@pytest.mark.parametrize("name", SMALL)
def test_every_strategy_runs_on_a_toy_task_with_the_offline_proposer(name: str, tmp_path: Path) -> None:
    card, folder = api.run(
        TASK,
        proposer="offline",
        strategy=name,
        strategy_options=SMALL[name],
        sealed_seeds=2,
        seed=3,
        workers=1,
        out=tmp_path / "run",
    )
    ceiling = make_strategy(name, **SMALL[name]).ceiling()
    assert card.winner is not None
    assert card.cost.candidates <= ceiling.candidates
    assert card.cost.search_episodes <= ceiling.evaluations
    assert api.resume(folder, workers=1) == card
    facts = Bundle.open(folder).log().facts
    operators = {fact.ask.operator for fact in facts if isinstance(fact, Proposed)}
    assert operators <= {"", *OPERATORS}
    if name == "thoughts":
        assert "vote" in operators


def test_the_command_line_takes_options_after_the_name(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "run"
    words = "--proposer offline --strategy thoughts:plan=generate+vote,width=2,seeds=1 --seeds 2 --workers 1 --json"
    with pytest.raises(SystemExit) as left:
        main(["run", TASK, *words.split(), "--out", str(folder)])
    assert left.value.code == 0
    assert json.loads(capfd.readouterr().out)["card"]["cost"]["candidates"] >= 3


@pytest.mark.parametrize("operator", ["", *OPERATORS])
def test_the_prompt_says_what_the_operator_wants(operator: str) -> None:
    from propose.test_paste import Plain, history

    texts = {other: render_prompt(Plain(), history(), (0,), operator=other) for other in ("", *OPERATORS)}
    assert len(set(texts.values())) == len(texts)
    wish = {"split": "one part of the task", "merge": "joins what each", "vote": "most of them"}.get(
        operator, "Write a"
    )
    assert wish in texts[operator]
