"""Who may ask the local server for what: nobody without the token, no other site, no path but those of runs."""

import http.client
import json
import socket
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from report.runs import Made, write_run
from solon.contract import InfrastructureError
from solon.view.server import Server

Serve = Callable[[Path], Server]
HOSTILE = "</script><img src=x onerror=alert(1)>"


def ask(
    server: Server, path: str, *, method: str = "GET", token: bool = True, **headers: str
) -> tuple[int, http.client.HTTPMessage, str]:
    """Return status, headers and text of an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    if token:
        sent.setdefault("Cookie", f"solon-{server.server_port}={server.token}")
    try:
        connection.request(method, path, headers=sent)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read().decode()
    finally:
        connection.close()


PATHS = ("/", "/runs.json", "/run/one", "/events/one", "/compare?run=one&run=two", "/base.js", "/view.css", "/nothing")


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_answered_without_the_token(folder: Path, serve: Serve, path: str) -> None:
    server = serve(folder)
    for headers in (
        {},
        {"Cookie": f"solon-{server.server_port}=wrong"},
        {"Cookie": f"solon-1={server.token}"},
        {"Cookie": "=;;\x7f=\xff"},
    ):
        status, _, text = ask(server, path, token=False, **headers)
        assert status == 403
        assert "one" not in text.replace("None", "")
        assert server.token not in text
    assert ask(server, f"{path}{'&' if '?' in path else '?'}token=wrong", token=False)[0] == 403


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "rebound.example"},
        {"Host": "rebound.example:80"},
        {"Host": "127.0.0.1"},
        {"Host": ""},
        {"Origin": "http://rebound.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "no-cors"},
    ],
)
def test_other_names_and_other_sites_are_refused_even_with_the_token(
    folder: Path, serve: Serve, path: str, headers: dict[str, str]
) -> None:
    assert ask(serve(folder), path, **headers)[0] == 403


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "HEAD", "OPTIONS", "TRACE", "PATCH"])
def test_only_get_is_answered(folder: Path, serve: Serve, method: str) -> None:
    assert ask(serve(folder), "/", method=method)[0] == 405


def test_the_address_that_is_printed_opens_and_gives_a_cookie_for_this_port_only(folder: Path, serve: Serve) -> None:
    server = serve(folder)
    path = server.address.removeprefix(f"http://127.0.0.1:{server.server_port}")
    status, headers, _ = ask(server, path, token=False)
    assert status == 200
    assert headers["Set-Cookie"].startswith(f"solon-{server.server_port}={server.token}; HttpOnly; SameSite=Strict")
    origin = f"http://127.0.0.1:{server.server_port}"
    assert ask(server, "/runs.json", Origin=origin, Sec_Fetch_Site="same-origin")[0] == 200


@pytest.mark.parametrize("path", [*PATHS, "/run/four", "/run/deep%2Fthree"])
def test_every_answer_forbids_foreign_scripts_frames_and_guesses(folder: Path, serve: Serve, path: str) -> None:
    _, headers, _ = ask(serve(folder), path)
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert "Python" not in headers["Server"]


def test_it_listens_on_loopback_only(folder: Path, serve: Serve) -> None:
    server = serve(folder)
    assert server.socket.getsockname()[0] == "127.0.0.1"
    with pytest.raises(InfrastructureError, match="choose another --port"):
        Server(folder, server.server_port)


@pytest.mark.parametrize(
    "path",
    [
        "/run/..%2F..%2Fsecret",
        "/run/../secret",
        "/run/%2Fetc",
        "/run/one%2F..%2Fone",
        "/run/one%2Fbodies",
        "/run/one%00",
        "/run/%FF",
        "/run/" + "a" * 5000,
        "/run/",
        "/run",
        "/one/card.json",
        "/../pages.py",
        "/candidate/one/-1",
        "/candidate/..%2Fone/0",
        "/candidate/one/0/0",
        "/candidate/one/٣",
        "//etc/passwd",
        "/events/..%2Fsecret",
        "/compare?run=..%2Fsecret&run=one",
        "/server.py",
    ],
)
def test_no_path_leads_out_of_the_runs(folder: Path, serve: Serve, path: str) -> None:
    write_run(folder.parent / "secret", [[Made("SECRET = 1\n", 0.5)]])
    (folder / "one" / "report.html").write_text("SECRET")
    status, _, text = ask(serve(folder), quote(path, safe="/%?=&"))
    assert status == 404
    assert "SECRET" not in text


def test_links_are_not_followed(folder: Path, serve: Serve) -> None:
    outside = folder.parent / "outside"
    write_run(outside, [[Made("SECRET = 1\n", 0.5)]])
    (folder / "linked").symlink_to(outside)
    (folder / "two" / "card.json").unlink()
    (folder / "two" / "card.json").symlink_to(outside / "card.json")
    (folder / "one" / "recordings").symlink_to(outside)
    server = serve(folder)
    assert {row["name"] for row in json.loads(ask(server, "/runs.json")[2])} == {"one", "four", "deep/three"}
    assert ask(server, "/run/linked")[0] == 404
    assert ask(server, "/run/two")[0] == 404
    assert ask(server, "/run/one")[0] == 403


def test_the_list_says_how_each_run_stands(folder: Path, serve: Serve) -> None:
    (folder / "four" / "card.json").write_text("{")
    (folder / "one" / "card.json").unlink()
    rows = {row["name"]: row for row in json.loads(ask(serve(folder), "/runs.json")[2])}
    assert {name: row["status"] for name, row in rows.items()} == {
        "one": "interrupted", "two": "finished", "deep/three": "finished", "four": "damaged",
    }  # fmt: skip
    assert rows["two"]["findings"] == {"alarm": 1}
    assert rows["two"]["mean"] == pytest.approx(0.9)
    assert rows["two"]["low"] < 0.9 < rows["two"]["high"]
    assert rows["two"]["seconds"] == 10.0


def test_a_row_follows_its_run(folder: Path, serve: Serve) -> None:
    server = serve(folder)
    card = (folder / "one" / "card.json").read_bytes()
    (folder / "one" / "card.json").unlink()
    assert {it["name"]: it["status"] for it in json.loads(ask(server, "/runs.json")[2])}["one"] == "interrupted"
    (folder / "one" / "card.json").write_bytes(card)
    assert {it["name"]: it["status"] for it in json.loads(ask(server, "/runs.json")[2])}["one"] == "finished"


def test_a_run_whose_process_works_is_running(folder: Path, serve: Serve) -> None:
    from solon.engine import Bundle

    (folder / "one" / "card.json").unlink()
    server = serve(folder)
    with Bundle.open(folder / "one").locked():
        rows = {row["name"]: row for row in json.loads(ask(server, "/runs.json")[2])}
        assert rows["one"]["status"] == "running"


def test_a_damaged_run_says_so_and_the_server_goes_on(folder: Path, serve: Serve) -> None:
    (folder / "one" / "journal.jsonl").write_text("nothing\n")
    (folder / "two" / "run.json").write_text(f'{{"{HOSTILE}": 1}}')
    server = serve(folder)
    status, _, text = ask(server, "/run/one")
    assert (status, "fails its checksum" in text, "<h1>This run cannot be shown</h1>" in text) == (409, True, True)
    status, _, text = ask(server, "/run/two")
    assert status == 409
    assert HOSTILE not in text
    assert ask(server, "/run/deep%2Fthree")[0] == 200


def test_a_report_leaves_room_and_a_candidate_is_a_request_away(folder: Path, serve: Serve) -> None:
    server = serve(folder)
    status, headers, text = ask(server, "/candidate/one/1")
    assert status == 200
    assert headers["Content-Type"].startswith("text/plain")
    assert text
    assert ask(server, "/candidate/one/2")[0] == 409
    assert "connect-src 'self'" in ask(server, "/run/one")[1]["Content-Security-Policy"]


def test_runs_on_the_same_seeds_are_paired_and_others_are_not(folder: Path, serve: Serve) -> None:
    server = serve(folder)
    text = ask(server, "/compare?run=one&run=two")[2]
    assert "two minus one" in text
    assert "<td>+0.40</td>" in text
    assert '<span class="gone">-    return 1</span>' in text
    assert '<span class="added">+    return 2</span>' in text
    text = ask(server, "/compare?run=one&run=deep%2Fthree&run=two")[2]
    assert "three met other sealed seeds than one" in text
    assert "different tasks, versions or options" in text
    assert "The sources are the same." in text


def test_a_bound_of_one_task_is_not_drawn_for_another(unlike: Path, serve: Serve) -> None:
    text = ask(serve(unlike), "/compare?run=low&run=high")[2]
    assert "proved bound 10.00" in text
    assert "proved bound 1.00" not in text
    assert "proved bound 4.00" not in text


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("run=one", 400, "Choose 2 to 8 runs"),
        ("", 400, "Choose 2 to 8 runs"),
        ("run=one&run=one", 400, "Choose 2 to 8 runs"),
        ("run=one&run=four", 409, "four claims nothing"),
    ],
)
def test_a_wrong_choice_is_explained(folder: Path, serve: Serve, query: str, status: int, words: str) -> None:
    found, _, text = ask(serve(folder), f"/compare?{query}")
    assert found == status
    assert words in text


def test_streams_are_bounded_and_close_with_the_server(folder: Path, serve: Serve) -> None:
    (folder / "one" / "card.json").unlink()
    server = serve(folder)
    open_streams: list[socket.socket] = []
    for _ in range(32):
        it = socket.create_connection(("127.0.0.1", server.server_port), timeout=10)
        host, cookie = server.hosts[0], f"solon-{server.server_port}={server.token}"
        it.sendall(f"GET /events/one HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\n\r\n".encode())
        assert it.recv(12) == b"HTTP/1.1 200"
        open_streams.append(it)
    assert ask(server, "/events/one")[0] == 503
    server.closing.set()
    for it in open_streams:
        while it.recv(65536):
            pass
        it.close()


def test_hostile_names_and_words_never_become_markup(tmp_path: Path, serve: Serve) -> None:
    runs = tmp_path / "runs"
    name = "x<img src=x onerror=alert(1)>&\"'"
    for place in (name, "plain"):
        write_run(
            runs / place, [[Made(f"{HOSTILE}\n# {place}", 0.5, operator=HOSTILE)]], task=HOSTILE, proposer=HOSTILE
        )
    write_run(runs / "going", [[Made(HOSTILE, 0.5)]], task=HOSTILE, proposer=HOSTILE)
    (runs / "going" / "card.json").unlink()
    server = serve(runs)
    for path in (f"/run/{quote(name)}", f"/compare?run={quote(name)}&run=plain", "/run/going"):
        status, _, text = ask(server, path)
        assert status == 200
        assert "<img" not in text
        assert text.count("</script>") == text.count("<script")
    assert {row["name"] for row in json.loads(ask(server, "/runs.json")[2])} == {name, "plain", "going"}
