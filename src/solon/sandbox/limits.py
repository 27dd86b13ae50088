"""What one worker may use."""

import math

from solon.contract import Value


class Limits(Value, frozen=True):
    """Bounds of one worker, from its first instruction to its last; decided on the runner's side.

    Processor time counts, not time on the clock, so that busy neighbours change no verdict.
    """

    cpu_seconds: float = 60.0
    memory_mib: int = 512  # on top of what the warm interpreter maps
    wall_seconds: float | None = None  # spent waiting for answers; ten times the processor time + 30 s if not given

    def __post_init__(self) -> None:
        """Refuse bounds that no program could keep."""
        if not (math.isfinite(self.cpu_seconds) and self.cpu_seconds > 0):
            raise ValueError(f"cpu_seconds is {self.cpu_seconds}; give a positive number of seconds")
        if self.memory_mib < 1:
            raise ValueError(f"memory_mib is {self.memory_mib}; give at least 1")
        if self.wall_seconds is not None and not self.wall_seconds > 0:
            raise ValueError(f"wall_seconds is {self.wall_seconds}; give a positive number of seconds or leave it out")

    @property
    def wall(self) -> float:
        """Seconds on the clock after which an answer is no longer awaited."""
        return 10 * self.cpu_seconds + 30 if self.wall_seconds is None else self.wall_seconds
