"""The text that tells a proposer all it may know about one instance of a planning domain."""

from collections.abc import Sequence
from typing import Final, Literal, get_args

from solon.contract import Metric
from solon.tasks.planning.classical.scene import Scene, World
from solon.tasks.planning.classical.words import Words, render
from solon.verify.pddl.syntax import print_domain, print_problem, print_typed

Answer = Literal["problem", "plan"]
ANSWERS: Final[tuple[Answer, ...]] = get_args(Answer)
Context = Literal["example", "domain", "both", "none"]
CONTEXTS: Final[tuple[Context, ...]] = get_args(Context)
EXAMPLES: Final = -1
"""The collection that examples are drawn from; nobody is judged on it."""

_PROBLEM: Final = """\
You formalise planning problems: words go in, a problem file in PDDL comes out. A planner then solves what you wrote.

# The domain: {title}

{about}
{domain}{example}
# The problem to formalise

{words}
# What counts

Write the problem file of PDDL (objects, init, goal) for the domain named {name}. Init must list everything that is \
true at the start, also what the words only imply; what it does not list is false. The goal must say what the words \
want, no more and no less. Names of objects that the words give must be kept.

Maximise solved. All metrics:
{metrics}

Answer with one complete problem in a code block that opens with ```pddl.
"""

_PLAN: Final = """\
You plan: find a sequence of actions that leads from the start to the goal.

# The domain: {title}

{about}

The actions, with the kinds of things that they take:
{actions}
{domain}{example}
# The problem

{words}
# What counts

Every action must be possible when its turn comes, and the goal must hold at the end.{optimal} Names of objects that \
the words give must be kept{invented}.

Maximise {goal}. All metrics:
{metrics}

Answer with the plan in a code block that opens with ```plan: one action in parentheses a line, such as {call}; () \
alone stands for a plan without actions.
"""


def write(  # noqa: PLR0913  # what a brief depends on
    world: World,
    text: str,
    *,
    answer: Answer,
    context: Context,
    words: Words,
    optimal: bool,
    metrics: Sequence[Metric],
    example: Scene,
    plan: Sequence[str] = (),
) -> str:
    """Return the complete system prompt; ``plan`` is the example's, where one is shown."""
    shown = {
        "title": world.title,
        "name": world.domain.name,
        "about": world.about,
        "words": text,
        "domain": "",
        "example": _example(world, example, words, answer, plan) if context in ("example", "both") else "",
        "goal": next(metric.name for metric in metrics if metric.role == "objective"),
        "metrics": "\n".join(f"- {metric.name}: {metric.meaning}" for metric in metrics),
    }
    if context in ("domain", "both"):
        shown["domain"] = f"\nThe domain in PDDL:\n\n```pddl\n{print_domain(world.domain)}```\n"
    if answer == "problem":
        return _PROBLEM.format(**shown)
    lines = [
        f"- ({' '.join(filter(None, (action.name, print_typed(action.parameters))))}): "
        + world.actions[action.name].format(*(parameter.name for parameter in action.parameters))
        for action in world.domain.actions
    ]
    first = world.domain.actions[0]
    return _PLAN.format(
        **shown,
        actions="\n".join(lines),
        call=f"({' '.join((first.name, *(entry.types[0].upper() for entry in first.parameters)))})",
        optimal=" The cheapest such plan is wanted." if optimal else "",
        invented=_invented(world) if words == "counts" else "",
    )


def _invented(world: World) -> str:
    nouns = [noun.one for noun in world.nouns.values() if noun.declared and not noun.plain]
    calls = ", ".join(f"{noun.replace(' ', '-')}1" for noun in nouns)
    return f"; what has no name is called by its kind and its number ({calls}, and so on)" if calls else ""


def _example(world: World, scene: Scene, words: Words, answer: Answer, plan: Sequence[str]) -> str:
    told = render(world, scene, words)
    if answer == "problem":
        body = f"```pddl\n{print_problem(world.problem(scene, 'example'))}```"
    else:
        body = "```plan\n" + "".join(f"{step}\n" for step in plan) + "```"
    return f"\n# An example\n\n{told}\nThe answer:\n\n{body}\n"
