"""What is held out together on AgentDojo, and what is read off its results; the package itself is optional."""

from enum import Enum
from types import SimpleNamespace

from solon.tasks.guard.tools.calls import Call, Described, Step, Trace
from solon.tasks.guard.tools.dojo import plain
from solon.tasks.guard.tools.dojo_study import Row, grouped, total

TOOLS = (Described("read", reads_only=True), Described("open", open_world=True), Described("send"), Described("drop"))


def trace(query: str, *calls: str) -> Trace:
    return Trace(query, tuple(Step(Call(*call.split(":")[:1], {"to": call.split(":")[1]})) for call in calls))


def test_a_task_that_repeats_another_is_held_out_with_it() -> None:
    traces = {
        "one": trace("Send it", "read:x", "send:a"),
        "two": trace("First: Send it. Then read", "read:y"),
        "three": trace("Do all", "read:z", "read:x", "send:a"),
        "four": trace("Look", "read:x"),
        "five": trace("Mail a", "send:a", "drop:b"),
    }
    parts = grouped(traces, TOOLS, "parts")
    assert parts == {"one": "one", "two": "one", "three": "one", "four": "four", "five": "five"}
    calls = grouped(traces, TOOLS, "calls")
    assert calls["five"] == "one"
    assert calls["four"] == "four"


def test_reading_alone_joins_no_tasks() -> None:
    traces = {"one": trace("A", "read:x"), "two": trace("B", "read:x"), "three": trace("C", "read:x", "send:a")}
    assert len(set(grouped(traces, TOOLS, "calls").values())) == 3


def test_results_become_plain_data() -> None:
    model = SimpleNamespace(model_dump=lambda mode: {"mode": mode})
    colour = Enum("colour", {"red": "r"}, type=str)
    assert plain([model, colour.red, {"a": (1, None)}]) == [{"mode": "json"}, "r", {"a": [1, None]}]


def test_rows_add_up() -> None:
    row = Row("values", "slack", 2, 1, 1, 10, 3, 4, ("user_task_1",), ("user_task_1 x injection_task_2",))
    found = total([row, row])
    assert (found.tasks, found.pairs, found.attacked, found.suite) == (4, 20, 6, "all")
    assert found.failed == ("slack: user_task_1",) * 2
