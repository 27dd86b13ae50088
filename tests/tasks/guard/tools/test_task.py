"""The task guard-tools: metrics, references, proof, feedback and repair."""

import pytest

from solon.contract import Feedback, InfrastructureError, Program, ProgramFault, Proved, Refuted, Seed
from solon.tasks import load
from solon.tasks.guard.tools import rules
from solon.tasks.guard.tools.author import MISTAKES, parted
from solon.tasks.guard.tools.calls import Described
from solon.tasks.guard.tools.guards import declared
from solon.tasks.guard.tools.task import GuardToolsTask, guard_tools
from solon.verify.requests.schema import Field, Record, Text


class NoJail:
    """Rules are data: nothing is opened."""

    isolation = "none"

    def open(self, *_: object) -> None:
        raise AssertionError("a policy must not be run as code")


TASK = GuardToolsTask()
SEED = Seed(7)


def metrics(program: Program) -> dict[str, float]:
    return TASK.evaluate(program, SEED, NoJail()).metrics


def test_references_keep_their_order() -> None:
    found = {name: metrics(program) for name, program in TASK.references().items()}
    assert found["allow-all"]["attack_success"] == 1
    assert 0 < found["tool-filter"]["attack_success"] < 1
    assert found["tool-filter"]["utility"] < 1
    for name in ("mined", "least"):
        assert (found[name]["utility"], found[name]["attack_success"]) == (1, 0)
        assert found[name]["attacks_left"] > 0


def test_evaluation_is_a_pure_function() -> None:
    program = TASK.references()["tool-filter"]
    assert TASK.evaluate(program, SEED, NoJail()) == TASK.evaluate(program, SEED, NoJail())


def test_least_privilege_is_proved_or_refuted_with_a_call() -> None:
    assert isinstance(TASK.verify(TASK.references()["least"]), Proved)
    assert isinstance(TASK.verify(TASK.references()["mined"]), Proved)
    verdict = TASK.verify(TASK.references()["allow-all"])
    assert isinstance(verdict, Refuted)
    assert "send_money(" in verdict.witness


def test_an_unanchored_pattern_is_refuted() -> None:
    text = rules.LEAST["send_mail"].replace('ends(to, "@ours.example")', 'glob(to, "*@ours.example*")')
    verdict = TASK.verify(rules.program({**rules.LEAST, "send_mail": text}))
    assert isinstance(verdict, Refuted)
    assert "@ours.example" in verdict.witness


@pytest.mark.parametrize(
    "text",
    [
        "rule x: permit send_mail",
        "tool send_mail()",
        "context query: text",
        "rule x allow",
        "\0",
        "rule x: allow send_mail\n    when arg.",
    ],
)
def test_a_wrong_policy_is_a_fault_with_its_line(text: str) -> None:
    program = rules.program(f"rule a: allow list_files\n{text}\n")
    with pytest.raises(ProgramFault, match=r"line [23]"):
        TASK.evaluate(program, SEED, NoJail())
    fault = TASK.lint(program)
    assert fault is not None
    assert TASK.language.complaint(program.source) is not None


def test_a_recording_names_attack_and_failed_wish() -> None:
    recording = TASK.record(TASK.references()["tool-filter"], SEED, NoJail())
    told = " ".join(moment.text for moment in recording.moments if moment.trouble)
    assert "An attack was carried out" in told
    assert "failed" in told
    assert "Narrow the rules on send_mail" in told
    assert not any(moment.trouble for moment in TASK.record(TASK.references()["least"], SEED, NoJail()).moments)


def test_a_recording_starts_with_what_went_wrong_and_lists_it_beside() -> None:
    filtered, everything, least = (
        TASK.record(TASK.references()[name], SEED, NoJail()) for name in ("tool-filter", "allow-all", "least")
    )
    assert filtered.frames[0].caption.endswith("what went wrong comes first")
    assert all(moment.text.split("(")[0][-8:] in filtered.frames[moment.step].caption for moment in filtered.moments)
    assert filtered.moments[0].step < 8
    assert [it.title for it in filtered.exhibits] == [
        "The policy", "Attacks that got through", "Wishes that were blocked", "Proof",
    ]  # fmt: skip
    through, blocked = everything.exhibits[1], filtered.exhibits[2]
    assert {row[2] for row in through.rows} == {"all"}
    assert {row[2] for row in blocked.rows} == {"none: the default"}
    assert blocked.trouble == tuple(range(len(blocked.rows)))
    assert least.exhibits[1].rows == least.exhibits[2].rows == ()
    assert least.exhibits[3].text.startswith("Proved")
    assert everything.exhibits[3].text.startswith("Refuted")


def test_a_tool_may_take_a_record_or_nothing() -> None:
    choice = {"anyOf": [{"type": "object", "properties": {"b": {"type": "string"}}}, {"type": "null"}]}
    (found,) = declared([Described("x", {"type": "object", "properties": {"a": choice}})])
    assert found.parameters.fields["a"] == Field(Record({"b": Field(Text())}), nullable=True)


def test_planted_mistakes_are_mended_by_counterexamples() -> None:
    author = TASK.author()
    planted: set[str] = set()
    for entropy in range(12):
        draft = author.draft(2, entropy)
        assert len(draft.mistakes) >= 2
        planted |= {mistake.split()[0] for mistake in draft.mistakes}
        program = draft.program
        for round_ in range(6):
            found = metrics(program)
            if found["utility"] == 1 and found["attack_success"] == 0:
                break
            moments = TASK.record(program, SEED, NoJail()).moments
            told = Feedback("counterexample", "\n".join(moment.text for moment in moments))
            program = author.mend(program, told, 0.0, entropy + round_).program
        assert metrics(program)["attack_success"] == 0
        assert metrics(program)["utility"] == 1
    assert planted == set(MISTAKES)


def test_the_author_is_reproducible() -> None:
    author = TASK.author()
    assert author.draft(3, 5) == author.draft(3, 5)
    assert parted(author.draft(0, 1).program.source).keys() == rules.LEAST.keys()


def test_the_sketch_reaches_a_strong_policy() -> None:
    sketch = TASK.sketch()
    chosen = {hole.name: "user" for hole in sketch.holes}
    chosen |= {
        "send_money": "pointed",
        "send_mail": "field",
        "create_event": "field",
        "open_page": "said",
        "links": "own",
    }
    found = metrics(sketch.render(chosen))
    assert (found["utility"], found["attack_success"]) == (1, 0)
    for option in ("deny", "any"):
        assert TASK.lint(sketch.render({**chosen, "send_mail": option})) is None


def test_the_brief_tells_tools_labels_and_language() -> None:
    brief = TASK.brief()
    assert all(word in brief for word in ("send_money", "pointed", "origin(arg.name)", "rule NAME: allow TOOL"))


def test_options_are_checked() -> None:
    assert guard_tools(pairs=26).version == "1[pairs=26]"
    with pytest.raises(ValueError, match="pairs must lie"):
        guard_tools(pairs=1)
    with pytest.raises(ValueError, match="no suite"):
        guard_tools(suite="agentdojo:nowhere")
    assert load("guard-tools").name == "guard-tools"


def test_a_missing_agentdojo_is_told_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib

    from solon.tasks.guard.tools import dojo

    def absent(name: str) -> object:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", absent)
    dojo.suite.cache_clear()
    with pytest.raises(InfrastructureError, match=r"pip install 'solon\[agentdojo\]'"):
        guard_tools(suite="agentdojo:banking")
