# pyright: basic, reportMissingTypeStubs=false, reportAttributeAccessIssue=false
# Z3 is untyped: this one file stands between it and the rest.
"""Whether tasks with clock windows can be done one at a time, asked of Z3; runs in a process of its own."""

import json

import z3


def answer(payload: bytes) -> bytes:
    """Return start times as JSON, or null if there are none; the payload is what ``clock.feasible`` writes."""
    asked = json.loads(payload)
    durations, windows, pairs = asked["durations"], asked["windows"], asked["pairs"]
    starts = [z3.Int(f"start_{number}") for number in range(len(durations))]
    solver = z3.Solver()
    solver.set("random_seed", 0)
    for number, (start, duration) in enumerate(zip(starts, durations, strict=True)):
        earliest, latest = windows[number]
        solver.add(start >= earliest)
        if latest is not None:
            solver.add(start + duration <= latest)
    for one, other in pairs:
        solver.add(starts[one] + durations[one] <= starts[other])
    for one in range(len(starts)):
        for other in range(one):
            solver.add(
                z3.Or(starts[one] + durations[one] <= starts[other], starts[other] + durations[other] <= starts[one])
            )
    if solver.check() != z3.sat:
        return b"null"
    model = solver.model()
    return json.dumps([model.eval(start, model_completion=True).as_long() for start in starts]).encode()
