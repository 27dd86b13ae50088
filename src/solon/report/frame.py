"""What drawings that are files of their own share: the frame, the house style, light or dark as the reader likes."""

from collections.abc import Sequence
from html import escape
from importlib import resources

LETTER = 6.6
"""Width of a letter of a label, about."""


def framed(parts: Sequence[str], width: float, height: float, *, label: str) -> str:
    """Return an SVG document of a drawing's parts on the page's ground."""
    style = resources.files("solon.report").joinpath("style.css").read_text("utf-8")
    box = f'viewBox="0 0 {width:.0f} {height:.0f}" role="img" aria-label="{escape(label)}"'
    ground = f'<rect width="{width:.0f}" height="{height:.0f}" fill="var(--page)"/>'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {box}><style>{style}</style>{ground}'
    return "\n".join([head, *parts, "</svg>\n"])
