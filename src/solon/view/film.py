"""Writing a recording as a moving picture: GIF with Pillow, MP4 with the encoder of imageio-ffmpeg."""

from collections.abc import Generator
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Protocol, cast

from solon.contract import InfrastructureError
from solon.journal.remedies import remedy
from solon.playback import Recording
from solon.view.pictures import Artist


def write_gif(path: Path, recording: Recording, title: str, *, fps: float, every: int) -> None:
    """Write an animation that repeats for ever and rests on its last picture.

    All pictures share one table of colours, so that only what moves is stored. Raises InfrastructureError when the file
    cannot be written.
    """
    from PIL import Image

    artist = Artist(recording, title)
    sample = list(islice(Artist(recording, title).pictures(max(every, len(recording.frames) // 6)), 8))
    sheet = Image.new("RGB", (artist.size[0], artist.size[1] * len(sample)))
    for place, picture in enumerate(sample):
        sheet.paste(picture, (0, place * artist.size[1]))
    table = sheet.quantize(128, dither=Image.Dither.NONE)
    pictures = (it.quantize(palette=table, dither=Image.Dither.NONE) for it in artist.pictures(every))
    first = next(pictures)
    wait = max(20, round(1000 / fps))
    count = len(range(0, len(recording.frames), every)) + ((len(recording.frames) - 1) % every != 0)
    durations = [wait] * (count - 1) + [1500]
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        first.save(
            part, "GIF", save_all=True, append_images=pictures, duration=durations, loop=0, optimize=False, disposal=1
        )
        part.replace(path)
    except OSError as error:
        raise _unwritable(path, error) from None


class _Encoder(Protocol):
    def write_frames(
        self,
        path: str,
        size: tuple[int, int],
        *,
        fps: float,
        quality: float,
        macro_block_size: int,
        ffmpeg_log_level: str,
    ) -> Generator[None, bytes | None, None]: ...


def write_mp4(path: Path, recording: Recording, title: str, *, fps: float, every: int) -> None:
    """Write a video (H.264). Raises InfrastructureError when the encoder fails or the file cannot be written."""
    encoder = cast("_Encoder", import_module("imageio_ffmpeg"))
    artist = Artist(recording, title)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.stem}.part.mp4")
        film = encoder.write_frames(
            str(part), artist.size, fps=fps, quality=7, macro_block_size=2, ffmpeg_log_level="error"
        )
        film.send(None)
        try:
            for picture in artist.pictures(every):
                film.send(picture.tobytes())
        finally:
            film.close()
        part.replace(path)
    except (OSError, RuntimeError) as error:
        raise _unwritable(path, error) from None


def _unwritable(path: Path, error: OSError | RuntimeError) -> InfrastructureError:
    if isinstance(error, OSError) and error.strerror:
        return InfrastructureError(f"cannot write {path} ({error.strerror}); {remedy(error)}")
    return InfrastructureError(f"the video {path} could not be encoded ({error}); write a GIF with --gif instead")
