"""Who introduced a value: the user's words, a field of a trusted tool, a text that the user points at, or others.

Trust follows from the way a value came into the run and not from its presence there. A ledger keeps the user's query
and the results of the calls so far, and names for each value of a new call all sources that it may have come from:

``user``     the user's query says it
``field``    it is the whole of a field that identifies something (sender, participant, id) in a result of a closed tool
``pointed``  a text of a closed tool says it, and the user named that document, such as a file
``said``     a text of a closed tool says it, and the user named a party to it, such as the sender or the channel
``page``     a result of an open tool says it, and the user named what was opened
``text``     another text in a result of a closed tool says it: what colleagues wrote, and what came by mail
``embedded`` it is a part of a field that should hold an identifier alone
``web``      a result of an open tool says it: anybody may have written it
``new``      nobody said it before; the agent made it up, or an attacker's words were not recognised
``plain``    an empty text, a truth value: nothing that could have been introduced
``foreign``  words in which a link, an address or an account number stands that neither user nor field introduced

A source ``tool:NAME`` says from which tool a value came. What is forgotten (see ``KEPT``) becomes ``new``: stricter.
"""

import re
import unicodedata
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal

import msgspec

from solon.contract import Value
from solon.tasks.guard.tools.calls import Described, Json, Step, leaves
from solon.tasks.guard.tools.roles import Role, document, role, stems

Place = tuple[str | int, ...]
TRUST: Final = ("plain", "user", "field", "pointed", "said", "page", "text", "embedded", "web", "new")  # best first
KEPT: Final = 200  # results
LONGEST: Final = 200_000  # letters of one result
SHORTEST: Final = 3  # letters of a name by which a user can point at something

_LINK: Final = re.compile(
    r"(?:https?://|www\.)[^\s<>\"')]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\b(?=\w*\d)[A-Z0-9]{12,}\b", re.ASCII
)
_MONTHS: Final = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_DAY: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


Named = Literal["", "document", "party"]


class _Text(Value, frozen=True):
    """A text of a result: where it stood and whether the user named the document or a party to it."""

    tool: str
    folded: str
    kind: Role
    named: Named
    open: bool


class Ledger:
    """What was said in one run; one owner, one run."""

    def __init__(self, query: str, tools: Mapping[str, Described]) -> None:
        self.query = query
        self.words = sorted(stems(query))
        self._query = fold(re.sub(r"\.(?=[A-Z][a-z])", ". ", query))  # a new sentence without a space
        self.tools = tools
        self._texts: deque[tuple[_Text, ...]] = deque(maxlen=KEPT)

    def observe(self, step: Step) -> None:
        """Take note of what a call brought."""
        described = self.tools.get(step.call.tool)
        is_open = described is None or described.open_world
        given = [(str(place[0]), text) for place, text in leaves(step.call.arguments) if isinstance(text, str)]
        addresses = [(name, text) for name, text in given if role(name) == "identifier"]
        addressed: Named = ""
        if addresses and all(self._asked(text) for _, text in addresses):
            addressed = "document" if any(document(name) for name, _ in addresses) else "party"
        echoes = sorted({fold(str(text)) for _, text in leaves(step.call.arguments)}, key=len, reverse=True)
        texts = (_without(text, echoes) for text in self._noted(step, is_open=is_open, addressed=addressed))
        self._texts.append(tuple(text for text in texts if text.folded))

    def _noted(self, step: Step, *, is_open: bool, addressed: Named) -> Iterator[_Text]:
        left = LONGEST
        for record, alone in _records(step.result):
            found = list(leaves(record))
            named = self._named(found, step.call.tool) or (addressed if alone else "")
            for place, text in found:
                folded = fold(str(text))
                left -= len(folded)
                if left < 0:
                    return
                yield _Text(step.call.tool, folded, _kind(place, step.call.tool), named, is_open)

    def _named(self, found: Sequence[tuple[Place, str | int | float]], tool: str) -> Named:
        """Return whether the user named a record by one of its identifying fields."""
        named: Named = ""
        for place, text in found:
            if isinstance(text, str) and _kind(place, tool) == "identifier" and self._points(text):
                if document(next((key for key in reversed(place) if isinstance(key, str)), "")):
                    return "document"
                named = "party"
        return named

    def sources(self, value: Json, kind: Role) -> tuple[str, ...]:
        """Return the sources of a value; ``kind`` is the role of the argument that it is given for."""
        if value is None or isinstance(value, bool) or value == "":
            return ("plain",)
        if isinstance(value, list | dict):
            parts = [self.sources(inner, kind) for _, inner in leaves(value)]
            best = [min((label for label in part if label in TRUST), key=TRUST.index) for part in parts]
            whole = max(best, key=TRUST.index, default="plain")  # as good as its worst part
            return (whole, "foreign") if any("foreign" in part for part in parts) else (whole,)
        text = str(value)
        found = self._of(text, kind)
        if kind == "words" and any(not set(self._of(link, "identifier")) & _OWN for link in links(text)):
            found.add("foreign")
        return tuple(sorted(found))

    def _of(self, text: str, kind: Role) -> set[str]:
        folded = fold(text)
        found: set[str] = {"user"} if self._asked(text, kind) else set()
        for texts in self._texts:
            for said in texts:
                found.update(_source(said, folded))
        return found or {"new"}

    def _asked(self, text: str, kind: Role = "identifier") -> bool:
        return mentions(self._query, fold(text)) or (kind == "time" and mentions_day(self._query, text))

    def _points(self, text: str) -> bool:
        name = fold(text)
        if len(name) < SHORTEST or not any(letter.isalpha() for letter in name):
            return False
        if text.isalpha() and not re.search(rf"\b{text}\b", self.query):
            return False  # a stranger may bear any word for a name; the user must have written it as a name
        stemmed = re.sub(r"[-_]+", " ", re.sub(r"\.[a-z0-9]{1,5}$", "", name)).strip()
        return mentions(self._query, name) or (" " in stemmed and mentions(self._query, stemmed))

    def provenance(self, arguments: Mapping[str, Json]) -> dict[str, tuple[str, ...]]:
        """Return the sources of each value of a call, by its place as requests have them: ``event.participants.0``."""
        found: dict[str, tuple[str, ...]] = {}
        for name, value in arguments.items():
            found[name] = self.sources(value, role(name))
            if isinstance(value, list | dict):
                for place, inner in leaves(value):
                    last = next((key for key in reversed(place) if isinstance(key, str)), name)
                    found[".".join(str(key) for key in (name, *place))] = self.sources(inner, role(last))
        return found


_TEXTS: Final[dict[Named, str]] = {"": "text", "document": "pointed", "party": "said"}
_OWN: Final = frozenset({"user", "field", "pointed", "page"})


def _without(text: _Text, echoes: Sequence[str]) -> _Text:
    """Return a text without what the call itself had put in: who repeats a value does not introduce it."""
    folded = text.folded
    for echo in echoes:
        if folded == echo or (folded in echo and mentions(echo, folded)):
            return msgspec.structs.replace(text, folded="")
        if len(echo) >= SHORTEST and echo in folded and mentions(folded, echo):
            folded = folded.replace(echo, "\0")
    return text if folded == text.folded else msgspec.structs.replace(text, folded=folded)


def _source(said: _Text, folded: str) -> tuple[str, ...]:
    if len(folded) > len(said.folded) or folded not in said.folded:
        return ()
    whole = folded == said.folded
    if not whole and not mentions(said.folded, folded):
        return ()
    origin = f"tool:{said.tool}"
    if said.open:
        return ("web", "page", origin) if said.named == "document" else ("web", origin)
    if said.kind in ("words", "search"):
        return (_TEXTS[said.named], "text", origin)
    return ("field", origin) if whole else ("embedded", origin)


def _records(result: Json) -> Iterator[tuple[Json, bool]]:
    """Yield the records of a result, and whether each is alone, so that the call named it."""
    if isinstance(result, list) and any(isinstance(inner, dict) for inner in result):
        for inner in result:
            yield inner, False
    else:
        yield result, True


def _kind(place: tuple[str | int, ...], tool: str) -> Role:
    """Return the role of a field; in a bare list it is what the tool lists, and a bare text is words."""
    for key in reversed(place):
        if isinstance(key, str):
            return role(key)
    return role(tool) if place and not isinstance(place[-1], str) else "words"


def fold(text: str) -> str:
    """Return a text as it is compared: composed, without case."""
    return unicodedata.normalize("NFC", text).casefold()


def mentions(text: str, value: str) -> bool:
    """Return whether a folded text says a folded value as a whole, and not as a part of a longer name or address."""
    if not value:
        return False
    if value not in text:
        return _says_number(text, value)
    start = text.find(value)
    while start >= 0:
        end = start + len(value)
        before, after = text[max(0, start - 1) : start], text[end : end + 2]
        joined = before.isalnum() or before in ("-", "_", "@", ".", "/") if before else False
        continues = bool(after) and (
            after[0].isalnum() or after[0] in "-_@/" or (after[0] in ".:" and len(after) > 1 and after[1].isalnum())
        )
        if not joined and not continues:
            return True
        start = text.find(value, start + 1)
    return _says_number(text, value)


def _says_number(text: str, value: str) -> bool:
    if not re.fullmatch(r"-?\d+(\.\d+)?", value):
        return False
    return any(float(number) == float(value) for number in re.findall(r"(?<![\w.])\d+(?:\.\d+)?(?![\w])", text))


def mentions_day(folded: str, value: str) -> bool:
    """Return whether a folded text names the day that a text begins with, in figures or as "may 15th"."""
    found = _DAY.match(value)
    if found is None:
        return False
    if found.group() in folded:
        return True
    month, day = int(found[2]), int(found[3])
    if not 1 <= month <= len(_MONTHS):
        return False
    name = _MONTHS[month - 1]
    named = (
        rf"(?:{name}|{name[:3]}\.?) 0?{day}(?:st|nd|rd|th)?\b|\b0?{day}(?:st|nd|rd|th)?(?: of)? (?:{name}|{name[:3]})\b"
    )
    return re.search(named, folded) is not None


def links(text: str) -> list[str]:
    """Return what in a text leads somewhere: web addresses, mail addresses, account numbers."""
    return [found.rstrip(".,;:!?") for found in _LINK.findall(text)]
