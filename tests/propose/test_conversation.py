"""Conversations that lead up to a first program: what is said, what it costs, and that refinement needs none."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from model.fakes import Fake, answer
from propose.samples import Plain, program
from solon.assembly import check_proposer_text, plan_run
from solon.contract import Ask, Candidate, Proposal, Task
from solon.model import BudgetSpent, Caps, Cassette, Client, Ledger, Reply, Request, load_prices, parse_address, plan
from solon.propose import check_proposer
from solon.propose.conversation import Extendable, Staged, lessons
from solon.propose.model import ModelProposer, first_request
from solon.tasks import load

CODE = "```python\ndef policy(env, agent_id):\n    return 1\n```\n"


class Taught(Plain):
    """A task that knows a plan and stages."""

    def pseudocode(self) -> str:
        return "walk to the nearest apple"

    def opening(self) -> str:
        return "An open field."

    def stages(self) -> Sequence[str]:
        return ("Begin simply.", "Update: less time.", "Update: walls.")


def model(request: Request) -> Reply:
    """Answer with a plan where no program is wanted yet."""
    asked = request.messages[-1].content
    return answer(f"plan {request.sample}" if "Write no program yet" in asked else CODE)


def talk(turns: str, count: int = 1, parents: tuple[int, ...] = (), task: Task | None = None) -> list[Request]:
    fake = Fake(model)
    history = [Candidate(0, Proposal(program("def policy(env, agent_id):\n    return 0\n")), 0)] if parents else []
    ModelProposer(fake, "gpt-4.1-mini", turns=turns).propose(task or Taught(), history, Ask(count, 1, parents), 0)  # pyright: ignore[reportArgumentType]
    return fake.requests


def test_direct_code_is_pseudocode_in_one_turn_and_its_translation_in_the_next() -> None:
    first, second = talk("pseudocode")
    assert [it.role for it in first.messages] == ["system", "user"]
    assert "pseudocode of a general strategy" in first.messages[1].content
    assert "every instance" in first.messages[1].content
    assert [it.role for it in second.messages] == ["system", "user", "assistant", "user"]
    assert second.messages[:2] == first.messages
    assert second.messages[2].content == "plan 0"
    assert second.messages[3].content.startswith("Translate your pseudocode into a program.\n\n# Form of your answer")


def test_extended_pseudocode_shows_the_tasks_own_plan() -> None:
    first, _ = talk("extend")
    assert "walk to the nearest apple" in first.messages[1].content
    assert "Extend the one above" in first.messages[1].content


def test_a_curriculum_tells_one_constraint_a_turn_in_one_conversation() -> None:
    requests = talk("curriculum")
    assert [len(it.messages) for it in requests] == [2, 4, 6]
    said = [it.content for it in requests[-1].messages if it.role == "user"]
    assert [text.split(".")[0] for text in said] == ["Begin simply", "Update: less time", "Update: walls"]
    assert "# Form of your answer" not in said[1]
    assert "# Form of your answer" in said[2]
    assert {it.messages[0].content for it in requests} == {"An open field."}, "the brief would tell all constraints"


@pytest.mark.parametrize("turns", ["pseudocode", "extend", "curriculum"])
def test_refinement_of_a_parent_needs_no_lesson(turns: str) -> None:
    (only,) = talk(turns, parents=(0,))
    assert "# Programs to improve on" in only.messages[-1].content


def test_each_candidate_has_a_conversation_of_its_own_turn_by_turn() -> None:
    requests = talk("pseudocode", count=3)
    assert [it.sample for it in requests[:3]] in ([0, 1, 2], sorted([0, 1, 2]))
    assert {it.messages[2].content for it in requests[3:]} == {"plan 0", "plan 1", "plan 2"}


def test_a_structured_answer_is_asked_for_in_the_last_turn_alone() -> None:
    fake = Fake(lambda it: answer("plan") if it.form is None else answer(STRUCTURED))
    ModelProposer(fake, "gpt-4.1-mini", turns="pseudocode", structured="json").propose(Plain(), (), Ask(1, 1), 0)
    assert [it.form is None for it in fake.requests] == [True, False]


STRUCTURED = (
    '{"thoughts": "", "files": [{"name": "policy.py", "source": "def policy(env, agent_id):\\n    return 1\\n"}], '
    '"edits": []}'
)


def test_a_budget_that_ends_in_the_middle_of_a_lesson_ends_the_group_there(tmp_path: Path) -> None:
    def spending(tokens: int) -> ModelProposer:
        ledger = Ledger(load_prices(), Caps(tokens=tokens))
        client = Client(Fake(model), cassette=Cassette(tmp_path / str(tokens)), ledger=ledger, workers=1)
        return ModelProposer(client, Request("gpt-4.1-mini", (), 1000), turns="pseudocode")

    with pytest.raises(BudgetSpent):
        spending(1000).propose(Plain(), (), Ask(4, 1), 0)
    offered = spending(4000).propose(Plain(), (), Ask(200, 1), 0)
    assert 0 < len(offered) < 200


def test_a_proposer_with_turns_keeps_the_rules_of_proposers() -> None:
    for turns in ("pseudocode", "extend", "curriculum"):
        check_proposer(lambda turns=turns: ModelProposer(Fake(model), "gpt-4.1-mini", turns=turns), Taught())


def test_a_plan_counts_every_turn_and_bounds_what_is_said() -> None:
    prices = load_prices()
    one = plan(prices, "gpt-4.1-mini", candidates=3, prompt_tokens=100, max_tokens=10)
    two = plan(prices, "gpt-4.1-mini", candidates=3, prompt_tokens=100, max_tokens=10, turns=2)
    assert (one.calls, two.calls) == (6, 12)
    assert two.input_tokens == 3 * (100 + 110 + 120 + (130 + 256))
    assert one.dollars is not None
    assert two.dollars is not None
    assert two.dollars > one.dollars
    task = load("grasp")
    assert isinstance(task, Extendable)
    assert isinstance(task, Staged)
    for turns, calls in (("pseudocode", 3), ("extend", 3), ("curriculum", 7)):
        address = f"openai:gpt-4.1-mini?turns={turns}"
        found = plan_run(task, address, strategy="best-of-n", strategy_options={"n": 1})
        assert found.calls == calls
        fake = Fake(model)
        ModelProposer(fake, "gpt-4.1-mini", turns=turns).propose(task, (), Ask(1, 1), 0)  # pyright: ignore[reportArgumentType]
        longest = max(sum(len(it.content) for it in request.messages) for request in fake.requests)
        said = sum(len(it.content) for it in fake.requests[-1].messages if it.role == "assistant")
        assert first_request(task, parse_address(address)).input_bound >= longest - said


def test_turns_that_a_task_or_the_address_does_not_know_are_refused() -> None:
    with pytest.raises(ValueError, match="'pseudo' are unknown; choose pseudocode, extend, curriculum, steps"):
        parse_address("openai:m?turns=pseudo")
    for turns, missing in (("extend", "pseudocode to extend"), ("curriculum", "stages for a curriculum")):
        with pytest.raises(ValueError, match=f"'plain' brings no {missing}; choose turns=pseudocode"):
            check_proposer_text(f"openai:m?turns={turns}", Plain())
    assert lessons(Plain(), None).turns == ()


def test_steps_are_the_tasks_own_and_ask_for_a_program_last() -> None:
    told = lessons(load("planning-model"), "steps")
    assert len(told.turns) == 3
    assert all("no model yet" in turn for turn in told.turns)
    assert told.lead.startswith("Now write")
    with pytest.raises(ValueError, match="brings no steps of its own"):
        lessons(load("grasp"), "steps")
