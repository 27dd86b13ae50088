"""Domains judged by what they let happen."""

import pickle

import pytest
from msgspec import structs

from solon.contract import InfrastructureError, ProgramFault, Proved, Refuted, Seed, Unknown
from solon.engine.feedback import describer
from solon.language import language_of
from solon.playback import Excerpt
from solon.tasks import load
from solon.tasks.planning.classical.domain_task import DomainTask
from solon.verify.pddl.mutate import DOMAIN_KINDS, mutate_domain
from solon.verify.pddl.syntax import And, Change, Domain
from tasks.planning.classical.test_task import NoJail, metrics, rounds


def make(subject: str = "carrying+lamps", **options: object) -> DomainTask:
    task = load("planning-domain", subject=subject, planner="search", **options)
    assert isinstance(task, DomainTask)
    return task


def weakened(domain: Domain, name: str) -> Domain:
    """Return the domain with an action that needs nothing."""
    actions = (structs.replace(it, precondition=And()) if it.name == name else it for it in domain.actions)
    return structs.replace(domain, actions=tuple(actions))


@pytest.mark.parametrize("subject", ["carrying+lamps", "fuel+lamps", "blocksworld", "balls"])
def test_the_parser_of_templates_agrees_with_the_words_and_the_control_does_not(subject: str) -> None:
    task = make(subject)
    control, template = task.references().values()
    assert metrics(task, template)["agreement"] == 1
    assert isinstance(task.verify(template), Proved)
    assert metrics(task, control)["agreement"] < 1
    assert isinstance(task.verify(control), Refuted)


def test_it_pickles_has_a_language_and_tells_the_domain_in_words_only() -> None:
    task = make()
    assert pickle.loads(pickle.dumps(task)) == task
    language = language_of(task)
    assert language is not None
    assert language.complaint(task.references()["template"].source) is None
    assert "is not a domain" in str(language.complaint("(define (domain"))
    assert "(:action" not in task.brief()
    assert "possible when: T is at P; the robot is at P; the robot holds nothing" in task.brief()


@pytest.mark.parametrize("kind", DOMAIN_KINDS)
def test_no_mistake_of_any_kind_agrees(kind: str) -> None:
    task = make()
    for entropy in range(4):
        mutant = mutate_domain(task.world.domain, kind, entropy)
        assert mutant is not None
        program = task.program(mutant.thing)
        try:
            agreement = metrics(task, program)["agreement"]
        except ProgramFault:
            agreement = 0.0
        assert agreement < 1, mutant.touched
        assert isinstance(task.verify(program), Refuted)


def test_the_same_domain_in_another_order_agrees_and_is_not_called_proved() -> None:
    task = make()
    turned = structs.replace(
        task.world.domain,
        actions=tuple(
            structs.replace(it, precondition=And(tuple(reversed(it.precondition.parts))))
            for it in task.world.domain.actions
            if isinstance(it.precondition, And)
        ),
    )
    assert metrics(task, task.program(turned))["agreement"] == 1
    assert isinstance(task.verify(task.program(turned)), Unknown)


def test_feedback_names_a_step_that_only_one_of_both_allows() -> None:
    task = make()
    program = task.program(weakened(task.world.domain, "light"))
    episode = task.evaluate(program, Seed(0), NoJail())
    assert episode.metrics["complete"] == 1
    assert episode.metrics["alike"] < 1
    excerpt = Excerpt(0, task.record(program, Seed(0), NoJail()).moments)
    text = describer(task, "counterexample")((episode,), None, excerpt).text
    assert "the domain allows (light place" in text
    assert "the words do not, for want of" in text
    quiet = make(shown="none")
    assert not [it for it in quiet.record(program, Seed(0), NoJail()).moments if "the domain allows" in it.text]


def test_what_an_action_forgets_to_remove_is_told() -> None:
    task = make()
    changed = [
        structs.replace(it, effects=tuple(e for e in it.effects if isinstance(e, Change) and e.adds))
        if it.name == "move"
        else it
        for it in task.world.domain.actions
    ]
    program = task.program(structs.replace(task.world.domain, actions=tuple(changed)))
    told = " ".join(moment.text for moment in task.record(program, Seed(0), NoJail()).moments)
    assert "in the domain, the robot is at place1 (robot-at place1); by the words it is not so" in told


def test_declarations_must_be_those_of_the_words() -> None:
    task = make()
    domain = task.world.domain
    for changed, word in (
        (structs.replace(domain, actions=domain.actions[1:]), "'move' is missing"),
        (structs.replace(domain, actions=(*domain.actions, structs.replace(domain.actions[0], name="fly"))), "'fly'"),
        (
            structs.replace(domain, actions=(structs.replace(domain.actions[0], name="go"), *domain.actions[1:])),
            "'move' is missing",
        ),
    ):
        fault = task.lint(task.program(changed))
        assert fault is not None
        assert word in fault.message


def test_seeds_draw_problems_and_equal_seeds_draw_equal_ones() -> None:
    task = make()
    assert task.drawn(Seed(1)) == task.drawn(Seed(1))
    assert task.drawn(Seed(1)) != task.drawn(Seed(2))
    assert task.drawn(Seed(1)) != task.drawn(Seed(1, key=b"secret"))
    assert len(task.drawn(Seed(1))) == 3


@pytest.mark.parametrize("subject", ["carrying+lamps", "blocksworld"])
def test_single_mistakes_are_repaired_within_three_rounds(subject: str) -> None:
    task = make(subject, problems=1, walk=8)
    repaired = [any(score == 1 for score in rounds(task, 1, 0.1, entropy)) for entropy in range(8)]
    assert sum(repaired) >= 7


def test_options_are_checked_and_show_in_the_version() -> None:
    assert make(walk=5).version == "1[subject=carrying+lamps,walk=5,planner=search]"
    for wrong in ({"subject": "wings"}, {"problems": 0}, {"shown": "some"}, {"subject": "doors"}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            make(**wrong)


def test_a_planner_that_solves_nothing_makes_the_result_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    task = make()
    monkeypatch.setattr(type(task), "_plan", lambda *_: None)
    with pytest.raises(InfrastructureError, match="only 0 solvable problems"):
        task.drawn(Seed(0))
