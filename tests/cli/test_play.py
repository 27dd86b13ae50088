"""``solon play``: one episode as a page, in the terminal, as a GIF and as a video."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from report.runs import episode
from solon import api
from solon.playback import Board, Frame, Recording
from solon.view import film, palette, screen
from solon.view.scenes import scenes, shown

Call = Callable[..., tuple[int, str, str]]
SHORT = ["-o", "steps=12", "-o", "n_agents=2"]
STORY = Recording(
    tuple(Frame(caption=f"step \x1b[2J {number} " + "word " * 40, rewards=(0.5,)) for number in range(12))
)


def test_without_a_flag_it_writes_a_page_that_opens_offline(call: Call) -> None:
    code, out, _ = call("play", "gathering", "nearest_apple", "--seed", "3", *SHORT)
    assert (code, out) == (0, "nearest_apple-seed3.html\n")
    text = Path("nearest_apple-seed3.html").read_text()
    assert "Content-Security-Policy" in text
    assert "gathering · nearest_apple · seed 3" in text


def test_a_pipe_gets_the_story_in_words(call: Call) -> None:
    code, out, _ = call("play", "gathering", "nearest_apple", "--terminal", *SHORT)
    assert code == 0
    assert "\x1b" not in out
    assert re.search(r"^gathering · nearest_apple · seed 0: 12 steps, return \d+$", out, re.MULTILINE)
    assert not list(Path().iterdir())


def test_a_task_without_a_board_is_told(call: Call) -> None:
    Path("mine.py").write_text("def policy(observation, memory):\n    return 0\n")
    code, out, err = call("play", "matrix-prisoners", "mine.py", "--terminal")
    assert (code, "mine · seed 0" in out) in [(0, True), (1, False)], err


def test_an_invalid_program_is_named_with_its_fault(call: Call) -> None:
    Path("broken.py").write_text("def policy(:\n")
    code, _, err = call("play", "gathering", "broken.py", *SHORT)
    assert code == 1
    assert err.startswith("solon: broken.py is invalid, syntax: ")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--every", "0"], "--every must be 1 or more"),
        (["--fps", "0"], "--fps must be above 0"),
        (["--fps", "nan"], "--fps must be above 0"),
        (["--seed", "-1"], "seed must be 0 or more"),
    ],
)
def test_a_wrong_call_is_explained(call: Call, words: list[str], message: str) -> None:
    code, _, err = call("play", "gathering", "nearest_apple", *words, *SHORT)
    assert code == 2
    assert message in err


@pytest.mark.parametrize("flag", ["--gif", "--mp4"])
def test_a_missing_extra_is_named_before_anything_is_played(
    call: Call, monkeypatch: pytest.MonkeyPatch, flag: str
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "PIL", None)
    monkeypatch.setattr(api, "record", lambda *_, **__: pytest.fail("it was played"))
    code, _, err = call("play", "gathering", "nearest_apple", flag, "a.film")
    assert code == 3
    assert "pip install 'solon[pictures]'" in err


def test_a_scene_knows_layers_and_returns() -> None:
    last = list(scenes(episode()))[-1]
    assert last.layers == {"apple": set()}
    assert last.returns == [6.0, -2.0]
    assert [it.step for it in shown(episode(), 5)] == [0, 5, 10, 12]


def test_a_gif_holds_every_step_and_rests_on_the_last(tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image", reason="pillow is missing: pip install 'solon[pictures]'")
    for recording in (episode(), STORY):
        path = tmp_path / "new" / "a.gif"
        film.write_gif(path, recording, "title · " + "long " * 60, fps=20, every=1)
        with image.open(path) as found:
            assert found.n_frames == len(recording.frames)
            assert found.info["loop"] == 0
            assert found.info["duration"] == 50
            found.seek(found.n_frames - 1)
            assert found.info["duration"] == 1500
        film.write_gif(path, recording, "title", fps=20, every=7)
        with image.open(path) as found:
            assert found.n_frames == len(list(shown(recording, 7)))
    assert [it.name for it in (tmp_path / "new").iterdir()] == ["a.gif"]


def test_the_same_recording_gives_the_same_bytes(tmp_path: Path) -> None:
    pytest.importorskip("PIL.Image", reason="pillow is missing: pip install 'solon[pictures]'")
    for name in ("a.gif", "b.gif"):
        film.write_gif(tmp_path / name, episode(), "title", fps=20, every=1)
    assert (tmp_path / "a.gif").read_bytes() == (tmp_path / "b.gif").read_bytes()


def test_agents_look_where_they_are_turned() -> None:
    pytest.importorskip("PIL.Image", reason="pillow is missing: pip install 'solon[pictures]'")
    from solon.view.pictures import Artist

    pictures = list(Artist(episode(), "title").pictures(1))
    assert len({it.size for it in pictures}) == 1
    assert all(side % 2 == 0 for side in pictures[0].size)
    colour = palette.Palette("light", (), 2).agents[0]
    side = 28
    left, top = (
        side + (pictures[0].width - 7 * side) // 2,
        side,
    )  # the first agent stands in the second cell, turned east
    assert pictures[0].getpixel((left + side // 2 + 5, top + side // 2)) == colour
    assert pictures[0].getpixel((left + 2, top + side // 2)) != colour


def test_a_video_is_encoded(tmp_path: Path) -> None:
    pytest.importorskip("imageio_ffmpeg", reason="imageio-ffmpeg is missing: pip install 'solon[pictures]'")
    film.write_mp4(tmp_path / "a.mp4", episode(), "title", fps=20, every=1)
    assert (tmp_path / "a.mp4").read_bytes()[4:8] == b"ftyp"
    assert [it.name for it in tmp_path.iterdir()] == ["a.mp4"]


@pytest.mark.parametrize("size", [(100, 30), (14, 5), (3, 3)])
def test_the_terminal_is_never_overrun(size: tuple[int, int]) -> None:
    width, height = size
    console = Console(width=width, height=height, force_terminal=True, color_system="truecolor", _environ={})
    for recording in (episode("\x1b[2J"), STORY):
        drawing = screen.Screen(recording, "title")
        for scene in scenes(recording):
            lines = console.render_lines(drawing.draw(scene, width, height), pad=False)
            assert len(lines) <= height
            assert all("\x1b" not in piece.text for line in lines for piece in line)


def test_what_pays_nothing_tells_no_return() -> None:
    out = io.StringIO()
    screen.tell(Console(file=out, width=80), Recording((Frame(caption="a"), Frame(caption="b"))), "title")
    assert out.getvalue().splitlines()[-1] == "title: 1 step"


def test_half_blocks_are_used_where_cells_of_two_columns_do_not_fit() -> None:
    console = Console(width=10, height=30, force_terminal=True, color_system="truecolor", _environ={})
    drawing, scene = screen.Screen(episode(), "t"), next(scenes(episode()))
    with console.capture() as narrow:
        console.print(drawing.draw(scene, 10, 30))
    assert narrow.get().count("▀") == 7 * 2
    with console.capture() as wide:
        console.print(drawing.draw(scene, 40, 30))
    assert "▀" not in wide.get()
    assert "▶ " in wide.get()


def test_a_performance_keeps_time_and_leaves_the_last_step() -> None:
    console = Console(width=60, height=30, force_terminal=True, color_system="truecolor", _environ={}, record=True)
    waits: list[float] = []
    with console.capture() as shown_:
        screen.play(console, episode(), "title", fps=20, every=1, sleep=waits.append)
    assert len(waits) == 13
    assert all(wait >= 0 for wait in waits)
    assert "step 12 of 12" in shown_.get()


def test_colours_and_shapes_are_those_of_the_player() -> None:
    for theme in ("light", "dark"):
        named, colours = palette.colours(theme), palette.Palette(theme)
        assert colours.layer("apple spot") == named["spot"]
        assert colours.layer("goal") == named["string"]
        assert colours.layer("unheard of") == named["published"]
        assert colours.layer("another one") == named["accent"]
        assert colours.layer("unheard of") == named["published"]
    assert palette.shape("waste") == "whole"
    assert palette.shape("open door") == "frame"
    assert palette.shape("apple") == "disc"
    assert palette.colours("light")["ink"] != palette.colours("dark")["ink"]


def test_every_shape_of_the_player_is_drawn(tmp_path: Path) -> None:
    pytest.importorskip("PIL.Image", reason="pillow is missing: pip install 'solon[pictures]'")
    from solon.view.pictures import Artist

    layers = ("waste", "box", "open door", "key", "apple")
    assert {palette.shape(layer) for layer in layers} == {"whole", "square", "frame", "diamond", "disc"}
    board = Board(1, len(layers), layers=layers)
    recording = Recording((Frame(added={layer: (cell,) for cell, layer in enumerate(layers)}),), board=board)
    (picture,) = Artist(recording, "").pictures(1)
    colours = palette.Palette("light", layers)
    side, left = 28, (picture.width - 28 * len(layers)) // 2
    middles = [picture.getpixel((left + cell * side + side // 2, side // 2)) for cell in range(len(layers))]
    expected = [colours["floor"] if layer == "open door" else colours.layer(layer) for layer in layers]
    assert middles == expected
    console = Console(width=60, height=30, _environ={})
    with console.capture() as shown_:
        console.print(screen.Screen(recording, "").draw(next(scenes(recording)), 60, 30))
    assert "\n  ■ □ ◆ ● " in shown_.get()
