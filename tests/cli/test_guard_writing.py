"""``solon guard write``: least privilege from traces or by a model; and a proxy whose rules a model changes."""

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec import structs

from interop.test_guard_proxy import SERVER, request
from model.server import Server
from solon.cli.calling import call
from solon.cli.guard_writing import held_out, read_tools, read_traces
from solon.tasks.guard.files import read
from solon.tasks.guard.tools import cases
from solon.tasks.guard.tools.calls import Call, Described, Step, Trace
from solon.tasks.guard.tools.guards import PolicyGuard
from solon.tasks.guard.tools.mining import mine
from solon.tasks.guard.tools.world import TOOLS


def listed(tools: tuple[Described, ...] = TOOLS) -> str:
    hints = ("readOnlyHint", "openWorldHint", "destructiveHint")
    rows = [
        {
            "name": it.name,
            "description": it.description,
            "inputSchema": it.parameters,
            "annotations": dict(zip(hints, (it.reads_only, it.open_world, it.destructive), strict=True)),
        }
        for it in tools
    ]
    return json.dumps({"tools": rows})


def step(it: Step) -> dict[str, object]:
    return {**structs.asdict(it.call), "result": it.result}


@pytest.fixture
def given(tmp_path: Path) -> tuple[list[Trace], list[str]]:
    """Honest traces of our world, and the options that name their files."""
    traces = [cases.honest(case) for case in cases.cases(random.Random(1), 39)]
    lines = [
        {
            "query": it.query,
            "group": it.group,
            "steps": [{**structs.asdict(one.call), "result": one.result} for one in it.steps],
        }
        for it in traces
    ]
    (tmp_path / "traces.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n")
    (tmp_path / "tools.json").write_text(listed())
    return traces, ["--tools", str(tmp_path / "tools.json"), "--traces", str(tmp_path / "traces.jsonl")]


def test_traces_are_mined_and_held_out_in_turn(
    given: tuple[list[Trace], list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    traces, files = given
    out = tmp_path / "policy.txt"
    assert call(["guard", "write", *files, "--out", str(out)]) == 0
    assert read(out.read_text()).rules == mine(traces, TOOLS).rules
    told = capsys.readouterr()
    assert f"{out}: 24 rules on 14 tools; held out, 27 of 39 traces pass" in told.out
    assert told.out.count("  blocked: ") == 12
    assert call(["guard", "check", str(out)]) == 0


def test_a_kind_of_task_that_was_never_seen_is_harder_than_another_of_its_kind(
    given: tuple[list[Trace], list[str]],
) -> None:
    """The traces of our world are grouped by what is asked for; without groups only the same words are held out."""
    traces, _ = given
    assert held_out(traces, TOOLS, "provenance").passed == 27
    assert (
        held_out([structs.replace(it, group="") for it in traces], TOOLS, "provenance").passed == 36
    )  # of bills three are needed, and there are three


def test_values_alone_do_not_pass_what_they_have_not_seen(given: tuple[list[Trace], list[str]]) -> None:
    traces, _ = given
    held = held_out(traces, TOOLS, "values")
    assert held.passed < held.traces / 2
    assert len(held.blocked) == held.traces - held.passed


def test_a_query_leaves_less(given: tuple[list[Trace], list[str]], capsys: pytest.CaptureFixture[str]) -> None:
    _, files = given
    assert call(["guard", "write", *files, "--query", "Delete old.txt", "--json"]) == 0
    policy = read(json.loads(capsys.readouterr().out)["policy"])
    assert PolicyGuard(policy, "Delete old.txt", TOOLS).ask(Call("delete_file", {"path": "old.txt"})).allowed
    assert not PolicyGuard(policy, "Delete old.txt", TOOLS).ask(Call("delete_file", {"path": "new.txt"})).allowed


def test_a_model_writes_rules_for_one_query(
    given: tuple[list[Trace], list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, files = given
    rules = [{"name": "share_file", "args": {"path": {"enum": ["a.txt"]}}}]
    with Server(text=json.dumps(rules)) as server:
        options = [*files[:2], "--query", "Share a.txt with Ada", "--model", f"local:{server.url}#tester"]
        assert call(["guard", "write", *options]) == 0
    policy = read(capsys.readouterr().out)
    guard = PolicyGuard(policy, "Share a.txt with Ada", TOOLS)
    assert guard.ask(Call("share_file", {"path": "a.txt", "email": "ada@x.org"})).allowed
    assert not guard.ask(Call("share_file", {"path": "b.txt", "email": "ada@x.org"})).allowed
    assert not guard.ask(Call("list_files")).allowed
    assert not [path for path in tmp_path.rglob("*") if path.is_dir()]  # what was said is kept nowhere


@pytest.mark.parametrize(
    ("tools", "traces", "more", "told"),
    [
        ("[]x", "", [], "lists no tools"),
        ('{"tool": []}', "", [], "lists no tools"),
        ('[{"description": "a"}]', "", [], "one has no name"),
        ("[" * 100_000, "", [], "lists no tools"),
        ("[]", '{"query": 3}', [], "line 1 is no trace"),
        ("[]", '\n{"query": "a", "steps": [{"called": "b"}]}', [], "line 2 is no trace"),
        ("[]", None, ["--model", "local:http://127.0.0.1:1/v1#m"], "give --query, and no --traces"),
        ("[]", None, ["--model", "nobody:m", "--query", "a"], "nobody"),
        ("[]", None, ["--model", "openai:m", "--query", "a", "--usd", "nan"], "a cap of NaN dollars is none"),
    ],
)
def test_what_cannot_be_read_is_told_in_a_sentence(
    tools: str, traces: str | None, more: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "tools").write_text(tools)
    options = ["--tools", str(tmp_path / "tools"), *more]
    if traces is not None:
        (tmp_path / "traces").write_text(traces)
        options += ["--traces", str(tmp_path / "traces")]
    assert call(["guard", "write", *options]) == 2
    said = capsys.readouterr()
    assert told in said.err
    assert len(said.err) < 1_000


def test_a_file_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["guard", "write", "--tools", str(tmp_path / "none.json")]) != 0
    assert "none.json" in capsys.readouterr().err


def test_the_remedy_for_a_wrong_trace_is_a_right_one(tmp_path: Path) -> None:
    (tmp_path / "traces").write_text("{}")
    with pytest.raises(ValueError, match="is no trace") as told:
        read_traces(tmp_path / "traces")
    form = str(told.value).partition("write a JSON line each: ")[2]
    (tmp_path / "traces").write_text(form.replace("...", '"a"'))
    assert read_traces(tmp_path / "traces") == (Trace("a", (Step(Call("a"), "a"),)),)


def test_what_is_written_is_read_again(given: tuple[list[Trace], list[str]]) -> None:
    traces, files = given
    assert read_tools(Path(files[1])) == TOOLS
    assert read_traces(Path(files[3])) == tuple(traces)


LOOSE = """policy test
tool send(to: text, number?: integer = 1)
tool wipe(to: text, number?: integer = 1)
rule any: allow send
    source model
rule more: allow wipe
    source model
"""


def test_a_model_narrows_the_rules_of_a_proxy_after_a_result_and_cannot_widen_them(tmp_path: Path) -> None:
    """A first reply says that the result matters, a second what follows from it; the wider rules come to nothing."""
    (tmp_path / "policy").write_text(LOOSE)
    narrow = [{"name": "send", "args": {"to": {"enum": ["a@x.org"]}}}]
    replies = iter(["Yes.", json.dumps(narrow), "Yes.", json.dumps([{"name": "send", "args": {}}])])
    with Server(text=lambda _: next(replies)) as server:
        command = [sys.executable, "-m", "solon.cli", "guard", "proxy", "--policy", str(tmp_path / "policy")]
        command += ["--query", "Write to a", "--no-ask", "--model", f"local:{server.url}#tester", "--"]
        lines = [json.dumps(request(key, "send", to=to)) for key, to in enumerate(("a@x.org", "a@x.org", "b@x.org"))]
        proxy = subprocess.Popen(
            [*command, sys.executable, str(SERVER), str(tmp_path / "record")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert proxy.stdin is not None
        assert proxy.stdout is not None
        fine: list[bool] = []
        for line in lines:
            proxy.stdin.write(line + "\n")
            proxy.stdin.flush()
            fine.append(not json.loads(proxy.stdout.readline())["result"]["isError"])
        _, said = proxy.communicate(timeout=60)
    assert fine == [True, True, False]
    assert said.splitlines()[0] == "After send: the rules are others now: proved to allow nothing more."
    assert said.splitlines()[1].startswith("After send: the rules stay as they are:")
    assert proxy.returncode == 0
