"""Writing a regular expression as text, and an automaton as a regular expression."""

from collections.abc import Iterator
from typing import Final

from solon.verify.strings import charset
from solon.verify.strings.automaton import Automaton, TooLarge
from solon.verify.strings.charset import ANY, CharSet
from solon.verify.strings.regex import (
    ANY_CHAR,
    EMPTY,
    NOTHING,
    Chars,
    Concat,
    Regex,
    Repeat,
    Union,
    concat,
    repeat,
    size,
    union,
)

LARGEST: Final = 5000
_WORK: Final = 20  # parts of all labels together, for each part that the result may have
_SPECIAL: Final = set(".^$*+?{}[]\\|()")
_CONTROLS: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\f": "\\f", "\v": "\\v"}
_DIGIT: Final[CharSet] = ((48, 57),)


def write(regex: Regex) -> str:
    r"""Return an expression's text; ``parse`` reads an equivalent one back. The empty language is ``[^\s\S]``."""
    if isinstance(regex, Chars):
        return _class(regex.charset)
    if isinstance(regex, Concat):
        return "".join(_grouped(part, loose=isinstance(part, Union)) for part in regex.parts)
    if isinstance(regex, Union):
        return "|".join(write(option) for option in regex.options) if regex.options else r"[^\s\S]"
    body = _grouped(regex.body, loose=not isinstance(regex.body, Chars))
    marks = {(0, None): "*", (1, None): "+", (0, 1): "?"}
    low, high = regex.low, regex.high
    counted = f"{{{low}}}" if low == high else f"{{{low},{'' if high is None else high}}}"
    return body + marks.get((low, high), counted)


def _grouped(regex: Regex, *, loose: bool) -> str:
    return f"({write(regex)})" if loose else write(regex)


def _class(found: CharSet) -> str:
    if found == ANY:
        return "."
    if found == _DIGIT:
        return r"\d"
    if not found:
        return r"[^\s\S]"
    if len(found) == 1 and found[0][0] == found[0][1]:
        return _letter(chr(found[0][0]), _SPECIAL)
    other = charset.complement(found)
    negated = charset.size(other) < charset.size(found)
    return f"[{'^' if negated else ''}{''.join(map(_range, other if negated else found))}]"


def _range(ends: tuple[int, int]) -> str:
    low, high = (_letter(chr(code), set("\\]^-[")) for code in ends)
    return low if ends[0] == ends[1] else f"{low}{high}" if ends[1] == ends[0] + 1 else f"{low}-{high}"


def _letter(letter: str, special: set[str]) -> str:
    if letter in special:
        return f"\\{letter}"
    if letter in _CONTROLS:
        return _CONTROLS[letter]
    code = ord(letter)
    if letter.isprintable() and not 0xD800 <= code < 0xE000:
        return letter
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def from_automaton(automaton: Automaton, *, largest: int = LARGEST) -> Regex:
    """Return an expression of an automaton's language, by elimination of states, those with the least traffic first.

    Common beginnings and endings of alternatives are written once. Raises TooLarge beyond ``largest`` parts.
    """
    automaton = automaton.minimal()
    alive = automaton.alive()
    if not alive:
        return NOTHING
    start, end = -1, -2
    edges: dict[int, dict[int, Regex]] = {start: {0: EMPTY}, end: {}}
    for state in alive:
        edges[state] = {target: Chars(letters) for target, letters in automaton.edges(state) if target in alive}
        if state in automaton.accepting:
            edges[state][end] = EMPTY
    before: dict[int, set[int]] = {state: set() for state in edges}
    for state, row in edges.items():
        for target in row:
            before[target].add(state)
    left, spent = set(alive), 0
    while left:
        state = min(left, key=lambda it: (_traffic(edges, before, it), it))
        left.remove(state)
        for label in _eliminate(edges, before, state):
            parts = size(label)
            spent += parts
            if parts > largest or spent > _WORK * largest:
                raise TooLarge(f"the expression has more than {largest} parts; simplify the language")
    return edges[start].get(end, NOTHING)


def _traffic(edges: dict[int, dict[int, Regex]], before: dict[int, set[int]], state: int) -> int:
    arriving = [it for it in before[state] if it != state]
    leaving = [it for it in edges[state] if it != state]
    return len(arriving) * len(leaving) - len(arriving) - len(leaving)


def _eliminate(edges: dict[int, dict[int, Regex]], before: dict[int, set[int]], state: int) -> Iterator[Regex]:
    """Take a state out and yield each label that it leaves behind."""
    row = edges.pop(state)
    loop = star(row.pop(state)) if state in row else EMPTY
    before[state].discard(state)
    for source in before[state]:
        arriving = edges[source].pop(state)
        for target, leaving in row.items():
            path = sequence(arriving, loop, leaving)
            known = edges[source].get(target)
            edges[source][target] = path if known is None else either(known, path)
            yield edges[source][target]
            before[target].add(source)
    for target in row:
        before[target].discard(state)
    del before[state]


def sequence(*parts: Regex) -> Regex:
    """Return parts one after another, with ``xx*`` as ``x+`` and ``x*x*`` as ``x*``."""
    whole = concat(*parts)
    if not isinstance(whole, Concat):
        return whole
    found: list[Regex] = []
    for part in whole.parts:
        last = found[-1] if found else None
        if isinstance(part, Repeat) and part.high is None and part.body == last:
            found[-1] = repeat(part.body, part.low + 1, None)
        elif isinstance(last, Repeat) and last.high is None and last.body == part:
            found[-1] = repeat(part, last.low + 1, None)
        elif (
            isinstance(part, Repeat)
            and isinstance(last, Repeat)
            and part.body == last.body
            and (part.high is None or last.high is None)
        ):
            found[-1] = repeat(part.body, part.low + last.low, None)
        else:
            found.append(part)
    return concat(*found)


def star(body: Regex) -> Regex:
    """Return a body any number of times."""
    if body in (EMPTY, NOTHING):
        return EMPTY
    if isinstance(body, Repeat) and (body.low <= 1 and (body.high is None or body.high == 1)):
        return repeat(body.body, 0, None)
    return repeat(body, 0, None)


def either(*options: Regex) -> Regex:
    """Return any one of the options, with classes joined and common beginnings and endings written once."""
    flat = union(*options)
    parts = list(flat.options) if isinstance(flat, Union) else [flat]
    classes = [part.charset for part in parts if isinstance(part, Chars)]
    rest: list[Regex] = [part for part in parts if not isinstance(part, Chars) and part != EMPTY]
    if classes:
        rest.insert(0, Chars(charset.of(it for charset_ in classes for it in charset_)))
    optional = EMPTY in parts
    if any(isinstance(part, Repeat) and part.body == ANY_CHAR and part.low == 0 and part.high is None for part in rest):
        return star(ANY_CHAR)
    body = _factored(rest)
    if not optional:
        return body
    if isinstance(body, Repeat) and body.low <= 1 and body.high is None:
        return repeat(body.body, 0, None)
    return EMPTY if not rest else repeat(body, 0, 1)


def _factored(options: list[Regex]) -> Regex:
    """Join options that begin or end alike."""
    for place in (0, -1):
        groups: dict[Regex, list[Regex]] = {}
        for option in options:
            parts = option.parts if isinstance(option, Concat) else (option,)
            groups.setdefault(parts[place], []).append(option)
        if len(groups) == len(options):
            continue
        joined: list[Regex] = []
        for shared, members in groups.items():
            if len(members) == 1:
                joined += members
                continue
            rest = either(*(_without(member, place) for member in members))
            joined.append(sequence(shared, rest) if place == 0 else sequence(rest, shared))
        return _factored(joined)
    return union(*options)


def _without(option: Regex, place: int) -> Regex:
    if not isinstance(option, Concat):
        return EMPTY
    return concat(*(option.parts[1:] if place == 0 else option.parts[:-1]))
