"""What a reader sees of a selected candidate, packed so that a page holds thousands and unpacks a few.

Texts are split into lines, and a chunk keeps each line once: siblings differ in few. A chunk is unpacked when one of
its candidates is selected. Chunks are made in the order of interest, until the page is as large as it may be.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from solon.contract import Fault, Program
from solon.engine.feedback import Describe
from solon.journal import Bodies
from solon.model import Cassette, load_prices
from solon.model import Recording as Call
from solon.playback import Excerpt
from solon.report.candidates import Node
from solon.report.embed import pack

CHUNK_CANDIDATES = 32
CHUNK_CHARACTERS = 300_000
TEXT_CHARACTERS = 60_000
"""Characters of one text that are shown; the whole one is in the run's folder."""

Runs = list[int]
"""Lines of a chunk: first line, number of lines, first line, number of lines, ..."""


class Lines:
    """The lines of a chunk, each once."""

    def __init__(self) -> None:
        self.lines: dict[str, int] = {}
        self.characters: int = 0

    def put(self, text: str) -> Runs:
        """Return where the lines of a text are; a very long text is cut."""
        if len(text) > TEXT_CHARACTERS:
            text = f"{text[:TEXT_CHARACTERS]}\n[the rest is left out here; it is in the run's folder]"
        places: list[int] = []
        for line in text.split("\n"):
            if line not in self.lines:
                self.characters += len(line)
            places.append(self.lines.setdefault(line, len(self.lines)))
        starts = [0, *(at for at, (one, other) in enumerate(pairwise(places), 1) if other != one + 1), len(places)]
        return [it for begin, end in pairwise(starts) for it in (places[begin], end - begin)]


class Details:
    """Turns candidates into chunks; ``describe`` words their feedback, None where the task cannot be asked."""

    def __init__(self, bodies: Bodies, calls: Mapping[int, Sequence[Call]], describe: Describe | None) -> None:
        self._bodies = bodies
        self._calls = calls
        self._describe = describe
        self._prices = load_prices()
        self._texts: Cassette | None = None

    def texts_from(self, cassette: Cassette) -> None:
        """Take the contents of prompts from there."""
        self._texts = cassette

    def chunks(
        self, nodes: Iterable[Node], others: Mapping[str, Program], limit: int
    ) -> tuple[list[bytes], dict[int, int]]:
        """Return the chunks, at most ``limit`` bytes together, and the chunk of each candidate that is in one.

        The first chunk holds the ``others``, programs that are no candidates, by name.
        """
        packed: list[bytes] = []
        places: dict[int, int] = {}
        lines = Lines()
        documents: dict[str, object] = {name: self._program(it, lines) for name, it in others.items()}
        size, begun = 0, list[int]()

        def close() -> bool:
            nonlocal size, lines, documents, begun
            chunk = pack({"lines": list(lines.lines), "documents": documents})
            if packed and size + len(chunk) > limit:
                return False
            size += len(chunk)
            places.update(dict.fromkeys(begun, len(packed)))
            packed.append(chunk)
            lines, documents, begun = Lines(), {}, []
            return True

        for node in nodes:
            documents[str(node.number)] = self._document(node, lines)
            begun.append(node.number)
            full = len(begun) >= CHUNK_CANDIDATES or lines.characters >= CHUNK_CHARACTERS
            if full and not close():
                return packed, places
        if documents:
            close()
        return packed, places

    def _program(self, program: Program, lines: Lines) -> dict[str, object]:
        files = [(name, lines.put(text)) for name, text in program.files]
        return {"files": files, "entry": program.entry, "kind": program.kind, "digest": program.digest}

    def _document(self, node: Node, lines: Lines) -> dict[str, object]:
        names = node.episodes[0].metrics if node.episodes else {}
        document: dict[str, object] = {
            **self._program(self._bodies.program(node.suggestion.program), lines),
            "holes": node.suggestion.holes,
            "metrics": {name: [short(it.metrics[name]) for it in node.episodes] for name in names},
            "slips": sum(episode.slips for episode in node.episodes),
            "findings": [(it.severity, it.message, it.evidence) for it in node.findings],
        }
        first_slip = next((it.first_slip for it in node.episodes if it.first_slip is not None), None)
        if node.fault is not None:
            document["fault"] = _fault(node.fault, lines)
        elif first_slip is not None:
            document["slip"] = _fault(first_slip, lines)
        if feedback := self._feedback(node):
            document["feedback"] = lines.put(feedback)
        if calls := self._calls.get(node.number):
            document["calls"] = [self._call(call, lines) for call in calls]
        return document

    def _feedback(self, node: Node) -> str:
        if self._describe is None or not (node.episodes or node.fault):
            return ""
        told = node.excerpt
        excerpt = told and Excerpt(told.seed, self._bodies.moments(told.moments))
        return self._describe(node.episodes, node.fault, excerpt).text

    def _call(self, call: Call, lines: Lines) -> dict[str, object]:
        assert self._texts is not None
        messages = self._texts.request(call).messages
        it: dict[str, object] = {
            "model": call.model,
            "messages": [(one.role, lines.put(one.content)) for one in messages],
        }
        if call.reply is None:
            return {**it, "refusal": call.refusal}
        reply = call.reply
        cost = self._prices.cost(
            call.model, reply.input_tokens or 0, reply.output_tokens or 0, reply.cached_tokens, reply.written_tokens
        )
        return {
            **it,
            "reply": lines.put(reply.text),
            "end": reply.finish_reason,
            "input": reply.input_tokens,
            "output": reply.output_tokens,
            "usd": None if cost is None else float(cost),
        }


def _fault(fault: Fault, lines: Lines) -> dict[str, object]:
    return {
        "kind": fault.kind,
        "message": fault.message,
        "remedy": fault.remedy,
        "step": fault.step,
        "traceback": lines.put(fault.traceback),
    }


def read_calls(cassette: Cassette) -> dict[int, list[Call]]:
    """Return the recorded calls of each candidate, first replies before corrections."""
    calls: dict[int, list[Call]] = {}
    for call in cassette.recordings():
        calls.setdefault(call.sample, []).append(call)
    for found in calls.values():
        found.sort(key=lambda call: len(call.messages))
    return calls


def short(value: float) -> float:
    """Return a figure with the digits that a reader can use."""
    return float(f"{value:.6g}")
