"""The scripts of a page are whole by themselves: a checker reads them where there is one."""

import json
import random
import shutil
import subprocess
from importlib.resources import files

import pytest

from solon.report.charts import figure
from solon.report.embed import policy, script, style

NODE = shutil.which("node")


def test_the_scripts_parse() -> None:
    if NODE is None:
        pytest.skip("node is missing; the browser tests run the same scripts")
    done = subprocess.run([NODE, "--check", "-"], input=script(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_checker_would_reject_a_broken_script() -> None:
    if NODE is None:
        pytest.skip("node is missing; the browser tests run the same scripts")
    done = subprocess.run([NODE, "--check", "-"], input=f"{script()}\n}}", capture_output=True, text=True, check=False)
    assert done.returncode != 0


def test_figures_are_the_same_in_both_languages() -> None:
    if NODE is None:
        pytest.skip("node is missing; the browser tests run the same scripts")
    dice = random.Random(1)
    values = [0.0, -0.0, -0.001, 1000.5, -1001.5, 1e6, 1.125e6, 9.9949e-4, 5e-324, 1e300, 999.95, 123456.5]
    values += [dice.choice((1, -1)) * 10 ** dice.uniform(-8, 9) for _ in range(500)]
    values += [dice.randrange(-24_000, 24_000) / 8 for _ in range(500)]
    base = files("solon.report").joinpath("base.js").read_text("utf-8")
    code = f"{base}\nconsole.log(JSON.stringify({values}.map(Solon.precise)));"
    done = subprocess.run([NODE, "-"], input=code, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == list(map(figure, values))


def test_neither_script_nor_style_can_end_its_own_element() -> None:
    assert "</" not in script().replace("</g", "")
    assert "</" not in style()


def test_the_policy_takes_further_directives() -> None:
    assert policy("connect-src 'self'").endswith("form-action 'none'; connect-src 'self'")
