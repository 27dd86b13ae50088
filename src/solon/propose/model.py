"""A language model as the proposer."""

import re
import threading
from collections.abc import Sequence
from pathlib import Path

from solon.contract import Ask, Candidate, History, Program, Proposal, Task, Value
from solon.model import (
    BudgetSpent,
    Cassette,
    Client,
    EditError,
    Effort,
    Ledger,
    Message,
    OpenAITransport,
    Patient,
    Rejected,
    Reply,
    Request,
    Transport,
    apply_edits,
    named_parts,
    parse_address,
    read_edits,
    screen,
)
from solon.propose.parse import ReplyError, fenced_blocks, parse_python, parse_reply
from solon.propose.prompt import instruction

REJECTED = "rejected"  # kind of a program that holds a reply from which none could be read
_UNFIT_NAME = "rejected reply"  # no plain file name, so that no judge takes it for a program
_KEPT = 200_000  # characters of a rejected reply
_RECENT = 8  # candidates besides the parents of which the prompt speaks


class _Reading(Value, frozen=True):
    """What a reply came to; a program may come with a complaint, if only the task's own check objects."""

    program: Program | None
    complaint: str
    text: str
    hopeless: bool = False


class ModelProposer:
    """Ask a model for each candidate, and once more, with the exact error, if its reply is unusable.

    Every reply becomes a proposal: one that stays unusable becomes a program of the kind ``REJECTED``, which is judged
    invalid and keeps reason and reply in the journal. Proposals are a function of history, wish and replies, whatever
    the number of workers; a call's sample index is the number of its candidate, so that no two candidates share one.
    """

    def __init__(  # one keyword a parameter of the calls
        self,
        client: Client | Transport,
        model: str,
        *,
        max_tokens: int = 8192,
        temperature: float | None = None,
        effort: Effort | None = None,
        entry: str = "policy.py:policy",
        kind: str = "python-policy",
    ) -> None:
        self._client = client if isinstance(client, Client) else Client(client)
        self._pattern = (model, max_tokens, temperature, effort)
        self._entry = entry
        self._kind = kind

    def propose(self, task: Task, history: History, ask: Ask, entropy: int) -> Sequence[Proposal]:
        """Return ``ask.count`` proposals, the first of them only when the budget of calls ends before.

        Raises BudgetSpent if it allows none, CallFailed, and MissingRecording in a replay.
        """
        del entropy  # the draws are the server's, told apart by their numbers
        base = next((it.proposal.program for it in history if it.number in ask.parents[:1]), None)
        messages = render_messages(task, history, ask.parents, self._entry, ask.operator)
        requests = [self._request(messages, len(history) + place) for place in range(ask.count)]
        readings = [self._read(reply, base, task) for reply in self._client.complete_all(requests)]
        corrected = self._correct(requests, readings, base, task)
        return [
            Proposal(
                _settle(corrected.get(place, reading), reading),
                ask.parents,
                "model, corrected" if place in corrected else "model",
            )
            for place, reading in enumerate(readings)
        ]

    def _correct(
        self, requests: Sequence[Request], readings: Sequence[_Reading], base: Program | None, task: Task
    ) -> dict[int, _Reading]:
        """Return what the second replies came to, by place; all first replies come before any second one."""
        places = [place for place, it in enumerate(readings) if it.complaint and not it.hopeless]
        second: list[Request] = []
        for place in places:
            reading = readings[place]
            turn = (
                Message("assistant", reading.text.strip() or "(empty)"),
                Message("user", f"{reading.complaint}\n\nAnswer again in the same form, corrected."),
            )
            second.append(self._request((*requests[place].messages, *turn), requests[place].sample))
        try:
            replies = self._client.complete_all(second)
        except BudgetSpent:
            return {}  # the first replies are paid for and count; the next wish will meet the spent budget again
        return {
            place: self._read(reply, base, task)
            for place, reply in zip(places, replies, strict=False)  # fewer replies when the budget ends
        }

    def _request(self, messages: tuple[Message, ...], sample: int) -> Request:
        model, max_tokens, temperature, effort = self._pattern
        return Request(model, messages, max_tokens, temperature, effort, sample)

    def _read(self, reply: Reply, base: Program | None, task: Task) -> _Reading:
        screened = screen(reply)
        if isinstance(screened, Rejected):
            return _Reading(None, screened.reason, reply.text, screened.hopeless)
        try:
            program = read_answer(reply.text, base, self._entry, self._kind)
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
    entry: str = "policy.py:policy",
    kind: str = "python-policy",
) -> ModelProposer:
    """Build the proposer for an address such as ``openai:NAME``, see ``parse_address``; raises ValueError.

    Calls are recorded in the folder ``calls``, and what is recorded there is not paid for again. With ``replay`` they
    only come from there: neither key nor connection is needed.
    """
    at = parse_address(address)
    interrupted = threading.Event()
    lost = ledger.lose if ledger is not None else None
    transport = None if replay else Patient(OpenAITransport(at), lost=lost, sleep=interrupted.wait)
    return ModelProposer(
        Client(transport, cassette=Cassette(calls), ledger=ledger, workers=workers, interrupted=interrupted),
        at.model,
        max_tokens=at.max_tokens,
        temperature=at.temperature,
        effort=at.effort,
        entry=entry,
        kind=kind,
    )


def rejection(program: Program) -> str | None:
    """Return why a reply was rejected, if that is what the program is."""
    return program.source.partition("\n")[0] if program.kind == REJECTED else None


def read_answer(text: str, base: Program | None, entry: str, kind: str) -> Program:
    """Return the program of a reply: edits of ``base``, several named files, or one whole file, tried in this order.

    Edits that do not apply are ignored if the reply also holds a whole program. Raises ReplyError.
    """
    complaint = ""
    try:
        edits = read_edits(text, base.entry.partition(":")[0] if base is not None else "")
        if edits and base is not None:
            return _checked(Program(apply_edits(base.files, edits), base.entry, base.kind))
        if edits:
            complaint = "The reply holds edits, but there is no program to edit; send a whole program."
    except (EditError, ReplyError) as error:
        complaint = str(error)
    try:
        return _files(text, entry, kind) or parse_reply(text, entry, kind)
    except ReplyError:
        if complaint:
            raise ReplyError(complaint) from None
        raise


def render_messages(
    task: Task, history: History, parents: tuple[int, ...], entry: str, operator: str = ""
) -> tuple[Message, ...]:
    """Return the conversation that asks for a program: what never changes first, so that servers can cache it.

    Shows of a result only its feedback and its fault, never a score: what a proposer may see is decided elsewhere.
    """
    chosen = [candidate for candidate in history if candidate.number in parents]
    others = [it for it in history if it not in chosen and _remark(it)][-_RECENT:]
    sections = [_form(entry)]
    if others:
        lines = "\n".join(f"- Candidate {it.number}: {_remark(it)}" for it in others)
        sections.append(f"# What was learnt from other candidates\n\n{lines}")
    if chosen:
        shown = "\n\n".join(_parent(it) for it in sorted(chosen, key=lambda it: parents.index(it.number)))
        sections.append(f"# Programs to improve on\n\n{shown}")
    sections.append(instruction(operator, len(chosen)))
    return (Message("system", task.brief().strip()), Message("user", "\n\n".join(sections)))


def _settle(last: _Reading, first: _Reading) -> Program:
    """Return the program that counts: the last one that could be read, else the last reply, marked as rejected."""
    program = last.program or first.program
    if program is None:
        kept = f"{last.complaint.partition(chr(10))[0]}\n\n{last.text[:_KEPT]}"
        program = Program(((_UNFIT_NAME, kept),), f"{_UNFIT_NAME}:none", REJECTED)
    return program


def _files(text: str, entry: str, kind: str) -> Program | None:
    """Return the program whose files the reply names before their blocks, if the entry's file is among them."""
    files: dict[str, str] = {}
    for name, part in named_parts(text):
        blocks = fenced_blocks(part)
        if blocks and not blocks[0].closed:
            raise ReplyError(f"The reply was cut off inside {name}; send the whole program again, but shorter.")
        if blocks:
            files[name] = blocks[0].text.rstrip() + "\n"
    if entry.partition(":")[0] not in files:
        return None
    return _checked(Program(tuple(files.items()), entry, kind))


def _checked(program: Program) -> Program:
    """Return the program if its files are Python and its entry point is defined; else raise ReplyError."""
    for name, text in program.files:
        if name.endswith(".py"):
            try:
                parse_python(text)
            except SyntaxError as error:
                raise ReplyError(f"The file {name} is not valid Python (line {error.lineno}: {error.msg}).") from None
            except (ValueError, RecursionError, MemoryError):
                raise ReplyError(f"The file {name} cannot be read as Python; send it with less nesting.") from None
    parse_reply(_fenced(program.source), program.entry, program.kind)
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


def _parent(candidate: Candidate) -> str:
    program = candidate.proposal.program
    several = len(program.files) > 1
    shown = "\n\n".join((f"FILE: {name}\n" if several else "") + _fenced(text) for name, text in program.files)
    remark = _remark(candidate)
    return f"Candidate {candidate.number}:\n\n{shown}" + (f"\n\n{remark}" if remark else "")


def _fenced(source: str) -> str:
    """Return a source in a fence longer than any that it holds."""
    longest = max((len(run) for run in re.findall(r"`+", source)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}python\n{source.rstrip()}\n{fence}"


def _form(entry: str) -> str:
    file, _, name = entry.partition(":")
    return f"""\
# Form of your answer

Think first. Then give the program in one of two forms.

Whole: the complete file {file} in one fenced block that starts with ```python and defines `{name}` at the top level; \
only the last such block counts. A program of several files has a line such as `FILE: {file}` before each block.

Edits, where a program to improve on is shown: they change the first one shown, and each must find its lines in \
exactly one place.

FILE: {file}
<<<<<<< SEARCH
lines as they stand in the program
=======
lines to put there
>>>>>>> REPLACE"""
