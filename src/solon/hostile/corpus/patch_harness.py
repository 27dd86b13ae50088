# name: patch_harness
# tries: Replaces the functions of the judge's own modules that it finds in its process.
# class: introspection
# expect: scored:same
# twin: nearest_apple
# needs-wall: true
# episodes: 2

import sys

from honest import policy as honest
from kit import WASI, reached

found = {name: module for name, module in sys.modules.items() if name.startswith("solon.")}
if any(hasattr(module, "spoilt") for module in found.values()):
    reached("the patch of the episode before")
for module in found.values():
    module.spoilt = True
if not WASI:  # where these are not
    found["solon.sandbox.verdicts"].protocol_fault = found["solon.sandbox.session"].JailedWorker.ask = print
found["solon.contract"].Episode.metrics = {"efficiency": 1e9}
found["solon.contract"].Program.digest = "0" * 64
policy = honest
