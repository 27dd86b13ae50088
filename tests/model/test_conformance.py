"""Our calls are what the providers' own packages would send, and the loopback server answers what those can read.

The packages are no dependencies: install ``anthropic`` and ``google-genai`` beside the development tools to run this.
"""

import json
import re
from typing import Any

import pytest

from model.endpoints import KEY, endpoint
from model.fakes import ask
from model.protocols import PROVIDERS, Anthropic, Google
from model.server import Server
from solon.model import Form, Message, Request
from solon.model.anthropic_messages import AnthropicMessages

pytestmark = pytest.mark.filterwarnings("default")  # what other packages deprecate is not ours
SCHEMA = '{"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": false}'
JSON, TOOL = Form("json", "answer", SCHEMA), Form("tool", "answer", SCHEMA)
TURNS = (*ask().messages, Message("assistant", "No."), Message("user", "Again."))
COMMON = [ask(), Request("m", TURNS, 100, 0.5), ask(effort="low"), ask(form=JSON, effort="high"), ask(form=TOOL)]


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for provider in PROVIDERS.values():
        monkeypatch.setenv(provider.variable, KEY)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def sent(provider: str, request: Request) -> dict:
    with Server(text='{"a": "b"}') as server:
        endpoint(provider, server).complete(request)
    return server.bodies[0]


def within(value: object, *allowed: type) -> None:
    """Check that a dictionary has no other names than typed dictionaries of a package declare."""
    assert isinstance(value, dict)
    assert any(set(value) <= set(each.__annotations__) for each in allowed), value


@pytest.mark.parametrize("request_", [*COMMON, ask(thinking=2048), ask(thinking=-1), ask(thinking=0, form=TOOL)])
def test_anthropics_package_sends_and_declares_what_we_send(request_: Request) -> None:
    anthropic = pytest.importorskip("anthropic", reason="needs Anthropic's package: pip install anthropic")
    types = anthropic.types
    body = sent("anthropic", request_)
    with Server(text='{"a": "b"}') as server, anthropic.Anthropic(base_url=server.url[:-3], max_retries=0) as client:
        declared = {name: part for name, part in body.items() if name != "temperature"}  # only in the version before
        message = client.messages.create(**declared)
    assert server.bodies == [declared]
    assert server.paths == ["/v1/messages"]
    (version,) = AnthropicMessages().version(ask()).values()
    assert server.headers[0]["anthropic-version"] == version
    assert message.usage.cache_creation_input_tokens == 5
    for block in body["system"]:
        within(block, types.TextBlockParam)
        within(block["cache_control"], types.CacheControlEphemeralParam)
    within(body.get("output_config", {}), types.OutputConfigParam)
    within(body.get("output_config", {}).get("format", {}), types.JSONOutputFormatParam)
    within(
        body.get("thinking", {}),
        types.ThinkingConfigEnabledParam,
        types.ThinkingConfigAdaptiveParam,
        types.ThinkingConfigDisabledParam,
    )
    for tool in body.get("tools", ()):
        within(tool, types.ToolParam)
    within(body.get("tool_choice", {}), types.ToolChoiceToolParam, types.ToolChoiceAutoParam)


@pytest.mark.parametrize("fault", ["ok", "tool call", "length", "filter"])
def test_anthropics_package_reads_what_the_loopback_server_answers(fault: str) -> None:
    anthropic = pytest.importorskip("anthropic", reason="needs Anthropic's package: pip install anthropic")
    from typing import get_args

    reply, _ = Anthropic.reply({"model": "m"}, fault, "Yes.")
    message = anthropic.types.Message.model_validate(reply, strict=True)
    assert message.stop_reason in get_args(anthropic.types.StopReason)
    assert message.usage.output_tokens_details.thinking_tokens == 1


def in_camels(value: object) -> object:
    """Return a call with one spelling of its names; Google's servers take both, its package mixes them."""
    if isinstance(value, list):
        return [in_camels(part) for part in value]
    if not isinstance(value, dict):
        return value
    return {re.sub("_(.)", lambda it: it[1].upper(), name): in_camels(part) for name, part in value.items()}


def google_call(request: Request, types: Any) -> dict:
    """The same call in the words of Google's package."""
    said = [it for it in request.messages if it.role != "system"]
    config: dict = {"max_output_tokens": request.max_tokens, "temperature": request.temperature}
    config["system_instruction"] = [types.Part(text=it.content) for it in request.messages if it.role == "system"]
    if request.effort:
        config["thinking_config"] = types.ThinkingConfig(thinking_level=request.effort)
    if request.thinking is not None:
        config["thinking_config"] = types.ThinkingConfig(thinking_budget=request.thinking)
    if request.form == JSON:
        config |= {"response_mime_type": "application/json", "response_json_schema": json.loads(SCHEMA)}
    if request.form == TOOL:
        function = types.FunctionDeclaration(
            name="answer", description="Give the answer.", parameters_json_schema=json.loads(SCHEMA)
        )
        choice = types.FunctionCallingConfig(mode="ANY", allowed_function_names=["answer"])
        config["tools"] = [types.Tool(function_declarations=[function])]
        config["tool_config"] = types.ToolConfig(function_calling_config=choice)
    roles = {"user": "user", "assistant": "model"}
    return {
        "model": request.model,
        "contents": [types.Content(role=roles[it.role], parts=[types.Part(text=it.content)]) for it in said],
        "config": types.GenerateContentConfig(**config),
    }


@pytest.mark.parametrize("request_", [*COMMON, ask(thinking=2048), ask(thinking=-1), ask(thinking=0, form=TOOL)])
def test_googles_package_sends_what_we_send(request_: Request) -> None:
    genai = pytest.importorskip("google.genai", reason="needs Google's package: pip install google-genai")
    options = {"base_url": "", "api_version": "v1"}
    with Server(text='{"a": "b"}') as server:
        options["base_url"] = server.url[:-3]
        client = genai.Client(api_key=KEY, http_options=options)
        response = client.models.generate_content(**google_call(request_, genai.types))
        client.close()
    body = sent("google", request_)
    theirs = server.bodies[0]
    theirs.get("systemInstruction", {}).pop("role", None)  # it may be left out
    assert in_camels(theirs) == body
    assert server.paths == [f"/v1/models/{request_.model}:generateContent"]
    assert server.headers[0]["x-goog-api-key"] == KEY
    assert response.usage_metadata.thoughts_token_count == 1


@pytest.mark.parametrize("fault", ["ok", "tool call", "length", "filter", "refusal"])
def test_googles_package_reads_what_the_loopback_server_answers(fault: str) -> None:
    genai = pytest.importorskip("google.genai", reason="needs Google's package: pip install google-genai")
    reply, _ = Google.reply({"generationConfig": {}}, fault, "Yes.")
    response = genai.types.GenerateContentResponse.model_validate(reply)
    if fault == "refusal":
        assert response.prompt_feedback.block_reason in list(genai.types.BlockedReason)
    else:
        assert response.candidates[0].finish_reason in list(genai.types.FinishReason)
