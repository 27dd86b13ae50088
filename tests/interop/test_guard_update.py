"""Rules that change while an agent runs: they may only narrow, unless a person says otherwise."""

import contextlib
import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import pytest

from solon.interop.guard_gate import Consent, Gate, Log, deny
from solon.interop.guard_update import Standing
from solon.interop.mcp_messages import Desk
from solon.tasks.guard.analysis import Refused
from solon.tasks.guard.files import read
from solon.tasks.guard.monitor import Monitor
from solon.tasks.guard.policy import PolicySet, Rule
from solon.tasks.guard.tools.calls import Call

SERVER = Path(__file__).with_name("guarded_server.py")
HEAD = "policy t\ntool look(to?: text)\ntool send(to: text, number?: integer = 1)\nstate sent: integer 0.. = 0\n"
COUNTED = "    then st.sent = st.sent + 1\n"
OPEN = HEAD + 'rule ok: allow send\n    when ends(arg.to, "@example.org")\n'
NARROW = HEAD + 'rule ok: allow send\n    when arg.to == "a@example.org"\n'
A, B = Call("send", {"to": "a@example.org"}), Call("send", {"to": "b@example.org"})


def rules(text: str) -> tuple[Rule, ...]:
    return read(text).rules


def allowed(gate: Gate, call: Call) -> bool:
    return gate.judge(call).call is not None


def test_a_change_that_narrows_counts_at_once_and_one_that_widens_does_not(tmp_path: Path) -> None:
    gate = Gate(read(OPEN), log=Log(tmp_path / "log"))
    assert allowed(gate, B)
    gate.amend(rules(NARROW))
    assert (allowed(gate, A), allowed(gate, B)) == (True, False)
    with pytest.raises(Refused, match="which was not allowed; let a person confirm it"):
        gate.amend(rules(OPEN))
    assert not allowed(gate, B)
    gate.amend(rules(OPEN), person=True)
    assert allowed(gate, B)
    entries = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    assert [(it["event"], it["decision"]) for it in entries if it["event"] == "update"] == [
        ("update", "proved"),
        ("update", "by a person"),
    ]
    assert entries[0]["policy"] != entries[2]["policy"]


def test_a_change_that_cannot_be_logged_is_none() -> None:
    gate = Gate(read(OPEN), log=Log(Path("/dev/full")))
    with pytest.raises(OSError, match="No space"):
        gate.amend(rules(NARROW))
    assert gate.policy == read(OPEN)


def test_a_call_that_was_open_counts_as_the_rule_said_that_let_it_run() -> None:
    limited = HEAD + "rule ok: allow send\n    when st.sent < 1\n"
    gate = Gate(read(limited + COUNTED))
    ruling = gate.judge(A)
    gate.amend(rules((limited + COUNTED).replace("rule ok", "rule other")))
    assert not allowed(gate, A)  # the open one may succeed
    gate.report(ruling, None)
    assert not allowed(gate, A)


def test_what_an_open_call_wakes_or_retires_is_what_the_new_rules_leave_to_calls() -> None:
    waking = "rule first: allow look\n    activates later\n    retires never\n"
    more = 'rule never: forbid send\n    when arg.to == "b@example.org"\n    priority 1\n'
    later = 'rule later: allow send\n    when ends(arg.to, "@example.org")\n'
    old = read(HEAD + waking + more + later + "    dormant\n")
    new = read(HEAD + "rule first: allow look\n" + more + later)
    monitor = Monitor(old)
    ticket = monitor.request("look", {})
    monitor.exchange(new)
    monitor.done(ticket, success=True)
    kinds = [monitor.request("send", {"to": f"{name}@example.org"}).decision.kind for name in "ab"]
    assert kinds == ["allow", "block"]
    monitor = Monitor(old)
    ticket = monitor.request("look", {})
    monitor.exchange(read(HEAD + "rule first: allow look\n" + more + later + "    dormant\n"))
    monitor.done(ticket, success=True)
    assert monitor.request("send", {"to": "a@example.org"}).decision.kind == "block"


def test_a_policy_with_other_tools_is_another_run() -> None:
    with pytest.raises(ValueError, match="start a new run"):
        Monitor(read(OPEN)).exchange(read(OPEN.replace("tool look(to?: text)\n", "")))


def test_consent_to_a_call_is_void_if_the_rules_change_meanwhile() -> None:
    asking = OPEN.replace("allow send", "confirm send")
    gate: Gate

    def narrowed(_: str) -> Consent:
        gate.amend(rules(asking))
        return "run"

    gate = Gate(read(asking + "rule look: allow look\n"), ask=narrowed)
    ruling = gate.judge(A)
    assert ruling.call is None
    assert "changed while a person was asked" in ruling.message


def test_consent_for_the_run_is_for_the_rules_of_then() -> None:
    answers = iter(["run", "no"])
    gate = Gate(read(OPEN.replace("allow send", "confirm send")), ask=lambda _: next(answers))
    assert allowed(gate, A)
    assert allowed(gate, B)
    gate.amend(rules(NARROW.replace("allow send", "confirm send")))
    assert not allowed(gate, A)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "policy.txt"
    path.write_text(OPEN, encoding="utf-8")
    return path


def loaded(path: Path) -> PolicySet:
    return read(path.read_text(encoding="utf-8"))


def test_a_file_read_again_changes_every_run_or_none(file: Path) -> None:
    standing = Standing(file, loaded, Gate)
    runs = [standing.gate(), standing.gate()]
    assert "are in force" in standing.reload(deny)
    file.write_text(NARROW, encoding="utf-8")
    assert "proved to allow nothing more" in standing.reload(deny)
    assert [allowed(gate, B) for gate in (*runs, standing.gate())] == [False] * 3
    for text in (OPEN, "nonsense", NARROW.replace("tool look(to?: text)\n", "")):
        file.write_text(text, encoding="utf-8")
        assert "the rules stay as they are" in standing.reload(deny)
    file.write_text(OPEN, encoding="utf-8")
    assert "a person allowed it" in standing.reload(lambda _: "once")
    assert [allowed(gate, B) for gate in (*runs, standing.gate())] == [True] * 3


def test_a_file_is_proved_against_every_run_whatever_a_model_made_of_its_rules(file: Path) -> None:
    standing = Standing(file, loaded, Gate)
    changed, other = standing.gate(), standing.gate()
    changed.amend(rules(NARROW.replace("rule ok", "rule own")))
    asked: list[str] = []
    assert "a person allowed it" in standing.reload(lambda question: asked.append(question) or "once")
    assert len(asked) == 1
    assert allowed(changed, B)
    changed.amend(rules(NARROW.replace("rule ok", "rule own")))
    file.write_text(NARROW.replace("a@example.org", "b@example.org"), encoding="utf-8")
    assert "stay as they are" in standing.reload(deny)
    assert [allowed(it, B) for it in (changed, other)] == [False, True]
    file.write_text(HEAD, encoding="utf-8")
    assert "proved to allow nothing more" in standing.reload(deny)
    assert not any(allowed(it, call) for it in (changed, other) for call in (A, B))


def test_a_run_whose_rules_change_while_a_person_is_asked_is_told(file: Path) -> None:
    standing = Standing(file, loaded, Gate)
    gate, other = standing.gate(), standing.gate()
    file.write_text(OPEN + "rule look: allow look\n", encoding="utf-8")

    def ask(_: str) -> Consent:
        gate.amend(rules(NARROW))
        return "once"

    assert "not in 1 of 2 runs" in standing.reload(ask)
    assert [allowed(it, Call("look", {})) for it in (gate, other)] == [False, True]
    assert "a person allowed it" in standing.reload(lambda _: "once")
    assert allowed(gate, Call("look", {}))


class Meeting(dict[str, object]):
    """Open requests that two threads look up at the same time, if nothing keeps the second out."""

    met = threading.Barrier(2)

    def get(self, *given: Any) -> Any:
        found = super().get(*given)
        with contextlib.suppress(threading.BrokenBarrierError):
            self.met.wait(0.2)
        return found


def test_a_call_has_one_answer_though_two_come_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(Gate(read(OPEN)))
    parameters = {"name": "send", "arguments": A.arguments}
    desk.outgoing({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": parameters})
    monkeypatch.setattr(desk, "_open", Meeting(vars(desk)["_open"]))
    with ThreadPoolExecutor(2) as pool:
        passed = list(pool.map(desk.incoming, [{"jsonrpc": "2.0", "id": 1, "result": {"content": []}}] * 2))
    assert passed.count(None) == 1


@pytest.fixture
def proxy(file: Path, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "solon.cli", "guard", "proxy", "--policy", str(file), "--no-ask", "--"]
    command += [sys.executable, str(SERVER), str(tmp_path / "record.jsonl")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


def test_a_proxy_takes_narrower_rules_while_it_serves(proxy: subprocess.Popen[bytes], file: Path) -> None:
    assert proxy.stdin is not None
    assert proxy.stdout is not None
    assert proxy.stderr is not None

    def blocked(key: int) -> bool:
        assert proxy.stdin is not None
        assert proxy.stdout is not None
        parameters = {"name": "send", "arguments": B.arguments}
        line = msgspec.json.encode({"jsonrpc": "2.0", "id": key, "method": "tools/call", "params": parameters})
        proxy.stdin.write(line + b"\n")
        proxy.stdin.flush()
        return bool(json.loads(proxy.stdout.readline())["result"].get("isError"))

    assert not blocked(1)
    for key, (text, told) in enumerate([(NARROW, b"is in force"), (OPEN, b"stay as they are")], start=2):
        file.write_text(text, encoding="utf-8")
        proxy.send_signal(signal.SIGUSR1)
        assert told in proxy.stderr.readline()
        assert blocked(key)


def test_a_list_of_tools_follows_the_rules_of_now() -> None:
    gate = Gate(read(OPEN + "rule look: allow look\n"))
    desk = Desk(gate)

    def listed() -> list[str]:
        desk.outgoing({"jsonrpc": "2.0", "id": 1, "method": "tools/list"})
        passed = desk.incoming({"jsonrpc": "2.0", "id": 1, "result": {"tools": [{"name": "send"}, {"name": "look"}]}})
        assert passed is not None
        return [tool["name"] for tool in passed["result"]["tools"]]

    assert listed() == ["send", "look"]
    gate.amend(rules(OPEN))
    assert listed() == ["send"]
