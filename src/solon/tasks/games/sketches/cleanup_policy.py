"""Components of the Cleanup sketch: data from which ``cleanup.py`` cuts programs; nobody imports this file.

A function ``name__option`` is the variant of ``name`` for that option of a choice. Constants get the values of the
holes. A program keeps what its ``policy`` needs and runs in the namespace of a worker, which brings the helpers.
"""
# ruff: noqa: ARG001, F821  # variants share a signature; the helpers are the worker's
# pyright: basic, reportUndefinedVariable=false

CLEANERS = 3  # agents on cleaning duty
WASTE_PER_EXTRA = 10  # one more cleaner for each so many waste cells
MOST_CLEANERS = 5  # agents on cleaning duty at most
SHIFT_STEPS = 20  # steps until the next agent takes over from the longest-serving cleaner
END_OF_CLEANING = 975  # step from which a clean no longer pays before the game ends
CLEANING_PRICE = 1.5  # waste cells that a clean must remove before it counts as gain
PATIENCE = 5.0  # steps added to every way to a stand: the more, the less near stands are preferred to good ones
HOME_PULL = 1.0  # steps that a row between an apple and the harvester's home row counts for

TURNS = (0, 1, 2, 1)  # rotations needed, by difference of orientations


def policy(env, agent_id):
    """Return one agent's action; the first agent asked in a step plans for all."""
    if "plan" not in env.memo:
        env.memo["plan"] = plan(env)
    return env.memo["plan"][agent_id]


def plan(env):
    """Return the actions of all agents by agent."""
    cleaners = choose_cleaners(env)
    harvesters = [agent for agent in range(env.n_agents) if agent not in cleaners]
    return clean(env, cleaners) | harvest(env, harvesters)


def choose_cleaners__ignored(env):
    """Return the agents that clean in this step."""
    return on_duty(env, quota(env))


def choose_cleaners__harvest_only(env):
    """Return the agents that clean in this step: none when the game is about to end."""
    return on_duty(env, quota(env)) if env.step_count < END_OF_CLEANING else []


def quota__constant(env):
    """Return how many cleaners are wanted."""
    return CLEANERS


def quota__by_waste(env):
    """Return how many cleaners are wanted: more of them while the river is dirty."""
    return min(CLEANERS + len(env.waste_cells) // WASTE_PER_EXTRA, MOST_CLEANERS)


def on_duty__fixed(env, wanted):
    """Return the cleaners: always the agents with the lowest numbers."""
    return list(range(wanted))


def on_duty__riverside(env, wanted):
    """Return the cleaners: the agents nearest the river, who stay near it by cleaning."""
    to_river = river_distances(env)
    return sorted(range(env.n_agents), key=lambda agent: (to_river[env.positions[agent]], agent))[:wanted]


def on_duty__rotating(env, wanted):
    """Return the cleaners: neighbours in the circle of agents, moved on by one agent every shift."""
    first = env.step_count // SHIFT_STEPS
    return [(first + place) % env.n_agents for place in range(wanted)]


def river_distances(env):
    """Return the steps from every cell to the river."""
    if "river distances" not in env.static:
        env.static["river distances"] = field_to(env, env.river_cells)
    return env.static["river distances"]


def clean(env, cleaners):
    """Return the cleaners' actions: each goes where a beam removes most waste for its time, and fires there."""
    actions = {}
    dirty = env.waste_cells
    for agent, rows in divide_river(env, cleaners):
        stand = best_stand(env, agent, [waste for waste in dirty if waste // env.width in rows])
        if stand is None:
            actions[agent] = await_waste(env, agent, rows)
            continue
        cell, orientation = stand
        swept = beam_cells(env, cell, orientation)
        dirty = [waste for waste in dirty if waste not in swept]
        actions[agent] = work_at(env, agent, cell, orientation)
    return actions


def divide_river__shared(env, cleaners):
    """Return each cleaner with its rows of the river: all rows, the cleaners in order of duty take first choice."""
    return [(agent, range(env.height)) for agent in cleaners]


def divide_river__zones(env, cleaners):
    """Return each cleaner with its rows of the river: equal parts, from north to south as the cleaners stand."""
    ordered = sorted(cleaners, key=lambda agent: (env.positions[agent] // env.width, agent))
    top = env.river_cells[0] // env.width
    height = env.river_cells[-1] // env.width + 1 - top
    parts = max(len(ordered), 1)
    borders = [top + height * part // parts for part in range(parts + 1)]
    return [(agent, range(borders[part], borders[part + 1])) for part, agent in enumerate(ordered)]


def best_stand(env, agent, dirty):
    """Return the (cell, orientation) with most waste beyond the price per step; None if no clean is worth it."""
    covering = stands_by_waste(env)
    gains = {}
    for waste in dirty:
        for stand in covering[waste]:
            gains[stand] = gains.get(stand, 0) + 1
    walk = distance_row(env.positions[agent])
    facing = env.orientations[agent]
    best, best_worth = None, 0.0
    for stand, gain in gains.items():
        cell, orientation = stand
        worth = (gain - CLEANING_PRICE) / (walk[cell] + TURNS[orientation - facing] + PATIENCE)
        if worth > best_worth:
            best, best_worth = stand, worth
    return best


def stands_by_waste(env):
    """Return for every river cell the (cell, orientation) pairs from which a beam covers it."""
    if "stands" not in env.static:
        stands = {cell: [] for cell in env.river_cells}
        for cell in env.open_cells:
            for orientation in orientations():
                for covered in beam_cells(env, cell, orientation):
                    if covered in stands:
                        stands[covered].append((cell, int(orientation)))
        env.static["stands"] = stands
    return env.static["stands"]


def orientations__westward():
    """Return the orientations to clean in: west, across the river, so that a cleaner never turns again."""
    return (Orientation.WEST,)


def orientations__all_round():
    """Return the orientations to clean in."""
    return tuple(Orientation)


def work_at(env, agent, cell, orientation):
    """Return the next action of walking to a stand, facing the waste and cleaning it."""
    if env.positions[agent] != cell:
        return step_towards(env, agent, cell)
    turn = turn_to(env, agent, orientation)
    return CleanupAction.CLEAN if turn is None else turn


def await_waste__in_place(env, agent, rows):
    """Return a cleaner's action while nothing is worth cleaning: stay."""
    return CleanupAction.STAND


def await_waste__midway(env, agent, rows):
    """Return a cleaner's action while nothing is worth cleaning: go to the bank, midway along its rows."""
    middle = [cell for cell in env.river_cells if cell // env.width == rows[len(rows) // 2]]
    return step_towards(env, agent, middle[-1]) if middle else CleanupAction.STAND


def harvest(env, harvesters):
    """Return the harvesters' actions: each walks to its apple, or rests without one."""
    homes = home_rows(env, order(env, harvesters))
    goals = assign_apples(env, harvesters, homes)
    return {
        agent: step_towards(env, agent, goals[agent]) if agent in goals else rest(env, agent, homes[agent])
        for agent in harvesters
    }


def order__by_number(env, harvesters):
    """Return the harvesters in the order in which homes are dealt out, from north to south."""
    return harvesters


def order__by_row(env, harvesters):
    """Return the harvesters in the order in which homes are dealt out: as they stand, from north to south."""
    return sorted(harvesters, key=lambda agent: (env.positions[agent] // env.width, agent))


def home_rows(env, ordered):
    """Return each harvester's home row; homes are spread evenly over the orchard."""
    top = env.apple_cells[0] // env.width
    height = env.apple_cells[-1] // env.width + 1 - top
    return {agent: top + (2 * place + 1) * height // (2 * len(ordered)) for place, agent in enumerate(ordered)}


def pull(env, home):
    """Return for every cell what its rows away from a home row count for, in steps."""
    key = ("pull", home)
    if key not in env.static:
        env.static[key] = [HOME_PULL * abs(cell // env.width - home) for cell in range(env.height * env.width)]
    return env.static[key]


def assign_apples__nearest(env, harvesters, homes):
    """Return the apple that each harvester goes for: its own nearest, whoever else wants it."""
    goals = {}
    for agent in harvesters if env.alive else []:
        walk, away = distance_row(env.positions[agent]), pull(env, homes[agent])
        goals[agent] = min(env.alive, key=lambda apple: walk[apple] + away[apple])
    return goals


def assign_apples__territory(env, harvesters, homes):
    """Return the apple that each harvester goes for: the nearest of those whose nearest home is its own."""
    shares = {agent: [] for agent in harvesters}
    for apple in env.alive if harvesters else []:
        row = apple // env.width
        shares[min(harvesters, key=lambda agent: abs(row - homes[agent]))].append(apple)
    goals = {}
    for agent, share in shares.items():
        if share:
            goals[agent] = min(share, key=distance_row(env.positions[agent]).__getitem__)
    return goals


def assign_apples__matching(env, harvesters, homes):
    """Return the apple that each harvester goes for: one each, so that the ways are shortest in all."""
    costs = []
    for agent in harvesters:
        walk, away = distance_row(env.positions[agent]), pull(env, homes[agent])
        costs.append([walk[apple] + away[apple] for apple in env.alive])
    if not costs or not env.alive:
        return {}
    pairs = zip(harvesters, match(costs), strict=True)
    return {agent: env.alive[column] for agent, column in pairs if column >= 0}


def assign_apples__routes(env, harvesters, homes):
    """Return the apple that each harvester goes for first when apples are dealt out by earliest arrival.

    Whoever takes an apple goes on from there, so that no one crosses the orchard for what a neighbour passes anyway.
    """
    left = list(env.alive)
    place = {agent: env.positions[agent] for agent in harvesters}
    clock = dict.fromkeys(harvesters, 0)
    offers = {agent: best_offer(env, left, place[agent], 0, homes[agent]) for agent in harvesters if left}
    goals = {}
    while left and len(goals) < len(harvesters):
        winner = min(offers, key=offers.__getitem__)
        taken = offers[winner][1]
        left.remove(taken)
        goals.setdefault(winner, taken)
        clock[winner] += distance(place[winner], taken)
        place[winner] = taken
        for agent in harvesters if left else []:
            if offers[agent][1] == taken:
                offers[agent] = best_offer(env, left, place[agent], clock[agent], homes[agent])
    return goals


def best_offer(env, apples, start, time, home):
    """Return (arrival, apple) of the apple that can be reached first from a start at a time, homes considered."""
    walk, away = distance_row(start), pull(env, home)
    return min((time + walk[apple] + away[apple], apple) for apple in apples)


def rest__stand(env, agent, home):
    """Return the action of a harvester without an apple: stay."""
    return CleanupAction.STAND


def rest__aside(env, agent, home):
    """Return the action of a harvester without an apple: leave the orchard, where it would keep apples from growing."""
    return step_along(env, agent, way_aside(env))


def rest__at_home(env, agent, home):
    """Return the action of a harvester without an apple: wait for one in the middle of its home row."""
    columns = [cell % env.width for cell in env.apple_cells]
    return step_towards(env, agent, home * env.width + (min(columns) + max(columns)) // 2)


def way_aside(env):
    """Return the steps from every cell to the nearest one where no apple grows."""
    if "way aside" not in env.static:
        env.static["way aside"] = field_to(env, set(env.open_cells).difference(env.apple_cells))
    return env.static["way aside"]


def step_towards__rows_first(env, agent, cell):
    """Return the action of a step towards a cell, north or south before west or east."""
    return step_to_cell(env, agent, cell)


def step_towards__columns_first(env, agent, cell):
    """Return the action of a step towards a cell, west or east before north or south."""
    down, right = offset(env, agent, cell)
    return move(env, agent, 0, sign(right)) if right else move(env, agent, sign(down), 0)


def step_towards__longer_side(env, agent, cell):
    """Return the action of a step towards a cell, along the longer side first: that leaves most ways open."""
    down, right = offset(env, agent, cell)
    return move(env, agent, sign(down), 0) if abs(down) > abs(right) else move(env, agent, 0, sign(right))


def step_towards__over_apples(env, agent, cell):
    """Return the action of a step towards a cell, over an apple where one lies on a shortest way."""
    down, right = offset(env, agent, cell)
    beside = env.positions[agent] + sign(right)
    over_apple = beside in env.alive
    return move(env, agent, 0, sign(right)) if right and (over_apple or not down) else move(env, agent, sign(down), 0)


def offset(env, agent, cell):
    """Return the rows down and columns right to a cell; Cleanup has no inner walls, so this is the way, too."""
    row, column = divmod(env.positions[agent], env.width)
    return cell // env.width - row, cell % env.width - column


def sign(number):
    """Return -1, 0 or 1."""
    return (number > 0) - (number < 0)
