"""Three tasks that are no games, each a page long: the proof that the contract is general."""

import itertools
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from solon.contract import (
    Episode,
    Fault,
    Figure,
    Invalid,
    Jail,
    Metric,
    Outcome,
    Program,
    ProgramFault,
    Proved,
    Refuted,
    Scored,
    Seed,
    Task,
    Unavailable,
    Unknown,
    Verdict,
)
from solon.sandbox.call import GUEST, call
from solon.sketch import Hole, HoleValue, Sketch


def python(source: str, entry: str = "policy") -> Program:
    return Program(files=(("policy.py", source),), entry=f"policy.py:{entry}")


class Sorting(Task):
    """A Python function ``policy(numbers)`` that must return them sorted, in few comparisons of its own choosing."""

    name, version = "sorting", "1"
    metrics = (Metric("sorted_share", role="objective", low=0, high=1),)

    def brief(self) -> str:
        return "Write policy(numbers) that returns the list sorted in ascending order."

    def evaluate(self, program: Program, seed: Seed, jail: Jail) -> Episode:
        rng = random.Random(seed.derive("numbers"))
        right = 0
        with jail.open(program, GUEST, b"", b"") as worker:
            for size in range(10):
                numbers = [rng.randrange(100) for _ in range(size)]
                right += call(worker, numbers) == sorted(numbers)
        return Episode({"sorted_share": right / 10})

    def figures(self) -> Sequence[Figure]:
        return (Figure("bound", "all lists sorted", {"sorted_share": 1.0}, "a share is at most one"),)

    def references(self) -> Mapping[str, Program]:
        return {"identity": python("def policy(numbers):\n    return numbers\n")}

    def sketch(self) -> Sketch:
        """Programs that sort some prefix; the whole list only when the hole says so."""

        def render(values: Mapping[str, HoleValue]) -> Program:
            cut = values["cut"]
            tail = "reverse=True" if values["order"] == "descending" else ""
            body = f"sorted(numbers[:{cut}], {tail}) + numbers[{cut}:]"
            return python(f"def policy(numbers):\n    return {body}\n")

        cut = Hole("cut", 3, 0, 12, integer=True)
        order = Hole("order", "descending", options=("descending", "ascending"))
        return Sketch((cut, order), render)


class Pattern(Task):
    """A regular expression to be found; candidates are text and never run as Python."""

    name, version = "pattern", "1"
    metrics = (
        Metric("accuracy", role="objective", low=0, high=1),
        Metric("length", direction="minimise", low=0, unit="characters"),
    )
    matcher = python(
        "import re\ndef policy(pattern, words):\n    return [bool(re.fullmatch(pattern, word)) for word in words]\n"
    )

    def brief(self) -> str:
        return "Find a regular expression that matches exactly the words with an even number of a's."

    def evaluate(self, program: Program, seed: Seed, jail: Jail) -> Episode:
        rng = random.Random(seed.derive("words"))
        words = ["".join(rng.choices("ab", k=rng.randrange(9))) for _ in range(40)]
        truth = [word.count("a") % 2 == 0 for word in words]
        with jail.open(self.matcher, GUEST, b"", b"") as worker:
            answer = call(worker, program.source, words)
        if not isinstance(answer, list):
            raise ProgramFault(Fault("output", "the pattern gave no list", "write a regular expression"))
        hits = sum(a == b for a, b in zip(answer, truth, strict=True))
        return Episode({"accuracy": hits / len(words), "length": float(len(program.source))})

    def lint(self, program: Program) -> Fault | None:
        try:
            re.compile(program.source)
        except re.error as error:
            return Fault("syntax", f"this is no regular expression: {error}", "balance brackets and escapes")
        return None


class LinearProgramme(Task):
    """A word problem to be written as a linear programme in text; formalisation is judged, not arithmetic."""

    name, version = "linear-programme", "1"
    metrics = (Metric("gap", direction="minimise", role="objective", low=0, unit="euro"),)

    def brief(self) -> str:
        return "A bakery sells bread for 3 and cake for 5; ... Write lines such as: 'max 3 5' and '1 2 <= 14'."

    def evaluate(self, program: Program, seed: Seed, jail: Jail) -> Episode:
        goal, rows = self._parse(program.source)
        return Episode({"gap": float(abs(self._solve(goal, rows) - 36))})

    def verify(self, program: Program) -> Verdict:
        try:
            goal, rows = self._parse(program.source)
        except ProgramFault as raised:
            return Unknown(raised.fault.message)
        best = self._solve(goal, rows)
        return Proved("exact enumeration of vertices") if best == 36 else Refuted(f"the optimum is {best}, not 36")

    def _parse(self, text: str) -> tuple[list[Fraction], list[list[Fraction]]]:
        try:
            first, *rest = [line.split() for line in text.splitlines() if line.strip()]
            goal = [Fraction(first[1]), Fraction(first[2])]
            rows = [[Fraction(row[0]), Fraction(row[1]), Fraction(row[3])] for row in rest]
        except (ValueError, IndexError, ZeroDivisionError):
            fault = Fault("syntax", "the text is no linear programme", "write 'max 3 5', then '1 2 <= 14'")
            raise ProgramFault(fault) from None
        return goal, rows

    def _solve(self, goal: list[Fraction], rows: list[list[Fraction]]) -> Fraction:
        edges = [*rows, [Fraction(-1), Fraction(0), Fraction(0)], [Fraction(0), Fraction(-1), Fraction(0)]]
        best = Fraction(0)
        for (a, b, c), (d, e, f) in itertools.combinations(edges, 2):
            determinant = a * e - b * d
            if determinant == 0:
                continue
            x, y = (c * e - b * f) / determinant, (a * f - c * d) / determinant
            if all(p * x + q * y <= r for p, q, r in edges):
                best = max(best, goal[0] * x + goal[1] * y)
        return best


class DirectJudge:
    """Judge with a plain function instead of a jail: (program, seed) -> Episode, Fault or Unavailable."""

    isolation = "none"

    def __init__(self, function) -> None:
        self.function = function
        self.played = 0

    def judge(self, jobs: Sequence[tuple[Program, Sequence[Seed]]]) -> Iterator[Outcome]:
        for program, seeds in jobs:
            episodes = []
            for seed in seeds:
                self.played += 1
                result = self.function(program, seed)
                if isinstance(result, Fault):
                    yield Invalid(result)
                    break
                if isinstance(result, Unavailable):
                    yield result
                    break
                episodes.append(result)
            else:
                yield Scored(tuple(episodes))
