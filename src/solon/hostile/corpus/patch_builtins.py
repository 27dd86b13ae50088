# name: patch_builtins
# tries: Replaces builtins and functions of NumPy and of the library, to be called with the judge's values.
# class: introspection
# expect: scored:same
# twin: nearest_apple
# needs-wall: true
# episodes: 2

import builtins
import math
import random

import numpy as np

from honest import policy as honest
from kit import reached

if builtins.sum([1]) == 1e9 or np.mean([1]) == 1e9:
    reached("the patch of the episode before")

builtins.sum = np.mean = np.sum = math.fsum = lambda *_: 1e9
random.random = np.random.random = lambda *_: 0.0
policy = honest
