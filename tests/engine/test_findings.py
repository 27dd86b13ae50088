"""Findings: each kind has a broken subject that must raise it and honest ones that must not."""

import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from solon.contract import (
    Ask,
    Candidate,
    Episode,
    Fault,
    Figure,
    Finding,
    Invalid,
    Metric,
    Program,
    Proposal,
    Scored,
    Seed,
)
from solon.engine import Budget, Bundle, Configuration, Run, Seeds
from solon.engine.findings import ENOUGH_GAINS, MOST_OF_A_KIND, findings, jump, memorised
from solon.engine.signs import signs
from solon.engine.statistics import rank_sum_tail
from solon.hostile.attacks import load_corpus
from solon.journal import Found
from solon.sandbox import Limits, LocalJail
from solon.sketch import Hole, HoleValue, Sketched
from solon.tasks import load
from solon.watch import Watchful, conserved
from toys import DirectJudge, Sorting, python

COMMITMENT = Seeds(5).commitment


def kinds(found: Iterator[Finding]) -> list[tuple[str, str]]:
    return [(finding.kind, finding.severity) for finding in found]


class Accounts(Sorting):
    """Two agents share what there is: ``value`` must be the sum of their returns."""

    name = "accounts"
    metrics = (Metric("value", role="objective", low=-1000, high=1000),)

    def figures(self) -> Sequence[Figure]:
        return (Figure("bound", "top", {"value": 10.0}, "there are ten apples"),)

    def suspicions(self, episode: Episode) -> Iterator[Finding]:
        if "return" in episode.agents:
            yield from conserved(value=(episode.metrics["value"], sum(episode.agents["return"])))


def episodes(*values: float, **more) -> Scored:
    return Scored(tuple(Episode({"value": value}, **more) for value in values))


# Bounds


@pytest.mark.parametrize("values", [(9.0, 9.5, 9.2), (10.0, 10.0), (10.0 + 1e-12,) * 3, (4.0, 30.0), (50.0,)])
def test_scores_that_need_not_lie_above_the_bound_raise_nothing(values: tuple[float, ...]) -> None:
    assert kinds(findings(Accounts(), episodes(*values), "it")) == []


def test_scores_wholly_above_the_bound_are_one_alarm() -> None:
    found = list(findings(Accounts(), episodes(11.0, 11.2, 11.1), "candidate 4"))
    assert kinds(iter(found)) == [("bound-passed", "alarm")]
    assert found[0].message.startswith("candidate 4: value 11.1 passes the bound 10")


# Conservation


def test_returns_that_add_up_raise_nothing_and_others_an_alarm() -> None:
    good = Scored((Episode({"value": 5.0}, {"return": (2.0, 3.0)}),))
    bad = Scored((*good.episodes, Episode({"value": 9.0}, {"return": (2.0, 3.0)})))
    assert kinds(findings(Accounts(), good, "it")) == []
    found = list(findings(Accounts(), bad, "it"))
    assert kinds(iter(found)) == [("conservation", "alarm")]
    assert "in 1 of 2 episodes, first in number 1" in found[0].message
    assert found[0].evidence == "value: 9 is not 5"


@pytest.mark.parametrize("name", ["cleanup", "gathering", "commons"])
def test_games_declare_what_they_conserve(name: str) -> None:
    task = load(name, steps=10, n_agents=2)
    assert isinstance(task, Watchful)
    returns = {"efficiency": 0.6, "reward": 3.0, "maximin": 1.0, "equality": 1 - 8 / 24, "welfare": 0.4}
    honest = Episode({**returns, "equality_bounded": 0.5, "sustainability": 3, "peace": 2}, {"return": (5.0, 1.0)})
    assert list(task.suspicions(honest)) == []
    for metric in ("efficiency", "reward", "maximin", "equality"):
        forged = Episode({**honest.metrics, metric: honest.metrics[metric] + 0.01}, honest.agents)
        assert kinds(iter(task.suspicions(forged))) == [("conservation", "alarm")]


# Blocked system calls


@pytest.mark.parametrize("text", ["PermissionError: [Errno 1] Operation not permitted", "can't start new thread"])
def test_a_refused_system_call_in_a_slip_or_fault_is_a_note(text: str) -> None:
    fault = Fault("raised", "the policy raised", traceback=f"Traceback\n  {text}\n")
    slipped = episodes(1.0, 1.0, slips=3, first_slip=fault)
    assert ("forbidden", "note") in kinds(findings(Accounts(), slipped, "it"))
    found = list(findings(Accounts(), Invalid(fault), "it"))
    assert kinds(iter(found)) == [("forbidden", "note")]
    assert text in found[0].evidence


def test_other_slips_and_faults_are_not_called_forbidden() -> None:
    fault = Fault("raised", "the policy raised", traceback="IndexError: list index out of range")
    assert kinds(findings(Accounts(), episodes(1.0, slips=1, first_slip=fault), "it")) == [("slips", "note")]
    assert kinds(findings(Accounts(), Invalid(fault), "it")) == []


# Jumps


def history(gains: Sequence[float]) -> list[Candidate]:
    """A first candidate at 0 and children of it, all on the same four seeds."""
    dice = random.Random(1)
    noise = [dice.gauss(0, 1) for _ in range(4)]
    proposals = [Proposal(python("0")), *[Proposal(python("0"), (0,)) for _ in gains]]
    return [
        Candidate(number, proposal, 0, tuple(gain + it for it in noise))
        for number, (proposal, gain) in enumerate(zip(proposals, [0.0, *gains], strict=True))
    ]


def test_a_jump_far_beyond_all_gains_is_a_warning() -> None:
    dice = random.Random(2)
    gains = [dice.gauss(-1, 1) for _ in range(40)]
    found = list(jump(history([*gains, 30.0]), 41))
    assert kinds(iter(found)) == [("jump", "warning")]
    assert "40 gains" in found[0].evidence


def test_a_jump_is_seen_where_most_gains_are_equal_too() -> None:
    assert kinds(jump(history([0.0] * 30 + [1.0, -1.0, 40.0]), 33)) == [("jump", "warning")]


def test_ordinary_gains_few_gains_and_what_is_not_best_are_no_jump() -> None:
    dice = random.Random(3)
    alarms = 0
    for _ in range(200):
        gains = [dice.gauss(0, 1) for _ in range(60)]
        candidates = history(gains)
        alarms += sum(len(list(jump(candidates[: number + 1], number))) for number in range(61))
    assert alarms == 0
    assert kinds(jump(history([0.0] * (ENOUGH_GAINS - 2) + [40.0]), ENOUGH_GAINS - 1)) == []
    assert kinds(jump(history([*[dice.gauss(0, 1) for _ in range(40)], 40.0, 41.0]), 41)) == []
    assert kinds(jump(history([0.0] * 40), 7)) == []


# Memorisation

NOISES: dict[str, Callable[[random.Random], float]] = {
    "normal": lambda dice: dice.gauss(0, 1),
    "coin": lambda dice: float(dice.random() < 0.5),
    "rare success": lambda dice: float(dice.random() < 0.05),
    "rare failure": lambda dice: float(dice.random() < 0.95),
    "long tail": lambda dice: dice.lognormvariate(0, 1),
}


@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize(("tried", "searched", "sealed"), [(16, 5, 20), (60, 16, 20), (3, 4, 8), (40, 1, 20)])
def test_the_luckiest_of_many_honest_programs_is_rarely_called_memorised(
    noise: str, tried: int, searched: int, sealed: int
) -> None:
    """At most 5 % of null runs, within three standard errors of 150 runs."""
    dice, draw, runs, alarms = random.Random(5), NOISES[noise], 150, 0
    for _ in range(runs):
        winner = max(([draw(dice) for _ in range(searched)] for _ in range(tried)), key=sum)
        alarms += len(list(memorised(winner, [draw(dice) for _ in range(sealed)], tried)))
    assert alarms <= 0.05 * runs + 3 * (0.05 * 0.95 * runs) ** 0.5


def test_a_program_that_knows_its_search_seeds_is_called_memorised() -> None:
    dice, seen = random.Random(6), 0
    for _ in range(50):
        search = [3 + dice.gauss(0, 1) for _ in range(16)]
        seen += len(list(memorised(search, [dice.gauss(0, 1) for _ in range(20)], 400)))
    assert seen >= 48
    assert kinds(memorised([1.0] * 5, [0.0] * 20, 16)) == [("memorised", "warning")]


def test_worse_search_scores_and_too_few_seeds_are_never_called_memorised() -> None:
    assert kinds(memorised([0.0] * 16, [1.0] * 20, 1)) == []
    assert kinds(memorised([9.0], [0.0] * 20, 100)) == []
    assert kinds(memorised([], [], 0)) == []


def test_rank_sum_probabilities_are_those_of_all_divisions() -> None:
    """Three of six distinct values in all 20 divisions; ties split evenly; the approximation joins smoothly."""
    assert rank_sum_tail([4, 5, 6], [1, 2, 3]) == pytest.approx(1 / 20)
    assert rank_sum_tail([3, 5, 6], [1, 2, 4]) == pytest.approx(2 / 20)
    assert rank_sum_tail([1, 2, 3], [4, 5, 6]) == 1.0
    assert rank_sum_tail([1.0], [0.0, 1.0]) == pytest.approx(2 / 3)
    dice = random.Random(1)
    one, other = [dice.gauss(0.5, 1) for _ in range(40)], [dice.gauss(0, 1) for _ in range(60)]
    assert rank_sum_tail(one, [*other, 0.0]) == pytest.approx(rank_sum_tail(one, other), rel=0.2)


# Signs in the text

WARNINGS = {
    "keys like hashes": "T = {" + ", ".join(f"{2**30 + i * 7919}: {i % 8}" for i in range(9)) + "}\n",
    "hexadecimal keys": "T = {" + ", ".join(f"'{i}bdeadbeef{i}': {i}" for i in range(9)) + "}\n",
    "looked up by a hash": "T = [1, 2, 3, 4, 5, 6, 7, 0]\nk = hash(env.waste.tobytes())\na = T[k % 8]\n",
    "a digest in a table": "T = {1: 1, 2: 1, 3: 1, 4: 1, 5: 1, 6: 1, 7: 1, 8: 2}\na = T.get(zlib.crc32(b) % 9)\n",
    "seeds": "KNOWN_SEEDS = [1, 2, 3, 4, 5, 6, 7, 8]\n",
    "exec": "exec(text)\n",
    "hidden eval": "run = eval\n",
    "decoded literal": "import base64\nx = base64.b64decode('aW1wb3J0IG9zO29zLmV4aXQ=')\n",
    "letters by code": "x = ''.join(chr(c) for c in (105, 109, 112))\n",
    "letters by map": "x = ''.join(map(chr, codes))\n",
    "bytes by code": "x = bytes([105, 109, 112, 111, 114, 116]).decode()\n",
    "escapes": "x = '\\x69\\x6d\\x70\\x6f\\x72\\x74'\n",
    "frames": "import sys\nx = sys._getframe(1)\n",
    "subclasses": "x = ().__class__.__base__.__subclasses__()\n",
    "by text": "x = getattr(policy, '__globals__')\n",
    "collector": "import gc\n",
    "ctypes": "from ctypes import util\n",
}


def text(source: str) -> Program:
    return Program(files=(("policy.py", source),))


@pytest.mark.parametrize("name", WARNINGS)
def test_signs_of_tables_obfuscation_and_internals_are_warnings(name: str) -> None:
    assert [finding.severity for finding in signs(text(WARNINGS[name]), "it")][-1] == "warning"


@pytest.mark.parametrize("source", ["import os\n", "open('x')\n", "import zlib\n", f"x = {list(range(300))}\n"])
def test_useless_imports_and_large_literals_are_notes(source: str) -> None:
    assert [finding.severity for finding in signs(text(source), "it")] == ["note"]


HONEST = (
    "import re\nP = re.compile('a+')\nTURNS = (0, 1, 2, 1, 0, 1, 2, 1)\na = TURNS[step % 8]\n",
    "import random\nrandom.seed(3)\nx = random.choice([1, 2, 3])\nseed = 4\n",
    "tie = hash((agent, step)) % 2\nmemo = {}\nmemo[hash(key)] = 1\n",
    "names = ', '.join(str(x) for x in cells)\nself.__dict__\nsuper().__init__()\n",
    "def (:\n",
)


@pytest.mark.parametrize("source", HONEST)
def test_ordinary_programs_show_no_sign(source: str) -> None:
    assert list(signs(text(source), "it")) == []


def fillings(holes: Sequence[Hole], dice: random.Random) -> dict[str, HoleValue]:
    values: dict[str, HoleValue] = {}
    for hole in holes:
        whole = dice.randint(int(hole.low), int(hole.high))
        values[hole.name] = dice.choice(hole.options) if hole.options else whole if hole.integer else hole.high
    return values


def special(name: str) -> dict[str, HoleValue]:
    return {"rule": "timetable"} if name == "gathering" else {}  # its routes are long texts


@pytest.mark.parametrize("name", ["cleanup", "gathering", "commons", "gameable-reward", "gameable-tests"])
def test_our_own_programs_raise_no_warning(name: str) -> None:
    task = load(name)
    programs = list(task.references().values())
    if isinstance(task, Sketched):
        sketch, dice = task.sketch(), random.Random(4)
        count = 2 if name == "gathering" else 25  # a timetable takes half a second to draw up
        programs += [sketch.render({**fillings(sketch.holes, dice), **special(name)}) for _ in range(count)]
    found = [finding for program in programs for finding in signs(program, "it")]
    assert [finding for finding in found if finding.severity != "note"] == []


def test_attacks_on_the_interpreter_show_signs() -> None:
    """Most of the corpus that walks frames, objects or the collector; those that only misbehave show none."""
    attacks = [attack for attack in load_corpus() if attack.group == "introspection"]
    seen = [attack.name for attack in attacks if list(signs(text(attack.source), "it"))]
    assert len(seen) >= 0.8 * len(attacks)


# In a run


class Lookup:
    """Knows the search seeds of the run it is judged in; proposes one honest and one memorising program."""

    def propose(self, task, history, ask: Ask, entropy: int) -> Sequence[Proposal]:
        return [Proposal(python("0")), Proposal(python("known = {}; exec('8')", entry="policy"))]


class Once:
    def ask(self, history) -> Ask | None:
        return None if history else Ask(2, 8)

    def winner(self, history) -> int | None:
        return max(history, key=lambda it: sum(it.scores)).number


def memorising_run(folder: Path, observer=None) -> Run:
    if not (folder / "run.json").exists():
        configuration = Configuration(
            task="accounts",
            version="1",
            options={},
            strategy="once",
            strategy_options={},
            proposer="lookup",
            feedback="none",
            sealed_seeds=12,
            budget=Budget(),
            isolation="none",
            limits=Limits(),
            commitment=COMMITMENT,
        )
        Bundle.create(folder, configuration, 5)

    def judge(program: Program, seed) -> Episode:
        noise = seed.derive("noise")[0] / 100
        return Episode({"value": (20.0 if "exec" in program.source and seed.visibility == "search" else 1.0) + noise})

    judging, task = DirectJudge(judge), Accounts()
    return Run(Bundle.open(folder), task=task, strategy=Once(), proposer=Lookup(), judge=judging, observer=observer)


def test_findings_stand_in_the_journal_and_on_the_card(tmp_path: Path) -> None:
    card = memorising_run(tmp_path / "run").finish()
    found = {(finding.kind, finding.message.partition(": ")[0]) for finding in card.findings}
    assert found == {
        ("obfuscation", "candidate 1"),
        ("bound-passed", "candidate 1"),
        ("obfuscation", "winner"),
        ("memorised", "winner"),
    }


class Killed(BaseException):
    pass


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole") / "run"
    memorising_run(folder).finish()
    return folder


@pytest.mark.parametrize("survived", range(1, 13))
def test_a_kill_between_a_fact_and_its_findings_loses_none(tmp_path: Path, whole: Path, survived: int) -> None:
    count = 0

    def kill(_state, _fact) -> None:
        nonlocal count
        count += 1
        if count == survived:
            raise Killed

    assert len((whole / "journal.jsonl").read_bytes().splitlines()) == 12 - 1
    if survived < 12:
        with pytest.raises(Killed):
            memorising_run(tmp_path / "cut", observer=kill).finish()
    memorising_run(tmp_path / "cut").finish()
    for name in ("journal.jsonl", "card.json"):
        assert (tmp_path / "cut" / name).read_bytes() == (whole / name).read_bytes()


def test_findings_of_a_kind_about_candidates_are_limited_in_number(tmp_path: Path) -> None:
    class Many(Once):
        def ask(self, history) -> Ask | None:
            return None if history else Ask(20, 2)

    class Slipping:
        def propose(self, task, history, ask: Ask, entropy: int) -> Sequence[Proposal]:
            return [Proposal(python("exec('1')"))] * ask.count

    run = memorising_run(tmp_path / "run")
    run.strategy, run.proposer = Many(), Slipping()
    run.finish()
    signs_found = [it for it in run.log.facts if isinstance(it, Found) and it.finding.kind == "obfuscation"]
    assert len([it for it in signs_found if it.number is not None]) == MOST_OF_A_KIND
    assert any(it.number is None for it in signs_found)


def test_a_door_that_the_jail_keeps_shut_shows_in_the_first_slip() -> None:
    task, source = load("cleanup", steps=2), "def policy(env, agent):\n    open('/etc/passwd')\n"
    with LocalJail() as jail:
        episode = task.evaluate(Program(files=(("policy.py", source),)), Seed(0), jail)
    assert ("forbidden", "note") in kinds(findings(task, Scored((episode,)), "it"))
