"""Models as agents of conversations: what they are shown, how replies are read, and that nothing is lost on the way."""

import json
import random
from collections.abc import Callable

import pytest

from solon.tasks.guard.journeys import agents
from solon.tasks.guard.journeys.conversation import Action, Prompt, converse, opened
from solon.tasks.guard.journeys.domains import DOMAINS, domain
from solon.tasks.guard.journeys.prompted import Prompted, Turns, agent, read_action, together
from solon.tasks.guard.journeys.scenario import KINDS, Scenario, draw

FIELD = {"ask": "fact", "say": "text", "call": "tool", "end": "outcome"}


def drawn(name: str, count: int) -> list[Scenario]:
    return [draw(name, KINDS[place % 4], random.Random(place)) for place in range(count)]


def script(name: str, prompt: Prompt) -> Callable[[dict[str, object]], str]:
    """A perfect agent that replies as a model would, in JSON with words around it."""
    program = agents.static(domain(name)) if prompt == "static" else agents.dynamic()
    names: dict[str, object] = {}
    exec(program.source, names)
    memory: dict[object, object] = {}

    def reply(observation: dict[str, object]) -> str:
        kind, said, *rest = names["policy"](observation, memory)
        found = {"action": kind, FIELD[kind]: said, **({"arguments": rest[0]} if rest else {})}
        return f"Let me see.\n```json\n{json.dumps(found)}\n```"

    return reply


@pytest.mark.parametrize("prompt", ["static", "dynamic"])
@pytest.mark.parametrize("name", DOMAINS)
def test_an_agent_that_answers_in_text_scores_what_it_would_as_a_program(name: str, prompt: Prompt) -> None:
    for scenario in drawn(name, 16):
        play, seen = script(name, prompt), list[dict[str, object]]()
        inner = agent(domain(name), prompt, lambda _, play=play, seen=seen: play(seen[-1]))

        def act(observation: dict[str, object], inner=inner, seen=seen) -> Action:
            seen.append(observation)
            return inner(observation)

        told = converse(scenario, act, prompt, guard=False)
        assert told.complete
        assert told.coverage.score == 1
        assert told.slips == 0


def test_a_static_prompt_holds_the_whole_procedure_and_a_dynamic_one_the_present_step() -> None:
    graph, (scenario, *_) = domain("orders"), drawn("orders", 4)
    shown: dict[Prompt, Prompted] = {}
    for prompt in ("static", "dynamic"):
        shown[prompt] = Prompted(graph, prompt)
        shown[prompt].hear(next(opened(scenario, prompt, guard=False)))
    static, dynamic = (dict(it.turns)["system"] for it in shown.values())
    assert all(tool in static for tool in graph.tools)
    assert all(f"{node.id}:" in static for node in graph.nodes)
    unseen = [tool for tool in graph.tools if tool not in dynamic]
    assert len(unseen) > len(graph.tools) / 2
    assert "Facts so far" in dynamic
    assert "User: Hello" in shown["static"].turns[-1][1]


def test_after_a_failed_call_a_dynamic_prompt_asks_to_hand_over() -> None:
    scenario = next(it for it in drawn("telecom", 40) if it.failing)
    prompts: list[str] = []
    play, seen = script("telecom", "dynamic"), list[dict[str, object]]()

    def reply(turns: Turns) -> str:
        prompts.append(turns[0][1])
        return play(seen[-1])

    inner = agent(domain("telecom"), "dynamic", reply)
    converse(scenario, lambda it: (seen.append(it), inner(it))[1], "dynamic", guard=False)
    assert 'End with "handed over".' in prompts[-1]
    assert "Tools: none" in prompts[-1]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("I will call find_order.", "no JSON object"),
        ('{"action": "dance"}', "dance"),
        ('{"action": "call", "tool": "find order"}', "no name"),
        ('{"action": "call", "tool": "a", "arguments": {"x": [1]}}', "array"),
        ('{"action": "call", "tool": "a", "arguments": {"x": "' + "y" * 300 + '"}}', "200 letters"),
        ('{"action": "end", "outcome": "solved"}', "no outcome"),
        ('{"action": "ask", "fact": "name", "sure": true}', "sure"),
        ("{" * 5000 + "}" * 5000, ""),
    ],
)
def test_what_is_no_action_says_why(text: str, words: str) -> None:
    found = read_action(text)
    assert found.kind == "invalid"
    assert words in found.name


def test_a_reply_that_is_none_is_asked_for_once_more_and_then_a_slip() -> None:
    scenario, replies = drawn("orders", 1)[0], iter(["?", '{"action": "say", "text": "Hello"}', "?", "??"])
    asked: list[Turns] = []

    def reply(turns: Turns) -> str:
        asked.append(turns)
        return next(replies, '{"action": "end", "outcome": "done"}')

    told = converse(scenario, agent(domain("orders"), "static", reply), "static", guard=False)
    assert told.slips == 1
    assert "That was no action: there is no JSON object in it" in asked[1][-1][1]
    assert asked[-1][-1][1] == "User: Pardon?"


def test_conversations_side_by_side_are_those_one_after_the_other() -> None:
    graph, scenarios = domain("lending"), drawn("lending", 12)

    def reply(turns: Turns) -> str:
        """Asks and ends by the words alone, so that it needs no memory."""
        count = sum(role == "assistant" for role, _ in turns)
        return '{"action": "ask", "fact": "income"}' if count < len(turns[1][1]) % 5 else "done"

    batches: list[int] = []

    def replies(waiting: list[Turns]) -> list[str]:
        batches.append(len(waiting))
        return [reply(turns) for turns in waiting]

    talks = [opened(scenario, "dynamic", guard=True) for scenario in scenarios]
    alone = [converse(it, agent(graph, "dynamic", reply), "dynamic", guard=True) for it in scenarios]
    assert together(graph, "dynamic", talks, replies) == alone
    assert batches[0] == 12
