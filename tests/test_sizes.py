"""The size check rejects what it must."""

from pathlib import Path

from sizes import oversized


def test_a_long_file_and_a_long_function_are_named() -> None:
    text = "def f():\n" + "    x = 1\n" * 700
    found = oversized(Path("a.py"), text)
    assert any("701 lines, at most 600" in line for line in found)
    assert any("f has 701 lines" in line for line in found)


def test_the_contract_has_a_budget_of_its_own() -> None:
    assert oversized(Path("contract.py"), "\n" * 251)
    assert not oversized(Path("contract.py"), "\n" * 250)
