"""What one program does changes no other program's result, however many are judged at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from solon.contract import Invalid, Outcome, Program, ProgramFault, Scored, Seed
from solon.engine.judge import PoolJudge
from solon.sandbox import Limits, LocalJail
from solon.sandbox.call import GUEST, call
from solon.tasks import load

AT_ONCE = 16
FORK_BOMB = "while True:\n  try: os.fork()\n  except BaseException: pass"
MEMORY_BOMB = "kept = []\n while True:\n  try: kept.append(bytearray(10**7))\n  except BaseException: pass"
HONEST = """
import random, numpy as np
def main(number):
    things = [object() for _ in range(40)]
    order = [things.index(thing) for thing in set(things)]
    walk = [random.random() for _ in range(2000)]
    return [number, order, sum(walk), float(np.random.rand(50).sum()), hash("text")]
"""


def play(jail: LocalJail, source: str, number: int) -> object:
    program = Program(files=(("program.py", source),), entry="program.py:main")
    try:
        with jail.open(program, GUEST, b"", number.to_bytes(16, "little")) as worker:
            return [call(worker, step) for step in range(5)]
    except ProgramFault as raised:
        return raised.fault.kind


def test_among_sixteen_workers_two_bombs_change_nothing_for_the_other_fourteen() -> None:
    bombs = [f"import os\ndef main(number):\n {bomb}" for bomb in (FORK_BOMB, MEMORY_BOMB)]
    with LocalJail("auto", Limits(cpu_seconds=0.3, memory_mib=128)) as jail:
        alone = [play(jail, HONEST, number) for number in range(AT_ONCE - 2)]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            bombed = [pool.submit(play, jail, bomb, 0) for bomb in bombs]
            together = [pool.submit(play, jail, HONEST, number) for number in range(AT_ONCE - 2)]
            assert [each.result() for each in together] == alone
            assert [each.result() for each in bombed] == ["time", "time"]
    assert len({str(result) for result in alone}) == AT_ONCE - 2


@pytest.mark.slow
def test_among_sixteen_games_of_a_pool_two_bombs_change_nothing_for_the_other_fourteen() -> None:
    task = load("gathering", n_agents=3, steps=60)
    honest = next(iter(task.references().values()))
    bombs = [f"import os\ndef policy(env, agent_id):\n {bomb}" for bomb in (FORK_BOMB, MEMORY_BOMB)]
    jobs = [(honest, [Seed(number)]) for number in range(AT_ONCE - 2)]
    hostile = [(Program(files=(("policy.py", bomb),)), [Seed(0)]) for bomb in bombs]
    with PoolJudge(task, workers=AT_ONCE, limits=Limits(cpu_seconds=2.0, memory_mib=128)) as judge:
        alone: list[Outcome] = [outcome for job in jobs for outcome in judge.judge([job])]
        together = list(judge.judge([*hostile, *jobs]))
    assert all(isinstance(outcome, Scored) for outcome in alone)
    assert [outcome.fault.kind for outcome in together[:2] if isinstance(outcome, Invalid)] == ["time", "time"]
    assert together[2:] == alone
