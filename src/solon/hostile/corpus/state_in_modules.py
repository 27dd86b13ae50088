# name: state_in_modules
# tries: Leaves notes for its next episode in builtins, modules and classes.
# class: state
# expect: scored:same
# twin: nearest_apple
# needs-wall: true
# episodes: 3

import builtins
import sys

import numpy as np

from honest import policy as honest
from kit import reached

PLACES = (builtins, sys, np, type(sys))
if any("solon_note" in vars(place) for place in PLACES) or "solon_note" in sys.modules:
    reached("a note of the episode before")
for place in PLACES[:3]:
    place.solon_note = "river first"
sys.modules["solon_note"] = sys
policy = honest
