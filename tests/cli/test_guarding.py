"""``solon guard check``, ``diff`` and ``explain``."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from solon.cli.calling import call
from solon.interop import mcp_proxy_http
from solon.interop.guard_gate import Gate
from solon.tasks.guard.tools.calls import Call

NARROW = 'policy p\ntool send(to: text)\nrule ok: allow send\n    when ends(arg.to, "@example.org")\n'
WIDE = NARROW.replace('ends(arg.to, "@example.org")', 'glob(arg.to, "*@example.org*")')


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    dead = NARROW + 'rule dead: allow send\n    when ends(arg.to, "x@example.org")\n    priority 200\n'
    texts = {"narrow": NARROW, "wide": WIDE, "dead": dead, "wrong": "policy p\nrule ok: permit send\n"}
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "call").write_text(json.dumps({"tool": "send", "arguments": {"to": "a@evil.test"}}), encoding="utf-8")
    (tmp_path / "good").write_text(json.dumps({"tool": "send", "arguments": {"to": "a@example.org"}}), encoding="utf-8")
    calls = {"odd": "[]", "deep": '{"tool":"a","arguments":{"x":' + "[" * 100_000, "long": "x" * 1_000_000}
    calls |= {"typed": '{"tool": "send", "context": 3}', "misspelt": '{"tool": "send", "argumentz": {}}'}
    calls["facts"] = '{"tool": "send", "provenance": {"to": ["user"]}}'
    for name, text in calls.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return {path.name: str(path) for path in tmp_path.iterdir()}


def test_check_finds_dead_rules(files: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["guard", "check", files["narrow"]]) == 0
    assert call(["guard", "check", files["dead"], "--json"]) == 1
    out = capsys.readouterr().out
    assert "1 rule on 1 tool, no remarks" in out
    assert json.loads(out.partition("\n")[2])["remarks"][0]["rule"] == "dead"
    assert call(["guard", "check", files["dead"]]) == 1
    assert "dead dead:" in capsys.readouterr().out


def test_diff_gives_a_call_that_is_new(files: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["guard", "diff", files["narrow"], files["narrow"]]) == 0
    assert call(["guard", "diff", files["wide"], files["narrow"]]) == 0
    capsys.readouterr()
    assert call(["guard", "diff", files["narrow"], files["wide"]]) == 1
    assert "new: send(to=" in capsys.readouterr().out
    assert call(["guard", "diff", files["narrow"], files["wide"], "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["relation"] == "wider"


def test_a_proxy_refuses_a_policy_with_a_rule_about_what_is_not_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    policy = tmp_path / "p.txt"
    policy.write_text(NARROW + 'rule never: forbid send\n    when arg.cc == "a"\n', encoding="utf-8")
    assert call(["guard", "proxy", "--policy", str(policy), "--", "/bin/false"]) == 2
    assert "rule never: on send" in capsys.readouterr().err


@pytest.mark.parametrize(("flag", "second"), [([], True), (["--one-run"], False)])
def test_a_limit_binds_one_session_or_all_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flag: list[str], second: bool
) -> None:
    """Each session asks for a gate of its own; with the option it is one gate for all."""
    policy = tmp_path / "p.txt"
    policy.write_text(
        "policy p\ntool send(to: text)\nstate sent: integer 0.. = 0\n"
        "rule once: allow send\n    when st.sent < 1\n    then st.sent = st.sent + 1\n",
        encoding="utf-8",
    )
    allowed: list[bool] = []

    def serve(url: str, listen: str, gates: Callable[[], Gate]) -> int:
        del url, listen
        for _ in range(2):
            gate = gates()
            ruling = gate.judge(Call("send", {"to": "a"}))
            gate.report(ruling, {})
            allowed.append(ruling.call is not None)
        return 0

    monkeypatch.setattr(mcp_proxy_http, "serve", serve)
    assert call(["guard", "proxy", "--policy", str(policy), "--url", "http://127.0.0.1:1/mcp", *flag]) == 0
    assert allowed == [True, second]


def test_explain_names_rule_and_reason(files: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["guard", "explain", files["narrow"], files["call"]]) == 1
    out = capsys.readouterr().out
    assert "block by default" in out
    assert 'ok (allow send) did not fire: when ends(arg.to, "@example.org")' in out
    assert call(["guard", "explain", files["narrow"], files["good"], "--query", "Write", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rule"] == "ok"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["check", "wrong"], "is no policy (line 2"),
        (["check", "long"], "is no policy (line 1: 'xxx"),
        (["explain", "narrow", "odd"], "is no call"),
        (["explain", "narrow", "deep"], "is no call (maximum recursion"),
        (["explain", "narrow", "typed"], "Expected `object`, got `int` - at `$.context`"),
        (["explain", "narrow", "misspelt"], "unknown field `argumentz`"),
        (["explain", "narrow", "facts", "--query", "x"], "leave one of the two out"),
        (["proxy", "--policy", "narrow"], "say either how to start the server"),
    ],
)
def test_what_is_wrong_is_one_sentence(
    files: dict[str, str], capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    assert call(["guard", *[files.get(word, word) for word in arguments]]) == 2
    assert told in capsys.readouterr().err
