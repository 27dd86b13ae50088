"""Policy files: a readable text and JSON, both read and written without loss.

policy mail first-match
default message "Ask the owner."
tool send(to: text, amount?: number = 0)
context user: text
state sent: integer 0.. = 0
list friends = "ada@example.org", "bob@example.org"

rule friends: allow send
    when arg.to in list(friends) and st.sent < 10
    priority 1
    reason "Friends may be written to."
    then st.sent = st.sent + 1
"""

import json
import re
from typing import Final, Literal, cast, get_args

import msgspec

from solon.contract import Value
from solon.tasks.guard.policy import Assignment, Call, Effect, Fallback, Mode, PolicySet, Rule, Source, WrongPolicy
from solon.tasks.guard.progent import restricted
from solon.verify.requests import syntax
from solon.verify.requests.declare import json_schema, read_fields, write_fields
from solon.verify.requests.expression import TRUE, Expression, conjunction
from solon.verify.requests.request import Json
from solon.verify.requests.schema import Record, Tool, tool
from solon.verify.requests.syntax import WrongText

_HEADS: Final = ("policy", "default", "tool", "context", "state", "list", "rule")
_CLAUSES: Final = (
    "when", "priority", "reason", "fallback", "then", "always", "activates", "retires", "source", "ttl", "dormant",
)  # fmt: skip
_ONCE: Final = frozenset(("policy", "default", "context", "state"))
_MANY: Final = frozenset(("then", "always", "activates", "retires"))
_WORD: Final = re.compile(r'\s*("(?:[^"\\]|\\.)*"|[^\s:,"(]+)')
_COMBINE: Final = ("first-match", "deny-overrides")


def read(content: str) -> PolicySet:
    """Read a policy from text or JSON, whichever it is. Raises WrongPolicy."""
    return read_json(content) if content.lstrip()[:1] == "{" else read_text(content)


# Text


class _Line(Value, frozen=True):
    number: int
    word: str
    rest: str


def read_text(content: str) -> PolicySet:
    """Read a policy from its text form. Raises WrongPolicy."""
    found = PolicySet()
    lines = _lines(content)
    at = 0
    once: set[str] = set()
    while at < len(lines):
        line = lines[at]
        if line.word in once:
            raise WrongPolicy(f"line {line.number}: a second {line.word}; write one")
        once |= {line.word} & _ONCE
        end = at + 1
        while end < len(lines) and lines[end].word in _CLAUSES:
            end += 1
        try:
            found = _head(found, line, lines[at + 1 : end])
        except (ValueError, RecursionError) as error:
            raise WrongPolicy(f"line {line.number}: {error}") from None
        at = end
    return found


def _lines(content: str) -> list[_Line]:
    """Return the logical lines: one that starts with no keyword goes on with the one before."""
    found: list[_Line] = []
    for number, text in enumerate(content.split("\n"), start=1):  # not at what else ends a line: texts may hold it
        clean = text.strip()
        if not clean or clean.startswith("#"):
            continue
        word = re.split(r"[\s(:]", clean, maxsplit=1)[0]
        indented = text[0].isspace()
        if (word in _CLAUSES and indented) or (word in _HEADS and not indented):
            found.append(_Line(number, word, clean[len(word) :].strip()))
        elif found and indented:
            last = found.pop()
            found.append(_Line(last.number, last.word, f"{last.rest} {clean}"))
        else:
            raise WrongPolicy(f"line {number}: {word!r} starts nothing; write one of {', '.join(_HEADS)}")
    return found


def _head(policy: PolicySet, line: _Line, clauses: list[_Line]) -> PolicySet:  # noqa: C901, PLR0911 - one case a variant
    change = msgspec.structs.replace
    if clauses and line.word != "rule":
        raise WrongPolicy(f"{clauses[0].word} belongs to a rule")
    match line.word:
        case "policy":
            name, rest = _word(line.rest)
            combine = rest.strip() or "first-match"
            if combine not in _COMBINE:
                raise WrongPolicy(f"{combine!r} is no way to combine rules; write {' or '.join(_COMBINE)}")
            return change(policy, name=name, combine=combine)
        case "default":
            return change(policy, fallback=_fallback(line.rest))
        case "tool":
            declared = _tool(line.rest)
            if policy.tool(declared.name) is not None:
                raise WrongPolicy(f"the tool {declared.name} is declared twice")
            return change(policy, tools=(*policy.tools, declared))
        case "context":
            return change(policy, context=read_fields(line.rest))
        case "state":
            return change(policy, state=read_fields(line.rest))
        case "list":
            name, rest = _word(line.rest)
            if name in policy.lists:
                raise WrongPolicy(f"the list {name} is given twice; give it once")
            return change(policy, lists={**policy.lists, name: _texts(rest.strip().removeprefix("="))})
        case _:
            rule = _rule(line.rest, clauses)
            return change(policy, rules=_named((*policy.rules, rule)))


def _named(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """Return rules as they are. Raises WrongPolicy unless each has a name of its own."""
    seen: set[str] = set()
    for rule in rules:
        if not rule.id:
            raise WrongPolicy("a rule has no name; give it one")
        if rule.id in seen:
            raise WrongPolicy(f"two rules are called {rule.id!r}; give each a name of its own")
        seen.add(rule.id)
    return rules


def _tool(text: str) -> Tool:
    name, rest = _word(text)
    match = re.fullmatch(r'\s*\((?P<fields>.*)\)\s*(?P<description>"(?:[^"\\]|\\.)*")?\s*', rest, re.DOTALL)
    if match is None:
        raise WrongPolicy(f"the tool {name} has no arguments in brackets; write {name}(argument: text)")
    description = cast("str", json.loads(match["description"])) if match["description"] else ""
    return Tool(name, read_fields(match["fields"]), description)


def _rule(text: str, clauses: list[_Line]) -> Rule:
    name, rest = _word(text)
    effect, rest = _word(rest.strip().removeprefix(":"))
    pattern, rest = _word(rest)
    if effect not in get_args(Effect):
        raise WrongPolicy(f"{effect!r} is no effect; write {', '.join(get_args(Effect))}")
    if rest.strip():
        raise WrongPolicy(f"{rest.strip()!r} follows the tool; write conditions on a line that starts with when")
    rule = Rule(name, cast("Effect", effect), pattern)
    words = [clause.word for clause in clauses if clause.word not in _MANY]
    double = next((word for word in words if words.count(word) > 1), None)
    if double is not None:
        raise WrongPolicy(f"the rule {name} has a second {double}; write one, and join conditions by and")
    for clause in clauses:
        rule = _clause(rule, clause)
    return rule


def _clause(rule: Rule, line: _Line) -> Rule:  # noqa: C901, PLR0911, PLR0912 - one case a variant
    change = msgspec.structs.replace
    try:
        match line.word:
            case "when":
                return change(rule, when=syntax.read(line.rest))
            case "priority":
                return change(rule, priority=int(line.rest))
            case "ttl":
                return change(rule, ttl=int(line.rest))
            case "reason":
                return change(rule, reason=_texts(line.rest)[0])
            case "fallback":
                return change(rule, fallback=_fallback(line.rest))
            case "then" | "always":
                return change(rule, updates=(*rule.updates, _assignment(line)))
            case "activates":
                return change(rule, activates=(*rule.activates, *_names(line.rest)))
            case "retires":
                return change(rule, retires=(*rule.retires, *_names(line.rest)))
            case "source":
                if line.rest not in get_args(Source):
                    raise WrongPolicy(f"{line.rest!r} is no source; write {', '.join(get_args(Source))}")
                return change(rule, source=cast("Source", line.rest))
            case _:
                if line.rest:
                    raise WrongPolicy(f"{line.rest!r} follows dormant, which takes nothing; remove it")
                return change(rule, dormant=True)
    except (WrongText, ValueError) as error:
        raise WrongPolicy(f"{line.word} of the rule {rule.id} (line {line.number}): {error}") from None


def _assignment(line: _Line) -> Assignment:
    match = re.fullmatch(r"st\.([A-Za-z_]\w*)\s*=\s*(.*)", line.rest, re.DOTALL)
    if match is None:
        raise WrongPolicy("it sets nothing; write st.name = value")
    return Assignment(match[1], syntax.read(match[2]), "success" if line.word == "then" else "attempt")


def _fallback(text: str) -> Fallback:
    mode, rest = _word(text)
    if mode not in get_args(Mode):
        raise WrongPolicy(f"{mode!r} is no fallback; write {', '.join(get_args(Mode))}")
    call = None
    if mode == "substitute":
        name, rest = _word(rest)
        arguments, end = json.JSONDecoder().raw_decode(rest.strip())
        if not isinstance(arguments, dict):
            raise WrongPolicy("the arguments of a substitute are no object; write {}")
        call, rest = Call.of(name, cast("dict[str, Json]", arguments)), rest.strip()[end:]
    return Fallback(cast("Mode", mode), _texts(rest)[0] if rest.strip() else "", call)


def _word(text: str) -> tuple[str, str]:
    match = _WORD.match(text)
    if match is None:
        raise WrongPolicy(f"a name is due before {text.strip()[:20]!r}")
    word = match[1]
    return cast("str", json.loads(word)) if word.startswith('"') else word, text[match.end() :]


def _names(text: str) -> tuple[str, ...]:
    found: list[str] = []
    rest = text.strip()
    while rest:
        if found and not rest.startswith(","):
            raise WrongPolicy(f"{rest!r} follows a name without a comma between them")
        word, rest = _word(rest.removeprefix(",") if found else rest)
        rest = rest.strip()
        found.append(word)
    return tuple(found)


def _texts(text: str) -> tuple[str, ...]:
    found = cast("list[object]", json.loads(f"[{text}]"))
    if not all(isinstance(part, str) for part in found):
        raise WrongPolicy("texts in double quotes are due")
    return tuple(str(part) for part in found)


def write_text(policy: PolicySet) -> str:
    """Return the text form of a policy."""
    parts = [f"policy {_quoted(policy.name)} {policy.combine}", f"default {_fallback_text(policy.fallback)}"]
    for declared in policy.tools:
        told = f" {_json(declared.description)}" if declared.description else ""
        parts.append(f"tool {_quoted(declared.name)}({write_fields(declared.parameters)}){told}")
    for word, record in (("context", policy.context), ("state", policy.state)):
        if record != Record():
            parts.append(f"{word} {write_fields(record)}")
    parts += [f"list {_quoted(name)} = {', '.join(map(_json, values))}" for name, values in policy.lists.items()]
    return "\n".join([*parts, *(_rule_text(rule) for rule in policy.rules)]) + "\n"


def _rule_text(rule: Rule) -> str:  # noqa: C901 - one case a variant
    lines = [f"\nrule {_quoted(rule.id)}: {rule.effect} {_quoted(rule.tool)}"]
    if rule.when != TRUE:
        lines.append(f"when {syntax.write(rule.when)}")
    if rule.priority != Rule("", "allow").priority:
        lines.append(f"priority {rule.priority}")
    if rule.reason:
        lines.append(f"reason {_json(rule.reason)}")
    if rule.fallback is not None:
        lines.append(f"fallback {_fallback_text(rule.fallback)}")
    for each in rule.updates:
        word = "then" if each.on == "success" else "always"
        lines.append(f"{word} st.{each.name} = {syntax.write(each.value)}")
    for word, names in (("activates", rule.activates), ("retires", rule.retires)):
        if names:
            lines.append(f"{word} {', '.join(map(_quoted, names))}")
    if rule.source != "human":
        lines.append(f"source {rule.source}")
    if rule.ttl is not None:
        lines.append(f"ttl {rule.ttl}")
    if rule.dormant:
        lines.append("dormant")
    return "\n    ".join(lines)


def _fallback_text(fallback: Fallback) -> str:
    parts: list[str] = [fallback.mode]
    if fallback.call is not None:
        parts += [_quoted(fallback.call.tool), fallback.call.content.decode()]
    return " ".join([*parts, _json(fallback.text)] if fallback.text else parts)


def _quoted(name: str) -> str:
    return name if re.fullmatch(r"[^\s:,\"()]+", name) else _json(name)


def _json(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


# JSON


class _RuleFile(Value, frozen=True, omit_defaults=True):
    id: str
    effect: Effect
    tool: str = "*"
    when: str = "true"
    arguments: dict[str, dict[str, Json]] = {}  # a JSON Schema for each; all must be there, and the condition hold too
    priority: int = 100
    fallback: Fallback | None = None
    updates: tuple[tuple[str, str, Literal["success", "attempt"]], ...] = ()
    activates: tuple[str, ...] = ()
    retires: tuple[str, ...] = ()
    reason: str = ""
    source: Source = "human"
    ttl: int | None = None
    dormant: bool = False


class _ToolFile(Value, frozen=True, omit_defaults=True):
    parameters: dict[str, Json]
    description: str = ""


class _File(Value, frozen=True, omit_defaults=True):
    policy: str = "policy"
    combine: Literal["first-match", "deny-overrides"] = "first-match"
    default: Fallback = Fallback()
    tools: dict[str, _ToolFile] = {}
    context: str = ""
    state: str = ""
    lists: dict[str, tuple[str, ...]] = {}
    rules: tuple[_RuleFile, ...] = ()


def read_json(content: str | bytes) -> PolicySet:
    """Read a policy from JSON: tools as JSON Schema, conditions as text or JSON Schema. Raises WrongPolicy."""
    try:
        file = msgspec.convert(json.loads(content, object_pairs_hook=_unique, parse_constant=_no_number), type=_File)
        return PolicySet(
            tuple(tool(name, each.parameters, each.description) for name, each in file.tools.items()),
            _named(tuple(_from_file(rule) for rule in file.rules)),
            file.combine,
            file.default,
            read_fields(file.context),
            read_fields(file.state),
            file.lists,
            file.policy,
        )
    except (ValueError, RecursionError) as error:
        raise WrongPolicy(f"this is no policy ({error}); write it as the documentation shows") from None


def _no_number(text: str) -> Json:
    raise WrongPolicy(f"{text} is no number of JSON; write a finite one")


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    """Return an object of JSON. Raises WrongPolicy if a name is given twice: readers would see another one."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        double = next(name for name in names if names.count(name) > 1)
        raise WrongPolicy(f"{double!r} is given twice; give it once")
    return found


def _from_file(rule: _RuleFile) -> Rule:
    try:
        return Rule(
            rule.id,
            rule.effect,
            rule.tool,
            _condition(rule),
            rule.priority,
            rule.fallback,
            tuple(Assignment(name, syntax.read(value), on) for name, value, on in rule.updates),
            rule.activates,
            rule.retires,
            rule.reason,
            rule.source,
            rule.ttl,
            rule.dormant,
        )
    except WrongText as error:
        raise WrongPolicy(f"the rule {rule.id}: {error}") from None


def _condition(rule: _RuleFile) -> Expression:
    if not rule.arguments:
        return syntax.read(rule.when)
    schemas = restricted(rule.arguments, f"the rule {rule.id}", [])
    return schemas if rule.when == "true" else conjunction(syntax.read(rule.when), schemas)


def write_json(policy: PolicySet) -> bytes:
    """Return the JSON of a policy, indented."""
    rules = tuple(
        _RuleFile(
            rule.id,
            rule.effect,
            rule.tool,
            syntax.write(rule.when),
            {},  # schemas have become conditions
            rule.priority,
            rule.fallback,
            tuple((each.name, syntax.write(each.value), each.on) for each in rule.updates),
            rule.activates,
            rule.retires,
            rule.reason,
            rule.source,
            rule.ttl,
            rule.dormant,
        )
        for rule in policy.rules
    )
    tools = {each.name: _ToolFile(json_schema(each), each.description) for each in policy.tools}
    file = _File(
        policy.name,
        policy.combine,
        policy.fallback,
        tools,
        write_fields(policy.context),
        write_fields(policy.state),
        policy.lists,
        rules,
    )
    return msgspec.json.format(msgspec.json.encode(file), indent=2)
