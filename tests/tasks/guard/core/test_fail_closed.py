"""Every counterexample that the brief lists against other guards blocks here, or is refuted or unknown."""

import threading

import msgspec
import pytest

from solon.contract import Proved, Unknown
from solon.tasks.guard import files, progent
from solon.tasks.guard.analysis import Refused, amend, check, narrows, overlap
from solon.tasks.guard.monitor import Monitor
from solon.tasks.guard.policy import Decision, PolicySet, Rule, WrongPolicy, decide
from solon.verify.requests.expression import Compare, Constant, Matches, Path
from solon.verify.requests.prove import Counterexample
from solon.verify.requests.request import Json, Request
from solon.verify.requests.schema import BadSchema, Field, Malformed, Number, Record, Text, canonical, tool
from solon.verify.requests.syntax import read


def policy(
    rules: str, tools: str = "tool send(to: text, cc?: text?, amount?: number = 0)", head: str = ""
) -> PolicySet:
    return files.read(f"policy test\n{tools}\n{head}\n{rules}\n")


def ask(known: PolicySet, tool_name: str = "send", **arguments: Json) -> Decision:
    return decide(known, Request(tool_name, arguments))


OPEN = "rule open: allow send\n    priority 200"


def test_a_forbid_rule_with_an_invalid_pattern_blocks() -> None:
    broken = Rule("bad", "forbid", "send", Matches("fullmatch", Path("arg", ("to",)), "(unclosed"))
    known = policy(OPEN)
    known = msgspec.structs.replace(known, rules=(*known.rules, broken))
    assert ask(known, to="anyone").rule == "bad"
    assert any("pattern" in remark.message for remark in check(known))


def test_an_allow_rule_that_names_an_absent_argument_does_not_fire() -> None:
    known = policy('rule cc: allow send\n    when arg.cc == "a@x.org"')
    assert ask(known, to="b").kind == "block"
    assert ask(known, to="b", cc=None).kind == "block"
    assert ask(known, to="b", cc="a@x.org").kind == "allow"
    known = policy('rule cc: allow send\n    when arg.cc == "a@x.org" or arg.to == "b"')
    assert ask(known, to="b").kind == "block", "true by another part, but the rule names what is absent"


def test_a_rule_that_asks_for_presence_decides_on_absence_itself() -> None:
    known = policy('rule cc: allow send\n    when not present(arg.cc) or arg.cc == "a@x.org"')
    assert ask(known, to="b").kind == "allow"
    assert ask(known, to="b", cc="evil").kind == "block"


def test_a_default_is_filled_in_before_a_rule_is_asked() -> None:
    known = policy("rule much: forbid send\n    when arg.amount >= 0\n    priority 1\n" + OPEN)
    assert ask(known, to="b").rule == "much", "the default of amount is 0"


def test_a_forbid_rule_fires_on_what_is_unknown_but_not_on_an_argument_that_is_absent() -> None:
    head = "context role?: text"
    known = policy('rule staff: forbid send\n    when ctx.role != "staff"\n    priority 1\n' + OPEN, head=head)
    assert ask(known, to="b").rule == "staff", "no fact about the role is known"
    known = policy('rule cc: forbid send\n    when arg.cc == "evil" or arg.to == "evil"\n    priority 1\n' + OPEN)
    assert ask(known, to="b").kind == "allow"
    assert ask(known, to="evil").rule == "cc"


def test_without_a_policy_everything_is_blocked() -> None:
    assert decide(PolicySet(), Request("send", {})).kind == "block"
    assert ask(policy("")).kind == "block"


def test_two_runs_share_nothing_and_one_run_counts_right_under_threads() -> None:
    known = policy(
        "rule few: allow send\n    when st.sent < 5\n    always st.sent = st.sent + 1", head="state sent: integer = 0"
    )
    one, other = Monitor(known), Monitor(known)
    allowed: list[bool] = []

    def agent() -> None:
        allowed.extend(one.request("send", {"to": "b"}).decision.kind == "allow" for _ in range(20))

    threads = [threading.Thread(target=agent) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(allowed) == 5
    assert other.request("send", {"to": "b"}).decision.kind == "allow"


def test_patterns_are_anchored_at_both_ends() -> None:
    known = policy('rule inside: allow send\n    when fullmatch(arg.to, r".*@corp\\.com")')
    assert ask(known, to="ada@corp.com").kind == "allow"
    assert ask(known, to="ada@corp.com.evil.org").kind == "block"


def test_an_imported_search_pattern_keeps_its_meaning_and_is_noted() -> None:
    imported = progent.translate({"send": [(1, 0, {"to": {"type": "string", "pattern": r"@corp\.com"}}, 0)]})
    known = msgspec.structs.replace(policy(""), rules=imported.rules)
    assert ask(known, to="ada@corp.com.evil").kind == "allow", "that is what a search means"
    assert imported.notes
    anchored = progent.translate({"send": [(1, 0, {"to": {"pattern": r"^[a-z]+@corp\.com$"}}, 0)]})
    assert ask(msgspec.structs.replace(known, rules=anchored.rules), to="ada@corp.com.evil").kind == "block"


@pytest.mark.parametrize(
    "restriction",
    [{"format": "email"}, {"pattern": "(?=a)b"}, {"pattern": r"(a)\1"}, {"oneOf": [{}]}, {"pattern": "^a|b$"}],
)
def test_a_restriction_that_cannot_be_kept_is_refused(restriction: dict[str, Json]) -> None:
    with pytest.raises(WrongPolicy):
        progent.translate({"send": [(1, 0, {"to": restriction}, 0)]})


def widened(before: str, after: str, tools: str = "tool send(to: text, tags?: [text], o?: {x: text})") -> object:
    rule = "rule one: allow send\n    when "
    return narrows(policy(rule + after, tools), policy(rule + before, tools))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (r'fullmatch(arg.to, r"[a-z]+@corp\.com")', r'fullmatch(arg.to, r".*[a-z]+@corp\.com.*")'),
        (r'fullmatch(arg.to, r"a+")', "present(arg.to)"),
        ('arg.o.x == "1"', 'arg.o.x in {"1", "2"}'),
        ('all t in arg.tags: t == "a"', 'any t in arg.tags: t == "a"'),
    ],
)
def test_narrowing_is_refuted_where_the_new_policy_is_wider(before: str, after: str) -> None:
    found = widened(before, after)
    assert isinstance(found, Counterexample)
    assert isinstance(widened(after, before), Proved) or "any" in after


def test_narrowing_sees_every_alternative_and_never_takes_unknown_for_proved() -> None:
    old = policy('rule one: allow send\n    when arg.to == "a"')
    new = policy('rule one: allow send\n    when arg.to == "a"\nrule two: allow send\n    when arg.to == "b"')
    assert isinstance(narrows(new, old), Counterexample)
    assert isinstance(narrows(old, new), Proved)
    with pytest.raises(Refused, match="which was not allowed"):
        amend(old, new.rules)
    assert amend(old, new.rules, person=True) == msgspec.structs.replace(old, rules=new.rules)
    strange = policy("rule one: allow other", tools="tool other(x: any)")
    assert isinstance(narrows(strange, old), Unknown)
    untyped = policy('rule one: allow send\n    when arg.x == "a"', tools="tool send(x: any)")
    assert isinstance(narrows(untyped, untyped), Unknown)
    with pytest.raises(Refused, match="unknown"):
        amend(untyped, untyped.rules)


def test_a_dormant_rule_that_can_wake_counts_as_widening() -> None:
    old = policy('rule one: allow send\n    when arg.to == "a"')
    new = policy('rule one: allow send\n    when arg.to == "a"\n    activates two\nrule two: allow send\n    dormant')
    assert isinstance(narrows(new, old), Counterexample)


def test_rules_that_differ_in_another_argument_do_not_overlap() -> None:
    known = policy(
        'rule a: allow send\n    when arg.to == "a" and arg.amount < 5\n'
        'rule b: forbid send\n    when arg.to == "b" and arg.amount < 9\n'
        'rule c: forbid send\n    when arg.to == "a" and arg.amount > 3'
    )
    one, two, three = known.rules
    assert isinstance(overlap(known, known.tools[0], one, two), Proved)
    assert isinstance(overlap(known, known.tools[0], one, three), Counterexample)
    assert [remark.rule for remark in check(known) if remark.kind == "overlap"] == ["c"]


def test_a_truth_value_is_no_number_and_a_number_no_truth_value() -> None:
    known = policy("rule one: allow send", tools="tool send(n: integer, b: true-or-false)")
    assert ask(known, n=True, b=True).kind == "block"
    assert ask(known, n=1, b=1).kind == "block"
    assert ask(known, n=1, b=True).kind == "allow"


@pytest.mark.parametrize(
    "arguments",
    [
        {"to": "a", "extra": 1},
        {"to": 5},
        {},
        {"to": "a\x00b"},
        {"to": "a\x1b[2J"},
        {"to": "tag\U000e0041"},
        {"to": "a", "amount": float("nan")},
        {"to": "a", "amount": float("inf")},
        {"to": "a", "amount": "5"},
        {"to": ["a"]},
        {"to": "a", "amount": 2**63},
    ],
)
def test_a_malformed_call_is_blocked(arguments: dict[str, Json]) -> None:
    decision = decide(policy(OPEN), Request("send", arguments))
    assert (decision.kind, decision.call, decision.rule) == ("block", None, "")
    assert decision.reason.endswith(".")


def test_spellings_of_one_text_are_one_text() -> None:
    known = policy('rule one: allow send\n    when arg.to == "é"')
    assert ask(known, to="e\u0301").kind == "allow"
    found = ask(known, to="e\u0301").call
    assert found is not None
    assert found.arguments["to"] == "é", "what runs is the canonical call"


def test_an_unknown_tool_is_blocked_whatever_the_rules_say() -> None:
    assert ask(policy("rule all: allow *"), "drop_table").kind == "block"


def test_evaluation_is_bounded_and_what_is_beyond_is_unknown() -> None:
    tools = "tool send(to: [text])"
    long: Json = ["a"] * 400
    quadratic = "all x in arg.to: all y in arg.to: x == y"
    allowing = policy(f"rule one: allow send\n    when {quadratic}", tools)
    assert decide(allowing, Request("send", {"to": long})).kind == "block"
    forbidding = policy(f"rule one: forbid send\n    when not ({quadratic})\n    priority 1\n{OPEN}", tools)
    assert decide(forbidding, Request("send", {"to": long})).kind == "block"
    assert decide(forbidding, Request("send", {"to": ["a", "a"]})).kind == "allow"


def test_the_decided_call_cannot_be_changed_afterwards() -> None:
    given: dict[str, Json] = {"to": "a"}
    found = decide(policy(OPEN), Request("send", given))
    given["to"] = "evil"
    assert found.call is not None
    found.call.arguments["to"] = "evil"
    assert found.call.arguments == {"to": "a", "amount": 0}


def test_a_policy_that_was_exchanged_is_refused() -> None:
    known = policy(OPEN)
    Monitor(known, digest=known.digest)
    with pytest.raises(ValueError, match="not the one that was proved"):
        Monitor(policy(""), digest=known.digest)


def test_state_changes_after_success_only() -> None:
    known = policy(
        "rule few: allow send\n    when st.sent < 1\n"
        "    then st.sent = st.sent + 1\n    always st.tries = st.tries + 1",
        head="state sent: integer = 0, tries: integer = 0",
    )
    watch = Monitor(known)
    first = watch.request("send", {"to": "a"})
    watch.done(first, success=False)
    assert watch.state == {"sent": 0, "tries": 1}
    second = watch.request("send", {"to": "a"})
    watch.done(second, success=True)
    watch.done(second, success=True)
    assert watch.state == {"sent": 1, "tries": 2}
    assert watch.request("send", {"to": "a"}).decision.kind == "block"


def test_a_schema_that_cannot_be_taken_is_refused() -> None:
    with pytest.raises(BadSchema):
        tool("send", {"type": "object", "properties": {"to": {"$ref": "#/$defs/Missing"}}})
    with pytest.raises(BadSchema):
        tool("send", {"type": "string"})


def test_nullable_arguments_and_enumerations_are_read_from_json_schema() -> None:
    known = tool(
        "send",
        {
            "type": "object",
            "properties": {
                "cc": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None},
                "mode": {"enum": ["a", "b"], "type": "string"},
                "n": {"$ref": "#/$defs/N"},
            },
            "required": ["mode"],
            "$defs": {"N": {"type": "integer", "minimum": 1}},
        },
    )
    assert known.parameters == Record(
        {
            "cc": Field(Text(), nullable=True, defaulted=True),
            "mode": Field(Text(("a", "b")), required=True),
            "n": Field(Number(whole=True, least=1)),
        }
    )
    assert canonical(known, {"mode": "a", "cc": None, "n": 2.0}) == {"mode": "a", "n": 2}
    with pytest.raises(Malformed):
        canonical(known, {"mode": "c"})


def test_a_mistake_of_types_is_unknown_and_so_closed() -> None:
    wrong = Compare("<", Path("arg", ("to",)), Constant(5))
    known = msgspec.structs.replace(policy(""), rules=(Rule("a", "allow", "send", wrong),))
    assert ask(known, to="a").kind == "block"
    forbidding = msgspec.structs.replace(known, rules=(Rule("f", "forbid", "send", wrong), *policy(OPEN).rules))
    assert ask(forbidding, to="a").rule == "f"
    assert read("arg.to < 5") == wrong
