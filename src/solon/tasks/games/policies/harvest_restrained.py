"""Take the nearest apple among those that leave at least three live neighbours behind; else stand."""

LEAST = 3
STAND = 7


def disc(env):
    """Return for each apple cell the other ones within a Euclidean distance of 2."""
    if "disc" not in env.static:
        places = {cell: divmod(cell, env.width) for cell in env.apple_cells}
        env.static["disc"] = {
            cell: [other for other, (r, c) in places.items() if 0 < (r - row) ** 2 + (c - column) ** 2 <= 4]
            for cell, (row, column) in places.items()
        }
    return env.static["disc"]


def policy(env, agent_id) -> int:
    if env.timeouts[agent_id]:
        return STAND
    if "ripe" not in env.memo:
        alive = set(env.alive)
        env.memo["ripe"] = [cell for cell in env.alive if sum(near in alive for near in disc(env)[cell]) >= LEAST]
    return step_to(env, agent_id, env.memo["ripe"])
