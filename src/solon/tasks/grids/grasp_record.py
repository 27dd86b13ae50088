"""A GRASP episode for people and proposers: one instance step by step, the k worst made as small as they still fail.

The instance follows from the seed alone, so that the recordings of two programs can be watched side by side.
"""

from collections.abc import Callable, Sequence

from solon.contract import ProgramFault
from solon.playback import Board, Frame, Moment, Recording
from solon.tasks.grids.grasp_minimise import minimised
from solon.tasks.grids.grasp_planner import best
from solon.tasks.grids.grasp_world import ACTIONS, UNLIMITED, Instance, Scoring, World, play, score, text

_WIDTH = 60  # of the reference plans; each is carried out, so that what they are worth can be had
_EPSILON = 1e-9

Answer = tuple[list[str], str]
"""A list of actions, and why it is none if it is none."""

Ask = Callable[[Instance], Answer]


def shortfall(instance: Instance, actions: Sequence[str], scoring: Scoring) -> float:
    """Return by how much a plan that is known is worth more than these actions."""
    return _known(instance, scoring) - _worth(instance, actions, scoring)


def _known(instance: Instance, scoring: Scoring) -> float:
    """Return what a plan that is known is worth."""
    return _worth(instance, best(instance, scoring, width=_WIDTH).actions, scoring)


def _worth(instance: Instance, actions: Sequence[str], scoring: Scoring) -> float:
    return score(instance, play(instance, actions), scoring)


def recorded(
    instances: Sequence[Instance], answers: Sequence[Answer], ask: Ask, scoring: Scoring, worst: int
) -> Recording:
    """Write down the instance on which most can be had, and what is done on the worst ones made smaller."""
    known = [_known(instance, scoring) for instance in instances]
    missing = [
        (bool(why), can - _worth(instance, actions, scoring))
        for instance, (actions, why), can in zip(instances, answers, known, strict=True)
    ]
    order = sorted(range(len(instances)), key=lambda place: missing[place], reverse=True)
    failing = [place for place in order if missing[place][0] or missing[place][1] > _EPSILON]
    shown = max(range(len(instances)), key=known.__getitem__)
    short = f"{len(failing)} of {len(instances)} instances fall short of a plan that is known"
    moments = [Moment(0, short), Moment(0, f"shown is instance {shown}, on which most can be had: {known[shown]:.4g}")]
    alive = True
    for place in failing[:worst]:
        told = instances[place], answers[place]
        if alive:
            try:
                small = minimised(instances[place], _failing(ask, scoring, raised=bool(answers[place][1])))
                told = small, ask(small)
            except ProgramFault:  # time or memory ran out on the way: what was seen before still holds
                alive = False
        moments.append(Moment(0, _told(instances[place], *told, scoring), trouble=True))
    frames, board = _frames(instances[shown], answers[shown][0])
    return Recording(frames, tuple(moments), board, ("agent",))


def _failing(ask: Ask, scoring: Scoring, *, raised: bool) -> Callable[[Instance], bool]:
    """Return what tells whether an instance fails in the same way: without a list, or with one that falls short."""

    def fails(instance: Instance) -> bool:
        actions, why = ask(instance)
        if raised or why:
            return raised and bool(why)
        return shortfall(instance, actions, scoring) > _EPSILON

    return fails


def _told(drawn: Instance, instance: Instance, answer: Answer, scoring: Scoring) -> str:
    actions, why = answer
    played = play(instance, actions)
    can = _known(instance, scoring)
    limit = "none" if instance.carry_limit >= UNLIMITED else str(instance.carry_limit)
    outcome = f"{why}; " if why else f"the program returns {' '.join(actions[:ACTIONS]) or 'an empty list'}; "
    outcome += f"that is worth {score(instance, played, scoring):.4g}, and {can:.4g} can be had"
    lines = [
        f"a grid of the kind {drawn.kind}, made as small as it still fails:",
        f"{instance.movement} directions, carry limit {limit}, step cost {instance.step_cost:g}",
        f"start {list(instance.place(instance.start))}",
        *text(instance).splitlines(),
        outcome,
        *([played.first_failure] if played.first_failure else []),
        *([] if played.home else ["the agent does not end in the start cell"]),
    ]
    return "\n".join(lines)


def _frames(instance: Instance, actions: Sequence[str]) -> tuple[tuple[Frame, ...], Board]:
    """Return what the actions did, a frame each, after the start."""
    world = World(instance)
    start = tuple(sorted(instance.energy))
    frames = [Frame(((world.cell, -1, 0),), {"energy": start} if start else {}, caption=instance.kind)]
    for action in list(actions)[:ACTIONS]:
        before = {cell for cell, units in world.units.items() if units}
        complaint = world.act(action)
        after = {cell for cell, units in world.units.items() if units}
        banked = world.units.get(instance.start, 0)
        caption = f"{action[:20]}{f': {complaint}' if complaint else ''}; carries {world.carried}, {banked} banked"
        added, removed = tuple(sorted(after - before)), tuple(sorted(before - after))
        frames.append(
            Frame(
                ((world.cell, -1, 0),),
                {"energy": added} if added else {},
                {"energy": removed} if removed else {},
                caption=caption,
            )
        )
    fixed = {"wall": tuple(sorted(instance.obstacles)), "start": (instance.start,)}
    shown = {layer: cells for layer, cells in fixed.items() if cells}
    return tuple(frames), Board(instance.rows, instance.columns, shown, ("energy",))
