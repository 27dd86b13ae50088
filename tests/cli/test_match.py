"""``solon match`` as a person meets it: matrix, dominance, invasion, held-out partners, one JSON object, one figure."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rich.console import Console

from solon.cli import main
from solon.cli.matching import _invasion_table, _payoff_table, _read, _shown
from solon.engine import estimate
from solon.engine.match import Entrant, Invasion, InvasionPoint, Match
from solon.evidence import policy_of
from solon.report.curves import curves
from solon.tasks import load

Call = Callable[..., tuple[int, str, str]]
SHORT = ["-o", "steps=40", "-o", "n_agents=4", "--workers", "1", "--seeds", "2"]
STAND = "def policy(env, agent_id):\n    return 7\n"


@pytest.fixture
def solon(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Call:
    """Call the command line in an empty folder; returns exit code, standard output and standard error."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main(arguments)
        out, err = capfd.readouterr()
        return int(left.value.code or 0), out, err

    return call


def test_json_is_one_object_with_every_figure_and_its_seeds(solon: Call) -> None:
    Path("mine.py").write_text(STAND)
    code, out, _ = solon("match", "gathering", "nearest_apple", "mine.py", "--json", "--figure", "out/c.svg", *SHORT)
    found = json.loads(out)
    assert code == 0
    assert set(found) == {
        "task", "version", "isolation", "seats", "seeds", "programs", "payoffs", "dominance", "exploitability",
        "invasions", "held_out", "faults", "schema",
    }  # fmt: skip
    assert (found["task"], found["version"]) == ("gathering", "1[n_agents=4,steps=40]")
    assert [it["name"] for it in found["programs"]] == ["nearest_apple", "mine.py"]
    (apple, _), (stood, alone) = found["payoffs"]
    assert len(apple["per_seed"]) == 2
    assert alone["per_seed"] == [0, 0]
    assert stood["mean"] < apple["mean"]
    assert [point["mutants"] for point in found["invasions"][0]["points"]] == [1, 2, 3]
    assert {it["role"] for it in found["held_out"][0]["partnerships"]} == {"resident", "even", "visitor"}
    assert {it["partner"] for it in found["held_out"][0]["partnerships"]} >= {"exploiting", "cooperating", "random"}
    image = ElementTree.parse("out/c.svg").getroot()
    assert image.tag.endswith("svg")
    assert len(image.findall(".//{*}polyline")) == 2


def test_the_terminal_shows_matrix_dominance_invasion_and_partners(solon: Call) -> None:
    code, out, err = solon(
        "match", "gathering", "nearest_apple", "stand", "--figure", "c.svg", "--matrix", "m.svg", *SHORT
    )
    assert (code, err) == (0, "")
    assert "Figure m.svg" in out
    assert ElementTree.parse("m.svg").getroot().tag.endswith("svg")
    text = " ".join(out.split())
    assert "2 of 4 seats each" in text
    assert "nearest_apple strictly dominates stand" in text
    assert "stand: a seat that leaves it gains" in text
    assert "nearest_apple: no seat gains by leaving it" in text
    assert "nearest_apple among stand" in text
    assert "held-out partners" in text
    assert "Figure c.svg" in text
    rows = [line for line in out.splitlines() if line.strip().startswith(("nearest_apple ", "stand "))]
    assert all("±" in row for row in rows[:2])


def test_a_program_that_fails_is_named_and_gives_exit_code_1(solon: Call) -> None:
    Path("bad.py").write_text("def policy(env, agent_id)\n")
    code, out, err = solon("match", "gathering", "stand", "bad.py", *SHORT)
    assert code == 1
    assert "bad.py: " in err
    assert "syntax" in err
    assert "invalid" in out
    assert "Traceback" not in out


def test_agents_that_see_a_window_meet_too(solon: Call) -> None:
    few = ["-o", "steps=10", "-o", "n_agents=2", "--workers", "1", "--seeds", "1"]
    code, out, _ = solon("match", "gathering", "nearest_apple", "stand", "-o", "decentralised=true", "--json", *few)
    assert code == 0
    assert json.loads(out)["version"] == "1[n_agents=2,steps=10,decentralised=True]"


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("match", "gathering", "stand"), "two programs"),
        (("match", "gathering", "stand", "stand"), "named twice"),
        (("match", "gathering", "stand", "absent.py"), "absent.py"),
        (("match", "gathering", "stand", "random", "--seeds", "0"), "1 or more"),
        (("match", "gathering", "stand", "random", "-o", "n_agents=1"), "raise n_agents"),
    ],
)
def test_a_wrong_call_is_one_sentence_and_exit_code_2(solon: Call, arguments: tuple[str, ...], hint: str) -> None:
    code, out, err = solon(*arguments)
    assert (code, out) == (2, "")
    assert hint in err
    assert len(err.splitlines()) == 1


def test_the_terminal_shows_a_few_numbers_of_mutants_with_both_ends() -> None:
    assert _shown(2) == [1]
    assert _shown(4) == [1, 2, 3]
    assert _shown(10) == [1, 3, 5, 7, 9]
    assert _shown(12)[0] == 1
    assert _shown(12)[-1] == 11


def invasion(mutant: str, resident: str, values: list[float]) -> Invasion:
    flat = tuple(
        InvasionPoint(k + 1, estimate([value, value + 1]), estimate([0.0]), estimate([value]))
        for k, value in enumerate(values)
    )
    return Invasion(mutant, resident, flat)


def test_the_figure_has_a_panel_for_each_pair_and_names_that_cannot_break_it() -> None:
    odd = '<b>&"'
    image = ElementTree.fromstring(curves([invasion("a", odd, [1, 2, 3]), invasion(odd, "a", [3, 2, 1])]))
    assert len(image.findall(".//{*}g")) == 1
    assert len(image.findall(".//{*}polygon")) == 1  # one seed has no interval, so no band
    assert odd in "".join(image.itertext())
    several = [
        invasion("a", "b", [1.0]),
        invasion("a", "c", [0.0]),
        invasion("b", "c", [2.0, 2.0]),
        Invasion("a", "d", ()),
    ]
    assert len(ElementTree.fromstring(curves(several)).findall(".//{*}g")) == 3
    assert "No two programs met" in curves([])


def test_a_folder_of_a_run_stands_for_its_winner() -> None:
    folder = Path(__file__).parents[2] / "evidence" / "cleanup_synthesised"
    assert _read(load("cleanup"), [folder]) == {str(folder): policy_of(folder)}


def test_a_narrow_terminal_gets_means_without_intervals_and_fewer_points() -> None:
    figures = estimate([12.25, -134.5])
    points = tuple(InvasionPoint(count, figures, figures, figures) for count in range(1, 10))
    pairs = [Invasion(one, other, points) for one in ("a" * 30, "b" * 30) for other in ("runs/" + "c" * 30,)]
    names = [Entrant(it, "", None) for it in ("a" * 30, "b" * 30, "runs/" + "c" * 30)]
    found = Match("t", "1", "full", 10, 2, tuple(names), ((figures,) * 3,) * 3, (), (), tuple(pairs), (), ())
    out = io.StringIO()
    for table in (_payoff_table(found, 60), _invasion_table(found, 60)):
        Console(file=out, width=60).print(table)
    text = out.getvalue()
    assert "no room here for intervals" in text
    assert text.count("-61.1 / -61.1") == 2 * 2
    assert "…" not in text
