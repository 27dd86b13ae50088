"""A model as the proposer: prompts, tolerant reading, one correction, rejects that are kept, and exact replays."""

import json
import socket
from collections.abc import Sequence
from pathlib import Path

import pytest

from model.fakes import Fake, answer
from propose.samples import Plain, program
from solon.contract import Ask, Candidate, Fault, Feedback, Program, ProgramFault, Proposal
from solon.engine import check_program
from solon.language import PYTHON
from solon.model import (
    UNSUPPORTED,
    BudgetSpent,
    Caps,
    Cassette,
    Client,
    Ledger,
    MissingRecording,
    Reply,
    Request,
    load_prices,
    parse_address,
)
from solon.propose import ReplyError, check_proposer
from solon.propose.model import (
    REJECTED,
    ModelProposer,
    first_request,
    make_model_proposer,
    read_answer,
    read_structured_answer,
    rejection,
    render_messages,
)

GOOD = "def policy(env, agent_id):\n    return 3\n"
OTHER = "def policy(env, agent_id):\n    return 4\n"
TASK = Plain()


def fenced(source: str) -> str:
    return f"```python\n{source}```\n"


def numbered(request: Request) -> Reply:
    """A model whose program depends on the sample, and on whether a program was shown."""
    shown = "# Programs to improve on" in request.messages[1].content
    return answer(
        f"Thoughts.\n{fenced(f'def policy(env, agent_id):{chr(10)}    return {request.sample}, {shown}' + chr(10))}"
    )


def propose(function, count: int = 1, history=(), parents=(), task: Plain = TASK, **options) -> list[Proposal]:
    proposer = ModelProposer(Fake(function), "gpt-4.1-mini", **options)
    return list(proposer.propose(task, tuple(history), Ask(count, 1, parents), 0))


def candidate(number: int, source: str | Program = GOOD, **fields) -> Candidate:
    chosen = source if isinstance(source, Program) else program(source)
    return Candidate(number, Proposal(chosen), 0, **fields)


HISTORY = [
    candidate(0, GOOD, scores=(123.25,), feedback=Feedback("sparse", "Collected 8 apples.")),
    candidate(1, OTHER, fault=Fault("time", "It took too long.", "Cache the distances.")),
    candidate(2, OTHER, scores=(1.0,), feedback=Feedback("sparse", "Collected 2 apples.")),
]


# Prompts


def test_the_system_prompt_is_the_brief_and_the_user_prompt_begins_alike() -> None:
    first = render_messages(TASK, (), ())
    later = render_messages(TASK, HISTORY, (0,))
    assert [message.role for message in first] == ["system", "user"]
    assert first[0] == later[0]
    assert first[0].content == TASK.brief().strip()
    form = first[1].content.partition("\n\nWrite a program that solves")[0]
    assert later[1].content.startswith(form)
    assert "defines `policy`" in form


def test_the_prompt_holds_parents_and_feedback_but_no_score() -> None:
    text = render_messages(TASK, HISTORY, (0,))[1].content
    assert f"Candidate 0:\n\n{fenced(GOOD)}\nCollected 8 apples." in text
    assert OTHER not in text
    assert "- Candidate 1: Invalid (time): It took too long. Cache the distances." in text
    assert "- Candidate 2: Collected 2 apples." in text
    assert "123.25" not in text


def test_at_the_level_none_only_faults_are_shown() -> None:
    history = [candidate(0), candidate(1, fault=Fault("raised", "Division by zero."))]
    text = render_messages(TASK, history, ())[1].content
    assert "Candidate 0" not in text
    assert "Division by zero." in text


def test_parents_are_shown_in_the_order_of_the_wish_with_all_their_files() -> None:
    double = Program((("policy.py", GOOD), ("helpers.py", "NOTE = '```'\n")))
    text = render_messages(TASK, [*HISTORY, candidate(3, double)], (3, 0))[1].content
    assert text.index("Candidate 3:") < text.index("Candidate 0:")
    assert "FILE: helpers.py\n````python" in text


def test_only_recent_feedback_is_shown() -> None:
    many = [candidate(n, feedback=Feedback("sparse", f"remark {n}.")) for n in range(50)]
    text = render_messages(TASK, many, ())[1].content
    assert "remark 42." in text
    assert "remark 41." not in text


# Reading


def test_a_whole_program_is_read_from_a_fence_or_the_bare_text() -> None:
    for text in (fenced(GOOD), GOOD, f"First {fenced(OTHER)} then {fenced(GOOD)}".replace(" ```", "\n```")):
        assert read_answer(text, None, PYTHON) == program(GOOD)


def test_several_named_files_become_one_program() -> None:
    text = (
        f"FILE: policy.py\n{fenced('import lib' + chr(10) + GOOD)}\n**File: `lib.py`**\n\n{fenced('A = 1' + chr(10))}"
    )
    read = read_answer(text, None, PYTHON)
    assert read.files == (("policy.py", f"import lib\n{GOOD}"), ("lib.py", "A = 1\n"))


EDIT = "<<<<<<< SEARCH\n    return 3\n=======\n    return 7\n>>>>>>> REPLACE\n"


def test_edits_apply_to_the_first_parent() -> None:
    base = Program((("policy.py", GOOD), ("lib.py", "A = 1\n")))
    read = read_answer(f"So:\n```\n{EDIT}```\n", base, PYTHON)
    assert read.files == (("policy.py", GOOD.replace("3", "7")), ("lib.py", "A = 1\n"))


def test_a_whole_program_counts_where_the_edits_beside_it_do_not_fit() -> None:
    text = f"{EDIT.replace('return 3', 'return 9')}\nThe whole file:\n{fenced(OTHER)}"
    assert read_answer(text, program(GOOD), PYTHON) == program(OTHER)


@pytest.mark.parametrize(
    ("text", "base", "message"),
    [
        (EDIT, None, "no program to edit"),
        (EDIT, program(OTHER), "policy.py does not hold"),
        (EDIT[:-20], program(GOOD), "cut off"),
        (EDIT.replace("return 7", "return ("), program(GOOD), "policy.py is not valid Python"),
        (EDIT.replace("return 3", "missing"), program(GOOD), "first: 'missing'"),
        (f"FILE: policy.py\n{fenced(GOOD)}FILE: lib.py\n{fenced('A = (' + chr(10))}", None, "lib.py is not valid"),
        (f"FILE: policy.py\n{fenced(GOOD)}FILE: lib.py\n```python\nA = 1\n", None, "cut off"),
        (f"FILE: policy.py\n{fenced('A = 1' + chr(10))}", None, "does not define 'policy'"),
        (f"FILE: lib.py\n{fenced('A = 1' + chr(10))}", None, "does not define 'policy'"),
        ("I would rather not.", None, "no python code block"),
    ],
)
def test_an_unusable_answer_is_explained(text: str, base: Program | None, message: str) -> None:
    with pytest.raises(ReplyError, match=message):
        read_answer(text, base, PYTHON)


# Structured replies


def structured(*, files=(), edits=()) -> str:
    """The JSON text of an answer."""
    return json.dumps(
        {
            "thoughts": "So.",
            "files": [{"name": name, "source": source} for name, source in files],
            "edits": [{"file": file, "search": search, "replace": replace} for file, search, replace in edits],
        }
    )


class Rungs(Fake):
    """A model behind an endpoint that offers some forms; ``flaky`` samples are refused every structured form."""

    def __init__(self, *offered: str, flaky: tuple[int, ...] = ()) -> None:
        self.offered, self.flaky = offered, flaky
        super().__init__(self.reply)

    def reply(self, request: Request) -> Reply:
        rung = request.form.rung if request.form else None
        source = f"def policy(env, agent_id):\n    return {request.sample}\n"
        if rung is None:
            return answer(fenced(source))
        if rung not in self.offered or request.sample in self.flaky:
            return Reply("", UNSUPPORTED, 0, 0)
        return answer(structured(files=[("policy.py", source)]), tool="answer" if rung == "tool" else "")

    def asked(self) -> list[tuple[str, int]]:
        return [(it.form.rung if it.form else "text", it.sample) for it in self.requests]


def draw(client, count: int, history: Sequence[Candidate] = (), first: str = "json") -> list[Proposal]:
    proposer = ModelProposer(client, "gpt-4.1-mini", structured=first)
    return list(proposer.propose(TASK, tuple(history), Ask(count, 1), 0))


def follow(proposals: list[Proposal]) -> list[Candidate]:
    return [Candidate(number, proposal, 0) for number, proposal in enumerate(proposals)]


@pytest.mark.parametrize(
    ("offered", "first", "form", "refusals"),
    [
        (("json", "tool"), "json", "json", []),
        (("tool",), "json", "tool", [("json", 0)]),
        ((), "json", "text", [("json", 0), ("tool", 0)]),
        (("json", "tool"), "tool", "tool", []),
        (("json",), "tool", "text", [("tool", 0)]),
    ],
)
def test_a_refused_form_is_met_once_and_the_next_one_taken(offered, first: str, form: str, refusals: list) -> None:
    model = Rungs(*offered)
    proposals = draw(Client(model, workers=1), 4, first=first)
    assert {proposal.operator for proposal in proposals} == {f"model, {form}"}
    assert [proposal.program.source[-2] for proposal in proposals] == ["0", "1", "2", "3"]
    assert model.asked() == [*refusals, *((form, sample) for sample in range(4))]
    more = draw(Client(model, workers=1), 2, follow(proposals), first=first)
    assert {proposal.operator for proposal in more} == {f"model, {form}"}
    assert model.asked()[-2:] == [(form, 4), (form, 5)]
    assert len(model.requests) == len(refusals) + 6, "what was refused is remembered by the candidates"


def test_the_prompt_describes_the_form_that_is_asked_for() -> None:
    model = Rungs("tool")
    draw(Client(model, workers=1), 1)
    first, second = (request.messages[1].content for request in model.requests)
    assert "as one JSON object" in first
    assert "by calling the tool `answer` once" in second
    assert "```" not in first


def test_single_refusals_are_asked_again_alone_and_lower_the_form_of_later_groups() -> None:
    model = Rungs("json", "tool", flaky=(2,))
    proposals = draw(Client(model, workers=1), 4)
    assert [proposal.operator for proposal in proposals] == ["model, json", "model, json", "model, text", "model, json"]
    assert model.asked()[-2:] == [("tool", 2), ("text", 2)]
    assert draw(Client(model), 1, follow(proposals))[0].operator == "model, text"


@pytest.mark.parametrize("flaky", [(), (0, 3), (2, 5)])
def test_the_ladder_is_the_same_for_any_number_of_workers_and_in_a_replay(tmp_path: Path, flaky) -> None:
    def play(client: Client) -> list[Proposal]:
        history: list[Candidate] = []
        for _ in range(3):
            history += [
                Candidate(len(history) + place, it, 0) for place, it in enumerate(draw(client, 6, tuple(history)))
            ]
        return [it.proposal for it in history]

    one = play(Client(Rungs("json", flaky=flaky), workers=1))
    assert len(one) == 18
    assert play(Client(Rungs("json", flaky=flaky), cassette=Cassette(tmp_path), workers=16)) == one
    assert play(Client(cassette=Cassette(tmp_path))) == one


def test_a_run_that_is_resumed_keeps_its_form(tmp_path: Path) -> None:
    first = draw(Client(Rungs("tool"), cassette=Cassette(tmp_path)), 2)
    repaired = Rungs("json", "tool")
    resumed = draw(Client(repaired, cassette=Cassette(tmp_path)), 2, follow(first))
    assert [form for form, _ in repaired.asked()] == ["tool", "tool"]
    replay = Client(cassette=Cassette(tmp_path))
    assert draw(replay, 2) == first
    assert draw(replay, 2, follow(first)) == resumed


def test_a_budget_that_ends_on_the_ladder_keeps_the_first_proposals() -> None:
    worst = 20_000
    ledger = Ledger(load_prices(), Caps(tokens=worst))
    proposals = draw(Client(Rungs("tool"), ledger=ledger), 2000)
    assert 0 < len(proposals) < 2000
    assert {proposal.operator for proposal in proposals} == {"model, tool"}
    with pytest.raises(BudgetSpent):
        draw(Client(Rungs("tool"), ledger=ledger), 1)


GIVEN = structured(files=[("policy.py", GOOD)])


@pytest.mark.parametrize(
    ("text", "base", "message"),
    [
        (GIVEN[:-4], None, "not the JSON object that was asked for"),
        (f"```json\n{GIVEN}\n```", None, "not the JSON object"),
        (fenced(GOOD), None, "not the JSON object"),
        ("[1]", None, "not the JSON object"),
        ('{"files": [{"name": "policy.py", "source": 3}]}', None, "not the JSON object"),
        (GIVEN.replace('"thoughts"', '"ideas"'), None, "not the JSON object"),
        ("[" * 100_000, None, "not the JSON object"),
        ("9" * 1_000_001, None, "send at most"),
        (structured(), None, "either files or edits"),
        (structured(files=[("policy.py", GOOD)], edits=[("policy.py", "a", "b")]), None, "either files or edits"),
        (structured(files=[("policy.py", GOOD), ("policy.py", OTHER)]), None, "names a file twice"),
        (structured(files=[("lib.py", "A = 1\n")]), None, "policy.py"),
        (structured(files=[("policy.py", "A = (")]), None, "policy.py is not valid Python"),
        (structured(files=[("policy.py", "A = 1")]), None, "does not define 'policy'"),
        (structured(edits=[("policy.py", "    return 3", "    return 7")]), None, "no program to edit"),
        (structured(edits=[("policy.py", "    return 3", "    return 7")]), program(OTHER), "does not hold"),
        (structured(edits=[("policy.py", "", "    return 7")]), program(GOOD), "searches for nothing"),
    ],
)
def test_an_unusable_structured_answer_is_explained(text: str, base: Program | None, message: str) -> None:
    with pytest.raises(ReplyError, match=message):
        read_structured_answer(text, base, PYTHON)


def test_a_structured_answer_is_files_or_edits_of_the_first_parent() -> None:
    files = structured(files=[("policy.py", "import lib\n" + GOOD), ("lib.py", "A = 1")])
    read = read_structured_answer(files, None, PYTHON)
    assert read.files == (("policy.py", f"import lib\n{GOOD}"), ("lib.py", "A = 1\n"))
    edits = structured(edits=[("policy.py", "    return 3\n", "    wait = 1\n    return 7\n")])
    read = read_structured_answer(edits, program(GOOD), PYTHON)
    assert read.source == GOOD.replace("    return 3", "    wait = 1\n    return 7")
    odd = json.dumps({"thoughts": "", "files": [{"name": "policy.py", "source": f"# \ud800\n{GOOD}"}], "edits": []})
    assert read_structured_answer(odd, None, PYTHON).source == f"# ?\n{GOOD}"


@pytest.mark.parametrize(
    "reply",
    [
        answer(GIVEN, "length", tool="answer"),
        answer(GIVEN, "tool_calls", tool="run"),
        answer(GIVEN[:-4], "stop", tool="answer"),
        answer(fenced(GOOD)),
    ],
)
def test_a_torn_or_wrong_structured_reply_is_corrected_once_and_then_kept_as_a_reject(reply: Reply) -> None:
    fake = Fake(lambda _request: reply)
    (proposal,) = draw(fake, 1, first="tool")
    assert len(fake.requests) == 2
    assert fake.requests[0].form == fake.requests[1].form is not None
    assert proposal.program.kind == REJECTED
    assert proposal.operator == "model, tool, corrected"
    mended = draw(Fake(lambda it: answer(GIVEN, tool="answer") if len(it.messages) == 4 else reply), 1, first="tool")
    assert mended == [Proposal(program(GOOD), (), "model, tool, corrected")]


# Corrections and rejects


def test_an_unusable_reply_is_corrected_once_with_the_exact_error() -> None:
    requests: list[Request] = []

    def model(request: Request) -> Reply:
        requests.append(request)
        return answer(fenced(GOOD) if len(request.messages) == 4 else fenced("def policy(env:\n"))

    (proposal,) = propose(model)
    assert proposal == Proposal(program(GOOD), (), "model, corrected")
    first, second = requests
    assert second.messages[:2] == first.messages
    assert second.messages[2].content == fenced("def policy(env:\n").strip()
    assert "not valid Python (line 1" in second.messages[3].content
    assert second.sample == first.sample


def test_the_tasks_own_check_is_worth_a_correction_too() -> None:
    class Strict(Plain):
        def lint(self, program: Program) -> Fault | None:
            return Fault("lint", "It returns 3.", "Return 4.") if "3" in program.source else None

    def model(request: Request) -> Reply:
        return answer(fenced(OTHER if "It returns 3. Return 4." in request.messages[-1].content else GOOD))

    assert propose(model, task=Strict())[0].program == program(OTHER)
    stubborn = propose(lambda _: answer(fenced(GOOD)), task=Strict())
    assert stubborn[0].program == program(GOOD), "the judge says invalid, with the task's own fault"
    worse = propose(lambda it: answer(fenced(GOOD) if len(it.messages) == 2 else "Sorry."), task=Strict())
    assert worse[0].program == program(GOOD)


@pytest.mark.parametrize(
    ("reply", "words", "calls"),
    [
        (answer("I would rather not."), "no python code block", 2),
        (answer(""), "empty", 2),
        (answer(GOOD, "length"), "cut off at the token limit", 2),
        (answer(GOOD, "content_filter"), "content filter", 1),
        (answer(GOOD, "tool_calls"), "called a tool", 2),
        (answer(GOOD, ""), "did not end by itself", 2),
    ],
)
def test_what_stays_unusable_is_kept_as_a_candidate_that_no_judge_accepts(reply: Reply, words: str, calls: int) -> None:
    fake = Fake(lambda _request: reply)
    (proposal,) = ModelProposer(fake, "gpt-4.1-mini").propose(TASK, (), Ask(1, 1), 0)
    assert len(fake.requests) == calls
    assert proposal.program.kind == REJECTED
    assert words in (rejection(proposal.program) or "")
    assert reply.text in proposal.program.source
    with pytest.raises(ProgramFault):
        check_program(proposal.program)
    assert rejection(program(GOOD)) is None


def test_later_prompts_show_why_a_reply_was_rejected() -> None:
    (rejected,) = propose(lambda _: answer("No."))
    history = [candidate(0, rejected.program, fault=Fault("entry", "no plain file name"))]
    text = render_messages(TASK, history, ())[1].content
    assert "- Candidate 0: Rejected: The reply holds no python code block; send exactly one." in text
    assert "no plain file name" not in text


def test_a_huge_reply_is_kept_in_part() -> None:
    (rejected,) = propose(lambda _: answer("y" * 2_000_000))
    assert len(rejected.program.source) < 250_000
    with pytest.raises(ProgramFault, match="holds no program"):
        check_program(rejected.program)


# Order, workers, replays, budgets


def test_the_rules_of_all_proposers_are_kept() -> None:
    check_proposer(lambda: ModelProposer(Fake(numbered), "gpt-4.1-mini"), TASK)
    check_proposer(lambda: ModelProposer(Fake(lambda _: answer("No.")), "gpt-4.1-mini"), TASK)


def test_siblings_are_drawn_by_candidate_number() -> None:
    fake = Fake(numbered)
    proposer = ModelProposer(fake, Request("gpt-4.1-mini", (), 99, 0.5, "low"))
    proposals = proposer.propose(TASK, HISTORY, Ask(3, 1, (0,)), 0)
    assert [proposal.program.source[-8:-1] for proposal in proposals] == ["3, True", "4, True", "5, True"]
    assert {proposal.parents for proposal in proposals} == {(0,)}
    assert sorted(request.sample for request in fake.requests) == [3, 4, 5]
    assert {(it.temperature, it.max_tokens, it.effort) for it in fake.requests} == {(0.5, 99, "low")}


def faulty(request: Request) -> Reply:
    """A model that gets every third candidate wrong, and every ninth twice."""
    corrected = len(request.messages) == 4
    wrong = request.sample % 3 == 0 and not (corrected and request.sample % 9)
    return answer("No.") if wrong else numbered(request)


def run(client: Client) -> list[Proposal]:
    proposer = ModelProposer(client, "gpt-4.1-mini")
    history: list[Candidate] = []
    for group in range(3):
        ask = Ask(10, 1, tuple(it.number for it in history[:1]))
        for proposal in proposer.propose(TASK, tuple(history), ask, group):
            history.append(Candidate(len(history), proposal, group, feedback=Feedback("sparse", f"{len(history)}.")))
    return [it.proposal for it in history]


def test_one_and_sixteen_workers_and_a_replay_propose_the_same(tmp_path: Path) -> None:
    one = run(Client(Fake(faulty), workers=1))
    assert len(one) == 30
    operators = [proposal.operator for proposal in one]
    assert operators.count("model, corrected") == 10
    assert sum(proposal.program.kind == REJECTED for proposal in one) == 4
    assert run(Client(Fake(faulty), cassette=Cassette(tmp_path), workers=16)) == one
    assert run(Client(cassette=Cassette(tmp_path))) == one


def test_an_interrupted_group_is_not_paid_twice(tmp_path: Path) -> None:
    first = Fake(faulty)
    run(Client(first, cassette=Cassette(tmp_path)))
    again = Fake(faulty)
    run(Client(again, cassette=Cassette(tmp_path)))
    assert again.requests == []


def test_a_replay_opens_no_socket_and_needs_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client(Fake(numbered), cassette=Cassette(tmp_path))
    recorded = ModelProposer(client, "gpt-4.1-mini").propose(TASK, (), Ask(4, 1), 0)

    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("a replay opened a socket")

    monkeypatch.setattr(socket, "socket", forbidden)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    replay = make_model_proposer("openai:gpt-4.1-mini", tmp_path, replay=True)
    assert replay.propose(TASK, (), Ask(4, 1), 0) == recorded
    with pytest.raises(MissingRecording, match="the nearest differs in sample"):
        replay.propose(TASK, (), Ask(5, 1), 0)
    with pytest.raises(MissingRecording, match=r"differs in message 2 \(user\), line"):
        replay.propose(TASK, HISTORY[:1], Ask(1, 1), 0)
    hotter = make_model_proposer("openai:gpt-4.1-mini?temperature=0.5", tmp_path, replay=True)
    with pytest.raises(MissingRecording, match=r"differs in temperature \(recorded None, asked 0.5\)"):
        hotter.propose(TASK, (), Ask(1, 1), 0)


@pytest.mark.parametrize("workers", [1, 16])
def test_a_spent_budget_cuts_a_group_at_the_same_place(tmp_path: Path, workers: int) -> None:
    def client(**sources) -> Client:
        return Client(**sources, cassette=Cassette(tmp_path), workers=workers)

    ledger = Ledger(load_prices(), Caps(tokens=11_000))
    spending = ModelProposer(client(transport=Fake(faulty), ledger=ledger), "gpt-4.1-mini")
    proposals = list(spending.propose(TASK, (), Ask(200, 1), 0))
    assert 0 < len(proposals) < 200
    assert ledger.total().tokens <= 11_000
    assert proposals[0].operator == "model", "no budget was left for corrections"
    assert rejection(proposals[0].program)
    assert list(ModelProposer(client(), "gpt-4.1-mini").propose(TASK, (), Ask(200, 1), 0)) == proposals
    assert len(proposals) == 142


def test_a_proposer_for_an_address_asks_with_its_parameters(tmp_path: Path) -> None:
    made = make_model_proposer("google:m?max_tokens=5&thinking=7&structured=tool", tmp_path, workers=2)
    with pytest.raises(ValueError, match="no model provider"):
        make_model_proposer("opus:x", tmp_path)
    assert made._request((), 3, None) == Request("m", (), 5, sample=3, thinking=7)
    assert made._structured == "tool"


def test_the_first_request_of_a_run_is_known_before_it_starts() -> None:
    fake = Fake(lambda _: answer(GIVEN, tool="answer"))
    at = parse_address("local:http://127.0.0.1:1/v1#m?structured=tool&max_tokens=99&effort=low")
    pattern = Request(at.model, (), at.max_tokens, at.temperature, at.effort)
    ModelProposer(fake, pattern, structured=at.structured).propose(TASK, (), Ask(1, 1), 0)
    assert fake.requests == [first_request(TASK, at)]
