# The components of the Gathering sketch: data that gathering.py reads as text and cuts programs from, never imported.
# A function `name__option` is the variant of `name` for that option of a choice, and a line that ends in
# `# only hole=option` belongs to that option alone; what a program does not use is left out, and the constants get the
# values of the holes. Programs run in a worker's namespace, which brings the helpers:
# ruff: noqa: B905, D100, F821
# pyright: basic, reportUndefinedVariable=false

HORIZON = 5  # steps within which a young apple must be back to be considered
WAIT_WEIGHT = 0.5  # price of a step of waiting at an apple, on top of the step itself
CROWD_WEIGHT = 0.5  # steps that an apple may be farther away for each other apple near it
CROWD_RADIUS = 3  # steps within which apples count as near each other
STRAY_COST = 10.0  # steps that an apple of another agent's region seems farther away
REGIONS = ""  # The map; each apple has the letter of its region, and agent 0 owns the first region.
HEADWAY = 25  # steps between two agents on the same line
OFFSET = 0  # steps by which the first slot is ahead of the start of its line
LINES = (
    (1, 1, 1, "EW"),
)  # Each line: row and column of its start, its number of agents, and its steps (a dot is a wait).


def policy(env, agent_id):
    """Return one agent's action: the first step of a shortest path to its goal."""
    if env.timeouts[agent_id]:
        return Action.STAND
    return step_to_cell(env, agent_id, goal(env, agent_id))


def goal__nearest(env, agent):
    """Return the cell of the apple that costs the agent least."""
    own = costs(env)[agent]
    return env.apple_cells[own.argmin()] if own.min() < np.inf else resting_place(env, agent)


def goal__matching(env, agent):
    """Return the cell of the apple that the cheapest assignment of all agents gives to this one."""
    if "goals" not in env.memo:
        active = [other for other in range(env.n_agents) if env.timeouts[other] == 0]
        chosen = match(costs(env)[active])
        env.memo["goals"] = {other: env.apple_cells[apple] for other, apple in zip(active, chosen) if apple >= 0}
    goals = env.memo["goals"]
    return goals[agent] if agent in goals else resting_place(env, agent)


def goal__timetable(env, agent):
    """Return where the agent's slot is next or, until it is aboard, where it can be met first."""
    slot = crew(env)[agent]
    steps = max(1, steps_to_board(env, agent, slot))
    meeting = place(slot, env.step_count + steps)
    return apple_on_the_way(env, agent, meeting, steps)  # only boarding=gathering
    return meeting  # only boarding=straight


def costs(env):
    """Return what each apple (column) costs each agent (row) in steps; infinite for apples that are too young."""
    if "costs" not in env.memo:
        reach = b"".join(distance_row(cell) for cell in env.positions)
        steps = np.frombuffer(reach, np.uint8).reshape(env.n_agents, -1)[:, env.apple_cells]
        timers = np.array(env.timers)
        total = np.maximum(steps, timers).astype(float)
        total += WAIT_WEIGHT * np.maximum(0, timers - steps)  # only waiting=dear
        total -= CROWD_WEIGHT * (neighbours(env) @ (timers <= HORIZON))  # only crowds=matter
        total += STRAY_COST * strays(env)  # only territory=regions
        total[:, timers > HORIZON] = np.inf
        env.memo["costs"] = total
    return env.memo["costs"]


def neighbours(env):
    """Return the table of apples that grow within CROWD_RADIUS steps of each other."""
    if "neighbours" not in env.static:
        apart = np.array([[distance(a, b) for b in env.apple_cells] for a in env.apple_cells])
        env.static["neighbours"] = ((apart > 0) & (apart <= CROWD_RADIUS)).astype(float)
    return env.static["neighbours"]


def strays(env):
    """Return the table of agents (rows) and the apples (columns) that lie outside their regions."""
    if "strays" not in env.static:
        rows = REGIONS.split()
        marks = [rows[cell // env.width][cell % env.width] for cell in env.apple_cells]
        letters = sorted({mark for mark in marks if mark.isalpha()})
        own = [letters[agent % len(letters)] for agent in range(env.n_agents)]
        env.static["strays"] = np.array([[mark != letter for mark in marks] for letter in own])
    return env.static["strays"]


def resting_place__stand(env, agent):
    """Return where an agent without an apple goes: it stays."""
    return env.positions[agent]


def resting_place__soonest(env, agent):
    """Return where an agent without an apple goes: where it could have the next one soonest."""
    steps = distance_row(env.positions[agent])
    return min(zip(env.apple_cells, env.timers), key=lambda spot: max(steps[spot[0]], spot[1]))[0]


def resting_place__patrol(env, agent):
    """Return where an agent without an apple goes: along its line."""
    return place(slots(env)[agent], env.step_count + 1)


def slots(env):
    """Return the slots as (cells, shift): after t steps a slot is at cells[(t + shift) % len(cells)]."""
    if "slots" not in env.static:
        stride = {"N": -env.width, "E": 1, "S": env.width, "W": -1, ".": 0}
        found = []
        for row, column, agents, moves in LINES:
            cells = [row * env.width + column]
            for way in moves[:-1]:
                cells.append(cells[-1] + stride[way])
            found.extend((cells, OFFSET + HEADWAY * number) for number in range(agents))
        env.static["slots"] = found
    return env.static["slots"]


def place(slot, step):
    """Return the cell of a slot after so many steps of the episode."""
    cells, shift = slot
    return cells[(step + shift) % len(cells)]


def steps_to_board(env, agent, slot):
    """Return the fewest steps after which an agent can be where its slot is then."""
    steps_from_here = distance_row(env.positions[agent])
    for steps in range(len(slot[0])):
        if steps_from_here[place(slot, env.step_count + steps)] <= steps:
            return steps
    return len(slot[0])


def crew(env):
    """Return the slot of every active agent: its own if all are aboard, else boarding takes the fewest steps."""
    if "crew" not in env.memo:
        active = [agent for agent in range(env.n_agents) if env.timeouts[agent] == 0]
        free = {}
        for slot in slots(env):
            free.setdefault(place(slot, env.step_count), []).append(slot)
        aboard = {}
        for agent in active:
            if free.get(env.positions[agent]):
                aboard[agent] = free[env.positions[agent]].pop()
        if len(aboard) < len(active):
            waits = [[steps_to_board(env, agent, slot) for slot in slots(env)] for agent in active]
            aboard = {agent: slots(env)[number] for agent, number in zip(active, match(waits))}
        env.memo["crew"] = aboard
    return env.memo["crew"]


def apple_on_the_way(env, agent, meeting, steps):
    """Return an apple that would be late otherwise and lets the agent be at the meeting in time, or the meeting."""
    here, there = distance_row(env.positions[agent]), distance_row(meeting)
    on_the_way = [
        apple for apple, left in unattended(env).items() if here[apple] <= left and here[apple] + there[apple] <= steps
    ]
    return min(on_the_way, key=lambda apple: here[apple], default=meeting)


def unattended(env):
    """Return the live apples that a slot passes before its agent is aboard, with the steps until then."""
    if "unattended" not in env.memo:
        alive = set(env.alive)
        passed = {}
        for agent, slot in crew(env).items():
            for steps in range(1, steps_to_board(env, agent, slot)):
                apple = place(slot, env.step_count + steps)
                if apple in alive:
                    passed.setdefault(apple, steps)
        env.memo["unattended"] = passed
    return env.memo["unattended"]
