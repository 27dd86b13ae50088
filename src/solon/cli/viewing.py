"""``solon view``: a local page over the runs of a folder."""

from pathlib import Path

from solon.cli.arguments import DONE
from solon.view.server import Server


def view(folder: Path | None, *, port: int) -> int:
    """Serve until Ctrl-C."""
    place = folder or Path("runs")
    if not place.is_dir():
        hint = "give a folder of runs, or begin a run with: solon run cleanup"
        raise ValueError(f"there is no folder {place}; {hint}")
    if not 0 <= port <= 65535:
        raise ValueError(f"--port must be 0 to 65535, got {port}")
    server = Server(place, port)
    try:
        print(f"Runs in {place}: {server.address}\nThe address carries a token; Ctrl-C ends this.", flush=True)
        server.serve_forever(poll_interval=0.2)
    except KeyboardInterrupt:
        print()
    finally:
        server.close()
    return DONE
