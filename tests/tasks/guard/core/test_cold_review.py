"""What a hostile reader of the guard found: calls that were allowed, proofs that were false, updates that widened."""

import time
from collections.abc import Callable

import msgspec
import pytest

from solon.contract import Proved, Unknown
from solon.tasks.guard import files, progent
from solon.tasks.guard.analysis import Refused, amend, diff, narrows
from solon.tasks.guard.guarded import Contract, fallback_holds
from solon.tasks.guard.monitor import OPEN, Monitor
from solon.tasks.guard.policy import PolicySet, Rule, WrongPolicy, decide
from solon.verify.requests.declare import read_fields
from solon.verify.requests.evaluate import evaluate
from solon.verify.requests.expression import Arithmetic, Compare, Constant, Expression, Path
from solon.verify.requests.meaning import Scope
from solon.verify.requests.prove import Counterexample, implies, never
from solon.verify.requests.request import Json, Request
from solon.verify.requests.schema import Malformed, Tool, normal
from solon.verify.requests.syntax import WrongText, read


def policy(rules: str, tools: str = "tool send(to: text, amount?: number = 0)", head: str = "") -> PolicySet:
    return files.read(f"policy test\n{tools}\n{head}\n{rules}\n")


def scope(fields: str) -> Scope:
    return Scope(Tool("t", read_fields(fields)))


def kind(known: PolicySet, tool: str = "send", **arguments: Json) -> str:
    return decide(known, Request(tool, arguments)).kind


BAN = "rule ban: forbid send\n    when {}\n    priority 1\nrule open: allow *"


# Calls that were allowed


@pytest.mark.parametrize("when", ['arg.to == "cafe\u0301"', 'arg.to in {"cafe\u0301"}', "arg.to in list(banned)"])
def test_what_a_policy_writes_in_another_normal_form_is_meant_all_the_same(when: str) -> None:
    known = policy(BAN.format(when), head='list banned = "cafe\u0301"')
    assert kind(known, to="caf\u00e9") == "block"
    assert kind(known, to="cafe\u0301") == "block"
    condition = read('arg.to == "cafe\u0301"')
    assert isinstance(implies(read('arg.to == "caf\u00e9"'), condition, scope("to: text")), Proved)


def test_a_rule_on_a_tool_in_another_normal_form_concerns_it() -> None:
    known = policy('rule ban: forbid "cafe\u0301"\n    priority 1\nrule open: allow *', 'tool "cafe\u0301"(x: text)')
    assert kind(known, "cafe\u0301", x="e") == "block"


def test_a_forbidding_rule_whose_pattern_of_tools_is_too_large_concerns_every_tool() -> None:
    name = "e" + "x" * 60
    rules = f'rule ban: forbid "*e{"?" * 60}"\n    priority 1\nrule open: allow *'
    assert kind(policy(rules, f"tool {name}(x: text)"), name, x="e") == "block"
    assert kind(policy(f'rule wide: allow "*e{"?" * 60}"', f"tool {name}(x: text)"), name, x="e") == "block"


def test_a_forbidding_rule_on_a_list_fires_on_what_is_there_and_is_no_list() -> None:
    rules = 'rule ban: forbid t\n    when any y in arg.x: y == "evil"\n    priority 1\nrule open: allow *'
    known = policy(rules, "tool t(x?: any)")
    assert kind(known, "t", x="evil") == "block"
    assert kind(known, "t", x=["evil"]) == "block"
    assert kind(known, "t", x=["good"]) == "allow"
    assert kind(known, "t") == "allow"


def test_names_that_are_no_texts_are_malformed() -> None:
    strange: dict[str, Json] = msgspec.convert({1: "x"}, type=dict)
    assert decide(policy("rule open: allow *"), Request("send", strange)).kind == "block"


def test_nesting_without_end_is_unknown_and_refused_in_text() -> None:
    term: Expression = Constant(1)
    for _ in range(5000):
        term = Arithmetic("+", term, Constant(1))
    deep = Rule("deep", "forbid", "send", Compare(">", term, Constant(0)), priority=1)
    known = msgspec.structs.replace(policy("rule open: allow *"), rules=(deep, Rule("open", "allow")))
    assert kind(known, to="x") == "block"
    with pytest.raises(WrongText, match="add up at most"):
        read("+".join(["1"] * 5000) + " > 0")


# The monitor


PAY = "tool pay(cents: integer, more?: [integer])"


def spend(rules: str, most: str = "1000000") -> Monitor:
    return Monitor(policy(rules, PAY, f"state spent: integer 0..{most} = 0"))


def test_a_call_whose_change_of_the_state_is_out_of_range_is_blocked() -> None:
    monitor = spend("rule pay: allow pay\n    when st.spent < 1000\n    then st.spent = st.spent + arg.cents", "1000")
    decision = monitor.request("pay", {"cents": 5000}).decision
    assert (decision.kind, decision.rule) == ("block", "")
    assert "cannot take" in decision.reason
    ticket = monitor.request("pay", {"cents": 1000})
    monitor.done(ticket, success=True)
    assert monitor.state == {"spent": 1000}
    assert monitor.request("pay", {"cents": 1}).decision.kind == "block"


def test_a_call_whose_change_of_the_state_is_unknown_is_blocked() -> None:
    monitor = spend("rule pay: allow pay\n    then st.spent = st.spent + arg.cents + arg.more[0]")
    assert monitor.request("pay", {"cents": 5}).decision.kind == "block"
    assert monitor.request("pay", {"cents": 5, "more": [1]}).decision.kind == "allow"


LIMIT = "rule pay: allow pay\n    when st.spent + arg.cents <= 1000\n    then st.spent = st.spent + arg.cents"


def test_calls_at_the_same_time_do_not_pass_a_limit_together() -> None:
    monitor = spend(LIMIT)
    one, two, three = (monitor.request("pay", {"cents": 600}) for _ in range(3))
    assert [each.decision.kind for each in (one, two, three)] == ["allow", "block", "block"]
    monitor.done(two, success=True)
    monitor.done(one, success=False)
    assert monitor.state == {"spent": 0}
    assert monitor.request("pay", {"cents": 600}).decision.kind == "allow"


def test_too_many_open_calls_block_the_next_until_one_is_reported() -> None:
    monitor = spend(LIMIT)
    tickets = [monitor.request("pay", {"cents": 2**at}) for at in range(8)]
    allowed = [ticket for ticket in tickets if ticket.decision.kind == "allow"]
    assert 1 < len(allowed) < len(tickets)
    assert 2 ** len(allowed) <= 2 * OPEN
    monitor.done(allowed[0], success=True)
    assert monitor.request("pay", {"cents": 1}).decision.kind == "allow"


def test_what_the_caller_changes_after_the_decision_changes_no_state() -> None:
    monitor = spend("rule pay: allow pay\n    then st.spent = st.spent + arg.more[0]")
    more: list[Json] = [900]
    ticket = monitor.request("pay", {"cents": 1, "more": more})
    more[0] = 0
    monitor.done(ticket, success=True)
    assert monitor.state == {"spent": 900}


def test_tickets_that_change_nothing_are_not_kept() -> None:
    monitor = spend("rule pay: allow pay")
    for _ in range(100):
        monitor.request("pay", {"cents": 1})
    assert not vars(monitor)["_open"]


# Proofs that were false


@pytest.mark.parametrize(
    ("fields", "condition", "shown"),
    [
        ("a: [text]", "len(arg.a) > 1500", False),
        ("a: [text]", 'len(arg.a) in {5} and (all x in arg.a: x == "a")', True),
        ("rows: [[text]]", '(any r in arg.rows: present(r)) and (any x in arg.rows[3]: x == "a")', True),
        ("x: number", "arg.x >= 1e20 and arg.x < 1e21", True),
        ("x: number", "0.3 * arg.x == 1.7e308", False),
    ],
)
def test_no_request_of_which_a_condition_is_true_is_overlooked(fields: str, condition: str, *, shown: bool) -> None:
    assert isinstance(never(read(condition), scope(fields)), Counterexample if shown else Unknown)


def test_an_element_of_any_type_may_be_null() -> None:
    found = implies(read("len(arg.x) >= 1"), read("present(arg.x[0])"), scope("x: [any]"))
    assert not isinstance(found, Proved)
    assert evaluate(read("present(arg.x[0])"), Request("t", {"x": [None]})) is False


def test_a_constant_that_is_not_finite_is_unknown_and_never_an_error() -> None:
    infinite = Compare("<", Path("arg", ("x",)), Constant(float("inf")))
    assert evaluate(infinite, Request("t", {"x": 1})) is None
    assert isinstance(never(infinite, scope("x: number")), Proved)


@pytest.mark.parametrize(
    ("outputs", "after", "fallback"),
    [
        ("cents: integer 0..100", "true", "arg.price"),
        ("cents: integer", "2 * out.cents == arg.price", "0.5 * arg.price"),
        ("cents: integer", "out.cents > arg.price", '"abc"'),
        ("cents: number", "out.cents > 5", '"abc"'),
        ("cents: integer", "out.cents >= 0", "arg.tip"),
        ("cents: integer", "out.cents >= 0", "1000000000000000000 * arg.price"),
        ("cents: text", "true", "arg.price"),
        ('cents: "a" | "b"', "true", '"c"'),
        ("cents: [text]", "true", "arg.names"),
    ],
)
def test_a_fallback_that_is_no_output_is_never_proved(outputs: str, after: str, fallback: str) -> None:
    inputs = read_fields("price: integer 0..1000, tip?: integer 0..5, names: [text]")
    contract = Contract(inputs, read_fields(outputs), after=read(after))
    assert not isinstance(fallback_holds(contract, {"cents": read(fallback)}), Proved)


def test_a_fallback_that_is_an_output_is_still_proved() -> None:
    contract = Contract(
        read_fields("price: integer 0..1000, who: text, sure: true-or-false"),
        read_fields('cents: integer 0..2000, who: text, kind: "a" | "b", sure: true-or-false'),
        after=read("out.cents >= arg.price"),
    )
    fallback = {"cents": "2 * arg.price", "who": "arg.who", "kind": '"a"', "sure": "arg.sure"}
    assert isinstance(fallback_holds(contract, {name: read(text) for name, text in fallback.items()}), Proved)


# Updates that widened


COUNTED = "rule few: allow send\n    when st.sent < 5\n    always st.sent = st.sent + 1"
STATE = "state sent: integer 0..100 = 0"


@pytest.mark.parametrize(
    "after",
    [
        "rule few: allow send\n    when st.sent < 5",
        "rule few: allow send\n    when st.sent < 5\n    always st.sent = 0",
        'rule free: allow send\n    when st.sent < 5 and arg.to == "a"\n    priority 1\n' + COUNTED,
        'rule again: forbid send\n    when arg.to == "a"\n    priority 1\n    always st.sent = 0\n' + COUNTED,
        'rule ask: confirm send\n    when arg.to == "a"\n    priority 1\n    then st.sent = 0\n' + COUNTED,
    ],
)
def test_an_update_that_counts_otherwise_does_not_narrow(after: str) -> None:
    old, new = policy(COUNTED, head=STATE), policy(after, head=STATE)
    assert isinstance(narrows(new, old), Unknown)
    with pytest.raises(Refused, match="change the state"):
        amend(old, new.rules)


def test_an_update_that_counts_alike_still_narrows() -> None:
    old = policy(COUNTED, head=STATE)
    less = COUNTED.replace("when st.sent < 5", 'when st.sent < 4 and arg.to == "a"')
    assert isinstance(narrows(policy(less, head=STATE), old), Proved)
    more = 'rule no: forbid send\n    when arg.to == "b"\n    priority 1\n' + COUNTED
    assert isinstance(narrows(policy(more, head=STATE), old), Proved)


def test_an_update_with_two_rules_of_one_name_is_refused() -> None:
    with pytest.raises(Refused, match="one name"):
        amend(policy(""), (Rule("a", "forbid"), Rule("a", "forbid", "send")))


def test_a_bound_beyond_64_bits_is_compared() -> None:
    one, other = (policy(f"rule a: allow send\n    when arg.amount < {bound}") for bound in ("1e21", "1e20"))
    assert diff(one, other).relation == "wider"


# Files


@pytest.mark.parametrize(
    ("rules", "match"),
    [
        ('rule a: allow send\n    when arg.to == "a"\n    when arg.amount < 5', "second when"),
        ("rule a: forbid send\n    dormant no", "takes nothing"),
        ("rule a: forbid send\n    retires b c", "without a comma"),
        ('rule "": allow send', "no name"),
        ('list a = "x"\nlist a = "y"', "given twice"),
        ("context a?: text\ncontext b?: text", "second context"),
        ("default halt\ndefault message", "second default"),
    ],
)
def test_what_a_file_says_twice_or_too_much_is_refused(rules: str, match: str) -> None:
    with pytest.raises(WrongPolicy, match=match):
        policy(rules)


@pytest.mark.parametrize(
    "content",
    [
        '{"rules":[{"id":"a","effect":"allow"},{"id":"a","effect":"forbid"}]}',
        '{"rules":[{"id":"a","effect":"allow","when":"false","when":"true"}]}',
        '{"rules":[{"id":"","effect":"allow"}]}',
        '{"tools":{"t":{"parameters":{"type":"object","properties":{"x":{"type":"number","maximum":NaN}}}}}}',
    ],
)
def test_what_json_says_twice_or_is_none_is_refused(content: str) -> None:
    with pytest.raises(WrongPolicy):
        files.read(content)


@pytest.mark.parametrize("mark", ["\u2028", "\u2029", "\x85", "\x1c", "\x0b"])
def test_a_text_may_hold_what_ends_a_line_elsewhere(mark: str) -> None:
    rule = Rule("r", "allow", "send", Compare("==", Path("arg", ("to",)), Constant(f"a{mark} b")), reason=f"x{mark}y")
    known = msgspec.structs.replace(policy(""), rules=(rule,))
    assert files.read(files.write_text(known)) == known
    assert files.read(files.write_json(known).decode()) == known


def test_an_imported_rule_reads_anchors_and_dots_as_they_are_meant() -> None:
    with pytest.raises(WrongPolicy, match="anchors"):
        progent.translate({"send": [(1, 1, {"to": "evil|bad$"}, 0)]})
    rules = progent.translate({"send": [(1, 0, {"to": r"[.a]*.*@corp\.com$"}, 0)]}).rules
    known = msgspec.structs.replace(policy(""), rules=rules)
    assert kind(known, to="ada.x@corp.com") == "allow"
    assert kind(known, to="eve@x.org\n@corp.com") == "block"


# Time


def timed(call: Callable[[], object]) -> float:
    start = time.process_time()
    call()
    return time.process_time() - start


def test_large_calls_and_sets_cost_little() -> None:
    names = ", ".join(f'"u{at}"' for at in range(2000))
    tool = "tool send(to: text, l?: [text])"
    known = policy(f"rule a: allow send\n    when all x in arg.l: x in {{{names}}}", tool)
    assert kind(known, to="", l=["u1999"] * 500) == "allow"
    assert timed(lambda: kind(known, to="", l=["u1999"] * 500)) < 0.5
    assert timed(lambda: kind(known, to="a\n" * 500_000, l=["u1"])) < 0.5


def tangled(rules: int, extra: str = "") -> PolicySet:
    """Return rules that each speak of all arguments, which is hard for automata and easy for a solver."""
    names = 4
    text = "\n".join(
        f"rule r{at}: {'forbid' if at % 3 == 0 else 'allow'} t\n"
        f'    when (arg.a{at % names} == "x{at}" or starts(arg.a{(at + 1) % names}, "p{at}"))'
        f' and (arg.n{at % names} > {at} or glob(arg.a{(at + 2) % names}, "*{at}*"))\n    priority {at}'
        for at in range(rules)
    )
    fields = ", ".join(f"a{at}: text, n{at}: integer" for at in range(names))
    return policy(f"{text}\n{extra}", f"tool t({fields})")


def test_automata_give_up_in_time_for_a_solver_to_answer() -> None:
    narrow = tangled(24, "rule z: forbid t\n    when arg.n0 == 3\n    priority 0")
    assert timed(lambda: narrows(narrow, tangled(24))) < 15
    assert isinstance(narrows(narrow, tangled(24), ("cvc5",)), Proved)


@pytest.mark.parametrize("letter", ["\0", "\x0b", "\x7f", "\x9f", "\ud800", "\U00030000", "\U0010ffff"])
def test_characters_that_no_text_may_hold_are_refused(letter: str) -> None:
    with pytest.raises(Malformed, match=f"{ord(letter):04X}"):
        normal(f"a{letter}\n")
    assert normal("\t\r\n\xa0\U0002ffff") == "\t\r\n\xa0\U0002ffff"
