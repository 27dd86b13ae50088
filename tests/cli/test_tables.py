"""Tables fit the terminal, the stream and what is installed: whole columns go, figures and names are never broken."""

import io
import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from rich.console import Console
from rich.table import Table

from solon.api import Evaluation
from solon.cli.tables import card_table, evaluation_table, needs, print_json, print_json_line, public, unbroken, word
from solon.contract import Fault
from solon.engine import Estimate
from solon.engine.card import read_card
from solon.tasks import task_names
from solon.tasks.planning.models.task import ModelTask
from solon.verify.limited import MissingSolver

Call = Callable[..., tuple[int, str, str]]
EVIDENCE = Path(__file__).parents[2] / "evidence"
FIGURES = {
    "efficiency": Estimate(1.01, 0.46, 1.56, (1.0, 1.02)),
    "equality": Estimate(-0.74, -1.79, 0.31, (-0.7, -0.78)),
    "maximin": Estimate(-222.5, -267.0, -178.0, (-220.0, -225.0)),
}
ROW = Evaluation("cleanup", "1", "my_policy.py", "0", "full", "scored", None, FIGURES, 0.22, 0, None, None, 17.36)
BROKEN = Evaluation("cleanup", "1", "empty.py", "0", "full", "invalid", None, {}, None, 0, None, None, 0.1)


def drawn(table: Table, width: int) -> list[str]:
    out = io.StringIO()
    Console(file=out, width=width, markup=False).print(table)
    return [line.rstrip() for line in out.getvalue().splitlines()]


def test_a_narrow_terminal_loses_whole_columns_and_says_which() -> None:
    wide = "\n".join(drawn(evaluation_table([ROW, BROKEN], "efficiency"), 160))
    assert all(text in wide for text in ("my_policy.py", "-222.5 ± 44.5", "22%", "17.36", "invalid"))
    assert "no room" not in wide
    usual = drawn(evaluation_table([ROW, BROKEN], "efficiency", width=80), 80)
    assert any("-222.5 ± 44.5" in line for line in usual)
    assert "no room here for seconds" in usual
    narrow = drawn(evaluation_table([ROW, BROKEN], "efficiency", width=60), 60)
    row = next(line for line in narrow if "my_policy.py" in line)
    assert row.split() == ["my_policy.py", "1.01", "±", "0.55", "22%", "0"]
    assert "no room here for equality, maximin, seconds" in narrow


@pytest.mark.parametrize("width", [40, 60, 80])
def test_headings_and_labels_are_folded_before_a_figure_is(width: int) -> None:
    rows = [("cleanup_synthesised", ("360.2 ± 48.3", "1.0"), ""), ("mine.py", ("-1.00 ± 0.11", "-"), "")]
    lines = drawn(unbroken("program", ("runs/cleanup-offline-1", "second - first"), rows, width), width)
    assert all(len(line) <= width for line in lines)
    assert all(any(figure in line for line in lines) for figure in ("360.2 ± 48.3", "-1.00 ± 0.11"))
    assert sum("…" in line for line in lines) == 0
    assert needs([cells for _, cells, _ in rows], 7) <= 40


def test_a_published_row_without_a_figure_that_is_shown_is_left_out() -> None:
    card = read_card(EVIDENCE / "cleanup_synthesised")
    alone = msgspec.structs.replace(card.published[0], metrics={"equality": 0.5})
    card = msgspec.structs.replace(card, published=(alone,))
    assert any(alone.label[:9] in line for line in drawn(card_table(card, 160), 160))
    assert not any("published" in line for line in drawn(card_table(card, 42), 42))


@pytest.mark.parametrize("width", [40, 60, 80, 160])
def test_the_figures_of_a_card_are_whole_at_every_width(width: int) -> None:
    card = read_card(EVIDENCE / "cleanup_synthesised")
    lines = drawn(card_table(card, width), width)
    assert all(len(line) <= width for line in lines)
    assert not any("…" in line for line in lines)
    mine = next(line for line in lines if "this program" in line)
    assert mine.count("±") == {40: 1, 60: 2, 80: 4, 160: 4}[width]


def test_the_names_of_tasks_are_whole_in_a_narrow_terminal() -> None:
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "dumb", "COLUMNS": "60"}
    with subprocess.Popen([sys.executable, "-m", "solon.cli", "tasks"], stdout=theirs, env=environment) as process:
        os.close(theirs)
        printed = b""
        while block := _read(ours):
            printed += block
    os.close(ours)
    assert process.returncode == 0
    first = {line.split()[0] for line in printed.decode().splitlines() if line.strip()}
    assert set(task_names()) <= first


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # Linux reports the end of a terminal as an error
        return b""


def test_tasks_are_listed_where_a_solver_is_not_installed(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_task: object) -> dict[str, object]:
        raise MissingSolver("HiGHS is not installed; run: pip install 'solon[planning]'")

    monkeypatch.setattr(ModelTask, "references", missing)
    code, out, _ = call("tasks")
    assert code == 0
    assert "cleanup" in out
    assert "pip install 'solon[planning]'" in next(line for line in out.splitlines() if "planning-model" in line)
    code, out, _ = call("tasks", "--json")
    row = next(row for row in json.loads(out) if row["name"] == "planning-model")
    assert (code, row["references"]) == (0, [])
    assert row["missing"].startswith("HiGHS is not installed")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_stream_without_unicode_gets_figures_and_whole_documents(
    encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding=encoding))
    print_json({"a": "±€😀"})
    print_json_line({"a": "±€😀"})
    sys.stdout.flush()
    whole, _, line = raw.getvalue().rstrip(b"\n").rpartition(b"\n")
    assert json.loads(whole) == json.loads(line) == {"a": "±€😀"}
    script = "from solon.cli.calling import call; from solon.cli import listing; import sys\n"
    script += "listing.show_tasks = lambda as_json: print('1.0 ± 0.1 €'); sys.exit(call(['tasks']))"
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, env=environment, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"1.0 ")


def test_one_seed_is_no_plural_and_an_ellipsis_stays() -> None:
    assert (public(1), public(5)) == ("1 public seed", "5 public seeds")
    fault = Fault("entry", "The file has none.", remedy="define: def policy(env, agent_id): ...")
    assert word(fault).endswith("Define: def policy(env, agent_id): ...")
