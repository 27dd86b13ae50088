"""Processes are killed, interrupted and starved of space, anywhere: what they leave is resumed to the same bytes."""

import functools
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from counting import start
from disaster import ROOT, Ended, Rehearsal, contents, fill
from model.server import Server
from solon.contract import InfrastructureError
from solon.engine import seeds
from solon.journal import Damaged, Log

TASK = f"{Path(__file__).parents[1] / 'toys.py'}:Sorting"
USUAL = ("--seeds", "2", "--seed", str(ROOT), "--workers", "1", "--isolation", "none", "--quiet", "--out", "run")
OFFLINE = ("run", TASK, "--strategy", "race:batch=2", "--rounds", "2", *USUAL)
RESUME = ("resume", "run", "--workers", "1", "--quiet")
MOST = 200  # more records and writes than any of these runs has


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    with Rehearsal(tmp_path_factory.mktemp("rehearsal")) as it:
        yield it


@pytest.fixture(scope="module")
def whole(rehearsal: Rehearsal) -> dict[str, bytes]:
    """Every file of the run that nothing has disturbed."""
    assert rehearsal.solon("whole", *OFFLINE).code == 0
    return contents(rehearsal.folder / "whole/run")


def records(files: dict[str, bytes]) -> int:
    return files["journal.jsonl"].count(b"\n")


def go_on(rehearsal: Rehearsal, folder: str, *arguments: str) -> dict[str, bytes]:
    """Resume the run, or start it again if it had not begun; return its files."""
    begun = (rehearsal.folder / folder / "run/run.json").exists()
    ended = rehearsal.solon(folder, *(RESUME if begun else arguments))
    assert ended.code == 0, ended
    return contents(rehearsal.folder / folder / "run")


def test_two_undisturbed_runs_are_the_same_to_the_last_byte(rehearsal: Rehearsal, whole: dict[str, bytes]) -> None:
    """Otherwise the comparisons below would show nothing."""
    assert rehearsal.solon("again", *OFFLINE).code == 0
    assert contents(rehearsal.folder / "again/run") == whole
    assert whole.keys() >= {"run.json", "journal.jsonl", "card.json", "report.html", "policy/policy.py", "timing.json"}
    assert records(whole) >= 10


def test_a_run_killed_after_any_record_resumes_to_the_same_bytes(rehearsal: Rehearsal, whole: dict[str, bytes]) -> None:
    for number in range(1, records(whole) + 1):
        folder = f"killed-{number}"
        assert rehearsal.solon(folder, *OFFLINE, disaster="killed", at=number).code == -9
        left = contents(rehearsal.folder / folder / "run")
        assert records(left) == number
        assert "card.json" not in left
        assert go_on(rehearsal, folder) == whole, number


@pytest.mark.slow
def test_a_run_killed_after_any_change_of_a_file_resumes_to_the_same_bytes(rehearsal: Rehearsal) -> None:
    short = (*OFFLINE[:2], "--strategy", "best-of-n:n=2,seeds=1", *USUAL)
    assert rehearsal.solon("short", *short).code == 0
    whole = contents(rehearsal.folder / "short/run")
    for number in range(1, MOST):
        folder = f"anywhere-{number}"
        if rehearsal.solon(folder, *short, disaster="killed anywhere", at=number).code == 0:
            assert number > 2 * records(whole)
            return
        assert go_on(rehearsal, folder, *short) == whole, number
    pytest.fail("the run never ends")


def answer(body: dict) -> str:
    """Sort more numbers with every turn."""
    shown = re.findall(r"numbers\[:(\d+)\]", body["messages"][1]["content"])
    cut = max(map(int, shown), default=1) + 3
    return f"```python\ndef policy(numbers):\n    return sorted(numbers[:{cut}]) + numbers[{cut}:]\n```"


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[tuple[Rehearsal, Server]]:
    monkeypatch.setenv("LOCAL_API_KEY", "sk-loopback")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Server(text=answer) as server, Rehearsal(tmp_path) as rehearsal:
        yield rehearsal, server


@pytest.mark.slow
def test_a_run_with_a_model_killed_after_any_record_pays_for_no_call_twice(
    provider: tuple[Rehearsal, Server],
) -> None:
    rehearsal, server = provider
    arguments = ("run", TASK, "--proposer", f"local:{server.url}#tester", "--rounds", "3", *USUAL)
    assert rehearsal.solon("whole", *arguments).code == 0
    whole, calls = contents(rehearsal.folder / "whole/run"), server.whole
    assert calls == 3
    assert sum(name.startswith("calls/calls/") for name in whole) == calls
    for number in range(1, records(whole) + 1):
        assert rehearsal.solon(f"{number}", *arguments, disaster="killed", at=number).code == -9
        assert go_on(rehearsal, f"{number}") == whole, number
        assert server.whole == calls * (number + 1)


def told(ended: Ended, code: int, *parts: str) -> None:
    """The last line of standard error is one sentence that holds the parts, whatever was said before it."""
    assert ended.code == code, ended
    assert "Traceback" not in ended.err
    last = ended.err.splitlines()[-1]
    assert last.startswith("solon: ")
    for part in parts:
        assert part in last


@pytest.mark.parametrize("place", ["the first record", "the search", "the final judging", "the last record", "report"])
def test_an_interrupt_anywhere_says_how_to_go_on(rehearsal: Rehearsal, whole: dict[str, bytes], place: str) -> None:
    last = records(whole)
    number = {"the first record": 1, "the search": 5, "the final judging": last - 1, "the last record": last}.get(place)
    disaster = "interrupted" if number else "interrupted in the report"
    ended = rehearsal.solon(place, *OFFLINE, disaster=disaster, at=number or 1)
    told(ended, 130, "interrupted; nothing is lost; go on with: solon resume run")
    assert go_on(rehearsal, place) == whole


def test_a_second_interrupt_on_the_way_out_still_says_how_to_go_on(
    rehearsal: Rehearsal, whole: dict[str, bytes]
) -> None:
    ended = rehearsal.solon("twice", *OFFLINE, disaster="interrupted twice", at=5)
    told(ended, 130, "interrupted; nothing is lost; go on with: solon resume run")
    assert go_on(rehearsal, "twice") == whole


@pytest.mark.parametrize("number", [1, 3, 5, 12])
def test_a_full_disk_is_told_in_one_sentence_and_resumed_when_there_is_space(
    rehearsal: Rehearsal, whole: dict[str, bytes], number: int
) -> None:
    folder = f"space-{number}"
    told(rehearsal.solon(folder, *OFFLINE, disaster="full", at=number), 3, "No space left", "free some space")
    assert go_on(rehearsal, folder, *OFFLINE) == whole


def test_a_folder_that_is_read_only_is_told_and_keeps_what_it_holds(
    rehearsal: Rehearsal, whole: dict[str, bytes]
) -> None:
    assert rehearsal.solon("frozen", *OFFLINE, disaster="killed", at=5).code == -9
    folder = rehearsal.folder / "frozen/run"
    folder.chmod(0o555)
    before = contents(folder)
    try:
        told(rehearsal.solon("frozen", *RESUME, disaster="powerless"), 3, "Permission denied", "permission")
        after = contents(folder)
        assert after.pop("journal.jsonl").startswith(before.pop("journal.jsonl")), "the file itself could be written"
        assert after == before
        arguments = (*OFFLINE[:-1], "run/inner")
        told(rehearsal.solon("frozen", *arguments, disaster="powerless"), 3, "cannot create run/inner", "--out")
    finally:
        folder.chmod(0o755)
    assert go_on(rehearsal, "frozen") == whole


def test_a_finished_run_in_a_read_only_folder_still_shows_its_card(
    rehearsal: Rehearsal, whole: dict[str, bytes]
) -> None:
    folder = rehearsal.folder / "whole/run"
    folder.chmod(0o555)
    try:
        ended = rehearsal.solon("whole", *RESUME, disaster="powerless")
        assert ended.code == 0, ended
        assert "Evidence run/card.json" in ended.out
    finally:
        folder.chmod(0o755)
    assert contents(folder) == whole


@pytest.fixture
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seeds, "_stretch", functools.cache(seeds._stretch))
    monkeypatch.setattr("os.fsync", lambda _: None)


@pytest.fixture
def finished(tmp_path: Path, _quick: None) -> Path:
    start(tmp_path / "run").finish()
    return tmp_path / "run"


def reopened(finished: Path, folder: Path) -> Path:
    """Return the journal of a copy that lacks its end: the card, which holds the root as the secret did."""
    shutil.copytree(finished, folder)
    (folder / "card.json").rename(folder / "secret.json")
    return folder / "journal.jsonl"


def test_every_full_disk_of_a_run_in_this_process_is_survived(tmp_path: Path, finished: Path) -> None:
    """Each write in turn fails when half of it is written, and so do all later ones."""
    expected = {name: content for name, content in contents(finished).items() if name != "timing.json"}
    complaints: list[str] = []
    for number in range(1, MOST):
        run = start(tmp_path / f"{number}")
        opened = fill(number)
        try:
            run.finish()
            break
        except InfrastructureError as error:
            complaints.append(str(error))
        finally:
            Path.open = opened
        start(tmp_path / f"{number}").finish()
        found = contents(tmp_path / f"{number}")
        assert {name: content for name, content in found.items() if name != "timing.json"} == expected
    assert len(complaints) > 20
    assert all("free some space" in complaint for complaint in complaints)


def test_a_journal_cut_at_any_byte_of_its_last_kilobyte_is_resumed_to_the_same_bytes(
    tmp_path: Path, finished: Path
) -> None:
    journal, card = ((finished / name).read_bytes() for name in ("journal.jsonl", "card.json"))
    facts = Log(finished / "journal.jsonl").facts
    path = reopened(finished, tmp_path / "cut")
    for cut in range(len(journal) - 1024, len(journal)):
        path.write_bytes(journal[:cut])
        torn = cut - journal.rfind(b"\n", 0, cut) - 1
        run = start(path.parent)
        assert run.log.dropped == (f"dropped a torn last line of {torn} bytes from journal.jsonl" if torn else "")
        assert run.log.facts == facts[: journal.count(b"\n", 0, cut)]
        if torn and cut % 8:  # what is torn off is forgotten, so it is enough to finish every eighth
            continue
        run.finish()
        assert path.read_bytes() == journal
        assert (path.parent / "card.json").read_bytes() == card
        (path.parent / "card.json").rename(path.parent / "secret.json")


def test_a_flipped_bit_in_the_last_kilobyte_is_resumed_or_named_with_all_that_it_costs(
    tmp_path: Path, finished: Path
) -> None:
    journal = (finished / "journal.jsonl").read_bytes()
    path = tmp_path / "journal.jsonl"
    for position in range(len(journal) - 1024, len(journal) - 1):
        altered = bytearray(journal)
        altered[position] ^= 1 << position % 8
        path.write_bytes(altered)
        begin = journal.rfind(b"\n", 0, position) + 1
        hurt, after = altered.count(b"\n", 0, begin) + 1, altered.count(b"\n", altered.find(b"\n", begin) + 1)
        lost = {0: "it", 1: "it and the one after it"}.get(after, f"it and the {after} after it")
        with pytest.raises(Damaged) as caught:
            Log(path)
        assert f"line {hurt} of {path} fails its checksum, so {lost} cannot be believed" in str(caught.value)
        assert f"resume: sed -i '{hurt},$d' {path}" in str(caught.value)
    path.write_bytes(journal[:-1] + b"\x0b")
    log = Log(path)  # the last line has lost its end, as if it were torn
    assert log.dropped
    assert len(log.facts) == journal.count(b"\n") - 1


def test_giving_up_the_damaged_end_of_a_journal_as_told_resumes_to_the_same_bytes(
    tmp_path: Path, finished: Path
) -> None:
    journal = (finished / "journal.jsonl").read_bytes()
    path = reopened(finished, tmp_path / "hurt")
    lines = journal.splitlines(keepends=True)
    lines[3] = lines[3].replace(b"crc32", b"crc33")
    path.write_bytes(b"".join(lines))
    with pytest.raises(Damaged, match=r"line 4 of .*: sed -i '4,\$d' "):
        start(path.parent)
    path.write_bytes(b"".join(lines[:3]))
    start(path.parent).finish()
    assert path.read_bytes() == journal
