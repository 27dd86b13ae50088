"""Lets attacks that were written for the games play in other tasks whose programs are Python.

An attack defines ``policy(env, agent_id)`` and asks its honest twin by the same call. Elsewhere a policy takes other
arguments, so that a disguise stands in front: it keeps what the task gave and shows the attack one agent that decides.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from solon.contract import Program, Task

_DISGUISE: Final = """\
import stage
from attack import policy as attack


def policy(*given, **named):
    stage.given, stage.named = given, named
    stage.env.step_count += 1
    return attack(stage.env, 0)
"""
_STAGE: Final = """\
given, named = (), {}


class Stage:
    def __init__(self):
        self.step_count, self.n_agents, self.memo, self.static = -1, 1, {}, {}


env = Stage()
"""
_HONEST: Final = """\
import stage
from twin import policy as twin


def policy(env, agent_id):
    return twin(*stage.given, **stage.named)
"""
_IDLE: Final = """\
def policy(*given, **named):
    return object()
"""
_LUCKY: Final = "random"  # a reference whose luck an attack may use up, which is no gain


def staged(task: Task) -> Mapping[str, Program]:
    """Return what the twins of the corpus are in a task that is no game: its first program without luck, and none."""
    references = task.references()
    honest = next((program for name, program in references.items() if name != _LUCKY), None)
    idle = Program((("policy.py", _IDLE),))
    return {"nearest_apple": idle if honest is None else honest, "stand": idle}


def disguised(attack: str, twin: Program, tools: Sequence[tuple[str, str]]) -> Program:
    """Return an attack as a program of a task that is no game, with the honest program that it may ask."""
    file = twin.entry.partition(":")[0]
    others = tuple(each for each in twin.files if each[0] != file)
    own = (("policy.py", _DISGUISE), ("attack.py", attack), ("honest.py", _HONEST), ("stage.py", _STAGE))
    return Program((*own, ("twin.py", twin.source), *others, *tools))
