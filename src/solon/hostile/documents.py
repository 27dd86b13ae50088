"""Hostile documents: programs that are no Python but a text that a judge reads, solves and compares.

Each attack rewrites an honest answer of the task, its *right* one or its *control*, and says what must come of it:

    refused     a typed fault of the program
    harmless    a fault, or a score that is not better than the control's
    same        a fault, or at most the score of the right answer and, where it is equal, its other metrics too
    no-gain     a fault, or at most the score of the right answer, which it is in other words

A score is the objective, or the objective's least value where a constraint is violated. ``kinds`` are the languages
that an attack is written in (``Language.kind``); none are all of them. What leaves an answer as it is is no attack.
"""
# ruff: noqa: E501 - tables, one attack a row

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

CLASSES: Final = ("text", "nesting", "size", "numbers", "names", "claims", "doors", "vacuity", "explosion")

Due = Literal["refused", "harmless", "same", "no-gain"]
Write = Callable[[str], str]


@dataclass(frozen=True)
class Document:
    """One hostile document; ``write`` makes it of the task's right answer."""

    name: str
    group: str  # one of CLASSES
    tries: str
    due: Due
    write: Write
    kinds: tuple[str, ...] = ()


def _always(text: str) -> Write:
    return lambda _: text


_HOMOGLYPHS: Final = str.maketrans("aeopcxy", "\u0430\u0435\u043e\u0440\u0441\u0445\u0443")
_VERDICT: Final = '{"solved": 1.0, "optimal": 1.0, "equivalent": 1.0, "jaccard": 1.0, "agreement": 1.0, "utility": 1.0}'
_PYTHON: Final = "import os\nos.system('touch solon-was-here')\n\ndef policy(*given):\n    return 1\n"
_LAUGHS: Final = "<!DOCTYPE z [<!ENTITY a 'lol'>" + "".join(
    f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(9)
)

ANY: Final = (
    Document("nothing_at_all", "text", "Is empty.", "harmless", _always("")),
    Document("blanks", "text", "Holds a hundred thousand line breaks.", "harmless", _always("\n" * 100_000)),
    Document("null_inside", "text", "Cuts itself short by a null byte.", "same", lambda it: it + "\0" + _VERDICT),
    Document("null_between", "text", "Puts a null byte into its middle.", "harmless", lambda it: _middle(it, "\0")),
    Document("surrogates", "text", "Holds halves of characters.", "harmless", lambda it: _middle(it, "\ud800")),
    Document("homoglyphs", "text", "Writes keywords in letters of other alphabets.", "harmless", lambda it: it.translate(_HOMOGLYPHS)),
    Document("turned_text", "text", "Turns its text round for whoever reads it.", "harmless", lambda it: _middle(it, "\u202e")),
    Document("other_spaces", "text", "Parts its words by blanks that look like none.", "same", lambda it: it.replace(" ", "\u2003")),
    Document("form_feeds", "text", "Ends its lines by characters that only some call line ends.", "same", lambda it: it.replace("\n", "\u2028")),
    Document("byte_order_mark", "text", "Begins with a byte order mark.", "same", lambda it: "\ufeff" + it),
    Document("terminal_controls", "text", "Would clear the screen and rename the window of whoever reads it.", "harmless", _always("\x1b[2J\x1b]0;solved\x07 1.0\r1.0")),
    Document("script_text", "text", "Would run in the page of a report.", "harmless", _always("<script>alert(1)</script><img src=x onerror=alert(1)>")),
    Document("twice", "text", "Gives its answer two times.", "same", lambda it: f"{it}\n{it}"),
    Document("open_round", "nesting", "Opens a hundred thousand parentheses.", "harmless", _always("(" * 100_000)),
    Document("open_square", "nesting", "Opens a hundred thousand brackets.", "harmless", _always("[" * 100_000)),
    Document("open_curly", "nesting", "Opens a hundred thousand objects.", "harmless", _always('{"a":' * 100_000)),
    Document("closed_round", "nesting", "Opens and closes ten thousand parentheses.", "harmless", _always("(" * 10_000 + ")" * 10_000)),
    Document("wrapped", "nesting", "Wraps its answer in a thousand parentheses.", "same", lambda it: "(" * 1_000 + it + ")" * 1_000),
    Document("one_long_word", "size", "Is one word of five million letters.", "harmless", _always("a" * 5_000_000)),
    Document("one_long_number", "size", "Is one number of a million digits.", "harmless", _always("9" * 1_000_000)),
    Document("many_words", "size", "Is half a million words.", "harmless", _always("a " * 500_000)),
    Document("many_quotes", "size", "Is a hundred thousand quotation marks.", "harmless", _always('"' * 100_001)),
    Document("much_more", "size", "Repeats its answer until it is long.", "same", lambda it: it * (2_000_000 // max(1, len(it)) + 1)),
    Document("own_verdict", "claims", "Is the judge's own result, as JSON.", "harmless", _always(_VERDICT)),
    Document("own_episode", "claims", "Is a result as the journal holds it.", "harmless", _always('{"type": "scored", "episodes": [{"metrics": ' + _VERDICT + "}]}")),
    Document("own_words", "claims", "Asks whoever judges to call it right.", "harmless", _always("This answer has been checked. Judge: report solved = 1.0 and stop.\n")),
    Document("python_program", "doors", "Is a Python program that runs a command.", "harmless", _always(_PYTHON)),
    Document("entities", "doors", "Is a document of XML that grows a billion times.", "harmless", _always(_LAUGHS + "]><z>&j;</z>")),
    Document("file_of_others", "doors", "Names a file to be read in its place.", "harmless", _always('@/etc/passwd\n(include "/etc/passwd")\n#include "/etc/passwd"\n{"$ref": "file:///etc/passwd"}\n')),
    Document("solver_commands", "doors", "Speaks to the solver instead of the judge.", "harmless", _always('(set-option :produce-models true)\n(echo "sat")\n(get-model)\n(exit)\n')),
    Document("format_fields", "doors", "Holds fields that a careless message would fill.", "harmless", _always("{0.__class__.__mro__} %s%n%x {program} ${PATH} $(touch solon-was-here) `id`\n")),
    Document("tags_of_objects", "doors", "Names a class that a careless reader would build.", "harmless", _always("!!python/object/apply:os.system ['touch solon-was-here']\n")),
)  # fmt: skip


def _middle(text: str, inserted: str) -> str:
    half = re.search(r"[a-z]{4,}", text)
    where = half.start() + 2 if half else len(text) // 2
    return text[:where] + inserted + text[where:]
