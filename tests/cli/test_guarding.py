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


VOLUMES = ["arn:aws:ec2:::instance/*", "arn:aws:ec2:::volume/*"]


def iam(folder: Path, name: str, *resources: object, action: str = "ec2:AttachVolume") -> str:
    statements = [{"Effect": "Allow", "Action": action, "Resource": it} for it in resources]
    (folder / name).write_text(json.dumps({"Version": "2012-10-17", "Statement": statements}), encoding="utf-8")
    return str(folder / name)


def test_policies_of_iam_are_compared_on_all_requests_or_on_those_that_can_occur(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    narrow, wide = iam(tmp_path, "narrow", VOLUMES), iam(tmp_path, "wide", "arn:aws:ec2:::*", VOLUMES)
    assert call(["guard", "diff", narrow, wide]) == 1
    out = capsys.readouterr().out
    assert f"{wide} allows all that {narrow} allows, and more\n  new: action 'ec2:attachvolume', resource " in out
    assert "characters a text: 2^6" in out
    assert f"statement 2 of {wide} changes no decision" in out
    assert call(["guard", "diff", wide, narrow]) == 0
    assert "gone: action" in capsys.readouterr().out
    assert call(["guard", "diff", narrow, wide, "--within", "types"]) == 0
    out = capsys.readouterr().out
    assert (
        f"{wide} allows the same requests as {narrow} on requests that can occur\n  requests that can occur, of " in out
    )
    assert f"statement 2 of {wide} changes no decision on requests that can occur" in out
    assert call(["guard", "diff", narrow, wide, "--within", narrow, "--json"]) == 0
    tree = json.loads(capsys.readouterr().out)
    assert (tree["relation"], tree["gained"], tree["jaccard"]) == ("equal", [], 1)
    assert tree["bits"]["first"] == tree["bits"]["both"] > 600
    assert tree["dead"] == {"first": [], "second": [1, 2]}
    other = iam(tmp_path, "other", "*", action="s3:GetObject")
    assert call(["guard", "diff", narrow, wide, "--within", other, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["bits"] == {"first": None, "second": None, "both": None}
    assert call(["guard", "diff", narrow, other, "--json"]) == 1
    tree = json.loads(capsys.readouterr().out)
    assert (tree["relation"], tree["gained"][0]["action"]) == ("incomparable", "s3:getobject")


def test_what_rests_on_tried_values_or_is_not_decided_is_unknown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, homes = iam(tmp_path, "home", "c/${k}"), iam(tmp_path, "homes", "c/*")
    assert call(["guard", "diff", homes, home, "--json"]) == 1
    tree = json.loads(capsys.readouterr().out)
    assert (tree["relation"], len(tree["gained"]), len(tree["lost"])) == ("unknown", 0, 1)
    assert "not every value of k was tried" in tree["reason"]
    long = iam(tmp_path, "long", "".join(f"${{k{number}}}" for number in range(30)))
    assert call(["guard", "diff", home, long]) == 1
    assert "is unknown: the keys that patterns refer to have more than" in capsys.readouterr().out
    assert call(["guard", "check", long, "--json"]) == 1
    tree = json.loads(capsys.readouterr().out)
    assert (tree["bits"], tree["remarks"][0]["kind"]) == (None, "undecided")


def test_a_policy_of_iam_is_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    narrow = iam(tmp_path, "narrow", VOLUMES)
    assert call(["guard", "check", narrow, "--within", "types"]) == 0
    out = capsys.readouterr().out
    assert f"{narrow}: 1 statement, no remarks\n  allows 2^" in out
    assert "for example action 'ec2:attachvolume', resource 'arn:aws:ec2:::instance/example'" in out
    assert call(["guard", "check", iam(tmp_path, "wide", "*", VOLUMES, action="*"), "--json"]) == 1
    tree = json.loads(capsys.readouterr().out)
    assert [it["kind"] for it in tree["remarks"]] == ["any-action", "any-action", "dead"]
    assert tree["bits"] == 1600.0112931262822
    assert call(["guard", "check", narrow, "--within", iam(tmp_path, "other", "*", action="s3:*")]) == 1
    assert "allows nothing that can occur" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["diff", "iam", "narrow"], "is a policy of AWS IAM, not of tool calls"),
        (["diff", "narrow", "iam"], "is a policy of AWS IAM, not of tool calls"),
        (["diff", "narrow", "wide", "--within", "iam"], "--within is for policies of AWS IAM"),
        (["check", "narrow", "--within", "types"], "--within is for policies of AWS IAM"),
        (["check", "iam", "--within", "narrow"], "give one of AWS IAM, or `types`"),
        (["diff", "iam", "iam", "--within", "absent"], "there is no file"),
        (["diff", "iam", "empty"], 'is no policy ("Statement" is empty'),
        (["explain", "iam", "call"], "is a policy of AWS IAM, not of tool calls"),
    ],
)
def test_kinds_of_policies_are_not_mixed(
    tmp_path: Path, files: dict[str, str], capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    named = {**files, "iam": iam(tmp_path, "iam", VOLUMES), "empty": iam(tmp_path, "empty")}
    assert call(["guard", *[named.get(word, word) for word in arguments]]) == 2
    assert told in capsys.readouterr().err


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
