"""The command line as a person meets it: results on standard output, one sentence for every mistake, exit codes."""

import io
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from solon.cli import main
from solon.tasks import load

SHORT = ["-o", "steps=60", "--workers", "2"]
Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def solon(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Call:
    """Call the command line in an empty folder; returns exit code, standard output and standard error."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main(arguments)
        out, err = capfd.readouterr()
        return int(left.value.code or 0), out, err

    return call


def write(name: str, source: str) -> str:
    Path(name).write_text(source, encoding="utf-8")
    return name


def test_help_names_every_command_and_the_exit_codes(solon: Call) -> None:
    code, out, _ = solon("--help")
    assert code == 0
    assert all(command in out for command in ("run", "eval", "resume", "tasks", "doctor", "report"))
    assert "3 the infrastructure failed" in " ".join(out.split())


def test_tasks_are_listed_with_bounds_and_published_figures(solon: Call) -> None:
    code, out, _ = solon("tasks", "--json")
    rows = {row["name"]: row for row in json.loads(out)}
    assert code == 0
    assert rows["cleanup"]["best_published"] == pytest.approx(3.2)
    assert 3.5 < rows["cleanup"]["bound"] <= 5.3
    assert rows["gathering"]["references"][0] == "nearest_apple"
    code, out, _ = solon("tasks")
    assert code == 0
    assert "gathering-paper" in out


def test_doctor_says_which_levels_hold_and_why_not(solon: Call) -> None:
    code, out, _ = solon("doctor", "--json")
    facts = json.loads(out)
    assert code == (0 if any(level[1] for level in facts["isolation"][:2]) else 3)
    assert [level[0] for level in facts["isolation"]] == ["A", "B", "C", "D", "none"]
    assert all(level[2] for level in facts["isolation"])


def test_keys_are_named_and_never_shown(solon: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret-value")
    _, out, err = solon("doctor", "--json")
    assert "OPENAI_API_KEY" in out
    assert "sk-secret-value" not in out + err


def test_eval_prints_one_object_a_program_with_seeds_in_order(solon: Call) -> None:
    stand = write("stand.py", "def policy(env, agent_id):\n    return 7\n")
    code, out, _ = solon("eval", "cleanup-paper", stand, "nearest_apple", "--seeds", "3", "--json", *SHORT)
    first, second = (json.loads(line) for line in out.splitlines())
    assert code == 0
    assert set(first) >= {"task", "version", "program", "digest", "isolation", "outcome", "fault", "metrics",
                          "share_of_bound", "wall_seconds"}  # fmt: skip
    assert first["metrics"]["efficiency"]["per_seed"] == [0, 0, 0]
    assert len(second["metrics"]["efficiency"]["per_seed"]) == 3
    assert second["metrics"]["efficiency"]["mean"] > 0
    again = json.loads(solon("eval", "cleanup-paper", "nearest_apple", "--seeds", "2", "--json", *SHORT)[1])
    assert again["metrics"]["efficiency"]["per_seed"] == second["metrics"]["efficiency"]["per_seed"][:2]


BAD = {
    "syntax": ("def policy(env, agent_id)\n    return 7\n", "syntax", "line 1"),
    "no policy": ("def polcy(env, agent_id):\n    return 7\n", "entry", "policy"),
    "endless": ("def policy(env, agent_id):\n    while True:\n        pass\n", "time", "0.5"),
    "asks for too much": ("def policy(env, agent_id):\n    return len([0] * 10**10)\n", "memory", ""),
    "eats memory": (
        "x = []\ndef policy(env, agent_id):\n    while True:\n        x.append(bytearray(10**7))\n",
        "memory",
        "raise the memory limit",
    ),
    "leaves": ("import os\ndef policy(env, agent_id):\n    os._exit(0)\n", "crash", ""),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_program_gives_one_sentence_and_exit_code_1(solon: Call, case: str) -> None:
    source, kind, hint = BAD[case]
    seconds = "0.5" if case == "endless" else "20"  # whatever else fails must not run out of time first
    limits = ("--cpu-seconds", seconds, "--memory-mib", "200")
    code, out, err = solon("eval", "cleanup", write("bad.py", source), "--seeds", "1", *limits, *SHORT)
    assert code == 1
    assert f"bad.py: invalid, {kind}" in err
    assert hint in err
    assert "Traceback" not in out


SLIPS = {
    "a string": ("def policy(env, agent_id):\n    return 'left'\n", 600),
    "raises in step 50": (
        "def policy(env, agent_id):\n    if env.step_count == 50:\n        raise ValueError('fifty')\n    return 7\n",
        10,
    ),
}


@pytest.mark.parametrize("case", SLIPS)
def test_a_failing_decision_is_counted_and_shown(solon: Call, case: str) -> None:
    source, count = SLIPS[case]
    code, out, err = solon("eval", "cleanup", write("slip.py", source), "--seeds", "1", "--json", *SHORT)
    row = json.loads(out)
    assert code == 0
    assert row["slips"] == count
    assert row["first_slip"]["message"]
    _, _, err = solon("eval", "cleanup", "slip.py", "--seeds", "1", *SHORT)
    assert f"{count} decisions, " in err


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("run", "clenup"), "cleanup"),
        (("eval", "cleanup", "absent.py"), "absent.py"),
        (("eval", "cleanup"), "at least one program"),
        (("eval", "cleanup", "stand", "-o", "stepz=5"), "steps"),
        (("eval", "cleanup", "stand", "-o", "objective=efficency"), "efficiency"),
        (("eval", "cleanup", "stand", "--seeds", "0"), "1 or more"),
        (("eval", "cleanup", "stand", "--isolation", "ful"), "full"),
        (("run", "cleanup", "--proposer", "ofline"), "offline"),
        (("run", "cleanup", "--strategy", "rase"), "race"),
        (("run", "cleanup", "--strategy", "race:bach=3"), "batch"),
        (("run", "cleanup", "--seeds", "1"), "(--seeds) must be 2"),
        (("run", "cleanup", "--sede", "1"), "--seed"),
        (("resume", "nowhere"), "run.json is missing"),
        (("report", "nowhere"), "run.json is missing"),
        (("rnu", "cleanup"), "run"),
    ],
)
def test_a_wrong_call_names_the_nearest_right_one_and_leaves_nothing(
    solon: Call, arguments: tuple[str, ...], hint: str
) -> None:
    code, _, err = solon(*arguments)
    assert code == 2
    assert hint in err
    assert "Traceback" not in err
    assert not list(Path().iterdir())


def test_a_run_leaves_evidence_and_a_report(solon: Call) -> None:
    arguments = ("--budget-episodes", "12", "--seeds", "2", "--seed", "3")
    code, out, _ = solon("run", "cleanup", "--out", "r", *arguments, *SHORT)
    assert code == 0
    assert "this program" in out
    assert "r/report.html" in out
    card = json.loads(Path("r/card.json").read_text())
    assert card["isolation"] in ("full", "no-namespaces")
    assert card["arms"]["winner"]["metrics"]["efficiency"]["low"] is not None
    report = Path("r/report.html").read_text()
    assert "Content-Security-Policy" in report
    assert not re.search(r"""(src|href)=["']?(?!["']?#)""", report)
    compile(Path("r/policy/policy.py").read_text(), "policy.py", "exec")
    assert "solon" not in Path("r/policy/policy.py").read_text().replace("Solon", "")
    code, out, _ = solon("run", "cleanup", "--out", "r", *SHORT)
    assert code == 2


def test_the_same_seed_gives_the_same_journal_with_one_worker_and_with_three(solon: Call) -> None:
    for folder, workers in (("a", "1"), ("b", "3")):
        arguments = ("--budget-episodes", "20", "--seeds", "2", "--seed", "9", "-o", "steps=40", "--quiet")
        assert solon("run", "cleanup", "--workers", workers, "--out", folder, *arguments)[0] == 0
    assert Path("a/journal.jsonl").read_bytes() == Path("b/journal.jsonl").read_bytes()
    assert Path("a/card.json").read_bytes() == Path("b/card.json").read_bytes()


def test_a_half_written_run_is_resumed_or_named(solon: Call) -> None:
    arguments = ("--budget-episodes", "12", "--seeds", "2", "--seed", "3", *SHORT)
    solon("run", "cleanup", "--out", "whole", *arguments)
    journal = Path("whole/journal.jsonl").read_bytes()
    card = Path("whole/card.json").read_bytes()
    for name in ("card.json", "report.html"):
        Path("whole", name).unlink()
    Path("whole/secret.json").write_text(json.dumps({"root": json.loads(card)["root"]}))
    Path("whole/journal.jsonl").write_bytes(journal[: len(journal) // 2])
    assert solon("resume", "whole", "--workers", "2")[0] == 0
    assert Path("whole/journal.jsonl").read_bytes() == journal
    assert Path("whole/card.json").read_bytes() == card
    Path("whole/run.json").write_text("{")
    code, _, err = solon("resume", "whole")
    assert code == 3
    assert "run.json cannot be read" in err


def test_an_interrupt_loses_nothing_and_resume_goes_on(tmp_path: Path) -> None:
    """Ctrl-C reaches the whole process group, as a terminal sends it."""
    program = [sys.executable, "-m", "solon.cli"]
    arguments = ["run", "cleanup", "--seeds", "2", "--seed", "4", "--budget-episodes", "60", *SHORT]
    command = [*program, *arguments, "--out", str(tmp_path / "r")]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
    journal = tmp_path / "r/journal.jsonl"
    while process.poll() is None and not (journal.exists() and journal.read_bytes().count(b"judged") >= 2):
        os.sched_yield()
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "nothing is lost; go on with: solon resume" in err
    assert "Traceback" not in err
    again = subprocess.run(
        [*program, "resume", str(tmp_path / "r"), "--json"], capture_output=True, text=True, check=False
    )
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout)["card"]["winner"] is not None


REPLY = """Here is my idea.

```python
def policy(env, agent_id):
    return step_to(env, agent_id, env.alive)
```
END
"""


def test_a_person_can_be_the_proposer(solon: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three pasted completions, the second of them cut short and asked for again."""
    torn = "```python\ndef policy(env, agent_id):\n    return (\nEND\n"
    better = REPLY.replace("env.alive", "env.apple_cells")
    monkeypatch.setattr(sys, "stdin", io.StringIO(REPLY + torn + better + REPLY.replace("env.alive", "env.alive[:9]")))
    code, out, _ = solon("run", "gathering", "--proposer", "paste", "--seeds", "2", "--out", "r", *SHORT)
    assert code == 0
    assert out.count("Paste reply") == 4
    assert json.loads(Path("r/card.json").read_text())["cost"]["candidates"] == 3


def test_a_stream_that_ends_early_seals_what_there_is(solon: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(REPLY))
    code, _, _ = solon("run", "gathering", "--proposer", "paste", "--seeds", "2", "--out", "r", *SHORT)
    assert code == 0
    assert json.loads(Path("r/card.json").read_text())["reason"] == "the proposer has nothing more to offer"


def test_scripted_programs_are_judged_like_any_other(solon: Call) -> None:
    good = write("good.py", "def policy(env, agent_id):\n    return step_to(env, agent_id, env.alive)\n")
    bad = write("bad.py", "def policy(env, agent_id):\n    return 1 /\n")
    code, _, _ = solon("run", "gathering", "--proposer", f"scripted:{good},{bad}", "--seeds", "2", "--out", "r", *SHORT)
    card = json.loads(Path("r/card.json").read_text())
    assert code == 0
    assert (card["winner"], card["cost"]["invalid"]) == (0, 1)


def proposals(folder: str) -> list[dict[str, object]]:
    facts = [json.loads(line)["fact"] for line in Path(folder, "journal.jsonl").read_text().splitlines()]
    return [it for fact in facts if fact["type"] == "proposed" for it in fact["suggestions"]]


def test_polish_improves_the_constants_of_a_program_from_elsewhere(solon: Call) -> None:
    original = load("cleanup").references()["waste_adaptive"].source
    write("p.py", original)
    arguments = ("--proposer", "polish:p.py", "--budget-episodes", "40", "--seeds", "2", "--seed", "1", "--out", "r")
    assert solon("run", "cleanup", *arguments, *SHORT)[0] == 0
    polished = Path("r/policy/policy.py").read_text()
    assert re.sub(r"[0-9.]+", "", polished) == re.sub(r"[0-9.]+", "", original)
    assert {len(candidate["holes"]) for candidate in proposals("r")} == {11}


def test_a_task_without_a_sketch_is_refused_before_anything_is_written(solon: Call) -> None:
    code, _, err = solon("run", "commons", "--out", "r")
    assert code == 2
    assert "no sketch" in err
    assert not Path("r").exists()


def test_a_task_in_a_file_is_judged_and_solved_from_the_command_line(solon: Call) -> None:
    example = Path(__file__).parents[2] / "examples" / "hello_task.py"
    write("hello_task.py", example.read_text(encoding="utf-8"))
    add = write("add.py", "def policy(a, b):\n    return a + b\n")
    code, out, err = solon("eval", "hello_task.py:Adding", add, "--seeds", "2", "--workers", "2", "--json")
    assert code == 0, err
    assert json.loads(out)["metrics"]["right"]["mean"] == 1
    arguments = ("--proposer", f"scripted:{add}", "--seeds", "2", "--workers", "2", "--quiet")
    for number in (1, 2):
        code, out, err = solon("run", "hello_task.py:Adding", *arguments)
        assert code == 0, err
        assert f"runs/hello_task-scripted-{number}" in out
    Path("hello_task.py").unlink()
    code, out, err = solon("replay", "runs/hello_task-scripted-1", "--workers", "1")
    assert code == 0, out + err
