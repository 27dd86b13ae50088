"""Addresses name an endpoint and a model, and can never carry a secret into a record."""

import pytest

from solon.model import is_address, key_variables, parse_address


def test_each_provider_has_its_endpoint_and_its_variable() -> None:
    found = {
        name: (parse_address(f"{name}:some-model").url, parse_address(f"{name}:some-model").variable)
        for name in ("openai", "anthropic", "google", "openrouter")
    }
    assert found == {
        "openai": ("https://api.openai.com/v1", "OPENAI_API_KEY"),
        "anthropic": ("https://api.anthropic.com/v1", "ANTHROPIC_API_KEY"),
        "google": ("https://generativelanguage.googleapis.com/v1beta", "GEMINI_API_KEY"),
        "openrouter": ("https://openrouter.ai/api/v1", "OPENROUTER_API_KEY"),
    }
    assert parse_address("google:m").variables == ("GEMINI_API_KEY", "GOOGLE_API_KEY")
    assert set(key_variables()) > {"OPENAI_API_KEY", "GOOGLE_API_KEY", "LOCAL_API_KEY"}
    assert parse_address("openrouter:qwen/qwen3-coder:free").model == "qwen/qwen3-coder:free"


def test_a_local_model_is_a_url_and_a_name_and_needs_no_key() -> None:
    address = parse_address("local:http://127.0.0.1:8000/v1#qwen2.5:7b?temperature=0.5&max_tokens=100&effort=low")
    assert (address.url, address.model, address.key_needed) == ("http://127.0.0.1:8000/v1", "qwen2.5:7b", False)
    assert (address.temperature, address.max_tokens, address.effort) == (0.5, 100, "low")


def test_thinking_is_a_number_of_tokens_or_left_to_the_model() -> None:
    assert parse_address("anthropic:m?thinking=2048&effort=low").thinking == 2048
    assert parse_address("anthropic:m?thinking=auto").thinking == -1
    assert parse_address("google:m?thinking=0").thinking == 0
    assert parse_address("google:m").thinking is None


def test_a_structured_form_is_asked_for_by_name() -> None:
    assert parse_address("openai:m?structured=json").structured == "json"
    assert parse_address("local:http://x/v1#m?structured=tool&max_tokens=9").structured == "tool"
    assert parse_address("openai:m?structured=text").structured is parse_address("openai:m").structured is None


def test_addresses_are_told_from_other_proposers() -> None:
    assert is_address("openai:x")
    assert is_address("local:http://x/v1#y")
    assert not is_address("paste")
    assert not is_address("scripted:openai.py")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("opnai:gpt", "did you mean 'openai'"),
        ("qqqq:gpt", "write openai:NAME"),
        ("openai:", "write openai:NAME"),
        ("openai:m?top_p=1", "no option 'top_p'"),
        ("openai:m?effort=huge", "choose minimal, low, medium, high"),
        ("openai:m?temperature=warm", "must be numbers"),
        ("openai:m?temperature=nan", "between 0 and 2"),
        ("openai:m?max_tokens=0", "at least 1"),
        ("openai:m?structured=xml", "choose json, tool or text"),
        ("openai:m?thinking=2048", "for anthropic and google"),
        ("local:http://x/v1#m?thinking=2048", "for anthropic and google"),
        ("google:m?thinking=-5", "must be numbers"),
        ("google:m?thinking=1&effort=low", "either effort or thinking"),
        ("anthropic:m?thinking=1000", "at least 1024 tokens"),
        ("anthropic:m?thinking=8192", "fewer than max_tokens"),
        ("anthropic:m?thinking=2048&temperature=1", "none beside thinking"),
        ("anthropic:m?temperature=1.5", "at most 1"),
        ("anthropic:m?max_tokens=30000", "at most 21333 tokens in one piece"),
        ("local:http://host/v1", "local:URL#NAME"),
        ("local:ftp://host/v1#m", "local:URL#NAME"),
        ("local:http://host:port/v1#m", "local:URL#NAME"),
        ("local:http:///v1#m", "local:URL#NAME"),
    ],
)
def test_a_wrong_address_is_explained(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        parse_address(text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["local:http://me:sesame-7777@host/v1#m", "local:http://host/v1?key=sesame-7777#m"])
def test_a_url_with_a_secret_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(ValueError, match="LOCAL_API_KEY") as caught:
        parse_address(text)
    assert "sesame" not in str(caught.value)
