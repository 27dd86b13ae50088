"""The scripts of a page are whole by themselves: a checker reads them where there is one."""

import shutil
import subprocess

import pytest

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


def test_neither_script_nor_style_can_end_its_own_element() -> None:
    assert "</" not in script().replace("</g", "")
    assert "</" not in style()


def test_the_policy_takes_further_directives() -> None:
    assert policy("connect-src 'self'").endswith("form-action 'none'; connect-src 'self'")
