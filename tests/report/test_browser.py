"""The page in a headless Chromium: nothing leaves it, nothing goes wrong, and the keyboard is enough."""

import base64
import random
import re
import zlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec import structs

from report.runs import Made, episode, keep_peace, many, recordings, write_run
from report.test_page import HOSTILE, hostile_run
from solon.contract import Figure, Finding
from solon.playback import Exhibit
from solon.report import player_page, write_report
from solon.report.charts import figure
from solon.report.page import Shown

pytestmark = pytest.mark.browser


def until(page: Any, selector: str, pattern: str) -> None:
    """Wait for a text; the page's own policy forbids to wait for an expression."""
    page.locator(selector).filter(has_text=re.compile(pattern)).first.wait_for(state="attached")


def ready(page: Any) -> Any:
    page.wait_for_selector("#selected h4")
    return page


def test_a_candidate_is_selected_and_its_difference_to_the_parent_is_read(opened: Any, run: SimpleNamespace) -> None:
    page = ready(opened(run.path))
    assert page.locator("#selected h4").inner_text() == "Candidate 5, the winner"
    page.locator('[data-candidate="4"]').click()
    page.get_by_role("tab", name="Difference").click()
    shown = page.locator(".diff").inner_text()
    assert "- " in shown
    assert "-     chosen = 0" in shown
    assert "+     chosen = 4" in shown
    assert "unchanged lines" in shown
    page.locator("#rival").select_option(label="the control arm stand still")
    assert "-     return 7" in page.locator(".diff").inner_text()
    page.locator('[data-candidate="1"]').click()
    page.get_by_role("tab", name="Fault").click()
    assert "it divided by nothing" in page.locator("#detail-panel").inner_text()
    assert "ZeroDivisionError" in page.locator("#detail-panel").inner_text()


def test_a_dot_of_the_graph_is_selected_by_clicking_it(opened: Any, run: SimpleNamespace) -> None:
    page = ready(opened(run.path))
    page.locator('[data-candidate="1"]').click()
    until(page, "#selected h4", "^Candidate 1$")
    box = page.locator(".graph .crown").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    until(page, "#selected h4", "^Candidate 5")


def test_the_list_shows_what_is_asked_for(opened: Any, run: SimpleNamespace) -> None:
    page = ready(opened(run.path))
    numbers = "els => els.map(it => it.dataset.candidate)"
    page.get_by_label("Which candidates to list").select_option("best")
    assert page.eval_on_selector_all("[data-candidate]", numbers) == ["5", "4", "3", "0", "2"]
    page.get_by_label("Which candidates to list").select_option(label="Rejected: raised (1)")
    assert page.eval_on_selector_all("[data-candidate]", numbers) == ["1"]


INK = """canvas => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.reduce(
    (sum, value, place) => sum + (place % 4 === 3 && value > 0), 0)"""
"""How many pixels of a canvas are drawn on."""


@pytest.mark.parametrize("width", [375, 1100])
def test_charts_are_drawn_for_every_metric_the_rounds_and_the_returns(
    opened: Any, run: SimpleNamespace, width: int
) -> None:
    page = ready(opened(run.path, width=width))
    for selector in ("#metrics .means canvas", "#search .rounds canvas", ".board .returns canvas"):
        page.locator(selector).first.wait_for()
        assert page.locator(selector).count() == page.locator(selector.removesuffix(" canvas")).count()
        assert all(
            page.locator(selector).nth(place).evaluate(INK) > 100 for place in range(page.locator(selector).count())
        )
    rows = page.locator("#metrics .means").first.locator("li")
    canvas = page.locator("#metrics .means canvas").first.bounding_box()
    first, last = rows.first.bounding_box(), rows.last.bounding_box()
    assert canvas["y"] < first["y"] + first["height"]
    assert last["y"] + last["height"] < canvas["y"] + canvas["height"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_chart_takes_the_colours_of_the_theme(opened: Any, run: SimpleNamespace) -> None:
    page = ready(opened(run.path))
    page.locator("#search .rounds canvas").wait_for()
    inked = "canvas => canvas.parentElement.chart.data.datasets[0].borderColor"
    before = page.locator("#search .rounds canvas").evaluate(inked)
    page.locator("#theme").click()
    page.wait_for_timeout(50)
    assert page.locator("#search .rounds canvas").count() == 1
    assert page.locator("#search .rounds canvas").evaluate(inked) != before


def test_a_place_under_the_pointer_is_told_in_figures(opened: Any, run: SimpleNamespace) -> None:
    page = ready(opened(run.path))
    canvas = page.locator("#search .rounds canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + box["width"] - 60, box["y"] + 60)
    told = canvas.evaluate(
        "({ parentElement: { chart: { tooltip } } }) => [...tooltip.title, ...tooltip.body.flatMap((one) => one.lines)]"
    )
    assert told == ["round 2", "1 valid, 0 rejected", "best of these 1", "best so far 1"]


def test_figures_are_the_same_in_python_and_on_the_page(opened: Any, run: SimpleNamespace) -> None:
    dice = random.Random(1)
    values = [0.0, -0.0, -0.001, 1000.5, -1001.5, 1e6, 1.125e6, 9.9949e-4, 5e-324, 1e300, 999.95, 123456.5]
    values += [dice.choice((1, -1)) * 10 ** dice.uniform(-8, 9) for _ in range(500)]
    values += [dice.randrange(-24_000, 24_000) / 8 for _ in range(500)]
    page = ready(opened(run.path))
    assert page.evaluate("values => values.map(Solon.precise)", values) == list(map(figure, values))


def test_a_click_on_the_returns_goes_to_that_step(opened: Any, run: SimpleNamespace) -> None:
    page = ready(opened(run.path))
    drawn = page.locator(".board .returns").first
    drawn.locator("canvas").wait_for()
    box = drawn.bounding_box()
    page.mouse.click(box["x"] + 42 + (box["width"] - 42) / 2, box["y"] + 40)
    until(page, ".controls output", "^step 6 of 12$")
    mark = drawn.locator("i").bounding_box()
    assert abs(mark["x"] - (box["x"] + 42 + (box["width"] - 42) / 2)) < 3


def test_a_library_that_was_changed_does_not_run(chromium: Any, run: SimpleNamespace, tmp_path: Path) -> None:
    page_text = run.path.read_text()
    block = re.search(r'id="library">([^<]+)<', page_text)
    assert block is not None
    changed = base64.b64encode(
        zlib.compress(b"window.Chart = class { constructor() { document.title = 'owned'; } };")
    ).decode()
    (tmp_path / "page.html").write_text(page_text.replace(block[1], changed))
    page = chromium.new_page()
    said: list[str] = []
    page.on("console", lambda it: said.append(it.text))
    page.goto((tmp_path / "page.html").as_uri())
    page.wait_for_selector("#selected h4")
    page.wait_for_timeout(200)
    assert "owned" not in page.title()
    assert any("Content Security Policy" in it for it in said)
    page.close()


def test_a_replay_is_played_to_its_end_and_compared_with_another(opened: Any, run: SimpleNamespace) -> None:
    page = ready(opened(run.path))
    assert page.locator(".board").count() == 2
    page.get_by_label("Speed").select_option("400")
    page.get_by_role("button", name="Play").click()
    until(page, ".controls output", "^step 12 of 12$")
    totals = page.locator(".board .total").all_inner_texts()
    assert totals == ["return 4", "return 1"]
    assert page.get_by_role("button", name="Play").is_visible()
    assert page.locator(".stories p").all_text_contents() == ["this program", "control: stand still"]
    page.get_by_label("side by side").uncheck()
    assert page.locator(".board").count() == 1
    page.get_by_label("Program to watch").select_option("1")
    until(page, ".board .total", "^return 1$")
    page.get_by_text("What happened, in words").click()
    page.get_by_role("button", name="step 4").click()
    assert page.locator(".controls output").inner_text() == "step 4 of 12"


def test_boards_are_drawn_as_the_frames_say(opened: Any, run: SimpleNamespace) -> None:
    page = ready(opened(run.path))
    colour = """([column, row]) => {
      const canvas = document.querySelector(".board canvas"), side = Math.floor(Math.min(canvas.clientWidth / 7, 40));
      const left = Math.floor((canvas.clientWidth - 7 * side) / 2);
      const context = canvas.getContext("2d");
      return [...context.getImageData(left + (column + 0.5) * side, (row + 0.5) * side, 1, 1).data].slice(0, 3);
    }"""
    apple = page.evaluate(colour, [3, 1])
    assert apple == [79, 157, 58]
    page.locator(".controls input[type=range]").fill("4")
    assert page.evaluate(colour, [3, 1]) != apple
    assert page.evaluate(colour, [0, 0]) == [119, 128, 140]


def test_the_keyboard_is_enough(opened: Any, run: SimpleNamespace) -> None:
    page = ready(opened(run.path))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.get_by_role("group", name="Replay").focus()
    for key, step in (("ArrowRight", 1), ("Shift+ArrowRight", 11), ("Home", 0), ("End", 12), ("ArrowLeft", 11)):
        page.keyboard.press(key)
        assert page.locator(".controls output").inner_text() == f"step {step} of 12"
    page.keyboard.press("Home")
    page.keyboard.press("Space")
    until(page, ".controls output", "^step 12 of 12$")
    page.locator(".graph").focus()
    for key, number in (("p", 4), ("ArrowUp", 5), ("Home", 0), ("c", 3), ("ArrowRight", 4), ("ArrowDown", 3), ("w", 5)):
        page.keyboard.press(key)
        until(page, "#selected h4", rf"^Candidate {number}\b")
    page.get_by_role("tab", name="Source").focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.textContent") == "Difference"
    assert page.locator(".diff").is_visible()


def test_every_focus_can_be_seen_and_every_control_has_a_name(opened: Any, run: SimpleNamespace) -> None:
    page = ready(opened(run.path))
    nameless = page.evaluate(
        """() => [...document.querySelectorAll("button, select, input, [tabindex='0']")].filter((it) =>
          !(it.textContent.trim() || it.getAttribute("aria-label") || it.labels?.length)).map((it) => it.outerHTML)"""
    )
    assert nameless == []
    page.locator(".graph").focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_theme_is_the_systems_until_the_reader_chooses(opened: Any, run: SimpleNamespace, scheme: str) -> None:
    page = ready(opened(run.path, scheme=scheme))
    ground = "getComputedStyle(document.body).backgroundColor"
    colours = {"light": "rgb(251, 251, 249)", "dark": "rgb(20, 24, 29)"}
    assert page.evaluate(ground) == colours.pop(scheme)
    page.locator("#theme").click()
    assert page.evaluate(ground) == next(iter(colours.values()))


def test_a_phone_scrolls_only_down(opened: Any, run: SimpleNamespace) -> None:
    page = ready(opened(run.path, width=375))
    assert page.evaluate("document.documentElement.scrollWidth") == 375
    for tab in ("Source", "Difference", "Scores"):
        page.get_by_role("tab", name=tab).click()
        assert page.evaluate("document.documentElement.scrollWidth") == 375


def test_names_without_an_end_do_not_widen_a_phone(opened: Any, tmp_path: Path) -> None:
    endless = "x" * 400
    made = [
        Made(endless, 0.5, operator=endless, holes={endless: endless}, finding=Finding("k", "alarm", endless, endless))
    ]
    figures = [Figure("published", endless, {"score": 1.0}, endless)]
    bundle = write_run(tmp_path / "run", [made], task=endless, figures=figures)
    found = recordings(bundle, ["winner", "control:stand_still"], words=endless)
    page = ready(opened(write_report(bundle.folder, recordings=found), width=375))
    assert page.evaluate("document.documentElement.scrollWidth") == 375


def test_nothing_that_others_wrote_runs(opened: Any, tmp_path: Path) -> None:
    bundle = hostile_run(tmp_path / "run")
    found = recordings(bundle, ["winner"], words=HOSTILE)[0]
    panel = Exhibit(HOSTILE, HOSTILE, (HOSTILE,), (HOSTILE,), ((HOSTILE,),))
    found = structs.replace(found, recording=structs.replace(found.recording, exhibits=(panel,)))
    page = ready(opened(write_report(bundle.folder, recordings=[found])))
    page.get_by_role("tab", name="Prompt").click()
    assert page.locator(".said").all_text_contents() == [HOSTILE, HOSTILE]
    page.get_by_role("tab", name="Reply").click()
    assert page.locator(".said").text_content() == HOSTILE
    for number in (0, 1, 2):
        page.locator(f'[data-candidate="{number}"]').click()
        until(page, "#selected h4", rf"^Candidate {number}\b")
        for tab in page.get_by_role("tab").all():
            tab.click()
    page.get_by_text("What happened, in words").click()
    page.locator(".controls input[type=range]").fill("8")
    assert page.locator("img").count() == 0
    assert HOSTILE in page.locator(".board .caption").text_content()


def test_an_episode_without_a_board_tells_its_steps(opened: Any, tmp_path: Path) -> None:
    path = tmp_path / "player.html"
    path.write_text(player_page("walk", [Shown("a program", 0, episode(board=False))]))
    page = opened(path)
    page.wait_for_selector(".steps li")
    page.get_by_role("group", name="Replay").focus()
    page.keyboard.press("End")
    assert page.locator(".steps [aria-current]").inner_text().split("\n") == ["12", "step of the walk 12"]


def test_two_boards_that_do_not_start_alike_say_so(opened: Any, tmp_path: Path) -> None:
    words = "do not start alike"
    one = episode()
    other = structs.replace(one, frames=(structs.replace(one.frames[0], added={"apple": (9,)}), *one.frames[1:]))
    for name, second in (("same", one), ("other", other)):
        path = tmp_path / f"{name}.html"
        path.write_text(player_page("walk", [Shown("a", 0, one), Shown("b", 0, second)]))
        page = opened(path)
        page.wait_for_selector(".boards")
        assert page.get_by_text(words).is_visible() is (name == "other")


def test_who_violates_a_constraint_is_told_apart(opened: Any, tmp_path: Path) -> None:
    bundle = write_run(tmp_path / "run", [[Made("a = 1\n", 0.9, peace=-1.0), Made("b = 1\n", 0.5)]], winner=1)
    keep_peace(bundle)
    page = ready(opened(write_report(bundle.folder)))
    assert "violates" in page.locator('[data-candidate="0"]').inner_text()
    page.locator('[data-candidate="0"]').click()
    until(page, "#selected dd", "^violated on a search seed$")
    page.get_by_label("Which candidates to list").select_option("best")
    assert page.eval_on_selector_all("[data-candidate]", "els => els.map(it => it.dataset.candidate)") == ["1", "0"]


def test_a_thousand_candidates_open_with_the_telling_ones_and_load_the_others_when_asked(
    opened: Any, tmp_path: Path
) -> None:
    write_run(tmp_path / "run", many(1000, lines=30), winner=960)
    page = ready(opened(write_report(tmp_path / "run")))
    assert page.locator("[data-candidate]").count() <= 60
    page.get_by_label("Which candidates to list").select_option("all")
    page.get_by_role("button", name="940 more").click()
    page.locator('[data-candidate="177"]').click()
    until(page, "#selected h4", "^Candidate 177$")
    assert "Variation 177" in page.locator("#detail-panel").inner_text()


@pytest.mark.slow
def test_ten_thousand_candidates_stay_under_eight_megabytes_and_open_in_two_seconds(
    opened: Any, tmp_path: Path
) -> None:
    write_run(tmp_path / "run", many(10_000), winner=9_600)
    path = write_report(tmp_path / "run")
    assert path.stat().st_size < 8_000_000
    page = ready(opened(path))
    assert page.evaluate("performance.now()") < 2_000
    page.locator(".graph").focus()
    page.keyboard.press("End")
    until(page, "#selected h4", "^Candidate 9999$")
