"""A guard for agents of AgentDojo: the element of a pipeline that carries out the calls which a policy allows.

It takes the place of AgentDojo's ``ToolsExecutor``, with a model or without one. A new query starts a new run.
"""

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from typing import Any, cast

from solon.interop.extras import require
from solon.interop.guard_gate import Ask, Gate, Log, deny
from solon.tasks.guard.policy import PolicySet
from solon.tasks.guard.tools.calls import Call, Described
from solon.tasks.guard.tools.dojo import plain

Message = MutableMapping[str, Any]  # AgentDojo's messages are dictionaries without a common type


class GuardedTools:
    """Carries out the calls of the last message; what is blocked comes back as an error with the reason."""

    name = "solon-guard"

    def __init__(
        self,
        policy: PolicySet,
        tools: Sequence[Described],
        *,
        formatter: Callable[[Any], str] | None = None,
        log: Log | None = None,
        ask: Ask = deny,
    ) -> None:
        self._policy, self._tools, self._log, self._ask = policy, list(tools), log, ask
        self._formatter = (
            formatter or require("agentdojo.agent_pipeline.tool_execution", "agentdojo").tool_result_to_str
        )
        self._gate: Gate | None = None

    def query(
        self,
        query: str,
        runtime: Any,
        env: Any = None,
        messages: Sequence[Message] = (),
        extra_args: Mapping[str, Any] | None = None,
    ) -> tuple[str, Any, Any, Sequence[Message], Mapping[str, Any]]:
        """Decide on the calls of the last message and carry out what is allowed."""
        extra: Mapping[str, Any] = {} if extra_args is None else extra_args
        calls = messages[-1].get("tool_calls") if messages and messages[-1]["role"] == "assistant" else None
        if not calls:
            return query, runtime, env, messages, extra
        first = sum(message["role"] == "assistant" for message in messages) == 1
        if self._gate is None or first:
            self._gate = Gate(self._policy, query, log=self._log, ask=self._ask)
            self._gate.describe(self._tools)
        answers = [self._carried_out(self._gate, call, runtime, env) for call in calls]
        return query, runtime, env, [*messages, *answers], extra

    def _carried_out(self, gate: Gate, wanted: Any, runtime: Any, env: Any) -> Message:
        arguments = plain(dict(wanted.args))
        ruling = gate.judge(Call(str(wanted.function), cast("dict[str, Any]", arguments)))
        content, error = "", ruling.message
        if ruling.call is not None:
            result, failed = runtime.run_function(env, ruling.call.tool, ruling.call.arguments)
            told = gate.report(ruling, plain(result), error="tool" if failed else "")
            content, error = ("", told) if told else (self._formatter(result), failed)
        return {
            "role": "tool",
            "content": [{"type": "text", "content": content}],
            "tool_call_id": wanted.id,
            "tool_call": wanted,
            "error": error,
        }
