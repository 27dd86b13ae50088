"""The pages of the local server: a shell around our own scripts, which come from the server and from nowhere else."""

from collections.abc import Sequence
from html import escape
from importlib import resources

from solon.report.embed import library

SCRIPTS = {"base.js": "solon.report", "charts.js": "solon.report", "view.js": "solon.view"}
STYLES = {"style.css": "solon.report", "page.css": "solon.report", "view.css": "solon.view"}
_LIBRARY = "chart.js"  # asked for by pages that draw

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


def asset(name: str) -> bytes | None:
    """Return a script or a style sheet, None if there is none of that name."""
    if name == _LIBRARY:
        return library().encode()
    package = SCRIPTS.get(name) or STYLES.get(name)
    return resources.files(package).joinpath(name).read_bytes() if package else None


def shell(title: str, main: str, *, heading: str = "", home: bool = True, blocks: Sequence[str] = ()) -> str:
    """Return a page; ``main`` and ``heading`` are HTML."""
    styles = "".join(f'<link rel="stylesheet" href="/{name}">' for name in STYLES)
    scripts = "".join(f'<script src="/{name}" defer></script>' for name in SCRIPTS)
    back = '<nav aria-label="Pages"><a href="/">All runs</a></nav>' if home else "<nav></nav>"
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)} · Solon</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'{styles}{scripts}</head>\n<body class="view"><a class="skip" href="#content">Skip to the content</a>'
        f'<header class="top"><h1>{heading or escape(title)}</h1>{back}'
        '<button type="button" id="theme" hidden>Theme</button></header>'
        f'<main id="content" tabindex="-1">{main}</main>\n{"".join(blocks)}</body></html>\n'
    )


def listing(folder: str) -> str:
    """Return the page that lists the runs of a folder."""
    place = '<div id="runs"><noscript>This page needs JavaScript.</noscript></div>'
    main = f'<p class="soft path">{escape(folder)}</p>{place}'
    return shell("Runs", main, home=False)


def following(name: str, events: str, task: str, words: str, resume: str) -> str:
    """Return the page of an unfinished run, which fills itself from the address ``events``."""
    main = (
        f'<p class="soft">{escape(words)}</p>'
        f'<div id="live" data-events="{escape(events)}" data-resume="{escape(resume)}">'
        "<noscript>This page needs JavaScript.</noscript></div>"
    )
    return shell(f"{task} · {name}", main, heading=f"{escape(task)} <small>{escape(name)}</small>")


def trouble(title: str, words: str) -> str:
    """Return a page that says what is wrong."""
    return shell(title, f'<p class="finding alarm">{escape(words)}</p>')
