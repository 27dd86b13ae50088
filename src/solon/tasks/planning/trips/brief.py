"""The text that tells a proposer all it may know about a trip."""

from collections.abc import Sequence
from typing import Final

from solon.contract import Metric
from solon.tasks.planning.trips import plans, request
from solon.tasks.planning.trips.optimum import cheapest
from solon.tasks.planning.trips.queries import Problem, draw_problem
from solon.tasks.planning.trips.reference import reference
from solon.tasks.planning.trips.request import TRANSPORT
from solon.tasks.planning.trips.trip import render
from solon.tasks.planning.trips.words import phrase
from solon.tasks.planning.trips.world import CUISINES, HOUSE_RULES, WANTED_TYPES

_REQUEST: Final = """\
You read a request for a trip and write it as JSON. A solver plans from what you write, and the plan is judged by what
was asked for in words: a plan that is right for a wrong request is wrong.

# The request

{words}

# The JSON

One object with exactly these fields:

- "org": the city where the trip begins and ends
- "dest": the city to visit; the state, where several cities of it are to be visited
- "days": 3, 5 or 7
- "visiting_city_number": 1 for 3 days, 2 for 5, 3 for 7
- "date": a list of all days as "2026-03-02"
- "people_number": a whole number
- "local_constraint": an object with "house rule" (what must be allowed in the rooms: {rules}),
  "cuisine" (a list from {cuisines}),
  "room type" ({rooms}) and "transportation" ({transport}); null for what is not asked for
- "budget": a whole number

States and their cities: {states}.

# Example

{example_words}

```json
{example}```

# Objective

Maximise solved. All metrics:
{metrics}

Answer with one JSON object in a block marked json.
"""

_PLAN: Final = """\
You plan a trip from a request in words and from tables, and write the plan as a JSON list of days.

# The request

{words}

# The tables

{reference}

# The JSON

A list with an object for each day and the fields "days" (its number), "current_city" ("from A to B" on a day of
travel, otherwise the city), "transportation", "breakfast", "attraction", "lunch", "dinner" and "accommodation". Places
are written "Name, City", each attraction is ended by ";", and "-" stands for nothing.

# Rules

- Everything that is named is in the tables.
- Days of travel have transportation, all nights an accommodation, days without travel three meals and an attraction.
- Everything is in the city of the day; on a day of travel in either city, the accommodation where the journey ends.
- The trip is a closed round through the asked number of cities of the destination, each visited once.
- No restaurant and no attraction comes twice.
- Who drives a car of their own neither flies nor takes a taxi.
- No accommodation is left before its minimum of nights.
- The wishes and the budget of the request are kept. Rooms, cars (5 people) and taxis (4 people) are paid for as many as
  the party needs, flights and meals for each person.

# Example of another trip

{example_words}

```json
{example}```

# Objective

Maximise final. All metrics:
{metrics}

Answer with one JSON list in a block marked json.
"""


def brief(problem: Problem, words: str, answer: str, metrics: Sequence[Metric], *, scrubbed: bool) -> str:
    """Return the complete system prompt; its example is another problem of another world."""
    sample = draw_problem(0, "hard", "satisfiable", world=1_000_003)
    told = {
        "words": words,
        "example_words": phrase(sample.request, "example"),
        "metrics": "\n".join(f"- {metric.name}: {metric.meaning}" for metric in metrics),
    }
    if answer == "plan":
        trip = cheapest(sample.world, sample.request)
        assert trip is not None
        tables = reference(problem.world, problem.request, scrubbed=scrubbed)
        return _PLAN.format(**told, reference=tables, example=plans.write(render(trip, sample.request)))
    return _REQUEST.format(
        **told,
        rules=", ".join(HOUSE_RULES),
        cuisines=", ".join(CUISINES),
        rooms=", ".join(WANTED_TYPES),
        transport=", ".join(TRANSPORT),
        states="; ".join(f"{state}: {', '.join(cities)}" for state, cities in problem.world.states.items()),
        example=request.write(sample.request),
    )
