"""Inner tasks that need no jail: programs are numbers."""

from collections.abc import Mapping

from solon.contract import Episode, Fault, Jail, Metric, Program, ProgramFault, Seed, Task
from solon.sketch import Hole, HoleValue, Sketch

WORTH = 400


def number(value: object) -> Program:
    return Program((("policy.py", f"policy = {value}\n"),))


def read(program: Program) -> int:
    text = program.source.partition("=")[2].strip()
    if not text.isdigit():
        raise ProgramFault(Fault("output", "no number", "write policy = NUMBER"))
    return int(text)


class Lottery(Task):
    """Options without order, of which few are good: whoever looks at more of them wins. There is no noise at all."""

    name, version = "lottery", "1"
    metrics = (Metric("worth", role="objective", low=0, high=10, meaning="of the option"),)

    def brief(self) -> str:
        return "Write policy = NUMBER."

    def evaluate(self, program: Program, seed: Seed, jail: Jail) -> Episode:
        rank = (read(program) * 149 + 71) % WORTH
        return Episode({"worth": 10 * (1 - rank / WORTH) ** 6})

    def references(self) -> Mapping[str, Program]:
        return {"zero": number(0)}

    def sketch(self) -> Sketch:
        def render(values: Mapping[str, HoleValue]) -> Program:
            return number(values["option"])

        return Sketch((Hole("option", "3", options=tuple(map(str, range(WORTH)))),), render)


class Copying(Task):
    """A task whose brief misleads: its example is worth less than what the list of functions tells."""

    name, version = "copying", "1"
    metrics = (Metric("value", role="objective", low=0, high=10),)

    def sections(self) -> Mapping[str, str]:
        return {
            "role": "Write one number.\n\n",
            "functions": "# Functions\n\n- nine(): the best number\n- one(): the worst\n  number of all\n\n",
            "example": "# Example\n\npolicy = 2\n\n",
            "objective": "# Objective\n\nA large number.\n",
        }

    def brief(self) -> str:
        return "".join(self.sections().values())

    def evaluate(self, program: Program, seed: Seed, jail: Jail) -> Episode:
        return Episode({"value": read(program) + seed.derive("noise")[0] / 1000})
