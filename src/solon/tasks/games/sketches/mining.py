"""The Mining sketch: who goes for which ore with whom, what iron is worth beside gold, and what to do meanwhile."""

import textwrap
from collections.abc import Mapping

from solon.contract import Program
from solon.sketch import Hole, HoleValue, Sketch
from solon.tasks.games.maps import Map
from solon.tasks.games.sketches.cutter import cut

COMPONENTS = "mining_policy.py"
LINE_LENGTH = 120

# Hole: {option: sentence for the docstring}; the first option is the default. Options differ between the holes, since
# each names its own variants of a function.
CHOICES: dict[str, dict[str, str]] = {
    "teams": {
        "partners": "Fixed pairs go for the gold that is nearest to both, and for iron when there is none.",
        "best_rate": "Ore is dealt out by what it pays for the time it takes, gold to the two nearest agents.",
    },
    "firing": {
        "own_job": "A beam is fired at iron, at one's own gold and at gold that another has struck.",
        "anything": "A beam is fired at whatever ore is in it.",
    },
    "idle": {
        "stand": "Who has nothing to do stands.",
        "post": "Who has nothing to do waits at a post of its own.",
    },
    "path": {
        "straight": "",
        "aside": "Agents step aside for one another.",
    },
}


def sketch(board: Map, n_agents: int) -> Sketch:
    """Return the space of Mining programs; the same for all maps and numbers of agents."""
    del board, n_agents
    numbers = (
        Hole("iron_worth", 1.0, 0.0, 8.0),
        Hole("iron_delay", 2.0, 0.5, 10.0),
        Hole("gold_delay", 3.0, 0.5, 15.0),
        Hole("longest", 20, 0, 40, integer=True),
        Hole("pull", 0.0, 0.0, 1.0),
    )
    choices = tuple(Hole(name, next(iter(sentences)), options=tuple(sentences)) for name, sentences in CHOICES.items())
    return Sketch((*numbers, *choices), _render)


def _render(values: Mapping[str, HoleValue]) -> Program:
    """Cut the program for hole values from the components."""
    chosen = {name: str(values[name]) for name in CHOICES}
    constants = {
        name.upper(): f"{float(values[name]):.2f}" for name in ("iron_worth", "iron_delay", "gold_delay", "pull")
    }
    constants["LONGEST"] = str(int(values["longest"]))
    sentences = [CHOICES[name][option] for name, option in chosen.items()]
    strategy = textwrap.fill(" ".join(sentence for sentence in sentences if sentence), LINE_LENGTH)
    head = f'"""Mining: gold in twos, iron alone.\n\n{strategy}\n"""\n\n'
    return Program(files=(("policy.py", head + cut(COMPONENTS, "policy", chosen, constants)),))
