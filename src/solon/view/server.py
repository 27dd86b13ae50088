"""The local server: loopback only, one token, GET only, and no path but those of runs that it has found itself.

Others on the same machine, and pages in the same browser, are the ones to keep out: a request needs the token (from the
address, then from a cookie), a Host of this server (against DNS rebinding) and no foreign Origin.
"""

import hmac
import json
import secrets
import threading
from collections import OrderedDict
from collections.abc import Iterator
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import socket
from typing import Final, cast
from urllib.parse import parse_qs, quote, unquote, urlsplit

import msgspec

from solon.contract import InfrastructureError
from solon.engine import Bundle, read_card
from solon.report import embed
from solon.report.page import Served, candidate, render
from solon.view import pages
from solon.view.compare import comparison, read_side
from solon.view.live import Follower, builtin
from solon.view.runs import Runs, has_links

_TICK: Final = 0.5
_QUIET: Final = 15.0
"""Seconds between two looks at a running run, and until a stream with nothing to tell says that it is there."""

_MOST_STREAMS: Final = 32
_MOST_COMPARED: Final = 8
_PAGES: Final = 6
"""Rendered reports that are kept."""

_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}

_TYPES: Final = {"js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8"}
_HTML: Final = "text/html; charset=utf-8"


class Refused(Exception):
    """Raised where a request is answered with an error page."""

    def __init__(self, status: HTTPStatus, words: str) -> None:
        super().__init__(words)
        self.status: HTTPStatus = status
        self.words: str = words


class Server(ThreadingHTTPServer):
    """Serves the runs of one folder on 127.0.0.1 until ``close``."""

    daemon_threads: bool = True
    block_on_close: bool = False  # a stream that is still open must not hold up Ctrl-C
    request_queue_size: int = 64

    def __init__(self, folder: Path, port: int = 0) -> None:
        self.token: str = secrets.token_urlsafe(32)
        self.runs: Runs = Runs(folder)
        self.closing: threading.Event = threading.Event()
        self.streams: threading.BoundedSemaphore = threading.BoundedSemaphore(_MOST_STREAMS)
        self._reports: OrderedDict[tuple[object, ...], str] = OrderedDict()
        self._reading: threading.Lock = threading.Lock()  # one list or report at a time is fast enough, and frugal
        try:
            super().__init__(("127.0.0.1", port), _Handler)
        except OSError as error:
            raise InfrastructureError(
                f"cannot listen on 127.0.0.1:{port} ({error.strerror}); choose another --port, or 0 for any free one"
            ) from None

    @property
    def hosts(self) -> tuple[str, str]:
        """Names by which a browser may ask for this server."""
        return f"127.0.0.1:{self.server_port}", f"localhost:{self.server_port}"

    @property
    def address(self) -> str:
        """Where to point the browser; whoever has this can read the runs."""
        return f"http://127.0.0.1:{self.server_port}/?token={self.token}"

    def close(self) -> None:
        """End all streams and stop listening."""
        self.closing.set()
        self.server_close()

    def handle_error(self, request: socket | tuple[bytes, socket], client_address: object) -> None:
        """Say nothing: a browser that goes away is no news, and other errors were answered."""

    def rows(self) -> bytes:
        """Return the list of runs as JSON."""
        with self._reading:
            return msgspec.json.encode(self.runs.rows())

    def open(self, name: str) -> Bundle:
        """Return the run of that name. Raises Refused."""
        found = self.runs.find(name)
        if found is None:
            raise Refused(
                HTTPStatus.NOT_FOUND, "There is no such run in this folder; it may have been moved or deleted."
            )
        if has_links(found):
            raise Refused(
                HTTPStatus.FORBIDDEN,
                "The folder of this run holds symbolic links, which Solon never makes; it is not shown, because they "
                "could lead anywhere.",
            )
        return Bundle.open(found)

    def page_of(self, name: str) -> tuple[str, bool]:
        """Return the page of a run and whether it is a report, which carries its own scripts."""
        bundle = self.open(name)
        card = bundle.folder / "card.json"
        if card.exists():
            return self._report(name, bundle), True
        configuration = bundle.configuration()
        words = f"{configuration.proposer} · {configuration.strategy} · isolation {configuration.isolation}"
        events = f"/events/{quote(name, safe='')}"
        return pages.following(name, events, configuration.task, words, bundle.way_on), False

    def _report(self, name: str, bundle: Bundle) -> str:
        it = (bundle.folder / "card.json").stat()
        mark = (name, it.st_mtime_ns, it.st_size)
        with self._reading:
            if mark not in self._reports:
                task = builtin(bundle.configuration())
                served = Served(home="/", candidates=f"/candidate/{quote(name, safe='')}/")
                self._reports[mark] = render(bundle.folder, task=task, served=served)
                while len(self._reports) > _PAGES:
                    self._reports.popitem(last=False)
            self._reports.move_to_end(mark)
            return self._reports[mark]

    def candidate(self, name: str, number: str) -> bytes:
        """Return the packed details of a candidate. Raises Refused, ValueError."""
        if not (number.isascii() and number.isdecimal() and len(number) < 10):
            raise Refused(HTTPStatus.NOT_FOUND, "There is no such candidate.")
        bundle = self.open(name)
        return candidate(bundle.folder, int(number), task=builtin(bundle.configuration()))

    def compared(self, names: list[str]) -> str:
        """Return the page that compares runs. Raises Refused."""
        chosen = list(dict.fromkeys(names))
        if not 2 <= len(chosen) <= _MOST_COMPARED:
            raise Refused(
                HTTPStatus.BAD_REQUEST, f"Choose 2 to {_MOST_COMPARED} runs to compare; {len(chosen)} are chosen."
            )
        sides = [read_side(name, it := self.open(name), read_card(it.folder)) for name in chosen]
        return pages.shell("Comparison", comparison(sides, [f"/run/{quote(name, safe='')}" for name in chosen]))

    def events(self, name: str) -> Iterator[bytes]:
        """Yield the events of a run that is going on, until it ends or the server closes."""
        follower = Follower(self.open(name).folder)
        before, silent = b"", 0.0
        while not self.closing.is_set():
            snapshot = follower.look()
            now = msgspec.json.encode(snapshot)
            if now != before:
                yield b"data: " + now + b"\n\n"
                before, silent = now, 0.0
            elif silent >= _QUIET:
                yield b": still here\n\n"
                silent = 0.0
            if snapshot.done:
                yield b"event: done\ndata: {}\n\n"
                return
            self.closing.wait(_TICK)
            silent += _TICK


class _Handler(BaseHTTPRequestHandler):
    protocol_version: str = "HTTP/1.1"
    server_version: str = "solon"
    sys_version: str = ""
    timeout = 30.0

    @property
    def _served(self) -> Server:
        return cast("Server", self.server)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class names it
        """Keep the terminal quiet, and the token out of it."""

    def parse_request(self) -> bool:
        """Take nothing but GET."""
        if not super().parse_request():
            return False
        if self.command != "GET":
            self.close_connection = True
            self._send(
                HTTPStatus.METHOD_NOT_ALLOWED, "text/plain; charset=utf-8", b"only GET is answered\n", Allow="GET"
            )
            return False
        return True

    def do_GET(self) -> None:
        """Answer a request."""
        try:
            self._admit()
            self._answer()
        except Refused as refused:
            self._say(refused.status, refused.words)
        except (InfrastructureError, ValueError, msgspec.MsgspecError) as error:
            self._say(HTTPStatus.CONFLICT, str(error), "This run cannot be shown")
        except ConnectionError:
            self.close_connection = True  # the browser has gone
        except Exception:  # noqa: BLE001  # a damaged run must not end the server, and its words may be hostile
            self._say(
                HTTPStatus.INTERNAL_SERVER_ERROR,
                "Something in it could not be read; see what the command line says: solon report.",
                "This run cannot be shown",
            )

    def _admit(self) -> None:
        """Raise Refused unless the request comes from our own pages or the address that we printed."""
        hosts = self._served.hosts
        if self.headers.get_all("Host") not in ([hosts[0]], [hosts[1]]):
            raise Refused(HTTPStatus.FORBIDDEN, f"This server answers to {hosts[0]} only.")
        origin = self.headers.get("Origin")
        if origin is not None and origin not in {f"http://{host}" for host in hosts}:
            raise Refused(HTTPStatus.FORBIDDEN, "Other sites may not ask this server.")
        if self.headers.get("Sec-Fetch-Site") == "cross-site" and self.headers.get("Sec-Fetch-Mode") != "navigate":
            raise Refused(HTTPStatus.FORBIDDEN, "Other sites may not ask this server.")
        if not any(hmac.compare_digest(it.encode(), self._served.token.encode()) for it in self._tokens()):
            raise Refused(HTTPStatus.FORBIDDEN, "Open the whole address that `solon view` printed: it carries a token.")

    def _tokens(self) -> Iterator[str]:
        yield from parse_qs(urlsplit(self.path).query).get("token", [])[:1]
        try:
            cookie = SimpleCookie(self.headers.get("Cookie", "")).get(self._cookie)
        except CookieError:
            return
        if cookie is not None:
            yield cookie.value

    @property
    def _cookie(self) -> str:
        return f"solon-{self._served.server_port}"  # cookies do not know ports

    def _answer(self) -> None:
        address = urlsplit(self.path)
        kind, _, rest = address.path.lstrip("/").partition("/")
        name = unquote(rest, errors="replace")
        server = self._served
        if address.path == "/":
            self._page(pages.listing(str(server.runs.folder)))
        elif address.path == "/runs.json":
            self._send(HTTPStatus.OK, "application/json", server.rows())
        elif address.path == "/compare":
            self._page(server.compared(parse_qs(address.query).get("run", [])))
        elif kind == "run" and rest:
            page, report = server.page_of(name)
            self._page(
                page, policy=embed.policy("connect-src 'self'; frame-ancestors 'none'") if report else pages.POLICY
            )
        elif kind == "candidate" and "/" in rest:
            run, _, number = rest.rpartition("/")
            self._send(HTTPStatus.OK, "text/plain; charset=utf-8", server.candidate(unquote(run), number))
        elif kind == "events" and rest:
            self._stream(name)
        elif not rest and (content := pages.asset(kind)) is not None:
            self._send(HTTPStatus.OK, _TYPES[kind.rpartition(".")[2]], content)
        else:
            raise Refused(HTTPStatus.NOT_FOUND, "There is no such page.")

    def _stream(self, name: str) -> None:
        server = self._served
        if not server.streams.acquire(blocking=False):
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, "Too many pages follow runs at once; close some.")
        try:
            events = server.events(name)
            first = next(events, b"")
            self.close_connection = True
            self._head(HTTPStatus.OK, "text/event-stream", pages.POLICY, Connection="close")
            try:
                self.wfile.write(first)
                for event in events:
                    self.wfile.write(event)
            except ConnectionError:
                return  # the browser has gone
            except Exception as error:  # noqa: BLE001  # as above; the head is sent, so the stream itself must say it
                self.wfile.write(b"event: trouble\ndata: " + json.dumps(str(error)).encode() + b"\n\n")
        finally:
            server.streams.release()

    def _say(self, status: HTTPStatus, words: str, title: str = "") -> None:
        self._send(status, _HTML, pages.trouble(title or status.phrase, words).encode(errors="replace"))

    def _page(self, text: str, policy: str = pages.POLICY) -> None:
        self._send(HTTPStatus.OK, _HTML, text.encode(errors="replace"), policy)

    def _send(self, status: HTTPStatus, kind: str, content: bytes, policy: str = pages.POLICY, **headers: str) -> None:
        cookie = {}
        if status == HTTPStatus.OK and kind == _HTML:
            cookie = {"Set-Cookie": f"{self._cookie}={self._served.token}; HttpOnly; SameSite=Strict; Path=/"}
        self._head(status, kind, policy, **{"Content-Length": str(len(content))}, **cookie, **headers)
        self.wfile.write(content)

    def _head(self, status: HTTPStatus, kind: str, policy: str, **headers: str) -> None:
        self.send_response(status)
        for name, value in {**_HEADERS, "Content-Type": kind, "Content-Security-Policy": policy, **headers}.items():
            self.send_header(name, value)
        self.end_headers()
