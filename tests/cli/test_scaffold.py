"""A new task is short, runs as it stands, and overwrites nothing."""

import json
from collections.abc import Callable
from pathlib import Path

Call = Callable[..., tuple[int, str, str]]


def test_a_new_task_has_at_most_thirty_lines_and_is_solved_offline(call: Call) -> None:
    code, out, err = call("new", "task", "my_line")
    assert code == 0, err
    assert "solon run my_line.py:MyLine" in out
    text = Path("my_line.py").read_text(encoding="utf-8")
    assert len([line for line in text.splitlines() if line.strip()]) <= 30
    quick = "--rounds 12 --seeds 3 --workers 1 --isolation full --seed 1 --out r --quiet"
    code, out, err = call("run", "my_line.py:MyLine", *quick.split())
    assert code == 0, err
    card = json.loads(Path("r/card.json").read_text(encoding="utf-8"))
    errors = {name: arm["metrics"]["error"]["mean"] for name, arm in card["arms"].items()}
    assert errors["winner"] < 1 < errors["control:flat"]


def test_a_program_that_returns_no_number_is_at_fault_not_the_judge(call: Call) -> None:
    call("new", "task", "my_line")
    Path("p.py").write_text("def policy(x):\n    return 'high'\n", encoding="utf-8")
    code, out, err = call("eval", "my_line.py:MyLine", "p.py", "--seeds", "1", "--workers", "1")
    assert code == 1
    assert "The program's result is no float" in out + err


def test_an_existing_file_is_left_alone_and_odd_names_are_refused(call: Call) -> None:
    Path("mine.py").write_text("x = 1\n", encoding="utf-8")
    code, _, err = call("new", "task", "mine")
    assert (code, "left alone" in err) == (2, True)
    assert Path("mine.py").read_text(encoding="utf-8") == "x = 1\n"
    for name in ("../up", "class", "two words"):
        code, _, err = call("new", "task", name)
        assert (code, "cannot name a module" in err) == (2, True)
