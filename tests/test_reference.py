"""The reference names every field that the commands print."""

from pathlib import Path

import pytest

from solon.api import Evaluation
from solon.assembly import Ceiling
from solon.engine import Card
from solon.evidence import Comparison, Verification

TEXT = (Path(__file__).parents[1] / "docs/reference/json.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", [Evaluation, Card, Verification, Comparison, Ceiling])
def test_every_field_is_documented(kind: type) -> None:
    missing = [name for name in kind.__struct_fields__ if f"`{name}`" not in TEXT]
    assert not missing
