from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solon.contract import Fault
from solon.sandbox import verdicts, wire

frames = st.tuples(
    st.sampled_from([wire.REPLY, wire.NOTE, wire.FAULT]),
    st.integers(0, 2**32 - 1),
    st.binary(max_size=300),
)


def decode(data: bytes, cuts: list[int]) -> list[wire.Frame]:
    decoder = wire.Decoder(wire.FROM_WORKER)
    found = []
    bounds = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    for start, end in pairwise(bounds):
        decoder.feed(data[start:end])
        while (frame := decoder.next()) is not None:
            found.append(frame)
    return found


@given(st.lists(frames, max_size=5), st.lists(st.integers(0, 2000), max_size=8))
def test_frames_survive_any_cut_of_the_stream(sent: list[tuple[int, int, bytes]], cuts: list[int]) -> None:
    data = b"".join(wire.pack(*frame) for frame in sent)
    assert decode(data, cuts) == sent


@given(st.binary(max_size=200), st.lists(st.integers(0, 200), max_size=4))
def test_random_bytes_give_frames_of_the_table_or_an_error(data: bytes, cuts: list[int]) -> None:
    try:
        found = decode(data, cuts)
    except wire.WireError:
        return
    assert all(len(frame.payload) <= wire.FROM_WORKER[frame.kind] for frame in found)


@pytest.mark.parametrize("kind", [0, wire.ASK, wire.START, wire.PREPARE, 255])
def test_kinds_that_a_worker_must_not_send_are_refused(kind: int) -> None:
    with pytest.raises(wire.WireError, match="unknown kind"):
        decode(wire.pack(kind), [])


@pytest.mark.parametrize("kind", wire.FROM_WORKER)
def test_a_length_above_the_cap_is_refused_before_its_payload_comes(kind: int) -> None:
    header = wire.HEADER.pack(kind, 0, wire.FROM_WORKER[kind] + 1)
    with pytest.raises(wire.WireError, match="at most"):
        decode(header, [])


@given(st.binary(max_size=200))
def test_a_forged_fault_is_a_protocol_fault_unless_it_is_a_valid_one(data: bytes) -> None:
    assert verdicts.reported_fault(data, 3).fault.kind in {"protocol", "raised"}


def test_the_kind_of_a_reported_fault_comes_from_the_closed_list() -> None:
    assert verdicts.reported_fault(b'{"kind":"victory","message":"I won"}', 1).fault.kind == "protocol"


def test_texts_of_a_worker_cannot_steer_a_terminal_and_are_cut() -> None:
    sent = msgspec.json.encode(Fault(kind="raised", message="\x1b[2J" + "x" * 10_000, traceback="a\nb\x07"))
    fault = verdicts.reported_fault(sent, 1).fault
    assert "\x1b" not in fault.message
    assert len(fault.message) == verdicts.TEXT_CHARACTERS
    assert fault.traceback == "a\nb\N{REPLACEMENT CHARACTER}"
