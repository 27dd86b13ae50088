"""What a source of problems is: it draws facts, words them, and builds the formal problem that they mean."""

import random
from collections.abc import Callable, Mapping, Sequence

from solon.contract import Value
from solon.tasks.planning.models import lexicon
from solon.tasks.planning.models.words import Fact, Forms, Said, read_number, sentences, written
from solon.verify.formal.model import Formal

Draw = Callable[[random.Random, int], Sequence[Fact]]
"""Dice and a size (0 is the usual one) to the facts of a problem that has a solution."""

Build = Callable[[Sequence[Said]], Formal]
"""Facts with their sentences to the problem; the order of data and of rules does not mix, so tables may come last."""


class Source:
    """A family of problems; ``draw`` makes facts, ``forms`` words them, ``build`` gives their meaning."""

    def __init__(
        self,
        name: str,
        draw: Draw,
        build: Build,
        forms: Mapping[str, Sequence[str]],
        captions: Mapping[str, str] | None = None,
        verbs: Mapping[str, tuple[str, str]] | None = None,
    ) -> None:
        self.name, self.draw, self.build = name, draw, build
        self.forms = Forms(forms)
        self.captions = dict(captions or {})
        self._verbs = dict(verbs or {})

    def word(self, facts: Sequence[Fact], dice: random.Random, *, table: bool = False) -> str:
        """Return the words of some facts, one sentence a line; with ``table`` data stand in tables at the end."""
        owner = next((fact.word for fact in facts if fact.kind.startswith("opening")), "")
        verbs = self._verbs.get(owner, ("make", "made"))
        tabled = [fact for fact in facts if table and fact.kind in self.captions]
        lines = [self._sentence(fact, verbs, dice) for fact in facts if fact not in tabled]
        for kind, caption in self.captions.items():
            rows = [fact for fact in tabled if fact.kind == kind]
            if rows:
                lines += ["", *_grid(caption, rows)]
        return "\n".join(lines)

    def _sentence(self, fact: Fact, verbs: tuple[str, str], dice: random.Random) -> str:
        fitting = [form for form in self.forms.forms[fact.kind] if form.fits(fact, verbs)]
        if not fitting:
            raise ValueError(f"no form can say {fact}; add one to the source {self.name!r}")
        return dice.choice(fitting).write(fact, verbs)

    def hear(self, words: str) -> list[Said]:
        """Return what a text says, its sentences first and its tables after them. Raises Unread."""
        said = [Said(self.forms.read(sentence), sentence) for sentence in sentences(words)]
        return [*said, *self._tables(words)]

    def read(self, words: str) -> Formal:
        """Return the problem that a text means. Raises Unread for text that is not ours."""
        return self.build(self.hear(words))

    def _tables(self, words: str) -> list[Said]:
        kinds = {caption: kind for kind, caption in self.captions.items()}
        found: list[Said] = []
        header: list[str] = []
        for line in words.splitlines():
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            if not line.strip().startswith("|"):
                header = []
            elif not header:
                header = cells
            elif not set("".join(cells)) <= set("-: "):
                things = (lexicon.thing(cells[0]),)
                for name, cell in zip(header[1:], cells[1:], strict=True):
                    if cell != "-":
                        pair = things if not name else (*things, lexicon.thing(name))
                        found.append(Said(Fact(kinds[header[0]], pair, (read_number(cell),))))
        return found


def _grid(caption: str, facts: Sequence[Fact]) -> list[str]:
    rows = tuple(dict.fromkeys(fact.things[0] for fact in facts))
    columns = tuple(dict.fromkeys(fact.things[1:2] for fact in facts))
    values = {fact.things: written(fact.numbers[0]) for fact in facts}
    names = [lexicon.words(column[0]) if column else "" for column in columns]
    lines = [f"| {' | '.join([caption, *names])} |", "|" + "---|" * (len(columns) + 1)]
    for row in rows:
        cells = [values.get((row, *column), "-") for column in columns]
        lines.append(f"| {' | '.join([lexicon.words(row), *cells])} |")
    return lines


class Kinds(Value, frozen=True):
    """Facts sorted by kind, for building."""

    said: tuple[Said, ...]

    def all(self, kind: str) -> list[Said]:
        """Return what is said of one kind, in order."""
        return [each for each in self.said if each.fact.kind == kind]

    def one(self, kind: str) -> Said:
        """Return the one thing said of a kind. Raises ValueError."""
        found = self.all(kind)
        if len(found) != 1:
            raise ValueError(f"{len(found)} sentences are of the kind {kind!r}, where one was expected")
        return found[0]

    def table(self, kind: str) -> dict[str, float]:
        """Return the first number of every fact of a kind, by its things."""
        return {",".join(each.fact.things): each.fact.numbers[0] for each in self.all(kind)}

    def sentences(self, *kinds: str) -> str:
        """Return the sentences of some kinds, joined."""
        return " ".join(each.sentence for kind in kinds for each in self.all(kind) if each.sentence)
