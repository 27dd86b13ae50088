"""Whatever a program raises or returns can be shown, briefly and as UTF-8."""

import pytest

from solon.sandbox import texts
from solon.sandbox.worker import First

LONG_CHAIN = """
error = ValueError()
for number in range(2000):
    try:
        raise ValueError(number) from error
    except ValueError as caught:
        error = caught
raise error
"""
NAMELESS = "class Meta(type):\n __name__ = property(lambda self: 1 / 0)\n"


def made(source: str) -> BaseException:
    """Return what a source raises."""
    try:
        exec(compile(source, "program.py", "exec"), {})
    except BaseException as error:  # noqa: BLE001 - that is what is asked for
        return error
    raise AssertionError("it raised nothing")


@pytest.mark.parametrize(
    "source",
    [
        "class Bad(Exception):\n def __str__(self): raise SystemExit\nraise Bad",
        "raise ValueError('x' * 1000000)",
        "raise ValueError('\\udc80')",
        f"{NAMELESS}class Bad(Exception, metaclass=Meta): pass\nraise Bad",
        LONG_CHAIN,
        "def f(): f()\nf()",
    ],
)
def test_a_hostile_error_gives_a_short_text_in_utf8(source: str) -> None:
    error = made(source)
    assert 0 < len(texts.summary(error).encode()) < 3 * texts.SUMMARY_CHARACTERS
    assert 0 < len(texts.trace(error).encode()) < 3 * texts.TRACE_CHARACTERS


def test_a_summary_is_type_and_words() -> None:
    assert texts.summary(ValueError("too few")) == "ValueError: too few"
    assert texts.summary(SystemExit()) == "SystemExit"


@pytest.mark.parametrize(
    "source",
    [
        "class Exit:\n def __repr__(self): raise SystemExit\nvalue = Exit()",
        f"{NAMELESS}class Exit(metaclass=Meta): pass\nvalue = Exit()",
    ],
)
def test_a_value_that_refuses_to_be_shown_is_still_named(source: str) -> None:
    namespace: dict[str, object] = {}
    exec(source, namespace)
    assert texts.show(namespace["value"]) == "something that cannot be shown"


def test_a_value_is_shown_as_code_with_its_type_and_cut() -> None:
    assert texts.show("7") == "'7' of type str"
    assert texts.show([0] * 10**4) == f"{'[' + '0, ' * 26 + '0'} of type list"


def test_a_long_text_keeps_both_ends() -> None:
    assert texts.shorten("a" * 30 + "b" * 30, 25) == "a" * 10 + "\n...\n" + "b" * 10
    assert texts.shorten("a" * 25, 25) == "a" * 25


def test_causes_and_groups_are_shown_without_frames_of_the_sandbox() -> None:
    def deep(source: str) -> str:
        return f"from solon.sandbox.limits import Limits\n{source}"

    chained = deep("try: Limits(cpu_seconds=0)\nexcept ValueError as error: raise KeyError('second') from error")
    grouped = deep("try: Limits(cpu_seconds=0)\nexcept ValueError as error: raise ExceptionGroup('all', [error])")
    for source, words in ((chained, "direct cause"), (grouped, "ExceptionGroup: all")):
        text = texts.trace(made(source))
        assert words in text
        assert "ValueError" in text
        assert "limits.py" not in text
        assert text.count('File "program.py"') >= 2


def test_frames_of_a_library_that_the_program_called_are_kept() -> None:
    text = texts.trace(made("import json\njson.loads('{')"))
    assert text.index('File "program.py"') < text.index("decoder.py")


def test_only_the_first_failure_is_noted_and_a_later_one_is_not_even_described() -> None:
    notes: list[str] = []

    class Silent:
        def __repr__(self) -> str:
            notes.append("described")
            return "Silent()"

    tell = First(notes.append)
    tell.raised(ValueError("first"), "step 1: ")
    tell.returned(Silent())
    tell.raised(ValueError("third"))
    assert notes == ["step 1: ValueError: first\nValueError: first"]


def test_a_returned_value_is_noted_among_its_words() -> None:
    notes: list[str] = []
    First(notes.append).returned(8, "the policy ", ", which is no list")
    assert notes == ["the policy returned 8 of type int, which is no list"]
