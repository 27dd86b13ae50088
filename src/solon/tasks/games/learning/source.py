"""The text of a policy that acts by a learned table: it computes the features that were learned with, and looks up.

The table is written as plain digits, one a state, so that a reader sees what it is: no decoder, nothing hidden.
"""

ROW = {"gathering": 60, "cleanup": 108}  # digits a line: all states that share the first features

_HEADER = '''"""Act by a table that tabular Q-learning found: the best action in each of {states:,} states.

Made by: {command}
SHA-256 of the values it was read from: {digest}

One table for all agents, epsilon 1.0 to 0.05, alpha 0.1, gamma 0.99; features and shaped reward are those of
arXiv 2603.19453. Of the tables on the way, the one is kept that plays best on worlds of its own.
"""
'''

_GATHERING = '''
STAND = 7
HERE, NOWHERE, NOBODY = 4, 5, 4


def bin_of(value, *edges):
    return sum(value > edge for edge in edges)


def way_to_apple(env, agent):
    """Return the first action of a shortest path to an apple, and its length."""
    steps = field_to(env, env.alive)[env.positions[agent]]
    if steps in (0, 255):
        return (HERE if steps == 0 else NOWHERE), steps
    return step_to(env, agent, env.alive), steps


def nearest_agent(env, agent):
    """Return where the nearest active agent is (ahead 0, behind 1, left 2, right 3) and its Manhattan distance."""
    row, column = divmod(env.positions[agent], env.width)
    side, nearest = NOBODY, 99
    for other, cell in enumerate(env.positions):
        if other == agent or env.timeouts[other]:
            continue
        down, across = cell // env.width - row, cell % env.width - column
        if abs(down) + abs(across) < nearest:
            nearest = abs(down) + abs(across)
            for _ in range(env.orientations[agent]):
                down, across = -across, down
            if abs(down) >= abs(across):
                side = 0 if down <= 0 else 1
            else:
                side = 2 if across < 0 else 3
    return side, nearest


def state(env, agent):
    """Return the number of an agent's state: seven features, the first one weighs most."""
    here = divmod(env.positions[agent], env.width)
    way, steps = way_to_apple(env, agent)
    side, away = nearest_agent(env, agent)
    around = int((np.abs(env.apple_pos[env.apple_alive] - here).sum(axis=1) <= 5).sum())
    number = way
    number = number * 4 + bin_of(steps, 0, 3, 8)
    number = number * 3 + bin_of(around, 0, 3)
    number = number * 5 + side
    number = number * 3 + bin_of(away, 3, 7)
    number = number * 2 + bool(opponents_in_beam(env, agent))
    return number * 2 + (env.hits[agent] > 0)
'''

_CLEANUP = '''
STAND = 7
HERE, NOWHERE = 4, 5


def bin_of(value, *edges):
    return sum(value > edge for edge in edges)


def way_to(env, agent, cells):
    """Return the first action of a shortest path to the nearest of the cells, and its length."""
    steps = field_to(env, cells)[env.positions[agent]]
    if steps in (0, 255):
        return (HERE if steps == 0 else NOWHERE), steps
    return step_to(env, agent, cells), steps


def state(env, agent):
    """Return the number of an agent's state: eight features, the first one weighs most."""
    cell = env.positions[agent]
    here = divmod(cell, env.width)
    apple, to_apple = way_to(env, agent, env.alive)
    waste, to_waste = way_to(env, agent, env.waste_cells)
    around = (np.abs(env.apple_pos[env.apple_alive] - here).sum(axis=1) <= 5).any()
    away = 99
    for other, place in enumerate(env.positions):
        if other != agent and not env.timeouts[other]:
            away = min(away, abs(place // env.width - here[0]) + abs(place % env.width - here[1]))
    number = apple
    number = number * 3 + bin_of(to_apple, 3, 8)
    number = number * 6 + waste
    number = number * 3 + bin_of(to_waste, 3, 8)
    number = number * 3 + bin_of(len(env.waste_cells) / len(env.river_cells), 0.1, 0.3)
    number = number * 2 + (clean_gain(env, cell, env.orientations[agent]) > 0)
    number = number * 2 + bool(around)
    return number * 3 + bin_of(away, 3, 7)
'''

_FOOTER = '''

def policy(env, agent_id) -> int:
    if env.timeouts[agent_id]:
        return STAND
    return int(ACTIONS[state(env, agent_id)])


ACTIONS = """
{rows}
""".replace("\\n", "")
'''

FEATURES = {"gathering": _GATHERING, "cleanup": _CLEANUP}


def render(game: str, actions: str, *, command: str, digest: str) -> str:
    """Return a policy's text; ``actions`` has one digit a state."""
    width = ROW[game]
    rows = "\n".join(actions[start : start + width] for start in range(0, len(actions), width))
    header = _HEADER.format(states=len(actions), command=command, digest=digest)
    return header + FEATURES[game] + _FOOTER.format(rows=rows)
