"""Every mistake is one sentence that names cause and remedy, with the exit code of its kind."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from solon.cli.app import app
from solon.cli.calling import raised_on_purpose
from solon.engine import Budget
from solon.sandbox import Limits

Call = Callable[..., tuple[int, str, str]]
SOLON = [sys.executable, "-m", "solon.cli"]

FILES = {
    "policy.py": "def policy(env, agent_id):\n    return 7\n",
    "torn.py": "def make(:\n",
    "raises.py": "def make():\n    return {}['x']\n",
    "broken.py": "import nothing_of_this_name\n",
    "refuses.py": "def make():\n    raise ValueError('size must be even; give size=2')\n",
}

WRONG = [
    ("n_agents of 'cleanup' must be a whole number, got 'two'", "eval", "cleanup", "stand", "-o", "n_agents=two"),
    ("n_agents of 'cleanup' must be a whole number, got 2.5", "eval", "cleanup", "stand", "-o", "n_agents=2.5"),
    ("must be true or false, got 'maybe'", "eval", "cleanup", "stand", "-o", "exclusive_cells=maybe"),
    ("must be a whole number, got True", "plan", "cleanup", "-o", "steps=true"),
    ("made a str", "eval", "os:getcwd", "stand"),
    ("cannot be called with these options", "eval", "policy.py:policy", "stand"),
    ("SyntaxError", "eval", "torn.py:make", "stand"),
    ("KeyError: 'x' in line 2 of raises.py", "eval", "raises.py:make", "stand"),
    ("ModuleNotFoundError", "eval", "broken.py:make", "stand"),
    ("size must be even", "eval", "refuses.py:make", "stand"),
    ("did you mean nearest_apple?", "eval", "cleanup", "nearest_aple"),
    ("there is no file", "eval", "cleanup", "nowhere/nearest_apple"),
    ("no reference program nosuch; Known: nearest_apple", "eval", "cleanup", "nosuch"),
    ("write lake.py:NAME", "eval", "lake.py", "greedy"),
    ("there is no file nowhere.txt", "guard", "check", "nowhere.txt"),
    ("cannot take batch", "run", "cleanup", "--strategy", "race:batch=x"),
    ("did you mean nearest_apple?", "diff", "nearest_aple", "stand", "--task", "cleanup"),
    ("budget's seconds must be a positive number", "run", "cleanup", "--budget-seconds", "-1"),
    ("budget's episodes must be a positive number", "run", "cleanup", "--budget-episodes", "0"),
    ("budget's seconds must be a positive number", "run", "cleanup", "--budget-seconds", "nan"),
    ("run.json is missing", "verify", "[bold]x[/nothing]"),
    ("rename the file, or set a locale with UTF-8", "eval", "cleanup", "b\udcffd.py"),
]


@pytest.mark.parametrize("case", WRONG, ids=[" ".join(case[1:]) for case in WRONG])
def test_a_wrong_call_is_one_sentence_and_exit_code_2(call: Call, case: tuple[str, ...]) -> None:
    for name, text in FILES.items():
        Path(name).write_text(text)
    hint, *arguments = case
    code, _, err = call(*arguments)
    assert (code, hint in err) == (2, True), err
    assert err.count("\n") == 1
    assert "Traceback" not in err


@pytest.mark.parametrize("value", [-1, 0, float("nan"), float("inf")])
def test_a_budget_that_no_search_can_keep_is_refused(value: float) -> None:
    for name in ("seconds", "usd"):
        with pytest.raises(ValueError, match=f"budget's {name}"):
            Budget(**{name: value})


def test_a_value_error_from_deep_inside_is_no_mistake_of_the_caller(call: Call, monkeypatch) -> None:
    def broken(*, as_json: bool) -> None:
        int("x" if as_json else "y")

    monkeypatch.setattr("solon.cli.listing.show_tasks", broken)
    code, _, err = call("tasks")
    assert code == 3
    assert "defect of Solon" in err
    assert "invalid literal" in err


def test_raised_on_purpose_means_a_raise_statement_of_ours() -> None:
    def caught(text: str) -> ValueError:
        try:
            Budget(seconds=-1.0) if text == "ours" else float(text)
        except ValueError as error:
            return error
        raise AssertionError

    assert raised_on_purpose(caught("ours"))
    assert not raised_on_purpose(caught("x"))


def test_a_path_that_looks_like_markup_is_printed_as_it_is(call: Call) -> None:
    Path("[red]/a[").mkdir(parents=True)
    for name in ("[red]/a[/red].py", "[bold].py"):
        Path(name).write_text(FILES["policy.py"])
    code, out, err = call("eval", "cleanup", "[red]/a[/red].py", "[bold].py", "--seeds", "1", "-o", "steps=5")
    assert code == 0, err
    assert "[red]/a[/red].py" in out
    assert "[bold].py" in out


def test_a_figure_that_cannot_be_written_is_named(call: Call) -> None:
    Path("file").write_text("")
    arguments = ("-o", "steps=5", "-o", "n_agents=2", "--seeds", "1", "--workers", "1", "--figure", "file/x.svg")
    code, _, err = call("match", "gathering", "nearest_apple", "stand", *arguments)
    assert code == 3
    assert "cannot write file/x.svg" in err
    assert err.count("\n") == 1


def test_a_prompt_file_in_no_folder_is_named(call: Call) -> None:
    code, _, err = call("run", "gathering", "--proposer", "paste:nodir/x", "--out", "r")
    assert code == 2
    assert "there is no folder nodir" in err
    assert not list(Path().iterdir())


def test_a_full_device_is_named() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([*SOLON, "tasks"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 3
    assert "No space left on device" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("arguments", [("tasks", "--json"), ("tasks",), ("--help",), ("doctor",)])
def test_a_reader_that_leaves_early_is_no_failure(arguments: tuple[str, ...]) -> None:
    process = subprocess.Popen([*SOLON, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert (process.stderr.read(), process.wait()) == ("", 0)
    process.stderr.close()


def test_an_interrupt_while_loading_is_one_sentence() -> None:
    script = (
        "import builtins, sys; whole = builtins.__import__\n"
        "def load(name, *rest, **more):\n"
        "    if name.startswith('cyclopts'): raise KeyboardInterrupt\n"
        "    return whole(name, *rest, **more)\n"
        "builtins.__import__ = load\n"
        "from solon.cli import main; main(['tasks'])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (130, "solon: interrupted\n")


def test_the_help_names_the_limits_that_are_usual(call: Call) -> None:
    _, out, _ = call("eval", "--help")
    words = " ".join(re.sub(r"[│╭╮╰╯─]", " ", out).split())
    assert f"in MiB; {Limits().memory_mib} if not given" in words
    assert f"in one episode; {Limits().cpu_seconds:g} if not given" in words


def test_a_plan_and_the_corpus_explain_themselves(call: Call) -> None:
    code, out, _ = call("hack", "--help")
    assert code == 0
    assert "--level" in out
    code, out, _ = call("plan", "cleanup")
    assert code == 0
    assert "at most" in out
    assert "no calls, no money" in out


def test_an_evaluation_shows_intervals(call: Call) -> None:
    code, out, _ = call("eval", "cleanup", "nearest_apple", "--seeds", "2", "-o", "steps=30")
    assert code == 0
    assert re.search(r"nearest_apple +-?\d+\.\d\d ± \d+\.\d\d", out), out


def test_every_command_has_help() -> None:
    assert {"hack", "plan", "verify", "replay", "diff"} <= {name for name in app if not name.startswith("-")}
