"""Answers judged: what is right, what is wrong, what is right by accident, and what feedback says of it."""

import pickle
from collections.abc import Iterator
from contextlib import AbstractContextManager

import pytest
from msgspec import structs

from solon.contract import (
    Feedback,
    InfrastructureError,
    Program,
    ProgramFault,
    Proved,
    Refuted,
    Seed,
    Task,
    Worker,
)
from solon.engine.feedback import describer
from solon.language import language_of
from solon.playback import Excerpt, Recordable
from solon.standin import Authored
from solon.tasks import load, task_names
from solon.tasks.planning.classical.judged import planned, renamed
from solon.tasks.planning.classical.task import ClassicalTask
from solon.tasks.planning.classical.words import WORDS
from solon.verify.limited import MissingSolver
from solon.verify.pddl import planner
from solon.verify.pddl.outcome import GaveUp, Planned
from solon.verify.pddl.simulate import validate
from solon.verify.pddl.syntax import And, Atom, Problem, Typed, conjuncts, print_problem

NAMES = [name for name in task_names() if name.startswith("planning-") and isinstance(load(name), ClassicalTask)]
SMALL = (
    "blocksworld",
    "mystery",
    "movie",
    "floortile",
    "grippers",
    "storage",
    "termes",
    "tyreworld",
    "tower",
    "balls",
)
"""Domains whose first instance our own search solves in a moment."""


class NoJail:
    """An answer is never executed."""

    isolation = "none"

    def open(self, program: Program, guest: str, setup: bytes, episode: bytes) -> AbstractContextManager[Worker]:
        raise AssertionError("nothing is to be executed")


def make(name: str = "blocksworld", **options: object) -> ClassicalTask:
    task = load(f"planning-{name}", **{"planner": "search", "answer": "problem", **options})
    assert isinstance(task, ClassicalTask)
    return task


def metrics(task: Task, program: Program) -> dict[str, float]:
    figures = task.evaluate(program, Seed(0), NoJail()).metrics
    assert set(figures) == {metric.name for metric in task.metrics}
    assert all(metric.low <= figures[metric.name] <= metric.high for metric in task.metrics)
    return figures


def written(task: ClassicalTask, problem: Problem) -> dict[str, float]:
    return metrics(task, task.program(print_problem(problem)))


def told(task: ClassicalTask, text: str, level: str = "counterexample") -> str:
    program = task.program(text)
    try:
        episode = task.evaluate(program, Seed(0), NoJail())
    except ProgramFault as raised:
        return describer(task, level)((), raised.fault).text
    excerpt = Excerpt(0, task.record(program, Seed(0), NoJail()).moments)
    return describer(task, level)((episode,), None, excerpt).text


@pytest.mark.parametrize("name", NAMES)
def test_a_task_declares_one_objective_pickles_and_has_a_language(name: str) -> None:
    task = load(name)
    assert isinstance(task, Recordable)
    assert isinstance(task, Authored)
    assert task.version == "2"
    assert task.name == name
    assert pickle.loads(pickle.dumps(task)) == task
    assert [metric.name for metric in task.metrics if metric.role == "objective"] == ["solved"]
    language = language_of(task)
    assert language is not None
    for program in task.references().values():
        assert program.kind == language.kind
        assert program.entry == language.entry
        assert language.complaint(program.source) is None
        assert task.lint(program) is None


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize("name", SMALL)
def test_the_parser_of_templates_solves_what_the_control_does_not(name: str, words: str) -> None:
    task = make(name, words=words)
    control, template = task.references().values()
    assert metrics(task, control)["solved"] == 0
    figures = metrics(task, template)
    assert figures["solved"] == figures["faithful"] == figures["valid"] == figures["agreement"] == 1
    assert isinstance(task.verify(template), Proved)
    assert isinstance(task.verify(control), Refuted)


@pytest.mark.parametrize("name", ["barman", "cooking"])
def test_domains_that_need_fast_downward_are_solved_with_it(name: str) -> None:
    task = make(name, planner="fast-downward")
    control, template = task.references().values()
    assert (metrics(task, control)["solved"], metrics(task, template)["solved"]) == (0, 1)


@pytest.mark.parametrize("name", ["tower", "balls", "cooking"])
def test_a_plan_is_run_and_nothing_else_counts(name: str) -> None:
    task = make(name, answer="plan", planner="fast-downward")
    nothing, template = task.references().values()
    assert metrics(task, nothing)["solved"] == 0
    assert metrics(task, template)["solved"] == 1
    longer = Program(((template.entry.partition(":")[0], template.source * 2),), template.entry, template.kind)
    assert metrics(task, longer)["solved"] == 0


def test_a_valid_plan_for_a_wrong_problem_is_told_apart() -> None:
    """The goal wants one thing too many, which every plan brings about anyway."""
    task = make("blocksworld", problem=3)
    goals = conjuncts(task.truth.goal)
    carried = {part.arguments[0] for part in goals if isinstance(part, Atom)}
    base = next(entry.name for entry in task.truth.objects if entry.name not in carried)
    outcome = written(task, structs.replace(task.truth, goal=And((*goals, Atom("on-table", (base,))))))
    assert (outcome["found"], outcome["valid"]) == (1, 1)
    assert outcome["solved"] == outcome["faithful"] == 0
    episode = structs.replace(task.evaluate(task.references()["template"], Seed(0), NoJail()), metrics=outcome)
    assert [finding.kind for finding in task.suspicions(episode)] == ["wrong-problem"]


@pytest.mark.parametrize("words", ["order", "counts"])
def test_other_names_for_objects_are_no_mistake(words: str) -> None:
    task = make("grippers", words=words)
    names = {entry.name: f"o{place}" for place, entry in enumerate(task.truth.objects)}
    problem = structs.replace(
        task.truth,
        objects=tuple(Typed(names[it.name], it.types) for it in task.truth.objects),
        init=renamed(task.truth.init, names),
        goal=And(renamed(tuple(it for it in conjuncts(task.truth.goal) if isinstance(it, Atom)), names)),
    )
    assert written(task, problem)["solved"] == 1


def test_what_cannot_be_read_or_does_not_fit_the_domain_is_a_fault_that_names_it() -> None:
    task = make()
    right = print_problem(task.truth)
    for text, word in (
        (right.replace("(:goal", "(:gaol"), "gaol"),
        (right[:-3], "never closed"),
        (right.replace("(arm-empty)", "(arm-vacant)"), "arm-vacant"),
        (right.replace("(:domain blocksworld)", "(:domain blocks)"), "blocks"),
        (right.replace("(arm-empty)", "(on b1 b9)"), "b9"),
        ("(" * 300_000, "characters"),
    ):
        fault = task.lint(task.program(text))
        assert fault is not None
        assert word in fault.message
        with pytest.raises(ProgramFault):
            task.evaluate(task.program(text), Seed(0), NoJail())
    assert task.lint(task.program(f"Here it is:\n```pddl\n{right}```\nDone.")) is None


def test_feedback_names_what_the_words_say_and_how_much_is_told_is_an_option() -> None:
    missing = "at the start, the words say: the arm is empty; init lacks it"
    spare = "init says: the arm holds b1; the words do not say it of the start"
    text = print_problem(make().truth).replace("(arm-empty)", "(holding b1)")
    assert {missing in told(make(), text), spare in told(make(), text)} == {True}
    first = told(make(shown="first"), text)
    assert missing in first
    assert spare not in first
    silent = told(make(shown="none"), text)
    assert missing not in silent
    assert spare not in silent
    assert "no plan" in silent or "found a plan" in silent


def test_a_plan_is_told_its_first_failing_step_or_all_of_them() -> None:
    text = "(putdown b1)\n(stack b1 b2)\n"
    every = told(make("tower", answer="plan"), text)
    assert "step 1: (putdown b1) cannot be taken" in every
    assert "step 2: (stack b1 b2) cannot be taken" in every
    assert "it must be so that the arm holds b1" in every
    first = told(make("tower", answer="plan", shown="first"), text)
    assert "step 1: (putdown b1) cannot be taken" in first
    assert "step 2:" not in first
    assert "cannot be taken" not in told(make("tower", answer="plan", shown="none"), text)


def test_a_recording_tells_text_outcome_and_each_action_in_words() -> None:
    task = make()
    recording = task.record(task.references()["template"], Seed(0), NoJail())
    captions = [frame.caption for frame in recording.frames]
    assert captions[0] == f"3 objects, {len(task.truth.init)} facts, {len(conjuncts(task.truth.goal))} goals: read"
    assert captions[1].startswith("the planner found a plan of")
    assert any("take b" in caption or "pick up b" in caption for caption in captions)
    assert captions[-1] == "the problem says what the words say"
    assert [it.title for it in recording.exhibits] == ["The words", "The formal problem", "The plan", "What is wrong"]
    words, problem, plan, wrong = recording.exhibits
    assert words.text == task.text
    assert problem.text == task.references()["template"].source
    assert plan.steps
    assert not plan.trouble
    assert wrong.head == ("found", "where", "remedy")
    assert not wrong.rows


def test_the_panels_of_a_wrong_answer_mark_the_step_that_fails_and_say_where_and_what_to_do() -> None:
    task = make("tower", answer="plan", shown="none")
    recording = task.record(task.program("(pickup b1)\n(pickup b1)\n"), Seed(0), NoJail())
    assert [it.title for it in recording.exhibits] == ["The words", "The plan", "What is wrong"]
    _, plan, wrong = recording.exhibits
    assert plan.trouble == (int(wrong.rows[0][1].removeprefix("step ")) - 1,)
    assert all(wrong.rows[0])
    bare = make().record(make().references()["bare"], Seed(0), NoJail()).exhibits[-1]
    assert bare.trouble == tuple(range(len(bare.rows)))
    assert {row[1] for row in bare.rows} == {"init", "planner"}


def test_a_cheapest_plan_is_wanted_where_it_is_asked_for() -> None:
    task = make("tower", answer="plan", optimal=True, problem=1)
    best = task.references()["template"]
    assert metrics(task, best)["solved"] == 1
    first = best.source.splitlines()[0].strip("()").split()
    back = {"pickup": "putdown", "unstack": "stack"}[first[0]]
    detour = f"{best.source.splitlines()[0]}\n({' '.join((back, *first[1:]))})\n{best.source}"
    figures = metrics(task, task.program(detour))
    assert (figures["valid"], figures["solved"]) == (1, 0)
    assert metrics(make(optimal=True), make().references()["template"])["solved"] == 1


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("answer", ["problem", "plan"])
def test_the_brief_shows_the_words_and_an_example_that_is_not_the_task(name: str, answer: str) -> None:
    quick = name.removeprefix("planning-") in SMALL
    task = load(name, answer=answer, planner="search" if quick else "fast-downward")
    assert isinstance(task, ClassicalTask)
    text = task.brief()
    assert task.text in text
    assert text.count("At the start: ") == 2
    assert print_problem(task.truth) not in text
    assert "(define (domain" not in text
    assert "(define (domain" in with_options(task, context="domain").brief()
    assert with_options(task, context="none").brief().count("At the start: ") == 1


def with_options(task: ClassicalTask, **options: object) -> ClassicalTask:
    """Return the task with other options."""
    changed = load(task.name, answer=task.answer, planner=task.planner, **options)
    assert isinstance(changed, ClassicalTask)
    return changed


def test_the_example_of_tyreworld_is_never_the_task() -> None:
    """Its instances depend on the number of hubs alone: the first of any draw is the same problem."""
    one = make("tyreworld", problem=1)
    assert one.example.goal != one.scene.goal
    assert len(dict(one.example.objects)["hub"]) == 2


def test_options_are_checked_and_show_in_the_version() -> None:
    assert make("barman", problem=2, words="counts", planner="fast-downward").version == "2[problem=2,words=counts]"
    for wrong in ({"problem": 21}, {"answer": "poem"}, {"words": "rhymes"}, {"context": "all"}, {"seconds": 0}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            make(**wrong)


def test_published_figures_stand_where_they_belong() -> None:
    bound, figure = make("barman").figures()
    assert (bound.kind, bound.metrics) == ("bound", {"solved": 1.0})
    assert (figure.kind, figure.metrics) == ("published", {"found": 1.0})
    assert make("barman", optimal=True).figures()[1].metrics == {"found": 0.2}
    assert len(make("barman", answer="plan").figures()) == 1
    three, four = (make("tower", answer="plan", problem=number).figures() for number in (1, 11))
    assert [figure.metrics["solved"] for figure in three[1:]] == [0.2, 0.37, 0.7, 0.43, 0.6, 0.97]
    assert [figure.metrics["solved"] for figure in four[1:]] == [0.1, 0.17, 0.53, 0.4, 0.6, 0.8]


def test_without_the_planner_the_result_is_unavailable_and_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missing(*_: object, **__: object) -> object:
        raise MissingSolver("Fast Downward is not installed; run: pip install 'solon[planning]'")

    monkeypatch.setattr("solon.tasks.planning.classical.judged.plan", missing)
    task = make("termes", planner="fast-downward", problem=17)
    with pytest.raises(InfrastructureError, match="pip install"):
        task.evaluate(task.references()["template"], Seed(0), NoJail())
    assert planner.installed()


def rounds(task: Task, mistakes: int, rate: float, entropy: int, most: int = 3) -> Iterator[float]:
    """Yield what the objective is in each round of drafting and mending."""
    author = task.author()
    draft = author.draft(mistakes, entropy)
    goal = next(metric.name for metric in task.metrics if metric.role == "objective")
    for number in range(most + 1):
        fault, episodes, excerpt = None, (), None
        try:
            episodes = (task.evaluate(draft.program, Seed(entropy), NoJail()),)
            excerpt = Excerpt(0, task.record(draft.program, Seed(entropy), NoJail()).moments)
        except ProgramFault as raised:
            fault = raised.fault
        yield episodes[0].metrics[goal] if episodes else 0.0
        text = describer(task, "counterexample")(episodes, fault, excerpt)
        draft = author.mend(draft.program, text, rate, entropy * 10 + number)


@pytest.mark.parametrize("answer", ["problem", "plan"])
@pytest.mark.parametrize("name", [name for name in SMALL if name not in ("floortile", "termes")])
def test_single_mistakes_are_repaired_within_three_rounds(name: str, answer: str) -> None:
    task = make(name, answer=answer)
    repaired = [any(score == 1 for score in rounds(task, 1, 0.1, entropy)) for entropy in range(10)]
    assert sum(repaired) >= 9


def test_an_author_that_is_told_nothing_repairs_less() -> None:
    """The repair is the feedback's doing: without it, the author writes parts of its own choice anew."""
    task = make("storage", problem=4)
    author, blind = task.author(), 0
    for entropy in range(12):
        draft = author.draft(1, entropy)
        assert draft == author.draft(1, entropy)
        mended = author.mend(draft.program, Feedback("none", ""), 0.0, entropy)
        try:
            blind += task.evaluate(mended.program, Seed(0), NoJail()).metrics["solved"] == 1
        except ProgramFault:
            continue
    seeing = sum(list(rounds(task, 1, 0.0, entropy, most=1))[-1] == 1 for entropy in range(12))
    assert seeing == 12
    assert blind < 9


def test_planted_mistakes_are_never_taken_for_right_unless_they_change_nothing() -> None:
    task = make("storage", problem=4)
    author = task.author()
    for entropy in range(40):
        draft = author.draft(1, entropy)
        try:
            solved = task.evaluate(draft.program, Seed(0), NoJail()).metrics["solved"]
        except ProgramFault:
            continue
        assert solved == 0, draft.mistakes


def noisy(rates: str) -> ClassicalTask:
    return make("tower", answer="plan", validator=f"self:{rates}")


def test_a_validator_that_errs_always_passes_the_wrong_and_refuses_the_right_and_says_so_as_a_true_one_does() -> None:
    task, exact = noisy("1,1"), make("tower", answer="plan")
    right, wrong = exact.references()["template"], exact.references()["nothing"]
    assert metrics(task, wrong)["accepted"] == 1
    assert metrics(task, right)["accepted"] == 0
    assert "is valid" in told(task, wrong.source)
    complaint = told(task, right.source)
    assert "cannot be taken, because it needs" in complaint or "the goal is not reached, because" in complaint
    assert isinstance(task.verify(right), Proved)
    assert isinstance(task.verify(wrong), Refuted)


def test_a_validator_that_never_errs_is_the_exact_one_and_one_that_errs_says_the_same_of_the_same_plan() -> None:
    exact, honest, doubtful = make("tower", answer="plan"), noisy("0,0"), noisy("0.5,0.5")
    said: set[float] = set()
    for entropy in range(12):
        draft = exact.author().draft(entropy % 2, entropy).program
        if exact.lint(draft) is not None:
            continue
        assert metrics(honest, draft)["accepted"] == metrics(exact, draft)["solved"]
        assert metrics(doubtful, draft) == metrics(doubtful, draft)
        said.add(metrics(doubtful, draft)["accepted"])
    assert said == {0.0, 1.0}


def test_what_is_true_shows_in_no_metric_of_a_task_whose_validator_errs() -> None:
    assert [metric.name for metric in noisy("0.1,0.2").metrics] == ["accepted", "actions"]
    assert "Maximise accepted" in noisy("0.1,0.2").brief()


@pytest.mark.parametrize(
    "options", [{"validator": "self:2,0"}, {"validator": "llm"}, {"validator": "self:0,0", "optimal": True}]
)
def test_a_validator_that_cannot_be_is_refused(options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="validator"):
        make("tower", answer="plan", **options)
    with pytest.raises(ValueError, match="answer=plan"):
        make(validator="self:0,0")


@pytest.mark.parametrize("name", ["blocksworld", "mystery", "movie", "grippers"])
def test_unrolling_finds_plans_that_are_proved_cheapest(name: str) -> None:
    unrolled, searched = (make(name, planner=planner, optimal=True) for planner in ("unrolled", "search"))
    template = unrolled.references()["template"]
    ours, theirs = metrics(unrolled, template), metrics(searched, template)
    assert ours == theirs
    assert ours["solved"] == 1


def test_unrolling_proves_nothing_of_plans_whose_steps_differ_in_cost() -> None:
    task = make("floortile")
    judged = planned(task.world.domain, task.truth, "unrolled", 60, optimal=True)
    assert isinstance(judged, GaveUp)
    assert judged.reason == "unsupported"
    one = structs.replace(task.truth, goal=And(conjuncts(task.truth.goal)[:1]))
    found = planned(task.world.domain, one, "unrolled", 60, optimal=False)
    assert isinstance(found, Planned)
    assert found.cost == validate(task.world.domain, one, found.plan).cost > len(found.plan)
    assert not found.proved


def test_unrolling_names_goals_that_no_plan_of_its_length_reaches() -> None:
    """A block cannot be held by an arm that is empty, which grounding alone does not show."""
    task = make("blocksworld")
    own = task.truth.objects[0]
    init = tuple(Atom(name, (own.name,)) for name in ("clear", "on-table"))
    goals = Atom("holding", (own.name,)), Atom("arm-empty")
    both = structs.replace(task.truth, objects=(own,), init=(*init, Atom("arm-empty")), goal=And(goals))
    outcome = planned(task.world.domain, both, "unrolled", 60, optimal=False)
    assert isinstance(outcome, GaveUp)
    assert outcome.reason == "steps"
    assert outcome.message.endswith("cannot hold together until then: (arm-empty), (holding b1)")
