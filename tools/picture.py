"""Take the picture of the report for README and the site.

Run: solon report RUN; python tools/picture.py RUN docs/images/report.png
Needs Playwright and a Chromium; where it is, says $CHROMIUM (default /usr/bin/chromium).
"""

import os
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

SIZE = {"width": 1280, "height": 985}
STEP = 400  # of the episode that is shown playing


def take(report: Path, picture: Path) -> None:
    """Write a picture of the first screen of a report, in light colours."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport=SIZE, color_scheme="light", device_scale_factor=1.5)
        page.goto(report.resolve().as_uri())
        slider = page.locator("#player input[type=range]").first
        slider.evaluate(
            "(it, step) => { it.value = step; it.dispatchEvent(new Event('input', { bubbles: true })); }", STEP
        )
        page.evaluate("window.scrollTo(0, 0)")
        page.screenshot(path=str(picture))
        browser.close()


if __name__ == "__main__":
    take(Path(sys.argv[1]) / "report.html", Path(sys.argv[2]))
