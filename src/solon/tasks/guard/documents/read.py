"""Reads a document back by the forms of its sentences, without what it was made from.

It stands for no reader but itself: words by other people it would not understand. What it cannot read it names.
"""

import json
import re
from typing import Final

from solon.contract import Value
from solon.tasks.guard.journeys.graph import Use
from solon.tasks.guard.journeys.writing import use
from solon.verify.requests.expression import Among, Compare, Comparison, Constant, Expression, Logic, Path, Scalar
from solon.verify.requests.expression import conjunction as together

_LESS: Final = ("is at most", "does not exceed", "is no more than")
_MORE: Final = ("is more than", "exceeds", "is greater than")
_EQUAL: Final = ("reads", "is given as", "is")
_AMONG: Final = ("is one of", "is either of", "belongs to")
_SIGNS: Final[tuple[tuple[str, Comparison], ...]] = (
    *((words, "<=") for words in _LESS),
    *((words, ">") for words in _MORE),
    *((words, "==") for words in _EQUAL),
)
_TO: Final = r"(?:[Ss]ee|[Gg]o on with|[Cc]lause) (?P<to>[\d.]*\d)(?: applies)?"
_SENTENCES: Final = (
    re.compile(rf"If (?P<when>.+), {_TO}\."),
    re.compile(rf"{_TO} where (?P<when>.+)\."),
    re.compile(rf"In all other cases {_TO}\."),
)
_CLAUSE: Final = re.compile(r"(?P<id>\d[\d.]*|[FBMT]\d+)(?P<gone> \(repealed\))?:? (?P<text>.+)")


class Unread(ValueError):
    """Raised for a sentence of no known form; the message quotes it."""


class Branch(Value, frozen=True):
    """One way on from a clause; the last one may hold in all other cases (no condition)."""

    when: Expression | None
    to: str


class Clause(Value, frozen=True):
    """A numbered clause: by which fact it decides and where it leads, or what is to be done."""

    id: str
    depends: str = ""
    branches: tuple[Branch, ...] = ()
    uses: tuple[Use, ...] = ()
    conditions: tuple[Expression, ...] = ()  # of a flat rule, in order


class Behaviour(Value, frozen=True):
    """A clause on manners."""

    id: str
    when: str
    tool: str
    use: Use


class Reading(Value, frozen=True):
    """What was read: clauses by task, manners, and what is to be told by topic."""

    tasks: dict[str, tuple[Clause, ...]]
    manners: tuple[Behaviour, ...]
    items: dict[str, tuple[str, int]]  # topic to clause and value
    flat: bool
    parameters: dict[str, str]  # words of a fact to its name


def read(text: str) -> Reading:
    """Return what a document says. Raises Unread."""
    return _Reader(text).reading()


class _Reader:
    def __init__(self, text: str) -> None:
        self._sections: dict[str, list[str]] = {}
        title = ""
        for line in text.splitlines():
            if line.startswith("# "):
                title = line[2:]
                self._sections[title] = []
            elif line and title:
                self._sections[title].append(line)
        head = [line for name, lines in self._sections.items() if name.startswith("Policy ") for line in lines]
        found = (re.fullmatch(r"- (\w+): ([^(]+?)(?: \(.*\))?", line) for line in head)
        self._facts = {match[2]: match[1] for match in found if match}
        self._terms = {it["id"]: it["text"].removesuffix(".") for it in self._lines("Terms")}
        self._measures = {it["id"]: it["text"].removesuffix(".") for it in self._lines("Measures")}

    def reading(self) -> Reading:
        """Return everything that was read."""
        tasks: dict[str, tuple[Clause, ...]] = {}
        flat = False
        for title in self._sections:
            match = re.fullmatch(r"Section (\d+): (.+)", title)
            if match:
                clauses = [self._clause(it) for it in self._lines(title) if not it["gone"]]
                flat = flat or any(clause.conditions for clause in clauses)
                tasks[match[2]] = tuple(clauses)
        manners = tuple(self._manner(it) for it in self._lines("Manners"))
        told = [(it["id"], self._parts(r"The (.+): (\d+)\.", it["text"])) for it in self._lines("Facts to be told")]
        items = {topic: (name, int(value)) for name, (topic, value) in told}
        return Reading(tasks, manners, items, flat, self._facts)

    def _lines(self, title: str) -> list[re.Match[str]]:
        matches = (_CLAUSE.fullmatch(line) for line in self._sections.get(title, list[str]()))
        return [match for match in matches if match]

    @staticmethod
    def _parts(form: str, text: str) -> tuple[str, ...]:
        match = re.fullmatch(form, text)
        if match is None:
            raise Unread(f"the sentence {text!r} is of no known form; write it as the others")
        return match.groups()

    def _manner(self, it: re.Match[str]) -> Behaviour:
        when, tool, deed = self._parts(r"(Before|After) each call of (\w+), call (.+)\.", it["text"])
        return Behaviour(it["id"], when.lower(), tool, _use(deed))

    def _clause(self, it: re.Match[str]) -> Clause:
        name, text = it["id"], it["text"]
        depends = re.match(r"This depends on ([^.]+)\. ", text)
        if depends:
            return Clause(name, self._fact(depends[1]), self._branches(text[depends.end() :]))
        rule = re.fullmatch(r"If (.+?): (call .+)\.", text)
        if rule:
            conditions = tuple(self._condition(words) for words in rule[1].split(", and "))
            return Clause(name, uses=_uses(rule[2]), conditions=conditions)
        measure = re.fullmatch(r"Take measure (M\d+)\.", text)
        deed = self._measures.get(measure[1], "") if measure else text.removesuffix(".")
        return Clause(name, uses=_uses(deed))

    def _branches(self, text: str) -> tuple[Branch, ...]:
        found: list[Branch] = []
        for sentence in re.findall(r"[A-Z].*?\.(?= [A-Z]|$)", text):
            match = next((match for form in _SENTENCES if (match := form.fullmatch(sentence))), None)
            if match is None:
                raise Unread(f"the sentence {sentence!r} is of no known form; write it as the others")
            words = match.groupdict().get("when")
            found.append(Branch(self._condition(words) if words else None, match["to"]))
        return tuple(found)

    def _condition(self, words: str) -> Expression:
        term = re.fullmatch(r"(T\d+) holds", words)
        if term:
            if term[1] not in self._terms:
                raise Unread(f"the term {term[1]} is not defined; add it to the terms")
            return self._condition(self._terms[term[1]])
        if " and " in words:
            return together(*(self._condition(part) for part in words.split(" and ")))
        start = max((known for known in self._facts if words.startswith(f"{known} ")), key=len, default="")
        name, rest = self._fact(start), words[len(start) + 1 :]
        path = Path("ctx", (name,))
        if rest in ("is yes", "is no"):
            return path if rest == "is yes" else Logic("not", (path,))
        for verb in _AMONG:
            if rest.startswith(f"{verb} "):
                return Among(path, tuple(_constant(part) for part in rest[len(verb) + 1 :].split(", ")))
        for verb, sign in _SIGNS:
            if rest.startswith(f"{verb} "):
                return Compare(sign, path, Constant(_constant(rest[len(verb) + 1 :])))
        raise Unread(f"the condition {words!r} is of no known form; write it as the others")

    def _fact(self, words: str) -> str:
        if words not in self._facts:
            raise Unread(f"{words!r} is no fact of the document; add it to the facts")
        return self._facts[words]


def _constant(text: str) -> Scalar:
    try:
        value: object = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, int | str):
        raise Unread(f"{text!r} is no number and no quoted text; write one of them")
    return value


def _uses(deed: str) -> tuple[Use, ...]:
    return tuple(map(_use, deed.split(", then ")))


def _use(deed: str) -> Use:
    call = re.sub(r"^[Cc]all ", "", deed)
    call = re.sub(r"=yes\b", "=True", re.sub(r"=no\b", "=False", call))
    try:
        return use(call)
    except (ValueError, SyntaxError):
        raise Unread(f"the call {deed!r} cannot be read; write tool(parameter=fact)") from None
