"""A model that answers every instance itself, beside the programs that were written once for all of them.

The sealed instances are necessarily shown to the model, one by one; nothing of what comes back reaches a proposer of
programs. The answers become a table in a plain program, which the same judge runs on the same sealed seeds.
"""

import math
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import msgspec

from solon.bench.asking import client_of, dollars, folder_name, ledger_of, why_not
from solon.bench.results import Row
from solon.bench.workshop import Workshop
from solon.contract import InfrastructureError, Program, Seed
from solon.engine import Estimate, Seeds
from solon.model import (
    BudgetSpent,
    Caps,
    Cassette,
    Client,
    Ledger,
    Message,
    Reply,
    load_prices,
    parse_address,
    screen,
)
from solon.tasks.grids.elicitation import Elicitable, Question, read_list, table_program


@dataclass(frozen=True, kw_only=True)
class Elicited:
    """Ask a model for the actions of each sealed instance, if the environment holds its key."""

    address: str

    @property
    def key(self) -> str:
        """The address and the manner."""
        return f"{self.address} elicited"

    @property
    def label(self) -> str:
        """The model's name and the manner."""
        return f"{parse_address(self.address).model}, one answer an instance"

    def make(self, workshop: Workshop) -> Row:
        """Ask, or go on asking where a bench was interrupted, and judge the table of the answers."""
        at, row = parse_address(self.address), workshop.row(self, "model", feedback="none")
        if not isinstance(workshop.task, Elicitable):
            return msgspec.structs.replace(row, reason="this task has no questions about single instances")
        if reason := why_not(at, workshop.means):
            return msgspec.structs.replace(row, reason=reason)
        asked = [it for seed in _sealed(workshop) for it in workshop.task.questions(seed)]
        ledger = ledger_of(at, workshop.means)
        folder = elicited_folder(workshop, self.address)
        try:
            client, pattern = client_of(at, folder / "calls", ledger)
            replies = client.complete_all(
                [msgspec.structs.replace(pattern, messages=(Message("user", it.text),)) for it in asked]
            )
        except (ValueError, BudgetSpent) as wrong:  # no client installed, no price known, no money
            return msgspec.structs.replace(row, reason=str(wrong))
        return self._judged(workshop, row, asked, replies, ledger)

    def _judged(self, workshop: Workshop, row: Row, asked: list[Question], replies: list[Reply], ledger: Ledger) -> Row:
        answers: dict[str, list[str]] = {}
        for it, reply in zip(asked, replies, strict=False):
            found = read_list(reply.text) if isinstance(screen(reply, None), Reply) else None
            if found is not None:
                answers[it.key] = found
        if len(replies) < len(asked):
            reason = f"the budget ended after {len(replies)} of {len(asked)} answers; raise --usd and call again"
            return msgspec.structs.replace(row, kind="not run", reason=reason)
        program = table_program(answers)
        folder = elicited_folder(workshop, self.address)
        _write(folder / "policy.py", program.source)
        judged = workshop.measure(row, program)
        extra, usd = {"unusable": _figure(1 - len(answers) / len(asked))}, dollars(ledger)
        if usd is not None:
            extra["each"] = _figure(usd / len(asked))
        return msgspec.structs.replace(
            judged,
            metrics={**judged.metrics, **extra},
            usd=usd,
            source=f"{folder.relative_to(workshop.folder)}; the model saw every sealed instance; "
            f"{len(asked) - len(answers)} of {len(asked)} answers held no list",
        )

    def program(self, workshop: Workshop) -> Program | None:
        """Return the table of the answers, if they were all given."""
        file = elicited_folder(workshop, self.address) / "policy.py"
        return Program((("policy.py", file.read_text(encoding="utf-8")),)) if file.is_file() else None


def elicited_folder(workshop: Workshop, address: str) -> Path:
    """Return where the calls and the table of a model's answers lie."""
    return workshop.folder / "answers" / folder_name(f"{workshop.table.name}-{address}-elicited")


def price_of_an_answer(workshop: Workshop, model: str) -> float | None:
    """Return what one answer of a model cost on average in this bench, in dollars; None if none was bought."""
    prices, found = load_prices(), list[Decimal]()
    for folder in sorted((workshop.folder / "answers").glob("grasp-*-elicited")):
        ledger = Ledger(prices, Caps())
        cassette = Cassette(folder / "calls")
        Client(None, cassette=cassette, ledger=ledger)  # counts what is recorded
        total = ledger.total()
        models = {cassette.request(it).model for it in cassette.recordings()}
        if models == {model} and total.dollars is not None and total.calls:
            found.append(total.dollars / total.calls)
    return float(max(found)) if found else None


def _sealed(workshop: Workshop) -> list[Seed]:
    return list(Seeds(workshop.settings.seed).sealed(workshop.settings.seeds))


def _figure(value: float) -> Estimate:
    assert math.isfinite(value)
    return Estimate(value, None, None, ())


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InfrastructureError(f"cannot write {path} ({error.strerror}); free some space and call again") from None
