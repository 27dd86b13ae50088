"""The choice of a level, from what a probe reports."""

import pytest

from solon.contract import InfrastructureError
from solon.sandbox import WARNINGS, levels

REFUSED = "namespaces: Operation not permitted"


def machine(monkeypatch: pytest.MonkeyPatch, **reasons: str) -> None:
    monkeypatch.setattr(levels.wasm, "missing", lambda: "no package")
    names = {"full": "", "no-namespaces": "", "process": ""}
    reasons = {name.replace("_", "-"): reason for name, reason in reasons.items()}
    probed = levels._Probed(reasons=names | reasons, landlock=0)
    monkeypatch.setattr(levels, "_probe", lambda: probed)


def test_auto_takes_the_best_level(monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch)
    assert levels.choose("auto") == "full"


def test_auto_does_without_namespaces_where_a_container_refuses_them(monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch, full=REFUSED)
    assert levels.choose("auto") == "no-namespaces"


def test_auto_never_takes_an_unsafe_level(monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch, full=REFUSED, no_namespaces="seccomp: Invalid argument")
    with pytest.raises(InfrastructureError, match=r"\(seccomp: Invalid argument\).*'process'"):
        levels.choose("auto")
    assert levels.choose("process") == "process"
    assert levels.choose("none") == "none"


def test_a_level_that_does_not_hold_is_refused_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch, full=REFUSED)
    with pytest.raises(InfrastructureError, match="Operation not permitted"):
        levels.choose("full")


def test_an_unknown_level_is_an_error_that_lists_the_known(monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch)
    with pytest.raises(ValueError, match="no-namespaces"):
        levels.choose("gaol")


def test_the_survey_names_every_rung_and_why_one_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch, full=REFUSED)
    rows = {level: (available, reason) for level, available, reason in levels.survey()}
    assert list(rows) == ["A", "B", "C", "D", "none"]
    assert rows["A"] == (False, f"full: {REFUSED}")
    assert rows["B"][0]
    assert "no Landlock here" in rows["B"][1]
    assert rows["C"] == (False, "wasm: no package")


def test_the_survey_says_where_runs_cannot_be_equal_to_the_last_address(monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch)
    assert "addresses are random" in levels.survey()[0].reason
    assert not levels.addresses_are_fixed()


def test_a_machine_that_is_no_linux_offers_none_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(levels.sys, "platform", "darwin")
    monkeypatch.setattr(levels.wasm, "missing", lambda: "no package")
    levels._probe.cache_clear()
    try:
        assert [row.level for row in levels.survey() if row.available] == ["none"]
        with pytest.raises(InfrastructureError, match="needs Linux"):
            levels.choose("auto")
    finally:
        levels._probe.cache_clear()


def test_the_levels_that_protect_less_come_with_a_warning() -> None:
    assert set(WARNINGS) == {"process", "none"}
    assert all(text.startswith("WARNING: ") for text in WARNINGS.values())


def test_pinning_binds_to_one_core_counted_round() -> None:
    import os

    before = os.sched_getaffinity(0)
    try:
        levels.pin_to_core(len(before) + 1)
        assert len(os.sched_getaffinity(0)) == 1
    finally:
        os.sched_setaffinity(0, before)
