"""The page of a run holds what the folder holds, and nothing that others wrote can become markup or script in it."""

import base64
import dataclasses
import hashlib
import json
import random
import re
import zlib
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec import structs

from report.runs import Made, keep_peace, many, program, recordings, write_run
from solon.contract import Fault, Figure, Finding, Proved, Refuted, Unknown, Verdict
from solon.engine import Bundle, Comparison, estimate, read_card
from solon.journal import Bodies
from solon.model import Cassette, Message, Reply, Request
from solon.playback import Moment
from solon.report import player_page, render, write_report
from solon.report.candidates import Node
from solon.report.charts import Bar, bars, binned, half_width, rounds, visible
from solon.report.details import Details, Lines
from solon.report.embed import plain
from solon.report.page import Shown

HOSTILE = "</script><img src=x onerror=alert(1)><!--\" ' & \u2028 </style>]]>"


class Reader(HTMLParser):
    """Reads a page as a browser does, and keeps its elements, attributes, texts and blocks."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.blocks: dict[str, str] = {}
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self.words: list[str] = []
        self._open: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        self._open.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        tag, attributes = self._open[-1] if self._open else ("", {})
        if tag == "script":
            if "type" in attributes:
                self.blocks[str(attributes.get("id"))] = data
            else:
                self.scripts.append(data)
            self._open.pop()
        elif tag == "style":
            self.styles.append(data)
            self._open.pop()
        else:
            self.words.append(data)

    def chunk(self, name: str) -> Any:
        return json.loads(zlib.decompress(base64.b64decode(self.blocks[name])))


def text(chunk: Any, runs: list[int]) -> str:
    """Put lines together as the page does."""
    pairs = zip(runs[::2], runs[1::2], strict=True)
    return "\n".join(line for start, count in pairs for line in chunk["lines"][start : start + count])


@pytest.fixture(scope="module")
def page(run: SimpleNamespace) -> Reader:
    return Reader(run.path.read_text())


def test_our_script_and_the_charts_library_may_run_and_the_policy_forbids_all_else(page: Reader) -> None:
    policy = next(it for _, it in page.attributes if "default-src" in it)
    assert len(page.scripts) == len(page.styles) == 1
    library = zlib.decompress(base64.b64decode(page.blocks["library"])).decode()
    digests = [
        base64.b64encode(hashlib.sha256(it.encode()).digest()).decode()
        for it in (page.scripts[0], library, page.styles[0])
    ]
    assert "script-src 'sha256-{}' 'sha256-{}';".format(*digests) in policy
    assert f"style-src 'sha256-{digests[2]}'" in policy
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy


def test_a_page_asks_nobody_for_anything(page: Reader) -> None:
    assert not {"link", "img", "iframe", "object", "embed", "base", "form"} & set(page.names)
    assert not [it for it in page.attributes if it[0] in ("src", "style") or it[0].startswith("on")]
    assert all(value.startswith("#") for name, value in page.attributes if name == "href")
    assert not re.search(r"\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval|Function)\b", page.scripts[0])


def test_the_page_states_the_claim_with_its_interval_control_bound_and_published_figures(page: Reader) -> None:
    words = " ".join(page.words)
    for piece in (
        "better than", "control stand still", "of the proved bound", "50%", "no play can have more", "counted by hand",
        "published: the others", "their paper", "full", "candidate 4: too good", "solon verify", "of 9 allowed",
        "There is an alarm", "4 sealed seeds",
    ):  # fmt: skip
        assert piece in words, piece


def test_the_index_tells_who_came_from_whom(page: Reader) -> None:
    index = json.loads(page.blocks["index"])
    assert index["parents"] == [[], [], [], [0], [0, 2], [4], [4]]
    assert index["round"] == [0, 0, 0, 1, 1, 2, 2]
    assert index["lineage"] == [5, 4, 0, 2]
    assert index["line"] == [5, 4, 0]
    assert index["score"] == [0.5, None, 0.2, 0.7, 0.9, 1.0, None]
    assert [index["faults"][it] if it >= 0 else "" for it in index["fault"]] == ["", "raised", "", "", "", "", ""]
    assert set(index["essential"]) == {5, 4, 0, 2, 1}


def test_details_hold_source_fault_holes_scores_and_findings(page: Reader, run: SimpleNamespace) -> None:
    chunk = page.chunk("chunk-0")
    winner, rejected, flagged = (chunk["documents"][number] for number in ("5", "1", "4"))
    assert text(chunk, winner["files"][0][1]) == run.source(5)
    assert winner["holes"] == {"chosen": 5}
    assert winner["metrics"] == {"score": [0.9, 1.1], "peace": [10.0, 10.0]}
    assert rejected["fault"]["message"] == "it divided by nothing"
    assert text(chunk, rejected["fault"]["traceback"]) == "Traceback\n  ZeroDivisionError"
    assert flagged["findings"] == [["alarm", "candidate 4: too good", "by far"]]
    assert "return 7" in text(chunk, chunk["documents"]["control:stand_still"]["files"][0][1])


def test_recorded_episodes_are_in_the_page_once_each(page: Reader, run: SimpleNamespace) -> None:
    assert [it["program"] for it in json.loads(page.blocks["episodes"])] == ["this program", "control: stand still"]
    assert len(page.chunk("episode-1")["frames"]) == len(run.recordings[0].recording.frames)


def test_the_page_is_a_pure_function_of_the_folder(run: SimpleNamespace) -> None:
    assert render(run.bundle.folder, recordings=run.recordings) == run.path.read_text()


def hostile_run(folder: Path) -> Bundle:
    fault = Fault("raised", HOSTILE, HOSTILE, HOSTILE)
    finding = Finding(HOSTILE, "alarm", HOSTILE, HOSTILE)
    made = [
        Made(f'"""{HOSTILE}"""\n', 0.5, operator=HOSTILE, holes={HOSTILE: HOSTILE}, finding=finding),
        Made(HOSTILE, None, (0,), fault=fault),
        Made("x", 0.4, (-3, 7), operator="__proto__", holes={"__proto__": "constructor"}),
    ]
    figures = [Figure("bound", HOSTILE, {"score": 2.0}, HOSTILE), Figure("published", HOSTILE, {"score": 1.0}, HOSTILE)]
    bundle = write_run(folder, [made], task=HOSTILE, figures=figures, proposer=HOSTILE, note=HOSTILE)
    card = read_card(folder)
    it = structs.replace(
        card,
        version=HOSTILE,
        reason=HOSTILE,
        isolation=HOSTILE,
        options={HOSTILE: HOSTILE},
        packages={HOSTILE: HOSTILE},
    )
    bundle.write_json("card.json", it)
    request = Request(HOSTILE, (Message("system", HOSTILE), Message("user", HOSTILE)), sample=0)
    Cassette(folder / "calls").put(request, Reply(HOSTILE, HOSTILE))
    return bundle


def test_what_others_wrote_stays_text(tmp_path: Path) -> None:
    bundle = hostile_run(tmp_path / "run")
    found = recordings(bundle, ["winner", "control:stand_still"], words=HOSTILE)
    reader = Reader(render(bundle.folder, recordings=found, dropped=HOSTILE))
    assert len(reader.scripts) == 1
    assert "img" not in reader.names
    assert not [name for name, _ in reader.attributes if name.startswith("on")]
    assert HOSTILE in " ".join(reader.words)
    assert json.loads(reader.blocks["index"])["operators"] == [HOSTILE, "vary", "__proto__"]
    chunk = reader.chunk("chunk-0")
    assert text(chunk, chunk["documents"]["1"]["files"][0][1]) == HOSTILE
    call = chunk["documents"]["0"]["calls"][0]
    assert text(chunk, call["reply"]) == text(chunk, call["messages"][1][1]) == HOSTILE
    assert json.loads(reader.blocks["index"])["parents"] == [[], [0], []]


def test_a_page_that_forgot_to_escape_would_be_noticed() -> None:
    reader = Reader(f"<script>ours()</script><p>{HOSTILE}</p>")
    assert "img" in reader.names
    assert [name for name, _ in reader.attributes if name.startswith("on")] == ["onerror"]
    assert len(Reader(f'<script type="application/json" id="index">{HOSTILE}<script>x</script>').scripts) == 1


def test_what_rounding_leaves_of_an_interval_is_nothing() -> None:
    assert half_width(0.1, 0.1 - 1e-17, 0.1 + 2e-17) == "0.00"
    assert half_width(0.0, -0.5, 0.5) == "0.50"


def test_findings_beyond_the_first_forty_are_counted(tmp_path: Path) -> None:
    made = [Made(str(number), 0.5, finding=Finding("copy", "note", f"seen {number}")) for number in range(60)]
    write_run(tmp_path / "run", [made])
    words = " ".join(Reader(render(tmp_path / "run")).words)
    assert "seen 39" in words
    assert "seen 40" not in words
    assert "20 of the kind copy (note)" in words


def test_a_block_can_be_ended_by_no_text() -> None:
    block = plain("index", {"text": HOSTILE})
    assert block.count("<") == 2
    assert json.loads(block.partition(">")[2].rpartition("</script>")[0]) == {"text": HOSTILE}


def test_a_player_page_stands_alone(run: SimpleNamespace) -> None:
    shown = Shown(HOSTILE, 0, run.recordings[0].recording)
    reader = Reader(player_page(HOSTILE, [shown]))
    assert json.loads(reader.blocks["episodes"])[0]["program"] == HOSTILE
    assert "img" not in reader.names


@pytest.mark.parametrize("less", [False, True])
def test_the_best_so_far_is_the_least_where_less_is_better(tmp_path: Path, *, less: bool) -> None:
    rounds = [[Made("a", 3.0)], [Made("b", 2.0, (0,))], [Made("c", 1.0, (1,))]]
    write_run(tmp_path / "run", rounds, winner=2 if less else 0, less=less)
    reader = Reader(render(tmp_path / "run"))
    assert ("aria-label", f"score by round; best {'1.00' if less else '3.00'}") in reader.attributes


def test_a_run_without_a_winner_says_why_and_claims_nothing(tmp_path: Path) -> None:
    write_run(tmp_path / "run", [[Made("x", None, fault=Fault("syntax", "wrong"))]], winner=None)
    reader = Reader(render(tmp_path / "run"))
    assert any("No valid program was found" in it for it in reader.words)
    assert json.loads(reader.blocks["index"])["winner"] is None
    assert "episodes" not in reader.blocks


def test_a_run_without_candidates_has_a_page(tmp_path: Path) -> None:
    write_run(tmp_path / "run", [], winner=None)
    assert "index" not in Reader(render(tmp_path / "run")).blocks


def test_two_hundred_candidates_stay_under_a_megabyte_with_episodes(tmp_path: Path) -> None:
    bundle = write_run(tmp_path / "run", many(200), winner=1)
    found = recordings(bundle, ["winner", "control:stand_still"])
    assert write_report(bundle.folder, recordings=found).stat().st_size < 1_000_000


def test_two_hundred_candidates_that_share_nothing_stay_under_a_megabyte_with_long_episodes(tmp_path: Path) -> None:
    noise = random.Random(2)
    rounds = [[dataclasses.replace(it, source=f"# {noise.randbytes(6000).hex()}\n") for it in one] for one in many(200)]
    bundle = write_run(tmp_path / "run", rounds, winner=1)
    found = [
        structs.replace(
            it, recording=structs.replace(it.recording, moments=(Moment(1, noise.randbytes(99_000).hex()),))
        )
        for it in recordings(bundle, ["winner", "control:stand_still"])
    ]
    path = write_report(bundle.folder, recordings=found)
    sizes = [len(it) for name, it in Reader(path.read_text()).blocks.items() if name.startswith("episode-")]
    assert min(sizes) > 140_000
    assert 800_000 < path.stat().st_size < 1_000_000


def test_details_end_where_the_page_would_grow_too_large_and_the_essential_ones_come_first(tmp_path: Path) -> None:
    noise = random.Random(1)
    bodies = Bodies(tmp_path / "bodies")
    nodes: list[Node] = []
    for number, suggestion in enumerate(_suggestions(bodies, [noise.randbytes(4000).hex() for _ in range(100)])):
        nodes.append(Node(number, 0, suggestion))
    chunks, places = Details(bodies, {}, None).chunks(nodes, {}, limit=200_000)
    assert 0 < sum(map(len, chunks)) <= 200_000
    assert sorted(places) == list(range(len(places)))
    assert 20 < len(places) < 60


def _suggestions(bodies: Bodies, sources: list[str]) -> list[Any]:
    from solon.journal import Suggestion

    return [Suggestion(bodies.put_program(program(source))) for source in sources]


def test_lines_of_siblings_are_kept_once() -> None:
    lines = Lines()
    assert lines.put("a\nb\nc\n") == [0, 4]
    assert lines.put("a\nx\nc\n") == [0, 1, 4, 1, 2, 2]
    assert lines.put("") == [3, 1]
    assert list(lines.lines) == ["a", "b", "c", "", "x"]


def test_the_best_so_far_keeps_the_constraints(tmp_path: Path) -> None:
    bundle = write_run(tmp_path / "run", [[Made("a = 1\n", 0.9, peace=-1.0), Made("b = 1\n", 0.5)]], winner=1)
    assert "score by candidate; best 0.90" in render(bundle.folder)
    keep_peace(bundle)
    page = render(bundle.folder)
    assert "score by candidate; best 0.50" in page
    assert "Left out: 1 that violates a constraint." in page
    assert "(that arm violates peace)" in page
    assert json.loads(Reader(page).blocks["index"])["violating"] == [0]


def test_the_first_proposal_is_not_said_to_be_better_than_itself(tmp_path: Path) -> None:
    bundle = write_run(tmp_path / "run", [[Made("a = 1\n", 0.9)]])
    card = read_card(bundle.folder)
    arms = {**card.arms, "first": card.arms["winner"]}
    bundle.publish(structs.replace(card, arms=arms, comparisons=(Comparison("first", estimate([0.0, 0.0]), False),)))
    page = render(bundle.folder)
    assert "This program is the first proposal" in page
    assert "not shown to be better" not in page


def test_figures_that_no_seed_moves_are_said_to_be_so(tmp_path: Path) -> None:
    bundle = write_run(tmp_path / "run", [[Made("a = 1\n", 0.9)]])
    assert "Means with 95 % intervals." in render(bundle.folder)
    card = read_card(bundle.folder)
    arms = {name: structs.replace(arm, metrics={"score": estimate([1.0] * 4)}) for name, arm in card.arms.items()}
    bundle.publish(structs.replace(card, arms=arms))
    assert "Every figure is the same on each seed" in render(bundle.folder)


def test_a_bound_that_is_passed_is_no_success(tmp_path: Path) -> None:
    passed = Finding("bound-passed", "alarm", "winner: score 0.9 passes the bound 0.5")
    bundle = write_run(tmp_path / "run", [[Made("a = 1\n", 0.9, finding=passed)]])
    assert '<div class="passed"><dt>of the proved bound</dt>' in render(bundle.folder)
    assert "more than can be: see findings" in render(bundle.folder)


def test_a_chart_is_data_with_its_figures_in_words_beside_it() -> None:
    drawn = Reader(
        bars([Bar(HOSTILE, 1.0, 0.5, 1.5, "winner"), Bar("they", 3.0, None, None, "published")], 2.0, name="score")
    )
    assert drawn.names == ["div", "ul", *["li", "span", "i", "b", "small"], *["li", "span", "i", "b"]]
    data = json.loads(next(value for name, value in drawn.attributes if name == "data-chart"))
    assert data["rows"] == [[HOSTILE, 1.0, 0.5, 1.5, "winner"], ["they", 3.0, None, None, "published"]]
    assert data["bound"] == [2.0, "proved bound 2.00"]
    assert "".join(drawn.words) == f"{HOSTILE}1.00 ± 0.50they3.00"


@pytest.mark.parametrize(("less", "bests"), [(False, [1.0, 1.0, 3.0, 3.0]), (True, [1.0, 0.5, 0.5, 0.5])])
def test_the_best_so_far_goes_from_round_to_round(less: bool, bests: list[float]) -> None:
    bins = binned([([1.0], 0), ([0.5, 0.5, 0.75], 2), ([3.0, 1.0], 0), ([], 4)], noun="round")
    drawn = Reader(rounds(bins, less=less, name="score"))
    columns = json.loads(next(value for name, value in drawn.attributes if name == "data-chart"))["columns"]
    assert [it[1] for it in columns] == bests
    assert columns[1] == ["round 1", bests[1], 0.5 if less else 0.75, 0.5, 0.75, 3, 2]
    assert columns[3] == ["round 3", bests[3], None, None, None, 0, 4]


def test_scores_that_are_all_the_same_stand_in_the_middle_of_a_narrow_scale() -> None:
    assert visible([4.0, 4.0], less=False) == (3.6, 4.4)
    assert visible([0.0], less=False) == (-1.0, 1.0)
    assert visible([-900.0, 1.0, 1.0, 1.1, 1.2, 1.2, 1.3, 1.3], less=False)[0] > -1


@pytest.mark.parametrize(
    ("verdict", "kind", "words"),
    [
        (Proved("a solver"), "proved", "<strong>Proved</strong>, by a solver."),
        (Refuted(HOSTILE), "alarm", "<strong>Refuted</strong>: &lt;/script&gt;"),
        (Unknown("no time"), "warning", "<strong>Neither proved nor refuted</strong>: no time."),
    ],
)
def test_a_verdict_is_seen_by_its_first_word(tmp_path: Path, verdict: Verdict, kind: str, words: str) -> None:
    bundle = write_run(tmp_path / "run", [[Made("a = 1\n", 0.9)]])
    bundle.publish(structs.replace(read_card(bundle.folder), verdict=verdict))
    assert f'<p class="finding {kind}">{words}' in render(bundle.folder)
