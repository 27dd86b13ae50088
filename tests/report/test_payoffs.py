"""The payoff matrix as a drawing."""

from xml.etree import ElementTree

from solon.engine import estimate
from solon.report.payoffs import payoff_matrix


def words(drawing: str) -> list[str]:
    return [it.text or "" for it in ElementTree.fromstring(drawing).iter("{http://www.w3.org/2000/svg}text")]


def test_every_cell_has_its_mean_and_half_of_its_interval() -> None:
    cells = ((estimate([1.0, 3.0]), estimate([5.0])), (None, estimate([-1.0, -1.0])))
    found = words(payoff_matrix(["<one>", "two"], cells, title="A & B"))
    assert {"A & B", "1  <one>", "2  two", "against 1", "against 2", "2.0", "5.0", "-1.0", "± 0.0", "invalid"} <= set(
        found
    )
    assert "± 12.7" in found


def test_equal_payoffs_and_long_names_are_drawn() -> None:
    drawing = payoff_matrix(["x" * 90, "b"], ((estimate([1.0]),) * 2,) * 2, title="equal")
    assert "nan" not in drawing
    assert any(text.startswith("1  ...xxx") for text in words(drawing))
