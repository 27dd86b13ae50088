"""The query language: sentences of clauses that order actions, what they mean, and how they are worded.

A clause orders every action of its subject before (or after) every action of its object. Subject or object, if it is
one action, may carry a relative clause with an ordering of its own. Synonyms are chosen by a seed of their own, so that
a paragraph can be worded anew without a change of structure.
"""

import random
from collections.abc import Iterator, Sequence
from typing import Final, Literal

from solon.contract import Value

Kind = Literal["before", "after"]
Form = Literal["verb", "neutral", "fronted", "pair", "fronted pair"]
Pair = tuple[int, int]
"""(earlier action, later action)."""

FORMS: Final[tuple[Form, ...]] = ("verb", "neutral", "fronted", "pair", "fronted pair")

VERBS: Final[dict[Kind, tuple[tuple[str, str], ...]]] = {
    "before": (
        ("precedes", "precede"),
        ("comes before", "come before"),
        ("comes ahead of", "come ahead of"),
        ("goes before", "go before"),
        ("leads up to", "lead up to"),
        ("has to be over before", "have to be over before"),
        ("is a preparation for", "are a preparation for"),
    ),
    "after": (
        ("follows", "follow"),
        ("comes after", "come after"),
        ("succeeds", "succeed"),
        ("is left until after", "are left until after"),
        ("goes after", "go after"),
        ("has to wait for", "have to wait for"),
        ("comes later than", "come later than"),
    ),
}
"""Ordering verbs, one for one action and one for several."""

NEUTRAL: Final = (
    ("takes place", "take place"),
    ("happens", "happen"),
    ("is done", "are done"),
    ("is carried out", "are carried out"),
    ("occurs", "occur"),
    ("is performed", "are performed"),
)
PREPOSITIONS: Final[dict[Kind, tuple[str, ...]]] = {
    "before": ("before", "ahead of", "prior to", "earlier than", "in advance of"),
    "after": ("after", "later than", "subsequent to", "following", "in the wake of"),
}
CONJUNCTIONS: Final[dict[Kind, tuple[str, ...]]] = {
    "before": (
        "before", "ahead of the moment when", "prior to the time when", "earlier than the moment when",
        "sooner than the time when",
    ),
    "after": (
        "after", "once", "as soon as", "later than the moment when", "only when it is certain that",
    ),
}  # fmt: skip
JOINTS: Final = ("; ", ", and ", ", but ", ", yet ", ", while ", ", whereas ")
EARLIEST: Final = (
    "does not begin before hour {hour}",
    "cannot start earlier than hour {hour}",
    "may begin from hour {hour} on",
    "is possible from hour {hour} onwards",
    "has to wait until hour {hour}",
)
LATEST: Final = (
    "is over by hour {hour}",
    "has to be finished by hour {hour}",
    "ends no later than hour {hour}",
    "must not last beyond hour {hour}",
    "is complete by hour {hour}",
)


class Relative(Value, frozen=True):
    """A relative clause: what it belongs to is before or after each of its objects."""

    kind: Kind
    objects: tuple[int, ...]


class Clause(Value, frozen=True):
    """Every subject is before, or after, every object."""

    form: Form
    kind: Kind
    subjects: tuple[int, ...]
    objects: tuple[int, ...]
    of_subject: Relative | None = None
    of_object: Relative | None = None


class Window(Value, frozen=True):
    """A clock time: the action does not begin before the hour, or is over by it."""

    action: int
    bound: Literal["earliest", "latest"]
    hour: int


class Sentence(Value, frozen=True):
    """One or more clauses, or one window."""

    clauses: tuple[Clause, ...] = ()
    window: Window | None = None


def meaning(clause: Clause) -> Iterator[Pair]:
    """Yield the orders that a clause states."""
    yield from _ordered(clause.kind, clause.subjects, clause.objects)
    for owner, relative in ((clause.subjects, clause.of_subject), (clause.objects, clause.of_object)):
        if relative is not None:
            yield from _ordered(relative.kind, owner, relative.objects)


def meanings(sentences: Sequence[Sentence]) -> frozenset[Pair]:
    """Return the orders that sentences state."""
    return frozenset(pair for sentence in sentences for clause in sentence.clauses for pair in meaning(clause))


def _ordered(kind: Kind, left: Sequence[int], right: Sequence[int]) -> Iterator[Pair]:
    for one in left:
        for other in right:
            yield (one, other) if kind == "before" else (other, one)


def expand(actions: int, dice: random.Random) -> Sentence:
    """Return a random sentence about some of the actions."""
    count = dice.choices((1, 2), (3, 1))[0]
    return Sentence(tuple(_clause(actions, dice) for _ in range(count)))


def _clause(actions: int, dice: random.Random) -> Clause:
    form, kind = dice.choice(FORMS), _kind(dice)
    left = dice.sample(range(actions), actions)
    subjects = _taken(left, dice)
    objects = _taken(left, dice)
    of_subject = of_object = None
    if left and len(subjects) == 1 and dice.random() < 0.2:
        of_subject = Relative(_kind(dice), _taken(left, dice))
    elif left and len(objects) == 1 and form in ("verb", "neutral") and dice.random() < 0.2:
        of_object = Relative(_kind(dice), _taken(left, dice))
    return Clause(form, kind, subjects, objects, of_subject, of_object)


def _kind(dice: random.Random) -> Kind:
    return dice.choice(("before", "after"))


def _taken(left: list[int], dice: random.Random) -> tuple[int, ...]:
    """Take one to three actions; something stays for the other side."""
    count = min(dice.choices((1, 2, 3), (7, 2, 1))[0], max(1, len(left) - 1))
    return tuple(left.pop() for _ in range(count))


def word(sentences: Sequence[Sentence], names: Sequence[str], dice: random.Random) -> str:
    """Return a paragraph; ``names`` are what the actions are called."""
    return " ".join(_Wording(names, dice).sentence(sentence) for sentence in sentences)


class _Wording:
    def __init__(self, names: Sequence[str], dice: random.Random) -> None:
        self._names, self._dice = names, dice

    def sentence(self, sentence: Sentence) -> str:
        if sentence.window is not None:
            phrases = EARLIEST if sentence.window.bound == "earliest" else LATEST
            text = (
                f"{self._names[sentence.window.action]} {self._dice.choice(phrases).format(hour=sentence.window.hour)}"
            )
        else:
            first, *rest = (self.clause(clause) for clause in sentence.clauses)
            text = first + "".join(f"{self._dice.choice(JOINTS)}{clause}" for clause in rest)
        return f"{text[0].upper()}{text[1:]}."

    def clause(self, clause: Clause) -> str:
        subject = self._noun(clause.subjects, clause.of_subject, last=False)
        target = self._noun(clause.objects, clause.of_object, last=True)
        many = len(clause.subjects) > 1
        if clause.form == "verb":
            return f"{subject} {self._dice.choice(VERBS[clause.kind])[many]} {target}"
        doing = self._dice.choice(NEUTRAL)[many]
        if clause.form == "neutral":
            return f"{subject} {doing} {self._dice.choice(PREPOSITIONS[clause.kind])} {target}"
        if clause.form == "fronted":
            return f"{self._dice.choice(PREPOSITIONS[clause.kind])} {target}, {subject} {doing}"
        conjunction = self._dice.choice(CONJUNCTIONS[clause.kind])
        other = f"{target} {self._dice.choice(NEUTRAL)[len(clause.objects) > 1]}"
        if clause.form == "pair":
            return f"{subject} {doing} {conjunction} {other}"
        return f"{conjunction} {other}, {subject} {doing}"

    def _noun(self, actions: Sequence[int], relative: Relative | None, *, last: bool) -> str:
        text = self._listed(actions)
        if relative is None:
            return text
        verb = self._dice.choice(VERBS[relative.kind])[0]
        return f"{text}, which {verb} {self._listed(relative.objects)}{'' if last else ','}"

    def _listed(self, actions: Sequence[int]) -> str:
        names = [self._names[action] for action in actions]
        return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
