"""The nouns of Solon: everything else is built from the values and protocols of this one file.

    Strategy ──asks──> Proposer ──Program──> Judge ──Outcome──> journal ──fold──> History ──> Strategy
                                               └─ Task.evaluate(program, seed, jail), once a seed

A *task* says what is to be solved and how one program plays one seed. A *jail* runs the program where it can
touch nothing but the bytes it was sent. Values are frozen; behaviour takes values and returns values.
"""

import hashlib
import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Literal, Protocol

import msgspec


class Value(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of all frozen records; unknown fields are errors when one is read from disk."""


class Seed(Value, frozen=True):
    """One instance of a task's randomness; the secret key keeps a program from re-simulating it."""

    number: int
    key: bytes = b""  # 16 secret bytes mixed into every stream; empty for public seeds
    visibility: Literal["public", "search", "sealed"] = "public"  # proposers see no sealed figure

    def derive(self, purpose: str) -> bytes:
        """Return the 16 key bytes of this seed's stream for one purpose (BLAKE2b, keyed)."""
        return hashlib.blake2b(f"{self.number}/{purpose}".encode(), key=self.key, digest_size=16).digest()


class Program(Value, frozen=True):
    """Named source files with an entry point; identity is the content."""

    files: tuple[tuple[str, str], ...]  # (relative file name, source text)
    entry: str = "policy.py:policy"  # file:name
    kind: str = "python-policy"

    @property
    def source(self) -> str:
        """Text of the file that holds the entry point."""
        return dict(self.files)[self.entry.partition(":")[0]]

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical encoding, 64 hexadecimal digits."""
        return hashlib.sha256(msgspec.json.encode(self)).hexdigest()


class Metric(Value, frozen=True):
    """A declared measurement; undeclared, missing, non-finite or out-of-range values are errors."""

    name: str
    direction: Literal["maximise", "minimise"] = "maximise"
    role: Literal["objective", "constraint", "context"] = "context"
    low: float = -math.inf
    high: float = math.inf
    unit: str = ""
    meaning: str = ""


class Figure(Value, frozen=True):
    """A proved bound with its derivation, or a published figure with its source; never a measurement."""

    kind: Literal["bound", "published"]
    label: str
    metrics: dict[str, float]
    source: str
    noisy: bool = False  # a bound on the expectation that lucky seeds pass by far: few of them prove nothing


class Fault(Value, frozen=True):
    """What a program did wrong: one sentence of cause, one of remedy."""

    kind: Literal["syntax", "entry", "lint", "raised", "time", "memory", "crash", "protocol", "output"]
    message: str
    remedy: str = ""
    traceback: str = ""
    step: int | None = None


class ProgramFault(Exception):
    """Raised while a program is judged when the program, not the infrastructure, is at fault."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


class InfrastructureError(Exception):
    """Raised when the machinery failed; the work is retried and never scored."""


class Episode(Value, frozen=True):
    """What one program did on one seed."""

    metrics: dict[str, float]
    agents: dict[str, tuple[float, ...]] = {}  # figures per agent, for example "return"
    slips: int = 0  # decisions that raised or were out of range, replaced by the task's default
    first_slip: Fault | None = None


class Scored(Value, frozen=True, tag="scored"):
    episodes: tuple[Episode, ...]  # the program ran on every seed; in the order of the seeds

    def values(self, metric: str) -> tuple[float, ...]:
        """Return one metric's value on each seed."""
        return tuple(episode.metrics[metric] for episode in self.episodes)


class Invalid(Value, frozen=True, tag="invalid"):
    fault: Fault  # the program did something that voids its score


class Unavailable(Value, frozen=True, tag="unavailable"):
    reason: str  # the infrastructure failed; says nothing about the program


class Proved(Value, frozen=True, tag="proved"):
    by: str  # the property holds for every input


class Refuted(Value, frozen=True, tag="refuted"):
    witness: str  # the property fails here


class Unknown(Value, frozen=True, tag="unknown"):
    reason: str


Outcome = Scored | Invalid | Unavailable
Verdict = Proved | Refuted | Unknown


class Finding(Value, frozen=True):
    """Something suspicious about a result, for a person to look at."""

    kind: str
    severity: Literal["note", "warning", "alarm"]
    message: str
    evidence: str = ""


class Feedback(Value, frozen=True):
    level: Literal["none", "sparse", "dense", "per-agent", "trace", "counterexample"]
    text: str  # what the next proposal may see of a result


class Proposal(Value, frozen=True):
    """A program offered by a proposer, and where it came from."""

    program: Program
    parents: tuple[int, ...] = ()
    operator: str = ""
    holes: dict[str, float | int | str] = {}  # how a sketch was filled, if one was


class Candidate(Value, frozen=True):
    """A numbered proposal and what search seeds have shown of it so far."""

    number: int
    proposal: Proposal
    group: int  # siblings asked together share it
    scores: tuple[float, ...] = ()  # objective on search seeds 0, 1, ...; higher is better
    fault: Fault | None = None
    feedback: Feedback = Feedback("none", "")
    metrics: dict[str, tuple[float, ...]] = {}  # every declared metric on the seeds of the scores


History = Sequence[Candidate]


class Ask(Value, frozen=True):
    """A strategy's wish: ``count`` new siblings of ``parents``; they and ``again`` judged on ``seeds`` seeds."""

    count: int
    seeds: int
    parents: tuple[int, ...] = ()
    again: tuple[int, ...] = ()  # candidates that get more search seeds
    operator: str = ""  # what to do with the parents: "refine", "merge", ...; empty leaves it to the proposer


class Strategy(Protocol):
    """Decides what to try next; a pure function of the history, so that a run resumes from its journal."""

    def ask(self, history: History) -> Ask | None: ...
    def winner(self, history: History) -> int | None: ...


class Proposer(Protocol):
    """Writes programs; its randomness comes only from ``entropy``, derived from the run and the group."""

    def propose(self, task: "Task", history: History, ask: Ask, entropy: int) -> Sequence[Proposal]: ...


class Judge(Protocol):
    """Runs programs on seeds, out of their reach; outcomes come in the order of the jobs."""

    def judge(self, jobs: Sequence[tuple[Program, Sequence[Seed]]]) -> Iterator[Outcome]: ...


class Worker(Protocol):
    """One program behind a wall for one episode; ``note`` is its first diagnostic text, untrusted."""

    note: str

    def ask(self, payload: bytes, size: int | None = None) -> bytes: ...  # raises ProgramFault


class Jail(Protocol):
    """Starts workers: ``guest`` is the module that loads the program there, warmed once on ``setup``."""

    isolation: str

    def open(self, program: Program, guest: str, setup: bytes, episode: bytes) -> AbstractContextManager[Worker]: ...


class Task(ABC):
    """What is to be solved; an author writes ``brief`` and ``evaluate``, the rest has a default."""

    name: str
    version: str
    metrics: tuple[Metric, ...]  # exactly one has the role "objective"

    @abstractmethod
    def brief(self) -> str:
        """Tell a proposer all it may know: rules, interface, an example, what is forbidden."""

    @abstractmethod
    def evaluate(self, program: Program, seed: Seed, jail: Jail) -> Episode:
        """Run one program on one seed; a pure function of its arguments. Raises ProgramFault."""

    def lint(self, program: Program) -> Fault | None:
        """Return an early, friendly error; never a security boundary."""

    def figures(self) -> Sequence[Figure]:
        """Return proved bounds and the figures that others published."""
        return ()

    def verify(self, program: Program) -> Verdict:
        """Prove or refute the task's property of a program."""
        return Unknown("this task states no property")

    def references(self) -> Mapping[str, Program]:
        """Return known programs by name; the first is the control arm."""
        return {}
