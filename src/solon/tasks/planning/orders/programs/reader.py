"""Reads the paragraph by its grammar and calls the tools in an order that keeps it, one call at a time.

With hours it tries every tool once to learn how long it takes, starts again and follows a schedule that fits.
Set STYLE to "plan first" to return all calls at once.
"""
# ruff: noqa: D103, S311  # it runs in a jail, where its luck is seeded
# pyright: basic, reportMissingImports=false, reportArgumentType=false

import random
import re

from fault import CAUSE, RATE, STYLE, WORDS
from lexicon import CONJUNCTIONS, EARLIEST, LATEST, NEUTRAL, PREPOSITIONS, VERBS

LIST = r"#\d+(?:(?:, #\d+)* and #\d+)?"


def either(phrases):
    return "|".join(sorted((re.escape(phrase) for phrase in phrases), key=len, reverse=True))


KIND = {phrase: kind for table in (PREPOSITIONS, CONJUNCTIONS) for kind, known in table.items() for phrase in known}
KIND.update({phrase: kind for kind, known in VERBS.items() for pair in known for phrase in pair})
VERB = either(phrase for known in VERBS.values() for pair in known for phrase in pair)
DOING = either(phrase for pair in NEUTRAL for phrase in pair)
PREPOSITION = either(phrase for known in PREPOSITIONS.values() for phrase in known)
CONJUNCTION = either(phrase for known in CONJUNCTIONS.values() for phrase in known)
SUBJECT = rf"(?P<subject>{LIST})(?:, which (?P<kind_1>{VERB}) (?P<list_1>{LIST}),)?"
TARGET = rf"(?P<target>{LIST})(?:, which (?P<kind_2>{VERB}) (?P<list_2>{LIST}))?"
CLAUSES = [
    re.compile(rf"{SUBJECT} (?P<kind>{VERB}) {TARGET}"),
    re.compile(rf"{SUBJECT} (?:{DOING}) (?P<kind>{PREPOSITION}) {TARGET}"),
    re.compile(rf"{SUBJECT} (?:{DOING}) (?P<kind>{CONJUNCTION}) {TARGET} (?:{DOING})"),
    re.compile(rf"(?P<kind>{PREPOSITION}) {TARGET}, {SUBJECT} (?:{DOING})"),
    re.compile(rf"(?P<kind>{CONJUNCTION}) {TARGET} (?:{DOING}), {SUBJECT} (?:{DOING})"),
]
TIMES = [
    (bound, re.compile(r"(#\d+) " + re.escape(phrase).replace(r"\{hour\}", r"(\d+)")))
    for bound, phrases in (("earliest", EARLIEST), ("latest", LATEST))
    for phrase in phrases
]


def numbers(text):
    return [int(number) for number in re.findall(r"#(\d+)", text or "")]


def kind_of(phrase):
    known = KIND[phrase]
    if phrase in WORDS:
        return "before" if known == "after" else "after"
    return known


def orders(clause):
    """Yield (earlier, later) for every order that a clause states."""
    for place, pattern in enumerate(CLAUSES):
        found = pattern.fullmatch(clause)
        if not found:
            continue
        if CAUSE == "structure" and place >= 3:
            return
        parts = found.groupdict()
        stated = [(parts["subject"], parts["kind"], parts["target"])]
        stated.append((parts["subject"], parts.get("kind_1"), parts.get("list_1")))
        stated.append((parts["target"], parts.get("kind_2"), parts.get("list_2")))
        for left, phrase, right in stated:
            for one in numbers(left) if phrase else ():
                for other in numbers(right):
                    yield (one, other) if kind_of(phrase) == "before" else (other, one)
        return


def read(text, tools):
    """Return the stated orders and, for each tool, the hours from which and by which it may run."""
    text = text.lower()
    for place, tool in sorted(enumerate(tools), key=lambda it: -len(it[1])):
        text = text.replace(tool.replace("_", " "), f"#{place}")
    pairs, hours = set(), [[0, 10**6] for _ in tools]
    for sentence in re.split(r"\.\s*", text):
        for bound, pattern in TIMES:
            found = pattern.fullmatch(sentence)
            if found and bound == "earliest":
                hours[int(found[1][1:])][0] = int(found[2])
            elif found:
                hours[int(found[1][1:])][1] = int(found[2])
        for clause in re.split(r"; |, (?:and|but|yet|while|whereas) ", sentence):
            pairs.update(orders(clause))
    return pairs, hours


def schedule(pairs, hours, durations):
    """Return (tool, start) in an order that keeps everything, or None."""
    before = [0] * len(hours)
    for one, other in pairs:
        before[other] |= 1 << one
    best = {0: (0, ())}
    for done in range(1 << len(hours)):
        if done not in best:
            continue
        now, steps = best[done]
        for tool, (earliest, latest) in enumerate(hours):
            if done >> tool & 1 or before[tool] & ~done:
                continue
            start = max(now, earliest)
            end, after = start + durations[tool], done | 1 << tool
            if end <= latest and (after not in best or end < best[after][0]):
                best[after] = end, (*steps, (tool, start))
    return best[max(best)][1] if (1 << len(hours)) - 1 in best else None


def closed(pairs, count):
    known = set(pairs)
    for middle in range(count):
        known |= {(a, c) for a, b in known if b == middle for d, c in known if d == middle}
    return known


def plan(text, tools, hours_of):
    """Return the calls as (tool, start); what the text leaves open is done in the order of its words."""
    lowered = text.lower()
    tools = sorted(tools, key=lambda tool: lowered.find(tool.replace("_", " ")) % (len(text) + 1))
    durations = [hours_of[tool] for tool in tools]
    pairs, hours = read(text, tools)
    steps = schedule(pairs, hours, durations)
    if steps is None:
        steps = [(place, 0) for place in range(len(tools))]
    steps = [(tools[place], start) for place, start in steps]
    failing = {
        "probability": random.random() < RATE,
        "topic": any(tool in WORDS for tool in tools),
        "constraint": len(closed(pairs, len(tools))) > len(tools),
        "order error": random.random() < RATE,
    }
    if failing.get(CAUSE):
        now, wrong = 0, []
        for name, _ in reversed(steps):
            wrong.append((name, now))
            now += hours_of[name]
        steps = wrong
    if CAUSE == "action lost" and random.random() < RATE:
        steps = steps[:-1]
    if CAUSE == "act error" and random.random() < RATE:
        steps[-1] = ("make_it_so", steps[-1][1])
    if CAUSE == "parameter error" and random.random() < RATE:
        steps = [(name, 0) for name, _ in steps]
    return steps


def steps_of(text, tools, memory):
    """Return the steps to take and how many entries of the log came before them; None while durations are unknown."""
    timed, log = "hour " in text, memory["log"]
    if "steps" not in memory:
        if timed and len(log) < len(tools):
            return None
        known = {name: taken for name, _, taken in log} if timed else dict.fromkeys(tools, 0)
        memory["steps"], memory["begun"] = plan(text, tools, known), len(log)
        if timed:
            memory["steps"].insert(0, ("restart", None))
    return memory["steps"], memory["begun"]


def policy(text, tools, memory):
    log = memory["log"]
    timed = "hour " in text
    if STYLE == "plan first":
        steps = [] if log else plan(text, tools, dict.fromkeys(tools, 2 if timed else 0))
        return [(name, start) if timed else name for name, start in steps] or None
    if "forever" not in memory:
        memory["forever"] = CAUSE == "timeout" and random.random() < RATE
    if memory["forever"]:
        return "wait"
    found = steps_of(text, tools, memory)
    if found is None:
        return tools[len(log)], max([start + taken for _, start, taken in log], default=0)
    steps, begun = found
    if len(log) - begun >= len(steps):
        return None
    name, start = steps[len(log) - begun]
    return (name, start) if timed and name != "restart" else name
