"""The tables as text for whoever plans by hand: whole, or scrubbed of what this request cannot use."""

from collections.abc import Iterator

from solon.tasks.planning.trips.request import Request
from solon.tasks.planning.trips.world import World, clock


def reference(world: World, request: Request, *, scrubbed: bool) -> str:
    """Return what a planner may know; the scrubbed text leaves out unusable rows and columns that no rule reads."""
    places = tuple(city for city in world.places(request.dest) if city != request.org)
    stops = (request.org, *places)
    local = request.local_constraint
    ways = [(one, other) for one in stops for other in stops if one != other]
    lines = ["Flights (number, from, to, date, departure, arrival, price a person):"]
    if not (scrubbed and local.transportation == "no flight"):
        lines += _flights(world, request, ways)
    lines.append("Roads (from, to, minutes, kilometres, cost of one car of your own for 5, cost of one taxi for 4):")
    for way in ways:
        road = world.road_of.get(way)
        if road is not None:
            lines.append(f"{way[0]}, {way[1]}, {road.minutes}, {road.kilometres}, {road.car}, {road.taxi}")
    lines.append("Accommodations (name, city, room type, price a night and room, minimum nights, people, forbidden):")
    for city in places:
        for stay in world.stays_in[city]:
            unusable = local.house_rule in stay.house_rules or stay.minimum_nights >= request.days
            if not (scrubbed and unusable):
                rules = "/".join(stay.house_rules) or "nothing"
                extra = "" if scrubbed else f", rated {stay.rating}"
                facts = f"{stay.room_type}, {stay.price}, {stay.minimum_nights}, {stay.occupancy}, {rules}{extra}"
                lines.append(f"{stay.name}, {city}, {facts}")
    lines.append("Restaurants (name, city, cost a person, cuisines):")
    for city in places:
        lines += [f"{it.name}, {city}, {it.cost}, {'/'.join(it.cuisines)}" for it in world.restaurants_in[city]]
    lines.append("Attractions (name, city):")
    for city in places:
        where = "" if scrubbed else ", at {0.x} {0.y}"
        lines += [f"{it.name}, {city}{where.format(it)}" for it in world.attractions_in[city]]
    return "\n".join(lines)


def _flights(world: World, request: Request, ways: list[tuple[str, str]]) -> Iterator[str]:
    for origin, destination in ways:
        for date in request.date:
            for it in world.flights_on.get((origin, destination, date), ()):
                times = f"{clock(it.departs)}, {clock(it.arrives)}"
                yield f"{it.number}, {origin}, {destination}, {date}, {times}, {it.price}"
