"""A solver that does what it is told, good or bad."""

import os
import subprocess
import sys
import time


def answer(payload: bytes) -> bytes:
    match payload:
        case b"hang":
            time.sleep(60)
        case b"spin":
            while True:
                pass
        case b"eat":
            return bytes(bytearray(2_000_000_000))
        case b"raise":
            raise ValueError("on purpose")
        case b"die":
            os.kill(os.getpid(), 11)
        case b"print":
            print("x" * 100_000)
            return b"printed"
        case b"orphan":
            return str(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]).pid).encode()
        case _:
            return payload * 2
    return b""
