"""Random conditions and requests of one tool, and how a condition is judged in three ways."""

import random

from solon.verify.requests.declare import read_fields
from solon.verify.requests.expression import (
    Among,
    Arithmetic,
    Compare,
    Constant,
    Day,
    Expression,
    Length,
    Listed,
    Logic,
    Matches,
    Network,
    Origin,
    Path,
    Present,
    Quantified,
    Scaled,
)
from solon.verify.requests.meaning import Scope
from solon.verify.requests.request import Json, Request
from solon.verify.requests.schema import Tool

TOOL = Tool(
    "send",
    read_fields(
        "to: text, cc?: text?, amount: number, count?: integer, urgent: true-or-false, silent?: true-or-false, "
        'mode: "fast" | "slow" = "slow", names?: [text] 0..3, items: [{email: text, size?: integer}] 0..3, '
        "day?: text, ip: text"
    ),
)
SCOPE = Scope(
    TOOL,
    read_fields("user?: text, level?: integer"),
    read_fields("sent: integer 0..100 = 0, open: true-or-false = false"),
    lists={"friends": ("ada@x.org", "bob@x.org"), "nobody": ()},
)
TEXTS = ("ada@x.org", "bob@x.org", "eve@x.org.evil", "", "ab", "aab", "é", "x\ny", "10.1.2.3", "2024-02-29")
DAYS = ("2024-02-29", "2023-12-31T10:00", "2024-03-01 x", "2024-13-01", "soon")
ADDRESSES = ("10.1.2.3", "10.0.0.255", "192.168.1.7", "010.1.1.1", "10.1", "256.1.1.1")
PATTERNS = (r"[a-z]+@x\.org", r".*@x.org", "a*b", "(ab|é)?", r"\d+(\.\d+){3}", "[^a].{0,3}", "")
SOURCES = ("user", "tool:inbox", "tool:web")
_TEXT_PATHS = (("arg", "to"), ("arg", "cc"), ("arg", "mode"), ("arg", "day"), ("arg", "ip"), ("ctx", "user"))
_NUMBER_PATHS = (("arg", "amount"), ("arg", "count"), ("ctx", "level"), ("st", "sent"))
_TRUTH_PATHS = (("arg", "urgent"), ("arg", "silent"), ("st", "open"))


def request(dice: random.Random) -> Request:
    """Return a request in canonical form."""

    def number() -> Json:
        return dice.choice((0, 1, 2, -1, 5, 0.5, 2.25, 100))

    arguments: dict[str, Json] = {
        "to": dice.choice(TEXTS),
        "amount": number(),
        "urgent": dice.random() < 0.5,
        "mode": dice.choice(("fast", "slow")),
        "ip": dice.choice(ADDRESSES),
        "items": [
            {"email": dice.choice(TEXTS)} | ({"size": dice.randint(0, 3)} if dice.random() < 0.5 else {})
            for _ in range(dice.randint(0, 3))
        ],
    }
    optional: dict[str, Json] = {
        "cc": dice.choice(TEXTS),
        "count": dice.randint(-1, 6),
        "silent": dice.random() < 0.5,
        "names": [dice.choice(TEXTS) for _ in range(dice.randint(0, 3))],
        "day": dice.choice(DAYS),
    }
    arguments |= {name: value for name, value in optional.items() if dice.random() < 0.6}
    facts: dict[str, Json] = {"user": dice.choice(TEXTS), "level": dice.randint(0, 5)}
    provenance = {
        name: tuple(dice.sample(SOURCES, dice.randint(0, 2)))
        for name in ("to", "cc", "amount", "names", "items.0.email")
        if dice.random() < 0.6
    }
    return Request(
        "send",
        arguments,
        {name: value for name, value in facts.items() if dice.random() < 0.7},
        {"sent": dice.randint(0, 6), "open": dice.random() < 0.5},
        provenance,
    )


def condition(dice: random.Random, depth: int = 3, variables: tuple[tuple[str, str], ...] = ()) -> Expression:
    """Return a condition without mistakes of types; ``variables`` are those bound around it, with the list."""
    if depth and dice.random() < 0.6:
        kind = dice.choice(("and", "or", "not", "all", "any"))
        if kind == "not":
            return Logic("not", (condition(dice, depth - 1, variables),))
        if kind in {"and", "or"}:
            terms = tuple(condition(dice, depth - 1, variables) for _ in range(dice.randint(2, 3)))
            return Logic("and" if kind == "and" else "or", terms)
        name = dice.choice(("names", "items"))
        if len(variables) < 2:
            variable = f"v{len(variables)}"
            body = condition(dice, depth - 1, (*variables, (variable, name)))
            return Quantified("all" if kind == "all" else "any", variable, Path("arg", (name,)), body)
    return _atom(dice, variables)


def _atom(dice: random.Random, variables: tuple[tuple[str, str], ...]) -> Expression:  # noqa: C901, PLR0911, PLR0912 - one case a variant
    text, number = _text(dice, variables), _number(dice, variables)
    match dice.randrange(13):
        case 0:
            return Compare(dice.choice(("==", "!=")), text, Constant(dice.choice(TEXTS)))
        case 1:
            return Compare(dice.choice(("==", "!=")), text, _text(dice, variables))
        case 2 | 3:
            return Compare(dice.choice(("<", "<=", "==", "!=", ">", ">=")), number, _term(dice, variables))
        case 4:
            return Among(text, tuple(dice.sample(TEXTS, 2)))
        case 5:
            return Among(number, (0, 2, 0.5))
        case 6:
            return Listed(text, dice.choice(("friends", "nobody")))
        case 7:
            return Matches("fullmatch", text, dice.choice(PATTERNS))
        case 8:
            pattern = dice.choice(("a*", "*@x.org", "?b", "", "*"))
            return Matches(dice.choice(("glob", "starts", "ends")), text, pattern)
        case 9:
            return Network(text, dice.choice(("10.0.0.0/8", "192.168.1.0/29", "0.0.0.0/0")))
        case 10:
            return Present(dice.choice((text, number)))
        case 11:
            path = dice.choice((Path("arg", ("to",)), Path("arg", ("cc",)), Path("arg", ("items", 0, "email"))))
            return Origin(path, dice.choice(("has", "within")), tuple(dice.sample(SOURCES, dice.randint(1, 2))))
        case _:
            if dice.random() < 0.5:
                root, name = dice.choice(_TRUTH_PATHS)
                return Path(root, (name,))
            day = Constant(dice.choice(("2024-01-01", "2024-02-29")))
            return Compare(dice.choice(("<", "<=", "==", "!=", ">", ">=")), Day(Path("arg", ("day",))), Day(day))


def _text(dice: random.Random, variables: tuple[tuple[str, str], ...]) -> Path:
    if variables and dice.random() < 0.7:
        name, of = dice.choice(variables)
        return Path("var", (name,) if of == "names" else (name, "email"))
    root, name = dice.choice(_TEXT_PATHS)
    return Path(root, (name,)) if dice.random() < 0.9 else Path("arg", ("items", 1, "email"))


def _number(dice: random.Random, variables: tuple[tuple[str, str], ...]) -> Path:
    sized = [name for name, of in variables if of == "items"]
    if sized and dice.random() < 0.6:
        return Path("var", (dice.choice(sized), "size"))
    root, name = dice.choice(_NUMBER_PATHS)
    return Path(root, (name,))


def _term(dice: random.Random, variables: tuple[tuple[str, str], ...]) -> Expression:
    number = _number(dice, variables)
    return dice.choice(
        (
            Constant(dice.choice((0, 1, 2, 0.5, -1))),
            Arithmetic(dice.choice(("+", "-")), number, Constant(1)),
            Scaled(dice.choice((2, -0.5)), number),
            Length(dice.choice((Path("arg", ("to",)), Path("arg", ("names",)), Path("arg", ("items",))))),
        )
    )
