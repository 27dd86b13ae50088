"""Cedar decides like the evaluator on the common subset; its engine is an extra."""

import importlib.util
import random

import pytest

from solon.tasks.guard.access import cedar, evaluate, templates
from solon.tasks.guard.access.model import Request
from solon.tasks.guard.access.space import Unsupported, cut
from solon.tasks.guard.access.templates import draw

INSTALLED = importlib.util.find_spec("cedarpy") is not None


def test_what_cedar_cannot_say_is_an_error() -> None:
    wrong = 0
    for number in range(40):
        try:
            assert cedar.translate(draw(number)).count("when") == 2
        except Unsupported:
            wrong += 1
    assert 0 < wrong < 40


@pytest.mark.skipif(INSTALLED, reason="Cedar is installed")
def test_without_the_engine_the_error_says_what_to_install() -> None:
    with pytest.raises(cedar.MissingCedar, match="solon\\[cedar\\]"):
        cedar.allows("", Request("s3:GetObject"))


@pytest.mark.skipif(not INSTALLED, reason="the extra cedar is not installed: pip install 'solon[cedar]'")
def test_cedar_decides_like_the_evaluator() -> None:
    dice = random.Random(1)
    for number in range(60):
        policy = templates.draw(number)
        try:
            text = cedar.translate(policy)
        except Unsupported:
            continue
        request = dice.choice(cut([policy], bound=None).regions).request
        if all(len(found) == 1 for found in request.context.values()):
            assert cedar.allows(text, request) == evaluate.allows(policy, request)


@pytest.mark.skipif(not INSTALLED, reason="the extra cedar is not installed: pip install 'solon[cedar]'")
def test_a_rule_that_errs_denies() -> None:
    text = 'permit(principal, action, resource);\nforbid(principal, action, resource) when { context.absent == "x" };'
    assert not cedar.allows(text, Request("s3:GetObject"))
