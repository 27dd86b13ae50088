"""What a planner says of a problem; the same types for every planner."""

from typing import Literal

from solon.contract import Value
from solon.verify.pddl.syntax import Plan


class Planned(Value, frozen=True, tag="planned"):
    """A plan, which may be empty; ``proved`` if the planner showed that none is cheaper."""

    plan: Plan
    cost: float
    proved: bool = False


class ProvenUnsolvable(Value, frozen=True, tag="proven-unsolvable"):
    """There is no plan."""


class GaveUp(Value, frozen=True, tag="gave-up"):
    """No verdict: a limit was reached, the search is incomplete, or the planner cannot take such problems."""

    reason: Literal["time", "memory", "steps", "incomplete", "unsupported"]
    message: str


class Rejected(Value, frozen=True, tag="rejected"):
    """The domain or the problem is at fault; the message says where."""

    message: str


PlannerResult = Planned | ProvenUnsolvable | GaveUp | Rejected
"""A planner that crashed raises InfrastructureError instead."""
