"""A complete task: a program must add two numbers. Run: python examples/hello_task.py"""

import random

import solon
from solon.contract import Episode, Jail, Metric, Program, Seed, Task
from solon.sandbox.call import GUEST, call


class Adding(Task):
    """Score the share of sums that a program gets right."""

    name, version = "adding", "1"
    metrics = (Metric("right", role="objective", low=0, high=1),)

    def brief(self) -> str:
        """Tell a proposer what to write."""
        return "Write policy(a, b) that returns the sum of two integers."

    def evaluate(self, program: Program, seed: Seed, jail: Jail) -> Episode:
        """Ask the program for twenty sums; it runs in the jail and sees nothing else."""
        rng = random.Random(seed.derive("numbers"))
        pairs = [(rng.randrange(100), rng.randrange(100)) for _ in range(20)]
        with jail.open(program, GUEST, b"", b"") as worker:
            right = sum(call(worker, a, b) == a + b for a, b in pairs)
        return Episode({"right": right / len(pairs)})


if __name__ == "__main__":
    for body in ("return a + b", "return a", "open('/etc/passwd')"):
        source = f"def policy(a, b): {body}"
        result = solon.evaluate(Adding(), Program((("policy.py", source),)), workers=1)
        shown = result.fault.message if result.fault else f"{result.metrics['right'].mean:.0%} right"
        print(f"{source:45}  {result.outcome:8}  {shown}")
