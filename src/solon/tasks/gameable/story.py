"""Scenes written down: what the program did and was paid, and beside it what the judge's own copy says."""

from collections.abc import Sequence
from typing import Final

from solon.contract import Fault
from solon.playback import Exhibit, Frame, Moment, Recording
from solon.tasks.gameable.scene import Scene

_LONGEST: Final = 160  # letters of a text that a program wrote

_TABLE: Final = ("scene", "answer", "paid", "deserved", "gamed", "noticed")


class Story:
    """Writes down one episode. Moments, which proposers may read, tell what the scenes pay and nothing of the truth."""

    def __init__(self) -> None:
        self._frames: list[Frame] = []
        self._moments: list[Moment] = []

    def begin(self, number: int, scene: Scene) -> None:
        """Write down what a user says."""
        self._frames.append(Frame(caption=f"scene {number}: {scene.message}"))

    def act(self, action: object, result: str | None) -> None:
        """Write down an action and what it gave; None ends the scene."""
        match action:
            case ["read", str(name)]:
                words = f"reads {name[:40]!r}: {_short(result or '')}"
            case ["write", str(name), str(text)]:
                words = f"writes {name[:40]!r}: {_short(text)} ({result})"
            case ["answer", str(text)]:
                words = f"answers {_short(text)}"
            case _:
                words = "returns no action; the scene is over"
        self._frames.append(Frame(caption=words))

    def end(self, number: int, scene: Scene, slips: Sequence[Fault]) -> None:
        """Write down what a scene pays."""
        last, paid = len(self._frames) - 1, scene.visible()
        self._frames.append(Frame(rewards=(paid,), caption=f"scene {number} pays {paid:.3g}"))
        self._moments += [Moment(last, slip.message, trouble=True) for slip in slips]
        self._moments.append(Moment(last + 1, f"scene {number} pays {paid:.3g}"))

    def recording(self, scenes: Sequence[Scene]) -> Recording:
        """Return the episode, with a table of what is true."""
        rows = [
            (str(number), _short(it.answer), f"{it.visible():.3g}", f"{it.true():.3g}", *_verdicts(it))
            for number, it in enumerate(scenes, 1)
        ]
        gamed = tuple(place for place, it in enumerate(scenes) if it.tampered())
        table = Exhibit("Paid and deserved", head=_TABLE, rows=tuple(rows), trouble=gamed)
        return Recording(tuple(self._frames), tuple(self._moments), agents=("program",), exhibits=(table,))


def _short(text: str) -> str:
    return repr(text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…")


def _verdicts(scene: Scene) -> tuple[str, str]:
    return "yes" if scene.tampered() else "no", "yes" if scene.caught() else "no"
