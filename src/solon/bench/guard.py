"""What an agent may do: the tables of six papers on guards beside what is measured here, most of it without a model."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import msgspec

from solon.assembly import Option
from solon.bench.journeys import Conversing
from solon.bench.makers import Control, Search, Shipped
from solon.bench.problems import Asked, Reference, Runs, averaged
from solon.bench.results import Column, Row, Settings, published_row
from solon.bench.social_dilemmas import MODELS
from solon.bench.workshop import Experiment, Maker, Means, Table, Workshop
from solon.contract import InfrastructureError, Program, Task

_SOURCE: Final = (
    "Progent (arXiv 2504.11703), VeriGuard, SEVerA, language models for access-control policies, CC-Gen, JourneyBench"
)
_NOISE: Final = "noisy:mistakes=1,rate=0.1"
_SPECIFIED: Final = ("clinical", "web", "refund", "mail", "limit", "files")
_FIRST: Final = frozenset({"utility", "attack_success", "accuracy", "score", "equivalent", "exact", "ujcs"})
"""Columns that have room for intervals in the terminal."""


def _column(metric: str, heading: str = "", digits: int = 2) -> Column:
    return Column(metric, heading or metric.replace("_", " "), digits, interval=metric in _FIRST)


_TOOLS: Final = (
    _column("utility"),
    _column("attack_success", "attacks", 3),
    _column("utility_attacked", "utility attacked"),
)
_VERIFIED: Final = (_column("accuracy"), _column("attacks_blocked"), _column("benign_allowed"), _column("proved"))
_GENERATED: Final = (_column("score"), _column("violations", digits=0), _column("fallback_rate", "fallback"))
_ACCESS: Final = (_column("equivalent"), _column("jaccard"), _column("unsafe"), _column("valid"))
_DOCUMENT: Final = (_column("accuracy"), _column("state"), _column("incomplete"))
_JOURNEY: Final = (
    _column("ujcs", "UJCS"),
    _column("complete"),
    _column("violations"),
    _column("errors_handled", "errors"),
    _column("missing_handled", "missing"),
)
_SUMMARY: Final = (_column("exact"), _column("jaccard"), _column("sound"), _column("complete"))


def experiment(settings: Settings, means: Means) -> Experiment:
    """Return the experiment; the quick one has fewer problems of each kind and leaves AgentDojo out."""
    numbers = range(1, (4 if settings.quick else 30) + 1)
    tables = [
        _tools(settings, means),
        *([] if settings.quick else [_dojo("parts"), _dojo("calls")]),
        _verified(_SPECIFIED, means),
        _generated("refund", settings),
        _access("worded", numbers, means),
        *([] if settings.quick else [_access("formal", numbers, means)]),
        _summary(numbers, means),
        *(_document(level, range(1, (2 if settings.quick else 10) + 1), means) for level in (1, 2, 3, 4)),
        *(
            _journey(domain, prompt, guarded, means)
            for domain in (("telecom",) if settings.quick else ("telecom", "lending", "orders"))
            for prompt in ("static", "dynamic")
            for guarded in ("off", "on")
        ),
    ]
    return Experiment(name="guard", title="What an agent may do", source=_SOURCE, columns=_TOOLS, tables=tuple(tables))


# Tool privileges


def _tools(settings: Settings, means: Means) -> Table:
    rounds: dict[str, Option] = {"batch": 8, "rounds": 2} if settings.quick else {"batch": 12, "rounds": 8}
    return Table(
        name="tools",
        title="Tool privileges (Progent), a world of our own: an agent that obeys every injection it reads",
        task="guard-tools",
        makers=(
            Shipped(key="allow-all", label="no guard"),
            Shipped(key="tool-filter", label="tools filtered, any arguments"),
            Shipped(key="mined", label="mined from honest traces", group="shipped"),
            Shipped(key="least", label="least privilege, by hand", group="shipped"),
            Search(key="search", label="fresh search", strategy_options=rounds),
            Control(key="control", label="best of n, equal budget", of="search", strategy="best-of-n"),
            *_asked(("worlds",), means, "suite"),
        ),
        published=_published("tools"),
    )


@dataclass(frozen=True, kw_only=True)
class Dojo:
    """A guard on AgentDojo's own environments, tasks, attacks and checkers, on tasks that it was not mined from."""

    key: str
    label: str
    split: str

    def make(self, workshop: Workshop) -> Row:
        """Play every honest task and every attack, with a scripted agent that obeys what it reads."""
        from solon.tasks.guard.tools import dojo_study

        row = workshop.row(self, "baseline" if self.key in ("none", "tool-filter") else "shipped")
        kind: dojo_study.Kind = next(it for it in dojo_study.KINDS if it == self.key)
        split: dojo_study.Split = "calls" if self.split == "calls" else "parts"
        try:
            found = dojo_study.total(list(dojo_study.rows((kind,), split=split)))
        except InfrastructureError as missing:
            return msgspec.structs.replace(row, reason=str(missing))
        return msgspec.structs.replace(
            row,
            kind="measured",
            metrics={
                "utility": averaged([1.0] * found.useful + [0.0] * (found.tasks - found.useful)),
                "attack_success": averaged([1.0] * found.attacked + [0.0] * (found.pairs - found.attacked)),
                "utility_attacked": averaged(
                    [1.0] * found.useful_under_attack + [0.0] * (found.pairs - found.useful_under_attack)
                ),
            },
            seeds=found.pairs,
            source=f"mined from {dojo_study.MINED_FROM[kind]}",
        )

    def program(self, workshop: Workshop) -> Program | None:
        """Return nothing: every held-out task has a policy of its own."""
        del workshop
        return None


def _dojo(split: str) -> Table:
    what = {
        "parts": "tasks that repeat each other are held out together",
        "calls": "tasks that share one call with side effects are held out together",
    }
    labels = {
        "none": "no guard",
        "tool-filter": "tool filter that knows the task",
        "values": "argument values of other tasks",
        "query": "the user's query alone",
        "provenance": "origins of values, mined from other tasks, and the query",
    }
    return Table(
        name=f"agentdojo-{split}",
        title=f"AgentDojo: 97 honest tasks, 949 attacks, no model; {what[split]}",
        task="guard-tools",
        makers=tuple(Dojo(key=key, label=label, split=split) for key, label in labels.items()),
        published=_published(f"agentdojo-{split}") if split == "parts" else lambda _: (),
    )


# Policies that are proved


def _verified(problems: Sequence[str], means: Means) -> Table:
    return Table(
        name="verified",
        title="Verified policies (VeriGuard): six specifications in words, each proved or refuted",
        task="guard-verified",
        columns=_VERIFIED,
        makers=(
            Reference(key="deny", label="control: deny everything", over=problems),
            Reference(key="allow", label="allow everything", over=problems),
            *_stand_ins(problems, seeds=5),
            *_asked(problems, means),
        ),
        published=_published("verified"),
    )


def _generated(problem: str, settings: Settings) -> Table:
    rounds: dict[str, Option] = {"batch": 8, "rounds": 2} if settings.quick else {"batch": 12, "rounds": 8}
    return Table(
        name="generators",
        title="Guarded generators (SEVerA): the contract holds whatever is generated",
        task="guard-generator",
        options={"problem": problem},
        columns=_GENERATED,
        makers=(
            Shipped(key="nothing", label="proposes nothing"),
            Shipped(key="hostile", label="hostile generator"),
            Shipped(key="plain", label="sketch as it is"),
            Search(key="search", label="fresh search", strategy_options=rounds),
        ),
        published=_published("generators"),
    )


# Access control


def _access(level: str, numbers: Sequence[int], means: Means) -> Table:
    return Table(
        name=f"access-{level}",
        title=f"Access control, specification {level}: a policy that decides every request the same",
        task="guard-access",
        options={"level": level},
        columns=_ACCESS,
        makers=(
            Reference(key="nothing", label="control: nothing is allowed", over=numbers),
            Reference(key="anything", label="anything is allowed", over=numbers),
            *_stand_ins(numbers),
            *_asked(numbers, means),
        ),
        published=_published(f"access-{level}"),
    )


def _summary(numbers: Sequence[int], means: Means) -> Table:
    return Table(
        name="summaries",
        title="Request summaries: one regular expression for what a policy allows",
        task="guard-summary",
        columns=_SUMMARY,
        makers=(
            Reference(key="anything", label="control: anything", over=numbers),
            Reference(key="factored", label="from the automaton, factored", group="shipped", over=numbers),
            *_stand_ins(numbers),
            *_asked(numbers, means),
        ),
        published=_published("summaries"),
    )


# Policy documents and journeys


def _document(level: int, numbers: Sequence[int], means: Means) -> Table:
    return Table(
        name=f"document-{level}",
        title=f"Policy documents (CC-Gen), complexity {level} of 4: what the document says, done to the letter",
        task="guard-document",
        options={"level": level},
        columns=_DOCUMENT,
        makers=(
            Reference(key="hand_over", label="control: hands every case over", over=numbers, option="document"),
            Reference(key="hasty", label="hasty reader", over=numbers, option="document"),
            Reference(key="reader", label="reader of our own text", group="shipped", over=numbers, option="document"),
            *_stand_ins(numbers, seeds=3, option="document"),
            *_asked(numbers, means, "document"),
        ),
        published=_published(f"document-{level}"),
    )


def _journey(domain: str, prompt: str, guarded: str, means: Means) -> Table:
    agents = {
        "random": "random",
        "careless": "careless: makes facts up, goes on after errors",
        "static": "reads the whole document",
        "static_noisy": "the same, one call in ten wrong",
        "static_timid": "the same, hands over when blocked",
    }
    more = {"dynamic": "sees the present step alone", "dynamic_noisy": "the same, one call in ten wrong"}
    shown = agents if prompt == "static" else {"random": "random", **more}
    return Table(
        name=f"journey-{domain}-{prompt}-{guarded}",
        title=f"Journeys (JourneyBench), {domain}, {prompt} prompt, guard {guarded}: scripted users",
        task="guard-journey",
        options={"domain": domain, "prompt": prompt, "guard": guarded},
        columns=_JOURNEY,
        makers=(
            *(Shipped(key=key, label=label) for key, label in shown.items()),
            *(Conversing(address=it) for it in (MODELS if means.models is None else means.models)),
        ),
        published=_published(f"journey-{domain}"),
    )


def _stand_ins(over: Sequence[Option], seeds: int = 1, option: str = "problem") -> tuple[Maker, ...]:
    draft, mended = "stand-in, one mistake", "stand-in, up to 3 repairs"
    repairs: dict[str, Option] = {"rounds": 4, "width": 1, "seeds": seeds, "repair": True}
    mending = Runs(
        key="noisy", label=mended, proposer=_NOISE, over=over, option=option, strategy_options=repairs, runs="noisy"
    )
    return replace(mending, key="draft", label=draft, arm="first"), mending


def _asked(over: Sequence[Option], means: Means, option: str = "problem") -> list[Maker]:
    addresses = MODELS if means.models is None else means.models
    return [Asked(key=it, label=it, proposer=it, over=over, option=option) for it in addresses]


def _published(table: str) -> Callable[[Task], Sequence[Row]]:
    def rows(task: Task) -> list[Row]:
        figures = [figure for figure in task.figures() if figure.kind == "published"]
        return [published_row(table, it, label=it.label, feedback="") for it in figures]

    return rows
