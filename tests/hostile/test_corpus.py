"""The whole corpus at levels A and B, where this machine has them; test_corpus_at_c.py has level C."""

from collections import Counter

import pytest

from hostile.conftest import Lend
from solon.contract import InfrastructureError
from solon.hostile import CLASSES, Attack, available_levels, load_corpus
from solon.sandbox import survey

CORPUS = load_corpus()
SAFE = {row.level: row for row in survey() if row.level in ("A", "B")}
HERE = [letter for letter, row in SAFE.items() if row.available]


@pytest.mark.parametrize("letter", HERE)
@pytest.mark.parametrize("attack", CORPUS, ids=lambda attack: attack.name)
def test_every_attack_gets_its_verdict_and_leaves_nothing(arenas: Lend, attack: Attack, letter: str) -> None:
    result = arenas(letter).run(attack)
    assert result.stopped, result.detail
    assert (result.attack, result.level, result.expected) == (attack.name, letter, str(attack.due(letter)))


@pytest.mark.parametrize("letter", ["A", "B"])
def test_a_safe_level_is_played_or_the_machine_says_why_not(letter: str) -> None:
    if SAFE[letter].available:
        assert available_levels([letter]) == (letter,)
    else:
        assert len(SAFE[letter].reason.partition(": ")[2]) > 3
        with pytest.raises(InfrastructureError, match=f"level {letter} is not available"):
            available_levels([letter])


@pytest.mark.parametrize("task", ["gathering", "commons", "cleanup-paper"])
@pytest.mark.parametrize("attack", [a for a in CORPUS if a.group in ("paper", "seed", "state")], ids=lambda a: a.name)
def test_the_attacks_on_the_game_are_stopped_in_the_other_games_too(arenas: Lend, attack: Attack, task: str) -> None:
    result = arenas(HERE[0], task).run(attack)
    assert result.stopped, result.detail


def test_there_are_more_than_sixty_attacks_and_some_of_every_class() -> None:
    count = Counter(attack.group for attack in CORPUS)
    assert len(CORPUS) >= 60
    assert min(count[group] for group in CLASSES) >= 3


# what a judge must withstand, and the attacks that try it
KINDS = {
    "reading files": "read_password_file read_judge_secret read_while_loading numpy_file_doors importer_doors",
    "environment variables": "environment_variables environment_of_libc environment_of_others poison_environment",
    "/proc": "proc_self environment_of_others",
    "sockets": "connect_home unix_sockets socket_pair ask_name_server adopt_pipes_as_sockets",
    "writing the result": "write_result write_drops",
    "leaving processes": "daemon fork_once clone_by_number shell replace_itself",
    "fork and thread bombs": "fork_bomb thread_bomb",
    "memory bombs that catch MemoryError": "memory_bomb_that_catches",
    "loops that swallow BaseException": "swallowed_interrupts",
    "one long C call": "one_long_c_call exploding_pattern",
    "frame walks": "frame_walk closure_walk",
    "generator walks": "generator_frame_walk",
    "traceback walks": "traceback_walk",
    "garbage-collector walks": "collector_walk zygote_leftovers remembered_texts hunt_for_pipe",
    "dunder walks": "subclass_walk",
    "ctypes": "open_by_number null_pointer broken_interpreter executable_memory kernel_doors",
    "signal handlers": "signal_handlers own_signal",
    "monkeypatching builtins and NumPy": "patch_builtins",
    "monkeypatching the harness": "patch_harness own_loop trace_functions",
    "forged frames": "forged_reply forged_fault zygote_frames unknown_frames ready_twice door_for_modules",
    "early and late frames": "early_reply late_reply",
    "oversized frames": "oversized_reply swollen_reply one_action_too_many door_for_megabytes",
    "truncated frames": "truncated_reply half_reply_and_silence one_action_too_few door_without_message",
    "subclasses of int and __index__": "integer_in_disguise index_out_of_range index_that_raises index_that_hangs",
    "__reduce__": "reduced_objects pickled_fault",
    "NaN, huge integers and arrays": "no_numbers huge_integers arrays_and_texts",
    "floods of output": "flood_standard_output flood_standard_error flood_of_notes endless_message",
    "exit in every form": "exit_at_once exit_in_a_decision exit_while_loading other_exits exits_by_other_names abort",
    "killing the parent": "kill_judge trace_judge",
    "making arrays writable": "unlock_arrays replace_attributes",
    "keeping state across episodes and seeds": "state_in_files state_in_modules state_in_the_map spoil_the_tables",
    "keeping state across agents": "state_between_agents overwrite_rivals_answers",
    "brute-forcing the seed": "guess_small_seeds guess_published_seeds guess_weak_keys worker_generators",
    "simulating again": "resimulate clone_the_future call_the_engine",
    "reading the clock": "read_clocks clocks_of_others time_the_judge set_clocks",
    "the classes of the paper": "teleport disable_rivals purge_waste spawn_apples combined",
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_attack_is_there(kind: str) -> None:
    assert {attack.name for attack in CORPUS} >= set(KINDS[kind].split())


def test_no_attack_is_described_twice() -> None:
    assert len({attack.tries for attack in CORPUS}) == len(CORPUS)
    assert all(attack.tries.endswith(".") and len(attack.tries) <= 120 for attack in CORPUS)
