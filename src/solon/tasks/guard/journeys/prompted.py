"""A model as the agent of a conversation: the two published prompts, and how its replies are read.

With a static prompt the model has the whole procedure and all tools before it and keeps track by itself. With a dynamic
one the orchestrator shows it the current node, that node's tools and the facts so far, and exchanges this text at
every turn. A reply is one JSON object; one that is none is asked for once more, with the reason. JourneyBench's own
prompts were not at hand: these are ours.
"""

import re
from collections.abc import Callable, Sequence
from typing import Final, Literal

import msgspec

from solon.contract import Value
from solon.tasks.guard.journeys.conversation import OUTCOMES, Action, Agent, Prompt, Talk, Told, checked
from solon.tasks.guard.journeys.graph import Graph
from solon.tasks.guard.journeys.words import document
from solon.verify.requests.request import Json

Turn = tuple[Literal["system", "user", "assistant"], str]
Turns = tuple[Turn, ...]
ATTEMPTS: Final = 2
_LONGEST: Final = 20_000  # letters of a reply
_FORM: Final = f"""\
Answer each time with one JSON object and nothing else:
{{"action": "ask", "fact": NAME}} asks the user for a fact
{{"action": "say", "text": TEXT}} says something else to the user
{{"action": "call", "tool": NAME, "arguments": {{PARAMETER: VALUE}}}} calls a tool
{{"action": "end", "outcome": OUTCOME}} ends the conversation with one of {", ".join(f'"{it}"' for it in OUTCOMES)}

A call that fails is not repeated: nothing more is called, and the conversation ends with "handed over". So it does \
when the user does not have a fact that is asked for. What the user corrects counts as corrected."""
_STATIC: Final = """\
You are an agent of {title}. You talk to a user and call tools, and keep to this procedure to the letter.

{document}

{form}"""
_DYNAMIC: Final = """\
You are an agent of {title}. You talk to a user and call tools. You are now at this step of your procedure, and do \
what it says and nothing else:

{words}

Tools: {tools}
Facts so far: {facts}

{form}"""


class _Reply(Value, frozen=True):
    action: Literal["ask", "say", "call", "end"]
    fact: str = ""
    text: str = ""
    tool: str = ""
    outcome: str = ""
    arguments: dict[str, bool | int | str] = {}


class Prompted:
    """What a model is shown in one conversation, and what its replies come to."""

    def __init__(self, graph: Graph, prompt: Prompt) -> None:
        self._graph, self._prompt = graph, prompt
        self._system = _STATIC.format(title=graph.title, document=document(graph), form=_FORM)
        self._said: list[Turn] = []
        self._tried = 0

    @property
    def turns(self) -> Turns:
        """The messages that the model answers next."""
        return (("system", self._system), *self._said)

    def hear(self, observation: dict[str, Json]) -> None:
        """Take what there is to see after an action."""
        if self._prompt == "dynamic":
            self._system = self._step(observation)
        self._said.append(("user", _heard(observation)))
        self._tried = 0

    def read(self, text: str) -> Action | None:
        """Return the action in a reply; None if the model is to be asked once more."""
        action = read_action(text)
        self._said.append(("assistant", text[:_LONGEST]))
        self._tried += 1
        if action.kind != "invalid" or self._tried >= ATTEMPTS:
            return action
        self._said.append(
            ("user", f"That was no action: {action.name}. Answer with one JSON object of the form above.")
        )
        return None

    def _step(self, observation: dict[str, Json]) -> str:
        step, tools = observation["step"], observation["tools"]
        assert isinstance(step, dict)
        assert isinstance(tools, dict)
        calls = [f"{name}({', '.join(map(str, its))})" for name, its in tools.items() if isinstance(its, list)]
        words = str(step["words"])
        if step["outcome"] and f'"{step["outcome"]}"' not in words:  # a call failed: nothing else is due
            words = f'End with "{step["outcome"]}".'
        facts = msgspec.json.encode(observation["facts"]).decode()
        return _DYNAMIC.format(
            title=self._graph.title, words=words, tools="; ".join(calls) or "none", facts=facts, form=_FORM
        )


def agent(graph: Graph, prompt: Prompt, reply: Callable[[Turns], str]) -> Agent:
    """Return an agent for one conversation that does what a model replies."""
    prompted = Prompted(graph, prompt)

    def act(observation: dict[str, Json]) -> Action:
        prompted.hear(observation)
        while True:
            action = prompted.read(reply(prompted.turns))
            if action is not None:
                return action

    return act


def together(
    graph: Graph, prompt: Prompt, talks: Sequence[Talk], reply: Callable[[list[Turns]], Sequence[str]]
) -> list[Told]:
    """Have conversations side by side; all that wait for the model are answered at once, in order."""
    told: dict[int, Told] = {}
    waiting: dict[int, Prompted] = {}
    for place, talk in enumerate(talks):
        waiting[place] = Prompted(graph, prompt)
        waiting[place].hear(next(talk))
    while waiting:
        texts = reply([it.turns for it in waiting.values()])
        for (place, prompted), text in zip(list(waiting.items()), texts, strict=True):
            action = prompted.read(text)
            if action is None:
                continue
            try:
                prompted.hear(talks[place].send(action))
            except StopIteration as end:
                told[place] = end.value
                del waiting[place]
    return [told[place] for place in range(len(talks))]


def read_action(text: str) -> Action:
    """Return the action in a reply, which is the JSON object in it; ``invalid`` says what is wrong."""
    found = re.search(r"\{.*\}", text[:_LONGEST], re.DOTALL)
    if found is None:
        return Action("invalid", "there is no JSON object in it")
    try:
        reply = msgspec.json.decode(found[0], type=_Reply)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        return Action("invalid", str(error)[:200] or "it cannot be read")
    name = {"ask": reply.fact, "say": reply.text, "call": reply.tool, "end": reply.outcome}[reply.action]
    return checked(Action(reply.action, name, dict(reply.arguments)))


def _heard(observation: dict[str, Json]) -> str:
    parts = [str(observation["user"]).strip() and f"User: {str(observation['user']).strip()}"]
    if observation["result"] is not None:
        parts.append(f"Result: {msgspec.json.encode(observation['result']).decode()}")
    if observation["blocked"]:
        parts.append(f"Blocked by a guard: {observation['blocked']}")
    return "\n".join(filter(None, parts)) or "(nothing)"
