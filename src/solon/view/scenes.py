"""A recording, step by step: what each layer covers and what each agent has earned so far."""

from collections.abc import Iterator
from dataclasses import dataclass

from solon.playback import Frame, Recording


@dataclass
class Scene:
    """One step; it is the same object throughout, so whoever keeps something copies it."""

    step: int
    frame: Frame
    layers: dict[str, set[int]]
    returns: list[float]
    paid: bool  # the recording tells rewards

    @property
    def earned(self) -> str:
        """The sum of all returns so far, in words, to go on after a step; nothing where none are told."""
        total = sum(self.returns)
        return f", return {total:.{0 if total == int(total) else 2}f}" if self.paid else ""


def scenes(recording: Recording) -> Iterator[Scene]:
    """Yield every step of a recording, the start first."""
    layers: dict[str, set[int]] = {name: set() for name in (recording.board.layers if recording.board else ())}
    returns = [0.0] * seats(recording)
    paid = any(frame.rewards for frame in recording.frames)
    for step, frame in enumerate(recording.frames):
        for name, cells in frame.removed.items():
            layers.setdefault(name, set()).difference_update(cells)
        for name, cells in frame.added.items():
            layers.setdefault(name, set()).update(cells)
        for seat, reward in enumerate(frame.rewards):
            returns[seat] += reward
        yield Scene(step, frame, layers, returns, paid)


def shown(recording: Recording, every: int) -> Iterator[Scene]:
    """Yield every ``every``-th step, and the last one."""
    last = len(recording.frames) - 1
    return (scene for scene in scenes(recording) if scene.step % every == 0 or scene.step == last)


def seats(recording: Recording) -> int:
    """Return how many agents a recording has."""
    frames = recording.frames
    return max([len(recording.agents), *(max(len(it.agents), len(it.rewards)) for it in frames)], default=0)
