"""The text of a formal problem in five elements: sets, parameters, variables, objective and constraints.

    problem "A bakery"
    sets
      product = bread, cake
    parameters
      profit[product] = bread: 3, cake: 5
      oven (unit "minutes") = 40
    variables
      make[product] "loaves baked" integer >= 0 <= 30
    maximise profit_of_the_day
      sum(p in product) profit[p] * make[p]
    constraints
      oven_time "the oven runs 40 minutes": sum(p in product) make[p] <= oven
      bread_first: make[bread] >= 2 * make[cake]

Entries may go on in lines that are indented deeper; ``#`` starts a comment. A quantified rule, such as
``forall(p in product) make[p] <= 30``, is one rule under one name.
"""

from typing import Final, Literal

from solon.language import Language
from solon.verify.formal.expressions import Reader
from solon.verify.formal.model import Decision, Formal, Objective, Rule, Sort, Table
from solon.verify.formal.tokens import Item, TextError, items
from solon.verify.formal.writing import shown, write

__all__ = ["LANGUAGE", "Language", "TextError", "language", "read", "shown", "write"]

ENTRY: Final = "model.txt:model"
_SENSES: Final[dict[str, Literal["minimise", "maximise"]]] = {"minimise": "minimise", "maximise": "maximise"}
_DOMAINS: Final[dict[str, Literal["bool", "int", "real"]]] = {
    "binary": "bool",
    "bool": "bool",
    "boolean": "bool",
    "integer": "int",
    "int": "int",
    "real": "real",
    "continuous": "real",
}
_ORIGINS: Final[dict[str, Literal["text", "database", "derived"]]] = {
    "text": "text",
    "database": "database",
    "derived": "derived",
}


def read(text: str) -> Formal:
    """Return the problem that a text states; what its names mean is left to ``check``. Raises TextError."""
    found = items(text)
    declared = {item.tokens[0].text for item in found if item.section in {"parameters", "variables"}}
    title = ""
    sorts: list[Sort] = []
    tables: list[Table] = []
    decisions: list[Decision] = []
    rules: list[Rule] = []
    objective: Objective | None = None
    for item in found:
        match item.section:
            case "problem":
                title = item.tokens[1].text
            case "sets":
                sorts.append(_sort(Reader(item.tokens)))
            case "parameters":
                tables.append(_table(Reader(item.tokens)))
            case "variables":
                decisions.append(_decision(Reader(item.tokens)))
            case _:
                continue
    members = {member for sort in sorts for member in sort.members}
    for item in found:
        reader = Reader(item.tokens, declared, members)
        if item.section == "constraints":
            rules.append(_rule(reader))
        elif item.section in _SENSES:
            if objective is not None:
                raise reader.error("expected only one objective")
            objective = _objective(item, reader)
    return Formal(title, tuple(sorts), tuple(tables), tuple(decisions), tuple(rules), objective)


def language(kind: Literal["milp", "smt"] = "milp") -> Language:
    """Return the language of formal problems for tasks whose programs are of a kind."""
    return Language(kind, ENTRY, "a formal model", ("model", "text", ""), _complaint)


def _complaint(text: str) -> str | None:
    try:
        read(text)
    except TextError as error:
        return f"is not a formal model (line {error.line}, column {error.column}: {error.message})"
    return None


LANGUAGE: Final = language()


def _end(reader: Reader) -> None:
    if reader.token.kind != "end":
        raise reader.error("expected the end of the entry (indent the next line deeper to go on)")


def _meaning(reader: Reader) -> str:
    return reader.next().text if reader.token.kind == "string" else ""


def _text(reader: Reader, what: str) -> str:
    if reader.token.kind not in {"string", "name"}:
        raise reader.error(f"expected {what} in double quotes")
    return reader.next().text


def _indices(reader: Reader) -> tuple[str, ...]:
    return reader.listed(lambda: reader.name("the name of a set"), "]") if reader.takes("[") else ()


def _sort(reader: Reader) -> Sort:
    name = reader.name("the name of a set")
    meaning = _meaning(reader)
    reader.needs("=", f" and the members of the set {name!r}")
    members: tuple[str, ...] = ()
    if reader.token.kind != "end":
        members = (reader.member("a member of the set"),)
    while reader.takes(","):
        members += (reader.member("a member of the set"),)
    _end(reader)
    return Sort(name, members, meaning)


def _table(reader: Reader) -> Table:
    name = reader.name("the name of a parameter")
    sorts = _indices(reader)
    meaning = _meaning(reader)
    unit, default = "", None
    origin: Literal["text", "database", "derived"] = "text"
    if reader.takes("("):
        while not reader.takes(")"):
            if reader.takes("unit"):
                unit = _text(reader, "a unit")
            elif reader.takes("default"):
                default = reader.number("a number after 'default'")
            elif reader.takes("from") and reader.sees(*_ORIGINS):
                origin = _ORIGINS[reader.next().text]
            else:
                raise reader.error("expected unit, default or from text, database or derived")
            reader.takes(",")
    values: dict[str, float] = {}
    if reader.token.kind != "end":
        reader.needs("=", f" and the values of the parameter {name!r}")
        values = _values(reader, len(sorts))
    _end(reader)
    return Table(name, sorts, values, default, unit, meaning, origin)


def _values(reader: Reader, places: int) -> dict[str, float]:
    if places == 0 and not reader.sees("["):
        return {"": reader.number("a number")}
    values: dict[str, float] = {}
    while reader.token.kind != "end":
        start = reader.token
        if reader.takes("["):
            key = ",".join(reader.listed(lambda: reader.member("a member of a set"), "]"))
        else:
            key = reader.member("a member of a set" if places == 1 else "members in brackets, such as [a, b]")
        reader.needs(":", " and a number after the index")
        if key in values:
            raise TextError(f"expected one value for {key!r}, found a second", start.line, start.column)
        values[key] = reader.number("a number")
        if not reader.takes(","):
            break
    return values


def _decision(reader: Reader) -> Decision:
    name = reader.name("the name of a variable")
    sorts = _indices(reader)
    meaning = _meaning(reader)
    domain: Literal["bool", "int", "real", "enum"] = "real"
    choices, unit = "", ""
    low: float | None = None
    high: float | None = None
    if reader.sees(*_DOMAINS):
        domain = _DOMAINS[reader.next().text]
    elif reader.takes("one"):
        reader.needs("of", " after 'one'")
        domain, choices = "enum", reader.name("the name of a set")
    meaning = meaning or _meaning(reader)
    while reader.sees("<=", ">="):
        if reader.takes(">="):
            low = reader.number("a number after '>='")
        elif reader.takes("<="):
            high = reader.number("a number after '<='")
        reader.takes(",", "and")
    if reader.takes("("):
        if not reader.takes("unit"):
            raise reader.error("expected 'unit'")
        unit = _text(reader, "a unit")
        reader.needs(")")
    if reader.token.kind != "end":
        raise reader.error("expected real, integer, binary or 'one of' a set, and bounds with numbers such as >= 0")
    return Decision(name, sorts, domain, low, high, choices, unit, meaning)


def _objective(item: Item, reader: Reader) -> Objective:
    reader.next()
    name = reader.name("the objective's name")
    meaning = _meaning(reader)
    reader.takes(":")
    if reader.token.kind == "end":
        raise reader.error(f"expected the objective's expression after its name {name!r}")
    body = reader.expression()
    _end(reader)
    return Objective(name, _SENSES[item.section], body, meaning)


def _rule(reader: Reader) -> Rule:
    name = reader.name("the name of a rule")
    meaning = _meaning(reader)
    group, template, weight, negotiable = "", "", None, True
    origin: Literal["stated", "implied", "linking"] = "stated"
    if reader.takes("("):
        while not reader.takes(")"):
            if reader.takes("group"):
                group = _text(reader, "a group")
            elif reader.takes("template"):
                template = _text(reader, "a template")
            elif reader.takes("weight"):
                weight = reader.number("a number after 'weight'")
            elif reader.takes("protected"):
                negotiable = False
            elif reader.sees("stated", "implied", "linking"):
                word = reader.next().text
                origin = "implied" if word == "implied" else "linking" if word == "linking" else "stated"
            else:
                raise reader.error("expected group, template, weight, protected, implied or linking")
            reader.takes(",")
    reader.needs(":", f" after the name of the rule {name!r}")
    body = reader.expression()
    _end(reader)
    return Rule(name, body, group, meaning, template, origin, weight, negotiable)
