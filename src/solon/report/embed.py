"""What a page carries besides its text: data blocks that no parser takes for markup, and the document around them.

A page runs our script and Chart.js, which its content-security-policy names by hash; nothing that a candidate wrote can
run. Chart.js comes with the package ``chartkick`` and is packed into each page that has charts.
"""

import base64
import hashlib
import zlib
from collections.abc import Sequence
from functools import cache
from html import escape
from importlib import resources

import msgspec

_SCRIPTS = ("base.js", "drawing.js", "charts.js", "player.js", "details.js", "graph.js", "page.js")
_STYLES = ("style.css", "page.css")


def style() -> str:
    """Return the style of every page: the house's colours and type, then the parts of a page."""
    return "\n".join(_text(name) for name in _STYLES)


def script() -> str:
    """Return the script of every page; it fills whatever parts a page has, see ``page.js``."""
    return "\n".join(_text(name) for name in _SCRIPTS)


@cache
def library() -> str:
    """Return the source of Chart.js."""
    return resources.files("chartkick").joinpath("django/static/chartkick/Chart.bundle.js").read_text("utf-8")


def policy(extra: str = "") -> str:
    """Return the content-security-policy of a page made of ``style`` and ``script``, with further directives."""
    directives = [
        "default-src 'none'",
        f"style-src '{_hash(style())}'",
        f"script-src '{_hash(script())}' '{_hash(library())}'",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    return "; ".join([*directives, *([extra] if extra else [])])


def document(title: str, body: str, *, blocks: Sequence[str] = (), extra: str = "") -> str:
    """Return a whole page that opens offline; ``body`` is HTML, ``blocks`` are those of ``plain`` and ``packed``.

    ``extra`` are further directives for ``policy``.
    """
    if 'class="chart ' in body or 'id="player"' in body:
        blocks = [*blocks, _library()]
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{policy(extra)}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="referrer" content="no-referrer">'
        f"<style>{style()}</style></head>\n<body>{body}\n{''.join(blocks)}\n<script>{script()}</script></body></html>\n"
    )


def plain(name: str, value: object) -> str:
    """Return a JSON block; "<", ">" and "&" are written as escapes, so that no text can end it."""
    text = msgspec.json.encode(value).decode()
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return f'<script type="application/json" id="{escape(name)}">{text}</script>\n'


def packed(name: str, content: bytes) -> str:
    """Return a block of what ``pack`` made."""
    return f'<script type="text/plain" id="{escape(name)}">{content.decode("ascii")}</script>\n'


def pack(value: object) -> bytes:
    """Return a value as JSON, compressed (zlib), in base64; the page unpacks it when somebody looks."""
    return _compressed(msgspec.json.encode(value))


@cache
def _library() -> str:
    return packed("library", _compressed(library().encode()))


def _compressed(content: bytes) -> bytes:
    return base64.b64encode(zlib.compress(content, 9))


def _text(name: str) -> str:
    return resources.files("solon.report").joinpath(name).read_text("utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
