"""The workers of one episode: who answers for which agents, what each is sent, and whose fault it is."""

from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from typing import NamedTuple

from msgspec import structs

from solon.contract import Fault, Jail, Program, ProgramFault, Worker
from solon.crossplay import MeetingFault
from solon.tasks.games.window import Blinds


class Post(NamedTuple):
    """One worker's part: a program, its index in the meeting, and the agents it plays."""

    program: Program
    number: int
    agents: tuple[int, ...]


def assign(programs: Sequence[Program], seating: Sequence[int], *, alone: bool) -> tuple[Post, ...]:
    """Return a post for each different program, in the order of their first agents, or one an agent if ``alone``."""
    if alone:
        return tuple(Post(programs[index], index, (agent,)) for agent, index in enumerate(seating))
    agents: dict[Program, list[int]] = {}
    for agent, index in enumerate(seating):
        agents.setdefault(programs[index], []).append(agent)
    return tuple(Post(program, seating[own[0]], tuple(own)) for program, own in agents.items())


class Crew:
    """Merges the decisions of all workers into one joint action a step."""

    def __init__(self, posts: Sequence[Post], workers: Sequence[Worker], n_agents: int, blinds: Blinds | None) -> None:
        self._staff = tuple(zip(posts, workers, strict=True))
        self._n_agents = n_agents
        self._blinds = blinds
        self._several = len({post.program for post in posts}) > 1
        self._of = {agent: place for place, post in enumerate(posts) for agent in post.agents}

    @classmethod
    @contextmanager
    def working(  # what a worker is opened with, and for whom
        cls,
        posts: Sequence[Post],
        jail: Jail,
        guest: str,
        setup: bytes,
        episode: bytes,
        *,
        n_agents: int,
        blinds: Blinds | None = None,
    ) -> Generator["Crew"]:
        """Open all workers and yield the crew; they have ended when the block is left. Raises MeetingFault.

        A worker that does not play every agent is told whom it plays, by a byte each after the episode's own.
        """
        with ExitStack() as stack:
            workers: list[Worker] = []
            for post in posts:
                whom = bytes(post.agents) if len(post.agents) < n_agents else b""
                try:
                    workers.append(stack.enter_context(jail.open(post.program, guest, setup, episode + whom)))
                except ProgramFault as raised:
                    raise _blame(raised, post, n_agents) from None
            yield cls(posts, workers, n_agents, blinds)

    def decide(self, step: int, snapshot: bytes) -> bytes:
        """Return one byte an agent, not yet checked to be actions. Raises MeetingFault."""
        clock = step.to_bytes(2, "little")
        decisions = bytearray(self._n_agents)
        for post, worker in self._staff:
            view = snapshot if self._blinds is None else self._blinds.cut(snapshot, post.agents[0])
            try:
                reply = _ask(worker, clock + view, len(post.agents), step)
            except ProgramFault as raised:
                raise _blame(raised, post, self._n_agents) from None
            if len(reply) == self._n_agents:
                return reply
            for agent, decision in zip(post.agents, reply, strict=True):
                decisions[agent] = decision
        return bytes(decisions)

    def note(self, agent: int) -> str:
        """Return the first diagnostic text of the worker that plays an agent."""
        return self._staff[self._of[agent]][1].note

    def name(self, agent: int) -> str:
        """Return how to call an agent: with its program where several meet."""
        post, _ = self._staff[self._of[agent]]
        return f"agent {agent} (program {post.number})" if self._several else f"agent {agent}"


def _ask(worker: Worker, payload: bytes, agents: int, step: int) -> bytes:
    reply = worker.ask(payload, agents)
    if len(reply) != agents:
        message = f"the worker sent {len(reply)} actions for {agents} agents"
        raise ProgramFault(Fault("protocol", message, "leave the standard streams alone", step=step))
    return reply


def _blame(raised: ProgramFault, post: Post, n_agents: int) -> MeetingFault:
    fault = raised.fault
    if len(post.agents) == 1 < n_agents:
        fault = structs.replace(fault, message=f"agent {post.agents[0]}: {fault.message}")
    return MeetingFault(fault, post.number)
