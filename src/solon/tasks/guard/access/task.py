"""Synthesis of an access policy from a specification in words, judged by exact comparison with a hidden policy."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Final

from solon.contract import (
    Episode,
    Fault,
    Figure,
    Jail,
    Metric,
    Program,
    ProgramFault,
    Proved,
    Refuted,
    Seed,
    Task,
    Unknown,
    Verdict,
)
from solon.playback import Exhibit, Frame, Moment, Recording
from solon.standin import Author
from solon.tasks.guard.access import program, published, reading, templates
from solon.tasks.guard.access.author import AccessAuthor
from solon.tasks.guard.access.compare import Comparison, compare, logarithm
from solon.tasks.guard.access.model import Elements, Policy, PolicyError, Request, Statement
from solon.tasks.guard.access.space import Unsupported
from solon.tasks.guard.access.witness import mistakes
from solon.tasks.guard.access.words import Level, tell
from solon.verify.strings.automaton import TooLarge

_REVISION: Final = "2"  # raise it with every change of a draw, a word or a metric
_REMEDY: Final = "use one kind of operator for each condition key and fewer patterns"
_BRIEF: Final = """\
You write access policies in the JSON of AWS IAM from a specification in words.

# Specification

{words}

# How a policy is read

- "Version" is "2012-10-17"; each statement has an Effect, an Action or NotAction, a Resource or NotResource, and \
where the specification names who, a Principal or NotPrincipal. Where it names nobody, leave the principal out.
- A request is allowed if some statement allows it and none denies it.
- In actions and resources * is any text and ? one character; actions ignore case. Conditions hold if all their lines \
hold, a line if any of its values does, a negated line if none does.
- A line about an absent key does not hold, unless its operator is negated or ends with IfExists. ForAllValues \
holds for an absent key, ForAnyValue does not.
- "is like" stands for the operators with Like, where * and ? are wildcards; "is" stands for those with Equals.
- What is not understood is an error: an unknown operator, element or value makes the policy invalid.

Your policy is compared with the one that was meant on all requests, not on a sample: a single request that is decided \
otherwise makes it wrong. You are then shown such requests.

# Example

```json
{{
  "Version": "2012-10-17",
  "Statement": [
    {{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::notes/*",
     "Condition": {{"Bool": {{"aws:SecureTransport": "true"}}}}}}
  ]
}}
```

All metrics:
{metrics}

Answer with one policy in a code block that opens with ```json.
"""
_ANYTHING: Final = Policy((Statement("Allow", Elements(("*",)), Elements(("*",))),))
_NOTHING: Final = Policy((Statement("Deny", Elements(("*",)), Elements(("*",))),))


class AccessTask(Task):
    """One hidden policy; ``problem`` numbers it and ``level`` is formal or worded. Seeds change nothing."""

    name = "guard-access"
    language = program.POLICY

    def __init__(self, *, problem: int = 1, level: str = "worded", statements: int = 2, bound: int = 100) -> None:
        if level not in ("formal", "worded"):
            raise ValueError(f"level must be formal or worded, got {level!r}")
        if not 0 <= problem <= 100_000 or not 1 <= statements <= 6 or not 10 <= bound <= 300:
            raise ValueError("problem must lie in 0..100000, statements in 1..6 and bound in 10..300")
        self.level: Level = "formal" if level == "formal" else "worded"
        self.problem, self.statements, self.bound = problem, statements, bound
        told = f"problem={problem},level={level},statements={statements},bound={bound}"
        self.version = f"{_REVISION}[{told}]"
        self.metrics = _METRICS

    @cached_property
    def hidden(self) -> Policy:
        """The policy that the words tell; no proposer sees it."""
        return templates.draw(self.problem, statements=self.statements)

    def brief(self) -> str:
        """Return the complete prompt."""
        metrics = "\n".join(f"- {metric.name}: {metric.meaning}" for metric in self.metrics)
        return _BRIEF.format(words=tell(self.hidden, self.level), metrics=metrics)

    def evaluate(self, program: Program, seed: Seed, jail: Jail) -> Episode:  # noqa: ARG002  # seeds change nothing
        """Compare a policy with the hidden one, exactly."""
        try:
            found = self._compared(reading.parse(program.source))
        except PolicyError as error:
            fault = Fault("syntax", f"the policy is invalid: {error}", "mend what is named")
            values = {"equivalent": 0.0, "jaccard": 0.0, "permissiveness": 0.0, "valid": 0.0, "unsafe": 0.0}
            return Episode(values, slips=1, first_slip=fault)
        excess = _bits(found.second) - _bits(found.first)
        return Episode(
            {
                "equivalent": float(found.relation == "equivalent"),
                "jaccard": found.jaccard,
                "permissiveness": excess,
                "valid": 1.0,
                "unsafe": float(found.second_only is not None),
            }
        )

    def _compared(self, policy: Policy) -> Comparison:
        try:
            return compare(self.hidden, policy, bound=self.bound)
        except (Unsupported, TooLarge) as error:
            raise ProgramFault(Fault("output", f"the policy cannot be compared: {error}", _REMEDY)) from None

    def verify(self, program: Program) -> Verdict:
        """Prove or refute that a policy decides every request as the specification does."""
        try:
            policy = reading.parse(program.source)
            found = mistakes(self.hidden, policy, most=1)
        except PolicyError as error:
            return Refuted(f"no request is allowed, because the policy is invalid: {error}")
        except (Unsupported, TooLarge) as error:
            return Unknown(str(error))
        if found:
            return Refuted(f"the request {found[0].request.describe()} is wrongly {found[0].wrongly}")
        keys = compare(self.hidden, policy, bound=None).assumed
        if keys:
            tried = "absent, unlike all others or named by a policy"
            return Unknown(f"no difference was found where {', '.join(keys)} is {tried}; other values were not tried")
        return Proved("automata over all requests")

    def record(self, program: Program, seed: Seed, jail: Jail) -> Recording:  # noqa: ARG002  # seeds change nothing
        """Write down requests that are decided wrongly, of different kinds."""
        try:
            policy = reading.parse(program.source)
        except PolicyError as error:
            told = f"the policy is invalid: {error}"
            shown = (*self._shown(program), Exhibit("Why it is invalid", text=str(error)))
            return Recording((Frame(caption=told),), (Moment(0, told, trouble=True),), exhibits=shown)
        try:
            found = mistakes(self.hidden, policy)
        except (Unsupported, TooLarge) as error:
            raise ProgramFault(Fault("output", f"the policy cannot be compared: {error}", _REMEDY)) from None
        captions = [f"this request is {mistake.describe()}" for mistake in found]
        moments = tuple(Moment(step, caption, trouble=True) for step, caption in enumerate(captions))
        usual = "every request is decided as the specification says"
        frames = tuple(Frame(caption=caption) for caption in captions or [usual])
        rows = tuple((mistake.wrongly, *_row(mistake.request)) for mistake in found)
        shown = (
            *self._shown(program),
            Exhibit(
                "Wrong decisions",
                head=("wrongly", "request", "with"),
                rows=rows,
                trouble=tuple(range(len(rows))),
            ),
        )
        return Recording(frames, moments or (Moment(0, usual),), exhibits=shown)

    def _shown(self, program: Program) -> tuple[Exhibit, ...]:
        return (
            Exhibit("The specification", text=tell(self.hidden, self.level)),
            Exhibit("The policy", text=program.source),
        )

    def figures(self) -> Sequence[Figure]:
        """Return the bound and what was published for models."""
        return (
            Figure("bound", "the policy that was meant", {"equivalent": 1.0}, "by definition"),
            *published.SYNTHESIS,
        )

    def references(self) -> Mapping[str, Program]:
        """Return the policy that denies everything, which is the control, one that allows everything and the hidden."""
        return {
            "nothing": program.program(_NOTHING),
            "anything": program.program(_ANYTHING),
            "meant": program.program(self.hidden),
        }

    def author(self) -> Author:
        """Return the stand-in that knows the words."""
        return AccessAuthor(self.hidden)


def _row(request: Request) -> tuple[str, ...]:
    """Return action and resource, and the rest of a request, as a table shows them."""
    who = [] if request.principal is None else [f"principal {request.principal}"]
    keys = [f"{key} = {' and '.join(values)}" for key, values in sorted(request.context.items())]
    what = request.action if request.resource is None else f"{request.action} on {request.resource}"
    return what, ", ".join((*who, *keys)) or "nothing else"


def _bits(count: int) -> float:
    """Return the binary logarithm of one more than a count, so that nothing has none."""
    return logarithm(count + 1)


_METRICS: Final = (
    Metric("equivalent", role="objective", low=0, high=1, meaning="1 if every request is decided as specified"),
    Metric("jaccard", low=0, high=1, meaning="requests allowed by both among those allowed by either"),
    Metric(
        "permissiveness",
        "minimise",
        low=-1e5,
        high=1e5,
        unit="bits",
        meaning="binary logarithm of how many more requests are allowed than specified; negative for fewer",
    ),
    Metric("valid", low=0, high=1, meaning="1 if the policy is read without an error"),
    Metric("unsafe", "minimise", low=0, high=1, meaning="1 if some request is allowed that the specification denies"),
)
