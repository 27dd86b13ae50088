"""PDoctor's paragraphs as a task: agents are programs in the jail, tools are mock tools, the log is the verdict.

After "Testing and Understanding Erroneous Planning in LLM Agents through Synthesized User Inputs" (arXiv 2404.17833).
"""

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Literal

import msgspec

from solon.contract import Episode, Fault, Figure, Jail, Metric, Program, ProgramFault, Seed, Task, Worker
from solon.playback import Exhibit, Frame, Moment, Recording, quote
from solon.standin import Author
from solon.tasks.planning.orders import agents, published
from solon.tasks.planning.orders.author import AgentAuthor
from solon.tasks.planning.orders.brief import brief
from solon.tasks.planning.orders.cases import Case, draw
from solon.tasks.planning.orders.dissect import Dissection, dissect
from solon.tasks.planning.orders.exhibits import exhibits
from solon.tasks.planning.orders.guest import CALLS, FINISHED, GUEST, HOURS, LONGEST, LONGEST_NAME, RAISED, Call
from solon.tasks.planning.orders.oracle import ERRORS, Desk, Verdict, tally
from solon.tasks.planning.orders.topics import TOPICS

_REVISION: Final = "1"  # raise it with every change of a rule, a draw, a wording or a metric
_REMEDY: Final = "return a tool's name, (name, start), a list of such calls, or None to finish"
_TOLD: Final = 3  # failed cases that a recording tells of


class OrderTask(Task):
    """An agent reads paragraphs of ordering constraints and calls tools; a seed is a batch of cases.

    ``topic`` "" draws one of the jobs for each case; the topic neutral has no natural order.
    """

    name = "planning-order"

    def __init__(self, *, actions: int = 4, extended: bool = False, cases: int = 20, topic: str = "") -> None:
        if not 2 <= actions <= 9 or not 1 <= cases <= 1000:
            raise ValueError(f"actions must lie in 2..9 and cases in 1..1000, got {actions} and {cases}")
        if topic and topic not in TOPICS:
            raise ValueError(f"no topic {topic!r}; choose one of {', '.join(TOPICS)}, or none for any")
        self.actions, self.extended, self.count, self.topic = actions, extended, cases, topic
        options: dict[str, tuple[object, object]] = {
            "actions": (actions, 4),
            "extended": (extended, False),
            "cases": (cases, 20),
            "topic": (topic, ""),
        }
        told = ",".join(f"{name}={value}" for name, (value, usual) in options.items() if value != usual)
        self.version = f"{_REVISION}[{told}]" if told else _REVISION
        self.metrics = _METRICS

    def cases(self, seed: Seed) -> list[Case]:
        """Return the cases of a seed."""
        key = seed.derive("cases").hex()
        return [_drawn(self.actions, f"{key}/{place}", self.extended, self.topic) for place in range(self.count)]

    def brief(self) -> str:
        """Return the complete system prompt; its case is drawn by a public seed that nobody is judged on."""
        return brief(self.cases(Seed(0, b"the brief's case"))[0], self.count, self.metrics)

    def evaluate(self, program: Program, seed: Seed, jail: Jail) -> Episode:
        """Play all cases in one worker."""
        verdicts, slips, first, _ = self._played(program, seed, jail)
        counts, cases = tally(verdicts), self.cases(seed)
        metrics = {
            "success": counts[""] / len(cases),
            **{error.replace(" ", "_"): counts[error] / len(cases) for error in ERRORS},
            "calls": sum(verdict.calls for verdict in verdicts) / len(cases),
            "luck": sum(case.luck for case in cases) / len(cases),
        }
        return Episode(metrics, slips=slips, first_slip=first)

    def _played(
        self, program: Program, seed: Seed, jail: Jail
    ) -> tuple[list[Verdict], int, Fault | None, list[list[Call]]]:
        verdicts: list[Verdict] = []
        transcripts: list[list[Call]] = []
        slips, first = 0, None
        with jail.open(program, GUEST, b"", _worker_seed(seed)) as worker:
            for number, case in enumerate(self.cases(seed)):
                verdict, slip, calls = play(worker, case)
                verdicts.append(verdict)
                transcripts.append(calls)
                if slip:
                    slips += 1
                    message = f"case {number}: {verdict.reason}"
                    first = first or Fault(slip, message, _REMEDY, worker.note, number)
        return verdicts, slips, first, transcripts

    def runner(self, program: Program, jail: Jail) -> Callable[[Case, int], Verdict]:
        """Return what plays one case in a worker of its own, for ``dissect`` and ``limit``."""

        def run(case: Case, entropy: int) -> Verdict:
            with jail.open(program, GUEST, b"", Seed(entropy).derive("worker")) as worker:
                return play(worker, case)[0]

        return run

    def record(self, program: Program, seed: Seed, jail: Jail) -> Recording:
        """Write down every case, and of the first that failed why, by mutations of the case."""
        verdicts, _, first, transcripts = self._played(program, seed, jail)
        cases = self.cases(seed)
        frames = [Frame(caption=f"{len(cases)} cases begin")]
        moments = [Moment(0, f"{sum(not it.error for it in verdicts)} of {len(cases)} cases succeed")]
        if first is not None and first.traceback:
            moments.append(Moment(first.step or 0, f"{first.message}\n{quote(first.traceback)}", trouble=True))
        failed, shown = 0, self._shown(0, cases, verdicts, transcripts)
        for number, (case, verdict, calls) in enumerate(zip(cases, verdicts, transcripts, strict=True)):
            outcome = f"{verdict.error}: {verdict.reason}" if verdict.error else "success"
            frames.append(Frame(rewards=(float(not verdict.error),), caption=f"case {number}: {outcome}"))
            if verdict.error and failed < _TOLD:
                if not failed:
                    shown = self._shown(number, cases, verdicts, transcripts)
                why = self._why(program, case, jail) if not failed else None
                moments.append(Moment(number + 1, _told(case, verdict, calls, why), trouble=True))
                failed += 1
        return Recording(tuple(frames), tuple(moments), agents=("agent",), exhibits=shown)

    def _shown(
        self, number: int, cases: Sequence[Case], verdicts: Sequence[Verdict], transcripts: Sequence[Sequence[Call]]
    ) -> tuple[Exhibit, ...]:
        return exhibits(cases[number], verdicts[number], transcripts[number])

    def _why(self, program: Program, case: Case, jail: Jail) -> Dissection | None:
        try:
            return dissect(case, self.runner(program, jail))
        except ProgramFault:  # time or memory ran out on the way: what was seen before still holds
            return None

    def figures(self) -> Sequence[Figure]:
        """Return the bound and what others published of this mode."""
        proof = "every case is synthesised with an order that keeps it, so an agent that reads it can succeed"
        return (Figure("bound", "every case can be solved", {"success": 1.0}, proof), *published.figures(self.extended))

    def references(self) -> Mapping[str, Program]:
        """Return agents: the control calls in a random order, two designs read the text, some err on purpose."""
        kinds = agents.NOISES if self.extended else agents.NOISES[:-1]  # without hours no start can be wrong
        return {
            "random": agents.shipped("random"),
            "text_order": agents.shipped("text_order"),
            "reader": agents.reader(),
            "plan_first": agents.reader(style="plan first"),
            **{f"noisy_{kind.replace(' ', '_')}": agents.reader(kind, 0.3) for kind in kinds},
        }

    def author(self) -> Author:
        """Return a stand-in for a model that writes agents."""
        return AgentAuthor(extended=self.extended)


Slip = Literal["", "raised", "output"]


def play(worker: Worker, case: Case) -> tuple[Verdict, Slip, list[Call]]:
    """Return the verdict on one case, what kind of slip ended it if one did, and the calls. Raises ProgramFault."""
    desk, made = Desk(case), list[Call]()
    payload = msgspec.json.encode({"text": case.text, "tools": case.tools})
    while not desk.over:
        reply = worker.ask(payload)
        mark = reply[:1]
        if mark == FINISHED:
            break
        calls = _decoded(reply[1:]) if mark == CALLS else []
        if not calls:
            raised = mark == RAISED
            desk.fail("the program raised" if raised else "the program returned no call")
            return desk.verdict(), "raised" if raised else "output", made
        replies: list[object] = []
        for call in calls:
            made.append(call)
            replies.append(desk.use(call))
            if desk.over:
                break
        payload = msgspec.json.encode({"replies": replies})
    return desk.verdict(), "", made


def _decoded(content: bytes) -> list[Call]:
    # the guest keeps to these bounds, but the worker is the program's
    try:
        calls = msgspec.json.decode(content, type=list[Call])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return []
    fitting = all(len(name) <= LONGEST_NAME and abs(start or 0) < HOURS for name, start in calls)
    return calls if fitting and len(calls) <= LONGEST else []


def _told(case: Case, verdict: Verdict, calls: Sequence[Call], why: Dissection | None) -> str:
    made = ", ".join(name if start is None else f"{name} at {start}" for name, start in calls) or "none"
    lines = [f"{verdict.error}: {verdict.reason}", f"the text: {case.text}", "the calls:", quote(made)]
    if why is not None:
        counts = ", ".join(f"{name} {count}" for name, count in why.passed.items())
        lines.append(f"by mutation the cause is {why.cause} (passes of {why.mutations}: {counts}, none {why.control})")
    return "\n".join(lines)


@functools.lru_cache(maxsize=4096)
def _drawn(actions: int, entropy: str, extended: bool, topic: str) -> Case:  # noqa: FBT001  # a key
    return draw(actions, entropy, extended=extended, topic=topic)


def _worker_seed(seed: Seed) -> bytes:
    # Public on purpose: what the program may draw must say nothing about the cases.
    return Seed(seed.number).derive("worker")


def _share(name: str, meaning: str) -> Metric:
    return Metric(name, "minimise", low=0, high=1, meaning=f"share of cases: {meaning}")


_METRICS: Final = (
    Metric("success", role="objective", low=0, high=1, meaning="share of cases without an error"),
    _share("timeout", "more calls than allowed"),
    _share("act_error", "a call that is none, of an unknown tool or of one used before"),
    _share("action_lost", "an activity was never carried out"),
    _share("order_error", "an order or a clock time was not kept"),
    _share("parameter_error", "an activity started before the one before had ended"),
    Metric("calls", "minimise", low=0, unit="calls", meaning="mean number of calls"),
    Metric("luck", low=0, high=1, meaning="mean share of all orders that would do, clock times aside"),
)
