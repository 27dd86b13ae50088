"""Makers of rows: a program that is there, a search, its control at equal budget, a model, a recorded run."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from solon import api
from solon.assembly import Option
from solon.bench.asking import folder_name, why_not
from solon.bench.results import Group, Row
from solon.bench.workshop import Workshop
from solon.contract import InfrastructureError, Program
from solon.engine import Budget, Bundle, Card, read_card
from solon.evidence import policy_of
from solon.model import is_address, parse_address
from solon.sketch import Sketched
from solon.tasks import load


@dataclass(frozen=True, kw_only=True)
class Shipped:
    """A program that the task brings, by its name there."""

    key: str
    label: str
    group: Group = "baseline"

    def make(self, workshop: Workshop) -> Row:
        """Judge it."""
        found = self.program(workshop)
        if found is None:
            return workshop.row(self, self.group, reason="not shipped with this version")
        return workshop.measure(workshop.row(self, self.group), found)

    def program(self, workshop: Workshop) -> Program | None:
        """Return it, if the task brings it."""
        return workshop.reference(self.key)


@dataclass(frozen=True, kw_only=True)
class Search:
    """A fresh search in a run's folder of its own, with the bench's own sealed seeds.

    Its budget is in rounds, not seconds, so that it finds the same program on every machine.
    """

    key: str
    label: str
    strategy: str = "race"
    strategy_options: Mapping[str, Option] = field(default_factory=dict[str, Option])
    options: Mapping[str, Option] = field(default_factory=dict[str, Option])

    def make(self, workshop: Workshop) -> Row:
        """Search, or go on with a search that was interrupted."""
        return self._search(workshop, dict(self.strategy_options))

    def _search(self, workshop: Workshop, strategy_options: dict[str, Option]) -> Row:
        if not isinstance(workshop.task, Sketched):
            return workshop.row(self, "search", reason="this task has no sketch to search in")
        request = {"proposer": "offline", "strategy": self.strategy, "strategy_options": strategy_options}
        return _run(workshop, workshop.row(self, "search"), {**workshop.table.options, **self.options}, request)

    def program(self, workshop: Workshop) -> Program | None:
        """Return what the search found."""
        return _winner(workshop, self.key)


@dataclass(frozen=True, kw_only=True)
class Control(Search):
    """The control arm of a search: the best of as many independent fillings as its episodes pay for."""

    of: str
    seeds: int = 3

    def make(self, workshop: Workshop) -> Row:
        """Draw as many candidates as the search's episodes allow, and keep the best."""
        search = workshop.rows.get(self.of)
        episodes = search.episodes if search else 0
        if episodes < self.seeds:
            reason = (search.reason if search else "") or f"there is no search {self.of} that it could be a control of"
            return workshop.row(self, "search", reason=reason)
        return self._search(workshop, {"n": episodes // self.seeds, "seeds": self.seeds})


@dataclass(frozen=True, kw_only=True)
class Model:
    """A model as the proposer, if the environment holds its key."""

    address: str
    feedback: str
    manner: str = ""  # what is special about how it is asked, where something is
    strategy_options: Mapping[str, Option] = field(default_factory=lambda: {"rounds": 4, "width": 1, "seeds": 5})

    @property
    def key(self) -> str:
        """The address, the feedback and the manner."""
        return " ".join(part for part in (self.address, self.feedback, self.manner) if part)

    @property
    def label(self) -> str:
        """The model's name, the manner and the feedback."""
        return ", ".join(part for part in (parse_address(self.address).model, self.manner, self.feedback) if part)

    def make(self, workshop: Workshop) -> Row:
        """Ask the model, as the publication did; usually an empty start and three rounds more, five seeds each."""
        at, row = parse_address(self.address), workshop.row(self, "model", feedback=self.feedback)
        if reason := why_not(at, workshop.means):
            return msgspec.structs.replace(row, reason=reason)
        strategy = dict(self.strategy_options)
        request = {"proposer": self.address, "strategy": "refine", "strategy_options": strategy}
        usd = workshop.means.usd if at.key_needed else None  # a server of one's own has no price list
        request |= {"feedback": self.feedback, "budget": Budget(usd=usd)}
        try:
            return _run(workshop, row, dict(workshop.table.options), request)
        except ValueError as wrong:  # no client installed, no price known: the other rows do not depend on it
            return msgspec.structs.replace(row, reason=str(wrong))

    def program(self, workshop: Workshop) -> Program | None:
        """Return what the model wrote."""
        return _winner(workshop, self.key)


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """A finished run of a model that lies in a folder; its sealed seeds are its own."""

    folder: Path
    model: str
    feedback: str

    @property
    def key(self) -> str:
        """The folder."""
        return f"recorded {self.folder}"

    @property
    def label(self) -> str:
        """The model and where the recording is."""
        return f"{self.model}, recorded in {self.folder.name}"

    def make(self, workshop: Workshop) -> Row:
        """Read the card."""
        row = workshop.row(self, "model", feedback=self.feedback)
        seconds = Bundle.open(self.folder).timing().search_seconds
        return workshop.of_card(row, read_card(self.folder), seconds=seconds, folder=self.folder)

    def program(self, workshop: Workshop) -> Program | None:
        """Return the run's winner."""
        del workshop
        return policy_of(self.folder)


def recorded(task: str, options: Mapping[str, Option], runs: Path) -> Iterator[Recorded]:
    """Find the finished runs of models on a task with these options, in the order of their folders' names.

    Runs under other rules, those of another version of the task, are passed over.
    """
    version = load(task, **options).version
    for folder in sorted(runs.iterdir()) if runs.is_dir() else ():
        if not (folder / "card.json").is_file() or not (folder / "run.json").is_file():
            continue
        try:
            made = Bundle.open(folder).configuration()
        except InfrastructureError:
            continue  # a damaged run of somebody's is no row of ours
        same = (made.task, dict(made.options), made.version) == (task, dict(options), version)
        if same and is_address(made.proposer):
            yield Recorded(folder=folder, model=parse_address(made.proposer).model, feedback=made.feedback)


def _folder(workshop: Workshop, key: str) -> Path:
    return workshop.folder / "runs" / folder_name(f"{workshop.table.name}-{key}")


def _winner(workshop: Workshop, key: str) -> Program | None:
    folder = _folder(workshop, key)
    if not (folder / "card.json").is_file() or read_card(folder).winner is None:
        return None
    return policy_of(folder)


def _run(workshop: Workshop, row: Row, options: dict[str, Option], request: Mapping[str, object]) -> Row:
    folder, start = _folder(workshop, row.key), time.perf_counter()
    if (folder / "run.json").is_file():
        card = api.resume(folder, workers=workshop.means.workers)
    else:
        card = _start(workshop, folder, options, request)
    return workshop.of_card(row, card, seconds=time.perf_counter() - start, folder=folder)


def _start(workshop: Workshop, folder: Path, options: dict[str, Option], request: Mapping[str, object]) -> Card:
    common = {
        "budget": Budget(),
        "sealed_seeds": workshop.settings.seeds,
        "partner_seeds": workshop.settings.partner_seeds,
        "seed": workshop.settings.seed,
        "options": options,
        "isolation": workshop.means.isolation,
        "workers": workshop.means.workers,
        "out": folder,
    }
    card, _ = api.run(workshop.table.task, **{**common, **request})  # pyright: ignore[reportArgumentType]  # same keywords
    return card
