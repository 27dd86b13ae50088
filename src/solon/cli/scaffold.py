"""``solon new task``: a first file that already runs."""

import keyword
from pathlib import Path

from solon.cli.arguments import DONE

_TEMPLATE = '''"""Follow a hidden line from noisy points. Run: solon run @FILE@:@CLASS@ --budget-seconds 5"""

import random

from solon.contract import Episode, Metric, Program, Task
from solon.sandbox.call import GUEST, call_as
from solon.sketch import Hole, Sketch


def write(holes):  # one program of the space in which the offline proposer searches
    return Program((("policy.py", f"def policy(x):\\n    return {holes['slope']:.3f} * x + {holes['start']:.3f}\\n"),))


class @CLASS@(Task):
    name, version = "@NAME@", "1"
    metrics = (Metric("error", direction="minimise", role="objective", low=0, high=100),)

    def brief(self):  # all that a model or a person may know
        return "Write policy(x), which returns a number near the height of a line at x, 0 to 10."

    def evaluate(self, program, seed, jail):  # the judge's side: the program sees x and nothing else
        rng = random.Random(seed.derive("points"))
        points = [(x, 2 * x + 1 + rng.gauss(0, 0.1)) for x in (rng.uniform(0, 10) for _ in range(20))]
        with jail.open(program, GUEST, b"", b"") as worker:
            errors = [abs(call_as(float, worker, x) - y) for x, y in points]
        return Episode({"error": min(100.0, sum(errors) / len(errors))})

    def references(self): return {"flat": write({"slope": 0, "start": 5})}  # the control arm
    def sketch(self): return Sketch((Hole("slope", 0.0, -5, 5), Hole("start", 0.0, -5, 5)), write)
'''


def new_task(name: str) -> int:
    """Write NAME.py in the working folder and say what to try next."""
    stem = name.removesuffix(".py").replace("-", "_")
    if not stem.isidentifier() or keyword.iskeyword(stem):
        raise ValueError(f"{name!r} cannot name a module; use letters, digits and underscores, such as my_task")
    path, title = Path(f"{stem}.py"), stem.title().replace("_", "")
    text = _TEMPLATE.replace("@FILE@", path.name).replace("@CLASS@", title).replace("@NAME@", stem.replace("_", "-"))
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise ValueError(f"{path} exists and was left alone; choose another name") from None
    print(f"{path}: a task that runs. Try it, then make it yours:\n\n  solon run {path}:{title} --budget-seconds 5")
    return DONE
