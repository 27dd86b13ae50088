"""``solon view`` in a headless Chromium: list, open, compare, follow; nothing goes wrong, nothing leaves loopback."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from report.runs import Made, many, write_run
from solon.cli.tables import interval
from solon.engine import Bundle, Estimate
from solon.view.server import Server

pytestmark = pytest.mark.browser
Serve = Callable[[Path], Server]
HOSTILE = "</script><img src=x onerror=alert(1)>"


def runs(page: Any) -> list[str]:
    page.wait_for_selector("tr[data-run]")
    return page.eval_on_selector_all("tr[data-run]", "rows => rows.map(it => it.dataset.run)")


def test_the_list_is_filtered_and_sorted_and_forgets_the_token(folder: Path, serve: Serve, opened: Any) -> None:
    server = serve(folder)
    page = opened(server)
    assert set(runs(page)) == {"one", "two", "deep/three", "four"}
    assert server.token not in page.url
    page.get_by_role("button", name="objective").click()
    assert runs(page) == ["two", "deep/three", "one", "four"]
    page.get_by_role("button", name="objective").click()
    assert runs(page) == ["four", "one", "deep/three", "two"]
    assert page.locator("th[aria-sort]").get_attribute("data-column") == "objective"
    page.get_by_label("Filter the runs").fill("openai toy")
    assert runs(page) == ["two"]
    assert "1 alarm" in page.locator("tr[data-run]").inner_text()
    page.get_by_label("Filter the runs").fill("")
    page.get_by_label("Status").select_option("failed")
    assert runs(page) == ["four"]


def test_figures_are_rounded_as_on_the_terminal(folder: Path, serve: Serve, opened: Any) -> None:
    page = opened(serve(folder))
    cases = [
        (12 / 13, 12 / 13, 12 / 13 + 6.7e-16),
        (0.125, 0.0, 0.25),
        (0, 0, 0),
        (-0.001, -0.002, 0),
        (123.45, 100, 147),
    ]
    for mean, low, high in cases:
        assert page.evaluate(f"Solon.interval({mean}, {low}, {high})") == interval(Estimate(mean, low, high, ()))


def test_a_run_is_opened_and_the_way_leads_back(folder: Path, serve: Serve, opened: Any) -> None:
    page = opened(serve(folder))
    page.get_by_role("link", name="one", exact=True).click()
    page.wait_for_selector("#selected h4")
    page.get_by_role("link", name="All runs").click()
    assert "one" in runs(page)


def test_two_runs_are_compared(folder: Path, serve: Serve, opened: Any) -> None:
    page = opened(serve(folder))
    runs(page)
    page.get_by_label("Choose one").check()
    page.get_by_label("Choose two").check()
    page.get_by_role("button", name="Compare 2 runs").click()
    page.wait_for_selector("#sources .diff")
    assert "two minus one" in page.locator("#differences").inner_text()
    assert "+    return 2" in page.locator(".diff").inner_text()
    assert page.locator("#metrics .means li").count() >= 4
    assert page.locator("#metrics canvas").count() == page.locator("#metrics .means").count()


def test_the_keyboard_is_enough(folder: Path, serve: Serve, opened: Any) -> None:
    page = opened(serve(folder))
    runs(page)
    page.keyboard.press("/")
    page.keyboard.type("toy finished")
    assert set(runs(page)) == {"one", "two"}
    page.keyboard.press("ArrowDown")
    page.keyboard.press("x")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("x")
    page.keyboard.press("c")
    page.wait_for_selector("#sources")
    page.get_by_role("link", name="All runs").focus()
    page.keyboard.press("Enter")
    runs(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector("#result, #live")


def test_the_list_and_the_page_of_a_growing_run_are_live(tmp_path: Path, serve: Serve, opened: Any) -> None:
    folder = tmp_path / "runs"
    bundle: Bundle = write_run(folder / "going", [[Made("a = 1\n", 0.5)], [Made("b = 1\n", 0.75, (0,), "breed")]])
    journal, card = bundle.folder / "journal.jsonl", bundle.folder / "card.json"
    lines, claim = journal.read_bytes().splitlines(keepends=True), card.read_bytes()
    card.unlink()
    journal.write_bytes(b"".join(lines[:2]))
    server = serve(folder)
    with bundle.locked():
        page = opened(server)
        page.locator("tr.running a").click()
        page.locator(".headline").filter(has_text="0.50").wait_for()
        assert "searching, round 1" in page.get_by_role("status").inner_text()
        with journal.open("ab") as file:
            file.writelines(lines[2:4])
        page.locator(".headline").filter(has_text="0.75").wait_for()
        assert "breed" in page.locator("table").inner_text()
        page.locator(".rise canvas").wait_for()
        with journal.open("ab") as file:
            file.writelines(lines[4:])
        page.get_by_role("status").filter(has_text="judging on sealed seeds").wait_for()
        card.write_bytes(claim)
    page.get_by_role("link", name="Open the report").click()
    page.wait_for_selector("#selected h4")


def test_a_run_that_stopped_says_how_to_go_on(folder: Path, serve: Serve, opened: Any) -> None:
    (folder / "one" / "card.json").unlink()
    page = opened(serve(folder), "/run/one")
    page.get_by_role("status").filter(has_text=re.compile("interrupted.*solon resume")).wait_for()


def test_a_candidate_that_the_page_leaves_out_is_fetched_when_it_is_asked_for(
    tmp_path: Path, serve: Serve, opened: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("solon.report.page._DETAILS_BYTES", 1_000)
    write_run(tmp_path / "runs" / "large", many(120), winner=119)
    page = opened(serve(tmp_path / "runs"), "/run/large")
    page.wait_for_selector("#selected h4")
    with page.expect_response(re.compile("/candidate/large/")) as asked:
        page.get_by_label("Which candidates to list").select_option("all")
        for number in range(0, 120, 7):
            if page.locator(f'[data-candidate="{number}"]').count():
                page.locator(f'[data-candidate="{number}"]').click()
    assert asked.value.ok
    page.get_by_role("tab", name="Source").wait_for()


def test_nothing_hostile_runs_on_any_page(tmp_path: Path, serve: Serve, opened: Any) -> None:
    folder = tmp_path / "runs"
    name = "x<img src=x onerror=alert(1)>"
    for place in (name, "plain"):
        write_run(folder / place, [[Made(HOSTILE + place, 0.5, operator=HOSTILE)]], task=HOSTILE, proposer=HOSTILE)
    write_run(folder / "going", [[Made(HOSTILE, 0.5, operator=HOSTILE)]], task=HOSTILE)
    (folder / "going" / "card.json").unlink()
    page = opened(serve(folder))
    assert set(runs(page)) == {name, "plain", "going"}
    assert page.locator("img").count() == 0
    page.get_by_label(f"Choose {name}").check()
    page.get_by_label("Choose plain").check()
    page.keyboard.press("c")
    page.wait_for_selector("#sources")
    assert page.locator("img").count() == 0
    page.get_by_role("link", name=name).click()
    page.wait_for_selector("#selected h4")
    assert page.locator("img").count() == 0
    page.get_by_role("link", name="All runs").click()
    page.get_by_role("link", name="going").click()
    page.locator("table").filter(has_text=HOSTILE).wait_for()
    assert page.locator("img").count() == 0


def test_the_list_fits_a_phone(folder: Path, serve: Serve, opened: Any) -> None:
    page = opened(serve(folder), width=375)
    runs(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    assert page.evaluate(
        "document.querySelector('.runs').scrollWidth <= document.querySelector('.runs').parentElement.clientWidth"
    )
    assert page.get_by_text("1 alarm").locator("visible=true").count() == 1
