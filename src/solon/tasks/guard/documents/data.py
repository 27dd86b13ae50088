"""Training records of a document as JSON lines: texts for continued pre-training, conversations, prompts with a check.

As in CAP-CPT, what is written depends on the category: questions and answers for what is factual, demonstrations for
behaviour, questions with worked cases for simple conditions, walks through the branches with reasons for complex
ones. Every record carries the document's identifier; none but the first text quotes the document, and the gold
reasons stand in targets alone.
"""

import random
from collections.abc import Iterator

import msgspec

from solon.tasks.guard.documents.generate import draw, together
from solon.tasks.guard.documents.model import CATEGORIES, Category, Document, Query, traced
from solon.tasks.guard.documents.probes import identifier, written
from solon.tasks.guard.documents.render import rendered
from solon.verify.requests.request import Json

Record = dict[str, Json]


def lines(records: Iterator[Record]) -> str:
    """Return records as JSON lines."""
    return "".join(f"{msgspec.json.encode(record).decode()}\n" for record in records)


def pretraining(document: Document, each: int, dice: random.Random) -> Iterator[Record]:
    """Yield texts: the document in its wordings, then ``each`` texts a category."""
    tag = identifier(document)
    for wording in (1, 2, 3, 4):
        yield {"policy": tag, "category": "document", "text": f"{tag}\n{rendered(document, wording)}"}
    for category, query in _by_category(document, each, dice):
        yield {"policy": tag, "category": category, "text": _text(tag, category, query)}


def conversations(document: Document, count: int, dice: random.Random, tasks: int = 1) -> Iterator[Record]:
    """Yield conversations for supervised tuning: the case and the identifier, then reasons and the calls."""
    for _ in range(count):
        query = _drawn(document, dice, tasks)
        reply = f"{' '.join(f'{reason}.' for reason in query.reasons)}\n{_answer(query)}"
        messages: list[Json] = [
            {"role": "user", "content": _question(identifier(document), query)},
            {"role": "assistant", "content": reply},
        ]
        yield {"policy": identifier(document), "category": query.answer.category, "messages": messages}


def checked(document: Document, count: int, dice: random.Random, tasks: int = 1) -> Iterator[Record]:
    """Yield prompts for learning by reward: the calls and the database's hash that an answer is checked against."""
    for _ in range(count):
        query = _drawn(document, dice, tasks)
        yield {
            "policy": identifier(document),
            "category": query.answer.category,
            "prompt": _question(identifier(document), query),
            "calls": written(query.answer.calls),
            "state": query.state,
        }


def _drawn(document: Document, dice: random.Random, tasks: int) -> Query:
    return traced(document, draw(document, dice)) if tasks == 1 else together(document, tasks, dice)


def _by_category(document: Document, each: int, dice: random.Random) -> Iterator[tuple[Category, Query]]:
    left = dict.fromkeys(CATEGORIES, each)
    for _ in range(200 * each * len(CATEGORIES)):  # a document may lack a category
        query = traced(document, draw(document, dice, 0.0))
        category = query.answer.category
        if left[category]:
            left[category] -= 1
            yield category, query
        if not any(left.values()):
            return


def _question(tag: str, query: Query) -> str:
    return f"Under {tag}, what is to be done? Case: {msgspec.json.encode(query.case).decode()}"


def _answer(query: Query) -> str:
    return msgspec.json.encode(written(query.answer.calls)).decode()


def _text(tag: str, category: Category, query: Query) -> str:
    match category:
        case "factual":
            return f"{tag} Q: what is the {query.case['topic']}? A: {query.answer.calls[0].arguments['value']}."
        case "behavioural":
            manner = query.answer.clauses[-1]
            return f"{tag} A demonstration of {manner}. {_question(tag, query)} {_answer(query)}"
        case "simple":
            return f"{tag} Q: {_question(tag, query)} A: {query.reasons[-1]}"
        case "complex":
            walk = " ".join(f"{reason}." for reason in query.reasons)
            return f"{tag} A case is walked through. {_question(tag, query)} {walk} So: {_answer(query)}"
