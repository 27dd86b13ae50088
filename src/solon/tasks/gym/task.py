"""A Gymnasium environment as a task: the judge steps it, the program sees observations and nothing else."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, Final

import msgspec

from solon.contract import Episode, Fault, Figure, InfrastructureError, Jail, Metric, Program, Seed, Task
from solon.playback import Recording
from solon.sandbox.texts import summary
from solon.sketch import Sketch
from solon.tasks.gym.guest import ACTION, GUEST, NO_JSON, RAISED
from solon.tasks.gym.packages import make, versions
from solon.tasks.gym.recording import Recorder
from solon.tasks.gym.spaces import admit, plain, stand_in, words

_REVISION: Final = "3"
LONGEST: Final = 5000
"""Steps of an episode of an environment that sets no limit itself."""
_METRICS: Final = (
    Metric("return", role="objective", meaning="sum of the rewards of an episode"),
    Metric("length", low=0, meaning="steps of an episode"),
    Metric("terminated", low=0, high=1, meaning="1 if the episode came to an end of its own"),
    Metric("truncated", low=0, high=1, meaning="1 if the episode was cut off by its limit of steps before it ended"),
)


_BRIEF: Final = """\
Write a Python function policy(observation, memory) -> action, called once a step. It sees the observation as JSON
would hold it and a dictionary `memory` that is empty when an episode begins and keeps what you put there. The standard
library and NumPy may be imported; there are no files, no network and no way to the environment. The return of an
episode is to be as high as possible on average.

Observation: {seen}.

Action: {acts}. Anything else is a failed decision and replaced by {stand_in}.

{limit}

An example that runs:

```python
def policy(observation, memory):
    return {stand_in}
```

What {environment} says of itself:

{told}
"""


class GymTask(Task):
    """One environment of Gymnasium by its id; every other option goes to ``gymnasium.make``.

    The levels of the package minigrid are found by their ids alone; ``view="full"`` shows them whole.

    An action that is none of the space, or a program that raises, is a slip: counted, told, and replaced by the
    space's smallest action (the middle of a box). Episodes end as the environment says, and after
    5000 steps where it sets no limit.
    Raises ValueError for an environment that does not exist or whose spaces programs cannot use.
    """

    metrics = _METRICS

    def __init__(self, environment: str, **arguments: Any) -> None:
        self.environment, self.arguments = environment, arguments
        self.name = f"gym:{environment}"
        given = "".join(f",{name}={arguments[name]!r}" for name in sorted(arguments))
        if "render_mode" in arguments:
            raise ValueError(f"{self.name} takes no option render_mode; watch a program with: solon play")
        self.version = f"{_REVISION}[{versions(self._shown)}{given}]"
        stand_in(self._shown.action_space)

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (self.environment, self.arguments)

    @cached_property
    def _shown(self) -> Any:  # an environment of Gymnasium, for its spaces and texts
        return self.make()

    def make(self, **more: Any) -> Any:
        """Return a fresh environment. Raises ValueError for one that cannot be had."""
        return make(self.environment, {**self.arguments, **more})

    def brief(self) -> str:
        """Describe the interface, the spaces and what the environment says of itself."""
        shown = self._shown
        return _BRIEF.format(
            seen=words(shown.observation_space),
            acts=words(shown.action_space),
            stand_in=repr(plain(stand_in(shown.action_space))),
            limit=f"An episode is cut off after {self.limit} steps.",
            environment=self.environment,
            told=inspect.cleandoc(type(shown.unwrapped).__doc__ or "nothing"),
        )

    def evaluate(self, program: Program, seed: Seed, jail: Jail) -> Episode:
        """Play one episode."""
        return self._play(program, seed, jail, None)

    def record(self, program: Program, seed: Seed, jail: Jail) -> Recording:
        """Play one episode and write it down; as a board or in the environment's own words where it has them."""
        recorder = Recorder()
        episode = self._play(program, seed, jail, recorder)
        return recorder.finish(episode.first_slip, ended=bool(episode.metrics["terminated"]))

    @property
    def limit(self) -> int:
        """Steps after which an episode is cut off: the registry's, the environment's own, or ours."""
        own = getattr(self._shown.unwrapped, "max_steps", None)  # of the levels of MiniGrid
        return int(self._shown.spec.max_episode_steps or own or LONGEST)

    @property
    def _textual(self) -> bool:
        return "ansi" in self._shown.metadata.get("render_modes", ())

    def _play(self, program: Program, seed: Seed, jail: Jail, recorder: Recorder | None) -> Episode:
        shown = recorder is not None and self._textual
        environment = self.make(**({"render_mode": "ansi"} if shown else {}))
        total, length, slips, first_slip, limit = 0.0, 0, 0, None, self.limit
        ended = cut = False
        try:
            number = int.from_bytes(seed.derive("environment")[:4], "little")
            observation, _ = _guarded(lambda: environment.reset(seed=number), self.name, "at reset")
            if recorder is not None:
                recorder.begin(environment, observation)
            # Public on purpose: what the program may draw must say nothing about the environment's own luck.
            with jail.open(program, GUEST, b"", Seed(seed.number).derive("worker")) as worker:
                while not (ended or cut):
                    reply = worker.ask(msgspec.json.encode(plain(observation)))
                    action, what = self._read(reply)
                    if what:
                        slips += 1
                        first_slip = first_slip or _slip(what, length, words(environment.action_space), worker.note)
                    observation, reward, ended, cut, _ = _guarded(
                        lambda action=action: environment.step(action), self.name, f"at step {length}"
                    )
                    total, length = total + float(reward), length + 1
                    cut = not ended and (bool(cut) or length >= limit)  # Gymnasium calls its last step both
                    if recorder is not None:
                        recorder.step(action, what, observation, float(reward))
        finally:
            environment.close()
        metrics = {"return": total, "length": length, "terminated": float(ended), "truncated": float(cut)}
        return Episode(metrics, slips=slips, first_slip=first_slip)

    def _read(self, reply: bytes) -> tuple[Any, str]:
        space = self._shown.action_space
        if reply[:1] == ACTION:
            try:
                action = admit(space, msgspec.json.decode(reply[1:]))
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                action = None
            return (stand_in(space), "returned no action of the space") if action is None else (action, "")
        what = {RAISED: "raised", NO_JSON: "returned what is no JSON"}.get(reply, "answered nothing that can be read")
        return stand_in(space), what

    def figures(self) -> Sequence[Figure]:
        """Return the documented threshold of the environment, and the best value where its model is known."""
        from solon.tasks.gym.planning import best_value

        found: list[Figure] = []
        threshold = self._shown.spec.reward_threshold
        if threshold is not None:
            source = f"Gymnasium's registry, reward_threshold of {self.environment}"
            found.append(Figure("published", "documented as solved", {"return": float(threshold)}, source))
        best = best_value(self._shown.unwrapped, self.limit)
        if best is not None:
            source = "solon.tasks.gym.planning.best_value: backward induction over the environment's own model"
            found.append(Figure("bound", "the best that any policy can expect", {"return": best}, source, noisy=True))
        return found

    def references(self) -> Mapping[str, Program]:
        """Return a policy that draws its actions and one that never changes its mind."""
        action = plain(stand_in(self._shown.action_space))
        steady = f"def policy(observation, memory):\n    return {action!r}\n"
        known = {"steady": Program((("policy.py", steady),))}
        space = self._shown.action_space
        if type(space).__name__ != "Discrete":
            return known
        first, last = int(space.start), int(space.start + space.n - 1)
        source = f"import random\n\n\ndef policy(observation, memory):\n    return random.randint({first}, {last})\n"
        return {**known, "random": Program((("policy.py", source),))}

    def sketch(self) -> Sketch:
        """Return a space of programs that fits the spaces. Raises ValueError where none is known."""
        from solon.tasks.gym.sketches import sketch_for

        return sketch_for(self.environment, self._shown)


def _again(environment: str, arguments: dict[str, Any]) -> GymTask:
    return GymTask(environment, **arguments)


def _slip(what: str, step: int, wanted: str, note: str) -> Fault:
    kind = "raised" if what == "raised" else "output"
    return Fault(kind, f"the policy {what} at step {step}", f"return {wanted}", traceback=note, step=step)


def _guarded(act: Callable[[], Any], name: str, when: str) -> Any:
    """Return what an environment answers to an action that its space admits; its own errors blame no program."""
    try:
        return act()
    except Exception as error:
        raise InfrastructureError(f"{name} failed {when}: {summary(error)}; report it to its authors") from error
