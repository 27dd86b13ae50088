"""Gathering: ten agents follow one another on a closed walk and come to every apple when it is just back.

An apple is back 25 steps after it was taken. The walk below leads past nearly all apples of the large map in 250 steps
and ten slots move along it, 25 steps apart, so that each slot finds what the one before it took. Every agent boards the
slot that costs all agents together the fewest steps, and on its way there it picks up apples that would be left waiting.
The walk was found by the offline search; it is public knowledge of the map, and each step is decided from the snapshot.
"""

HEADWAY = 25  # steps between two slots
AHEAD = 2  # steps by which the first slot is ahead of the start of the walk
START = (7, 22)  # row and column
WALK = (
    "WWESSWWSSSWWSENNWWNNNEESSWWWSSSWWSENNWWNWEENNSWWWW"
    "SSWSWNNSWNWNNNNNWSSEESSWWWWWNNNNESENNWWENEEESENNSE"
    "EENENWSWSSSWESEESWNNEEEENNNNNSESESWSSSEEENNWNEEESS"
    "NWEENEWNNNEEEESESNESESNEEENENESEESSSSENWNWNWWSSSES"
    "SSSSSESWNWWWWWWNWNWENNEESSWSEENNNENWWNWWWNNSEWWSSW"
)


def policy(env, agent_id):
    """Return one agent's action: the first step of a shortest path to its goal."""
    if env.timeouts[agent_id]:
        return Action.STAND
    if not walk(env) or agent_id not in crew(env):
        return step_to(env, agent_id, env.alive)  # another map, or more agents than slots
    return step_to_cell(env, agent_id, goal(env, agent_id))


def goal(env, agent):
    """Return where the agent's slot is next or, until the agent is aboard, an apple on its way there."""
    slot = crew(env)[agent]
    steps = max(1, int(steps_to_board(env, agent)[slot]))
    meeting = place(env, slot, steps)
    here, there = distance_row(env.positions[agent]), distance_row(meeting)
    on_the_way = [
        apple for apple, left in unattended(env).items() if here[apple] <= left and here[apple] + there[apple] <= steps
    ]
    return min(on_the_way, key=lambda apple: here[apple], default=meeting)


def walk(env):
    """Return the cells of the walk, one a step; none where this map has a wall on it."""
    if "walk" not in env.static:
        stride = {"N": -env.width, "E": 1, "S": env.width, "W": -1}
        cells = [START[0] * env.width + START[1]]
        for way in WALK[:-1]:
            cells.append(cells[-1] + stride[way])
        env.static["walk"] = cells if set(cells) <= set(env.open_cells) else []
    return env.static["walk"]


def timetable(env):
    """Return the table of cells where each slot (row) is so many steps (column) from now."""
    if "timetable" not in env.memo:
        length = len(walk(env))
        ahead = AHEAD + HEADWAY * np.arange(length // HEADWAY)[:, None]
        env.memo["timetable"] = np.array(walk(env), int)[(env.step_count + ahead + np.arange(length)) % length]
    return env.memo["timetable"]


def place(env, slot, steps):
    """Return the cell where a slot is so many steps from now."""
    cells = timetable(env)[slot]
    return int(cells[steps % len(cells)])


def steps_to_board(env, agent):
    """Return for every slot the fewest steps after which an agent can be where the slot is then."""
    key = ("steps to board", agent)
    if key not in env.memo:
        cells = timetable(env)
        in_time = np.frombuffer(distance_row(env.positions[agent]), np.uint8)[cells] <= np.arange(cells.shape[1])
        env.memo[key] = np.where(in_time.any(axis=1), in_time.argmax(axis=1), cells.shape[1])
    return env.memo[key]


def crew(env):
    """Return the slot of every active agent: its own if all are aboard, else boarding takes the fewest steps."""
    if "crew" not in env.memo:
        active = [agent for agent in range(env.n_agents) if not env.timeouts[agent]]
        free = {cells[0]: slot for slot, cells in enumerate(timetable(env).tolist())}
        aboard = {agent: free.pop(env.positions[agent]) for agent in active if env.positions[agent] in free}
        if len(aboard) < len(active):
            chosen = match([steps_to_board(env, agent) for agent in active])
            aboard = {agent: slot for agent, slot in zip(active, chosen) if slot >= 0}
        env.memo["crew"] = aboard
    return env.memo["crew"]


def unattended(env):
    """Return the live apples that a slot passes before its agent is aboard, with the steps until then."""
    if "unattended" not in env.memo:
        alive = set(env.alive)
        passed = {}
        for agent, slot in crew(env).items():
            late = timetable(env)[slot, 1 : steps_to_board(env, agent)[slot]].tolist()
            for steps, apple in enumerate(late, 1):
                if apple in alive:
                    passed.setdefault(apple, steps)
        env.memo["unattended"] = passed
    return env.memo["unattended"]
