"""Whatever a worker sends, the runner makes of it an answer that was due or a typed fault; never another exception."""

import tracemalloc
from collections.abc import Mapping

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fuzz import targets
from solon.sandbox import wire

kinds = st.sampled_from([*wire.FROM_WORKER, wire.ASK, 0, 255])
tags = st.sampled_from([targets.TAG, targets.TAG, 0, 2**32 - 1])
packed = st.builds(wire.pack, kinds, tags, st.binary(max_size=60))
notes = st.builds(wire.pack, st.just(wire.NOTE), st.just(targets.TAG), st.binary(max_size=20))
replies = st.builds(wire.pack, st.just(wire.REPLY), st.just(targets.TAG), st.binary(max_size=20))
lying = st.builds(wire.HEADER.pack, kinds, tags, st.integers(0, 2**32 - 1))
streams = st.lists(packed | notes | replies | lying | st.binary(max_size=20), max_size=5).map(b"".join)
answered = st.tuples(st.lists(notes, max_size=3).map(b"".join), replies).map(b"".join)


@settings(max_examples=500, deadline=None)
@given(streams, st.lists(st.integers(0, 2**16), max_size=6))
def test_any_stream_is_cut_into_the_same_frames_however_it_arrives(data: bytes, bounds: list[int]) -> None:
    targets.check_frames(data, bounds)


@settings(max_examples=500, deadline=None)
@given(streams | answered, st.none() | st.integers(0, 20))
@example(wire.pack(wire.REPLY, targets.TAG, b"ok"), 2)
@example(wire.pack(wire.REPLY, targets.TAG, b"ok") + b"\0", 2)
@example(wire.pack(wire.NOTE, targets.TAG, b"\xff") + wire.pack(wire.REPLY, targets.TAG), 0)
@example(wire.pack(wire.FAULT, targets.TAG, b'{"kind":"raised","message":"\\ud800"}'), 1)
@example(wire.pack(wire.REFUSED, targets.TAG, b"broken machine"), 1)
@example(wire.HEADER.pack(wire.REPLY, targets.TAG, wire.REPLY_BYTES), None)
def test_any_bytes_are_the_answer_that_was_due_or_a_typed_fault(data: bytes, size: int | None) -> None:
    targets.check_answers(data, size)


@settings(max_examples=300, deadline=None)
@given(
    st.binary(max_size=200)
    | st.text(alphabet='[]{}":,0123456789eE+-.tfn\\u', max_size=80).map(str.encode)
    | st.sampled_from([b'{"kind":"raised","message":"', b"[" * 3000, b"1e400", b"-1e999", b"9" * 5000, b'"\\ud800"'])
)
def test_any_reply_of_the_general_guest_is_a_json_value_or_an_output_fault(data: bytes) -> None:
    targets.check_result(data)


@pytest.mark.parametrize("kind", wire.FROM_WORKER)
def test_an_announced_length_reserves_no_memory(kind: int) -> None:
    decoder = wire.Decoder(wire.FROM_WORKER)
    tracemalloc.start()
    try:
        decoder.feed(wire.HEADER.pack(kind, targets.TAG, wire.FROM_WORKER[kind]))
        decoder.next()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 64 * 1024


def test_a_stream_that_never_ends_is_cut_off_at_the_largest_reply() -> None:
    """What is kept of a worker's bytes is at most a whole frame and one read; then it is a fault."""
    decoder = wire.Decoder(wire.FROM_WORKER)
    stream = wire.HEADER.pack(wire.REPLY, targets.TAG, wire.REPLY_BYTES)
    decoder.feed(stream)
    kept = len(stream)
    while decoder.next() is None:
        decoder.feed(bytes(wire.CHUNK))
        kept += wire.CHUNK
    assert kept <= wire.HEADER.size + wire.REPLY_BYTES + wire.CHUNK
    decoder.feed(bytes(wire.HEADER.size))
    with pytest.raises(wire.WireError):
        decoder.next()


def test_the_checks_reject_a_decoder_without_caps_and_one_that_forgets(monkeypatch: pytest.MonkeyPatch) -> None:
    honest_start, honest_next = wire.Decoder.__init__, wire.Decoder.next

    def uncapped(self: wire.Decoder, caps: Mapping[int, int]) -> None:
        honest_start(self, dict.fromkeys(caps, 2**32))

    def forgetful(self: wire.Decoder) -> wire.Frame | None:
        frame = honest_next(self)
        self._bytes.clear()
        return frame

    monkeypatch.setattr(wire.Decoder, "__init__", uncapped)
    with pytest.raises(AssertionError):
        targets.check_frames(wire.pack(wire.NOTE, targets.TAG, bytes(wire.NOTE_BYTES + 1)), [])
    monkeypatch.undo()
    monkeypatch.setattr(wire.Decoder, "next", forgetful)
    with pytest.raises(AssertionError):
        targets.check_frames(wire.pack(wire.REPLY, targets.TAG, b"whole"), [3])
