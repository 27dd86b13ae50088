"""One page of HTML for one run: drawn from its folder, opens offline, runs no script but ours and Chart.js.

Others draw with these, which read a run's folder and change nothing:

- ``render(folder, task=...)`` returns the whole page of a run as text; ``write_report`` stores it.
- ``render(folder, served=...)`` returns the same page for a server, which answers with ``candidate`` for each candidate
  that the page leaves out.
- ``player_page(title, episodes)`` returns a page that only plays episodes.
- ``solon.report.embed``: ``document``, ``plain``, ``packed``, ``pack``, ``style``, ``script`` and ``policy`` for pages
  of their own, and ``solon.report.recordings`` for the stored episodes.

A task is needed for the feedback of candidates alone; without one the page leaves it out.
"""

from collections.abc import Sequence
from html import escape
from pathlib import Path

import msgspec

from solon.contract import InfrastructureError, Program, Task, Value
from solon.engine import Bundle, Card, read_card
from solon.engine.feedback import describer
from solon.journal.remedies import remedy
from solon.model import Cassette
from solon.playback import Recording
from solon.report import sections
from solon.report.candidates import Search, essential, in_order_of_interest, lineage, main_line, operators, read_search
from solon.report.charts import Bin, binned, rounds
from solon.report.details import Details, read_calls, short
from solon.report.embed import document, pack, packed, plain
from solon.report.exhibits import exhibits
from solon.report.recordings import Recorded, read_recordings
from solon.report.sections import label, section

_DETAILS_BYTES = 200_000
_DETAILS_BYTES_A_CANDIDATE = 600
_DETAILS_BYTES_AT_MOST = 4_500_000
_EPISODE_BYTES = 160_000
"""Base64 of one recorded episode; a longer one is left to ``solon play``."""


class Shown(Value, frozen=True):
    """An episode for the player; ``program`` names what plays it."""

    program: str
    seed: int
    recording: Recording


class Served(Value, frozen=True):
    """Where a page that a server shows finds what is not in it."""

    home: str  # the address of the list of runs
    candidates: str  # the address of a candidate, but for its number, which answers with ``candidate``


def write_report(
    folder: Path,
    *,
    out: Path | None = None,
    dropped: str = "",
    task: Task | None = None,
    recordings: Sequence[Recorded] | None = None,
) -> Path:
    """Draw the report of a finished run, as report.html in its folder or as the file ``out``, and return its path.

    ``dropped`` is what a resumed run lost of its journal; ``recordings`` stand in for those of the folder. Raises
    ValueError when the folder holds no finished run, InfrastructureError when it is damaged or cannot be written.
    """
    page = render(folder, dropped=dropped, task=task, recordings=recordings).encode()
    target = out or folder / "report.html"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(target.name + ".part")
        part.write_bytes(page)
        part.replace(target)
    except OSError as error:
        raise InfrastructureError(f"cannot write {target} ({error.strerror}); {remedy(error)} (--out FILE)") from None
    return target


def render(
    folder: Path,
    *,
    dropped: str = "",
    task: Task | None = None,
    recordings: Sequence[Recorded] | None = None,
    served: Served | None = None,
) -> str:
    """Return the report of a finished run; see ``write_report``."""
    bundle, card = Bundle.open(folder), read_card(folder)
    log = bundle.log()
    search = read_search(log.facts)
    found = read_recordings(folder) if recordings is None else recordings
    episodes = [
        Shown(label(it.arm), it.seed, it.recording)
        for it in found
        if it.arm in card.arms and card.arms[it.arm].program == it.program
    ]
    player, player_blocks = _player(episodes)
    watch = player + _exhibits(episodes)
    body = _body(bundle, card, search, dropped=dropped or log.dropped, player=watch, served=served)
    blocks = [*_explorer(bundle, card, search, task, served), *player_blocks]
    return document(f"Solon · {card.task}", body, blocks=blocks, extra="connect-src 'self'" if served else "")


def candidate(folder: Path, number: int, *, task: Task | None = None) -> bytes:
    """Return the packed details of one candidate, which a served page asks for when it has left them out.

    Raises ValueError when there is no such candidate, InfrastructureError when the folder is damaged.
    """
    bundle = Bundle.open(folder)
    nodes = read_search(bundle.log().facts).nodes
    if not 0 <= number < len(nodes):
        raise ValueError(f"{folder} has {len(nodes)} candidates, and none of number {number}")
    chunks, _ = _details(bundle, task).chunks([nodes[number]], {}, _DETAILS_BYTES_AT_MOST)
    return chunks[0]


def player_page(title: str, episodes: Sequence[Shown]) -> str:
    """Return a page that plays episodes, the first two side by side if they share a seed."""
    player, blocks = _player(episodes, limit=None)
    body = f"{_top(title, '')}<main>{section('replay', 'Replay', player + _exhibits(episodes))}</main>"
    return document(title, body, blocks=blocks)


def _body(bundle: Bundle, card: Card, search: Search, *, dropped: str, player: str, served: Served | None) -> str:
    winner = card.arms.get("winner")
    claimed = winner is not None and not card.fault
    parts = [
        section("result", "Result", _result(card, dropped)),
        section("replay", "Watch it", player),
        section("metrics", "Every metric", sections.metrics(card) if claimed else ""),
        section("partners", "With partners it was not made with", sections.partners(card)),
        section("constraints", "Constraints", sections.constraints(card)),
        section("frontier", "Frontier", sections.frontier(card)),
        section("search", "The search", _search(card, search)),
        section("findings", "Findings", sections.findings(card)),
        section("program", "The program", _program(bundle, card)),
        section("cost", "Cost and time", sections.cost(bundle, card)),
        section("bounds", "Bounds and published figures", sections.bounds(card)),
        section("check", "How to check this", sections.checking(bundle, card)),
        section("made", "How this was made", sections.made(bundle, card)),
    ]
    names = {
        "result": "Result", "replay": "Replay", "metrics": "Metrics", "search": "Search", "findings": "Findings",
        "program": "Program", "check": "Check",
    }  # fmt: skip
    links = "".join(
        f'<a href="#{name}">{words}</a>'
        for name, words in names.items()
        if any(f'id="{name}"' in it[:40] for it in parts)
    )
    if served is not None:
        links = f'<a href="{escape(served.home)}">All runs</a>{links}'
    return f"{_top(card.task, links)}<main>{''.join(parts)}</main>"


def _top(title: str, links: str) -> str:
    nav = f'<nav aria-label="Parts of this page">{links}</nav>' if links else ""
    return (
        f'<a class="skip" href="#content">Skip to the content</a><header class="top"><h1>{escape(title)}</h1>{nav}'
        '<button type="button" id="theme" hidden>Theme</button></header><div id="content" tabindex="-1"></div>'
    )


def _result(card: Card, dropped: str) -> str:
    among = f"{card.cost.candidates:,} candidate{'' if card.cost.candidates == 1 else 's'}"
    seeds = f"{card.sealed_seeds} sealed seed{'' if card.sealed_seeds == 1 else 's'}"
    intro = f"A program found among {among} and judged on {seeds} that no proposal had met. {sections.spread(card)}"
    parts = [f'<p class="soft">{intro}</p>']
    if dropped:
        parts.append(
            f'<p class="finding warning">The journal was damaged when the run was resumed: {escape(dropped)}.</p>'
        )
    alarms = sum(finding.severity == "alarm" for finding in card.findings)
    if alarms:
        words = "There is an alarm" if alarms == 1 else f"There are {alarms} alarms"
        parts.append(f'<p class="finding alarm">{words} about this run: see <a href="#findings">findings</a>.</p>')
    winner = card.arms.get("winner")
    if winner is None:
        parts.append(f'<p class="finding warning">No valid program was found: {escape(card.reason)}.</p>')
    elif card.fault:
        fault = escape(card.fault.rstrip("."))
        parts.append(
            f'<p class="finding alarm">The winner is invalid on the sealed seeds ({fault}), so nothing is claimed.</p>'
        )
    else:
        parts += [sections.headline(card, winner), sections.verdict(card), sections.comparisons(card)]
    return "".join(parts)


def _program(bundle: Bundle, card: Card) -> str:
    if card.program is None:
        return ""
    return "".join(
        f'<h3>{escape(name)}</h3><pre class="source" tabindex="0"><code>{escape(text)}</code></pre>'
        for name, text in bundle.bodies.program(card.program).files
    )


def _search(card: Card, search: Search) -> str:
    means = _keeping(card, search)
    violating = len(_means(card, search)) - len(means)
    less = card.objective in card.minimised
    groups: dict[int, tuple[list[float], int]] = {}
    for node in search.nodes:
        scores, rejected = groups.get(node.round, ([], 0))
        if node.number in means:
            scores.append(means[node.number])
        groups[node.round] = (scores, rejected + (node.fault is not None))
    single = len(groups) < 3
    alone = [([means[it.number]] if it.number in means else [], int(it.fault is not None)) for it in search.nodes]
    bins: list[Bin] = binned(alone if single else list(groups.values()), noun="candidate" if single else "round")
    drawn = "each candidate (dot)" if single else "each round: its best (dot), its middle half (bar)"
    words = (
        f"Mean {escape(card.objective)} on the search seeds that a candidate met, for {drawn}; "
        "the line is the best so far. "
        f"{_left_out(violating)}The search ended because {escape(card.reason.rstrip('.'))}."
    )
    drawing = rounds(bins, less=less, name=card.objective)
    if violating and not means:
        drawing = "<p>No candidate kept all constraints.</p>"
    explorer = (
        '<h3>Candidates</h3><div id="explorer"><noscript><p class="soft">The graph of candidates needs JavaScript.</p>'
        "</noscript></div>"
    )
    return (
        f'<p class="soft">{words}</p>{drawing}'
        f"{sections.operators(operators(search, means, less=less))}{explorer if search.nodes else ''}"
    )


def _means(card: Card, search: Search) -> dict[int, float]:
    return {node.number: mean for node in search.nodes if (mean := node.mean(card.objective)) is not None}


def _keeping(card: Card, search: Search) -> dict[int, float]:
    """Return the means of the candidates that keep all constraints on the search seeds that they met."""
    constraints = {it.constraint: -1.0 if it.constraint in card.minimised else 1.0 for it in card.constraints}
    means = _means(card, search)
    return {number: mean for number, mean in means.items() if not search.nodes[number].violates(constraints)}


def _left_out(violating: int) -> str:
    if not violating:
        return ""
    return f"Left out: {violating:,} that violate{'s' if violating == 1 else ''} a constraint. "


def _player(episodes: Sequence[Shown], *, limit: int | None = _EPISODE_BYTES) -> tuple[str, list[str]]:
    """Return the place of the player and its blocks; nothing where there is nothing to watch."""
    blocks: list[str] = []
    kept: list[dict[str, object]] = []
    left_out: list[str] = []
    for it in episodes:
        if not it.recording.frames:
            continue
        content = pack(msgspec.structs.replace(it.recording, exhibits=()))  # they stand in the page already
        if limit is not None and len(content) > limit:
            left_out.append(it.program)
            continue
        block = f"episode-{len(blocks)}"
        kept.append({"program": it.program, "seed": it.seed, "block": block})
        blocks.append(packed(block, content))
    words = "".join(
        f'<p class="soft">The episode of {escape(name)} is too long for this page.</p>' for name in left_out
    )
    if not kept:
        return words, []
    place = '<div id="player"><noscript><p class="soft">The replay needs JavaScript.</p></noscript></div>'
    return place + words, [plain("episodes", kept), *blocks]


def _exhibits(episodes: Sequence[Shown]) -> str:
    return exhibits({it.program: it.recording.exhibits for it in episodes if it.recording.exhibits})


def _explorer(bundle: Bundle, card: Card, search: Search, task: Task | None, served: Served | None) -> list[str]:
    """Return the blocks of the candidate graph: an index of all candidates, and the details of those that fit."""
    if not search.nodes:
        return []
    means, less = _means(card, search), card.objective in card.minimised
    keeping = _keeping(card, search)
    telling = essential(search, keeping, winner=card.winner, less=less)
    order = in_order_of_interest(search, keeping, telling, less=less)
    limit = min(_DETAILS_BYTES_AT_MOST, _DETAILS_BYTES + _DETAILS_BYTES_A_CANDIDATE * len(search.nodes))
    limit = _DETAILS_BYTES if served else limit  # the rest is a request away
    nodes = (search.nodes[number] for number in order)
    chunks, places = _details(bundle, task).chunks(nodes, _controls(bundle, card), limit)
    names: dict[str, int] = {}
    kinds: dict[str, int] = {}
    index = {
        "objective": card.objective,
        "less": less,
        "more": served.candidates if served else "",
        "winner": card.winner,
        "line": main_line(search.nodes, card.winner),
        "lineage": lineage(search.nodes, card.winner),
        "essential": telling,
        "controls": [arm for arm in card.arms if arm.startswith("control:")],
        "findings": {str(node.number): len(node.findings) for node in search.nodes if node.findings},
        "feedback": bundle.configuration().feedback,
        "round": [node.round for node in search.nodes],
        "parents": [node.parents for node in search.nodes],
        "operator": [names.setdefault(node.suggestion.operator, len(names)) for node in search.nodes],
        "fault": [-1 if node.fault is None else kinds.setdefault(node.fault.kind, len(kinds)) for node in search.nodes],
        "seeds": [len(node.episodes) for node in search.nodes],
        "violating": [number for number in means if number not in keeping],
        "score": [None if node.number not in means else short(means[node.number]) for node in search.nodes],
        "chunk": [places.get(node.number, -1) for node in search.nodes],
        "operators": list(names),
        "faults": list(kinds),
    }
    return [plain("index", index), *(packed(f"chunk-{place}", chunk) for place, chunk in enumerate(chunks))]


def _details(bundle: Bundle, task: Task | None) -> Details:
    cassette = Cassette(bundle.folder / "calls")
    describe = describer(task, bundle.configuration().feedback) if task is not None else None
    details = Details(bundle.bodies, read_calls(cassette), describe)
    details.texts_from(cassette)
    return details


def _controls(bundle: Bundle, card: Card) -> dict[str, Program]:
    """Return the control arms that the folder still holds."""
    found: dict[str, Program] = {}
    for arm, it in card.arms.items():
        if arm.startswith("control:"):
            try:
                found[arm] = bundle.bodies.program(it.program)
            except (InfrastructureError, msgspec.DecodeError):
                continue
    return found
