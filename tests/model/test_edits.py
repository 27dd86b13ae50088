"""Edits apply to exactly one place or not at all; names of files are found outside code only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solon.model import Edit, EditError, apply_edits, named_parts, read_edits

FILES = (("policy.py", "import helpers\n\ndef policy(env):\n    return 1\n"), ("helpers.py", "A = 1\nB = 1\n"))


def block(search: str, replace: str) -> str:
    return f"<<<<<<< SEARCH\n{search}=======\n{replace}>>>>>>> REPLACE\n"


def test_edits_are_read_with_the_file_named_before_them() -> None:
    first, second = block("a\n", "b\nc\n"), block("d\n", "")
    text = f"Think.\n\nFILE: policy.py\n```python\n{first}```\n### File: `helpers.py`\n{second}"
    assert read_edits(text, "x.py") == (Edit("policy.py", ("a",), ("b", "c")), Edit("helpers.py", ("d",), ()))
    assert read_edits(block("a\n", "b\n"), "x.py")[0].file == "x.py"
    assert read_edits("No edits ======= here", "x.py") == ()


def test_edits_change_the_lines_that_they_find() -> None:
    first, second = block("    return 1\n", "    return 2\n"), block("A = 1\n", "")
    edits = read_edits(f"{first}FILE: helpers.py\n{second}", "policy.py")
    assert apply_edits(FILES, edits) == (
        ("policy.py", "import helpers\n\ndef policy(env):\n    return 2\n"),
        ("helpers.py", "B = 1\n"),
    )


def test_later_edits_see_what_earlier_ones_wrote() -> None:
    edits = (Edit("helpers.py", ("A = 1",), ("A = 2",)), Edit("helpers.py", ("A = 2", "B = 1"), ("C = 3",)))
    assert dict(apply_edits(FILES, edits))["helpers.py"] == "C = 3\n"


def test_an_edit_without_a_search_makes_a_new_file() -> None:
    assert apply_edits(FILES, (Edit("new.py", (), ("X = 1",)),))[2] == ("new.py", "X = 1\n")


def test_space_at_the_ends_of_lines_does_not_matter() -> None:
    files = (("a.py", "x = 1  \ny = 2\n"),)
    assert apply_edits(files, (Edit("a.py", ("x = 1", "y = 2 "), ("z",)),)) == (("a.py", "z\n"),)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<<<<<<< SEARCH\na\n=======\nb\n", "cut off"),
        ("<<<<<<< SEARCH\na\n", "cut off"),
        ("<<<<<<< SEARCH\na\n<<<<<<< SEARCH\n", "inside another"),
        (block("    return 7\n", "x\n"), "Edit 1 searches for lines that policy.py does not hold .first: 'return 7'"),
        (block("return 1\n", "x\n"), "does not hold"),
        ("FILE: helpers.py\n" + block(" = 1\n", "x\n"), "does not hold"),
        (block("", "x\n"), "searches for nothing"),
        (block("  \n", "x\n"), "searches for nothing"),
        ("FILE: absent.py\n" + block("a\n", "x\n"), "no such file"),
    ],
)
def test_an_edit_that_does_not_fit_is_explained(text: str, message: str) -> None:
    with pytest.raises(EditError, match=message) as caught:
        apply_edits(FILES, read_edits(text, "policy.py"))
    assert "\n" not in str(caught.value)


def test_an_edit_that_fits_two_places_is_refused() -> None:
    with pytest.raises(EditError, match="fits 2 places"):
        apply_edits((("a.py", "x\ny\nx\n"),), (Edit("a.py", ("x",), ("z",)),))


line = st.text(st.characters(exclude_characters="\n\r", exclude_categories=["Cs"]), max_size=8)


@given(st.lists(line, min_size=1, max_size=12), st.data())
def test_an_edit_of_unique_lines_replaces_them_and_nothing_else(lines: list[str], data: st.DataObject) -> None:
    lines = [f"{number} {text}|" for number, text in enumerate(lines)]
    start = data.draw(st.integers(0, len(lines) - 1))
    end = data.draw(st.integers(start + 1, len(lines)))
    new = data.draw(st.lists(line, max_size=3))
    edits = (Edit("a", tuple(lines[start:end]), tuple(new)),)
    assert apply_edits((("a", "\n".join(lines)),), edits) == (("a", "\n".join([*lines[:start], *new, *lines[end:]])),)


@given(st.text(max_size=200))
def test_no_text_breaks_the_readers(text: str) -> None:
    for reader in (lambda it: read_edits(it, "a.py"), named_parts):
        try:
            reader(text)
        except EditError:
            continue


def test_files_are_named_outside_of_fences_only() -> None:
    text = "FILE: a.py\n```python\n# file: c.py\nx\n```\n**File: `lib/b.py`**\n\n~~~\ny\n~~~\n"
    parts = named_parts(text)
    assert [name for name, _ in parts] == ["a.py", "lib/b.py"]
    assert "# file: c.py" in parts[0][1]
    assert named_parts("profile: a.py is\nfile a.py\n") == [("a.py", "")]
