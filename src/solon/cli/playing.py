"""``solon play``: one episode to be watched, in the terminal, as a film or as a page."""

import math
import sys
from pathlib import Path

from solon import api, evidence
from solon.cli.arguments import CLAIM_FAILED, DONE, INTERRUPTED
from solon.cli.options import limits_of, parse_options
from solon.cli.running import warn_about
from solon.cli.tables import console, word
from solon.contract import InfrastructureError, Program, ProgramFault, Value
from solon.interop.extras import require
from solon.journal.remedies import remedy
from solon.playback import Recording
from solon.report.page import Shown, player_page
from solon.view import film, screen

_PICTURES = 350
"""Pictures of a GIF at most, unless told otherwise: each costs bytes, for nothing is predicted."""

_PICTURES_FPS, _TERMINAL_FPS = 20.0, 12.0


class Request(Value, frozen=True):
    """What the command line asked for."""

    task: str
    program: Path
    seed: int
    gif: Path | None
    mp4: Path | None
    terminal: bool
    out: Path | None
    every: int | None
    fps: float | None
    options: tuple[str, ...]
    isolation: str
    cpu_seconds: float | None
    memory_mib: int | None


def play(request: Request) -> int:
    """Play one episode and show it in every way that was asked for; exit code 1 if the program is invalid."""
    if request.every is not None and request.every < 1:
        raise ValueError(f"--every must be 1 or more, got {request.every}")
    if request.fps is not None and not (math.isfinite(request.fps) and 0 < request.fps <= 240):
        raise ValueError(f"--fps must be above 0 and at most 240, got {request.fps:g}")
    if request.gif or request.mp4:
        require("PIL", "pictures")
    if request.mp4:
        require("imageio_ffmpeg", "pictures")
    warn_about(request.isolation)
    name, program = _named(request.program)
    try:
        recording = api.record(
            request.task,
            program,
            request.seed,
            options=parse_options(request.options),
            isolation=request.isolation,
            limits=limits_of(request.cpu_seconds, request.memory_mib),
        )
    except ProgramFault as raised:
        print(f"solon: {request.program} is invalid, {word(raised.fault)}", file=sys.stderr)
        return CLAIM_FAILED
    except KeyboardInterrupt:
        print("solon: interrupted", file=sys.stderr)
        return INTERRUPTED
    return _show(request, name, recording)


def _named(path: Path) -> tuple[str, str | Program]:
    """Return what a program is called, and the program if it is the winner of a run."""
    if (path / "run.json").is_file():
        return path.resolve().name, evidence.policy_of(path)
    return path.stem, str(path)


def _show(request: Request, name: str, recording: Recording) -> int:
    title = f"{request.task} · {name} · seed {request.seed}"
    written: list[Path] = []
    if request.gif:
        every = request.every or math.ceil(len(recording.frames) / _PICTURES)
        film.write_gif(request.gif, recording, title, fps=request.fps or _PICTURES_FPS, every=every)
        written.append(request.gif)
    if request.mp4:
        film.write_mp4(request.mp4, recording, title, fps=request.fps or _PICTURES_FPS, every=request.every or 1)
        written.append(request.mp4)
    if request.out or not (written or request.terminal):
        path = request.out or Path(f"{name}-seed{request.seed}.html")
        _write(path, player_page(title, [Shown(name, request.seed, recording)]))
        written.append(path)
    for path in written:
        print(path)
    if request.terminal:
        return _perform(request, title, recording)
    return DONE


def _perform(request: Request, title: str, recording: Recording) -> int:
    out = console()
    if not out.is_terminal:
        screen.tell(out, recording, title)
        return DONE
    try:
        screen.play(out, recording, title, fps=request.fps or _TERMINAL_FPS, every=request.every or 1)
    except KeyboardInterrupt:
        return INTERRUPTED
    return DONE


def _write(path: Path, page: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise InfrastructureError(f"cannot write {path} ({error.strerror}); {remedy(error)} (--out FILE)") from None
