"""A language model as the proposer."""

import itertools
import threading
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path

import msgspec

from solon.contract import Ask, Candidate, History, Program, Proposal, Task, Value
from solon.language import Language, language_of, parse_python
from solon.model import (
    UNSUPPORTED,
    Address,
    BudgetSpent,
    Cassette,
    Client,
    Edit,
    EditError,
    Endpoint,
    Form,
    Ledger,
    Message,
    Patient,
    Rejected,
    Reply,
    Request,
    Rung,
    Transport,
    Turns,
    apply_edits,
    named_parts,
    parse_address,
    read_edits,
    screen,
)
from solon.propose.conversation import Lessons, lessons
from solon.propose.parse import ANSWER_SCHEMA, ReplyError, fenced_blocks, parse_answer, parse_reply
from solon.propose.prompt import fenced, instruction, without_excerpts

REJECTED = "rejected"  # kind of a program that holds a reply from which none could be read
_UNFIT_NAME = "rejected reply"  # no plain file name, so that no judge takes it for a program
_KEPT = 200_000  # characters of a rejected reply
_TOGETHER = 8  # conversations at once, so that a budget does not end when all have begun and none is finished
_RECENT = 8  # candidates besides the parents of which the prompt speaks
_RUNGS: tuple[Rung, ...] = ("json", "tool")
_FORMS = {rung: Form(rung, "answer", ANSWER_SCHEMA) for rung in _RUNGS}


class _Reading(Value, frozen=True):
    """What a reply came to; a program may come with a complaint, if only the task's own check objects."""

    program: Program | None
    complaint: str
    text: str
    hopeless: bool = False


class _Draw(Value, frozen=True):
    """A request and its reply."""

    request: Request
    reply: Reply


class ModelProposer:
    """Ask a model for each candidate, and once more, with the exact error, if its reply is unusable.

    Every reply becomes a proposal: one that stays unusable becomes a program of the kind ``REJECTED``, which is judged
    invalid and keeps reason and reply in the journal. Proposals are a function of history, wish and replies, whatever
    the number of workers; a call's sample index is the number of its candidate, so that no two candidates share one.

    Structured replies are asked for from the given rung of the ladder on: a JSON schema, a tool, plain text. Where the
    endpoint refuses a rung, the next one is taken; the operators of the candidates remember it, so that a resumed or
    replayed run takes the same one.

    Args:
        client: what answers the requests.
        model: the model's name, or a request whose parameters all requests take.
        structured: the first rung; None asks for plain text, and operators then name no form.
        turns: what leads up to a program that has no parents, see ``solon.propose.conversation``.
    """

    def __init__(
        self,
        client: Client | Transport,
        model: str | Request,
        *,
        structured: Rung | None = None,
        turns: Turns | None = None,
    ) -> None:
        self._client = client if isinstance(client, Client) else Client(client)
        self._pattern = Request(model, ()) if isinstance(model, str) else model
        self._structured: Rung | None = structured
        self._turns: Turns | None = turns

    def propose(self, task: Task, history: History, ask: Ask, entropy: int) -> Sequence[Proposal]:
        """Return ``ask.count`` proposals, the first of them only when the budget of calls ends before.

        Raises BudgetSpent if it allows none, CallFailed, and MissingRecording in a replay.
        """
        del entropy  # the draws are the server's, told apart by their numbers
        base = next((it.proposal.program for it in history if it.number in ask.parents[:1]), None)
        draws = self._draw(task, history, ask)
        readings = [self._read(it.reply, it.request.form, base, task) for it in draws]
        corrected = self._correct([it.request for it in draws], readings, base, task)
        return [
            Proposal(
                _settle(corrected.get(place, reading), reading),
                ask.parents,
                self._operator(draws[place].request.form, corrected=place in corrected),
            )
            for place, reading in enumerate(readings)
        ]

    def _draw(self, task: Task, history: History, ask: Ask) -> list[_Draw]:
        """Return the first replies in order, each in the highest form that the endpoint did not refuse.

        A form that no candidate has shown to work is tried by one call before the others follow.
        """
        drawn: dict[int, _Draw] = {}
        known = _known_forms(history)
        before = lessons(task, None if ask.parents else self._turns)
        for form in self._ladder(known):
            messages = render_messages(task, history, ask.parents, ask.operator, form)
            missing = [place for place in range(ask.count) if place not in drawn]
            alone = missing[:1] if form is not None and form.rung not in known else []
            rest = missing[len(alone) :]
            together = _TOGETHER if before.turns else len(missing)
            for group in (alone, *(rest[at : at + together] for at in range(0, len(rest), together))):
                requests = [self._request(messages, len(history) + place, form) for place in group]
                try:
                    requests = self._taught(requests, before)
                    replies = self._client.complete_all(requests)
                except BudgetSpent:
                    if 0 not in drawn:
                        raise
                    return _first(drawn)
                accepted = {
                    place: _Draw(request, reply)
                    for place, request, reply in zip(group, requests, replies, strict=False)
                    if reply.finish_reason != UNSUPPORTED
                }
                drawn |= accepted
                if len(replies) < len(group) and 0 in drawn:
                    return _first(drawn)  # the budget ends here
                if len(accepted) < len(group):
                    break
            if len(drawn) == ask.count:
                break
        return _first(drawn)

    def _taught(self, requests: Sequence[Request], before: Lessons) -> list[Request]:
        """Return the requests after the turns that lead up to them, the first ones only when the budget ends before."""
        talks = [_opened(request.messages[:-1], before) for request in requests]
        for said in before.turns:
            talks = [(*talk, Message("user", said)) for talk in talks]
            asked = [
                msgspec.structs.replace(request, messages=talk, form=None)
                for request, talk in zip(requests, talks, strict=False)
            ]
            replies = self._client.complete_all(asked) if asked else []
            talks = [
                (*talk, Message("assistant", reply.text.strip() or "(empty)"))
                for talk, reply in zip(talks, replies, strict=False)
            ]
        lead = f"{before.lead}\n\n" if before.lead else ""
        return [
            msgspec.structs.replace(request, messages=(*talk, Message("user", f"{lead}{request.messages[-1].content}")))
            for request, talk in zip(requests, talks, strict=False)
        ]

    def _ladder(self, known: AbstractSet[str]) -> list[Form | None]:
        """Return the forms to try, from the lowest that was taken before."""
        if self._structured is None:
            return [None]
        rungs: list[Rung | None] = [*_RUNGS[_RUNGS.index(self._structured) :], None]
        lowest = max((place for place, rung in enumerate(rungs) if (rung or "text") in known), default=0)
        return [_FORMS[rung] if rung is not None else None for rung in rungs[lowest:]]

    def _operator(self, form: Form | None, *, corrected: bool) -> str:
        named = [] if self._structured is None else [form.rung if form is not None else "text"]
        return ", ".join(["model", *named, *(["corrected"] if corrected else [])])

    def _correct(
        self, requests: Sequence[Request], readings: Sequence[_Reading], base: Program | None, task: Task
    ) -> dict[int, _Reading]:
        """Return what the second replies came to, by place; all first replies come before any second one."""
        places = [place for place, it in enumerate(readings) if it.complaint and not it.hopeless]
        second: list[Request] = []
        for place in places:
            reading, first = readings[place], requests[place]
            turn = (
                Message("assistant", reading.text.strip() or "(empty)"),
                Message("user", f"{reading.complaint}\n\nAnswer again in the same form, corrected."),
            )
            second.append(self._request((*first.messages, *turn), first.sample, first.form))
        try:
            replies = self._client.complete_all(second)
        except BudgetSpent:
            return {}  # the first replies are paid for and count; the next wish will meet the spent budget again
        return {
            place: self._read(reply, requests[place].form, base, task)
            for place, reply in zip(places, replies, strict=False)  # fewer replies when the budget ends
        }

    def _request(self, messages: tuple[Message, ...], sample: int, form: Form | None) -> Request:
        return msgspec.structs.replace(self._pattern, messages=messages, sample=sample, form=form)

    def _read(self, reply: Reply, form: Form | None, base: Program | None, task: Task) -> _Reading:
        screened = screen(reply, form)
        if isinstance(screened, Rejected):
            return _Reading(None, screened.reason, reply.text, screened.hopeless)
        read = read_answer if form is None else read_structured_answer
        try:
            program = read(reply.text, base, language_of(task))
        except ReplyError as error:
            return _Reading(None, str(error), reply.text)
        fault = task.lint(program)
        complaint = f"{fault.message} {fault.remedy}\n{fault.traceback}".strip() if fault is not None else ""
        return _Reading(program, complaint, reply.text)


def make_model_proposer(
    address: str,
    calls: Path,
    *,
    ledger: Ledger | None = None,
    replay: bool = False,
    workers: int = 8,
) -> ModelProposer:
    """Build the proposer for an address such as ``openai:NAME``, see ``parse_address``; raises ValueError.

    Calls are recorded in the folder ``calls``, and what is recorded there is not paid for again. With ``replay`` they
    only come from there: neither key nor connection is needed.
    """
    at = parse_address(address)
    interrupted = threading.Event()
    cassette = Cassette(calls)

    def lose(request: Request) -> None:
        cassette.lose(request)
        if ledger is not None:
            ledger.lose(request)

    transport = None if replay else Patient(Endpoint(at), lost=lose, sleep=interrupted.wait)
    return ModelProposer(
        Client(transport, cassette=cassette, ledger=ledger, workers=workers, interrupted=interrupted),
        Request(at.model, (), at.max_tokens, at.temperature, at.effort, thinking=at.thinking),
        structured=at.structured,
        turns=at.turns,
    )


def first_request(task: Task, at: Address) -> Request:
    """Return the call that asks for the first program of a run, without the replies of turns that lead up to it."""
    form = _FORMS[at.structured] if at.structured else None
    messages = render_messages(task, (), (), "", form)
    before = lessons(task, at.turns)
    if before.turns:
        said = "\n\n".join((*before.turns, before.lead, messages[-1].content))
        messages = (*_opened(messages[:-1], before), Message("user", said))
    return Request(at.model, messages, at.max_tokens, at.temperature, at.effort, 0, at.thinking, form)


def rejection(program: Program) -> str | None:
    """Return why a reply was rejected, if that is what the program is."""
    return program.source.partition("\n")[0] if program.kind == REJECTED else None


def read_answer(text: str, base: Program | None, language: Language) -> Program:
    """Return the program of a reply: edits of ``base``, several named files, or one whole file, tried in this order.

    Edits that do not apply are ignored if the reply also holds a whole program. Raises ReplyError.
    """
    complaint = ""
    try:
        edits = read_edits(text, language.file if base is not None else "")
        if edits and base is not None:
            return _checked(Program(apply_edits(base.files, edits), base.entry, base.kind), language)
        if edits:
            complaint = "The reply holds edits, but there is no program to edit; send a whole program."
    except (EditError, ReplyError) as error:
        complaint = str(error)
    try:
        return _files(text, language) or parse_reply(text, language)
    except ReplyError:
        if complaint:
            raise ReplyError(complaint) from None
        raise


def read_structured_answer(text: str, base: Program | None, language: Language) -> Program:
    """Return the program of a structured reply: its files, or ``base`` after its edits. Raises ReplyError."""
    answer = parse_answer(text)
    file = language.file
    if answer.files and file not in {it.name for it in answer.files}:
        raise ReplyError(f"The answer lacks the file {file}; send the complete program.")
    if answer.files:
        files = tuple((it.name, it.source.rstrip() + "\n") for it in answer.files)
        return _checked(Program(files, language.entry, language.kind), language)
    if base is None:
        raise ReplyError("The answer holds edits, but there is no program to edit; send whole files.")
    edits = tuple(Edit(it.file, _lines(it.search), _lines(it.replace)) for it in answer.edits)
    try:
        return _checked(Program(apply_edits(base.files, edits), base.entry, base.kind), language)
    except EditError as error:
        raise ReplyError(str(error)) from None


def render_messages(  # one argument a part of the prompt
    task: Task,
    history: History,
    parents: tuple[int, ...],
    operator: str = "",
    form: Form | None = None,
) -> tuple[Message, ...]:
    """Return the conversation that asks for a program: what never changes first, so that servers can cache it.

    Shows of a result only its feedback and its fault, never a score: what a proposer may see is decided elsewhere.
    """
    chosen = [candidate for candidate in history if candidate.number in parents]
    others = [it for it in history if it not in chosen and _remark(it)][-_RECENT:]
    language = language_of(task)
    sections = [_form(language) if form is None else _structured_form(language, form)]
    if others:
        lines = "\n".join(f"- Candidate {it.number}: {without_excerpts(_remark(it))}" for it in others)
        sections.append(f"# What was learnt from other candidates\n\n{lines}")
    if chosen:
        shown = "\n\n".join(_parent(it, language) for it in sorted(chosen, key=lambda it: parents.index(it.number)))
        sections.append(f"# Programs to improve on\n\n{shown}")
    sections.append(instruction(operator, len(chosen)))
    return (Message("system", task.brief().strip()), Message("user", "\n\n".join(sections)))


def _opened(messages: tuple[Message, ...], before: Lessons) -> tuple[Message, ...]:
    """Return what a conversation begins with."""
    return (Message("system", before.brief), *messages[1:]) if before.brief else messages


def _known_forms(history: History) -> AbstractSet[str]:
    """Return the forms that replies to a model's proposer came in, by the operators of its candidates."""
    operators = (candidate.proposal.operator.split(", ") for candidate in history)
    return {words[1] for words in operators if words[0] == "model" and len(words) > 1}


def _first(drawn: Mapping[int, _Draw]) -> list[_Draw]:
    """Return the draws up to the first place without one."""
    return [drawn[place] for place in itertools.takewhile(drawn.__contains__, itertools.count())]


def _lines(text: str) -> tuple[str, ...]:
    return tuple(text.replace("\r\n", "\n").removesuffix("\n").split("\n")) if text else ()


def _settle(last: _Reading, first: _Reading) -> Program:
    """Return the program that counts: the last one that could be read, else the last reply, marked as rejected."""
    program = last.program or first.program
    if program is None:
        kept = f"{last.complaint.partition(chr(10))[0]}\n\n{last.text[:_KEPT]}"
        program = Program(((_UNFIT_NAME, kept),), f"{_UNFIT_NAME}:none", REJECTED)
    return program


def _files(text: str, language: Language) -> Program | None:
    """Return the program whose files the reply names before their blocks, if the entry's file is among them."""
    files: dict[str, str] = {}
    for name, part in named_parts(text):
        blocks = fenced_blocks(part)
        if blocks and not blocks[0].closed:
            raise ReplyError(f"The reply was cut off inside {name}; send the whole program again, but shorter.")
        if blocks:
            files[name] = blocks[0].text.rstrip() + "\n"
    if language.file not in files:
        return None
    return _checked(Program(tuple(files.items()), language.entry, language.kind), language)


def _checked(program: Program, language: Language) -> Program:
    """Return the program if its files can be read and its entry point is defined; else raise ReplyError."""
    for name, text in program.files:
        if name.endswith(".py"):
            try:
                parse_python(text)
            except SyntaxError as error:
                raise ReplyError(f"The file {name} is not valid Python (line {error.lineno}: {error.msg}).") from None
            except (ValueError, RecursionError, MemoryError):
                raise ReplyError(f"The file {name} cannot be read as Python; send it with less nesting.") from None
    if complaint := language.complaint(program.source):
        raise ReplyError(f"The code block {complaint}.")
    return program


def _remark(candidate: Candidate) -> str:
    """Return the reason of a rejection, the fault with its remedy, or the feedback."""
    reason = rejection(candidate.proposal.program)
    if reason is not None:
        return f"Rejected: {reason}"
    fault = candidate.fault
    if fault is not None:
        return f"Invalid ({fault.kind}): {fault.message} {fault.remedy}".strip()
    return candidate.feedback.text.strip()


def _parent(candidate: Candidate, language: Language) -> str:
    program = candidate.proposal.program
    several = len(program.files) > 1
    shown = "\n\n".join(
        (f"FILE: {name}\n" if several else "") + fenced(text, language.fences[0]) for name, text in program.files
    )
    remark = _remark(candidate)
    return f"Candidate {candidate.number}:\n\n{shown}" + (f"\n\n{remark}" if remark else "")


def _form(language: Language) -> str:
    file, what = language.file, f" and {language.demand}" if language.demand else ""
    return f"""\
# Form of your answer

Think first. Then give the program in one of two forms.

Whole: the complete file {file} in one fenced block that starts with ```{language.fences[0]}{what}; \
only the last such block counts. A program of several files has a line such as `FILE: {file}` before each block.

Edits, where a program to improve on is shown: they change the first one shown, and each must find its lines in \
exactly one place.

FILE: {file}
<<<<<<< SEARCH
lines as they stand in the program
=======
lines to put there
>>>>>>> REPLACE"""


def _structured_form(language: Language, form: Form) -> str:
    how = "as one JSON object" if form.rung == "json" else f"by calling the tool `{form.name}` once"
    file = f"{language.file} must be among them{_as_wish(language.demand)}"
    return f"""\
# Form of your answer

Answer {how}, with nothing beside it. `thoughts` comes first: think there. Then fill one of two lists and leave the \
other empty.

`files`: the complete program, each file with its name and its source; {file}.

`edits`, where a program to improve on is shown: they change the first one shown. Each names a file, whole lines to \
search for, which must stand in exactly one place, and the lines to put there."""


def _as_wish(demand: str) -> str:
    """Return "defines x" as "and define x": what must be."""
    verb, _, rest = demand.partition(" ")
    return f" and {verb.removesuffix('s')} {rest}" if demand else ""
