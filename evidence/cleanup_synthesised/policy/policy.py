"""Cleanup: two agents clean the river, the other eight harvest, and duty goes round so that all serve alike.

Cleaners work in two zones of the river, each where a beam removes most waste for the time that it takes to get there, and
wait midway along their part of the bank while nothing is worth a beam. Harvesters are matched with ripe apples so that
their ways are shortest in all, with a light pull towards home rows that are spread over the orchard: an apple that stays
ripe keeps its cell from growing another, so no corner may be forgotten.
"""

CLEANERS = 2  # agents on cleaning duty
SHIFT = 100  # steps until the next agent takes over from the longest-serving cleaner
PRICE = 0.35  # waste cells that a beam must remove before it counts as gain
PATIENCE = 4.89  # steps added to every way to a stand: the more, the less near stands are preferred to good ones
HOME_PULL = 0.27  # steps that a row between an apple and the harvester's home row counts for
TURNS = (0, 1, 2, 1)  # rotations needed, by difference of orientations


def policy(env, agent_id):
    """Return one agent's action; the first agent asked in a step plans for all."""
    if "plan" not in env.memo:
        env.memo["plan"] = plan(env)
    return env.memo["plan"][agent_id]


def plan(env):
    """Return the actions of all agents by agent."""
    first = env.step_count // SHIFT
    cleaners = {(first + place) % env.n_agents for place in range(CLEANERS)}
    harvesters = [agent for agent in range(env.n_agents) if agent not in cleaners]
    return clean(env, cleaners) | harvest(env, harvesters)


def clean(env, cleaners):
    """Return the cleaners' actions: each goes where a beam removes most waste for its time, and fires there."""
    actions = {}
    dirty = env.waste_cells
    for agent, rows in zones(env, cleaners):
        stand = best_stand(env, agent, [waste for waste in dirty if waste // env.width in rows])
        if stand is None:
            middle = max(cell for cell in env.river_cells if cell // env.width == rows[len(rows) // 2])
            actions[agent] = step_to_cell(env, agent, middle)
            continue
        cell, orientation = stand
        swept = beam_cells(env, cell, orientation)
        dirty = [waste for waste in dirty if waste not in swept]
        if env.positions[agent] != cell:
            actions[agent] = step_to_cell(env, agent, cell)
        else:
            turn = turn_to(env, agent, orientation)
            actions[agent] = CleanupAction.CLEAN if turn is None else turn
    return actions


def zones(env, cleaners):
    """Return each cleaner with its rows of the river: equal parts, from north to south as the cleaners stand."""
    ordered = sorted(cleaners, key=lambda agent: (env.positions[agent] // env.width, agent))
    top = env.river_cells[0] // env.width
    height = env.river_cells[-1] // env.width + 1 - top
    borders = [top + height * part // len(ordered) for part in range(len(ordered) + 1)]
    return [(agent, range(north, south)) for agent, north, south in zip(ordered, borders, borders[1:])]


def best_stand(env, agent, dirty):
    """Return the (cell, orientation) with most waste beyond the price per step; None if no beam is worth it."""
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
        worth = (gain - PRICE) / (walk[cell] + TURNS[orientation - facing] + PATIENCE)
        if worth > best_worth:
            best, best_worth = stand, worth
    return best


def stands_by_waste(env):
    """Return for every river cell the (cell, orientation) pairs from which a beam covers it."""
    if "stands" not in env.static:
        stands = {cell: [] for cell in env.river_cells}
        for cell in env.open_cells:
            for orientation in range(4):
                for covered in beam_cells(env, cell, orientation):
                    if covered in stands:
                        stands[covered].append((cell, orientation))
        env.static["stands"] = stands
    return env.static["stands"]


def harvest(env, harvesters):
    """Return the harvesters' actions: each walks to the apple that the cheapest assignment of all gives it."""
    actions = dict.fromkeys(harvesters, CleanupAction.STAND)
    costs = []
    for agent, home in zip(harvesters, home_rows(env, harvesters)):
        walk, away = distance_row(env.positions[agent]), pull(env, home)
        costs.append([walk[apple] + away[apple] for apple in env.alive])
    for agent, number in zip(harvesters, match(costs)):
        if number >= 0:
            actions[agent] = step_towards(env, agent, env.alive[number])
    return actions


def home_rows(env, harvesters):
    """Return the harvesters' home rows: spread over the orchard, dealt out from north to south as they stand."""
    top = env.apple_cells[0] // env.width
    height = env.apple_cells[-1] // env.width + 1 - top
    ordered = sorted(harvesters, key=lambda agent: (env.positions[agent] // env.width, agent))
    homes = {agent: top + (2 * place + 1) * height // (2 * len(ordered)) for place, agent in enumerate(ordered)}
    return [homes[agent] for agent in harvesters]


def pull(env, home):
    """Return for every cell what its rows away from a home row count for, in steps."""
    if home not in env.static:
        env.static[home] = [HOME_PULL * abs(cell // env.width - home) for cell in range(env.height * env.width)]
    return env.static[home]


def step_towards(env, agent, apple):
    """Return the action of a step towards an apple, along the row first; there are no walls on the way."""
    row, column = divmod(env.positions[agent], env.width)
    down, right = apple // env.width - row, apple % env.width - column
    return move(env, agent, 0, sign(right)) if right else move(env, agent, sign(down), 0)


def sign(number):
    """Return -1, 0 or 1."""
    return (number > 0) - (number < 0)
