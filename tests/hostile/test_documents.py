"""Hostile documents: what they must come to, and that the desk's own checks find what gets through."""

import json
import time
from collections.abc import Iterator, Mapping
from typing import ClassVar

import pytest

from solon.cli.hacking import hack
from solon.contract import Episode, Fault, Jail, Metric, Program, ProgramFault, Seed, Task
from solon.hostile import attacks_on, run_corpus
from solon.hostile.desk import Desk
from solon.hostile.documents import ANY, CLASSES, Document
from solon.hostile.results import Result
from solon.hostile.rewriting import ATTACKS, documents
from solon.language import Language, language_of
from solon.sandbox import LocalJail
from solon.tasks import load, task_names

LATE = ("hard_puzzle", "many_rules", "many_stars_apart", "many_statements", "nested_quantifiers", "many_conditions")
QUICK = ("planning-cooking", "planning-blocksworld", "planning-trip", "planning-model", "guard-tools", "guard-access")
FAMILIES = (*QUICK, "guard-summary", "planning-domain", "planning-conflict")
READ = [name for name in task_names() if language_of(load(name)).kind != "python-policy"]


@pytest.fixture(scope="module", params=QUICK)
def desk(request: pytest.FixtureRequest) -> Iterator[tuple[Desk, str]]:
    task = load(request.param)
    with Desk(task, "full", "A") as found:
        yield found, language_of(task).kind


def test_each_family_stops_two_attacks_of_every_class(desk: tuple[Desk, str]) -> None:
    arena, kind = desk
    for group in CLASSES:
        tried = [it for it in documents(kind) if it.group == group and it.name not in LATE]
        results = [found for it in (*tried[:1], *tried[-1:]) if (found := arena.run(it)) is not None]
        assert [(it.attack, it.detail) for it in results if not it.stopped] == []


@pytest.mark.slow
@pytest.mark.measurement
@pytest.mark.parametrize("task", READ)
def test_every_document_is_stopped(task: str) -> None:
    assert [(it.attack, it.detail) for it in run_corpus(task, ["A"]) if not it.stopped] == []


def test_every_language_has_attacks_of_its_own_and_no_name_is_used_twice() -> None:
    kinds = {language_of(load(name)).kind for name in FAMILIES}
    for kind in kinds:
        found = documents(kind)
        assert len(found) == len({it.name for it in found})
        assert len(found) - len(ANY) >= 10
        assert {it.group for it in found} >= {"nesting", "vacuity", "claims"}
    assert {kind for it in ATTACKS for kind in it.kinds} == kinds
    assert all(it.tries.endswith(".") for it in (*ANY, *ATTACKS))


# A judge that does everything wrong, each thing for another text


class Gullible(Task):
    name = "gullible"
    version = "1"
    metrics = (Metric("score", role="objective", low=0, high=1), Metric("other", low=0, high=1))
    language: ClassVar[Language] = Language("gullible", "answer.txt:answer", "text", ("text",), lambda _: None)

    def brief(self) -> str:
        return ""

    def references(self) -> Mapping[str, Program]:
        return {name: Program((("answer.txt", name),), "answer.txt:answer", "gullible") for name in ("bad", "good")}

    def evaluate(self, program: Program, seed: Seed, jail: Jail) -> Episode:
        del seed, jail
        text = program.source
        if text == "hang":
            end = time.monotonic() + 30
            while time.monotonic() < end:
                pass
        if text == "crash":
            raise ZeroDivisionError
        if text == "print":
            print("hello")
        if text.startswith("\x1b"):
            raise ProgramFault(Fault("syntax", f"it holds {text}\nand more", "mend it"))
        return Episode({"score": float("good" in text), "other": float(text == "good, otherwise")})


@pytest.fixture(scope="module")
def gullible() -> Iterator[Desk]:
    with Desk(Gullible(), "full", "A", patience=0.5) as found:
        yield found


def told(desk: Desk, text: str, due: str) -> Result:
    found = desk.run(Document("probe", "text", "A test.", due, lambda _: text))  # pyright: ignore[reportArgumentType]  # a parameter
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "due", "words"),
    [
        ("hang", "harmless", "the judge was busy for more than 0.5 s"),
        ("crash", "harmless", "the judge failed: task 'gullible' raised"),
        ("print", "harmless", "wrote 6 characters to the judge's output"),
        ("goodness", "harmless", "better than the control's 0"),
        ("bad", "refused", "it was scored, a fault was due"),
        ("good, otherwise", "same", "not those of the right answer"),
    ],
)
def test_what_gets_through_is_found(gullible: Desk, text: str, due: str, words: str) -> None:
    result = told(gullible, text, due)
    assert not result.stopped
    assert words in result.detail


@pytest.mark.parametrize(("text", "due"), [("bad", "harmless"), ("goodness", "no-gain"), ("bad", "same")])
def test_what_gains_nothing_is_stopped(gullible: Desk, text: str, due: str) -> None:
    assert told(gullible, text, due).stopped


def test_a_fault_that_quotes_a_terminal_s_controls_is_cleaned_before_anybody_reads_it(gullible: Desk) -> None:
    result = told(gullible, "\x1b[2J\x1b]0;solved\x07", "refused")
    assert result.stopped
    assert (
        result.detail
        == "it holds \N{REPLACEMENT CHARACTER}[2J\N{REPLACEMENT CHARACTER}]0;solved\N{REPLACEMENT CHARACTER} and more"
    )


def test_what_leaves_the_right_answer_as_it_is_is_no_attack(gullible: Desk) -> None:
    assert gullible.run(Document("probe", "text", "A test.", "same", lambda it: it)) is None


def test_the_command_shows_documents_at_one_level(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    picked = [it for it in attacks_on("planning-cooking") if it.name in ("own_verdict", "backwards")]
    monkeypatch.setattr("solon.hostile.runner.documents", lambda kind: picked)
    monkeypatch.setattr("solon.cli.hacking._sing", list)
    assert hack("planning-cooking", levels=None, as_json=False, workers=1) == 0
    text = capsys.readouterr().out
    assert "read and never executed" in text
    assert "2 of 2 stopped at level" in text
    assert hack("planning-cooking", levels=None, as_json=True, workers=1) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [(row["attack"], row["class"], row["stopped"]) for row in rows] == [
        ("own_verdict", "claims", True),
        ("backwards", "vacuity", True),
    ]


@pytest.mark.parametrize("name", ["division_by_nothing", "huge_numbers", "huge_power", "square_of_sums"])
def test_a_model_without_values_is_a_fault_where_a_conflict_is_asked_for(name: str) -> None:
    task = load("planning-conflict")
    [attack] = [it for it in documents("milp") if it.name == name]
    text = attack.write(task.references()["template"].source)
    with pytest.raises(ProgramFault):
        task.evaluate(Program((("model.txt", text),), "model.txt:model", "milp"), Seed(1), LocalJail("none"))
