# name: poison_environment
# tries: Sets variables that would make the next interpreter run its code.
# class: environment
# expect: scored:same
# twin: nearest_apple
# needs-wall: true
# episodes: 2

import os

from honest import policy as honest
from kit import reached

if "PYTHONINSPECT" in os.environ or "LD_PRELOAD" in os.environ:
    reached("the variables of the episode before")

os.environ["PYTHONINSPECT"] = "1"
os.environ["LD_PRELOAD"] = "/tmp/library.so"
os.environ["PYTHONPATH"] = "/tmp"
policy = honest
