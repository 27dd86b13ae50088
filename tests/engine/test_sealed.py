"""Hostile strategies and proposers look for the sealed seeds in all that they are handed, and find nothing."""

import gc
import json
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import ModuleType

import pytest

from solon.contract import Ask, Episode, History, Program, Proposal, Proved, Refuted, Seed, Task, Unknown
from solon.engine import Budget, Bundle, Configuration, Run, Seeds, check_commitment
from solon.engine.seeds import _number
from solon.sandbox import Limits
from toys import DirectJudge, Sorting, python

ROOT, SEALED = 0x5EA1ED5EED5EA1ED5EED5EA1ED5EED01, 3
SEEDS = Seeds(ROOT)


def reachable(roots: Iterable[object]) -> list[object]:
    """Return all that the collector leads to from some objects, modules left out: they are doors to everywhere."""
    seen: dict[int, object] = {}
    open_ends = list(roots)
    while open_ends:
        thing = open_ends.pop()
        if id(thing) in seen or isinstance(thing, ModuleType):
            continue
        seen[id(thing)] = thing
        if not (isinstance(thing, dict) and "__name__" in thing and "__spec__" in thing):  # a module's globals
            open_ends.extend(gc.get_referents(thing))
    return list(seen.values())


def secrets_among(things: Iterable[object], seeds: Seeds) -> list[object]:
    key = seeds.sealed(1)[0].key
    numbers = {seed.number for seed in seeds.sealed(SEALED)}
    texts = [key, key.hex().encode(), b"%032x" % seeds.root, str(seeds.root).encode(), *(b"%d" % it for it in numbers)]
    found: list[object] = []
    for thing in things:
        content = thing.encode() if isinstance(thing, str) else thing
        told = isinstance(content, bytes | bytearray) and any(it in content for it in texts)
        number = isinstance(thing, int) and thing in {seeds.root, *numbers}
        if told or number or isinstance(thing, Seed | Seeds | Run | Bundle):
            found.append(thing)
    return found


class Spy:
    """A strategy and proposer that keeps and searches whatever it is handed, and tries to change it."""

    def __init__(self, seeds: Seeds) -> None:
        self._check = lambda *given: self.loot.extend(secrets_among(reachable(given), seeds))
        self.loot: list[object] = []
        self.spoiled = 0
        self.entropies: list[int] = []

    def ask(self, history: History) -> Ask | None:
        self._check(history)
        self._spoil(history)
        return Ask(2, 2) if len(history) < 6 else None

    def winner(self, history: History) -> int | None:
        self._check(history)
        return max(history, key=lambda it: sum(it.scores)).number

    def propose(self, task: Task, history: History, ask: Ask, entropy: int) -> Sequence[Proposal]:
        self._check(task, history, ask, entropy)
        self._spoil(history)
        self.entropies.append(entropy)
        return [Proposal(python(str(len(history) + index))) for index in range(ask.count)]

    def _spoil(self, history: History) -> None:
        for change in (
            lambda: history.append(history[0]),  # type: ignore[attr-defined]
            lambda: history.__setitem__(0, history[1]),  # type: ignore[attr-defined]
            lambda: setattr(history[0], "scores", (1e9,)),
        ):
            with pytest.raises((AttributeError, TypeError, IndexError)):
                change()
            self.spoiled += 1


def spied(folder: Path) -> tuple[Run, Spy]:
    configuration = Configuration(
        task="sorting",
        version="1",
        options={},
        strategy="spy",
        strategy_options={},
        proposer="spy",
        feedback="dense",
        sealed_seeds=SEALED,
        budget=Budget(),
        isolation="none",
        limits=Limits(),
        commitment=SEEDS.commitment,
    )
    Bundle.create(folder, configuration, ROOT)
    spy, task = Spy(SEEDS), Sorting()

    def judge(program: Program, seed: Seed) -> Episode:
        value = int(program.source) if program.source.isdigit() else 0
        return Episode({"sorted_share": value / 10 + seed.derive("noise")[0] / 10000})

    return Run(Bundle.open(folder), task=task, strategy=spy, proposer=spy, judge=DirectJudge(judge)), spy


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Spy]:
    folder = tmp_path_factory.mktemp("spied") / "run"
    run, spy = spied(folder)
    run.finish()
    return folder, spy


@pytest.fixture
def copy(finished: tuple[Path, Spy], tmp_path: Path) -> Path:
    return Path(shutil.copytree(finished[0], tmp_path / "copy"))


def test_nothing_that_is_handed_out_leads_to_a_sealed_seed(finished: tuple[Path, Spy]) -> None:
    folder, spy = finished
    assert spy.spoiled >= 18
    assert spy.loot == []
    assert json.loads((folder / "card.json").read_bytes())["winner"] == 5


def test_the_search_of_the_spy_finds_a_secret_that_is_there() -> None:
    seeds = SEEDS
    for leak in (
        seeds,
        {"deep": [seeds.sealed(1)]},
        lambda: seeds,
        seeds.sealed(1)[0].key,
        [seeds.sealed(2)[1].number],
    ):
        assert secrets_among(reachable([leak]), seeds)


def test_entropy_leads_to_no_sealed_key(finished: tuple[Path, Spy]) -> None:
    """It is neither the root nor the key, and as a key or a root it does not give the sealed numbers."""
    _, spy = finished
    sealed = SEEDS.sealed(SEALED)
    for entropy in spy.entropies:
        key = entropy.to_bytes(16, "little")
        assert entropy != ROOT
        assert key != sealed[0].key
        assert _number(key, 0) != sealed[0].number
        assert Seeds(entropy).sealed(1)[0].key != sealed[0].key
    assert len(set(spy.entropies)) == 3


def test_a_finished_run_keeps_its_commitment_and_an_unfinished_one_is_unknown(copy: Path) -> None:
    assert isinstance(check_commitment(copy), Proved)
    (copy / "card.json").unlink()
    assert isinstance(check_commitment(copy), Unknown)


@pytest.mark.parametrize(
    ("file", "field", "value"),
    [
        ("card.json", "root", f"{ROOT + 1:032x}"),
        ("card.json", "root", f"{2**128:x}"),
        ("card.json", "commitment", "0" * 64),
        ("run.json", "commitment", Seeds(ROOT + 1).commitment),
    ],
)
def test_an_exchanged_root_or_commitment_is_refuted(copy: Path, file: str, field: str, value: str) -> None:
    path = copy / file
    path.write_text(json.dumps({**json.loads(path.read_text()), field: value}))
    assert isinstance(check_commitment(copy), Refuted)


@pytest.mark.parametrize("text", ["", "{}", '{"commitment": "0", "root": "x"}'])
def test_a_damaged_card_is_unknown(copy: Path, text: str) -> None:
    (copy / "card.json").write_text(text)
    assert isinstance(check_commitment(copy), Unknown)
