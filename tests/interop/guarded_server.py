"""A tool server of ours on standard streams, without any library: counts and writes down what reaches it."""

import json
import sys
from pathlib import Path

TOOLS = [
    {
        "name": name,
        "description": f"{name} something",
        "inputSchema": {
            "type": "object",
            "properties": {"to": {"type": "string"}, "number": {"type": "integer", "default": 1}},
            "required": ["to"],
        },
        "annotations": {"openWorldHint": False},
    }
    for name in ("send", "wipe")
]


def answer(request: dict, record: Path) -> dict | None:
    """Return what a server says to a request."""
    method = request.get("method")
    if method == "initialize":
        return {
            "protocolVersion": request["params"]["protocolVersion"],
            "capabilities": {"tools": {}},
            "serverInfo": {"name": "record", "version": "1"},
        }
    if method == "tools/list":
        return {"tools": TOOLS}
    if method == "tools/call":
        with record.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(request["params"]) + "\n")
        number = request["params"]["arguments"]["number"]
        return {"content": [{"type": "text", "text": json.dumps({"number": number})}], "isError": False}
    return {} if method == "ping" else None


def main() -> None:
    """Serve until the input ends."""
    record = Path(sys.argv[1])
    for line in sys.stdin:
        request = json.loads(line)
        if "id" not in request:
            continue
        result = answer(request, record)
        body = {"result": result} if result is not None else {"error": {"code": -32601, "message": "unknown method"}}
        sys.stdout.write(json.dumps({"jsonrpc": "2.0", "id": request["id"], **body}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
