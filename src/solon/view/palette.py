"""Colours and shapes of boards, read from the report's style and player, so that a picture looks like the page."""

import colorsys
import re
from functools import cache
from importlib import resources
from typing import Literal

Colour = tuple[int, int, int]
Theme = Literal["light", "dark"]

_PAIR = re.compile(r"--([\w-]+):\s*light-dark\(\s*#([0-9a-f]{6})\s*,\s*#([0-9a-f]{6})\s*\)")
_PLAIN = re.compile(r"--([\w-]+):\s*#([0-9a-f]{6})")


@cache
def colours(theme: Theme) -> dict[str, Colour]:
    """Return the named colours of the report's style in one theme."""
    dark = theme == "dark"
    found: dict[str, Colour] = {}
    for sheet in ("style.css", "page.css"):
        text = resources.files("solon.report").joinpath(sheet).read_text("utf-8")
        for name, light_value, dark_value in _PAIR.findall(text):
            found.setdefault(name, _hexadecimal(dark_value if dark else light_value))
        values: dict[str, list[str]] = {}
        for name, value in _PLAIN.findall(text):
            values.setdefault(name, []).append(value)
        for name, (first, *rest) in values.items():  # the style says light first, then dark
            found.setdefault(name, _hexadecimal(rest[0] if dark and rest else first))
    return found


def _hexadecimal(text: str) -> Colour:
    return int(text[:2], 16), int(text[2:4], 16), int(text[4:], 16)


@cache
def _table(name: str) -> dict[str, str]:
    """Return a table of the player's script: layers to the names of their colours, or of their shapes."""
    found = re.search(rf"^Solon\.{name} = \{{(.*?)\}};", _player(), re.DOTALL | re.MULTILINE)
    assert found is not None
    return {quoted or bare: value for quoted, bare, value in re.findall(r'(?:"([^"]+)"|(\w+)): "(\w+)"', found[1])}


@cache
def _spare() -> tuple[str, ...]:
    """Return the colours of layers that the player does not know, in the order of their appearance."""
    found = re.search(r"^Solon\.SPARE = \[(.*?)\];", _player(), re.MULTILINE)
    assert found is not None
    return tuple(re.findall(r'"(\w+)"', found[1]))


@cache
def _player() -> str:
    return resources.files("solon.report").joinpath("player.js").read_text("utf-8")


def shape(layer: str) -> str:
    """Return how a changing layer is drawn: "whole", "square", "frame", "diamond" or "disc"."""
    return _table("SHAPES").get(layer, "disc")


class Palette:
    """Colours of one recording: the layers of a board, and agents that can be told apart."""

    def __init__(self, theme: Theme, layers: tuple[str, ...] = (), agents: int = 0) -> None:
        self._named = colours(theme)
        self._layers: dict[str, Colour] = {}
        self._unknown = 0
        for layer in layers:
            self.layer(layer)
        self.agents: tuple[Colour, ...] = tuple(
            _agent(number, agents, dark=theme == "dark") for number in range(agents)
        )

    def __getitem__(self, name: str) -> Colour:
        """Return a colour of the style by name."""
        return self._named[name]

    def layer(self, layer: str) -> Colour:
        """Return the colour of a layer: the player's, or the next spare one."""
        if layer not in self._layers:
            known = _table("PALETTE").get(layer)
            if known is None:
                known = _spare()[self._unknown % len(_spare())]
                self._unknown += 1
            self._layers[layer] = self._named[known]
        return self._layers[layer]


def _agent(number: int, count: int, *, dark: bool) -> Colour:
    """Return an agent's colour as the report's player chooses it: hues all round, two lightnesses in turn."""
    hue = (number * 360 / max(count, 1) + 250) % 360
    lightness = (66 if dark else 45) + (8 if number % 2 else -6)
    red, green, blue = colorsys.hls_to_rgb(hue / 360, lightness / 100, 0.62)
    return round(red * 255), round(green * 255), round(blue * 255)


def blend(over: Colour, under: Colour, share: float) -> Colour:
    """Mix two colours; ``share`` is that of the first."""
    red, green, blue = (round(share * a + (1 - share) * b) for a, b in zip(over, under, strict=True))
    return red, green, blue
