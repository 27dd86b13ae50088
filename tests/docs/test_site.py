"""The site builds strictly, from the code, and asks the network for nothing."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from solon.cli.app import app
from solon.tasks import task_names

ROOT = Path(__file__).parents[2]
MISSING = "the group docs is not installed; make docs installs it"
FETCHES = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href", "object": "data"}


class Fetches(HTMLParser):
    """Collects the addresses of all that a browser fetches by itself when it opens a page."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag in FETCHES and values.get("rel") != "canonical":
            self.addresses.append(values.get(FETCHES[tag]) or "")


def fetched(page: str) -> Iterator[str]:
    """Yield the addresses elsewhere that a page or a style sheet fetches."""
    parser = Fetches()
    parser.feed(page)
    styles = re.findall(r"(?:url\(|@import\s+)[\"']?([^\"')]+)", page)
    yield from (address for address in [*parser.addresses, *styles] if re.match(r"(\w+:)?//", address))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("material", reason=MISSING)
    pytest.importorskip("mkdocstrings", reason=MISSING)
    import warnings

    from mkdocs.commands.build import build
    from mkdocs.config import load_config

    out = tmp_path_factory.mktemp("site")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of the generator's own dependencies
        build(load_config(str(ROOT / "mkdocs.yml"), site_dir=str(out), strict=True))
    return out


@pytest.mark.slow
def test_no_page_fetches_anything_from_elsewhere(site: Path) -> None:
    pages = [*site.rglob("*.html"), *site.rglob("*.css")]
    assert len(pages) > 30
    found = {str(page.relative_to(site)): list(fetched(page.read_text(encoding="utf-8"))) for page in pages}
    assert not {name: addresses for name, addresses in found.items() if addresses}


@pytest.mark.slow
def test_every_command_and_every_task_has_its_section(site: Path) -> None:
    commands = (site / "reference/commands.html").read_text(encoding="utf-8")
    tasks = (site / "reference/tasks.html").read_text(encoding="utf-8")
    assert not [name for name in app if not name.startswith("-") and f'id="solon-{name}' not in commands]
    assert not [name for name in task_names() if f'id="{name}"' not in tasks]


@pytest.mark.slow
def test_every_page_is_in_the_menu(site: Path) -> None:
    menu = (site / "index.html").read_text(encoding="utf-8")
    pages = [page.relative_to(ROOT / "docs").with_suffix(".html") for page in (ROOT / "docs").rglob("*.md")]
    names = [str(page).replace("README.html", "index.html") for page in pages]
    assert not [name for name in names if f'href="{name}"' not in menu]


def test_a_page_that_fetches_is_noticed() -> None:
    """The checker rejects broken pages."""
    assert list(fetched('<script src="https://example.org/x.js"></script>'))
    assert list(fetched('<link rel="stylesheet" href="//example.org/x.css">'))
    assert list(fetched("@font-face { src: url(https://example.org/x.woff) }"))
    assert not list(fetched('<a href="https://example.org">a link is followed by the reader alone</a>'))
