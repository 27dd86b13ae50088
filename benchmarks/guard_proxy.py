"""Time that the MCP proxy adds to a call, and whether calls are lost or leaked under load.

    python benchmarks/guard_proxy.py --calls 10000
    python benchmarks/guard_proxy.py --calls 10000 --http

A server of ours writes down what reaches it. Half of the calls are allowed; they are sent without waiting, over HTTP
by 50 clients.
"""

import argparse
import asyncio
import json
import socket
import statistics
import sys
import tempfile
import time
from pathlib import Path

SERVER = Path(__file__).parents[1] / "tests" / "interop" / "guarded_server.py"
HELLO = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "b", "version": "1"}}
POLICY = """
policy load
tool send(to: text, number?: integer = 1)
tool wipe(to: text, number?: integer = 1)

rule friends: allow send
    when ends(arg.to, "@example.org") and arg.number >= 0
"""


UPSTREAM = """
import json, sys, uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

record = open(sys.argv[1], "w", buffering=1)

async def answer(request):
    message = await request.json()
    record.write(json.dumps(message["params"]) + "\\n")
    return JSONResponse({"jsonrpc": "2.0", "id": message["id"], "result": {"content": []}})

uvicorn.run(Starlette(routes=[Route("/mcp", answer, methods=["POST"])]), port=int(sys.argv[2]), log_level="warning")
"""


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=10_000)
    parser.add_argument("--sequential", type=int, default=500)
    parser.add_argument("--http", action="store_true")
    given = parser.parse_args()
    if given.http:
        await over_http(given)
        return
    with tempfile.TemporaryDirectory() as folder:
        policy = Path(folder, "policy.txt")
        policy.write_text(POLICY)
        for name, front in {
            "bare": [],
            "guarded": [sys.executable, "-m", "solon.cli", "guard", "proxy", "--policy", str(policy), "--"],
        }.items():
            record = Path(folder, f"{name}.jsonl")
            command = [*front, sys.executable, str(SERVER), str(record)]
            process = await asyncio.create_subprocess_exec(
                *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=2**24
            )
            await ask(
                process,
                0,
                "initialize",
                HELLO,
            )
            waits = []
            for number in range(1, given.sequential + 1):
                start = time.perf_counter()
                await ask(
                    process,
                    number,
                    "tools/call",
                    {"name": "send", "arguments": {"to": "a@example.org", "number": number}},
                )
                waits.append(time.perf_counter() - start)
            middle, high = statistics.median(waits) * 1000, statistics.quantiles(waits, n=20)[-1] * 1000
            print(f"{name}: median {middle:.2f} ms, 95 % {high:.2f} ms a call")
            if name == "guarded":
                await load(process, given.calls, record, given.sequential)
            process.stdin.close()
            await process.wait()


async def ask(process, key, method, params):
    process.stdin.write(json.dumps({"jsonrpc": "2.0", "id": key, "method": method, "params": params}).encode() + b"\n")
    await process.stdin.drain()
    return json.loads(await process.stdout.readline())


async def load(process, calls, record, before):
    async def write():
        for number in range(calls):
            to = "a@example.org" if number % 2 == 0 else "a@example.org.evil.test"
            params = {"name": "send", "arguments": {"to": to, "number": number}}
            process.stdin.write(
                json.dumps({"jsonrpc": "2.0", "id": 10**6 + number, "method": "tools/call", "params": params}).encode()
                + b"\n"
            )
            await process.stdin.drain()

    start = time.perf_counter()
    writer = asyncio.create_task(write())
    answers = [json.loads(await process.stdout.readline()) for _ in range(calls)]
    await writer
    spent = time.perf_counter() - start
    seen = {answer["id"] - 10**6: answer for answer in answers}
    lost = calls - len(seen)
    wrong = sum(answer["result"].get("isError", False) != (number % 2 == 1) for number, answer in seen.items())
    reached = [json.loads(line)["arguments"] for line in record.read_text().splitlines()][before:]
    leaked = sum(not arguments["to"].endswith("@example.org") for arguments in reached)
    missing = calls // 2 + calls % 2 - len({arguments["number"] for arguments in reached})
    print(
        f"load: {calls} calls in {spent:.1f} s, lost {lost}, wrong {wrong}, leaked {leaked}, not carried out {missing}"
    )
    assert not lost
    assert not wrong
    assert not leaked
    assert not missing


async def over_http(given):
    import httpx2

    with tempfile.TemporaryDirectory() as folder:
        policy, record = Path(folder, "policy.txt"), Path(folder, "record.jsonl")
        policy.write_text(POLICY)
        ports = [free_port(), free_port()]
        places = [f"http://127.0.0.1:{port}/mcp" for port in ports]
        server = await asyncio.create_subprocess_exec(sys.executable, "-c", UPSTREAM, str(record), str(ports[0]))
        front = ["-m", "solon.cli", "guard", "proxy", "--policy", str(policy), "--no-ask", "--url", places[0]]
        proxy = await asyncio.create_subprocess_exec(sys.executable, *front, "--listen", f"127.0.0.1:{ports[1]}")
        try:
            async with httpx2.AsyncClient(timeout=60, transport=httpx2.AsyncHTTPTransport(retries=10)) as client:
                for name, place in zip(("bare", "guarded"), places, strict=True):
                    waits = [await timed(client, place, number) for number in range(given.sequential)]
                    middle, high = statistics.median(waits) * 1000, statistics.quantiles(waits, n=20)[-1] * 1000
                    print(f"{name}: median {middle:.2f} ms, 95 % {high:.2f} ms a call")
                gate, start = asyncio.Semaphore(50), time.perf_counter()

                async def one(number):
                    async with gate:
                        answer = (await client.post(places[1], json=wanted(number, good=number % 2 == 0))).json()
                        return answer["id"] == number and answer["result"].get("isError", False) == (number % 2 == 1)

                right = sum(await asyncio.gather(*(one(number) for number in range(given.calls))))
                spent = time.perf_counter() - start
        finally:
            for process in (proxy, server):
                process.terminate()
                await process.wait()
        reached = [json.loads(line)["arguments"] for line in record.read_text().splitlines()][2 * given.sequential :]
        leaked = sum(not arguments["to"].endswith("@example.org") for arguments in reached)
        print(f"load: {given.calls} calls in {spent:.1f} s, right {right}, leaked {leaked}, carried out {len(reached)}")
        assert (right, leaked, len(reached)) == (given.calls, 0, given.calls - given.calls // 2)


async def timed(client, place, number):
    start = time.perf_counter()
    await client.post(place, json=wanted(number, good=True))
    return time.perf_counter() - start


def wanted(number, *, good):
    arguments = {"to": "a@example.org" if good else "a@example.org.evil.test", "number": number}
    params = {"name": "send", "arguments": arguments}
    return {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


if __name__ == "__main__":
    asyncio.run(main())
