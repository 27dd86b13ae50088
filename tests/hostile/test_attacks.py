import pytest

from solon.hostile import Expectation, parse_attack

HEADER = {
    "name": "probe",
    "tries": "Looks around.",
    "class": "files",
    "expect": "scored:same",
    "twin": "stand",
    "needs-wall": "false",
}


def text(**changes: str | None) -> str:
    header = HEADER | {key.replace("_", "-"): value for key, value in changes.items()}
    return "".join(f"# {key}: {value}\n" for key, value in header.items() if value is not None) + "\npolicy = None\n"


def test_a_header_is_read() -> None:
    attack = parse_attack("probe", text(episodes="3", waits="true", expect="invalid:time,memory"))
    assert attack.expect == Expectation("invalid", ("time", "memory"))
    assert (attack.group, attack.twin, attack.episodes, attack.waits, attack.needs_wall) == (
        *("files", "stand", 3, True),
        False,
    )


@pytest.mark.parametrize("expect", ["scored:same", "scored:no-gain", "slips", "invalid:crash", "invalid:time,memory"])
def test_an_expectation_is_written_as_it_is_read(expect: str) -> None:
    assert str(parse_attack("probe", text(expect=expect)).expect) == expect


def test_a_level_may_have_a_verdict_of_its_own_with_the_reason() -> None:
    attack = parse_attack("probe", text(expect_c="slips", why_c="There is none."))
    assert (attack.due("A"), attack.due("C")) == (Expectation("same"), Expectation("slips"))
    assert (attack.why("A"), attack.why("C")) == ("", "There is none.")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (text(tries=None), "tries"),
        (text(colour="red"), "colour"),
        (text(name="other"), "the header names it 'other'"),
        (text(**{"class": "magic"}), "no class is called 'magic'"),
        (text(expect="scored"), "cannot expect 'scored'"),
        (text(expect="scored:better"), "cannot expect"),
        (text(expect="slips:many"), "cannot expect"),
        (text(expect="invalid:"), "cannot expect"),
        (text(expect="invalid:time,boredom"), "cannot expect"),
        (text(needs_wall="maybe"), "needs-wall is 'maybe'"),
        (text(waits="yes"), "waits is 'yes'"),
        (text(expect_c="slips"), "go together"),
        (text(why_c="There is none."), "go together"),
        (text(expect_c="scored:same", why_c="There is none."), "repeats 'scored:same'"),
        (text(expect_c="scored:no-gain", why_c="There is none."), "content with less"),
        (text(expect_c="invalid:boredom", why_c="There is none."), "cannot expect"),
        (text(expect_c="slips", why_c="none"), "no sentence"),
        (text(expect_d="slips", why_d="There is none."), "expect-d, why-d"),
        (text(episodes="0"), "episodes is '0'"),
        (text(episodes="many"), "episodes is 'many'"),
        ("# name: probe\n# name: probe\n" + text(), "'name' twice"),
        ("import os\n" + text(), "the header line 'import os'"),
        ("", "keys missing"),
    ],
)
def test_a_wrong_header_is_an_error_that_names_what_is_wrong(source: str, words: str) -> None:
    with pytest.raises(ValueError, match=r"^probe\.py: ") as caught:
        parse_attack("probe", source)
    assert words in str(caught.value)
