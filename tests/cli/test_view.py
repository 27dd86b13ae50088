"""``solon view`` from the shell: it says where it is, and Ctrl-C ends it at once, open streams or not."""

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from report.runs import Made, write_run

Call = Callable[..., tuple[int, str, str]]


def test_ctrl_c_ends_it_cleanly_while_a_stream_is_open(tmp_path: Path) -> None:
    bundle = write_run(tmp_path / "runs" / "one", [[Made("a = 1\n", 0.5)]])
    (bundle.folder / "card.json").unlink()
    with subprocess.Popen(
        [sys.executable, "-m", "solon.cli", "view", "runs"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:(\d+)/\?token=([\w-]+)", process.stdout.readline())
        assert found is not None
        with socket.create_connection(("127.0.0.1", int(found[1])), timeout=20) as stream:
            head = f"GET /events/one?token={found[2]} HTTP/1.1\r\nHost: 127.0.0.1:{found[1]}\r\n\r\n"
            stream.sendall(head.encode())
            assert stream.recv(12) == b"HTTP/1.1 200"
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=20)
    assert process.returncode == 0
    assert errors == ""


@pytest.mark.parametrize(
    ("words", "message"),
    [(["absent"], "there is no folder absent"), ([".", "--port", "70000"], "--port must be 0 to 65535")],
)
def test_a_wrong_call_is_explained(call: Call, words: list[str], message: str) -> None:
    code, _, err = call("view", *words)
    assert code == 2
    assert message in err
