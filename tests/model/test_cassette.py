"""Cassettes: found by content, safe under concurrent writers, loud about damage, helpful about what is missing."""

import hashlib
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest

from model.fakes import answer, ask
from solon.contract import InfrastructureError
from solon.model import Cassette, Form, Message, Request


def only_call(cassette: Cassette) -> Path:
    (path,) = (cassette.folder / "calls").iterdir()
    return path


def test_what_was_recorded_is_found_again(tmp_path: Path) -> None:
    cassette = Cassette(tmp_path / "calls of a run")
    reply = answer("Grüße\u2028\0 \U0001f600", cached_tokens=3, model="m", identifier="i")
    assert cassette.recording(ask()) is None
    cassette.put(ask(), reply)
    found = Cassette(cassette.folder).recording(ask())
    assert found is not None
    assert found.reply == reply
    assert cassette.request(found) == ask()
    assert cassette.recording(ask(sample=1)) is None
    assert only_call(cassette).name == f"{ask().key}.json"


def test_the_first_recording_of_a_call_stays(tmp_path: Path) -> None:
    cassette = Cassette(tmp_path)
    assert cassette.put(ask(), answer("first")) == answer("first")
    assert cassette.put(ask(), answer("second")) == answer("first")


def test_a_reply_replaces_a_refusal_but_a_refusal_never_a_reply(tmp_path: Path) -> None:
    cassette = Cassette(tmp_path)
    cassette.put(ask(), None, "no money")
    refused = cassette.recording(ask())
    assert refused is not None
    assert (refused.reply, refused.refusal) == (None, "no money")
    assert cassette.put(ask(), answer()) == answer()
    assert cassette.put(ask(), None, "no money") == answer()
    (stored,) = cassette.recordings()
    assert stored.reply == answer()


def test_siblings_share_the_text_of_their_prompt(tmp_path: Path) -> None:
    cassette = Cassette(tmp_path)
    for sample in range(50):
        cassette.put(ask("x" * 100_000, sample), answer())
    size = sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file())
    assert size < 100_000 + 50 * 1_000
    assert len(list(cassette.recordings())) == 50


def test_many_threads_may_record_the_same_call(tmp_path: Path) -> None:
    cassette = Cassette(tmp_path)
    with ThreadPoolExecutor(16) as pool:
        stored = set(pool.map(lambda n: cassette.put(ask(sample=n % 4), answer(str(n))), range(200)))
    assert len(stored) == 4
    assert {recording.reply for recording in cassette.recordings()} == stored
    assert not list(tmp_path.rglob("*.part"))


def test_the_slower_of_two_processes_takes_the_reply_of_the_faster(tmp_path: Path) -> None:
    class Slow(Cassette):
        """Sees no recording until the other process has written."""

        seen = False

        def recording(self, request):
            found = super().recording(request) if self.seen else None
            self.seen = True
            return found

    Cassette(tmp_path).put(ask(), answer("faster"))
    assert Slow(tmp_path).put(ask(), answer("slower")) == answer("faster")


def test_a_damaged_recording_is_named_with_a_remedy(tmp_path: Path) -> None:
    cassette = Cassette(tmp_path)
    cassette.put(ask(), answer())
    path = only_call(cassette)
    content = path.read_bytes()
    other = Cassette(tmp_path / "other")
    other.put(ask(sample=1), answer())
    cases = {
        "cannot be read": (content[: len(content) // 2], b"", b"\xff", content.replace(b'"schema"', b'"shema"')),
        "was altered": (
            content.replace(b"Yes.", b"Yep."),
            content.replace(b'"input_tokens": 10', b'"input_tokens": 9'),
        ),
        "another call": (only_call(other).read_bytes(),),
    }
    for words, damages in cases.items():
        for damage in damages:
            path.write_bytes(damage)
            with pytest.raises(InfrastructureError, match=f"{words}.*restore it.*delete it") as caught:
                cassette.recording(ask())
            assert path.name in str(caught.value)


def test_a_damaged_text_is_named(tmp_path: Path) -> None:
    cassette = Cassette(tmp_path)
    cassette.put(ask(), answer())
    (recording,) = cassette.recordings()
    for text in (tmp_path / "texts").iterdir():
        text.write_bytes(b"altered")
    with pytest.raises(InfrastructureError, match="was altered"):
        cassette.request(recording)
    for text in (tmp_path / "texts").iterdir():
        text.unlink()
    with pytest.raises(InfrastructureError, match="cannot be read"):
        cassette.request(recording)


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (ask("a\nb\nc", 2, temperature=0.7), r"differs in temperature \(recorded 0.2, asked 0.7\);"),
        (ask("a\nb\nc", 5, temperature=0.2), r"differs in sample \(recorded 3, asked 5\);"),
        (ask("a\nB\nc", 2, temperature=0.2), r"message 2 \(user\), line 2 \(recorded 'b', asked 'B'\)"),
        (ask("a\nb", 2, temperature=0.2), r"message 2 \(user\), line 3 \(recorded 'c', asked ''\)"),
        (ask("a\nb\nc", 2, temperature=0.2, max_tokens=5), r"max_tokens \(recorded 8192, asked 5\)"),
        (
            ask("a\nb\nc", 2, temperature=0.2, effort="low", max_tokens=5),
            r"max_tokens .*; effort .recorded None, asked 'low'",
        ),
    ],
)
def test_a_missing_recording_names_the_nearest_and_the_field_that_differs(tmp_path: Path, wanted, words: str) -> None:
    cassette = Cassette(tmp_path)
    for sample in range(4):
        cassette.put(ask("a\nb\nc", sample, temperature=0.2), answer())
    with pytest.raises(InfrastructureError, match=words):
        raise cassette.missing(wanted)


CASES = [
    ({"model": "gpt-5"}, r"model \(recorded 'gpt-4.1-mini', asked 'gpt-5'\)"),
    ({"messages": (Message("user", "Other."),)}, r"messages \(recorded 2, asked 1\)"),
    ({"max_tokens": 5}, r"max_tokens \(recorded 8192, asked 5\)"),
    ({"temperature": 0.5}, r"temperature \(recorded None, asked 0.5\)"),
    ({"effort": "high"}, r"effort \(recorded None, asked 'high'\)"),
    ({"thinking": 2048}, r"thinking \(recorded None, asked 2048\)"),
    ({"form": Form("json", "answer", "{}")}, r"form \(recorded text, asked json\)"),
    ({"sample": 7}, r"sample \(recorded 0, asked 7\)"),
]


@pytest.mark.parametrize(("changed", "words"), CASES)
def test_each_field_of_a_missing_call_is_named_alone(tmp_path: Path, changed: dict, words: str) -> None:
    cassette = Cassette(tmp_path)
    cassette.put(ask(), answer())
    wanted = msgspec.structs.replace(ask(), **changed)
    assert cassette.recording(wanted) is None
    assert re.search(rf"nearest differs in {words}; replay with", str(cassette.missing(wanted)))
    assert set(Request.__struct_fields__) == {name for case, _ in CASES for name in case}, "a new field needs a case"


def test_another_schema_of_the_same_form_is_named(tmp_path: Path) -> None:
    cassette = Cassette(tmp_path)
    cassette.put(ask(form=Form("tool", "answer", "{}")), answer(tool="answer", thinking_tokens=2, written_tokens=3))
    wanted = ask(form=Form("tool", "answer", '{"type": "object"}'))
    assert "form (tool with another name or schema)" in str(cassette.missing(wanted))
    (found,) = cassette.recordings()
    assert found.reply == answer(tool="answer", thinking_tokens=2, written_tokens=3)
    assert cassette.request(found).form == Form("tool", "answer", "{}")


def test_a_recording_without_the_later_fields_is_read_and_keeps_its_digest(tmp_path: Path) -> None:
    cassette = Cassette(tmp_path)
    cassette.put(ask(), answer())
    path = only_call(cassette)
    old = msgspec.json.decode(path.read_bytes())
    for name in ("thinking", "form"):
        assert old.pop(name) is None
    for name in ("written_tokens", "thinking_tokens", "tool"):
        assert not old["reply"].pop(name)
    assert old["check"] == hashlib.sha256(msgspec.json.encode({**old, "check": ""})).hexdigest()
    path.write_bytes(msgspec.json.encode(old))
    found = cassette.recording(ask())
    assert found is not None
    assert found.reply == answer()


def test_a_missing_recording_of_a_longer_conversation_says_so(tmp_path: Path) -> None:
    cassette = Cassette(tmp_path)
    cassette.put(ask(), answer())
    shorter = msgspec.structs.replace(ask(), messages=ask().messages[:1])
    assert "messages (recorded 2, asked 1)" in str(cassette.missing(shorter))
    other = msgspec.structs.replace(ask(), messages=ask().messages[::-1])
    assert "the role of message 1 (recorded system, asked user)" in str(cassette.missing(other))


def test_an_empty_cassette_says_so(tmp_path: Path) -> None:
    assert "holds no recorded call" in str(Cassette(tmp_path).missing(ask()))


def test_a_file_in_the_place_of_the_folder_is_an_infrastructure_error(tmp_path: Path) -> None:
    (tmp_path / "calls").write_text("")
    with pytest.raises(InfrastructureError, match="cannot record a call"):
        Cassette(tmp_path / "calls").put(ask(), answer())
