"""A model as the agent in conversations that follow a procedure, beside the scripts in the same table."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from solon.bench.asking import client_of, dollars, folder_name, ledger_of, why_not
from solon.bench.problems import averaged
from solon.bench.results import Row
from solon.bench.workshop import Workshop
from solon.contract import Program
from solon.engine import Seeds
from solon.model import (
    BudgetSpent,
    Client,
    Message,
    Request,
    parse_address,
)
from solon.tasks.guard.journeys.conversation import Told, opened
from solon.tasks.guard.journeys.prompted import Turns, together
from solon.tasks.guard.journeys.scenario import Scenario
from solon.tasks.guard.journeys.task import HANDLED, JourneyTask, measured

MOST: Final = 40
"""Conversations of a row: each costs about a dozen calls."""


@dataclass(frozen=True, kw_only=True)
class Conversing:
    """A model that talks to the scripted users itself, if the environment holds its key."""

    address: str

    @property
    def key(self) -> str:
        """The address and the manner."""
        return f"{self.address} agent"

    @property
    def label(self) -> str:
        """The model's name and the manner."""
        return f"{parse_address(self.address).model} as the agent"

    def make(self, workshop: Workshop) -> Row:
        """Have the conversations of the first sealed seed, or say why not; what was asked already is not paid again."""
        at, row = parse_address(self.address), workshop.row(self, "model", feedback="none")
        if not isinstance(workshop.task, JourneyTask):
            return msgspec.structs.replace(row, reason="this task has no conversations")
        if reason := why_not(at, workshop.means):
            return msgspec.structs.replace(row, reason=reason)
        ledger = ledger_of(at, workshop.means)
        (seed,) = Seeds(workshop.settings.seed).sealed(1)
        scenarios = workshop.task.scenarios(seed)[:MOST]
        try:
            folder = workshop.folder / "agents" / folder_name(f"{workshop.table.name}-{self.address}")
            client, pattern = client_of(at, folder, ledger)
            told = had(workshop.task, scenarios, client, pattern)
        except (ValueError, BudgetSpent) as wrong:  # no client installed, no price known, no money
            return msgspec.structs.replace(row, reason=str(wrong))
        return msgspec.structs.replace(
            row,
            kind="measured",
            metrics={name: averaged(values) for name, values in figures(scenarios, told).items() if values},
            seeds=len(scenarios),
            usd=dollars(ledger),
            source=f"{len(scenarios)} conversations, scripted users; {sum(it.slips for it in told)} actions were none",
        )

    def program(self, workshop: Workshop) -> Program | None:
        """Return nothing: the agent is the model."""
        del workshop
        return None


def had(task: JourneyTask, scenarios: Sequence[Scenario], client: Client, pattern: Request) -> list[Told]:
    """Have conversations with a model. Raises BudgetSpent if the money ends before they do."""
    prompt = "dynamic" if task.prompt == "dynamic" else "static"

    def reply(waiting: list[Turns]) -> list[str]:
        requests = [
            msgspec.structs.replace(pattern, messages=tuple(Message(role, text) for role, text in turns))
            for turns in waiting
        ]
        replies = client.complete_all(requests)
        if len(replies) < len(requests):
            raise BudgetSpent("the budget ended before the conversations did; raise --usd and call again")
        return [it.text for it in replies]

    talks = [opened(scenario, prompt, guard=task.guard == "on") for scenario in scenarios]
    return together(task.graph, prompt, talks, reply)


def figures(scenarios: Sequence[Scenario], told: Sequence[Told]) -> dict[str, list[float]]:
    """Return for each metric its value in each conversation that it looks at."""
    found: dict[str, list[float]] = {}
    for scenario, it in zip(scenarios, told, strict=True):
        for name, value in measured([scenario], [it]).items():
            if HANDLED.get(name, scenario.kind) == scenario.kind:
                found.setdefault(name, []).append(value)
    return found
