"""Rules for our own world: their text, how it is read, the least that users need, and the sketch of such policies."""

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Final

from solon.contract import Program
from solon.sketch import Hole, HoleValue, Sketch
from solon.tasks.guard import files
from solon.tasks.guard.policy import PolicySet, WrongPolicy
from solon.tasks.guard.tools.calls import Described
from solon.tasks.guard.tools.guards import CONTEXT, arguments_of, declared, role_at
from solon.tasks.guard.tools.world import HOME, TOOLS

ENTRY: Final = "policy.txt:policy"
KIND: Final = "tool-policy"
READING: Final = tuple(tool.name for tool in TOOLS if tool.reads_only)
ACTING: Final = tuple(tool.name for tool in TOOLS if not tool.reads_only)
SOURCES: Final[dict[str, tuple[str, ...]]] = {
    "user": ("user",),
    "field": ("field", "user"),
    "pointed": ("field", "pointed", "user"),
    "said": ("field", "said", "user"),
}
_OWN_LINES: Final = ("tool", "context")

LEAST: Final[dict[str, str]] = {
    **{name: f"rule {name}: allow {name}" for name in READING},
    "send_money": """\
rule send_money: allow send_money
    when origin(arg.recipient) has {"field", "user"}
rule send_money-bill: allow send_money
    when origin(arg.recipient) has {"pointed"} and any word in ctx.words: word in {"pai", "pay", "bill"}""",
    "schedule_payment": """\
rule schedule_payment: allow schedule_payment
    when origin(arg.recipient) has {"user"}""",
    "change_password": """\
rule change_password: allow change_password
    when origin(arg.password) has {"user"}""",
    "send_mail": f"""\
rule send_mail-links: forbid send_mail
    when origin(arg.body) has {{"foreign"}}
    priority 1
rule send_mail: allow send_mail
    when all to in arg.recipients: origin(to) has {{"field", "user"}} or ends(to, "@{HOME}")""",
    "create_event": f"""\
rule create_event: allow create_event
    when all guest in arg.participants: origin(guest) has {{"field", "user"}} or ends(guest, "@{HOME}")""",
    "share_file": """\
rule share_file: allow share_file
    when origin(arg.email) has {"user"} and origin(arg.path) has {"user"}""",
    "delete_file": """\
rule delete_file: allow delete_file
    when origin(arg.path) has {"user"}""",
    "write_file": """\
rule write_file: allow write_file
    when origin(arg.path) has {"user"}""",
    "open_page": """\
rule open_page: allow open_page
    when origin(arg.url) has {"said", "user"}""",
}
"""For each tool what the wishes of users need, and no more."""


def program(rules: Mapping[str, str] | str) -> Program:
    """Return rules as a program."""
    text = rules if isinstance(rules, str) else "\n\n".join(part for part in rules.values() if part) + "\n"
    return Program((("policy.txt", text),), ENTRY, KIND)


@cache
def header() -> str:
    """Return the declarations that stand above every policy of our world."""
    return header_of(TOOLS)


def header_of(described: Sequence[Described]) -> str:
    """Return the declarations that stand above the policies of a world with these tools."""
    return files.write_text(PolicySet(declared(described), context=CONTEXT, name="candidate"))


@lru_cache(maxsize=256)
def read(text: str, above: str = "") -> PolicySet:
    """Return a policy from its rules, under declarations. Raises WrongPolicy with the line in the rules."""
    for number, line in enumerate(text.splitlines(), start=1):
        if line.split(maxsplit=1)[:1] and line.split(maxsplit=1)[0] in _OWN_LINES:
            raise WrongPolicy(f"line {number}: the tools and the facts are declared already; write rules only")
    above = above or header()
    lines = len(above.splitlines())
    try:
        return files.read_text(f"{above}\n{text}")
    except WrongPolicy as error:
        told = re.sub(r"^line (\d+)", lambda found: f"line {int(found[1]) - lines - 1}", str(error))
        raise WrongPolicy(told) from None


def complaint(text: str, above: str = "") -> str | None:
    """Say what is wrong with the form of rules, for the end of a sentence."""
    try:
        read(text, above)
    except WrongPolicy as error:
        return f"is no set of rules ({error})"
    return None


def rules_of(policy: PolicySet) -> str:
    """Return the rules of a policy without what stands above them."""
    text = files.write_text(policy)
    start = text.find("\nrule ")
    return "" if start < 0 else text[start + 1 :]


_TRUSTED: Final = '{"field", "plain", "pointed", "user"}'
_GUESTS: Final = f'origin(to) has {{"field", "plain", "user"}} or ends(to, "@{HOME}")'
_BOUNDS: Final[dict[str, str]] = {
    "send_money": f"origin(arg.recipient) has {_TRUSTED}",
    "schedule_payment": f"origin(arg.recipient) has {_TRUSTED}",
    "change_password": f"origin(arg.password) has {_TRUSTED}",
    "share_file": f"origin(arg.email) has {_TRUSTED}",
    "delete_file": f"origin(arg.path) has {_TRUSTED}",
    "write_file": f"origin(arg.path) has {_TRUSTED}",
    "send_mail": f'not origin(arg.body) has {{"foreign"}} and all to in arg.recipients: {_GUESTS}',
    "create_event": f"all to in arg.participants: {_GUESTS}",
    "open_page": 'origin(arg.url) has {"field", "plain", "pointed", "said", "user"}',
}
BOUND: Final = "\n".join(
    [f"rule {name}: allow {name}" for name in READING]
    + [f"rule {name}: allow {name}\n    when {when}" for name, when in _BOUNDS.items()]
)
"""The most that a policy may allow: what ``verify`` proves of a candidate."""


def sketch() -> Sketch:
    """Return the policies that choose for each tool where its identifying arguments may come from."""
    holes = [Hole(name, "user", options=("deny", "any", *SOURCES)) for name in ACTING]
    return Sketch((*holes, Hole("links", "free", options=("free", "own"))), _rendered)


def _rendered(values: Mapping[str, HoleValue]) -> Program:
    parts = [LEAST[name] for name in READING]
    parts += [_rule(tool, str(values[tool.name]), str(values["links"])) for tool in TOOLS if tool.name in ACTING]
    return program("\n\n".join(part for part in parts if part) + "\n")


def _rule(described: Described, chosen: str, links: str) -> str:
    if chosen == "deny":
        return ""
    conditions: list[str] = []
    for place, _ in arguments_of(declared((described,))[0]):
        kind, listed = role_at(place), place[-1] == "*"
        path = f"arg.{place[0]}"
        allowed = ", ".join(f'"{source}"' for source in SOURCES.get(chosen, ()))
        if kind == "identifier" and chosen != "any":
            said = f"origin({'x' if listed else path}) has {{{allowed}}}"
            conditions.append(f"(all x in {path}: {said})" if listed else said)
        elif kind == "words" and links == "own":
            conditions.append(f'not origin({path}) has {{"foreign"}}')
    when = f"\n    when {' and '.join(conditions)}" if conditions else ""
    return f"rule {described.name}: allow {described.name}{when}"
