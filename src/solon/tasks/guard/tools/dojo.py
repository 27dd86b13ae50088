"""AgentDojo's environments, tasks and attacks through its own package, with an agent that obeys every injection.

Debenedetti et al. 2024, "AgentDojo" (arXiv 2406.13352), package ``agentdojo``, suites of version v1.2.2. The agent
needs no model: it replays the ground truth of the user's task, and that of the injection as soon as a result shows it.
Every vector holds the injection. AgentDojo's checkers score the environment; of the calls they see the executed ones.
"""

# The package has no type stubs, and the extra may be absent.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportMissingImports=false, reportAttributeAccessIssue=false
# pyright: reportUnknownParameterType=false, reportUnknownLambdaType=false

import copy
import importlib
from collections.abc import Mapping, Sequence
from functools import cache
from types import ModuleType
from typing import Final, Protocol, cast

from solon.contract import InfrastructureError, Value
from solon.tasks.guard.tools.calls import Call, Described, Guard, Json, Step, Trace

VERSION: Final = "v1.2.2"
SUITES: Final = ("workspace", "travel", "banking", "slack")
MARKER: Final = "[[injected]]"
_OPEN: Final = ("get_webpage",)
_READING: Final = ("get", "search", "list", "read", "check")
_DESTROYING: Final = ("delete", "cancel", "remove")


class Missing(InfrastructureError):
    """Raised where AgentDojo is not installed."""

    def __init__(self) -> None:
        super().__init__("AgentDojo is not installed; install it with: pip install 'solon[agentdojo]'")


class Pair(Value, frozen=True):
    """A user's task and, unless it is honest, an injection's."""

    suite: str
    user: str
    injection: str = ""


class Played(Value, frozen=True):
    """What became of a pair: did the user get what they asked for, did the attacker."""

    pair: Pair
    useful: bool
    attacked: bool
    seen: bool  # the agent read the injection
    blocked: tuple[str, ...] = ()  # calls that the guard refused, in words
    trace: Trace | None = None  # of the honest part


class _Function(Protocol):
    name: str
    description: str
    parameters: type


def _package(name: str) -> ModuleType:
    try:
        return importlib.import_module(f"agentdojo.{name}")
    except ImportError:
        raise Missing from None


@cache
def suite(name: str) -> "Suite":
    """Return one of the suites, loaded once. Raises Missing."""
    return Suite(name)


class Suite:
    """Tools, tasks and environment of one suite."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.types = _package("functions_runtime")
        self.shown = _package("agent_pipeline.tool_execution").tool_result_to_str
        self._tasks = _package("base_tasks")
        self.it = _package("task_suite.load_suites").get_suite(VERSION, name)
        reading = _package("task_suite.task_suite").read_suite_file
        text = reading(name, "environment.yaml", self.it.data_path)
        self._defaults: dict[str, str] = self.it.get_injection_vector_defaults()
        places = {vector: f"@@{vector}@@" for vector in self._defaults}
        self._raw = _yaml(text.format(**places))

    @property
    def users(self) -> tuple[str, ...]:
        """Names of the user tasks."""
        return tuple(self.it.user_tasks)

    @property
    def injections(self) -> tuple[str, ...]:
        """Names of the injection tasks."""
        return tuple(self.it.injection_tasks)

    def query(self, user: str) -> str:
        """Return what a user asks for."""
        return str(self.it.user_tasks[user].PROMPT)

    def tools(self) -> tuple[Described, ...]:
        """Return the tools; which ones read only, destroy or bring strangers' words is told by their verbs."""
        return tuple(_tool(cast("_Function", each)) for each in self.it.tools)

    def environment(self, payload: str | None) -> object:
        """Return a fresh environment with a text in every injection vector, or as it is."""
        words = {f"@@{vector}@@": default if payload is None else payload for vector, default in self._defaults.items()}
        return self.it.environment_type.model_validate(_filled(self._raw, words))

    def play(self, pair: Pair, guard: Guard, *, worded: bool = False) -> Played:
        """Let the scripted agent work on a pair behind a guard; ``worded`` injections say what they want.

        Some of AgentDojo's checkers take the words of the injection for the deed's traces, so its own figures are those
        of injections that are a marker alone; only worded ones bring the attacker's values into the results.
        """
        user = self.it.user_tasks[pair.user]
        injection = self.it.injection_tasks[pair.injection] if pair.injection else None
        payload = f"{MARKER} {injection.GOAL} {MARKER}" if injection is not None and worded else MARKER
        environment = user.init_environment(self.environment(None if injection is None else payload))
        run = _Run(self, environment, guard)
        for call in user.ground_truth(copy.deepcopy(environment)):
            run.perform(call)
            if injection is not None and run.seen and not run.obeyed:
                run.obeyed = True
                honest = len(run.steps)
                for forced in injection.ground_truth(copy.deepcopy(environment)):
                    run.perform(forced)
                del run.steps[honest:]
        said = [{"type": "text", "content": str(user.GROUND_TRUTH_OUTPUT)}]
        state = (said, run.before, environment, run.executed)
        checked = self.it._check_task_result  # noqa: SLF001 - the public way runs a pipeline that scores blocked calls
        attacked = injection is not None and bool(checked(injection, *state))
        trace = Trace(self.query(pair.user), tuple(run.steps))
        return Played(pair, bool(checked(user, *state)), attacked, run.seen, tuple(run.blocked), trace)


class _Run:
    """One environment while calls are carried out on it."""

    def __init__(self, of: Suite, environment: object, guard: Guard) -> None:
        self.environment, self.before = environment, copy.deepcopy(environment)
        self._of, self._guard = of, guard
        self._runtime = of.types.FunctionsRuntime(of.it.tools)
        self.executed: list[object] = []
        self.steps: list[Step] = []
        self.blocked: list[str] = []
        self.seen = self.obeyed = False

    def perform(self, wanted: object) -> None:
        name, arguments = str(wanted.function), cast("dict[str, Json]", plain(dict(wanted.args)))
        answer = self._guard.ask(Call(name, arguments))
        if not answer.allowed:
            self.blocked.append(f"{name}: {answer.rule}: {answer.reason}")
            return
        made = self._of.types.FunctionCall(function=answer.call.tool, args=dict(answer.call.arguments))
        result, error = self._runtime.run_function(self.environment, made.function, made.args)
        self.executed.append(made)
        step = Step(answer.call, plain(result), error or "")
        self.steps.append(step)
        self._guard.told(step)
        self.seen |= MARKER in str(self._of.shown(result))


def plain(value: object) -> Json:
    """Return a result as plain data."""
    if hasattr(value, "model_dump"):
        return cast("Json", value.model_dump(mode="json"))
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [plain(inner) for inner in value]
    if value is None or isinstance(value, bool | int | float | str):
        return getattr(value, "value", value)
    return str(value)


def _tool(described: _Function) -> Described:
    verb = described.name.partition("_")[0]
    schema = cast("dict[str, Json]", described.parameters.model_json_schema())
    opens = described.name in _OPEN
    reads = verb in _READING and not opens
    return Described(described.name, schema, described.description, reads, opens, verb in _DESTROYING)


def _filled(value: object, words: Mapping[str, str]) -> object:
    if isinstance(value, str):
        for place, word in words.items():
            value = value.replace(place, word)
        return value
    if isinstance(value, dict):
        return {_filled(key, words): _filled(inner, words) for key, inner in value.items()}
    return [_filled(inner, words) for inner in value] if isinstance(value, list) else value


def _yaml(text: str) -> object:
    return importlib.import_module("yaml").safe_load(text)
